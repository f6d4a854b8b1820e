//! What is published in one minute, and the statistics CloudWatch makes of it.

use super::sketch::Sketch;

/// What was published in one minute.
#[derive(Debug, Clone)]
pub enum Sample {
    /// A statistic set.
    Set {
        /// How many values.
        count: f64,
        sum: f64,
        /// The lowest.
        min: f64,
        /// The highest.
        max: f64,
    },
    /// A distribution.
    Spread(Sketch),
}

impl Sample {
    /// A single value.
    pub const fn gauge(value: f64) -> Self {
        Self::Set {
            count: 1.0,
            sum: value,
            min: value,
            max: value,
        }
    }

    /// So many zeros and ones: the sum counts, the average is the rate.
    pub fn tally(of: f64, hits: f64) -> Self {
        Self::Set {
            count: of,
            sum: hits,
            min: if hits < of { 0.0 } else { 1.0 },
            max: if hits > 0.0 { 1.0 } else { 0.0 },
        }
    }

    /// So many times the value; of a distribution so many times as many `events` of the same values.
    pub(super) fn scale(&mut self, by: f64, events: f64) {
        match self {
            Self::Spread(sketch) => sketch.scale(events),
            // A tally of zeros and ones.
            Self::Set {
                count, sum, max, ..
            } if *count > 1.0 && *max <= 1.0 => {
                *sum *= by;
                *count *= by;
            }
            Self::Set { sum, min, max, .. } => {
                *sum *= by;
                *min *= by;
                *max *= by;
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Spread(mine), Self::Spread(theirs)) => mine.merge(theirs),
            (
                Self::Set {
                    count,
                    sum,
                    min,
                    max,
                },
                Self::Set {
                    count: other_count,
                    sum: other_sum,
                    min: low,
                    max: high,
                },
            ) => {
                *count += other_count;
                *sum += other_sum;
                *min = min.min(*low);
                *max = max.max(*high);
            }
            // One series is published one way only.
            (mine, theirs) => *mine = theirs.clone(),
        }
    }

    pub(super) fn statistic(&self, statistic: Statistic) -> Option<f64> {
        match self {
            Self::Set {
                count,
                sum,
                min,
                max,
            } => Some(match statistic {
                Statistic::Sum => *sum,
                Statistic::Average => sum / count,
                Statistic::Minimum => *min,
                Statistic::Maximum => *max,
                Statistic::SampleCount => *count,
                // Of a set of zeros and ones, or of a few gauges: as near as a set tells.
                Statistic::Percentile(share) if *count > 1.0 && *max <= 1.0 && *min >= 0.0 => {
                    f64::from(u8::from(1.0 - share < sum / count))
                }
                Statistic::Percentile(share) => min + (max - min) * share,
            }),
            Self::Spread(sketch) => match statistic {
                Statistic::Sum => Some(sketch.sum()),
                Statistic::Average => Some(sketch.sum() / sketch.count()),
                Statistic::SampleCount => Some(sketch.count()),
                Statistic::Minimum => sketch.quantile(0.0),
                Statistic::Maximum => sketch.quantile(1.0),
                Statistic::Percentile(share) => sketch.quantile(share),
            },
        }
    }
}

/// A statistic over a period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    /// `Sum`.
    Sum,
    /// `Average`.
    Average,
    /// `Minimum`.
    Minimum,
    /// `Maximum`.
    Maximum,
    /// `SampleCount`.
    SampleCount,
    /// `p99` as 0.99.
    Percentile(f64),
}

impl Statistic {
    /// CloudWatch's spelling: `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, `p50`, `p99.9` …
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "Sum" => Self::Sum,
            "Average" => Self::Average,
            "Minimum" => Self::Minimum,
            "Maximum" => Self::Maximum,
            "SampleCount" => Self::SampleCount,
            _ => {
                let percent: f64 = text.strip_prefix('p')?.parse().ok()?;
                (0.0..=100.0)
                    .contains(&percent)
                    .then_some(Self::Percentile(percent / 100.0))?
            }
        })
    }
}
