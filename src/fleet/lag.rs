//! How far a secondary is behind the writer, and whether that figure grows only because the writer fell
//! silent: then it is the length of a silence, not of a loss.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Series;

/// A lag that grows by at least this part of the time that passes: nothing arrives any more. One that
/// grows for load grows more slowly, as something still arrives.
const AS_FAST_AS_TIME: f64 = 0.8;

/// What the newest figures of a secondary's lag say (aws-facts §1.1, §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Lag {
    /// The newest figure, in milliseconds.
    pub ms: f64,
    /// When it was measured: the end of its period.
    pub at: Timestamp,
    /// Nothing arrives from the writer any more; none while it is heard.
    pub silence: Option<Silence>,
}

/// A secondary that hears nothing of the writer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    /// When data from the writer last arrived: what was written later is not known there.
    pub since: Timestamp,
    /// The lag while it was still heard, in milliseconds: what was not replicated then. None where no
    /// figure from before the silence is left.
    pub lag_ms: Option<f64>,
}

impl Lag {
    /// Reads the newest figures of `series`; none where it has none.
    pub fn of(series: &Series) -> Option<Self> {
        let period = SignedDuration::try_from(series.period).unwrap_or_default();
        let newest = series.newest()?;
        let at = newest.at + period;
        Some(Self {
            ms: newest.value,
            at,
            silence: silence(series, period),
        })
    }

    /// How old the newest figure is; never negative.
    pub fn age(&self, now: Timestamp) -> SignedDuration {
        now.duration_since(self.at).max(SignedDuration::ZERO)
    }

    /// The moment up to which the secondary holds what was written, as far as its figures tell.
    pub fn holds_until(&self) -> Timestamp {
        match self.silence {
            Some(silence) => silence.since,
            None => self.at - millis(self.ms),
        }
    }

    /// The lag that was observed while the writer was heard, in milliseconds: the newest figure, or in a
    /// silence that from before it. None where that is not known.
    pub fn heard_ms(&self) -> Option<f64> {
        match self.silence {
            Some(silence) => silence.lag_ms,
            None => Some(self.ms),
        }
    }
}

fn millis(ms: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(ms / 1_000.0).unwrap_or(SignedDuration::MAX)
}

/// The newest points grow as fast as time passes.
fn silence(series: &Series, period: SignedDuration) -> Option<Silence> {
    let points = series.points();
    let grows = |pair: &&[super::Point]| {
        let [before, after] = pair else { return false };
        let passed = after.at.duration_since(before.at).as_secs_f64() * 1_000.0;
        after.value - before.value >= AS_FAST_AS_TIME * passed
    };
    // The minute in which it began grew by a part of a minute only: from there on every one grows.
    let growing = points.windows(2).rev().take_while(grows).count();
    if growing == 0 {
        return None;
    }
    let newest = points.last()?;
    let since = newest.at + period - millis(newest.value);
    // A minute that was over before the silence began was heard to its end.
    let heard = points.iter().rev().find(|point| point.at + period <= since);
    Some(Silence {
        since,
        lag_ms: heard.map(|point| point.value),
    })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::float_cmp
    )]
    use std::time::Duration;

    use super::*;
    use crate::Point;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// One point a minute from the epoch on.
    fn lag(values: &[f64]) -> Lag {
        let points = values.iter().enumerate().map(|(minute, value)| Point {
            at: at(60 * i64::try_from(minute).unwrap()),
            value: *value,
        });
        Lag::of(&Series::new(Duration::from_mins(1), points)).unwrap()
    }

    #[test]
    fn a_lag_that_grows_as_fast_as_time_is_a_silence_with_the_lag_from_before_it() {
        // The writer fell silent 40 s into the third minute.
        let silent = lag(&[190.0, 180.0, 20_180.0, 80_180.0, 140_180.0]);
        assert_eq!(silent.ms, 140_180.0);
        let silence = silent.silence.unwrap();
        assert_eq!(silence.lag_ms, Some(180.0));
        assert_eq!(
            silence.since,
            at(300) - SignedDuration::from_millis(140_180)
        );
        assert_eq!(silent.heard_ms(), Some(180.0));
        assert_eq!(silent.holds_until(), silence.since);
    }

    #[test]
    fn a_lag_that_grows_for_load_is_a_lag() {
        let loaded = lag(&[200.0, 8_000.0, 20_000.0, 31_000.0]);
        assert_eq!(loaded.silence, None);
        assert_eq!(loaded.heard_ms(), Some(31_000.0));
        assert_eq!(loaded.holds_until(), at(209));
    }

    #[test]
    fn a_silence_older_than_the_figures_has_no_lag_from_before_it() {
        let silence = lag(&[600_000.0, 660_000.0]).silence.unwrap();
        assert_eq!(silence.lag_ms, None);
        assert_eq!(
            lag(&[600_000.0]).silence,
            None,
            "one figure shows no growth"
        );
    }

    #[test]
    fn a_writer_that_is_heard_again_ends_the_silence() {
        assert_eq!(lag(&[180.0, 60_000.0, 120_000.0, 210.0]).silence, None);
    }
}
