//! How well a value is known, and the marks that say so: "no data", zero, "could not ask" and "not allowed" are
//! different things and look different everywhere: `–`, `0`, `?` before an older value, `⊘`.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Metric, Metrics, Missing, Observed, Series, Thresholds};

/// The marks of what is missing, each one cell wide. The same on every screen, in what is copied, in what a filter
/// looks at, and in what `gwctl status` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks {
    /// AWS answered, and has none.
    pub no_data: &'static str,
    /// Not asked yet.
    pub not_yet: &'static str,
    /// The question got no answer.
    pub could_not_ask: &'static str,
    /// AWS refused the question.
    pub not_allowed: &'static str,
}

impl Marks {
    /// For every terminal with Unicode.
    pub const UNICODE: Self = Self {
        no_data: "–",
        not_yet: "…",
        could_not_ask: "?",
        not_allowed: "⊘",
    };

    /// Seven bits.
    pub const ASCII: Self = Self {
        no_data: "-",
        not_yet: ".",
        could_not_ask: "?",
        not_allowed: "!",
    };

    /// The mark of `why`.
    pub fn of(&self, why: &Missing) -> &'static str {
        Freshness::from(why).mark(self)
    }
}

/// How well a value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// The latest question was answered, and lately.
    Current,
    /// It was answered, but the value speaks of a time too long ago.
    Old,
    /// Nothing has been asked yet.
    NotYet,
    /// AWS says there is none.
    NoData,
    /// The question got no answer.
    CouldNotAsk,
    /// AWS refused the question.
    NotAllowed,
}

impl Freshness {
    /// The mark of it; none where the value stands alone.
    pub const fn mark(self, marks: &Marks) -> &'static str {
        match self {
            Self::Current | Self::Old => "",
            Self::NoData => marks.no_data,
            Self::NotYet => marks.not_yet,
            Self::CouldNotAsk => marks.could_not_ask,
            Self::NotAllowed => marks.not_allowed,
        }
    }

    /// Why there is no current value, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Current => "",
            Self::Old => "too old to count",
            Self::NoData => "no data",
            Self::NotYet => "not asked yet",
            Self::CouldNotAsk => "could not ask",
            Self::NotAllowed => "not allowed to ask",
        }
    }
}

impl From<&Missing> for Freshness {
    fn from(missing: &Missing) -> Self {
        match missing {
            Missing::NotYet => Self::NotYet,
            Missing::NoData => Self::NoData,
            Missing::CouldNotAsk { .. } => Self::CouldNotAsk,
            Missing::NotAllowed { .. } => Self::NotAllowed,
        }
    }
}

/// A value, perhaps an older one, with how well it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known<T> {
    /// The value; an older one where the state is not current.
    pub value: Option<T>,
    /// How old the value is.
    pub age: Option<SignedDuration>,
    /// How well it is known.
    pub state: Freshness,
}

impl<T> Known<T> {
    /// What `observed` holds; older than `stale_s` seconds counts as old.
    pub fn of(observed: &Observed<T>, now: Timestamp, stale_s: f64) -> Known<&T> {
        let age = observed.age(now);
        let state = match observed.why_missing() {
            Some(why) => why.into(),
            None if age.is_some_and(|age| age.as_secs_f64() > stale_s) => Freshness::Old,
            None => Freshness::Current,
        };
        Known {
            value: observed.last(),
            age,
            state,
        }
    }

    /// Not a thing that is measured here.
    pub const fn none() -> Self {
        Self::nothing(Freshness::NoData)
    }

    /// No value, and how that is known.
    pub const fn nothing(state: Freshness) -> Self {
        Self {
            value: None,
            age: None,
            state,
        }
    }

    /// The same knowledge of a part of the value.
    pub fn map<U>(self, part: impl FnOnce(T) -> U) -> Known<U> {
        Known {
            value: self.value.map(part),
            age: self.age,
            state: self.state,
        }
    }

    /// The same knowledge of a part that may not be there; then there is no data.
    pub fn and_then<U>(self, part: impl FnOnce(T) -> Option<U>) -> Known<U> {
        let had = self.value.is_some();
        let value = self.value.and_then(part);
        let state = if had
            && value.is_none()
            && matches!(self.state, Freshness::Current | Freshness::Old)
        {
            Freshness::NoData
        } else {
            self.state
        };
        Known {
            value,
            age: self.age,
            state,
        }
    }

    /// As [`Self::map`], where nothing is there although it was asked: there is no data.
    #[must_use]
    pub fn or_no_data(self) -> Self {
        let state = match (&self.value, self.state) {
            (None, Freshness::Current | Freshness::Old) => Freshness::NoData,
            (_, state) => state,
        };
        Self { state, ..self }
    }

    /// The value, if it can be relied on.
    pub fn current(self) -> Option<T> {
        if self.state == Freshness::Current {
            self.value
        } else {
            None
        }
    }
}

