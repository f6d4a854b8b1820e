//! More than an hour: Logs Insights is asked, after its price was told and taken.

use std::time::Duration;

use super::args::Logs;
use super::report::Report;
use super::{asked, begin, nothing, reader, told};
use crate::cli::act::ask::{ask, terminal};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::output::tell;
use crate::cli::stop_signals::StopSignals;
use crate::cli::target::Target;
use crate::fleet::clean_line;
use crate::observe::logs::{Book, LogReader, RangePlan, StopSearch};

/// The longest time that is read line by line, at no price.
pub const LINE_BY_LINE: Duration = Duration::from_hours(1);
/// How long a command that is interrupted waits until its queries are stopped.
const STOPPING: Duration = Duration::from_secs(5);

/// Asks and prints.
pub fn run(global: &Global, args: &Logs) -> Result<Exit, Failure> {
    let read = async |target: Target| read(&target, args).await;
    let report = args.fleet.with(global, true, read)??;
    told(&report, args)
}

async fn read(target: &Target, args: &Logs) -> Result<Report, Failure> {
    let now = target.clock.now();
    let reader = reader(target);
    let plan = Box::pin(reader.range_plan(&asked(args, begin(args, now), now))).await;
    if plan.parts.is_empty() && plan.unread.is_empty() {
        return Err(nothing(args));
    }
    agree(&plan, args).await?;
    let book = searched(&reader, &plan).await?;
    Ok(Report::of(&target.name, args, book))
}

/// Tells the price, and goes on where somebody takes it.
pub async fn agree(plan: &RangePlan, args: &Logs) -> Result<(), Failure> {
    tell(clean_line(&format!("gwctl: {}.", plan.price())));
    if args.yes {
        return Ok(());
    }
    let refused = |why: &str| {
        Failure::refused(format!("Logs Insights was not asked: {why}"))
            .next("`--yes` takes the price; up to `--since 1h` costs nothing.")
    };
    if !terminal() {
        return Err(refused("nobody can confirm its price here"));
    }
    let answer = ask("Ask Logs Insights? [y/N]").await.ok().flatten();
    match answer.as_deref() {
        Some("y" | "Y" | "yes") => Ok(()),
        _ => Err(refused("its price was not confirmed")),
    }
}

async fn searched(reader: &LogReader, plan: &RangePlan) -> Result<Book, Failure> {
    let stop = StopSearch::default();
    until_interrupted(&stop, reader.range(plan, &stop, |_| {})).await
}

/// What `search` found; after an interrupt, which stops it, what was found until then.
pub async fn until_interrupted<T>(
    stop: &StopSearch,
    search: impl Future<Output = T>,
) -> Result<T, Failure> {
    let mut signals = StopSignals::listen()?;
    tokio::pin!(search);
    tokio::select! {
        found = &mut search => return Ok(found),
        () = signals.any() => {}
    }
    stop.stop();
    tell("gwctl: interrupted: the queries are being stopped");
    tokio::time::timeout(STOPPING, search).await.map_err(|_| {
        Failure::new("the queries could not be stopped in time: AWS may charge for all they scan")
    })
}
