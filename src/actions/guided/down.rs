//! The whole fleet, taken down: the edge first, the writer's Region last, then the frame of the database.

use serde::{Deserialize, Serialize};

use super::action::{Action, Built, LookUp, Takes};
use super::architecture::{Architecture, Traffic, Wanted, with};
use super::building::{self, away, id, standing};
use super::remains;
use super::retire::switch_home;
use crate::arguments::{ArgumentError, Regions};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Before, Places, Rehearsal};
use crate::survey::Surveyor;
use crate::{Refused, Step, Survey};
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Region, Snapshot, Topology};

/// Take the whole fleet down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Down {
    /// What is there; looked up before planning.
    #[serde(default)]
    pub found: Option<Survey>,
}

impl Action for Down {
    const NAME: &'static str = "down";
    const ABOUT: &'static str = "Take the whole fleet down; snapshots of the data stay";
    const MENU: &'static str = "Take the whole fleet down";
    const ARGUMENTS: &'static str = "";
    const EXAMPLE: &'static str = "";
    const TAKES: Takes = Takes::Nothing;
    const PURPOSE: Purpose = Purpose::Provision;
    const RELIES_ON: &'static [&'static [Means]] = &[building::MEANS];

    fn parse(words: &[&str], _: &dyn Regions) -> Result<Self, ArgumentError> {
        match words {
            [] => Ok(Self { found: None }),
            _ => Err(Self::usage()),
        }
    }

    fn built(&self) -> Option<Built<'_>> {
        Some(Built::Nothing)
    }

    fn look_up(&self) -> Option<LookUp> {
        self.found.is_none().then_some(LookUp::Stacks)
    }

    async fn looked_up(self, surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            found: Some(surveyor.stacks().await),
        })
    }

    /// Nothing: not from a menu.
    fn offers(_: &Snapshot, _: &Region) -> Vec<Self> {
        Vec::new()
    }

    /// What was built before.
    fn rehearsals(_: &Places) -> Vec<Rehearsal<Self>> {
        vec![
            Rehearsal::calm("down", Self { found: None })
                .after(Before::Built)
                .in_an_empty_account(),
        ]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self { found } = self;
        let all = Architecture::new(context, found.as_ref())?;
        let mut plan = Draft::new(
            format!("Take the fleet {} down", context.fleet),
            context.fleet,
        );
        let regions: Vec<Region> = all.sites().iter().map(|site| site.region.clone()).collect();
        let topology = context.snapshot.database.topology.last();
        let writer = topology.and_then(|topology| topology.writer());
        plan.checks.push(match writer {
            None => Check::new(
                "writer",
                Finding::Fail,
                "the writer is not known: the writer's cluster must leave the global database last",
            ),
            Some(writer) => Check::pass(
                "writer",
                format!("{} is the writer, and is deleted last", writer.region),
            ),
        });
        plan.checks
            .extend(topology.and_then(|topology| elsewhere(topology, &regions)));
        let edge = standing(&all, all.edge(&regions))?;
        plan.steps.push(all.remove("edge", &edge)?);
        let sites = regions.iter().map(|region| standing_site(&all, region));
        let sites = sites.collect::<Result<Vec<_>, _>>()?;
        let mut secondaries = Vec::new();
        let last = writer.map(|writer| writer.region.clone());
        let (primary, others): (Vec<_>, Vec<_>) = regions
            .iter()
            .partition(|region| Some(*region) == last.as_ref());
        for region in others {
            plan.steps.extend(gone(&all, region, &["edge".to_owned()])?);
            secondaries.push(id("remove", region));
        }
        let mut after = secondaries.clone();
        after.push("edge".into());
        for region in primary {
            plan.steps.extend(gone(&all, region, &after)?);
            secondaries.push(id("remove", region));
        }
        let global = standing(&all, all.global())?;
        plan.steps
            .extend(frame(&all, &global, "", secondaries, None)?);
        plan.notes =
            vec!["Clients get no answer after the edge stack is deleted; gwctl does not drain traffic first.".into()];
        plan.notes.extend(remains::of_regions(&all, &sites));
        plan.notes.extend(remains::of_edge(&all));
        Ok(plan)
    }
}

/// Members that are not the fleet's: the global cluster is not empty while they are in it, and the writer leaves last
/// (aws-facts §2.3).
fn elsewhere(topology: &Topology, regions: &[Region]) -> Option<Check> {
    let members = topology.members.iter();
    let elsewhere: Vec<String> = members
        .filter(|member| !regions.contains(&member.region))
        .map(|member| format!("{} in {}", member.cluster, member.region))
        .collect();
    (!elsewhere.is_empty()).then(|| {
        let text = format!(
            "the global cluster has members where the fleet is not ({}): gwctl did not build them, and the writer can leave only after them. Remove them first",
            elsewhere.join(", ")
        );
        Check::new("members", Finding::Fail, text)
    })
}

/// A Region and its switch.
fn gone(all: &Architecture<'_>, region: &Region, after: &[String]) -> Result<Vec<Step>, Refused> {
    let site = standing_site(all, region)?;
    let mut steps = away(all, &site, after, "")?;
    if let Some(home) = switch_home(&site) {
        let switch = standing(all, all.switch(region, &home))?;
        let step = all.remove(&id("remove-switch", region), &switch)?;
        steps.push(step.after([id("remove", region)]));
    }
    Ok(steps)
}

fn standing_site(all: &Architecture<'_>, region: &Region) -> Result<Wanted, Refused> {
    standing(all, all.region(region, region, false, Traffic::None))
}

/// The global cluster, once it has no members.
pub(super) fn frame(
    all: &Architecture<'_>,
    global: &Wanted,
    prefix: &str,
    after: Vec<String>,
    undoes: Option<&str>,
) -> Result<Vec<Step>, Refused> {
    let open = Wanted {
        parameters: with(&global.parameters, [("DeletionProtection", "false".into())]),
        ..global.clone()
    };
    let (unlock, remove) = (
        format!("{prefix}unlock.global"),
        format!("{prefix}remove.global"),
    );
    let mut first = all.build(
        &unlock,
        "The global database may be deleted",
        &open,
        Some(&global.parameters),
    )?;
    if let crate::Task::BuildStack(task) = &mut first.task {
        task.if_there = true;
    }
    let mut last = all.remove(&remove, &open)?;
    if undoes.is_some() {
        last.no_return = false;
        if let crate::Task::RemoveStack(task) = &mut last.task {
            task.id = None;
        }
    }
    let mut steps = vec![first.after(after), last.after([unlock])];
    for step in &mut steps {
        step.undoes = undoes.map(Into::into);
    }
    Ok(steps)
}
