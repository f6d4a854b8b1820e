//! One action on several fleets at once: a plan each, one confirmation for all, side by side, each with its own
//! journal and lease.

mod drive;
mod overview;

use futures_util::future::join_all;

use super::args::{Options, Requested};
use super::paper::Paper;
use super::stage::{Stage, runs};
use super::{ask, not_started};
use crate::actions::{
    Folder, Operator, Plan, Said, SharedTable, as_one_of_several, confirmed_with_others, means,
    start, word_for_several,
};
use crate::cli::clock;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Output};
use crate::cli::notified::RunsTold;
use crate::cli::operator::operator_seen;
use crate::cli::output::{print, tell};
use crate::cli::runtime::run_async;
use crate::cli::settings::Settings;
use crate::cli::simulated_fleets;
use crate::cli::target::Target;
use crate::observe::Together;
use drive::{Ended, Lines, drive};

/// A fleet that the pattern means.
pub struct Fleet {
    pub name: String,
    /// What it takes to begin, or why the fleet is left out: then nobody looks at it any longer.
    pub planned: Result<Ready, String>,
}

/// A plan, and what it takes to begin it.
pub struct Ready {
    pub plan: Plan,
    pub stage: Stage,
    pub operator: Operator,
}

/// Does what was asked to all fleets that `patterns` mean, as far as each lets it be done.
pub fn run(global: &Global, asked: &Requested<'_>, patterns: &str) -> Result<Exit, Failure> {
    let demo = &asked.options.on;
    let folder = runs(demo.demo)?;
    if demo.demo {
        let meant = meant(&simulated_fleets::Worlds::names(), patterns)?;
        let is_meant = |name: &str| meant.iter().any(|one| one == name);
        return simulated_fleets::stills(&asked.world(), is_meant, async |targets| {
            act(global, asked, targets, &folder).await
        });
    }
    let settings = Settings::read_for_all(global)?;
    settings.tell_warnings();
    let known: Vec<String> = settings.config.fleets.keys().cloned().collect();
    let meant = meant(&known, patterns)?;
    run_async(async {
        let together = Together::new(clock::present());
        let mut targets = Vec::new();
        for fleet in meant {
            let settings = Settings {
                fleet,
                ..settings.clone()
            };
            targets.push(Target::beside(&together, global, &settings).await);
        }
        let told = RunsTold::new(&settings);
        let folder = folder.followed_by(told.follower());
        let exit = act(global, asked, targets, &folder).await;
        told.settle().await;
        exit
    })?
}

fn meant(known: &[String], patterns: &str) -> Result<Vec<String>, Failure> {
    let meant = known.iter().filter(|name| means(patterns, name));
    let meant: Vec<String> = meant.cloned().collect();
    if meant.is_empty() {
        let why = Failure::usage(format!("no fleet is called `{patterns}`"));
        return Err(why.next(format!("There are: {}.", known.join(", "))));
    }
    Ok(meant)
}

async fn act(
    global: &Global,
    asked: &Requested<'_>,
    targets: Vec<Target>,
    folder: &Folder,
) -> Result<Exit, Failure> {
    let options = asked.options;
    let simulated = options.on.demo;
    let each = targets.into_iter().map(async |target| {
        let stage = Stage::open(target, folder.clone(), simulated);
        planned(asked, stage).await
    });
    let fleets: Vec<Fleet> = join_all(each).await;
    let paper = Paper::stdout(global.color);
    let ready = fleets.iter().filter(|fleet| fleet.planned.is_ok()).count();
    let confirm = word_for_several(&asked.intent, ready);
    if options.output == Output::Json {
        if options.dry_run || ready == 0 {
            print(&overview::document(&fleets, &confirm)?)?;
        }
    } else {
        print(&overview::plans(&asked.intent, &fleets, &confirm, paper))?;
    }
    if ready == 0 {
        let why = Failure::refused("none of the fleets can do it: nothing was changed");
        return Err(
            why.next("The reasons are listed above; `--fleet NAME` plans one of them alone.")
        );
    }
    if options.dry_run {
        return Ok(exit(&fleets, &[]));
    }
    if !global.write {
        let why = Failure::refused("gwctl is read-only by default: nothing was changed");
        return Err(why.next("Add --write, or set GWCTL_WRITE=true, to allow changes."));
    }
    confirmed(&confirm, options).await?;
    let ended = go(&fleets, options, paper).await?;
    if options.output == Output::Json {
        print(&overview::outcome(&fleets, &ended)?)?;
    } else {
        print(&overview::end(
            &fleets,
            &ended,
            folder,
            (global, simulated),
            paper,
        ))?;
    }
    Ok(exit(&fleets, &ended))
}

