//! All configured fleets beside each other: what is known of each, who acts where, and what looking costs.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::rows::{Basis, Cells, Row, Subject};
use gwctl_actions::{Phase, RunState, StepStatus};
use gwctl_fleet::columns::{self, Moment, whole};
use gwctl_fleet::{Marks, Metric, Snapshot, Verdict, clean_line, format};

/// Up to so many US dollars an hour the other fleets are looked at as soon as the screen is open; what costs more is
/// asked for first.
pub const UNASKED: f64 = 1.0;

/// A fleet of the configuration.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The picture of nothing of it ([`Snapshot::blank`]).
    pub blank: Arc<Snapshot>,
    /// US dollars an hour that looking at it is expected to cost.
    pub dollars_per_hour: f64,
}

/// A run that is not over, on one of the fleets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    pub fleet: String,
    /// Identifier of the run.
    pub run: String,
    /// What it does.
    pub title: String,
    pub phase: Phase,
    /// The steps under way, or held.
    pub steps: Vec<String>,
    /// How many steps are done, and how many there are.
    pub done: (usize, usize),
    /// Since when.
    pub begun: Timestamp,
    /// Who drives it, and on which machine; none where no process does.
    pub holder: Option<(String, String)>,
}

/// What came of the other fleets.
#[derive(Debug, Clone)]
pub enum FleetsNews {
    /// The fleets there are, in the configuration's order.
    Listed(Vec<Listed>),
    /// A new picture of one.
    Seen(Arc<Snapshot>),
    /// The open runs of all, and why not all of them are known.
    Acting(Vec<Acting>, Option<String>),
}

/// What the Fleets screen knows.
#[derive(Debug, Clone, Default)]
pub struct Overview {
    /// The fleets there are; empty until the screen is opened.
    pub listed: Vec<Listed>,
    /// The newest picture of each, in the same order.
    pub pictures: Vec<Arc<Snapshot>>,
    /// The open runs.
    pub acting: Vec<Acting>,
    /// Why runs are not known.
    pub unknown: Option<String>,
    /// Those that are marked for an action on several.
    pub marked: BTreeSet<String>,
    /// Whether the other fleets are looked at now.
    pub looking: bool,
    /// Whether the operator agreed to the price.
    pub(super) agreed: bool,
}

impl Overview {
    /// What looking at all fleets but `shown` is expected to cost, in US dollars an hour.
    pub fn dollars_per_hour(&self, shown: &str) -> f64 {
        let others = self.listed.iter().filter(|one| one.blank.name != shown);
        others.map(|one| one.dollars_per_hour).sum()
    }

    /// What looking closely at the marked fleets, to plan for each, is expected to cost, in US dollars an hour.
    pub fn dollars_of_marked(&self) -> f64 {
        let marked = self.listed.iter();
        let marked = marked.filter(|one| self.marked.contains(&one.blank.name));
        marked.map(|one| one.dollars_per_hour).sum()
    }

    /// Whether the operator must agree to the price before the others are looked at.
    pub fn waits_for_agreement(&self, shown: &str) -> bool {
        !self.agreed && self.dollars_per_hour(shown) > UNASKED
    }

    /// The open run of `fleet`: one that a process drives before one that nobody does.
    pub fn acts(&self, fleet: &str) -> Option<&Acting> {
        let of = self.acting.iter().filter(|run| run.fleet == fleet);
        of.max_by_key(|run| (run.holder.is_some(), run.begun))
    }

