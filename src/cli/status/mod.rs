//! `gwctl status`: the complete picture once, printed, and an exit code that says how it is.

mod all;
pub mod args;
mod document;
#[cfg(test)]
mod everywhere_tests;
mod figure;
mod markdown;
mod readiness;
mod region_switch;
mod rows;
mod runs;
mod table;
mod unanswered;

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join;

use super::act::stage;
use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Output};
use super::output::{colored, print, tell};
use super::runtime::run_async;
use super::settings::Settings;
use super::simulated;
use super::target::{Target, complete};
use crate::actions::{self, Folder, NotBrought, Readiness};
use crate::fleet::{FleetSpec, Snapshot};
use crate::store::store_of;
use args::Status;
use runs::Runs;

use document::document;
use unanswered::{Unanswered, unanswered};

/// One picture and what is to be said about it.
pub struct Report {
    pub picture: Arc<Snapshot>,
    /// `gwctl.status/1`.
    pub document: serde_json::Value,
    /// The questions that got no answer.
    pub unanswered: Vec<Unanswered>,
    /// What could be done with each Region now.
    pub readiness: Vec<Readiness>,
    /// What this machine's runs say of the fleet; none of a simulated one.
    pub runs: Option<Runs>,
    /// How to exit.
    pub exit: Exit,
}

impl Report {
    /// Reads a picture of the fleet that `spec` describes.
    fn new(picture: Arc<Snapshot>, spec: &FleetSpec, runs: Option<Runs>) -> Self {
        let mut document = document(&picture, runs.is_none());
        let unanswered = unanswered(&document, picture.complete);
        let exit = Exit::of_verdict(picture.judgement.verdict, !unanswered.is_empty());
        let readiness = actions::readiness(&picture.name, spec, &picture);
        document["exit_code"] = exit.code().into();
        document["unanswered"] = unanswered.iter().map(Unanswered::document).collect();
        document["readiness"] = readiness::document(&readiness);
        document["runs"] = runs.as_ref().map(Runs::document).into();
        Self {
            picture,
            document,
            unanswered,
            readiness,
            runs,
            exit,
        }
    }
}

fn report(global: &Global, args: &Status) -> Result<Report, Failure> {
    if args.fleet.demo {
        let look = async |target: Target| (complete(&target, args.timeout).await, target.spec);
        let (picture, spec) = simulated::still(&args.fleet.still(), look)?;
        return Ok(Report::new(picture, &spec, None));
    }
    let settings = Settings::read(global)?;
    settings.tell_warnings();
    let folder = stage::runs(false)?;
    let (picture, brought) = run_async(async {
        let mut target = Target::configured(global, &settings).await;
        target.refresh.probes = !args.no_probe;
        join(complete(&target, args.timeout), bring(&folder, &target)).await
    })?;
    if let Err(why) = brought {
        tell(format!(
            "gwctl: runs on other machines are not known: {why}"
        ));
    }
    let runs = Runs::of(&folder, &settings.spec());
    Ok(Report::new(picture, &settings.spec(), Some(runs)))
}

/// What the team's other machines did with the fleet.
async fn bring(folder: &Folder, target: &Target) -> Result<(), NotBrought> {
    let (spec, clock) = (&target.spec, target.clock.clone());
    let store = store_of(&target.session, spec, clock, folder.files());
    folder.bring(&*store, &spec.domain).await
}

/// How many questions about each part got no answer: the edge, the database, a Region by its name.
pub fn silent_parts(picture: &Arc<Snapshot>) -> BTreeMap<String, usize> {
    let document = document(picture, false);
    let mut parts = BTreeMap::new();
    for one in unanswered(&document, picture.complete) {
        let mut path = one.what.split('.');
        let first = path.next().unwrap_or_default();
        let part = match path.next() {
            Some(region) if first == "sites" => region.to_owned(),
            _ => format!("the {first}"),
        };
        *parts.entry(part).or_default() += 1;
    }
    parts
}

/// Asks, waits, prints.
pub fn run(global: &Global, args: &Status) -> Result<Exit, Failure> {
    if args.all {
        return all::run(global, args);
    }
    let report = report(global, args)?;
    let text = match args.output {
        Output::Table => table::draw(&report, colored(global.color)),
        Output::Json => format!("{:#}\n", report.document),
        Output::Markdown => markdown::draw(&report),
    };
    print(&text)?;
    Ok(report.exit)
}