async fn planned(asked: &Requested<'_>, stage: Stage) -> Fleet {
    let run_context = &stage.run_context;
    let name = run_context.fleet.clone();
    let table = SharedTable::ask(run_context);
    let (picture, table) = tokio::join!(stage.picture(asked.options.on.timeout), table);
    let operator = operator_seen(&picture);
    let plan = super::planned(asked, &stage, table).await;
    let plan = plan.map(|(_, plan)| plan);
    let planned = as_one_of_several(plan, run_context, said(asked.options), &operator);
    let planned = planned.map(|plan| Ready {
        plan,
        stage,
        operator,
    });
    Fleet { name, planned }
}

fn said(options: &Options) -> Said<'_> {
    Said {
        waive: &options.waive,
        break_glass: options.break_glass.as_deref(),
    }
}

/// The operator names the target and how many fleets it is.
async fn confirmed(confirm: &str, options: &Options) -> Result<(), Failure> {
    let typed = match &options.confirm {
        Some(given) => given.clone(),
        None if !ask::terminal() => {
            let why = "there is no terminal to confirm at: nothing was changed";
            let next = format!("`--confirm '{confirm}'` confirms it.");
            return Err(Failure::refused(why).next(next));
        }
        None => {
            let prompt = format!("\nType {confirm} to go on, anything else to stop >");
            ask::ask(&prompt).await.ok().flatten().unwrap_or_default()
        }
    };
    if typed.trim() == confirm {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "`{}` is not `{confirm}`: nothing was changed",
        typed.trim()
    )))
}

/// Begins all of them and follows each to its end.
async fn go(
    fleets: &[Fleet],
    options: &Options,
    paper: Paper,
) -> Result<Vec<(String, Ended)>, Failure> {
    let lines = Lines::new(fleets, options.output, paper);
    let (stop, stopped) = drive::stopping()?;
    let each = fleets.iter().filter_map(|fleet| {
        let ready = fleet.planned.as_ref().ok()?;
        let (lines, stopped) = (&lines, stopped.clone());
        Some(async move {
            let Ready {
                plan,
                stage,
                operator,
            } = ready;
            let confirmation = confirmed_with_others(plan, said(options), operator);
            stage.tell_who_acts().await;
            let run_context = stage.run_context.clone();
            let started = start(plan, &confirmation, run_context, &stage.folder, operator);
            let ended = match started.await {
                Ok(running) => drive(running, stage, lines, stopped).await,
                Err(why) => {
                    tell(format!("gwctl: {}: {why}", fleet.name));
                    Ended::NotStarted(not_started(&why).exit, why.to_string())
                }
            };
            (fleet.name.clone(), ended)
        })
    });
    let ended = join_all(each).await;
    stop.abort();
    Ok(ended)
}

/// What needs its operator first, then what somebody else does, then what was left out.
fn exit(fleets: &[Fleet], ended: &[(String, Ended)]) -> Exit {
    let exits: Vec<Exit> = ended.iter().map(|(_, ended)| ended.exit()).collect();
    let worst = [Exit::Failure, Exit::Held, Exit::Busy, Exit::Refused];
    let found = worst.into_iter().find(|exit| exits.contains(exit));
    let all = fleets.iter().all(|fleet| fleet.planned.is_ok());
    match found {
        Some(Exit::Refused) if exits.contains(&Exit::Success) => Exit::Partial,
        Some(exit) => exit,
        None if all => Exit::Success,
        None => Exit::Partial,
    }
}
