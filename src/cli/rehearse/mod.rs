//! `gwctl rehearse`: the whole failover drill in simulated worlds, and what each world counted of it:
//! run as planned, and with the same steps one after the other. Or what `gwctl explain` says of each of them.

pub(in crate::cli) mod drill;
mod explanations;
mod print;
mod seconds;

use serde::Serialize;

use super::args::Rehearse;
use super::exit::Exit;
use super::failure::Failure;
use super::flags::Output;
use super::{output, simulated};
use crate::actions::DataLoss;
use crate::fleet::Region;
use crate::sim::Scenario;
use crate::sim::world::{Event, FaultKind, Happening};
use jiff::{SignedDuration, Timestamp};

/// How far into a world its faults end: a drill needs the Region back.
const FAULTS_END: SignedDuration = SignedDuration::from_mins(20);

/// One scenario, both ways.
#[derive(Debug, Serialize)]
struct Row {
    scenario: String,
    /// Which Region is left, and which becomes the writer's.
    drill: String,
    planned: Figures,
    one_by_one: Figures,
}

/// What one drill came to, by the world's own count.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct Figures {
    /// `done`, or how it stands and why.
    pub outcome: String,
    /// From the confirmation until the world serves again; none when it did not.
    pub rto_s: Option<i64>,
    /// What gwctl's own report says of the same.
    pub reported: Reported,
    /// Seconds of acknowledged writes that were lost.
    pub rpo_s: f64,
    /// Lost writes that the plan announced, before it was confirmed; none where it could not know.
    pub announced_writes: Option<f64>,
    /// What the plan announced; none where nothing was to be lost.
    #[serde(skip)]
    pub announced: Option<DataLoss>,
    /// From the confirmation until the operator checks the other Region.
    #[serde(skip)]
    pub way_out: Option<(Timestamp, Timestamp)>,
    /// All requests of clients.
    pub requests: f64,
    /// Answered 5xx, 429 or not at all.
    pub failed_requests: f64,
    /// Of these, answered 429.
    pub throttled_requests: f64,
    pub writes_lost: f64,
    /// Seconds in which no cluster accepted writes.
    pub without_writer_s: f64,
    /// From the confirmation to the end.
    pub took_s: i64,
    /// From the confirmation to the first change.
    pub first_change_s: Option<f64>,
    /// Every time the operator was asked, and why.
    pub holds: Vec<String>,
    /// The red checks that the operator waived by name, and what they said.
    pub waived: Vec<String>,
}

/// What the run's report says, from what gwctl could observe.
#[derive(Debug, Default, Serialize)]
pub(in crate::cli) struct Reported {
    /// From the confirmation to recovery.
    pub recovery_s: Option<i64>,
    /// Requests answered 5xx, as CloudFront counted.
    pub failed_requests: Option<f64>,
    /// Writes lost, when the old writer stopped once it was last heard.
    pub writes_lost_likely: Option<f64>,
    /// Writes lost at most.
    pub writes_lost_at_most: Option<f64>,
}

/// Rehearses and prints.
pub fn run(args: &Rehearse) -> Result<Exit, Failure> {
    if args.explain {
        return explanations::run(args);
    }
    let scenarios: Vec<String> = if args.scenario.is_empty() {
        Scenario::names().map(ToOwned::to_owned).collect()
    } else {
        args.scenario.clone()
    };
    let mut rows = Vec::new();
    for name in scenarios {
        output::tell(format!("rehearsing {name} …"));
        let story = story(&name)?;
        let (drill, planned) = drill::rehearse(story.clone(), args.seed, false)?;
        let (_, one_by_one) = drill::rehearse(story, args.seed, true)?;
        rows.push(Row {
            scenario: name,
            drill,
            planned,
            one_by_one,
        });
    }
    output::print(&match args.output {
        Output::Json => print::json(&rows),
        Output::Markdown => print::markdown(&rows),
        Output::Table => print::table(&rows),
    })?;
    Ok(Exit::Success)
}

/// The scenario with an end to everything that goes wrong, and the Region that it strikes worst.
pub(in crate::cli) fn story(name: &str) -> Result<(Scenario, Option<Region>), Failure> {
    let mut scenario = simulated::scenario(name)?;
    let faults: Vec<_> = scenario
        .events
        .iter()
        .filter_map(|event| match &event.what {
            Happening::Starts(fault) => Some(fault.clone()),
            _ => None,
        })
        .collect();
    // A Region that goes dark is what one leaves, whatever struck others before.
    let dark = faults
        .iter()
        .filter(|fault| fault.kind == FaultKind::RegionDark);
    let struck = dark.chain(&faults).find_map(|fault| fault.region.clone());
    scenario
        .events
        .extend(faults.into_iter().map(|fault| Event {
            at: FAULTS_END,
            within: SignedDuration::ZERO,
            what: Happening::Ends(fault),
        }));
    scenario.events.sort_by_key(|event| event.at);
    Ok((scenario, struck))
}
