//! What the picture says is wrong, and no hypothesis tells.

use crate::hypothesis::{Explanation, Hypothesis};
use gwctl_fleet::{Metric, Reason, Snapshot, Verdict};

/// Part of the edge's errors from which on they are explained.
const ACCOUNTS: f64 = 0.5;

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
const FOLLOWS: [&str; 8] = [
    "probe",
    "reach",
    "dns",
    "errors",
    "functions",
    "throttling",
    "alarms",
    "lag",
];

/// The reasons of `picture` that `explanation` leaves untold, the worst first.
pub fn rest(picture: &Snapshot, explanation: &Explanation) -> Vec<Rest> {
    let mut rest: Vec<Rest> = Vec::new();
    for (place, reason) in reasons(picture) {
        let told = |one: &Hypothesis| tells(picture, one, place, reason);
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
fn tells(picture: &Snapshot, one: &Hypothesis, place: &str, reason: &Reason) -> bool {
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
    let at_edge = place == "edge" && accounts_for_edge(picture, one);
    if one.hurts && follows && (at_edge || one.supports.iter().any(told_of)) {
        return true;
    }
    let Some(region) = &one.region else {
        // Who cannot ask sees nothing at all.
        return one.cause == "credentials" && reason.verdict == Verdict::Unknown;
    };
    let here = place == region.as_str();
    let silent = one.cause == "region-unreachable";
    let unanswered = silent && reason.verdict == Verdict::Unknown;
    let of_alarms = one.cause.starts_with("alarm") && reason.about == "alarms";
    let behind = one.cause == "replication-behind" && ["lag", "alarms"].contains(&reason.about);
    (here && (one.hurts && follows || behind || of_alarms))
        || (here && silent && reason.about == "database")
        || (unanswered && (here || reason.text.contains(region.as_str())))
}

/// Whether the edge's errors may be those of the hypothesis: where it is known how many requests it hits, they are a good
/// part of what fails at the edge.
fn accounts_for_edge(picture: &Snapshot, one: &Hypothesis) -> bool {
    let rate = picture.edge.metrics.latest(Metric::Edge5xxRate, picture.at);
    match (one.hit_percent, rate) {
        (Some(hit), Some(rate)) => hit >= ACCOUNTS * rate.value,
        _ => true,
    }
}

fn unplaced(place: &str, text: &str) -> String {
    let text = text
        .strip_prefix(place)
        .map_or(text, |text| text.trim_start_matches([' ', ':']));
    text.replacen(&format!(" in {place}"), "", 1)
}
