//! How long something is likely to take: the likely time, the range it usually falls into, and who says so.
//!
//! An estimate in three points. Those of steps that follow each other are added as PERT adds them: the likely times as
//! they are, the distances to the ends as roots of the sum of their squares, for not every step takes longest at once.

use serde::Serialize;

/// A likely time with its range, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// Most likely.
    pub likely_s: u64,
    /// It rarely takes less.
    pub least_s: u64,
    /// It rarely takes longer; none where nobody can know.
    pub most_s: Option<u64>,
    /// Who says so: AWS (with the section of the fact sheet), a rehearsal in the simulator, or nobody.
    pub source: &'static str,
}

/// From here on seconds are no longer told.
const IN_MINUTES: u64 = 120;
/// From here on minutes are no longer told.
const IN_HOURS: u64 = 2 * 3_600;

impl Expected {
    /// Nothing takes no time.
    pub const NOTHING: Self = Self::exactly(0, "");

    /// Always that long, because `source` makes it so.
    pub const fn exactly(seconds: u64, source: &'static str) -> Self {
        Self {
            likely_s: seconds,
            least_s: seconds,
            most_s: Some(seconds),
            source,
        }
    }

    /// Most likely `likely_s`, rarely outside `least_s` to `most_s`.
    pub const fn between(likely_s: u64, least_s: u64, most_s: u64, source: &'static str) -> Self {
        Self {
            likely_s,
            least_s,
            most_s: Some(most_s),
            source,
        }
    }

    /// Most likely `likely_s`, rarely less than `least_s`; nobody can know the most.
    pub const fn or_much_longer(likely_s: u64, least_s: u64, source: &'static str) -> Self {
        Self {
            likely_s,
            least_s,
            most_s: None,
            source,
        }
    }

    /// The same shape around another likely time.
    #[must_use]
    pub(crate) fn around(self, likely_s: u64) -> Self {
        if likely_s == self.likely_s || self.likely_s == 0 {
            return Self { likely_s, ..self };
        }
        let scaled = |s: u64| s.saturating_mul(likely_s) / self.likely_s;
        Self {
            likely_s,
            least_s: scaled(self.least_s),
            // Who tells another time knows more than nobody.
            most_s: Some(self.most_s.map_or(8 * likely_s, scaled)),
            ..self
        }
    }

    /// This, and `next` after it.
    #[must_use]
    pub(crate) fn then(self, next: Self) -> Self {
        let likely_s = self.likely_s.saturating_add(next.likely_s);
        let below = |one: Self| one.likely_s.saturating_sub(one.least_s) as f64;
        let above = |one: Self| Some(one.most_s?.saturating_sub(one.likely_s) as f64);
        let most = above(self).zip(above(next));
        Self {
            likely_s,
            least_s: likely_s.saturating_sub(below(self).hypot(below(next)).round() as u64),
            most_s: most.map(|(one, two)| likely_s.saturating_add(one.hypot(two).round() as u64)),
            source: "its steps together",
        }
    }

    /// This and `other` side by side.
    #[must_use]
    pub(crate) fn beside(self, other: Self) -> Self {
        let most = self.most_s.zip(other.most_s);
        Self {
            likely_s: self.likely_s.max(other.likely_s),
            least_s: self.least_s.max(other.least_s),
            most_s: most.map(|(one, two)| one.max(two)),
            source: "its steps together",
        }
    }

    /// After `passed_s`, what is left of it; never less than nothing.
    #[must_use]
    pub fn after(self, passed_s: u64) -> Self {
        Self {
            likely_s: self.likely_s.saturating_sub(passed_s),
            least_s: self.least_s.saturating_sub(passed_s),
            most_s: self.most_s.map(|most| most.saturating_sub(passed_s)),
            ..self
        }
    }

    /// `9 min`: the likely time alone. What is only expected is not told by the second.
    pub fn likely(self) -> String {
        let (unit, word) = self.unit();
        format!("{} {word}", nearest(self.likely_s, unit))
    }

    /// `5–20 min`, `20 s–5 min`, `3 min–6 h`, `3 min or much longer`; none where it always takes the same.
    pub fn range(self) -> Option<String> {
        let (unit, word) = self.unit();
        let least = self.least_s / unit;
        let Some(most) = self.most_s else {
            return Some(format!("{least} {word} or much longer"));
        };
        if most >= IN_HOURS && unit < 3_600 {
            return Some(format!("{least} {word}–{} h", most.div_ceil(3_600)));
        }
        if most > IN_MINUTES && unit == 1 {
            return Some(format!("{least} s–{} min", most.div_ceil(60)));
        }
        let most = most.div_ceil(unit);
        (least != most).then(|| format!("{least}–{most} {word}"))
    }

