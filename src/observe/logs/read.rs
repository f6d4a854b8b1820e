//! What was read of a group: of one question, and of several put together.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::LogsAsked;
use gwctl_aws::{Cut, LogAnswer};
use gwctl_fleet::logs::LogEvent;
use gwctl_fleet::{Missing, format};

/// Events of one group that are kept while one follows it, and bytes of their messages: beyond them the oldest go.
const KEPT: usize = 20_000;
const KEPT_BYTES: usize = 16 << 20;

/// From when until when.
pub type Span = (Timestamp, Timestamp);

/// What was read of a group.
#[derive(Debug, Clone)]
pub struct GroupRead {
    /// Oldest first.
    pub events: Vec<LogEvent>,
    /// From when until when every error is among them.
    pub errors: Span,
    /// Where not all errors were read: from the begin until when they were read as well.
    pub oldest: Option<Span>,
    /// From when until when every line is; none where only some were searched for.
    pub lines: Option<Span>,
    /// Why not everything was read, in words.
    pub cut: Vec<String>,
    /// Why nothing newer could be read.
    pub behind: Option<Missing>,
}

/// What of the time asked for was searched in so many calls, in words.
pub(super) fn unsearched(calls: usize, (from, until): Span, asked: &LogsAsked) -> String {
    let whole = format::span(asked.until.duration_since(asked.since));
    if from >= until {
        return format!("{calls} calls found nothing, and did not search all of the {whole}");
    }
    format!(
        "{calls} calls searched {} to {} of the {whole}",
        format::clock(from),
        format::clock(until)
    )
}

impl GroupRead {
    pub(super) fn searched(found: LogAnswer, asked: &LogsAsked) -> Self {
        let mut cut: Vec<String> = found
            .cut
            .iter()
            .map(|cut| match cut {
                Cut::Bound(bound) => format!(
                    "only {} events were read (the limit is {} events, {} MiB or {} calls for each log group)",
                    format::count(found.events.len() as f64),
                    format::count(bound.events as f64),
                    bound.bytes >> 20,
                    bound.pages
                ),
                Cut::Calls(bound) => unsearched(bound.pages, (found.since, found.until), asked),
                Cut::Failed(error) => format!("the rest could not be read: {}", error.message),
            })
            .collect();
        if found.undated > 0 {
            cut.push(format!(
                "{} events without a time were left out",
                found.undated
            ));
        }
        // A text that is searched for leaves errors out that do not hold it.
        let errors = if asked.filter.is_some() || found.cut.is_some() {
            (found.since, found.until)
        } else {
            (asked.since, asked.until)
        };
        Self {
            events: found.events,
            errors,
            oldest: None,
            lines: None,
            cut,
            behind: None,
        }
    }

    /// With `others`, each event once.
    pub(super) fn with(mut self, others: Vec<LogEvent>) -> Self {
        let key = |event: &LogEvent| (event.id.clone(), event.at, event.message.clone());
        let known: HashSet<_> = self.events.iter().map(key).collect();
        let new = others.into_iter().filter(|one| !known.contains(&key(one)));
        self.events.extend(new);
        self.events.sort_by_key(|event| event.at);
        self
    }

