//! What all charts have in common: how far back they reach, which minute is read, what they are compared with.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Chart, Screen};
use gwctl_fleet::Snapshot;
use gwctl_observe::{Past, PastOf, PastQuestion};

/// How far back charts can reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// As it is written in a command: `3h`.
    pub name: &'static str,
    /// As it is said: `3 h`.
    pub said: &'static str,
    pub span: SignedDuration,
    /// How long one point is: a screen has a few hundred dots.
    pub period: SignedDuration,
    /// How far one key moves the cursor.
    pub step: SignedDuration,
}

const fn range(
    (name, said): (&'static str, &'static str),
    minutes: i64,
    period: i64,
    step: i64,
) -> Range {
    Range {
        name,
        said,
        span: SignedDuration::from_mins(minutes),
        period: SignedDuration::from_mins(period),
        step: SignedDuration::from_mins(step),
    }
}

/// All of them, the shortest first.
pub const RANGES: [Range; 7] = [
    range(("15m", "15 min"), 15, 1, 1),
    range(("30m", "30 min"), 30, 1, 1),
    range(("1h", "1 h"), 60, 1, 1),
    range(("3h", "3 h"), 180, 1, 1),
    range(("12h", "12 h"), 720, 2, 6),
    range(("1d", "1 day"), 1_440, 5, 15),
    range(("7d", "7 days"), 10_080, 30, 60),
];

/// The one that charts begin with.
const FIRST: usize = 2;

/// How much of the past the picture holds; what is older is asked for by itself.
const HELD: SignedDuration = SignedDuration::from_mins(182);

/// How many answers about the past are kept.
const KEPT: usize = 4;

/// An answer that takes longer than this is lost.
const LOST: SignedDuration = SignedDuration::from_mins(3);

/// What is drawn dim under the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    HourBefore,
    Yesterday,
    LastWeek,
}

impl Against {
    /// The next one; none after the last.
    const fn next(now: Option<Self>) -> Option<Self> {
        match now {
            None => Some(Self::HourBefore),
            Some(Self::HourBefore) => Some(Self::Yesterday),
            Some(Self::Yesterday) => Some(Self::LastWeek),
            Some(Self::LastWeek) => None,
        }
    }

    /// How long before.
    pub const fn shift(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Self::HourBefore => 1,
            Self::Yesterday => 24,
            Self::LastWeek => 168,
        })
    }

    /// What it is, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::HourBefore => "an hour before",
            Self::Yesterday => "yesterday",
            Self::LastWeek => "last week",
        }
    }
}

/// The stretch of time that is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: Timestamp,
    /// The end of the period that is being counted: lines then move once a period, not with every frame.
    pub to: Timestamp,
    pub range: Range,
}

/// Something asked about the past.
#[derive(Debug, Clone)]
struct Wanted {
    question: PastQuestion,
    /// When it was asked, in the fleet's time.
    asked: Timestamp,
    answer: Option<Arc<Past>>,
}

/// What all charts have in common.
#[derive(Debug, Clone)]
pub struct Charts {
    /// Which of [`RANGES`].
    range: usize,
    /// Where they end; none where they end now.
    until: Option<Timestamp>,
    /// The beginning of the minute that is read; none where the newest is.
    pub cursor: Option<Timestamp>,
    pub against: Option<Against>,
    /// What was asked about the past, the newest last.
    wanted: Vec<Wanted>,
}

impl Default for Charts {
    fn default() -> Self {
        Self {
            range: FIRST,
            until: None,
            cursor: None,
            against: None,
            wanted: Vec::new(),
        }
    }
}

/// The last moment before `at` at which a period ends.
fn floor(at: Timestamp, period: SignedDuration) -> Timestamp {
    let period = period.as_secs().max(1);
    at - SignedDuration::from_secs(at.as_second().rem_euclid(period))
        - SignedDuration::from_nanos(i64::from(at.subsec_nanosecond()))
}

impl Charts {
    /// How far back they reach.
    pub const fn range(&self) -> Range {
        RANGES[self.range]
    }

    /// Whether they end now.
    pub const fn is_live(&self) -> bool {
        self.until.is_none()
    }