    /// `about 9 min, 5–20 min`.
    pub fn words(self) -> String {
        match (self.range(), self.most_s) {
            (Some(_), None) => format!("about {} or much longer", self.likely()),
            (Some(range), Some(_)) => format!("about {}, {range}", self.likely()),
            (None, _) => format!("about {}", self.likely()),
        }
    }

    /// As [`Expected::words`] of what is left of something under way, whose likely time may be over.
    pub fn left_words(self) -> String {
        match (self.likely_s, self.most_s) {
            (_, Some(0)) => "it takes longer than usual".to_owned(),
            (0, None) => "how much longer is not known".to_owned(),
            (0, Some(most)) => format!("at most {} left", Self::exactly(most, "").likely()),
            _ => format!("{} left", self.words()),
        }
    }

    /// `9 min (5–20)`, `10 min (3–?)`, `45 s (<5 min)`, `5 s`: as short as a column has it.
    pub fn short(self) -> String {
        let (unit, _) = self.unit();
        let least = self.least_s / unit;
        let minutes = self.most_s.map(|most| most.div_ceil(60));
        if let Some(minutes) = minutes.filter(|minutes| unit == 1 && 60 * minutes > IN_MINUTES) {
            return format!("{} (<{minutes} min)", self.likely());
        }
        match self.most_s.map(|most| most.div_ceil(unit)) {
            None => format!("{} ({least}–?)", self.likely()),
            Some(most) if most == least => self.likely(),
            Some(most) => format!("{} ({least}–{most})", self.likely()),
        }
    }

    /// The unit that the likely time is told in: its seconds, its sign.
    const fn unit(self) -> (u64, &'static str) {
        match self.likely_s {
            0..IN_MINUTES => (1, "s"),
            IN_MINUTES..IN_HOURS => (60, "min"),
            _ => (3_600, "h"),
        }
    }
}

/// In whole units.
const fn nearest(seconds: u64, unit: u64) -> u64 {
    (seconds + unit / 2) / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILOVER: Expected = Expected::between(150, 60, 600, "AWS");
    const REBUILT: Expected = Expected::or_much_longer(600, 180, "AWS");

    #[test]
    fn a_likely_time_is_told_with_its_range_in_one_unit() {
        let told = |expected: Expected| (expected.words(), expected.short());
        let pair = |words: &str, short: &str| (words.to_owned(), short.to_owned());
        let drill = Expected::between(547, 300, 1_190, "");
        assert_eq!(told(drill), pair("about 9 min, 5–20 min", "9 min (5–20)"));
        assert_eq!(
            told(FAILOVER),
            pair("about 3 min, 1–10 min", "3 min (1–10)")
        );
        let soon = Expected::between(90, 20, 300, "");
        assert_eq!(told(soon), pair("about 90 s, 20 s–5 min", "90 s (<5 min)"));
        let held = Expected::exactly(5, "");
        assert_eq!(told(held), pair("about 5 s", "5 s"));
        let long = Expected::between(600, 180, 6 * 3_600, "");
        assert_eq!(
            told(long),
            pair("about 10 min, 3 min–6 h", "10 min (3–360)")
        );
    }

    #[test]
    fn what_nobody_can_know_has_no_end() {
        assert_eq!(REBUILT.words(), "about 10 min or much longer");
        assert_eq!(REBUILT.short(), "10 min (3–?)");
        // Nor has what comes after it, or beside it.
        assert_eq!(FAILOVER.then(REBUILT).most_s, None);
        assert_eq!(FAILOVER.beside(REBUILT).most_s, None);
    }

    #[test]
    fn not_every_step_of_a_chain_takes_longest_at_once() {
        let one = Expected::between(100, 70, 140, "");
        let both = one.then(Expected::between(100, 60, 130, ""));
        assert_eq!(
            (both.likely_s, both.least_s, both.most_s),
            (200, 150, Some(250))
        );
        let chain = (0..9).fold(Expected::NOTHING, |all, _| all.then(one));
        assert_eq!((chain.likely_s, chain.most_s), (900, Some(1_020)));
    }
}
