//! Guided actions as the console knows them: what may be changed, and the run that is shown.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Action, Member, NotKept, Several, Wizard};
use gwctl_actions::{
    Conflict, Lately, LeaseHolder, Order, Phase, RunState, StepStatus, Waiting, recovery,
};
use gwctl_fleet::{FleetSpec, Pace};

/// How long `:arm` opens the fleet for changes.
pub const ARMED: SignedDuration = SignedDuration::from_mins(15);

/// Everything about guided actions that outlives a screen.
#[derive(Debug, Clone, Default)]
pub struct Guided {
    /// What the configuration says of the fleet; none until it is opened.
    pub spec: Option<Arc<FleetSpec>>,
    /// Until when changes are allowed although the console began without them, on the wall clock.
    pub armed: Option<Timestamp>,
    /// The run that is shown.
    pub run: Option<Shown>,
    /// An action on several fleets.
    pub several: Option<Several>,
    /// The run that this console drove until another gwctl did.
    pub lost: Option<LostRun>,
    /// What this machine's journals and the team's do not agree on.
    pub conflicts: Vec<Conflict>,
    /// The plans of the fleet that wait for approval, the oldest first.
    pub waiting: Vec<Waiting>,
    /// Quit as soon as the run was left.
    pub leaving: bool,
    /// How many runs that are over are not yet kept in the configuration.
    pub keeping: usize,
    /// The run kept last, and what is said about that.
    pub kept: Option<(String, Result<String, NotKept>)>,
    /// A wizard put aside while something is typed after `:`.
    pub parked: Option<Box<Wizard>>,
    /// The row of the run's steps where the eye was last taken to.
    pub front: usize,
    /// What runs sent a moment ago, when the wizard was opened.
    pub lately: Lately,
    /// The pace to return to when the run is over.
    pub pace_before: Option<Pace>,
}

/// A run, and who moves it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// As its journal tells it.
    pub state: Arc<RunState>,
    /// Who moves it.
    pub hold: Hold,
    /// Whether it was looked at since it was found unfinished.
    pub seen: bool,
}

/// A run that this console drove until another gwctl did: from here nothing can be sent for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostRun {
    /// Which.
    pub run: String,
    /// When that was known here.
    pub at: Timestamp,
    /// Who took it, in a clause.
    pub to: String,
}

/// Why a run that this console drove stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// It is over, was left, or was handed over, as its journal tells.
    Left,
    /// Another gwctl goes on with it: who, in a clause.
    TakenOver(String),
    /// It cannot go on: why.
    Failed(String),
}

/// Who moves a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// This console.
    Ours,
    /// Another process: it is shown and cannot be spoken to.
    Theirs(Box<LeaseHolder>),
    /// No process: it can be taken over.
    Nobody,
    /// It is part of a recording: it was.
    Recorded,
}

impl Guided {
    /// Whether this console drives a run, or several.
    pub fn is_live(&self) -> bool {
        !self.driven().is_empty()
    }

    /// The runs that this console drives, or begins: on which fleet, and their identifiers once they have one.
    pub fn driven(&self) -> Vec<(&str, Option<&str>)> {
        let several = self.several.iter().flat_map(|several| &several.members);
        let live = several.filter(|member| member.is_live());
        let beside: Vec<_> = live.map(Member::named).collect();
        let one = self.run.iter().filter(|shown| shown.live());
        let one = one.map(|shown| {
            (
                shown.state.plan.fleet.as_str(),
                Some(shown.state.id.as_str()),
            )
        });
        let one = one.filter(|run| !beside.contains(run));
        one.chain(beside.iter().copied()).collect()
    }

    /// The action on several fleets whose runs have begun.
    pub fn group(&self) -> Option<&Several> {
        self.several.as_ref().filter(|several| several.has_begun())
    }

    /// Whether there is a run to show.
    pub fn has_runs(&self) -> bool {
        self.run.is_some() || self.group().is_some()
    }

    /// Of an action on several fleets, the run that is held while another one, or none, is shown.
    pub fn held_beside(&self) -> Option<Shown> {
        let shown = self.run.as_ref().map(|shown| &shown.state.id);
        let (worst, ..) = self.group()?.worst()?;
        let held = worst.hold == Hold::Ours && worst.state.phase() == Phase::Held;
        (held && shown != Some(&worst.state.id)).then_some(worst)
    }
}

impl Shown {
    /// Until when the run's clock, which starts at the confirmation, goes: the recovery, where the action
    /// brings something back, or else the end; none while it goes on.
    pub fn until(&self) -> Option<Timestamp> {
        let run = &self.state;
        recovery(run).recovered.or(run.ended)
    }

