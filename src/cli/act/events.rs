//! A run's records as lines: elapsed time, what kind of thing it is, which step, what.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::paper::{Ink, Paper, pad};
use crate::actions::format::{seconds, span};
use crate::actions::report::REJOINED;
use crate::actions::{
    Entry, Order, Phase, Plan, Record, Reply, RunState, Step, StepState, clients_steps_done,
    left as expected_left, recovery,
};
use crate::fleet::StackEvent;
use crate::fleet::clean_line;
use crate::fleet::format::stopwatch;

/// Turns one run's records into lines.
pub struct Events {
    paper: Paper,
    begun: Timestamp,
    /// Width of the column of steps.
    column: usize,
    /// Whose records need no name.
    by: String,
    /// What was seen of each step, its words without figures.
    seen: BTreeMap<(String, String), Said>,
    /// That clients are served was told.
    served: bool,
    /// Steps whose stack has a log of its own.
    logged: BTreeSet<String>,
}

/// When something was said last, and after which time it is said again.
struct Said {
    at: Timestamp,
    again: SignedDuration,
}

/// What was said before is said again when it still holds after the longest time that the step is likely to take, at
/// the earliest after this time, and then each time three times as late: only that it takes longer is news.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
/// The same where nobody can know how long a step takes.
const OPEN: SignedDuration = SignedDuration::from_mins(30);
/// No later than this, so that somebody who looks sees that gwctl still looks too.
const LATEST: SignedDuration = SignedDuration::from_hours(3);

/// Where the text begins, but for the column of steps: time, glyph, word and the gaps.
const LEAD: usize = 8 + 2 + 2 + 8 + 2 + 2;

impl Events {
    /// Of the run that `state` tells.
    pub fn of(state: &RunState, paper: Paper) -> Self {
        let most = if paper.columns() < 100 { 14 } else { 28 };
        let ids = state.plan.steps.iter().chain(&state.plan.inverse);
        let column = ids.map(|step| step.id.len()).max().unwrap_or(0).min(most);
        Self {
            paper,
            begun: state.begun,
            column,
            by: state.operator.clone(),
            seen: BTreeMap::new(),
            logged: BTreeSet::new(),
            served: false,
        }
    }

    /// One record as a line without its end; none for what is only for the report.
    pub fn line(&mut self, record: &Record, plan: &Plan) -> Option<String> {
        match &record.entry {
            Entry::Stack { step, .. } => {
                self.logged.insert(step.clone());
            }
            // The stack's own log says the same, line by line.
            Entry::Saw { step, .. } if self.logged.contains(step) => return None,
            Entry::Saw { step, text } => {
                let patience = patience(plan.step(step));
                if self.counting(step, text, record.at, patience) {
                    return None;
                }
            }
            _ => {}
        }
        let mut event = event(&record.entry, plan)?;
        if record.by != self.by {
            event.text = format!("{} (by {})", event.text, record.by);
        }
        Some(self.drawn(&event, record.at))
    }

    /// That what clients need is done, once: what is left is told with its own expected time.
    pub fn milestone(&mut self, state: &RunState) -> Option<String> {
        let at = clients_steps_done(state).filter(|_| !self.served && !state.undoing)?;
        self.served = true;
        let after = seconds(
            at.duration_since(self.begun)
                .as_secs()
                .max(0)
                .cast_unsigned(),
        );
        let over = |id: &str| state.steps.get(id).is_some_and(StepState::over);
        let left: Vec<&str> = state.active().map(|step| step.id.as_str()).collect();
        let left: Vec<&str> = left.into_iter().filter(|id| !over(id)).collect();
        let left = match left.as_slice() {
            [] => "nothing is left to do".to_owned(),
            left => {
                let rest = expected_left(state, at).left_words();
                format!("to be done: {}; {rest}", left.join(", "))
            }
        };
        let event = Event {
            glyph: "●",
            word: "served",
            ink: Ink::Good,
            step: String::new(),
            text: format!("what clients need is done, {after} after the confirmation; {left}"),
        };
        Some(self.drawn(&event, at))
    }

