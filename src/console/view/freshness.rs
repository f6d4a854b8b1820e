//! What is known of a figure, for drawing. "No data", "zero", "could not ask" and "not allowed" are
//! different things and look different: `–`, `0`, `?` before a dimmed older value, `⊘`.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::Span;

use super::theme::{Role, Theme};
use gwctl_fleet::format;
use gwctl_fleet::{Metric, Metrics, Missing, Observed, Series, Thresholds};

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
        Self {
            value: None,
            age: None,
            state: Freshness::NoData,
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

    /// The value, if it can be relied on.
    pub fn current(self) -> Option<T> {
        if self.state == Freshness::Current {
            self.value
        } else {
            None
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

impl Known<f64> {
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
    let parts = metrics.get(part).last()?;
    let part = parts
        .points()
        .iter()
        .rev()
        .find(|p| p.at == whole.at)
        .map_or(0.0, |p| p.value);
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

/// Text for a cell, with the style that says how well it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The text, a mark before it where it is not current.
    pub text: String,
    /// Its style.
    pub style: Style,
    /// Bytes at the end of the text that tell the age.
    aside: usize,
}

impl Shown {
    /// Plain text in a role.
    pub fn new(text: impl Into<String>, theme: &Theme, role: Role) -> Self {
        Self {
            text: text.into(),
            style: theme.style(role),
            aside: 0,
        }
    }

    /// The text, without the age where `width` cells do not hold both.
    pub fn fitting(&self, width: u16) -> &str {
        if cells(&self.text) <= usize::from(width) {
            return &self.text;
        }
        &self.text[..self.text.len() - self.aside]
    }

    /// As a span.
    pub fn span(self) -> Span<'static> {
        Span::styled(self.text, self.style)
    }
}

impl<T> Known<T> {
    /// The mark of the state: empty when the value stands alone.
    pub fn mark(&self, theme: &Theme) -> &'static str {
        let glyphs = theme.glyphs;
        match self.state {
            Freshness::Current => "",
            Freshness::Old if self.value.is_some() => "",
            Freshness::Old | Freshness::NoData => glyphs.no_data,
            Freshness::NotYet => glyphs.not_yet,
            Freshness::CouldNotAsk => glyphs.could_not_ask,
            Freshness::NotAllowed => glyphs.not_allowed,
        }
    }

    /// How it is written: the value in `role` when current; otherwise the mark of why not and the
    /// older value dimmed, with its age where `width` cells allow (`usize::MAX` for always).
    pub fn show(
        self,
        theme: &Theme,
        role: Role,
        width: usize,
        write: impl FnOnce(T) -> String,
    ) -> Shown {
        let mark = self.mark(theme);
        let state = self.state;
        let age = self.age;
        let Some(value) = self.value else {
            return Shown::new(mark, theme, state.role());
        };
        if state == Freshness::Current {
            return Shown::new(write(value), theme, role);
        }
        let mut text = format!("{mark}{}", write(value));
        let mut aside = 0;
        if let Some(age) = age {
            let age = format::age(age);
            if cells(&text) + 1 + cells(&age) <= width {
                aside = age.len() + 1;
                text = format!("{text} {age}");
            }
        }
        let role = if state == Freshness::Old {
            Role::Faint
        } else {
            state.role()
        };
        Shown {
            aside,
            ..Shown::new(text, theme, role)
        }
    }
}

impl Freshness {
    /// Never a verdict's colour but "unknown".
    pub const fn role(self) -> Role {
        match self {
            Self::Current => Role::Text,
            Self::Old | Self::NoData | Self::NotYet => Role::Faint,
            Self::CouldNotAsk => Role::Muted,
            Self::NotAllowed => Role::Unknown,
        }
    }
}

/// Cells that a text takes.
pub fn cells(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        unicode_width::UnicodeWidthStr::width(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::colour::Depth;
    use gwctl_fleet::{Point, Source};

    const SOURCE: Source = Source {
        api: "cloudwatch:GetMetricData",
        region: None,
    };

    fn theme() -> Theme {
        Theme::load("dark", None, Depth::True, false).unwrap()
    }

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

    fn shown(observed: &Observed<Arc<Series>>, now: Timestamp) -> Shown {
        Known::series(observed, now, &Thresholds::default()).show(
            &theme(),
            Role::Text,
            usize::MAX,
            format::millis,
        )
    }

    #[test]
    fn the_four_kinds_of_nothing_look_different() {
        let now = at(10);
        let zero = Observed::known(series(&[(8, 0.0)]), now, SOURCE);
        let none = Observed::missing(Missing::NoData, SOURCE);
        let refused = Observed::missing(
            Missing::NotAllowed {
                action: "x:Y".into(),
            },
            SOURCE,
        );
        let silent = Observed::missing(
            Missing::CouldNotAsk {
                why: "timed out".into(),
            },
            SOURCE,
        );
        let texts =
            [&zero, &none, &refused, &silent, &Observed::default()].map(|o| shown(o, now).text);
        assert_eq!(texts, ["0 ms", "–", "⊘", "?", "…"]);
    }

    #[test]
    fn a_value_that_could_not_be_renewed_is_dim_and_tells_its_age() {
        let mut observed = Observed::known(series(&[(8, 42.0)]), at(10), SOURCE);
        assert_eq!(shown(&observed, at(10)).text, "42 ms");
        observed.renew(
            Err(Missing::CouldNotAsk {
                why: "timed out".into(),
            }),
            at(13),
            SOURCE,
        );
        let stale = shown(&observed, at(13));
        assert_eq!(stale.text, "?42 ms 4m");
        assert_eq!(stale.style, theme().style(Role::Muted));
    }

    #[test]
    fn a_figure_of_long_ago_is_dim_though_the_question_was_answered() {
        let observed = Observed::known(series(&[(8, 42.0)]), at(60), SOURCE);
        let old = shown(&observed, at(60));
        assert_eq!(old.text, "42 ms 51m");
        assert_eq!(old.style, theme().style(Role::Faint));
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
