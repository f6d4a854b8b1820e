//! Changes that somebody made, as evidence.

use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::{Event, format};
use jiff::{SignedDuration, Timestamp};

/// A change so long before something may still be its cause.
const BEFORE: SignedDuration = SignedDuration::from_mins(30);
/// A figure may show a change in the minute that it was made in, which began before it.
const SLACK: SignedDuration = SignedDuration::from_secs(60);

/// Calls of `operation` that AWS accepted.
pub(super) fn calls<'a>(
    evidence: &Evidence<'a>,
    operation: &'a str,
) -> impl Iterator<Item = &'a Event> + use<'a> {
    let of = move |event: &&Event| {
        let call = event.fields.iter().find(|(name, _)| *name == "call");
        let named = call.and_then(|(_, call)| call.split_once(':'));
        // Lambda's names carry the API's version (aws-facts §14.3).
        let named =
            named.map(|(_, name)| name.trim_end_matches(|c: char| c.is_ascii_digit() || c == 'v'));
        named == Some(operation) && !event.is_refused()
    };
    evidence.events.iter().filter(of)
}

/// The values of its request's parameter `key`.
pub(super) fn parameters<'e>(event: &'e Event, key: &'e str) -> impl Iterator<Item = &'e str> {
    let texts = event.fields.iter().filter(|(name, _)| *name == "parameter");
    let pairs = texts.filter_map(|(_, text)| text.split_once(": "));
    pairs
        .filter(move |(path, _)| {
            path.rsplit('.')
                .next()
                .is_some_and(|last| last.eq_ignore_ascii_case(key))
        })
        .map(|(_, value)| value)
}

/// Whether it was made shortly before `began`, or may have been.
pub(super) fn precedes(at: Timestamp, began: Onset) -> bool {
    let latest = began.at + SignedDuration::from_secs(began.within_s);
    at <= latest && at >= began.at - BEFORE - SLACK
}

/// `13:44: alice changed the health check …`.
pub(super) fn told(event: &Event) -> String {
    format!("{}: {}", format::minute(event.at), event.sentence())
}

/// [`told`], with what the call set of these parameters: `… (port: 8443)`.
pub(super) fn detailed(event: &Event, keys: &[&str]) -> String {
    let details = details(event, keys);
    if details.is_empty() {
        told(event)
    } else {
        format!("{} ({details})", told(event))
    }
}

/// `port: 8443, inverted: true`; empty where the record has none of them.
pub(super) fn details(event: &Event, keys: &[&str]) -> String {
    let of = |key: &&str| {
        let values: Vec<&str> = parameters(event, key).collect();
        (!values.is_empty()).then(|| format!("{key}: {}", values.join(" ")))
    };
    let all: Vec<String> = keys.iter().filter_map(of).collect();
    all.join(", ")
}

/// Who made it, or somebody.
pub(super) fn who(event: &Event) -> &str {
    event.who.as_deref().unwrap_or("somebody")
}

/// As an onset: in the minute of the change.
pub(super) fn onset(at: Timestamp) -> Onset {
    let minute = Timestamp::from_second(at.as_second().div_euclid(60) * 60);
    Onset {
        at: minute.unwrap_or(at),
        within_s: 60,
        is_seen: true,
    }
}

/// What is said of who did it where no record tells.
pub(super) const NO_RECORD: &str =
    "no record tells who changed it: CloudTrail may show a call up to 15 minutes late";