impl Known<f64> {
    /// The highest of several figures; one that is not current makes the whole not current.
    pub fn worst(all: impl Iterator<Item = Self>) -> Self {
        let rank = |state: Freshness| match state {
            Freshness::NoData => 0,
            Freshness::Current => 1,
            Freshness::Old => 2,
            Freshness::NotYet => 3,
            Freshness::CouldNotAsk => 4,
            Freshness::NotAllowed => 5,
        };
        let picked = all.reduce(|a, b| {
            let state = if rank(a.state) >= rank(b.state) {
                a.state
            } else {
                b.state
            };
            let value = match (a.value, b.value) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (a, b) => a.or(b),
            };
            Self {
                value,
                age: a.age.max(b.age),
                state,
            }
        });
        picked.unwrap_or_else(Self::none)
    }

    /// The newest settled point of a series. Its age counts from the end of its period.
    pub fn metric(
        metrics: &Metrics,
        metric: Metric,
        now: Timestamp,
        thresholds: &Thresholds,
    ) -> Self {
        Self::series(metrics.get(metric), now, thresholds)
    }

    /// As [`Known::metric`], of a series at hand.
    pub fn series(
        observed: &Observed<Arc<Series>>,
        now: Timestamp,
        thresholds: &Thresholds,
    ) -> Self {
        let period = observed
            .last()
            .map_or(Duration::ZERO, |series| series.period);
        let point = observed.last().and_then(|series| series.settled(now));
        let age = point.map(|point| since_end(point.at, period, now));
        let state = match observed.why_missing() {
            Some(why) => why.into(),
            None if point.is_none() => Freshness::NoData,
            None if age.is_some_and(|age| age.as_secs_f64() > thresholds.metric_stale_s) => {
                Freshness::Old
            }
            None => Freshness::Current,
        };
        Self {
            value: point.map(|point| point.value),
            age,
            state,
        }
    }

    /// A share of one series in another, in percent.
    pub fn percent(
        metrics: &Metrics,
        part: Metric,
        whole: Metric,
        now: Timestamp,
        thresholds: &Thresholds,
    ) -> Self {
        let base = Self::metric(metrics, whole, now, thresholds);
        let parts = metrics.get(part);
        match metrics.percent(part, whole, now) {
            Some(point) => Self {
                value: Some(point.value),
                ..base
            },
            None if base.state != Freshness::Current && base.state != Freshness::Old => {
                // The older value of both, as it last was.
                let value = last_percent(metrics, part, whole, now);
                Self { value, ..base }
            }
            None => Self {
                value: last_percent(metrics, part, whole, now),
                age: base.age,
                state: parts
                    .why_missing()
                    .map_or(Freshness::NoData, Freshness::from),
            },
        }
    }
}

fn last_percent(metrics: &Metrics, part: Metric, whole: Metric, now: Timestamp) -> Option<f64> {
    let whole = metrics.get(whole).last()?.settled(now)?;
    let part = metrics.beside(part, whole.at, now)?;
    Some(if whole.value > 0.0 {
        100.0 * part / whole.value
    } else {
        0.0
    })
}

fn since_end(at: Timestamp, period: Duration, now: Timestamp) -> SignedDuration {
    let period = SignedDuration::try_from(period).unwrap_or(SignedDuration::ZERO);
    (now.duration_since(at) - period).max(SignedDuration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Point, Source};

    const SOURCE: Source = Source {
        api: "cloudwatch:GetMetricData",
        region: None,
    };

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 60 * minute).unwrap()
    }

    fn series(values: &[(i64, f64)]) -> Arc<Series> {
        let points = values.iter().map(|(minute, value)| Point {
            at: at(*minute),
            value: *value,
        });
        Arc::new(Series::new(Duration::from_mins(1), points))
    }

    #[test]
    fn errors_of_an_api_that_had_none_are_zero_percent() {
        let mut metrics = Metrics::default();
        metrics
            .entry(Metric::ApiRequests)
            .renew(Ok(series(&[(8, 100.0)])), at(10), SOURCE);
        metrics
            .entry(Metric::Api5xx)
            .renew(Err(Missing::NoData), at(10), SOURCE);
        let none = Known::percent(
            &metrics,
            Metric::Api5xx,
            Metric::ApiRequests,
            at(10),
            &Thresholds::default(),
        );
        assert_eq!((none.value, none.state), (Some(0.0), Freshness::Current));
        metrics.entry(Metric::Api5xx).renew(
            Err(Missing::CouldNotAsk { why: "x".into() }),
            at(10),
            SOURCE,
        );
        let silent = Known::percent(
            &metrics,
            Metric::Api5xx,
            Metric::ApiRequests,
            at(10),
            &Thresholds::default(),
        );
        assert_eq!((silent.value, silent.state), (None, Freshness::CouldNotAsk));
    }
}
