//! What is known of a figure, drawn: the marks are the fleet's ([`gwctl_fleet::Marks`]), the colours are here.

use ratatui::style::Style;
use ratatui::text::Span;

use super::theme::{Role, Theme};
pub use gwctl_fleet::{Freshness, Known};
use gwctl_fleet::{Reading, Tone, format};

/// Text for a cell, with the style that says how well it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The text, a mark before it where it is not current.
    pub text: String,
    pub style: Style,
    /// Bytes at the end of the text that tell the age.
    aside: usize,
}

impl Shown {
    /// What a column says, in `width` cells.
    pub fn reading(reading: &Reading, theme: &Theme, width: usize) -> Self {
        let style = match (reading.freshness, reading.tone) {
            (Freshness::Current, Tone::Verdict(verdict)) => theme.verdict(verdict),
            (Freshness::Current, tone) => theme.style(role_of_tone(tone)),
            (state, _) => theme.style(role_of(state)),
        };
        Self {
            text: reading.cell(&theme.glyphs.marks, width),
            style,
            aside: 0,
        }
    }

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

/// What is known, as a theme draws it.
pub trait Show<T> {
    /// The mark of the state: empty when the value stands alone.
    fn mark(&self, theme: &Theme) -> &'static str;

    /// How it is written: the value in `role` when current; otherwise the mark of why not and the
    /// older value dimmed, with its age where `width` cells allow (`usize::MAX` for always).
    fn show(
        self,
        theme: &Theme,
        role: Role,
        width: usize,
        write: impl FnOnce(T) -> String,
    ) -> Shown;
}

impl<T> Show<T> for Known<T> {
    fn mark(&self, theme: &Theme) -> &'static str {
        match (self.state, &self.value) {
            (Freshness::Old, None) => theme.glyphs.marks.no_data,
            (state, _) => state.mark(&theme.glyphs.marks),
        }
    }

    fn show(
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
            return Shown::new(mark, theme, role_of(state));
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
        Shown {
            aside,
            ..Shown::new(text, theme, role_of(state))
        }
    }
}

/// Never a verdict's colour but "unknown".
pub const fn role_of(state: Freshness) -> Role {
    match state {
        Freshness::Current => Role::Text,
        Freshness::Old | Freshness::NoData | Freshness::NotYet => Role::Faint,
        Freshness::CouldNotAsk => Role::Muted,
        Freshness::NotAllowed => Role::Unknown,
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

/// How a tone is drawn.
const fn role_of_tone(tone: Tone) -> Role {
    match tone {
        Tone::Text => Role::Text,
        Tone::Title => Role::Title,
        Tone::Accent => Role::Accent,
        Tone::Muted => Role::Muted,
        Tone::Faint => Role::Faint,
        Tone::Verdict(verdict) | Tone::Judged(verdict) => Theme::verdict_role(verdict),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use crate::view::colour::Depth;
    use gwctl_fleet::{Missing, Observed, Point, Series, Source, Thresholds};

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
}