    /// The picture of each fleet, that of `shown` being the console's own, the worst first.
    pub fn pictures<'a>(&'a self, shown: &'a Snapshot) -> Vec<&'a Snapshot> {
        let own = |picture: &'a Arc<Snapshot>| {
            if picture.name == shown.name {
                shown
            } else {
                picture.as_ref()
            }
        };
        let mut all: Vec<&Snapshot> = self.pictures.iter().map(own).collect();
        let worst = |picture: &&Snapshot| match picture.generation {
            0 => Reverse(Verdict::Healthy as u8),
            _ => Reverse(1 + picture.judgement.verdict as u8),
        };
        all.sort_by_key(worst);
        all
    }

    /// The rows of the list.
    pub(super) fn rows<'a>(&'a self, basis: Basis<'a>) -> Vec<Row<'a>> {
        let row = |picture: &'a Snapshot| {
            let moment = Moment {
                snapshot: picture,
                now: basis.moment.now,
            };
            let subject = Subject::Fleet(picture.name.clone());
            let marks = basis.marks;
            Row::new(picture.name.clone(), subject, move || {
                self.cells(&moment, &marks)
            })
        };
        let pictures = self.pictures(basis.moment.snapshot);
        pictures.into_iter().map(row).collect()
    }

    fn cells(&self, moment: &Moment<'_>, marks: &Marks) -> Cells {
        let picture = moment.snapshot;
        let acts = self.acts(&picture.name);
        vec![
            ("fleet", picture.name.clone()),
            ("domain", picture.edge.domain.clone()),
            ("verdict", whole::verdict(moment).said(marks)),
            ("regions", regions(moment, marks)),
            ("requests", whole::requests(moment).said(marks)),
            (
                "p90",
                whole::latency(moment, Metric::ApiLatencyP90).said(marks),
            ),
            (
                "p99",
                whole::latency(moment, Metric::ApiLatencyP99).said(marks),
            ),
            ("5xx", whole::failing(moment).said(marks)),
            ("lag", whole::lag(moment).said(marks)),
            ("cost", whole::cost(moment).said(marks)),
            ("age", whole::age(moment).said(marks)),
            (
                "acts",
                acts.map_or_else(String::new, |run| run.words(moment.now)),
            ),
            ("why", whole::first_reason(moment).said(marks)),
        ]
    }
}

/// `us-east-1 48 %, eu-west-1 52 %`.
fn regions(moment: &Moment<'_>, marks: &Marks) -> String {
    let share = columns::find("share");
    let sites = moment.snapshot.sites.iter();
    let said = sites.map(|site| match share {
        Some(share) => format!(
            "{} {}",
            site.region,
            (share.value)(moment, site).said(marks)
        ),
        None => site.region.to_string(),
    });
    said.collect::<Vec<_>>().join(", ")
}

impl Acting {
    /// A run that is not over, and who drives it on which machine.
    pub fn of(run: &RunState, holder: Option<(String, String)>) -> Self {
        let steps: Vec<_> = run.active().collect();
        let busy = |id: &str| {
            let status = run.status(id);
            matches!(
                status,
                StepStatus::Running | StepStatus::Held | StepStatus::Left
            )
        };
        let named = steps.iter().filter(|step| busy(&step.id));
        Self {
            fleet: run.plan.fleet.clone(),
            run: run.id.clone(),
            title: run.plan.title.clone(),
            phase: run.phase(),
            steps: named.map(|step| step.id.clone()).collect(),
            done: run.steps_over(),
            begun: run.begun,
            holder,
        }
    }

    /// `robin: Evacuate us-east-1, step evacuate, 1 of 4, for 2m`.
    pub fn words(&self, now: Timestamp) -> String {
        let who = match &self.holder {
            Some((operator, _)) => clean_line(operator),
            None => "nobody".into(),
        };
        let age = format::age(now.duration_since(self.begun));
        let (done, all) = self.done;
        let step = match self.steps.first() {
            Some(step) => format!(", step {}", clean_line(step)),
            None => String::new(),
        };
        let title = clean_line(&self.title);
        let phase = self.phase_word();
        format!("{who}: {title}, {phase}{step}, {done} of {all} done, for {age}")
    }

    /// How it stands; of a run that no process drives, as one that was left.
    pub const fn phase_word(&self) -> &'static str {
        match self.holder {
            Some(_) => self.phase.word(),
            None => self.phase.unattended(),
        }
    }
}
