//! `gwctl changes`: what changed in the fleet, who changed it, and what could not be asked.

pub mod args;
mod print;
mod report;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Output};
use super::output;
use super::target::Target;
use super::target::complete;
use crate::fleet::Snapshot;
use crate::observe::{Happened, History};
use args::Changes;
use report::Report;

/// The picture names the fleet's own resources and sees what `CloudTrail` does not show yet; it is waited for no longer
/// than that.
pub(super) const PICTURE: Duration = Duration::from_secs(15);

/// Asks every Region side by side, and prints what came of it.
pub fn run(global: &Global, args: &Changes) -> Result<Exit, Failure> {
    let since = SignedDuration::try_from(args.since).unwrap_or_default();
    let look = async |target: Target| look(&target, since).await;
    let report = args.fleet.with(global, false, look)?;
    output::print(&match args.output {
        Output::Table => print::table(&report),
        Output::Markdown => print::markdown(&report),
        Output::Json => format!("{:#}\n", report.document()),
    })?;
    Ok(report.exit())
}

async fn look(target: &Target, since: SignedDuration) -> Report {
    let (_, happened) = ask(target, since).await;
    Report {
        fleet: target.name.clone(),
        happened,
    }
}

/// Asks `CloudTrail` and takes the picture side by side.
async fn ask(target: &Target, since: SignedDuration) -> (Arc<Snapshot>, Happened) {
    let to = target.clock.now();
    let history = History::new(target.clock.clone());
    let trail = history.ask(&target.session, &target.spec, since);
    let picture = complete(target, PICTURE);
    let (answers, picture) = futures_util::future::join(Box::pin(trail), Box::pin(picture)).await;
    let fleet = (target.name.as_str(), &target.spec);
    let happened = Happened::of(fleet, (to - since, to), answers, &picture);
    (picture, happened)
}
