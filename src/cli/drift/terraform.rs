//! `gwctl drift --terraform` and `--state`: what Terraform would do to the fleet, and where its state is no longer
//! true.

use std::collections::BTreeSet;
use std::path::Path;

use super::args::Drift;
use super::terraform_report::{Of, Report, Section};
use super::{PICTURE, terraform_print};
use crate::actions::terraform::{
    Evidence, Plan, Runs, State, compare, judge, unasked, wires_of_plan, wires_of_state,
};
use crate::cli::act::stage::runs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Output};
use crate::cli::target::complete;
use crate::cli::{output, terraform_file};
use crate::observe::wiring::wiring;

/// Judges the files by one picture, and prints what came of it.
pub fn run(global: &Global, args: &Drift) -> Result<Exit, Failure> {
    // A file that cannot be read is told before AWS is asked.
    let plan = args
        .terraform
        .as_deref()
        .map(terraform_file::plan)
        .transpose()?;
    let state = args
        .state
        .as_deref()
        .map(terraform_file::state)
        .transpose()?;
    let folder = runs(args.fleet.demo)?;
    let report = args.fleet.with(global, true, async |target| {
        let picture = complete(&target, PICTURE).await;
        let runs = Runs::of(&folder, &target.spec, &picture);
        let evidence = Evidence::new(&target.spec, &picture, &runs);
        // What the files have and no picture holds.
        let mut wanted = BTreeSet::new();
        if let Some(plan) = &plan {
            wanted.extend(wires_of_plan(plan, &evidence.known));
        }
        if let Some(state) = &state {
            wanted.extend(wires_of_state(state, &evidence.known));
        }
        let wiring = Box::pin(wiring(&target.session, &target.spec, &wanted)).await;
        let evidence = evidence.wired_by(&wiring);
        let plan = plan.as_ref().zip(args.terraform.as_deref());
        let state = state.as_ref().zip(args.state.as_deref());
        Report {
            fleet: target.name.clone(),
            plan: plan.map(|(plan, path)| of_plan(plan, path, &evidence)),
            state: state.map(|(state, path)| of_state(state, path, &evidence)),
            unread: runs.unread.clone(),
        }
    })?;
    output::print(&match args.output {
        Output::Table => terraform_print::table(&report),
        Output::Markdown => terraform_print::markdown(&report),
        Output::Json => format!("{:#}\n", report.document()),
    })?;
    Ok(report.exit())
}

fn of_plan(plan: &Plan, path: &Path, evidence: &Evidence<'_>) -> Section {
    let judged = judge(plan, evidence);
    Section {
        of: Of::Plan,
        file: path.display().to_string(),
        terraform: plan.terraform_version.clone(),
        made: plan.timestamp.clone(),
        unasked: unasked(&judged, evidence),
        judged,
    }
}

fn of_state(state: &State, path: &Path, evidence: &Evidence<'_>) -> Section {
    let judged = compare(state, evidence);
    Section {
        of: Of::State,
        file: path.display().to_string(),
        terraform: state.terraform_version.clone(),
        made: None,
        unasked: unasked(&judged, evidence),
        judged,
    }
}
