//! `gwctl logs`: what the functions of every Region log.

pub mod args;
mod breakdown;
mod document;
mod errors_by;
mod follow;
mod lines;
mod markdown;
mod range;
mod report;
mod sheet;
mod table;

use jiff::{SignedDuration, Timestamp};

use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Output, Simulated};
use super::output::print;
use super::runtime::run_async;
use super::settings::Settings;
use super::simulated;
use super::target::Target;
use crate::fleet::Pace;
use crate::observe::logs::{CountedBy, LogReader, LogsAsked};
use args::{Counted, Logs};
use report::Report;

/// Reads and prints.
pub fn run(global: &Global, args: &Logs) -> Result<Exit, Failure> {
    if args.follow {
        return follow(global, args);
    }
    if let Some(CountedBy::Requests(by)) = args.by.map(Into::into) {
        if args.function.is_some() || args.filter.is_some() {
            let why = "requests are those of the API: `--function` and `--filter` go with `--by function` or `--by error`";
            return Err(Failure::usage(why));
        }
        return breakdown::run(global, args, by);
    }
    if args.since > range::LINE_BY_LINE {
        return range::run(global, args);
    }
    let read = async |target: Target| read(&target, args).await;
    let report = args.fleet.with(global, true, read)??;
    told(&report, args)
}

fn told(report: &Report, args: &Logs) -> Result<Exit, Failure> {
    if let Some(by) = args.by {
        return errors_by::told(report, args, by.into());
    }
    print(&match args.output {
        Output::Table => table::draw(report),
        Output::Markdown => markdown::draw(report),
        Output::Json => format!("{:#}\n", document::draw(report)),
    })?;
    Ok(report.exit())
}

/// Opens the fleet in the present, and follows until Ctrl-C.
fn follow(global: &Global, args: &Logs) -> Result<Exit, Failure> {
    if args.output == Output::Markdown {
        return Err(Failure::usage("`--follow` prints `-o table` or `-o json`"));
    }
    if args.since > range::LINE_BY_LINE {
        return Err(Failure::usage("`--follow` begins at most 1h back"));
    }
    if args.fleet.demo {
        let sim = simulated::world(
            &Simulated {
                scenario: args.fleet.scenario.clone(),
                speed: 1.0,
                seed: args.fleet.seed,
            },
            false,
        )?;
        sim.advance(args.fleet.after);
        return run_async(async {
            let target = simulated::target(&sim, Pace::Calm).await;
            follow::run(&target, args).await
        })?;
    }
    let settings = Settings::read(global)?;
    settings.tell_warnings();
    run_async(async {
        let target = Target::configured(global, &settings).await;
        follow::run(&target, args).await
    })?
}

/// What is asked for at `until`, back to `since`.
fn asked(args: &Logs, since: Timestamp, until: Timestamp) -> LogsAsked {
    LogsAsked {
        since,
        until,
        regions: args.region.clone(),
        function: args.function.clone(),
        filter: args.filter.clone(),
        errors: args.errors || args.by.is_some_and(Counted::is_of_errors),
    }
}

/// `args.since` before `now`.
fn begin(args: &Logs, now: Timestamp) -> Timestamp {
    let back = SignedDuration::try_from(args.since).unwrap_or(SignedDuration::MAX);
    now.checked_sub(back).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn reader(target: &Target) -> LogReader {
    LogReader::new(
        target.session.clone(),
        target.spec.clone(),
        target.clock.clone(),
    )
}

async fn read(target: &Target, args: &Logs) -> Result<Report, Failure> {
    let now = target.clock.now();
    let asked = asked(args, begin(args, now), now);
    let reader = reader(target);
    let (groups, access) = Box::pin(reader.read_all(&asked)).await;
    if groups.is_empty() {
        return Err(nothing(args));
    }
    Ok(Report::new(&target.name, args, &asked, groups, access))
}

/// No function fits what is asked.
fn nothing(args: &Logs) -> Failure {
    let what = match &args.function {
        Some(name) => format!("no function `{name}` is configured in these Regions"),
        None => "no function is configured in these Regions".into(),
    };
    Failure::usage(what)
        .next("The configuration names them: `functions` of each site, `router` of the edge.")
}
