//! What a column says of a site: a value in words with its unit and age, or why there is none.

use jiff::SignedDuration;

use super::{Freshness, Known, Limit, Marks, Missing, Unit, Verdict, format};

/// What a value means, for whoever draws it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A plain value.
    Text,
    /// A name.
    Title,
    /// Worth a look, and neither good nor bad.
    Accent,
    /// Beside the point.
    Muted,
    /// Not even that.
    Faint,
    /// As good or bad as such a verdict.
    Judged(Verdict),
    /// The verdict itself.
    Verdict(Verdict),
}

/// What a column says of a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The value as people read it, with its unit: the last one where it is not current. Empty where there is none.
    pub text: String,
    /// A shorter form, where the text does not fit.
    pub narrow: Option<String>,
    /// What to sort by, in the unit; none where the text sorts.
    pub amount: Option<f64>,
    /// The unit of the amount.
    pub unit: Option<Unit>,
    /// How old the value is.
    pub age: Option<SignedDuration>,
    /// How well it is known.
    pub freshness: Freshness,
    /// Why there is no current value.
    pub why: Option<Missing>,
    /// What the value means.
    pub tone: Tone,
}

impl Reading {
    /// Something that is known without asking.
    pub fn words(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            narrow: None,
            amount: None,
            unit: None,
            age: None,
            freshness: Freshness::Current,
            why: None,
            tone,
        }
    }

    /// What is known, as `write` writes it.
    pub fn of<T>(known: Known<T>, write: impl FnOnce(T) -> String) -> Self {
        let known = known.or_no_data();
        Self {
            age: known.age.filter(|_| known.value.is_some()),
            freshness: known.state,
            text: known.value.map(write).unwrap_or_default(),
            ..Self::words("", Tone::Text)
        }
    }

    /// A figure in its unit.
    pub fn figure(known: Known<f64>, unit: Unit, write: fn(f64) -> String) -> Self {
        Self {
            amount: known.value,
            unit: Some(unit),
            ..Self::of(known, write)
        }
    }

    /// Nothing, and how that is known.
    pub fn nothing(freshness: Freshness) -> Self {
        let known = Known::<()> {
            value: None,
            age: None,
            state: freshness,
        };
        Self::of(known, |()| String::new())
    }

    /// With the reason, where the value is not current.
    #[must_use]
    pub fn because(self, why: Option<&Missing>) -> Self {
        let why = match self.freshness {
            Freshness::Current | Freshness::Old => None,
            freshness => why
                .filter(|why| Freshness::from(*why) == freshness)
                .cloned(),
        };
        Self { why, ..self }
    }

    /// As bad as the limit says.
    #[must_use]
    pub fn beyond(self, limit: Limit) -> Self {
        let tone = match self.amount {
            Some(amount) if amount > limit.critical => Tone::Judged(Verdict::Down),
            Some(amount) if amount > limit.warn => Tone::Judged(Verdict::Degraded),
            _ => self.tone,
        };
        Self { tone, ..self }
    }

    /// In another tone.
    #[must_use]
    pub fn toned(self, tone: Tone) -> Self {
        Self { tone, ..self }
    }

    /// With a shorter form.
    #[must_use]
    pub fn or_narrow(self, narrow: impl Into<String>) -> Self {
        Self {
            narrow: Some(narrow.into()),
            ..self
        }
    }

    /// With something to sort by.
    #[must_use]
    pub fn sorted_by(self, amount: f64) -> Self {
        Self {
            amount: Some(amount),
            ..self
        }
    }

    /// In a cell of `width`: the value; behind its mark the older value, with its age where it fits; the mark alone.
    pub fn cell(&self, marks: &Marks, width: usize) -> String {
        let mark = self.freshness.mark(marks);
        let fits = |text: &str| text.chars().count() <= width;
        let whole = match self.freshness {
            Freshness::Old if self.text.is_empty() => marks.no_data.into(),
            _ => format!("{mark}{}", self.text),
        };
        let text = match &self.narrow {
            Some(narrow) if !fits(&whole) => {
                let narrow = format!("{mark}{narrow}");
                let first = narrow.split(' ').next().unwrap_or_default();
                if fits(&narrow) { narrow } else { first.into() }
            }
            _ => whole,
        };
        let age = self.age.filter(|_| self.freshness != Freshness::Current);
        match age.map(|age| format!("{text} {}", format::age(age))) {
            Some(aged) if fits(&aged) => aged,
            _ => text,
        }
    }

    /// As it is copied, filtered and pasted: as in a cell as wide as it takes, and why it is not current.
    pub fn said(&self, marks: &Marks) -> String {
        let cell = self.cell(marks, usize::MAX);
        if self.freshness == Freshness::Current {
            return cell;
        }
        let why = match &self.why {
            Some(why) => why.to_string(),
            None => self.freshness.words().into(),
        };
        if self.text.is_empty() {
            format!("{cell} {why}")
        } else {
            format!("{cell} ({why})")
        }
    }

    /// Whether it can be sorted by: what is not current is not known to be more or less than anything.
    pub fn sorts(&self) -> bool {
        let has_amount = self.unit.is_none() || self.amount.is_some();
        self.freshness == Freshness::Current && !self.text.is_empty() && has_amount
    }
}