    fn drawn(&self, event: &Event, at: Timestamp) -> String {
        let paper = self.paper;
        let clock = paper.ink(Ink::Faint, &format!("{:>8}", clock(at, self.begun)));
        let word = paper.ink(event.ink, &format!("{} {:<8}", event.glyph, event.word));
        let step = clean_line(&event.step);
        let step = if step.len() > self.column {
            format!("{step} ")
        } else {
            pad(&step, self.column)
        };
        let text = match paper.width {
            Some(_) => self.wrapped(&step, &event.text),
            None => clean_line(&event.text),
        };
        format!("{clock}  {word}  {}  {text}", paper.ink(Ink::Bold, &step))
            .trim_end()
            .to_owned()
    }

    /// Whether the same was said lately, with other figures.
    fn counting(
        &mut self,
        step: &str,
        text: &str,
        at: Timestamp,
        patience: SignedDuration,
    ) -> bool {
        let words: String = text.chars().filter(|c| !c.is_ascii_digit()).collect();
        let key = (step.to_owned(), words);
        let Some(said) = self.seen.get_mut(&key) else {
            let again = patience;
            self.seen.insert(key, Said { at, again });
            return false;
        };
        if at.duration_since(said.at) < said.again {
            return true;
        }
        let later = said.again.saturating_mul(3).min(LATEST);
        *said = Said { at, again: later };
        false
    }

    fn wrapped(&self, step: &str, text: &str) -> String {
        let hang = LEAD + self.column;
        // A longer name takes room from the first line only.
        let over = step.len().saturating_sub(self.column);
        self.paper.hang_after(hang, over, text)
    }
}

/// How long the same sight of `step` is no news.
fn patience(step: Option<&Step>) -> SignedDuration {
    let longest = step.and_then(|step| step.expected().most_s);
    let longest = longest.map(|most| SignedDuration::from_secs(most.cast_signed()));
    longest.map_or(OPEN, |most| most.clamp(AGAIN, LATEST))
}

/// `+4:07`, `+1:02:33`.
pub fn clock(at: Timestamp, begun: Timestamp) -> String {
    format!("+{}", stopwatch(at.duration_since(begun)))
}

struct Event {
    glyph: &'static str,
    word: &'static str,
    ink: Ink,
    step: String,
    text: String,
}