    /// What was read before, and what `newer` adds to it; nothing older than `since`.
    pub(super) fn followed_by(self, newer: Self, since: Timestamp) -> Self {
        let joins = newer.errors.0 <= self.errors.1;
        let (errors, oldest) = if joins {
            ((self.errors.0.max(since), newer.errors.1), self.oldest)
        } else {
            (newer.errors, Some(self.errors))
        };
        let oldest = oldest.filter(|(_, until)| *until > since && errors.0 > since);
        let lines = match (self.lines, newer.lines) {
            (Some(old), Some(new)) if new.0 <= old.1 => Some((old.0.max(since), new.1)),
            (_, new) => new,
        };
        let mut cut = newer.cut;
        if joins && errors.0 > since {
            cut.extend(
                self.cut
                    .iter()
                    .filter(|why| !cut.contains(why))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
        }
        let mut all = Self {
            cut: Vec::new(),
            ..self
        }
        .with(newer.events);
        all.events.retain(|event| event.at >= since);
        Self {
            events: all.events,
            errors,
            oldest: oldest.map(|(from, until)| (from.max(since), until)),
            lines,
            cut,
            behind: None,
        }
        .bounded()
    }

    /// Without the oldest events where there are more than are kept: what is told of the time before ends there.
    fn bounded(mut self) -> Self {
        let sizes = self.events.iter().rev().map(|event| event.message.len());
        let sums = sizes.scan(0, |sum, size| {
            *sum += size;
            Some(*sum)
        });
        let fits = sums.take(KEPT).take_while(|sum| *sum <= KEPT_BYTES).count();
        let gone = self.events.len() - fits;
        if gone == 0 {
            return self;
        }
        self.events.drain(..gone);
        let from = self.events.first().map_or(self.errors.1, |first| first.at);
        self.errors.0 = self.errors.0.max(from);
        self.lines = self.lines.map(|(old, until)| (old.max(from), until));
        self.oldest = self.oldest.filter(|(_, until)| from < *until);
        self.oldest = self.oldest.map(|(old, until)| (old.max(from), until));
        let why = format!(
            "only the newest {} events are kept ({} events or {} MiB for each log group)",
            format::count(fits as f64),
            format::count(KEPT as f64),
            KEPT_BYTES >> 20
        );
        self.cut.retain(|one| !one.starts_with("only the newest"));
        self.cut.push(why);
        self
    }

    /// From when until when errors were read, and what is missing between the oldest and the newest.
    pub fn ends(&self) -> (Span, Option<Span>) {
        match self.oldest {
            None => (self.errors, None),
            Some((from, until)) => {
                let gap = (until, self.errors.0);
                ((from, self.errors.1), (gap.0 < gap.1).then_some(gap))
            }
        }
    }

    /// Over how much time errors were counted.
    pub fn counted_over(&self) -> SignedDuration {
        let span = |(from, until): Span| until.duration_since(from);
        span(self.errors) + self.oldest.map_or(SignedDuration::ZERO, span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn read(from: i64, until: i64, events: impl Iterator<Item = LogEvent>) -> GroupRead {
        GroupRead {
            events: events.collect(),
            errors: (at(from), at(until)),
            oldest: None,
            lines: Some((at(from), at(until))),
            cut: Vec::new(),
            behind: None,
        }
    }

    fn event(second: i64, n: i64, message: &str) -> LogEvent {
        LogEvent {
            id: format!("{second} {n}"),
            at: at(second),
            ingested: None,
            stream: String::new(),
            message: message.into(),
        }
    }

    #[test]
    fn who_follows_a_stream_without_an_end_keeps_the_newest_and_says_so() {
        let mut kept = read(0, 0, std::iter::empty());
        for second in (0..60).step_by(5) {
            let new = (0..2_500).map(|n| event(second, n, "ERROR it broke"));
            kept = kept.followed_by(read(second - 5, second, new), at(-3_600));
            assert!(kept.events.len() <= KEPT);
        }
        assert_eq!((kept.events.len(), kept.errors), (KEPT, (at(20), at(55))));
        assert_eq!(kept.lines, Some((at(20), at(55))));
        assert_eq!(kept.cut.len(), 1, "{:?}", kept.cut);
        assert!(
            kept.cut[0].starts_with("only the newest 20,000 events"),
            "{:?}",
            kept.cut
        );
        // Long ones as well.
        let long = "x".repeat(65_536);
        let new = (0..1_000).map(|n| event(60, n, &long));
        let kept = kept.followed_by(read(55, 60, new), at(-3_600));
        let bytes: usize = kept.events.iter().map(|one| one.message.len()).sum();
        assert!(bytes <= KEPT_BYTES && kept.events.len() == 256, "{bytes}");
    }
}
