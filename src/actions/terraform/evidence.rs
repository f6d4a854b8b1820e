//! What the runs of the fleet sent: the evidence that explains a difference.

use jiff::Timestamp;

use gwctl_fleet::{
    FleetSpec, Missing, RecordSet, Region, RoutingRecord, Snapshot, Wire, Wired, Wiring,
};

use super::known::Known;
use super::part::same_name;
use crate::binding::Binding;
use crate::journal::{Folder, Reply, RunState};
use crate::task::Task;

/// A change that a run sent, and AWS did not refuse.
#[derive(Debug, Clone)]
struct Sent {
    run: String,
    at: Timestamp,
    task: Task,
}

/// The runs of this fleet that the journals here tell of.
#[derive(Debug, Clone, Default)]
pub struct Runs {
    /// The newest first.
    sent: Vec<Sent>,
    /// Why the journals could not be read.
    pub unread: Option<String>,
}

impl Runs {
    /// Those in `folder` that act on something of the fleet.
    pub fn of(folder: &Folder, spec: &FleetSpec, snapshot: &Snapshot) -> Self {
        let binding = Binding::of(spec, snapshot);
        Self {
            unread: folder.unreadable(),
            ..Self::told(&folder.runs_on(&binding))
        }
    }

    fn told(runs: &[RunState]) -> Self {
        let mut sent: Vec<Sent> = runs.iter().flat_map(changes).collect();
        sent.sort_by_key(|one| std::cmp::Reverse(one.at));
        Self { sent, unread: None }
    }

    /// When the newest change was sent, and by which run.
    pub fn newest(&self) -> Option<(&str, Timestamp)> {
        let newest = self.sent.first()?;
        Some((&newest.run, newest.at))
    }

    fn first<'a, T>(&'a self, which: impl Fn(&'a Task) -> Option<T>) -> Option<(&'a str, T)> {
        self.sent
            .iter()
            .find_map(|sent| Some((sent.run.as_str(), which(&sent.task)?)))
    }
}

fn changes(run: &RunState) -> Vec<Sent> {
    let steps = run.plan.steps.iter().chain(&run.plan.inverse);
    let sent = steps.filter_map(|step| {
        let calls = &run.steps.get(&step.id)?.calls;
        let made = calls
            .iter()
            .filter(|call| !matches!(call.reply, Some((_, Reply::Refused { .. }))));
        Some(Sent {
            run: run.id.clone(),
            at: made.map(|call| call.at).max()?,
            task: step.task.clone(),
        })
    });
    sent.collect()
}

/// What a run made of one record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Changed<'a> {
    pub run: &'a str,
    /// None where it made the record.
    pub before: Option<&'a RecordSet>,
    /// None where it deleted the record.
    pub after: Option<&'a RecordSet>,
}

/// Everything a verdict may rest on.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    pub known: Known<'a>,
    pub runs: &'a Runs,
    /// What no picture holds; none where it was not asked for.
    pub wiring: Option<&'a Wiring>,
}

impl<'a> Evidence<'a> {
    /// The picture and the journals of a fleet.
    pub const fn new(spec: &'a FleetSpec, snapshot: &'a Snapshot, runs: &'a Runs) -> Self {
        Self {
            known: Known { spec, snapshot },
            runs,
            wiring: None,
        }
    }

    /// With what was asked for beside the picture.
    #[must_use]
    pub const fn wired_by(self, wiring: &'a Wiring) -> Self {
        Self {
            wiring: Some(wiring),
            ..self
        }
    }

