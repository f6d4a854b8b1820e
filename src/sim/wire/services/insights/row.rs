//! One event as a query sees it: system fields, those of Lambda's reports, and the members of a JSON line
//! (aws-facts §13.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::moment;
use crate::world::WrittenEvent;

/// An event, and what `parse` found in it.
#[derive(Debug, Clone)]
pub struct Row {
    pub event: WrittenEvent,
    /// `account:group`.
    pub log: Arc<str>,
    pub parsed: BTreeMap<String, String>,
}

impl Row {
    /// The value of `field`; none where the event has no such field.
    pub fn get(&self, field: &str) -> Option<String> {
        if let Some(parsed) = self.parsed.get(field) {
            return Some(parsed.clone());
        }
        let message = self.event.message.as_str();
        match field {
            "@message" => Some(message.to_owned()),
            "@timestamp" => Some(moment(self.event.at)),
            "@ingestionTime" => Some(moment(self.event.ingested)),
            "@logStream" => Some(self.event.stream.clone()),
            "@log" => Some(self.log.to_string()),
            "@ptr" => Some(self.event.id.clone()),
            lambda if lambda.starts_with('@') => of_lambda(lambda, message),
            member => of_json(member, message),
        }
    }
}

/// What Insights finds in the lines of Lambda's text format.
fn of_lambda(field: &str, message: &str) -> Option<String> {
    let kind = ["START", "END", "REPORT"].into_iter().find(|kind| {
        message
            .strip_prefix(kind)
            .is_some_and(|rest| rest.starts_with(" RequestId: "))
    });
    let figure = |name: &str| {
        let mut parts = message.split('\t');
        let value = parts.find_map(|part| part.strip_prefix(name)?.strip_prefix(": "))?;
        value.split(' ').next().map(str::to_owned)
    };
    match field {
        "@type" => kind.map(str::to_owned),
        "@requestId" => {
            let id = match kind {
                Some(kind) => message[kind.len()..].strip_prefix(" RequestId: ")?,
                None => message.split('\t').nth(1)?,
            };
            let id = id.split([' ', '\t', '\n']).next()?;
            (id.len() == 36).then(|| id.to_owned())
        }
        "@duration" if kind == Some("REPORT") => figure("Duration"),
        "@billedDuration" => figure("Billed Duration"),
        "@memorySize" => bytes(figure("Memory Size")),
        "@maxMemoryUsed" => bytes(figure("Max Memory Used")),
        "@initDuration" => figure("Init Duration"),
        _ => None,
    }
}

fn bytes(megabytes: Option<String>) -> Option<String> {
    let megabytes: f64 = megabytes?.parse().ok()?;
    Some((megabytes * 1e6).to_string())
}

/// The member of a JSON line at a path such as `record.status`.
fn of_json(path: &str, message: &str) -> Option<String> {
    let object: Value = message
        .starts_with('{')
        .then(|| serde_json::from_str(message).ok())??;
    let found = path
        .split('.')
        .try_fold(&object, |value, name| value.get(name))?;
    Some(match found {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}
