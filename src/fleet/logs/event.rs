//! One event of a log group.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};

use crate::text::clean_lines;

/// Longest message that is kept, in characters; CloudWatch Logs takes 1,024 KB (aws-facts §13.2).
pub const LONGEST_EVENT: usize = 65_536;

/// One event of a log group, as `FilterLogEvents` tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// CloudWatch Logs' own id of it: what was read twice is known by it.
    pub id: String,
    /// When the function wrote it.
    pub at: Timestamp,
    /// When CloudWatch Logs took it in.
    pub ingested: Option<Timestamp>,
    /// One stream an execution environment.
    pub stream: String,
    /// What was written, perhaps of several lines; cleaned with [`clean_event`].
    pub message: String,
}

impl LogEvent {
    /// Measured lateness: from writing it until CloudWatch Logs had it (aws-facts §13.3). A clock of the function
    /// that is ahead makes it negative: then nothing is known.
    pub fn lateness(&self) -> Option<SignedDuration> {
        let late = self.ingested?.duration_since(self.at);
        (!late.is_negative()).then_some(late)
    }
}

/// The median and the longest lateness of `events`; none where no event tells it.
pub fn lateness<'a>(
    events: impl IntoIterator<Item = &'a LogEvent>,
) -> Option<(SignedDuration, SignedDuration)> {
    let mut all: Vec<SignedDuration> = events.into_iter().filter_map(LogEvent::lateness).collect();
    all.sort_unstable();
    Some((*all.get(all.len() / 2)?, *all.last()?))
}

/// `message` as a terminal may have it, lines and tabs kept; what is longer than [`LONGEST_EVENT`] is cut, and says so.
pub fn clean_event(message: &str) -> String {
    let mut kept = clean_lines(message, LONGEST_EVENT);
    // A character is a byte at least: what is not longer in bytes was not cut.
    if message.len() > LONGEST_EVENT && message.chars().nth(LONGEST_EVENT).is_some() {
        let _ = write!(kept, "… (cut: {} bytes in all)", message.len());
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(at_ms: i64, ingested_ms: Option<i64>) -> LogEvent {
        let moment = |ms| Timestamp::from_millisecond(ms).unwrap();
        LogEvent {
            id: String::new(),
            at: moment(at_ms),
            ingested: ingested_ms.map(moment),
            stream: String::new(),
            message: String::new(),
        }
    }

    #[test]
    fn lateness_is_measured_and_none_where_the_clock_was_ahead() {
        let events = [
            event(1_000, Some(1_500)),
            event(1_000, Some(900)),
            event(1_000, None),
            event(1_000, Some(9_000)),
            event(1_000, Some(2_000)),
        ];
        let (median, longest) = lateness(&events).unwrap();
        assert_eq!((median.as_millis(), longest.as_millis()), (1_000, 8_000));
        assert_eq!(lateness(&events[1..3]), None);
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_and_says_so() {
        let long = "x".repeat(1 << 20);
        let kept = clean_event(&long);
        assert!(kept.len() < LONGEST_EVENT + 64);
        assert!(
            kept.ends_with("… (cut: 1048576 bytes in all)"),
            "{}",
            &kept[65_500..]
        );
        assert_eq!(clean_event("a\x1b[2Jb\n\tc\u{202e}\r\n"), "a[2Jb\n\tc\n");
    }
}