    /// What AWS says of `wire`, or why nobody knows.
    pub(super) fn wired(&self, wire: &Wire) -> Result<&'a Wired, Missing> {
        match self.wiring.and_then(|all| all.get(wire)) {
            Some(told) => told.as_ref().map_err(Clone::clone),
            None => Err(Missing::NotYet),
        }
    }

    pub(super) const fn snapshot(&self) -> &'a Snapshot {
        self.known.snapshot
    }

    /// The run that moved the writer last, and where to.
    pub(super) fn promotion(&self) -> Option<(&'a str, &'a Region)> {
        let own = &self.known.spec.global_cluster;
        self.runs.first(|task| match task {
            Task::Switchover(task) if task.global.eq_ignore_ascii_case(own) => Some(&task.target),
            Task::Failover(task) if task.global.eq_ignore_ascii_case(own) => Some(&task.target),
            _ => None,
        })
    }

    /// The Region of the writer, as RDS says now; else none.
    pub(super) fn writer(&self) -> Option<&'a Region> {
        let topology = self.snapshot().database.topology.current()?;
        Some(&topology.writer()?.region)
    }

    /// The run that made the writer what it is: the newest promotion, where it led to where the writer is now, or
    /// where nobody could ask.
    pub(super) fn swapped_by(&self) -> Option<&'a str> {
        let (run, target) = self.promotion()?;
        self.writer()
            .is_none_or(|writer| writer == target)
            .then_some(run)
    }

    /// Whether the run that touched the check last forced it unhealthy.
    pub(super) fn forced_by(&self, check: &str) -> Option<&'a str> {
        let (run, forced) = self.runs.first(|task| match task {
            Task::ForceCheck(task) if task.check == check => Some(task.unhealthy),
            _ => None,
        })?;
        forced.then_some(run)
    }

    /// The run that changed the records of `name` last.
    pub(super) fn moved_by(&self, name: &str) -> Option<&'a str> {
        let (run, ()) = self.runs.first(|task| match task {
            Task::ChangeRecords(task) => task
                .names
                .iter()
                .any(|one| same_name(&one.name, name))
                .then_some(()),
            _ => None,
        })?;
        Some(run)
    }

    /// The newest change that is of `record` itself: a batch names the other records of its name too.
    pub(super) fn changed(&self, record: &RoutingRecord) -> Option<Changed<'a>> {
        let own = |set: &&RecordSet| {
            same_name(&set.name, &record.name)
                && set.kind == record.kind
                && set.set_identifier.as_deref() == Some(&record.set_identifier)
        };
        let (run, (before, after)) = self.runs.first(|task| match task {
            Task::ChangeRecords(task) => task.names.iter().find_map(|name| {
                let before = name.before.iter().find(own);
                let after = name.after.iter().find(own);
                (before != after).then_some((before, after))
            }),
            _ => None,
        })?;
        Some(Changed { run, before, after })
    }

    /// The run that flipped the switch last.
    pub(super) fn flipped_by(&self, alarm: &str) -> Option<&'a str> {
        let (run, ()) = self.runs.first(|task| match task {
            Task::FlipSwitch(task) => (task.alarm == alarm).then_some(()),
            _ => None,
        })?;
        Some(run)
    }

    /// The run that attached `arn` to the distribution, where no later one attached another.
    pub(super) fn attached_by(&self, arn: &str) -> Option<&'a str> {
        let own = &self.known.spec.edge.distribution;
        let (run, attached) = self.runs.first(|task| match task {
            Task::AttachCertificate(task) if task.distribution == *own => Some(&task.certificate),
            _ => None,
        })?;
        (attached == arn).then_some(run)
    }

    /// The run that let the member in `region` forward writes.
    pub(super) fn forwarding_by(&self, region: &Region) -> Option<&'a str> {
        let (run, ()) = self.runs.first(|task| match task {
            Task::WriteForwarding(task) => (task.region == *region).then_some(()),
            _ => None,
        })?;
        Some(run)
    }

    /// The run that brought code into `region`, and where the code was from, in words.
    pub(super) fn code_by(&self, region: &Region) -> Option<(&'a str, &'static str)> {
        self.runs.first(|task| match task {
            Task::CopyCode(task) => {
                (task.region == *region).then_some("a run copied its code from another Region")
            }
            Task::DeliverCode(task) => {
                (task.region == *region).then_some("a run gave it the reference handler")
            }
            _ => None,
        })
    }
}
