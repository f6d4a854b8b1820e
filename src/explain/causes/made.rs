//! What a recorded call set, and who made it.

use super::changed::{is_call, told, window};
use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::Event;
use jiff::Timestamp;

/// Calls that AWS accepted, as `route53:UpdateHealthCheck`.
pub(super) fn calls<'a>(
    evidence: &Evidence<'a>,
    call: &'a str,
) -> impl Iterator<Item = &'a Event> + use<'a> {
    let events = evidence.events.iter();
    events.filter(move |event| is_call(event, call) && !event.is_refused())
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
    window(began).contains(&at)
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
    "no record tells who changed it: CloudTrail may show a call up to 15 min late";
