//! What is told of a run, as its journal goes on: in the plan's words.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{Alert, Event, Notice, Severity};
use gwctl_actions::{Phase, RunState, StepStatus};

/// What was told of one run by the process that drives it.
#[derive(Debug)]
pub struct RunTold {
    fleet: String,
    begun: bool,
    /// What it was held for, by steps and criteria.
    held: BTreeSet<String>,
    /// The steps whose end was told.
    done: BTreeSet<String>,
    /// To whom it was offered, and since when.
    offered: Option<(String, Timestamp)>,
    handed_over: bool,
    /// Since when it goes on without the team's table.
    alone: Option<Timestamp>,
    over: bool,
}

impl RunTold {
    /// Nothing yet, of a run on `fleet`.
    pub fn new(fleet: &str) -> Self {
        Self {
            fleet: fleet.into(),
            begun: false,
            held: BTreeSet::new(),
            done: BTreeSet::new(),
            offered: None,
            handed_over: false,
            alone: None,
            over: false,
        }
    }

    /// What is new in `state`.
    pub fn take(&mut self, state: &RunState) -> Vec<Notice> {
        let mut notices = Vec::new();
        if !self.begun {
            self.begun = true;
            // What was done before this process took the run up, others have told.
            self.done = steps_done(state).collect();
            self.alone = alone_since(state).filter(|_| state.resumed > 0);
            notices.push(self.begins(state));
        }
        notices.extend(self.goes_alone(state));
        let held = holds(state);
        for (what, why, gate) in &held {
            if !self.held.contains(what) {
                notices.push(self.is_held(state, what, why, *gate));
            }
        }
        let goes_on = !self.held.is_empty() && held.is_empty() && state.outcome.is_none();
        self.held = held.into_iter().map(|(what, ..)| what).collect();
        if goes_on {
            notices.push(self.goes_on(state));
        }
        if state.plan.intent.name() == "drill" {
            notices.extend(self.steps(state));
        }
        notices.extend(self.hand_over(state));
        if let Some(phase) = state.outcome.filter(|_| !self.over) {
            self.over = true;
            notices.push(self.ends(state, phase));
        }
        notices
    }

    fn about(&self, state: &RunState, what: &str, event: Event) -> Notice {
        let (fleet, run) = (&self.fleet, &state.id);
        Notice {
            id: format!(
                "gwctl/{fleet}/{run}/{what}/{}",
                state.newest.as_millisecond()
            ),
            at: state.newest,
            fleet: fleet.clone(),
            event,
            severity: Severity::Info,
            title: String::new(),
            lines: vec![state.plan.title.clone()],
            command: Some(format!("gwctl runs show {run}")),
            run: Some(run.clone()),
            alert: Alert::None,
            key: format!("gwctl/{fleet}/{run}"),
        }
    }

    fn begins(&self, state: &RunState) -> Notice {
        let (fleet, operator) = (&self.fleet, &state.operator);
        if state.resumed == 0 {
            let mut notice = self.about(state, "began", Event::Started);
            notice.title = format!("{fleet}: {operator} began a run");
            let approved = state.approved.clone();
            if state.break_glass {
                notice.severity = Severity::Error;
                notice.title.push_str(" without approval (break-glass)");
                notice.lines.splice(0..0, approved);
            } else {
                notice.lines.extend(approved);
            }
            return notice;
        }
        Notice {
            title: format!("{fleet}: a run goes on in another process"),
            alert: Alert::Acknowledge,
            ..self.about(state, "resumed", Event::Started)
        }
    }

    /// That it goes on without the table that the team shares, once each time somebody says so.
    fn goes_alone(&mut self, state: &RunState) -> Option<Notice> {
        let now = alone_since(state);
        let before = std::mem::replace(&mut self.alone, now);
        let alone = state.alone.as_ref().filter(|_| now != before)?;
        let mut notice = self.about(state, "alone", Event::Started);
        notice.severity = Severity::Warning;
        notice.title = format!("{}: the run goes on without the team's table", self.fleet);
        let (by, reason) = (&alone.by, &alone.reason);
        notice.lines.push(format!("{by} waived it: {reason}"));
        notice
            .lines
            .push("Other machines do not see this run, and may change the fleet as well.".into());
        Some(notice)
    }