    /// Whether this console moves it and it is not over.
    pub fn live(&self) -> bool {
        self.hold == Hold::Ours && !self.state.phase().over()
    }

    /// The first step that is held, with why.
    pub fn held_step(&self) -> Option<(&str, &str, bool)> {
        self.state.active().find_map(|step| {
            let now = self.state.steps.get(&step.id)?;
            (now.status == StepStatus::Held).then(|| {
                (
                    step.id.as_str(),
                    now.held.as_deref().unwrap_or_default(),
                    now.gate,
                )
            })
        })
    }
}

/// An order by its kind, as keys give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderKind {
    Pause,
    Go,
    Retry,
    Continue,
    Skip,
    Overrule,
    Alone,
    Undo,
    Abandon,
    Note,
    TakeOver,
    HandOver,
    Withdraw,
    Accept,
}

impl OrderKind {
    /// What gives it.
    pub const fn action(self) -> Action {
        match self {
            Self::Pause | Self::Go => Action::Pause,
            Self::Retry => Action::Retry,
            Self::Continue => Action::Continue,
            Self::Skip => Action::Skip,
            Self::Overrule => Action::Overrule,
            Self::Alone => Action::Waive,
            Self::Undo => Action::Undo,
            Self::Abandon => Action::Abandon,
            Self::Note => Action::Note,
            Self::TakeOver => Action::TakeOver,
            Self::HandOver | Self::Withdraw => Action::HandOver,
            Self::Accept => Action::Accept,
        }
    }

    /// For people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Go => "go on",
            Self::Retry => "retry",
            Self::Continue => "continue",
            Self::Skip => "skip",
            Self::Overrule => "overrule",
            Self::Alone => "waive the table",
            Self::Undo => "undo",
            Self::Abandon => "abandon",
            Self::Note => "note",
            Self::TakeOver => "take over",
            Self::HandOver => "hand over",
            Self::Withdraw => "withdraw the offer",
            Self::Accept => "accept",
        }
    }
}

impl Shown {
    /// What can be said to the run now, the most useful first.
    pub fn orders(&self) -> Vec<OrderKind> {
        let phase = self.state.phase();
        match self.hold {
            Hold::Nobody | Hold::Ours if phase.over() => return self.after(phase),
            Hold::Theirs(_) if self.state.offered.is_some() => {
                return vec![OrderKind::Accept, OrderKind::Note];
            }
            Hold::Theirs(_) => return vec![OrderKind::Note],
            Hold::Recorded => return Vec::new(),
            Hold::Nobody if self.state.offered.is_some() => {
                return vec![OrderKind::Accept, OrderKind::TakeOver, OrderKind::Note];
            }
            Hold::Nobody => return vec![OrderKind::TakeOver, OrderKind::Note],
            Hold::Ours => {}
        }
        let mut orders = Vec::new();
        match self.held_step() {
            Some((_, _, true)) => orders.push(OrderKind::Continue),
            Some(_) => orders.extend([OrderKind::Retry, OrderKind::Skip]),
            None => {}
        }
        if self.state.awaits_table() {
            orders.push(OrderKind::Alone);
        }
        if self.state.tripped().is_some() {
            orders.push(OrderKind::Overrule);
        }
        orders.push(if self.state.paused {
            OrderKind::Go
        } else {
            OrderKind::Pause
        });
        if !self.state.undoing && self.state.no_way_back().is_none() {
            orders.push(OrderKind::Undo);
        }
        orders.extend([OrderKind::Abandon, OrderKind::Note]);
        orders.push(match self.state.offered {
            Some(_) => OrderKind::Withdraw,
            None => OrderKind::HandOver,
        });
        orders
    }

    /// What can still be said to a run that is over.
    fn after(&self, phase: Phase) -> Vec<OrderKind> {
        if phase == Phase::Undone || self.state.no_way_back().is_some() {
            vec![OrderKind::Note]
        } else {
            vec![OrderKind::Undo, OrderKind::Note]
        }
    }
}

/// An order that needs no words.
pub fn plain_order(kind: OrderKind, step: Option<String>) -> Option<Order> {
    Some(match kind {
        OrderKind::Pause => Order::Pause,
        OrderKind::Go => Order::Go,
        OrderKind::Retry => Order::Retry { step: step? },
        OrderKind::Continue => Order::Continue { step: step? },
        OrderKind::Withdraw => Order::Withdraw,
        _ => return None,
    })
}
