//! What functions log since something began.

use super::failing::Failing;
use super::words::Says;
use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::logs::Pattern;
use gwctl_fleet::{Region, format};
use jiff::{SignedDuration, Timestamp};

/// So long before the first minute that is beyond its limit, an error may be of the same trouble.
const BEFORE: SignedDuration = SignedDuration::from_mins(1);
/// So long before that, an error must not have been logged to be new.
const QUIET: SignedDuration = SignedDuration::from_mins(5);
/// Fewer errors than this tell nothing.
const FEW: u64 = 5;
/// Longest text that is quoted.
const QUOTED: usize = 140;

/// Errors of the same words.
pub(super) struct Logged<'a> {
    pub(super) pattern: &'a Pattern,
    /// How many of those that were read.
    pub(super) count: u64,
    /// Whether there were none before; none where that is not known.
    pub(super) is_new: Option<bool>,
}

/// The errors that functions log since they fail.
pub(super) struct Errors<'a> {
    /// The most frequent first.
    pub(super) all: Vec<Logged<'a>>,
    /// How many were read.
    total: u64,
    region: &'a Region,
}

impl<'a> Errors<'a> {
    /// Those of `failing`; none where their logs were not read, or hold none.
    pub(super) fn of(evidence: &Evidence<'a>, failing: &Failing<'a>) -> Option<Self> {
        let region = failing.region();
        let names = failing.names();
        let began = failing.began()?;
        let first = minute(began.at);
        let count = |pattern: &Pattern, wanted: &dyn Fn(i64) -> bool| -> u64 {
            let each = names.iter();
            each.map(|name| pattern.count_of(region, name, wanted))
                .sum()
        };
        let known = names
            .iter()
            .all(|name| is_known_before(evidence, region, name, began));
        let new = |pattern: &Pattern| {
            let quiet = minute(began.at - BEFORE - QUIET)..minute(began.at - BEFORE);
            let before = count(pattern, &|at| quiet.contains(&at));
            if before > 0 {
                Some(false)
            } else {
                known.then_some(true)
            }
        };
        let mut all: Vec<Logged<'a>> = evidence
            .patterns
            .iter()
            .map(|pattern| Logged {
                pattern,
                count: count(pattern, &|at| at >= first),
                is_new: new(pattern),
            })
            .filter(|logged| logged.count > 0)
            .collect();
        all.sort_by_key(|logged| std::cmp::Reverse(logged.count));
        let total = all.iter().map(|logged| logged.count).sum();
        (total > 0).then_some(Self { all, total, region })
    }

    /// The part, from 0 to 1, of the errors that `wanted` takes.
    pub(super) fn part(&self, wanted: impl Fn(&Logged<'a>) -> bool) -> f64 {
        self.count(wanted) as f64 / self.total as f64
    }

    /// Whether those that `wanted` takes are a trouble by themselves: they make more of the invocations fail than `limit`
    /// allows, where `percent` of all fail.
    pub(super) fn are_beyond(
        &self,
        (percent, limit): (f64, f64),
        wanted: impl Fn(&Logged<'a>) -> bool,
    ) -> bool {
        self.count(&wanted) >= FEW && self.part(wanted) * percent > limit
    }

    fn count(&self, wanted: impl Fn(&Logged<'a>) -> bool) -> u64 {
        let counted = self.all.iter().filter(|logged| wanted(logged));
        counted.map(|logged| logged.count).sum()
    }

    /// Those alone that `wanted` takes; their parts are still parts of all.
    pub(super) fn only(mut self, wanted: impl Fn(&Logged<'a>) -> bool) -> Self {
        self.all.retain(wanted);
        self
    }

    /// The part of those that say `what`.
    pub(super) fn saying(&self, what: Says) -> f64 {
        self.part(|logged| logged.says() == Some(what))
    }

    /// The most frequent of those that say `what`.
    pub(super) fn first(&self, what: Says) -> Option<&Logged<'a>> {
        self.all.iter().find(|logged| logged.says() == Some(what))
    }

    /// The most frequent one that is new.
    pub(super) fn newest(&self) -> Option<&Logged<'a>> {
        self.all.iter().find(|logged| logged.is_new == Some(true))
    }

    /// `93 % of its errors are new and say …`.
    pub(super) fn share(&self, logged: &Logged<'a>) -> String {
        let percent = format::percent(100.0 * logged.count as f64 / self.total as f64);
        let new = if logged.is_new == Some(true) {
            "are new and say"
        } else {
            "say"
        };
        format!("{percent} of the errors {new} `{}`", logged.quote())
    }

    /// The same as evidence, with how many were read and when the first was.
    pub(super) fn told(&self, logged: &Logged<'a>) -> String {
        let first = logged
            .pattern
            .regions
            .get(self.region)
            .map(|tally| tally.first);
        let first = match (first, logged.is_new) {
            (Some(at), Some(true)) => format!(", first at {}", format::clock(at)),
            _ => String::new(),
        };
        format!(
            "{}: {} ({} of {} that were read{first})",
            self.region,
            self.share(logged),
            format::count(logged.count as f64),
            format::count(self.total as f64),
        )
    }
}

impl Logged<'_> {
    pub(super) fn says(&self) -> Option<Says> {
        Says::of(self.pattern)
    }

    /// [`quote`].
    pub(super) fn quote(&self) -> String {
        quote(self.pattern)
    }
}

/// What the newest of them says, without the runtime's own words in front.
pub(crate) fn quote(pattern: &Pattern) -> String {
    let text = &pattern.example.line.text;
    let own = ["Invoke Error ", "Uncaught Exception ", "error: "];
    let text = own.iter().fold(text.as_str(), |text, own| {
        text.strip_prefix(own).unwrap_or(text)
    });
    gwctl_fleet::clean(text, QUOTED)
}

/// Whether the errors before `began` are known, so that one that was not there is new.
fn is_known_before(evidence: &Evidence<'_>, region: &Region, name: &str, began: Onset) -> bool {
    let (from, until) = (began.at - BEFORE - QUIET, began.at - BEFORE);
    let mut spans = evidence
        .spans
        .iter()
        .filter(|span| span.is_of(region, name));
    spans.any(|span| span.holds(from, until))
}

fn minute(at: Timestamp) -> i64 {
    at.as_second().div_euclid(60)
}
