//! What could be done with each Region now: cells for the tables, and what stands against it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::actions::{Answer, Finding, Readiness, Ready};
use crate::fleet::Snapshot;

/// The heads of the table.
pub const HEADS: [&str; 3] = ["CAN BE", "MADE THE WRITER", "EVACUATED"];

/// A row a Region.
pub fn rows(all: &[Readiness], picture: &Snapshot) -> Vec<[String; 3]> {
    let cells = |one: &Readiness| {
        let promotion = match &one.promotion {
            Some(ready) => ready.answer.word(),
            None if picture.is_writer(&one.region) == Some(true) => "is the writer",
            None => "has no database",
        };
        [
            one.region.to_string(),
            promotion.to_owned(),
            one.evacuation.answer.word().to_owned(),
        ]
    };
    all.iter().map(cells).collect()
}

/// What stands against it, the gravest first, each once: `if waived, lag (promote eu-west-1): …`.
pub fn against(all: &[Readiness]) -> Vec<String> {
    let mut found: BTreeMap<(std::cmp::Reverse<Finding>, &str, &str), Vec<String>> =
        BTreeMap::new();
    for one in all {
        let promotion = one.promotion.iter().map(|ready| ("promote", ready));
        let both = promotion.chain([("evacuate", &one.evacuation)]);
        for (verb, ready) in both {
            for check in &ready.checks {
                let key = (
                    std::cmp::Reverse(check.finding),
                    check.name.as_str(),
                    check.text.as_str(),
                );
                found
                    .entry(key)
                    .or_default()
                    .push(format!("{verb} {}", one.region));
            }
        }
    }
    let line = |((finding, name, text), whose): (_, Vec<String>)| {
        let std::cmp::Reverse(finding): std::cmp::Reverse<Finding> = finding;
        format!("{} {name} ({}): {text}", finding.word(), whose.join(", "))
    };
    found.into_iter().map(line).collect()
}

/// For programs.
pub fn document(all: &[Readiness]) -> Value {
    let ready = |ready: &Ready| {
        json!({
            "command": format!("gwctl {}", ready.command),
            "answer": ready.answer,
            "ready": matches!(ready.answer, Answer::Yes | Answer::YesLook),
            "checks": ready.checks,
        })
    };
    let one = |one: &Readiness| {
        json!({
            "region": one.region,
            "promotion": one.promotion.as_ref().map(ready),
            "evacuation": ready(&one.evacuation),
        })
    };
    all.iter().map(one).collect()
}