fn event(entry: &Entry, plan: &Plan) -> Option<Event> {
    let make = |glyph, word, ink, step: &str, text: String| {
        Some(Event {
            glyph,
            word,
            ink,
            step: step.into(),
            text,
        })
    };
    match entry {
        Entry::Begun {
            id, confirmation, ..
        } => {
            let waived = match confirmation.waived.as_slice() {
                [] => String::new(),
                waived => format!(", waiving {}", waived.join(", ")),
            };
            let approved = confirmation.approved_words();
            let approved = approved.map_or_else(String::new, |words| format!(", {words}"));
            let who = format!("{}@{}", confirmation.operator, confirmation.host);
            make(
                "●",
                "begun",
                Ink::Bold,
                "",
                format!("run {id}, confirmed by {who}{waived}{approved}"),
            )
        }
        Entry::Resumed => make(
            "●",
            "resumed",
            Ink::Bold,
            "",
            "another process goes on".into(),
        ),
        Entry::Started { step } => {
            let known = plan.step(step);
            let text = known.map_or_else(String::new, |known| {
                format!("{}; {}", known.title, known.expected().words())
            });
            make("▸", "begins", Ink::Busy, step, text)
        }
        Entry::Sending { step, call, what } => {
            make("→", "sends", Ink::Busy, step, format!("{call}: {what}"))
        }
        Entry::Replied { step, reply } => Some(replied(step, reply)),
        Entry::Saw { step, text } => make("·", "sees", Ink::Faint, step, text.clone()),
        Entry::Stack { line, .. } if line.is_echo() => None,
        Entry::Stack { step, line } => Some(stack_line(step, line)),
        Entry::Done { step, text } => make("✓", "done", Ink::Good, step, text.clone()),
        Entry::Held {
            step,
            why,
            gate: true,
            ..
        } => make("?", "asks", Ink::Warn, step, why.clone()),
        Entry::Held { step, why, .. } => make("‖", "held", Ink::Bad, step, why.clone()),
        Entry::Tripped { criterion, text } => make(
            "!",
            "tripped",
            Ink::Bad,
            criterion,
            format!("{text}; nothing new begins"),
        ),
        Entry::Ordered {
            order: Order::Note { text, .. },
        } => make("»", "note", Ink::Bold, "", text.clone()),
        Entry::Ordered { order } => {
            let (step, text) = ordered(order);
            make("»", "order", Ink::Bold, &step, text)
        }
        Entry::Figures { .. } => None,
        Entry::Rejoined => make("●", "rejoined", Ink::Good, "", REJOINED.into()),
        Entry::Offered { what } => make(
            "»",
            "offered",
            Ink::Bold,
            "",
            format!("to {}. {}", what.to, what.words()),
        ),
        Entry::Withdrawn => make("»", "kept", Ink::Bold, "", "the offer was withdrawn".into()),
        Entry::HandedOver { to } => make(
            "●",
            "handed",
            Ink::Bold,
            "",
            format!("over to {to}: this process sends nothing from here on"),
        ),
        Entry::Ended { phase } => Some(ended(*phase)),
    }
}

/// A line of CloudFormation's own log.
fn stack_line(step: &str, line: &StackEvent) -> Event {
    let (glyph, ink) = match line.status.as_str() {
        failed if failed.ends_with("_FAILED") => ("✗", Ink::Bad),
        rollback if rollback.contains("ROLLBACK") => ("✗", Ink::Warn),
        complete if complete.ends_with("_COMPLETE") => ("✓", Ink::Faint),
        _ => ("·", Ink::Faint),
    };
    let kind = line.kind.trim_start_matches("AWS::");
    let why = line
        .reason
        .as_ref()
        .filter(|_| line.status.ends_with("_FAILED") || line.status.contains("ROLLBACK"))
        .map_or_else(String::new, |why| format!(": {why}"));
    Event {
        glyph,
        word: "stack",
        ink,
        step: step.into(),
        text: format!("{} {} {kind}{why}", line.status, line.logical),
    }
}

fn replied(step: &str, reply: &Reply) -> Event {
    let request = |id: &Option<String>| match id {
        Some(id) => format!("request {id}"),
        None => "no request id".into(),
    };
    let (glyph, word, ink, text) = match reply {
        Reply::Accepted {
            request_id,
            receipt,
        } => {
            let receipt = receipt
                .as_ref()
                .map_or_else(String::new, |receipt| format!(", {receipt}"));
            (
                "←",
                "taken",
                Ink::Good,
                format!("{}{receipt}", request(request_id)),
            )
        }
        Reply::Refused { why, request_id } => (
            "✗",
            "refused",
            Ink::Bad,
            format!("{why} ({})", request(request_id)),
        ),
        Reply::Unknown { why, request_id } => (
            "?",
            "unknown",
            Ink::Warn,
            format!(
                "{why} ({}): AWS may have made the change; gwctl reads the state",
                request(request_id)
            ),
        ),
    };
    Event {
        glyph,
        word,
        ink,
        step: step.into(),
        text,
    }
}

