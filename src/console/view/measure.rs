//! How the figures of a chart are written: always with their unit.

use gwctl_fleet::{Unit, format};

/// What a line of a chart counts or measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    Millis,
    /// Counted in a minute, told by the second.
    PerSecond,
    /// Counted and told by the minute.
    PerMinute,
    Percent,
    /// Whole percents: a load is nothing to tell in hundredths.
    Load,
    /// So many at the same time.
    AtOnce,
    Bytes,
    /// 1 or 0.
    Flag,
}

fn of_a_minute(value: f64) -> String {
    format!("{}/min", format::short_count(value))
}

impl From<Unit> for Measure {
    fn from(unit: Unit) -> Self {
        match unit {
            Unit::Millis => Self::Millis,
            Unit::Count => Self::PerMinute,
            Unit::Percent => Self::Percent,
            Unit::Bytes => Self::Bytes,
            Unit::Flag => Self::Flag,
        }
    }
}

impl Measure {
    /// A figure beside the name of its line.
    pub fn reading(self, value: f64) -> String {
        match self {
            Self::Millis => format::millis(value),
            Self::PerSecond => format::of_a_minute(value),
            Self::PerMinute => of_a_minute(value),
            Self::Percent => format::percent(value),
            Self::Load => format::share(value),
            Self::AtOnce => format::short_count(value),
            Self::Bytes => format::bytes(value),
            Self::Flag => (if value >= 0.5 { "healthy" } else { "UNHEALTHY" }).into(),
        }
    }

    /// A figure on the axis.
    pub fn on_axis(self, value: f64) -> String {
        match self {
            Self::Percent | Self::Load => format::in_words(&format::percent(value)),
            Self::Millis => format::in_words(&format::millis(value)),
            Self::Flag => (if value >= 0.5 { "up" } else { "down" }).into(),
            other => other.reading(value),
        }
    }

    /// `value` made round by `round` in the unit it is told in.
    pub fn round(self, value: f64, round: fn(f64) -> f64) -> f64 {
        let by = self.told_by();
        round(value / by) * by
    }

    /// Into how many parts an axis that ends at `top` falls, by `parts`, in the unit it is told in.
    pub fn parts(self, top: f64, parts: fn(f64) -> i32) -> i32 {
        parts(top / self.told_by())
    }

    /// What is counted in a minute, and told by the second.
    const fn told_by(self) -> f64 {
        match self {
            Self::PerSecond => 60.0,
            _ => 1.0,
        }
    }

    /// By how much a figure differs from an earlier one.
    pub fn difference(self, value: f64, before: f64) -> String {
        let by = value - before;
        match self {
            Self::Flag if (value >= 0.5) == (before >= 0.5) => "as then".into(),
            Self::Flag => format!("then {}", self.reading(before)),
            _ if by == 0.0 => "as then".into(),
            _ if by > 0.0 => format!("+{}", self.reading(by)),
            _ => format!("-{}", self.reading(-by)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_unit_and_a_difference_its_sign() {
        assert_eq!(Measure::PerMinute.reading(662.0), "662/min");
        assert_eq!(Measure::Millis.on_axis(3_000.0), "3 s");
        assert_eq!(Measure::Millis.difference(2_030.0, 70.0), "+1.96 s");
        assert_eq!(Measure::PerSecond.difference(0.0, 6_000.0), "-100/s");
        assert_eq!(Measure::Flag.difference(0.0, 1.0), "then healthy");
    }
}
