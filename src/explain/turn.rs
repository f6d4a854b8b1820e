//! Where a series took another level: a change point.
//!
//! A line with one step is fitted to the logarithms by least squares, with the step at every period in turn; the best one
//! counts where it stands out of the noise. The line is there because traffic follows the time of day, which is no step.
//! The crate `augurs` finds change points too; it brings two hundred crates, and for a series of this length not more.

use gwctl_fleet::{Point, Series};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// How far back a change is looked for.
const WINDOW: SignedDuration = SignedDuration::from_hours(2);
/// Fewer points before a step tell nothing of what is usual, and fewer after it nothing of what is new.
const BEFORE: usize = 8;
const AFTER: usize = 2;
/// How many times its own uncertainty a step has to be.
const SIGMAS: f64 = 8.0;
/// A smaller change than by this factor is no step that anybody would act on.
const FACTOR: f64 = 1.25;
/// Noise below this, in the logarithm, is not told apart from none.
const QUIET: f64 = 0.02;

/// A series took another level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Turn {
    /// Start of the first period at the new level.
    pub at: Timestamp,
    /// The usual value before, in the unit of the series: the median of the last points.
    pub before: f64,
    /// The usual value since.
    pub after: f64,
}

impl Turn {
    /// The strongest step of the last two hours; none where the series went on as before, or has too few points. Periods
    /// without a point are no change, and the newest period, which is still being counted, is left out.
    pub fn of(series: &Series, now: Timestamp) -> Option<Self> {
        let period = SignedDuration::try_from(series.period).ok()?;
        let settled = |point: &&Point| {
            let age = now.duration_since(point.at);
            age >= period && age <= WINDOW
        };
        let points: Vec<Point> = series.points().iter().filter(settled).copied().collect();
        let step = Fit::of(&points)?.best_step()?;
        let (before, after) = points.split_at(step);
        let newest = &before[before.len() - BEFORE..];
        let turn = Self {
            at: points[step].at,
            before: median(newest),
            after: median(after),
        };
        let (low, high) = (turn.before.min(turn.after), turn.before.max(turn.after));
        (1.0 + high > FACTOR * (1.0 + low)).then_some(turn)
    }

    /// Whether it took a higher level.
    pub fn is_up(&self) -> bool {
        self.after > self.before
    }
}

fn median(points: &[Point]) -> f64 {
    let mut values: Vec<f64> = points.iter().map(|point| point.value).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The logarithms of a series, and their times.
struct Fit {
    /// Logarithms of one more than the values: an error rate of zero is a value too.
    values: Vec<f64>,
    /// From -1 to 1.
    times: Vec<f64>,
}

impl Fit {
    fn of(points: &[Point]) -> Option<Self> {
        if points.len() < BEFORE + AFTER {
            return None;
        }
        let (first, last) = (points.first()?.at, points.last()?.at);
        let half = last.duration_since(first).as_secs_f64() / 2.0;
        let time = |point: &Point| point.at.duration_since(first).as_secs_f64() / half - 1.0;
        Some(Self {
            values: points
                .iter()
                .map(|point| point.value.max(0.0).ln_1p())
                .collect(),
            times: points.iter().map(time).collect(),
        })
    }

    /// At which point the new level begins.
    fn best_step(&self) -> Option<usize> {
        let points = self.values.len();
        // What the line alone leaves over, and what it leaves over of a step: by how much the one explains the other.
        let rest = self.without_line(&self.values);
        let total: f64 = rest.iter().map(|value| value * value).sum();
        let mut best: Option<(usize, f64)> = None;
        for step in BEFORE..=points - AFTER {
            let shape: Vec<f64> = (0..points)
                .map(|at| f64::from(u8::from(at >= step)))
                .collect();
            let shape = self.without_line(&shape);
            let size: f64 = shape.iter().map(|value| value * value).sum();
            let along: f64 = shape.iter().zip(&rest).map(|(a, b)| a * b).sum();
            let explained = along * along / size;
            if best.is_none_or(|(_, most)| explained > most) {
                best = Some((step, explained));
            }
        }
        let (step, explained) = best?;
        // Line and step have three parameters.
        let noise = ((total - explained).max(0.0) / (points as f64 - 3.0)).sqrt();
        (explained.sqrt() > SIGMAS * noise.max(QUIET)).then_some(step)
    }

    /// `values` without their mean and their trend.
    fn without_line(&self, values: &[f64]) -> Vec<f64> {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let middle = self.times.iter().sum::<f64>() / count;
        let spread: f64 = self.times.iter().map(|time| (time - middle).powi(2)).sum();
        let along: f64 = self
            .times
            .iter()
            .zip(values)
            .map(|(time, value)| (time - middle) * (value - mean))
            .sum();
        let slope = along / spread;
        self.times
            .iter()
            .zip(values)
            .map(|(time, value)| value - mean - slope * (time - middle))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// A value a minute, with a little noise that repeats.
    fn series(values: impl IntoIterator<Item = f64>) -> (Series, Timestamp) {
        let minute = |minute: i64| Timestamp::from_second(60 * minute).unwrap();
        let points: Vec<Point> = values
            .into_iter()
            .zip(0..)
            .map(|(value, at)| {
                let noise = 1.0 + 0.04 * f64::from(i32::try_from(at * 7 % 5).unwrap() - 2);
                Point {
                    at: minute(at),
                    value: value * noise,
                }
            })
            .collect();
        let now = minute(i64::try_from(points.len()).unwrap());
        (Series::new(Duration::from_mins(1), points), now)
    }

    fn turned(values: impl IntoIterator<Item = f64>) -> Option<(i64, bool)> {
        let (series, now) = series(values);
        let turn = Turn::of(&series, now)?;
        Some((turn.at.as_second() / 60, turn.is_up()))
    }

    fn steps(levels: &[(f64, usize)]) -> Vec<f64> {
        let level = |(value, count): &(f64, usize)| vec![*value; *count];
        levels.iter().flat_map(level).collect()
    }

    #[test]
    fn a_step_is_found_to_the_minute() {
        assert_eq!(
            turned(steps(&[(900.0, 100), (1_600.0, 4)])),
            Some((100, true))
        );
        assert_eq!(
            turned(steps(&[(900.0, 60), (300.0, 40)])),
            Some((60, false))
        );
        assert_eq!(turned(steps(&[(0.0, 110), (9.0, 2)])), Some((110, true)));
    }

    #[test]
    fn what_goes_on_as_before_has_none() {
        assert_eq!(turned(steps(&[(900.0, 110)])), None);
        assert_eq!(turned(steps(&[(900.0, 9)])), None);
        assert_eq!(turned([]), None);
        // The day's rhythm: up by a third in two hours.
        let rhythm = (0..115).map(|at| 900.0 + 3.0 * f64::from(at));
        assert_eq!(turned(rhythm), None);
        // One bad minute that is over.
        assert_eq!(turned(steps(&[(10.0, 50), (90.0, 1), (10.0, 50)])), None);
    }

    #[test]
    fn hours_without_traffic_are_no_change() {
        let (whole, now) = series(steps(&[(50.0, 100)]));
        let gap = |point: &&Point| !(20..60).contains(&(point.at.as_second() / 60));
        let points = whole.points().iter().filter(gap).copied();
        assert_eq!(Turn::of(&Series::new(whole.period, points), now), None);
    }
}
