//! The guided actions on the command line: observe, plan, print, confirm, run, follow.

pub mod again;
mod approval;
pub mod args;
pub mod ask;
pub mod events;
pub mod follow;
pub mod held;
mod many;
pub mod paper;
mod plan_markdown;
pub mod plan_table;
pub mod record;
pub mod stage;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::actions::{
    Confirmation, Intent, LeaseRefused, NotConfirmed, NotStarted, Operator, Plan, Refused,
    SharedTable, look_up, plan_weighed, start,
};

use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Output};
use super::notified::RunsTold;
use super::operator::operator_seen;
use super::output::{print, tell};
use super::runtime::run_async;
use super::settings::Settings;
use super::simulated::still;
use super::target::Target;
use crate::fleet::Snapshot;
use again::Again;
use args::{Options, Requested};
use follow::{Manner, follow_and_keep};
use paper::Paper;
use stage::{Stage, runs};

/// How long nothing is said of a slow answer.
const QUIET: Duration = Duration::from_secs(3);

/// Does what was asked, or says why not.
pub fn run(global: &Global, asked: &Requested<'_>) -> Result<Exit, Failure> {
    if let Some(patterns) = asked.fleets {
        return many::run(global, asked, patterns);
    }
    let demo = &asked.options.on;
    let folder = runs(demo.demo)?;
    if demo.demo {
        return still(&asked.world(), async |target| {
            act(global, asked, &Stage::open(target, folder, true)).await
        })?;
    }
    let settings = Settings::read(global)?;
    settings.tell_warnings();
    run_async(async {
        let target = Target::configured(global, &settings).await;
        let told = RunsTold::new(&settings);
        let stage = Stage::open(target, folder.followed_by(told.follower()), false);
        let exit = act(global, asked, &stage).await;
        told.settle().await;
        let exit = exit?;
        if !asked.options.dry_run {
            record::keep(&asked.intent, exit, &stage, &settings.paths.config).await;
        }
        Ok(exit)
    })?
}

async fn act(global: &Global, asked: &Requested<'_>, stage: &Stage) -> Result<Exit, Failure> {
    let options = asked.options;
    // Beside the picture: a table that does not answer delays nothing.
    let table = SharedTable::ask(&stage.run_context);
    let (picture, table) = tokio::join!(first_picture(stage, options.on.timeout), table);
    if !picture.complete {
        tell("gwctl: not everything answered in time: what is missing counts as unknown");
    }
    let planned = planned(asked, stage, table);
    let (picture, plan) = planned.await.map_err(|refused| {
        let failure = Failure::refused(refused.why);
        match refused.instead {
            Some(instead) => failure.next(instead),
            None => failure,
        }
    })?;
    let paper = Paper::stdout(global.color);
    show(&plan, options, paper)?;
    let operator = operator_seen(&picture);
    let needed = plan.approvals_needed();
    if needed > 0 && options.output != Output::Json {
        print(&match &options.break_glass {
            None => format!(
                "\nIt waits for the approval of {needed} other person(s) before it begins.\n"
            ),
            Some(why) => {
                format!("\nIt begins WITHOUT the approval that the rules ask for: {why}\n")
            }
        })?;
    }
    let waived = waived(&plan, &options.waive);
    let confirmation = |typed: &str| Confirmation {
        break_glass: options.break_glass.clone().filter(|_| needed > 0),
        ..Confirmation::of(&operator, typed, waived.clone())
    };
    plan.confirmed(&confirmation(&plan.confirm))
        .map_err(|why| unconfirmed(&why))?;
    if options.dry_run {
        return Ok(Exit::Success);
    }
    may_write(global, stage)?;
    let typed = confirmed(&plan.confirm, options.confirm.as_deref()).await?;
    let confirmation = confirmation(&typed);
    if needed > 0 && confirmation.break_glass.is_none() {
        plan.confirmed(&confirmation)
            .map_err(|why| unconfirmed(&why))?;
        approval::wait(&plan, stage, &operator).await?;
    }
    begin(
        &plan,
        &confirmation,
        stage,
        &operator,
        options,
        paper,
        Again::of(global, stage.simulated),
    )
    .await
}

/// The first picture; whoever waits long for it is told for what.
async fn first_picture(stage: &Stage, limit: Duration) -> Arc<Snapshot> {
    let mut asked = pin!(stage.picture(limit));
    // In a simulated world time stands still for whoever waits.
    if stage.simulated {
        return asked.await;
    }
    tokio::select! {
        picture = &mut asked => picture,
        () = tokio::time::sleep(QUIET) => {
            let seconds = limit.as_secs();
            tell(format!("gwctl: waiting for AWS's answers, {seconds} s at most"));
            asked.await
        }
    }
}

async fn begin(
    plan: &Plan,
    confirmation: &Confirmation,
    stage: &Stage,
    operator: &Operator,
    options: &Options,
    paper: Paper,
    again: Again,
) -> Result<Exit, Failure> {
    let json = options.output == Output::Json;
    stage.tell_who_acts().await;
    let running = start(
        plan,
        confirmation,
        stage.run_context.clone(),
        &stage.folder,
        operator,
    )
    .await
    .map_err(|why| not_started(&why))?;
    if !json {
        print("\n")?;
    }
    let manner = Manner {
        paper,
        json,
        asks: ask::terminal(),
        again,
    };
    let tail = stage.folder.tail(&running.id);
    follow_and_keep(running, stage, &manner, tail).await
}