/// Which step an order is about, and the order in words.
pub fn ordered(order: &Order) -> (String, String) {
    match order {
        Order::Pause => (String::new(), "pause: nothing new begins".into()),
        Order::Go => (String::new(), "go on".into()),
        Order::Retry { step } => (step.clone(), "try it again".into()),
        Order::Continue { step } => (step.clone(), "go on past it".into()),
        Order::Skip { step, reason } => (step.clone(), format!("skip it: {reason}")),
        Order::Overrule { reason } => (
            String::new(),
            format!("go on over the abort criterion: {reason}"),
        ),
        Order::Alone { reason } => (
            String::new(),
            format!("go on without the shared table while it does not answer: {reason}"),
        ),
        Order::Undo => (String::new(), "take back what was done".into()),
        Order::Abandon { reason } => (String::new(), format!("abandon: {reason}")),
        Order::Note { text, .. } => (String::new(), format!("note: {text}")),
        Order::HandOver { to } => (String::new(), format!("offer it to {to}")),
        Order::Withdraw => (String::new(), "withdraw the offer".into()),
    }
}

fn ended(phase: Phase) -> Event {
    let (ink, text) = match phase {
        Phase::Done => (Ink::Good, "every step was observed done"),
        Phase::Undone => (Ink::Warn, "what was done was taken back"),
        Phase::Abandoned => (Ink::Bad, "what was done stays done"),
        _ => (Ink::Plain, ""),
    };
    Event {
        glyph: "■",
        word: phase.word(),
        ink,
        step: String::new(),
        text: text.into(),
    }
}

/// The last line of a run: how it went, against what was expected.
pub fn closing(state: &RunState) -> String {
    let took = span(
        state
            .ended
            .unwrap_or(state.newest)
            .duration_since(state.begun),
    );
    let expected = state.plan.expected().words();
    let ended = match state.phase() {
        Phase::Done => format!("Done in {took}; expected: {expected}."),
        phase => format!("{} after {took}.", capital(phase.word())),
    };
    let recovery = recovery(state);
    match (recovery.recovered, state.plan.intent.recovers()) {
        (Some(_), _) => {
            let then = recovery.afterwards_sentence();
            let then = then.map(|then| format!("\nDone after recovery: {then}."));
            let then = then.unwrap_or_default();
            format!("{ended}\nRecovery: {}.{then}", recovery.sentence())
        }
        (None, true) => format!("{ended}\nRecovery: none, {}.", recovery.why),
        (None, false) => ended,
    }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_uppercase(), chars.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events() -> Events {
        Events {
            paper: Paper {
                width: None,
                color: false,
            },
            begun: Timestamp::UNIX_EPOCH,
            column: 8,
            by: "robin@here".into(),
            seen: BTreeMap::new(),
            logged: BTreeSet::new(),
            served: false,
        }
    }

    /// What is told of a step that looks every 20 s for 12 hours and sees `saw` of each look.
    fn told(saw: impl Fn(i64) -> String) -> Vec<i64> {
        let mut events = events();
        let looks = (0..2_160).map(|n| n * 20);
        let is_told = |second: &i64| {
            let at = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(*second);
            !events.counting("serving", &saw(*second), at, OPEN)
        };
        looks.filter(is_told).collect()
    }

    #[test]
    fn twelve_hours_of_looks_are_a_dozen_lines() {
        let lines = told(|second| format!("lag {} ms, still behind", second % 977));
        assert_eq!(lines, [0, 1_800, 7_200, 18_000, 28_800, 39_600]);
        // Somebody who looks after hours sees that gwctl looks too.
        let gaps = lines.windows(2).map(|pair| pair[1] - pair[0]);
        assert!(gaps.max().is_some_and(|gap| gap <= 3 * 3_600), "{lines:?}");
        // Two sights that take turns are no news either.
        let lines = told(|second| (if second % 40 == 0 { "in" } else { "out" }).to_owned());
        assert!(lines.len() <= 12, "{}", lines.len());
    }

    #[test]
    fn what_is_new_is_told_at_once() {
        let lines = told(|second| match second {
            20_000.. => "caught up".into(),
            _ => format!("lag {second} ms"),
        });
        assert!(lines.contains(&20_000), "{lines:?}");
    }
}
