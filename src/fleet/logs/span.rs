//! How far a log was read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Region;

/// From when until when the errors of one log group are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSpan {
    pub region: Region,
    /// Who writes to it.
    pub source: String,
    pub from: Timestamp,
    pub until: Timestamp,
    /// There were too many to read them all: between these times some are missing.
    pub gap: Option<(Timestamp, Timestamp)>,
}

impl LogSpan {
    /// Whether `function` writes to it.
    pub fn is_of(&self, region: &Region, function: &str) -> bool {
        self.region == *region && self.source.split(", ").any(|one| one == function)
    }

    /// Whether every error from `from` until `until` is known.
    pub fn holds(&self, from: Timestamp, until: Timestamp) -> bool {
        let missing = |gap: (Timestamp, Timestamp)| gap.0 < until && from < gap.1;
        self.from <= from && until <= self.until && !self.gap.is_some_and(missing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_a_gap_is_not_held() {
        let at = |second: i64| Timestamp::from_second(second).unwrap();
        let span = LogSpan {
            region: Region::global(),
            source: "orders-read, orders-write".into(),
            from: at(0),
            until: at(100),
            gap: Some((at(40), at(60))),
        };
        assert!(span.is_of(&Region::global(), "orders-write"));
        assert!(!span.is_of(&Region::global(), "orders"));
        for (from, until, expected) in [
            (0, 40, true),
            (60, 100, true),
            (30, 41, false),
            (45, 50, false),
            (59, 70, false),
            (61, 101, false),
        ] {
            assert_eq!(span.holds(at(from), at(until)), expected, "{from} {until}");
        }
    }
}
