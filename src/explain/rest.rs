//! What the picture says is wrong, and no hypothesis tells.

use crate::hypothesis::{Explanation, Hypothesis};
use gwctl_fleet::{Reason, Snapshot, Verdict};

/// A reason of a verdict, told once for all places that have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    pub verdict: Verdict,
    /// `edge`, `database`, or Regions.
    pub places: Vec<String>,
    /// Without the places.
    pub text: String,
}

/// What an impaired Region shows: told with its cause.
const FOLLOWS: [&str; 7] = [
    "probe",
    "reach",
    "dns",
    "errors",
    "functions",
    "throttling",
    "alarms",
];

/// The reasons of `picture` that `explanation` leaves untold, the worst first.
pub fn rest(picture: &Snapshot, explanation: &Explanation) -> Vec<Rest> {
    let mut rest: Vec<Rest> = Vec::new();
    for (place, reason) in reasons(picture) {
        let told = |one: &Hypothesis| tells(one, place, reason);
        if explanation.hypotheses.iter().any(told) {
            continue;
        }
        let text = unplaced(place, &reason.text);
        let same = |known: &&mut Rest| known.verdict == reason.verdict && known.text == text;
        match rest.iter_mut().find(same) {
            Some(known) if known.places.iter().any(|known| known == place) => {}
            Some(known) => known.places.push(place.to_owned()),
            None => rest.push(Rest {
                verdict: reason.verdict,
                places: vec![place.to_owned()],
                text,
            }),
        }
    }
    rest.sort_by_key(|one| std::cmp::Reverse(one.verdict));
    rest
}

/// All reasons with their places. What a Region says of its own cluster, the database does not repeat.
fn reasons(picture: &Snapshot) -> Vec<(&str, &Reason)> {
    let mut all: Vec<(&str, &Reason)> = Vec::new();
    for site in &picture.sites {
        let own = site.judgement.reasons.iter();
        all.extend(own.map(|reason| (site.region.as_str(), reason)));
    }
    let edge = picture.edge.judgement.reasons.iter();
    all.extend(edge.map(|reason| ("edge", reason)));
    let said: Vec<&str> = all.iter().map(|(_, reason)| reason.text.as_str()).collect();
    let database = picture.database.judgement.reasons.iter();
    let database: Vec<_> = database
        .filter(|reason| !said.contains(&reason.text.as_str()))
        .map(|reason| ("database", reason))
        .collect();
    all.extend(database);
    if all.is_empty() {
        let fleet = picture.judgement.reasons.iter();
        all.extend(fleet.map(|reason| ("fleet", reason)));
    }
    all
}

/// Whether `one` says what `reason` says, or is its cause.
fn tells(one: &Hypothesis, place: &str, reason: &Reason) -> bool {
    let quoted = |line: &String| line.ends_with(reason.text.as_str());
    if one.supports.iter().any(quoted) {
        return true;
    }
    // What it does elsewhere, or at the edge, is told among its evidence, in other figures.
    let told_of = |line: &String| {
        let rest = line.strip_prefix(place);
        rest.is_some_and(|rest| rest.starts_with([':', ' ']))
    };
    let follows = FOLLOWS.contains(&reason.about);
    if one.hurts && follows && (place == "edge" || one.supports.iter().any(told_of)) {
        return true;
    }
    let Some(region) = &one.region else {
        // Who cannot ask sees nothing at all.
        return one.cause == "credentials" && reason.verdict == Verdict::Unknown;
    };
    let here = place == region.as_str();
    let silent = one.cause == "region-unreachable";
    let unanswered = silent && reason.verdict == Verdict::Unknown;
    (here && one.hurts && follows)
        || (here && silent && reason.about == "database")
        || (unanswered && (here || reason.text.contains(region.as_str())))
}

fn unplaced(place: &str, text: &str) -> String {
    let text = text.strip_prefix(place).map_or(text, str::trim_start);
    text.replacen(&format!(" in {place}"), "", 1)
}
