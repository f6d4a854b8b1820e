//! `gwctl runs approve`: the plan in words, and that somebody else may carry it out.

use crate::actions::format::span;
use crate::actions::{Asked, Folder, NotApproved, Operator, approve as approve_plan};
use crate::aws::{AwsError, Session};
use crate::cli::act::paper::{Ink, Paper};
use crate::cli::act::{confirmed, plan_table};
use crate::cli::clock;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::operator::operator;
use crate::cli::output::print;
use crate::cli::runtime::run_async;
use crate::fleet::{FleetSpec, Identity, clean_line};

use super::team;

/// Shows the plan that waits as `word`, and approves it.
pub fn approve(
    global: &Global,
    folder: &Folder,
    word: &str,
    given: Option<&str>,
) -> Result<Exit, Failure> {
    let asked = find(folder, word)?;
    let plan = asked.plan().map_err(|why| refused(&why))?;
    let paper = Paper::stdout(global.color);
    print(&plan_table::draw(&plan, paper))?;
    print(&format!("\n{}\n", paper.ink(Ink::Bold, &told(&asked))))?;
    run_async(async {
        let known = team::session(global, folder, &asked.domain).await;
        let (session, spec, store) = known.ok_or_else(|| {
            Failure::config(format!("the configuration has no fleet {}", asked.domain))
        })?;
        let identity = identity(&session, &spec).await;
        let identity = identity.map_err(|why| Failure::new(why.to_string()))?;
        let who = Operator {
            name: identity.operator().to_owned(),
            ..operator()
        };
        let now = || clock::present().now();
        let admitted = asked.admits(&identity.arn, now());
        admitted.map_err(|why| refused(&why))?;
        let typed = confirmed(&plan.confirm, given).await?;
        if typed.trim() != plan.confirm {
            return Err(Failure::refused(format!(
                "`{}` is not `{}`: nothing was approved",
                typed.trim(),
                plan.confirm
            )));
        }
        let by = (&who, identity.arn.as_str());
        let done = approve_plan(&asked, &*store, by, now());
        done.await.map_err(|why| refused(&why))?;
        print(&format!(
            "{} is approved by {}, as {}.\n",
            asked.id,
            who.word(),
            identity.arn
        ))
    })??;
    Ok(Exit::Success)
}

/// Who asked, when, and for how long it waits.
fn told(asked: &Asked) -> String {
    let now = clock::present().now();
    let waits = span(now.duration_since(asked.at));
    let left = span(asked.until().duration_since(now));
    clean_line(&format!(
        "{} asks for approval of this plan, as {}: it waits for {waits}, and {left} more. Digest {}.",
        asked.by, asked.arn, asked.digest
    ))
}

fn find(folder: &Folder, word: &str) -> Result<Asked, Failure> {
    let mut asked = folder.asked();
    let meant = |one: &Asked| word == "last" || one.id.starts_with(word);
    asked.retain(meant);
    match asked.len() {
        0 => Err(
            Failure::usage(format!("no plan `{word}` waits for approval"))
                .next("`gwctl runs` lists those that wait."),
        ),
        1 => Ok(asked.swap_remove(0)),
        _ if word == "last" => Ok(asked.swap_remove(0)),
        _ => Err(Failure::usage(format!("`{word}` matches several plans"))),
    }
}

/// Who AWS says this is: by the first Region of the fleet whose STS answers.
async fn identity(session: &Session, spec: &FleetSpec) -> Result<Identity, AwsError> {
    let mut answer = session.sts(&spec.home()).identity().await;
    for site in &spec.sites {
        if answer.is_ok() {
            break;
        }
        answer = session.sts(&site.region).identity().await;
    }
    answer
}

fn refused(why: &NotApproved) -> Failure {
    Failure::refused(why.to_string())
}
