//! Lambda's JSON format, and errors that a runtime writes as JSON into its text format.

use serde_json::{Map, Value};

use super::failure::Failure;
use super::line::{Level, LineKind, LogLine, request_id};
use super::text::failure_of;

/// Reads a line that is a JSON object; none where it is not one.
pub(super) fn read(line: &str) -> Option<LogLine> {
    let object: Map<String, Value> = serde_json::from_str(line).ok()?;
    let kind = object.get("type").and_then(Value::as_str);
    Some(match (kind, object.get("record")) {
        (Some(kind), Some(record)) if kind.starts_with("platform.") => platform(kind, record),
        _ => application(&object, line),
    })
}

fn platform(kind: &str, record: &Value) -> LogLine {
    let text = |name: &str| record.get(name).and_then(Value::as_str);
    let (line_kind, timeout) = match kind {
        "platform.start" => (LineKind::Start, Failure::Timeout),
        "platform.report" | "platform.runtimeDone" => (LineKind::Report, Failure::Timeout),
        init if init.starts_with("platform.init") => (LineKind::Init, Failure::InitTimeout),
        _ => (LineKind::Platform, Failure::Timeout),
    };
    let (status, error) = (text("status"), text("errorType"));
    let mut said = kind.to_owned();
    for (name, value) in [("status", status), ("errorType", error)] {
        said.extend(value.map(|value| format!(" {name} {value}")));
    }
    LogLine {
        failure: failure_of(status, error, timeout),
        request_id: text("requestId").and_then(request_id),
        ..LogLine::new(line_kind, &said)
    }
}

/// What the function logged: its fields at the top, an error perhaps inside of `message`.
fn application(object: &Map<String, Value>, whole: &str) -> LogLine {
    let top = |names: &[&str]| names.iter().find_map(|name| object.get(*name));
    let text = |names: &[&str]| top(names).and_then(Value::as_str);
    let message = top(&["message", "msg"]);
    let error = error(object).or_else(|| error(message?.as_object()?));
    let said = match message {
        Some(Value::String(said)) => said.clone(),
        Some(other) => other.to_string(),
        None => whole.to_owned(),
    };
    let level = top(&["level", "severity"]).and_then(level);
    let grave = matches!(level, Some(Level::Error | Level::Fatal));
    let mut line = match (error, message) {
        (Some(error), Some(Value::String(said))) => after(said, error),
        (Some(error), _) => error,
        (None, _) => plain(&said),
    };
    if grave && line.failure.is_none() {
        line.failure = Failure::of_words(&said);
    }
    // Who quotes a failure at another level has not failed.
    line.failure = line.failure.filter(|_| grave || level.is_none());
    line.level = level;
    line.request_id = text(&["requestId", "AWSrequestId"]).and_then(request_id);
    line
}

/// A word, or pino's number.
fn level(value: &Value) -> Option<Level> {
    match value {
        Value::String(word) => Level::of(word),
        Value::Number(number) => match number.as_u64()? {
            10 => Some(Level::Trace),
            20 => Some(Level::Debug),
            30 => Some(Level::Info),
            40 => Some(Level::Warn),
            50 => Some(Level::Error),
            60 => Some(Level::Fatal),
            _ => None,
        },
        _ => None,
    }
}

/// `error` after what the program says about it.
fn after(said: &str, error: LogLine) -> LogLine {
    if error.text.contains(said) {
        return error;
    }
    LogLine {
        text: LogLine::new(LineKind::Application, &format!("{said} {}", error.text)).text,
        ..error
    }
}

/// Words without an error, perhaps of several lines.
fn plain(said: &str) -> LogLine {
    let mut lines = said.lines();
    let mut line = LogLine::new(LineKind::Application, lines.next().unwrap_or_default());
    line.extend(lines);
    line
}

/// `Invoke Error<TAB>{"errorType":…}`: words of the runtime, then the error as JSON.
pub(super) fn error_in(message: &str) -> Option<LogLine> {
    let (words, json) = message.split_at(message.find('{')?);
    let object: Map<String, Value> = serde_json::from_str(json.trim()).ok()?;
    let found = error(&object)?;
    let text = format!("{} {}", words.trim(), found.text);
    Some(LogLine {
        stack: found.stack,
        failure: found.failure.or_else(|| Failure::of_words(words)),
        ..LogLine::new(LineKind::Application, &text)
    })
}

/// An error as Lambda's runtimes write it.
fn error(object: &Map<String, Value>) -> Option<LogLine> {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let kind = text("errorType")?;
    let what = text("errorMessage").unwrap_or_default();
    let stack = object.get("stackTrace").or_else(|| object.get("stack"));
    let stack: Vec<&str> = match stack {
        Some(Value::Array(lines)) => lines.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(text)) => text.lines().collect(),
        _ => Vec::new(),
    };
    let said = format!("{kind}: {what}");
    // The first line of a stack repeats the error.
    let repeats = |line: &&str| line.trim() == said.trim();
    let mut line = LogLine::new(LineKind::Application, &said);
    let skip = usize::from(stack.first().is_some_and(repeats));
    line.extend(stack.into_iter().skip(skip).flat_map(str::lines));
    line.failure = Failure::of_type(kind);
    Some(line)
}
