//! `gwctl explain`: what most likely happened, with the evidence for and against it.

pub mod args;
mod print;
mod report;

use std::sync::Arc;

use jiff::SignedDuration;

use super::act::stage::runs;
use super::changes::PICTURE;
use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Output};
use super::output;
use super::target::{Target, complete};
use crate::fleet::{Event, Snapshot};
use crate::observe::{Findings, Inquirer};
use args::Explain;
use report::Report;

/// Asks, reasons, and prints what came of it.
pub fn run(global: &Global, args: &Explain) -> Result<Exit, Failure> {
    let since = SignedDuration::try_from(args.since).unwrap_or_default();
    let folder = runs(args.fleet.demo)?;
    let look = async |target: Target| {
        let own = folder.events(&target.spec, target.clock.now() - since);
        look(&target, since, &own).await
    };
    let report = args.fleet.with(global, true, look)?;
    output::print(&match args.output {
        Output::Table => print::table(&report),
        Output::Markdown => print::markdown(&report),
        Output::Json => format!("{:#}\n", report.document()),
    })?;
    Ok(report.exit())
}

/// `own` is what gwctl's own runs did.
pub(super) async fn look(target: &Target, since: SignedDuration, own: &[Event]) -> Report {
    let (picture, findings) = ask(target, since).await;
    Report::new(picture, &findings, own)
}

/// Takes the picture, and asks what changed and what the functions log, side by side.
pub(super) async fn ask(target: &Target, since: SignedDuration) -> (Arc<Snapshot>, Findings) {
    let inquirer = Inquirer::new(
        &target.name,
        target.session.clone(),
        target.spec.clone(),
        target.clock.clone(),
    );
    let inquiry = Box::pin(inquirer.ask(since));
    let picture = Box::pin(complete(target, PICTURE));
    let (inquiry, picture) = futures_util::future::join(inquiry, picture).await;
    let findings = inquiry.beside((&target.name, &target.spec), &picture);
    (picture, findings)
}
