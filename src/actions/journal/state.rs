//! What a journal adds up to. Everyone who shows a run, here or in another process, folds the same records.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;

use super::alone::{Alone, SHARED_TABLE};
use super::entry::{Entry, Record, Reply};
use super::hand_over::Offered;
use super::out_of_place::OutOfPlace;
use super::status::{Phase, Status, StepStatus};
use super::step_state::{CallMade, StepState};
use crate::engine::Order;
use crate::figures::{Minutes, WritesBlocked};
use crate::{Finding, Plan, Step, Task};

/// Something the operator wrote down.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    pub text: String,
    /// The name under which it was said to the process that drives the run; none where that is its operator's own.
    #[serde(skip)]
    pub said: Option<String>,
}

impl Note {
    fn of(record: &Record, text: String) -> Self {
        Self {
            at: record.at,
            by: record.by.clone(),
            text,
            said: None,
        }
    }
}

/// An abort criterion that was met.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trip {
    /// When.
    pub at: Timestamp,
    /// Which.
    pub criterion: String,
    /// What was seen.
    pub text: String,
    /// The operator went on all the same.
    pub overruled: bool,
}

/// A run as its journal tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunState {
    /// Identifier.
    pub id: String,
    /// What it does.
    pub plan: Arc<Plan>,
    /// Who confirmed it.
    pub operator: String,
    /// Names of waived checks.
    pub waived: Vec<String>,
    /// Who approved it, or why it began without, where the fleet's rules ask for approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<String>,
    /// It began without the approval that the rules ask for.
    #[serde(skip_serializing_if = "is_false")]
    pub break_glass: bool,
    /// When it was confirmed.
    pub begun: Timestamp,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// The inverse is what runs, or ran.
    pub undoing: bool,
    /// Paused by the operator.
    pub paused: bool,
    /// How it ended.
    pub outcome: Option<Phase>,
    /// Every step, forward and inverse.
    pub steps: BTreeMap<String, StepState>,
    /// Abort criteria met, in order.
    pub trips: Vec<Trip>,
    /// The operators' notes.
    pub notes: Vec<Note>,
    /// How often another process went on with it.
    pub resumed: u32,
    /// To whom its holder offers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offered: Option<Offered>,
    /// To whom it was handed over, until that process goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handed_to: Option<String>,
    /// Time of the newest record.
    pub newest: Timestamp,
    /// What AWS counted from a few minutes before it was confirmed.
    #[serde(skip)]
    pub minutes: Minutes,
    /// What RDS said of the old writer after a failover.
    pub blocked: Option<WritesBlocked>,
    /// The table that the team shares is waived, and does not have all lines yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alone: Option<Alone>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl RunState {
    /// Whether the check of this name stood in the way, and was waived.
    pub fn has_waived(&self, name: &str) -> bool {
        let mut checks = self.plan.checks.iter();
        checks.any(|check| check.name == name && check.finding == Finding::Waivable)
            && self.waived.iter().any(|waived| waived == name)
    }

    /// What `records` add up to; the first one begins the run.
    pub fn told<'a>(records: impl IntoIterator<Item = &'a Record>) -> Result<Self, OutOfPlace> {
        let mut records = records.into_iter();
        let mut state = Self::begin(records.next().ok_or(OutOfPlace::Empty)?)?;
        for record in records {
            state.take(record)?;
        }
        Ok(state)
    }

    /// The state after the first record.
    pub(super) fn begin(record: &Record) -> Result<Self, OutOfPlace> {
        let Entry::Begun {
            id,
            plan,
            confirmation,
            ..
        } = &record.entry
        else {
            return Err(OutOfPlace::NoBeginning);
        };
        let steps = plan
            .steps
            .iter()
            .chain(&plan.inverse)
            .map(|step| (step.id.clone(), StepState::NEW));
        let mut state = Self {
            id: id.clone(),
            steps: steps.collect(),
            plan: Arc::new((**plan).clone()),
            operator: record.by.clone(),
            waived: confirmation.waived.clone(),
            approved: confirmation.approved_words(),
            break_glass: confirmation.break_glass.is_some(),
            begun: record.at,
            ended: None,
            undoing: false,
            paused: false,
            outcome: None,
            trips: Vec::new(),
            notes: Vec::new(),
            resumed: 0,
            newest: record.at,
            minutes: Minutes::default(),
            blocked: None,
            alone: None,
            offered: None,
            handed_to: None,
        };
        if state.has_waived(SHARED_TABLE) {
            state.go_alone(record, "waived with the plan");
        }
        Ok(state)
    }

    /// Takes in the next record, or says why it cannot follow.
    pub(super) fn take(&mut self, record: &Record) -> Result<(), OutOfPlace> {
        self.newest = record.at;
        match &record.entry {
            Entry::Begun { .. } => return Err(OutOfPlace::Begun),
            Entry::Resumed => {
                self.resumed += 1;
                (self.offered, self.handed_to) = (None, None);
            }
            Entry::Offered { what } => {
                self.offered = Some(Offered {
                    at: record.at,
                    by: record.by.clone(),
                    what: (**what).clone(),
                });
            }
            Entry::Withdrawn => {
                self.offered.take().ok_or(OutOfPlace::NotOffered)?;
            }
            Entry::HandedOver { to } => {
                self.offered.take().ok_or(OutOfPlace::NotOffered)?;
                self.handed_to = Some(to.clone());
            }
            Entry::Started { step } => {
                let at = record.at;
                let step = self.live(step, &[Status::Waiting, Status::Running, Status::Held])?;
                step.status = Status::Running;
                step.started.get_or_insert(at);
                (step.held, step.gate, step.table) = (None, false, false);
            }
            Entry::Sending { step, call, what } => {
                let made = CallMade {
                    at: record.at,
                    by: record.by.clone(),
                    call: call.clone(),
                    what: what.clone(),
                    reply: None,
                };
                self.live(step, &[Status::Running])?.calls.push(made);
            }
            Entry::Replied { step, reply } => {
                let state = self.live(step, &[Status::Running])?;
                let open = state.calls.last_mut().filter(|call| call.reply.is_none());
                open.ok_or_else(|| OutOfPlace::NotSent(step.clone()))?.reply =
                    Some((record.at, reply.clone()));
            }
            Entry::Saw { step, text } => {
                self.live(step, &[Status::Running])?.saw = Some(text.clone());
            }
            Entry::Stack { step, line } => {
                self.live(step, &[Status::Running])?.take(line);
            }
            Entry::Done { step, text } => {
                let step = self.live(step, &[Status::Running])?;
                step.status = Status::Done;
                (step.ended, step.saw) = (Some(record.at), Some(text.clone()));
            }
            Entry::Held {
                step,
                why,
                gate,
                table,
            } => {
                let step = self.live(step, &[Status::Running])?;
                step.status = Status::Held;
                (step.held, step.gate, step.table) = (Some(why.clone()), *gate, *table);
            }
            Entry::Tripped { criterion, text } => self.trips.push(Trip {
                at: record.at,
                criterion: criterion.clone(),
                text: text.clone(),
                overruled: false,
            }),
            Entry::Ordered { order } => self.obey(order, record)?,
            Entry::Figures { minutes, blocked } => {
                self.minutes.take(minutes);
                if let Some(blocked) = blocked {
                    self.blocked = Some(blocked.clone());
                }
            }
            Entry::Rejoined => self.alone = None,
            Entry::Ended { phase } => {
                self.offered = None;
                (self.outcome, self.ended) = (Some(*phase), Some(record.at));
                for step in self.steps.values_mut() {
                    if matches!(step.status, Status::Running | Status::Held) {
                        step.status = Status::Left;
                    }
                }
            }
        }
        Ok(())
    }

    fn obey(&mut self, order: &Order, record: &Record) -> Result<(), OutOfPlace> {
        if order.goes_on() {
            self.offered = None;
        }
        match order {
            Order::Pause => self.paused = true,
            Order::Go => self.paused = false,
            Order::Retry { step } => {
                let step = self.live(step, &[Status::Held])?;
                (step.status, step.held, step.gate) = (Status::Waiting, None, false);
                step.table = false;
                (step.settled, step.retried) = (step.calls.len(), true);
            }
            Order::Continue { step } => {
                let step = self.live(step, &[Status::Held])?;
                (step.status, step.ended, step.held) = (Status::Done, Some(record.at), None);
                step.saw = Some("the operator said to go on".into());
            }
            Order::Skip { step, reason } => {
                let step = self.live(step, &[Status::Held, Status::Waiting])?;
                (step.status, step.ended, step.held) = (Status::Skipped, Some(record.at), None);
                step.saw = Some(format!("skipped: {reason}"));
            }
            Order::Overrule { reason } => {
                for trip in &mut self.trips {
                    trip.overruled = true;
                }
                self.note(record, format!("went on over an abort criterion: {reason}"));
            }
            // What was held for the table alone is looked at again.
            Order::Alone { reason } => {
                self.go_alone(record, reason);
                self.look_at_table_again();
            }
            Order::Undo => {
                (self.undoing, self.paused) = (true, false);
                (self.outcome, self.ended) = (None, None);
                for trip in &mut self.trips {
                    trip.overruled = true;
                }
            }
            Order::Abandon { reason } => self.note(record, format!("abandoned: {reason}")),
            Order::Note { text, said } => self.notes.push(Note {
                said: said.clone(),
                ..Note::of(record, text.clone())
            }),
            // What comes of them is written down instead.
            Order::HandOver { .. } | Order::Withdraw => {}
        }
        Ok(())
    }

    fn note(&mut self, record: &Record, text: String) {
        self.notes.push(Note::of(record, text));
    }

    /// Whether the note that was said under this name is written.
    pub fn has_note(&self, name: &str) -> bool {
        let mut notes = self.notes.iter();
        notes.any(|note| note.said.as_deref() == Some(name))
    }

    /// The step, when it stands in one of `legal`.
    fn live(&mut self, id: &str, legal: &[Status]) -> Result<&mut StepState, OutOfPlace> {
        let over = self.outcome.is_some();
        let step = self
            .steps
            .get_mut(id)
            .ok_or_else(|| OutOfPlace::NoStep(id.into()))?;
        if over {
            return Err(OutOfPlace::Over(id.into()));
        }
        if legal.contains(&step.status) {
            Ok(step)
        } else {
            Err(OutOfPlace::Status {
                step: id.into(),
                status: step.status,
            })
        }
    }

    /// How it stands.
    pub fn phase(&self) -> Phase {
        if let Some(outcome) = self.outcome {
            return outcome;
        }
        let held = self
            .active()
            .any(|step| self.status(&step.id) == Status::Held);
        if held || self.tripped().is_some() {
            Phase::Held
        } else if self.paused {
            Phase::Paused
        } else if self.undoing {
            Phase::Undoing
        } else {
            Phase::Running
        }
    }

    /// The criterion that holds the run.
    pub fn tripped(&self) -> Option<&Trip> {
        self.trips.iter().find(|trip| !trip.overruled)
    }

    /// Why it cannot be undone: a plan without an inverse has no way back, whatever it did.
    pub fn no_way_back(&self) -> Option<&'static str> {
        self.plan.inverse.is_empty().then_some(
            "it cannot be undone: the plan has no undo steps; retry the step, skip it, or abandon the run",
        )
    }

    /// The steps that count now: the plan's, or once it is undone, the inverse of what was begun.
    pub fn active(&self) -> impl Iterator<Item = &Step> {
        let steps = if self.undoing {
            &self.plan.inverse
        } else {
            &self.plan.steps
        };
        steps.iter().filter(|step| {
            step.undoes
                .as_ref()
                .is_none_or(|forward| self.touched(forward))
        })
    }

    /// Whether a forward step may have changed something.
    fn touched(&self, forward: &str) -> bool {
        self.steps.get(forward).is_some_and(|step| {
            step.calls
                .iter()
                .any(|call| !matches!(call.reply, Some((_, Reply::Refused { .. }))))
        })
    }

    /// How one step stands.
    pub fn status(&self, id: &str) -> StepStatus {
        self.steps
            .get(id)
            .map_or(Status::Waiting, |step| step.status)
    }

    /// The steps that may begin now.
    pub fn ready(&self) -> Vec<&Step> {
        let active: Vec<&Step> = self.active().collect();
        let counts = |id: &String| active.iter().any(|step| &step.id == id);
        let clear = |step: &&&Step| {
            step.after
                .iter()
                .filter(|id| counts(id))
                .all(|id| self.steps.get(id).is_none_or(StepState::over))
        };
        active
            .iter()
            .filter(|step| self.status(&step.id) == Status::Waiting)
            .filter(clear)
            .copied()
            .collect()
    }

    /// Whether every step that counts is over.
    pub fn finished(&self) -> bool {
        self.active()
            .all(|step| self.steps.get(&step.id).is_none_or(StepState::over))
    }

    /// The end of what it does to the fleet: it may go on only to wait for the figures of that.
    pub fn acted_until(&self) -> Timestamp {
        let mut steps = self.plan.steps.iter();
        let counts = steps.find(|step| matches!(step.task, Task::AwaitFigures(_)));
        let counts = counts.and_then(|step| self.steps.get(&step.id)?.started);
        counts.or(self.ended).unwrap_or(self.newest)
    }

    /// Whether it sent a change at `moment` or later that AWS did not refuse.
    pub(crate) fn has_changed_since(&self, moment: Timestamp) -> bool {
        let mut calls = self.steps.values().flat_map(|step| &step.calls);
        calls.any(|call| {
            call.at >= moment && !matches!(call.reply, Some((_, Reply::Refused { .. })))
        })
    }

    /// When the first change was sent.
    pub fn first_change(&self) -> Option<Timestamp> {
        self.steps
            .values()
            .flat_map(|step| &step.calls)
            .map(|call| call.at)
            .min()
    }
}
