//! What a call did, in one plain phrase.

use std::fmt::Write as _;

use super::catalogue::known;
use super::record::{Outcome, TrailRecord};

/// How many values of one parameter are named.
const NAMED: usize = 2;

/// What was done, tried or asked, without who and where: `updated the code of orders-write`.
pub(super) fn phrase(record: &TrailRecord) -> String {
    let does = does(record);
    match &record.outcome {
        Outcome::Done => past(&does),
        Outcome::Refused { .. } => format!("tried to {does}"),
        Outcome::Unknown => format!("asked to {does}"),
    }
}

/// What became of what was not simply done; empty for what was.
pub(super) fn remark(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done => String::new(),
        Outcome::Refused { code, .. } => format!(": refused ({code})"),
        Outcome::Unknown => ": the record does not show whether AWS did it".into(),
    }
}

/// As the catalogue has it; a call that is not in it is named as AWS names it.
fn does(record: &TrailRecord) -> String {
    let operation = record.operation();
    match known(&record.service, operation) {
        Some(known) => filled(known.does, record),
        None => format!("call {operation} of {}", record.service),
    }
}

/// With the record's own values in the places for them.
fn filled(template: &str, record: &TrailRecord) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, place)) = rest.split_once('{') {
        let (place, after) = place.split_once('}').unwrap_or((place, ""));
        let (key, otherwise) = place.split_once(':').unwrap_or((place, ""));
        text.push_str(before);
        text.push_str(&named(&values(record, key)).unwrap_or_else(|| otherwise.into()));
        rest = after;
    }
    text + rest
}

/// REST and HTTP APIs share their calls, and name the API differently (aws-facts §14.3). A list's values have its
/// name with a number behind it.
fn values<'r>(record: &'r TrailRecord, key: &str) -> Vec<&'r str> {
    let own = record.values(key);
    match key {
        "restApiId" if own.is_empty() => record.values("apiId"),
        "alarmNames" => (0..=NAMED)
            .flat_map(|n| record.values(&format!("{key}.{n}")))
            .collect(),
        _ => own,
    }
}

fn named(values: &[&str]) -> Option<String> {
    let (shown, more) = values.split_at(values.len().min(NAMED));
    let short: Vec<&str> = shown.iter().map(|value| short(value)).collect();
    let mut text = short.join(" and ");
    if !more.is_empty() {
        let _ = write!(text, " and {} more", more.len());
    }
    (!text.is_empty()).then_some(text)
}

/// The name in an ARN; a name without DNS's final dot.
fn short(value: &str) -> &str {
    let resource = value
        .strip_prefix("arn:")
        .and_then(|rest| rest.splitn(5, ':').nth(4));
    let Some(resource) = resource else {
        return value.trim_end_matches('.');
    };
    match resource.strip_prefix("stack/") {
        Some(stack) => stack.split('/').next().unwrap_or(stack),
        None => resource.split_once(':').map_or(resource, |(_, name)| name),
    }
}

/// `update the code` → `updated the code`.
fn past(does: &str) -> String {
    let (verb, rest) = does.split_once(' ').unwrap_or((does, ""));
    let done = match verb {
        "set" => "set".into(),
        "stop" => "stopped".into(),
        "cancel" => "cancelled".into(),
        "map" => "mapped".into(),
        _ if verb.ends_with('y') && !verb.ends_with("oy") => {
            format!("{}ied", verb.trim_end_matches('y'))
        }
        _ if verb.ends_with('e') => format!("{verb}d"),
        _ => format!("{verb}ed"),
    };
    let done = match rest.strip_prefix("or change ") {
        Some(rest) => return format!("{done} or changed {rest}"),
        None => done,
    };
    format!("{done} {rest}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::catalogue::KNOWN;

    #[test]
    fn every_call_reads_as_something_that_somebody_did() {
        const DONE: [&str; 35] = [
            "updated",
            "changed",
            "published",
            "created",
            "deleted",
            "allowed",
            "removed",
            "set",
            "invalidated",
            "deployed",
            "replaced",
            "imported",
            "mapped",
            "rebooted",
            "failed",
            "switched",
            "applied",
            "executed",
            "cancelled",
            "disabled",
            "enabled",
            "muted",
            "scheduled",
            "rotated",
            "attached",
            "detached",
            "opened",
            "closed",
            "started",
            "answered",
            "stopped",
            "called",
            "restored",
            "requested",
            "",
        ];
        for known in KNOWN {
            let done = past(known.does);
            let verb = done.split(' ').next().unwrap();
            assert!(DONE.contains(&verb), "{done}");
            assert!(
                !known.does.contains("}}")
                    && known.does.matches('{').count() == known.does.matches('}').count()
            );
        }
    }
}
