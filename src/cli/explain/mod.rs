//! `gwctl explain`: what most likely happened, with the evidence for and against it.

pub mod args;
mod print;
mod report;

use jiff::SignedDuration;

use super::changes;
use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Output};
use super::output;
use super::target::Target;
use args::Explain;
use report::Report;

/// Asks for the picture and for what changed side by side, reasons, and prints what came of it.
pub fn run(global: &Global, args: &Explain) -> Result<Exit, Failure> {
    let since = SignedDuration::try_from(args.since).unwrap_or_default();
    let look = async |target: Target| look(&target, since).await;
    let report = args.fleet.with(global, true, look)?;
    output::print(&match args.output {
        Output::Table => print::table(&report),
        Output::Markdown => print::markdown(&report),
        Output::Json => format!("{:#}\n", report.document()),
    })?;
    Ok(report.exit())
}

pub(super) async fn look(target: &Target, since: SignedDuration) -> Report {
    let (picture, happened) = changes::ask(target, since).await;
    Report::new(picture, &happened)
}