    /// What is drawn at `now`.
    pub fn span(&self, now: Timestamp) -> Span {
        let range = self.range();
        let to = floor(self.until.unwrap_or(now), range.period) + range.period;
        Span {
            from: to - range.span,
            to,
            range,
        }
    }

    /// What is compared with at `now`.
    pub fn span_before(&self, now: Timestamp) -> Option<Span> {
        let shift = self.against?.shift();
        let span = self.span(now);
        Some(Span {
            from: span.from - shift,
            to: span.to - shift,
            ..span
        })
    }

    /// Another range; whether there is one.
    pub(super) fn turn(&mut self, longer: bool) -> bool {
        let next = if longer {
            Some(self.range + 1).filter(|next| *next < RANGES.len())
        } else {
            self.range.checked_sub(1)
        };
        self.range = next.unwrap_or(self.range);
        next.is_some()
    }

    /// The range of this place in [`RANGES`].
    pub(super) const fn set_range(&mut self, range: usize) {
        self.range = range;
    }

    /// Moves the whole time by half of it; never beyond `now`.
    pub(super) fn pan(&mut self, forward: bool, now: Timestamp) {
        let half = self.range().span / 2;
        let end = self.until.unwrap_or(now);
        self.end_at(if forward { end + half } else { end - half }, now);
    }

    /// Ends at `end`, or now where that is not over yet.
    pub(super) fn end_at(&mut self, end: Timestamp, now: Timestamp) {
        self.until = Some(end).filter(|end| *end < floor(now, self.range().period));
    }

    /// Reads `at`, and shows the time around it where it is not shown.
    pub(super) fn read(&mut self, at: Timestamp, now: Timestamp) {
        let range = self.range();
        let newest = floor(now, range.period);
        let at = floor(at, range.period).min(newest);
        let span = self.span(now);
        if at < span.from {
            self.end_at(at + range.span * 3 / 4, now);
        } else if at >= span.to {
            self.end_at(at + range.span / 4, now);
        }
        self.cursor = Some(at);
    }

    /// One step of the cursor; the first shows it at the newest point that is likely to be there.
    pub(super) fn step(&mut self, forward: bool, now: Timestamp) {
        let range = self.range();
        let newest = self.span(now).to - range.period * 3;
        let at = match self.cursor {
            None => newest,
            Some(at) if forward => at + range.step,
            Some(at) => at - range.step,
        };
        self.read(at, now);
    }

    /// The next thing to compare with.
    pub(super) fn turn_against(&mut self) {
        self.against = Against::next(self.against);
    }

    /// The picture that holds what is drawn in `span`: `live` where that reaches so far; none while it is asked for.
    pub fn picture<'a>(
        &'a self,
        live: &'a Snapshot,
        (of, span): (Option<&PastOf>, Span),
        now: Timestamp,
    ) -> Option<&'a Snapshot> {
        if is_held(span, now) {
            return Some(live);
        }
        let of = of?;
        let mut known = self.wanted.iter().rev();
        let fits = |one: &&Wanted| {
            let question = &one.question;
            question.of == *of
                && question.period == span.range.period
                && question.to.duration_since(question.from) == span.to.duration_since(span.from)
                && span.to.duration_since(question.to).abs() <= span.range.period * 3
        };
        let past = known.find(|one| one.answer.is_some() && fits(one))?;
        past.answer.as_deref().map(|past| &past.picture)
    }

    /// What must be asked now to draw the charts of `screen`; noted as asked.
    pub(super) fn due(&mut self, screen: &Screen, now: Timestamp) -> Vec<PastQuestion> {
        let Some(of) = past_of(screen) else {
            return Vec::new();
        };
        let spans = [Some(self.span(now)), self.span_before(now)];
        let mut asked = Vec::new();
        for span in spans.into_iter().flatten() {
            let question = PastQuestion {
                of: of.clone(),
                from: span.from,
                to: span.to,
                period: span.range.period,
            };
            let known = |one: &Wanted| {
                one.question == question
                    && (one.answer.is_some() || now.duration_since(one.asked) < LOST)
            };
            if is_held(span, now) || self.wanted.iter().any(known) {
                continue;
            }
            self.wanted.retain(|one| one.question != question);
            self.wanted.push(Wanted {
                question: question.clone(),
                asked: now,
                answer: None,
            });
            asked.push(question);
        }
        let too_many = self.wanted.len().saturating_sub(KEPT);
        self.wanted.drain(..too_many);
        asked
    }

    /// How many questions about the past it takes to draw them at `now`.
    pub(super) fn asks(&self, now: Timestamp) -> usize {
        let spans = [Some(self.span(now)), self.span_before(now)];
        let spans = spans.into_iter().flatten();
        spans.filter(|span| !is_held(*span, now)).count()
    }

    /// An answer came.
    pub(super) fn came(&mut self, past: Past) {
        let mut wanted = self.wanted.iter_mut();
        if let Some(one) = wanted.find(|one| one.question == past.question) {
            one.answer = Some(Arc::new(past));
        }
    }
}

