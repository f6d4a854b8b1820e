//! `gwctl status`: the complete picture once, printed, and an exit code that says how it is.

pub mod args;
mod document;
#[cfg(test)]
mod everywhere_tests;
mod figure;
mod markdown;
mod region_switch;
mod rows;
mod table;
mod unanswered;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::{Global, Output};
use super::output::{colored, print};
use super::runtime::run_async;
use super::settings::Settings;
use super::simulated;
use super::target::{Target, complete};
use crate::fleet::Snapshot;
use args::Status;

use document::document;
use unanswered::{Unanswered, unanswered};

/// One picture and what is to be said about it.
pub struct Report {
    pub picture: Arc<Snapshot>,
    /// `gwctl.status/1`.
    pub document: serde_json::Value,
    /// The questions that got no answer.
    pub unanswered: Vec<Unanswered>,
    /// How to exit.
    pub exit: Exit,
}

impl Report {
    /// Reads a picture.
    pub fn new(picture: Arc<Snapshot>, simulated: bool) -> Self {
        let mut document = document(&picture, simulated);
        let unanswered = unanswered(&document, picture.complete);
        let exit = Exit::of_verdict(picture.judgement.verdict, !unanswered.is_empty());
        document["exit_code"] = exit.code().into();
        document["unanswered"] = unanswered.iter().map(Unanswered::document).collect();
        Self {
            picture,
            document,
            unanswered,
            exit,
        }
    }
}

/// What got no answer in a picture, a sentence each.
pub fn not_answered(picture: &Arc<Snapshot>) -> Vec<String> {
    unanswered::sentences(&Report::new(picture.clone(), false).unanswered)
}

/// How many questions about each part got no answer: the edge, the database, a Region by its name.
pub fn silent_parts(picture: &Arc<Snapshot>) -> BTreeMap<String, usize> {
    let mut parts = BTreeMap::new();
    for one in Report::new(picture.clone(), false).unanswered {
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
    let picture = if args.fleet.demo {
        simulated::picture(&args.fleet.still(), args.timeout)?
    } else {
        let settings = Settings::read(global)?;
        settings.tell_warnings();
        run_async(async {
            let mut target = Target::configured(global, &settings).await;
            target.refresh.probes = !args.no_probe;
            complete(&target, args.timeout).await
        })?
    };
    let report = Report::new(picture, args.fleet.demo);
    let text = match args.output {
        Output::Table => table::draw(&report, colored(global.color)),
        Output::Json => format!("{:#}\n", report.document),
        Output::Markdown => markdown::draw(&report),
    };
    print(&text)?;
    Ok(report.exit)
}
