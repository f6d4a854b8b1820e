//! Stack traces whose lines are events of their own.

use std::collections::HashMap;

use jiff::SignedDuration;

use super::event::{LONGEST_EVENT, LogEvent};
use super::line::{LineKind, LogLine};

/// How long after the line above it a line of its stack trace may be written.
const TOGETHER: SignedDuration = SignedDuration::from_secs(2);

/// The lines of `events` (of one group, oldest first), each with its event. A line of a stack trace that is an event
/// of its own stands below the line of the same stream that it belongs to, in the line and in the message.
pub fn joined(events: Vec<LogEvent>) -> Vec<(LogEvent, LogLine)> {
    let mut lines: Vec<(LogEvent, LogLine)> = Vec::with_capacity(events.len());
    let mut newest: HashMap<String, usize> = HashMap::new();
    for event in events {
        let above = newest.get(&event.stream).copied();
        let above = above.and_then(|at| lines.get_mut(at));
        if goes_on(&event.message)
            && let Some((before, line)) = above
            && line.kind == LineKind::Application
            && event.at.duration_since(before.at) <= TOGETHER
        {
            line.extend(event.message.lines());
            if before.message.len() < LONGEST_EVENT {
                before.message.push('\n');
                before.message.push_str(&event.message);
            }
            continue;
        }
        newest.insert(event.stream.clone(), lines.len());
        let line = LogLine::read(&event.message);
        lines.push((event, line));
    }
    lines
}

/// Whether a message is not the begin of anything.
fn goes_on(message: &str) -> bool {
    let indented = message.starts_with([' ', '\t']) && !message.trim().is_empty();
    indented || message.starts_with("Caused by: ") || message.starts_with("Traceback (most recent")
}
