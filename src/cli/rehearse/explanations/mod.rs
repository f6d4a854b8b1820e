//! `gwctl rehearse --explain`: what `gwctl explain` says of simulated worlds, beside what is really wrong in them. The
//! reasoning sees what AWS's APIs answer, and neither the scenario nor its seed.

mod judged;
mod print;

use std::time::Duration;

use jiff::SignedDuration;
use serde::Serialize;

use crate::cli::args::Rehearse;
use crate::cli::exit::Exit;
use crate::cli::explain;
use crate::cli::failure::Failure;
use crate::cli::flags::Output;
use crate::cli::simulated::{self, Still};
use crate::cli::{output, target::Target};
use crate::explain::Explanation;
use crate::sim::Scenario;
use crate::sim::world::Truth;
use judged::Judged;

/// How far back `gwctl explain` looks for changes.
const SINCE: SignedDuration = SignedDuration::from_hours(2);
/// From one calm day to the next: every hour of a day comes up, and no two days begin at the same minute.
const NEXT_DAY: SignedDuration = SignedDuration::from_mins(25 * 60 + 7);
/// Troubles that take away gwctl's sight: what else is wrong cannot be seen beside them.
const BLINDING: [&str; 2] = ["credentials", "calls-throttled"];
/// What hides everything, also what is no single Region's.
const HIDING: &str = "region-unreachable";
/// Troubles after which a Region has no clients: whatever else is wrong there, nothing of it fails any more.
const EMPTYING: [&str; 5] = [
    "certificate",
    "database-unreachable",
    "drill",
    "health-check-changed",
    "record-changed",
];

/// All that was tried.
#[derive(Debug, Serialize)]
struct Tried {
    scenarios: Vec<Judged>,
    calm: Judged,
    pairs: Judged,
    /// Every world that was explained wrongly, a sentence each.
    wrong: Vec<String>,
}

/// Explains every world and prints how well.
pub(super) fn run(args: &Rehearse) -> Result<Exit, Failure> {
    let stories = stories(args)?;
    let mut wrong = Vec::new();
    let mut scenarios = Vec::new();
    for story in &stories {
        output::tell(format!("explaining {} …", story.name));
        let mut row = Judged::new(&story.name);
        for seed in 1..=args.seeds {
            row.add(
                story,
                seed,
                &explained(story, seed, SignedDuration::ZERO)?,
                &mut wrong,
            );
        }
        scenarios.push(row);
    }
    let tried = Tried {
        scenarios,
        calm: calm(args.calm, &mut wrong)?,
        pairs: pairs(&stories, args.pairs, &mut wrong)?,
        wrong,
    };
    output::print(&match args.output {
        Output::Json => print::json(&tried),
        Output::Markdown => print::markdown(&tried),
        Output::Table => print::table(&tried),
    })?;
    Ok(Exit::Success)
}

/// The scenarios that something is wrong in, and that say what.
fn stories(args: &Rehearse) -> Result<Vec<Scenario>, Failure> {
    let chosen = !args.scenario.is_empty();
    let names: Vec<String> = if chosen {
        args.scenario.clone()
    } else {
        Scenario::names().map(ToOwned::to_owned).collect()
    };
    let mut stories = Vec::new();
    for name in names {
        let story = simulated::scenario(&name)?;
        if story.truth.as_ref().is_some_and(|truth| !truth.is_empty()) {
            stories.push(story);
        } else if chosen {
            let what = format!("nobody wrote down what is wrong in scenario {name}");
            return Err(Failure::usage(what).next("Add `[[truth]]` with a `cause` to it."));
        }
    }
    Ok(stories)
}

/// Days on which nothing is wrong.
fn calm(days: u64, wrong: &mut Vec<String>) -> Result<Judged, Failure> {
    output::tell("explaining calm days …");
    let mut row = Judged::new("calm days");
    let mut later = SignedDuration::ZERO;
    for seed in 1..=days {
        let story = Scenario::calm();
        row.add(&story, seed, &explained(&story, seed, later)?, wrong);
        later += NEXT_DAY;
    }
    Ok(row)
}

/// Two troubles at once, neither of which hides the other.
fn pairs(stories: &[Scenario], most: usize, wrong: &mut Vec<String>) -> Result<Judged, Failure> {
    output::tell("explaining pairs …");
    let mut row = Judged::new("pairs");
    let all: Vec<Scenario> = stories
        .iter()
        .enumerate()
        .flat_map(|(at, one)| stories[at + 1..].iter().map(move |other| (one, other)))
        .filter(|(one, other)| can_be_seen(one, other))
        .map(|(one, other)| one.clone().and(other.clone()))
        .collect();
    // Spread over all pairs, whichever come first.
    let step = (all.len() / most.max(1)).max(1);
    for (story, seed) in all.iter().step_by(step).take(most).zip(1..) {
        row.add(
            story,
            seed,
            &explained(story, seed, SignedDuration::ZERO)?,
            wrong,
        );
    }
    Ok(row)
}

fn can_be_seen(one: &Scenario, other: &Scenario) -> bool {
    let truths = |story: &Scenario| story.truth.clone().unwrap_or_default();
    let (one, other) = (truths(one), truths(other));
    let single = one.len() == 1 && other.len() == 1;
    let blinding = |truth: &Truth| BLINDING.contains(&truth.cause.as_str());
    let hides = |a: &Truth, b: &Truth| {
        let empties = EMPTYING.contains(&a.cause.as_str()) && a.region.is_some();
        let here = a.region == b.region;
        (a.cause == HIDING && (here || b.region.is_none())) || (empties && here)
    };
    let same = |a: &Truth, b: &Truth| a.cause == b.cause && a.region == b.region;
    let apart = |(a, b): (&Truth, &Truth)| {
        !blinding(a) && !blinding(b) && !hides(a, b) && !hides(b, a) && !same(a, b)
    };
    single && one.iter().zip(&other).all(apart)
}

fn explained(story: &Scenario, seed: u64, later: SignedDuration) -> Result<Explanation, Failure> {
    let world = Still {
        scenario: story.name.clone(),
        seed,
        after: Duration::ZERO,
        empty: false,
    };
    let look = async |target: Target| explain::look(&target, SINCE, &[]).await.explanation;
    simulated::later(later, story.clone(), &world, look)
}