    fn is_held(&self, state: &RunState, what: &str, why: &str, gate: bool) -> Notice {
        let fleet = &self.fleet;
        let mut notice = self.about(state, &format!("held/{what}"), Event::Held);
        (notice.severity, notice.title) = if gate {
            let title = format!("{fleet}: the run waits for its operator at `{what}`");
            (Severity::Warning, title)
        } else {
            (
                Severity::Error,
                format!("{fleet}: the run is held at `{what}`"),
            )
        };
        notice.alert = Alert::Trigger;
        notice.lines.push(why.to_owned());
        notice.command = Some(format!("gwctl --write runs resume {}", state.id));
        notice
    }

    fn goes_on(&self, state: &RunState) -> Notice {
        Notice {
            title: format!("{}: the run goes on", self.fleet),
            alert: Alert::Acknowledge,
            ..self.about(state, "goes-on", Event::Held)
        }
    }

    /// The steps that were observed done since the last look.
    fn steps(&mut self, state: &RunState) -> Vec<Notice> {
        let new = steps_done(state).filter(|id| !self.done.contains(id));
        let new: Vec<String> = new.collect();
        let told = new.iter().map(|id| {
            let step = state.plan.step(id);
            let title = step.map_or(id.as_str(), |step| step.title.as_str());
            let saw = state.steps.get(id).and_then(|step| step.saw.clone());
            let mut notice = self.about(state, &format!("done/{id}"), Event::Step);
            notice.title = format!("{}: step done: {title}", self.fleet);
            notice.lines.extend(saw);
            notice
        });
        let told = told.collect();
        self.done.extend(new);
        told
    }

    /// An offer that is new, and that it was accepted.
    fn hand_over(&mut self, state: &RunState) -> Option<Notice> {
        let fleet = &self.fleet;
        if let Some(to) = state.handed_to.as_ref().filter(|_| !self.handed_over) {
            let title = format!("{fleet}: the run was handed over to {to}");
            let notice = self.about(state, "handed-over", Event::Handover);
            self.handed_over = true;
            return Some(Notice { title, ..notice });
        }
        let offer = state.offered.as_ref();
        let now = offer.map(|offer| (offer.what.to.clone(), offer.at));
        let is_new = now.is_some() && now != self.offered;
        self.offered = now;
        let offer = offer.filter(|_| is_new)?;
        let mut notice = self.about(state, "offered", Event::Handover);
        notice.title = offer.sentence();
        let mut parts = offer.what.told();
        // A line may be cut: what names the journal is told first.
        parts.sort_by_key(|(heading, _)| *heading != "journal");
        let lines = parts
            .iter()
            .map(|(heading, text)| format!("{heading}: {text}"));
        notice.lines.extend(lines);
        notice.command = Some(format!("gwctl --write runs accept {}", state.id));
        Some(notice)
    }

    fn ends(&self, state: &RunState, phase: Phase) -> Notice {
        let mut notice = self.about(state, "ended", Event::Done);
        notice.title = format!("{}: the run is {}", self.fleet, phase.word());
        notice.alert = Alert::Resolve;
        if phase != Phase::Done {
            notice.severity = Severity::Warning;
        }
        if let Some(ended) = state.ended {
            notice.lines.push(lasted(state.begun, ended));
        }
        notice
    }
}

fn alone_since(state: &RunState) -> Option<Timestamp> {
    state.alone.as_ref().map(|alone| alone.since)
}

fn lasted(begun: Timestamp, ended: Timestamp) -> String {
    let seconds = ended.duration_since(begun).as_secs();
    format!("It took {} min {} s.", seconds / 60, seconds % 60)
}

fn steps_done(state: &RunState) -> impl Iterator<Item = String> {
    let steps = state.steps.iter();
    let done = steps.filter(|(_, step)| step.status == StepStatus::Done);
    done.map(|(id, _)| id.clone())
}

/// What the run is held for: what, why, and whether it was meant to ask.
fn holds(state: &RunState) -> Vec<(String, String, bool)> {
    if state.outcome.is_some() {
        return Vec::new();
    }
    let steps = state.steps.iter();
    let steps = steps.filter(|(_, step)| step.status == StepStatus::Held);
    let steps = steps.map(|(id, step)| {
        let why = step.held.clone().unwrap_or_default();
        (id.clone(), why, step.gate)
    });
    let trips = state.trips.iter().filter(|trip| !trip.overruled);
    let trips = trips.map(|trip| (trip.criterion.clone(), trip.text.clone(), false));
    steps.chain(trips).collect()
}
