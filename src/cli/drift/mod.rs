//! `gwctl drift`: what is not as CloudFormation left it, or what a plan of Terraform would change, and which of it
//! an action explains.

pub mod args;
mod print;
mod report;
mod terraform;
mod terraform_print;
mod terraform_report;

use std::time::Duration;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Output};
use super::output;
use super::target::Target;
use super::target::complete;
use crate::observe::drift::{StackDrift, Stacks, drift, stacks};
use args::Drift;
use report::Report;

/// The picture that explains is waited for no longer than that; nothing depends on all of it.
const PICTURE: Duration = Duration::from_secs(30);

/// Has every stack compared, or judges what Terraform wrote, and prints what came of it.
pub fn run(global: &Global, args: &Drift) -> Result<Exit, Failure> {
    if args.terraform.is_some() || args.state.is_some() {
        return terraform::run(global, args);
    }
    let look = async |target: Target| look(&target, args.wait).await;
    let report = args.fleet.with(global, true, look)?;
    if report.stacks.is_empty() && report.unlisted.is_empty() {
        return Err(
            Failure::new(format!("no stack of the fleet {} is known", report.fleet)).next(
                "Name each Region's as `stack` in the configuration; stacks that gwctl built are found by their tag.",
            ),
        );
    }
    output::print(&match args.output {
        Output::Table => print::table(&report),
        Output::Markdown => print::markdown(&report),
        Output::Json => format!("{:#}\n", report.document()),
    })?;
    Ok(report.exit())
}

/// Compares and takes the picture side by side: either may take its time.
async fn look(target: &Target, wait: Duration) -> Report {
    let compared = async {
        let Stacks { known, unlisted } =
            Box::pin(stacks(&target.session, &target.name, &target.spec)).await;
        let compared: Vec<StackDrift> =
            Box::pin(drift(&target.session, &*target.clock, &known, wait)).await;
        (compared, unlisted)
    };
    let picture = complete(target, PICTURE);
    let ((compared, unlisted), picture) =
        futures_util::future::join(Box::pin(compared), Box::pin(picture)).await;
    Report::new(&target.name, compared, unlisted, &picture)
}
