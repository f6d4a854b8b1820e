//! What the runs of this machine say of the fleet: what is open, who acts, and when last a Region was left or promoted.

use serde_json::{Value, json};

use crate::actions::{Folder, LeaseHolder, Phase, RunState};
use crate::fleet::FleetSpec;
use crate::fleet::format::{clock, date};

/// The runs of one fleet.
pub struct Runs {
    /// Neither done nor given up, with who drives it.
    open: Vec<(RunState, Option<LeaseHolder>)>,
    /// The newest that recovered something and is done.
    last: Option<RunState>,
    /// Why the journals cannot be read.
    unreadable: Option<String>,
}

impl Runs {
    pub fn of(folder: &Folder, fleet: &FleetSpec) -> Self {
        let open = folder.open_runs(fleet).into_iter();
        let tried = folder.runs().into_iter().filter_map(|run| run.state.ok());
        let mut tried = tried.filter(|run| {
            run.plan.binding.is_of(fleet)
                && run.plan.intent.recovers()
                && run.phase() == Phase::Done
        });
        Self {
            open: open
                .map(|run| {
                    let holder = folder.holder(&run.id);
                    (run, holder)
                })
                .collect(),
            last: tried.next(),
            unreadable: folder.unreadable(),
        }
    }

    /// Name and what is to be said of it, line by line.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let open = self.open.iter().map(|(run, holder)| {
            let who = match holder {
                Some(holder) => format!("{} drives it on {}", holder.operator, holder.host),
                None => format!("nobody drives it: `gwctl runs resume {}`", run.id),
            };
            (
                "open run",
                format!("{}, {}; {who}", said(run), run.phase().word()),
            )
        });
        let mut lines: Vec<(&'static str, String)> = open.collect();
        if let Some(why) = &self.unreadable {
            lines.push(("runs", format!("could not be read: {why}")));
        }
        let last = match &self.last {
            Some(run) => said(run),
            None => "none from this machine".into(),
        };
        lines.push(("last tried", last));
        lines
    }

    /// Who acts now, in a clause; empty where nobody does.
    pub fn acting(&self) -> String {
        if let Some(why) = &self.unreadable {
            return format!("? runs could not be read: {why}");
        }
        let held = self.open.iter().find(|(_, holder)| holder.is_some());
        match held.or_else(|| self.open.first()) {
            Some((run, Some(holder))) => format!(
                "{}: {}, {}",
                holder.operator,
                run.plan.title,
                run.phase().word()
            ),
            Some((run, None)) => {
                format!("nobody: {}, {}", run.plan.title, run.phase().unattended())
            }
            None => String::new(),
        }
    }

    pub fn document(&self) -> Value {
        let open: Vec<Value> = self
            .open
            .iter()
            .map(|(run, holder)| {
                json!({
                    "id": run.id,
                    "title": run.plan.title,
                    "phase": run.phase().word(),
                    "held_by": holder.as_ref().map(ToString::to_string),
                })
            })
            .collect();
        json!({
            "open": open,
            "last_done": self.last.as_ref().map(|run| json!({
                "id": run.id,
                "title": run.plan.title,
                "begun": run.begun,
            })),
            "unreadable": self.unreadable,
        })
    }
}

fn said(run: &RunState) -> String {
    format!(
        "{}, {} {} UTC by {}",
        run.plan.title,
        date(run.begun),
        clock(run.begun),
        run.operator
    )
}