/// Whether the picture itself holds the points of `span`.
fn is_held(span: Span, now: Timestamp) -> bool {
    now.duration_since(span.from) <= HELD && span.range.period <= SignedDuration::from_mins(1)
}

/// What is asked about the past for the charts of `screen`; none where it has none.
pub fn past_of(screen: &Screen) -> Option<PastOf> {
    match screen {
        Screen::Fleet | Screen::Timeline => Some(PastOf::Fleet),
        Screen::Region(region) => Some(PastOf::Region(region.clone())),
        Screen::Database => Some(PastOf::Database),
        Screen::Edge => Some(PastOf::Edge),
        Screen::Calls | Screen::Run | Screen::Logs | Screen::Explain | Screen::Fleets => None,
    }
}

/// The charts of `screen`, in the order in which they are enlarged.
pub const fn charts_of(screen: &Screen) -> &'static [Chart] {
    match screen {
        Screen::Fleet | Screen::Timeline => &Chart::OF_ALL,
        Screen::Region(_) => &Chart::ALL,
        Screen::Database => &[Chart::AllLag],
        Screen::Edge => &Chart::OF_EDGE,
        Screen::Calls | Screen::Run | Screen::Logs | Screen::Explain | Screen::Fleets => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minute * 60).unwrap()
    }

    #[test]
    fn the_time_moves_once_a_period_and_never_beyond_now() {
        let mut charts = Charts::default();
        let now = at(10) + SignedDuration::from_secs(35);
        assert_eq!(charts.span(now).to, at(11));
        assert_eq!(charts.span(now).from, at(-49));
        charts.pan(true, now);
        assert!(charts.is_live());
        charts.pan(false, now);
        assert_eq!(charts.span(now).to, at(-19));
        charts.pan(true, now);
        assert!(charts.is_live(), "back at now");
    }

    #[test]
    fn the_cursor_stays_in_what_is_drawn() {
        let mut charts = Charts::default();
        let now = at(10);
        charts.step(false, now);
        assert_eq!(charts.cursor, Some(at(8)));
        for _ in 0..70 {
            charts.step(false, now);
        }
        let span = charts.span(now);
        let cursor = charts.cursor.unwrap();
        assert_eq!(cursor, at(-62));
        assert!(span.from <= cursor && cursor < span.to, "{span:?}");
        for _ in 0..200 {
            charts.step(true, now);
        }
        assert_eq!(charts.cursor, Some(at(10)), "not in the future");
    }

    #[test]
    fn what_the_picture_holds_is_not_asked_for() {
        let mut charts = Charts::default();
        let now = at(10);
        assert_eq!(charts.due(&Screen::Fleet, now), []);
        charts.against = Some(Against::HourBefore);
        assert_eq!(charts.due(&Screen::Fleet, now), [], "two hours are held");
        charts.against = Some(Against::Yesterday);
        let asked = charts.due(&Screen::Fleet, now);
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].to, at(11 - 24 * 60));
        assert_eq!(charts.due(&Screen::Fleet, now), [], "it is awaited");
        charts.against = None;
        charts.set_range(6);
        assert_eq!(charts.due(&Screen::Logs, now), [], "no chart is shown");
        let asked = charts.due(&Screen::Fleet, now);
        assert_eq!(asked[0].period, SignedDuration::from_mins(30));
    }
}
