//! Stack traces whose lines are events of their own.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::event::{LONGEST_EVENT, LogEvent};
use super::line::{LineKind, LogLine};

/// How long after the line above it a line of its stack trace may be written.
const TOGETHER: SignedDuration = SignedDuration::from_secs(2);
/// Lines that wait for more at most, and the bytes of their messages.
const WAITING: usize = 10_000;
const WAITING_BYTES: usize = 8 << 20;

/// Joins the events of one group as they come, oldest first. A line of a stack trace that is an event of its own stands
/// below the line of the same stream that it belongs to, in the line and in the message. A line waits for more as long
/// as more may come.
#[derive(Debug, Default)]
pub struct Joining {
    waiting: VecDeque<(LogEvent, LogLine)>,
    bytes: usize,
    /// How many lines went on before those that wait.
    gone: u64,
    /// The number of each stream's newest line.
    newest: HashMap<String, u64>,
}

impl Joining {
    /// Takes one event more.
    pub fn push(&mut self, event: LogEvent) {
        if goes_on(&event.message) && self.extends(&event) {
            return;
        }
        let number = self.gone + self.waiting.len() as u64;
        match self.newest.get_mut(&event.stream) {
            Some(newest) => *newest = number,
            None => _ = self.newest.insert(event.stream.clone(), number),
        }
        self.bytes += event.message.len();
        let line = LogLine::read(&event.message);
        self.waiting.push_back((event, line));
    }

    /// The oldest line that cannot be continued at `now`, which is when the newest event was written.
    pub fn ready(&mut self, now: Timestamp) -> Option<(LogEvent, LogLine)> {
        let (first, _) = self.waiting.front()?;
        let is_over = now.duration_since(first.at) > TOGETHER;
        let is_full = self.waiting.len() > WAITING || self.bytes > WAITING_BYTES;
        if is_over || is_full {
            self.rest()
        } else {
            None
        }
    }

    /// The oldest line that waits, whatever may come.
    pub fn rest(&mut self) -> Option<(LogEvent, LogLine)> {
        let (event, line) = self.waiting.pop_front()?;
        self.bytes = self.bytes.saturating_sub(event.message.len());
        self.gone += 1;
        // A stream that is silent now is forgotten.
        if self.newest.len() > 2 * WAITING {
            self.newest.retain(|_, number| *number >= self.gone);
        }
        Some((event, line))
    }

    /// Whether `event` stands below the newest line of its stream.
    fn extends(&mut self, event: &LogEvent) -> bool {
        let number = self.newest.get(&event.stream);
        let place = number.and_then(|number| number.checked_sub(self.gone));
        let Some((above, line)) = place.and_then(|at| self.waiting.get_mut(at as usize)) else {
            return false;
        };
        let close = event.at.duration_since(above.at) <= TOGETHER;
        if line.kind != LineKind::Application || !close {
            return false;
        }
        line.extend(event.message.lines());
        if above.message.len() < LONGEST_EVENT {
            above.message.push('\n');
            above.message.push_str(&event.message);
            self.bytes += event.message.len() + 1;
        }
        true
    }
}

/// The lines of `events` (of one group, oldest first), each with its event, put together as [`Joining`] does.
pub fn joined(events: Vec<LogEvent>) -> Vec<(LogEvent, LogLine)> {
    let mut joining = Joining::default();
    let mut lines = Vec::with_capacity(events.len());
    for event in events {
        let now = event.at;
        joining.push(event);
        lines.extend(std::iter::from_fn(|| joining.ready(now)));
    }
    lines.extend(std::iter::from_fn(|| joining.rest()));
    lines
}

/// Whether a message is not the begin of anything.
fn goes_on(message: &str) -> bool {
    let indented = message.starts_with([' ', '\t']) && !message.trim().is_empty();
    indented || message.starts_with("Caused by: ") || message.starts_with("Traceback (most recent")
}
