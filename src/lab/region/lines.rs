//! Lines of logs, kept until somebody drains them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// The most that is kept. What is older is dropped, and counted.
const MOST: usize = 20_000;

/// One event of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    /// The log stream, as Lambda names it: one an execution environment.
    pub stream: Arc<str>,
    pub text: String,
}

/// What a log has gathered since it was last drained.
#[derive(Debug, Default)]
pub struct Drained {
    /// Oldest first.
    pub lines: Vec<Line>,
    /// How many older ones there was no room for.
    pub dropped: u64,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Line>,
    dropped: u64,
}

/// A log. Clones share it.
#[derive(Debug, Clone, Default)]
pub(super) struct Log(Arc<Mutex<Kept>>);

impl Log {
    pub fn write(&self, stream: &Arc<str>, text: impl Into<String>) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.lines.len() >= MOST {
            kept.lines.pop_front();
            kept.dropped += 1;
        }
        kept.lines.push_back(Line {
            at: Timestamp::now(),
            stream: Arc::clone(stream),
            text: text.into(),
        });
    }

    pub fn drain(&self) -> Drained {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = std::mem::take(&mut *kept);
        Drained {
            lines: kept.lines.into(),
            dropped: kept.dropped,
        }
    }
}