/// What was asked for as a plan on the fleet of `stage`, and the picture that it was made on.
async fn planned(
    asked: &Requested<'_>,
    stage: &Stage,
    table: SharedTable,
) -> Result<(Arc<Snapshot>, Plan), Refused> {
    let intent = looked_up(&asked.intent, stage).await;
    let limit = asked.options.on.timeout;
    plan_weighed(&intent, &stage.run_context, &stage.folder, table, limit).await
}

/// Prints the plan. A run that prints its records has it in the first of them.
fn show(plan: &Plan, options: &Options, paper: Paper) -> Result<(), Failure> {
    match options.output {
        Output::Table => print(&plan_table::draw(plan, paper)),
        Output::Markdown => print(&plan_markdown::draw(plan)),
        Output::Json if options.dry_run => {
            let text = serde_json::to_string_pretty(plan)
                .map_err(|error| Failure::new(format!("cannot write the plan: {error}")))?;
            print(&format!("{text}\n"))
        }
        Output::Json => Ok(()),
    }
}

/// What planning, which is pure, must be told first.
async fn looked_up(intent: &Intent, stage: &Stage) -> Intent {
    let run_context = &stage.run_context;
    let found = look_up(
        intent.clone(),
        &run_context.fleet,
        &run_context.spec,
        &run_context.session,
    );
    match found.await {
        Ok(found) => found,
        Err(error) => {
            tell(format!("gwctl: cannot look up what exists: {error}"));
            intent.clone()
        }
    }
}

/// Read-only is the default, and may be all there is.
pub fn may_write(global: &Global, stage: &Stage) -> Result<(), Failure> {
    if stage.run_context.spec.read_only {
        return Err(Failure::refused(format!(
            "the fleet {} is read-only by its configuration: nothing was changed",
            stage.run_context.fleet
        ))
        .next("`read_only = true` in the fleet's configuration forbids changes; --write does not override it."));
    }
    if !global.write {
        return Err(
            Failure::refused("gwctl is read-only by default: nothing was changed")
                .next("Add --write, or set GWCTL_WRITE=true, to allow changes."),
        );
    }
    Ok(())
}

/// What was typed, or given, to confirm.
pub async fn confirmed(target: &str, given: Option<&str>) -> Result<String, Failure> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    if !ask::terminal() {
        return Err(
            Failure::refused("there is no terminal to confirm at: nothing was changed")
                .next(format!("`--confirm {target}` confirms it.")),
        );
    }
    let prompt = format!("\nType {target} to go on, anything else to stop >");
    Ok(ask::ask(&prompt).await.ok().flatten().unwrap_or_default())
}

/// Of the names that were given, those of checks that the plan has. A waiver of another one is told, and written nowhere:
/// it may be mistyped, or of a check that another picture had.
fn waived(plan: &Plan, given: &[String]) -> Vec<String> {
    let known = plan.has_of(given);
    let names: Vec<&str> = plan.waivable().map(|check| check.name.as_str()).collect();
    let could = if names.is_empty() {
        "nothing has to be waived".to_owned()
    } else {
        format!("to waive there is: {}", names.join(", "))
    };
    for name in given.iter().filter(|name| !known.contains(name)) {
        tell(format!(
            "gwctl: `--waive {name}` waives nothing: the plan has no such check; {could}"
        ));
    }
    known
}

fn unconfirmed(why: &NotConfirmed) -> Failure {
    let failure = Failure::refused(why.to_string());
    match why {
        NotConfirmed::Refused { .. } => {
            failure.next("This check cannot be waived: nothing was changed.")
        }
        NotConfirmed::NotWaived { name, .. } => failure.next(format!(
            "`--waive {name}` goes on anyway. Nothing was changed."
        )),
        NotConfirmed::Mistyped { .. } => failure,
    }
}

/// Why a run does not begin, with how to go on.
pub fn not_started(why: &NotStarted) -> Failure {
    match why {
        NotStarted::Lease(LeaseRefused::Taken { holder, .. }) => Failure::busy(why.to_string()).next(format!(
            "`gwctl runs show {} --follow` shows what is done. When that process ends, it releases the fleet.",
            holder.run
        )),
        NotStarted::Shared(refused) if refused.is_held() => Failure::busy(why.to_string()).next(
            "`gwctl runs` lists that run, `gwctl runs show RUN --follow` shows what is done. When it is over, it releases the fleet.",
        ),
        NotStarted::Shared(refused) if refused.is_unavailable() => Failure::new(why.to_string()).next(
            "`--waive shared-table` goes on without it (with --reason, for a run that was begun): nobody on another machine is \
             kept from changing the fleet meanwhile.",
        ),
        NotStarted::NotConfirmed(why) => unconfirmed(why),
        NotStarted::Elsewhere(_) => Failure::refused(why.to_string()).next(
            "Resume it with the credentials and the configuration it was confirmed with; `gwctl runs abandon` ends it.",
        ),
        NotStarted::Changed
        | NotStarted::ChangedBy(_)
        | NotStarted::ReadOnly(_)
        | NotStarted::WorldEnded(_)
        | NotStarted::NoWayBack { .. }
        | NotStarted::NotApproved(_)
        | NotStarted::NotOffered(_)
        | NotStarted::OfferedTo { .. }
        | NotStarted::Over { .. } => {
            Failure::refused(why.to_string())
        }
        _ => Failure::new(why.to_string()),
    }
}
