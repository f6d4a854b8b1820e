//! The fleet out of a Region: traffic first, data last (aws-facts §6.3).

use serde::{Deserialize, Serialize};

use super::action::{Action, Built, LookUp, Takes};
use super::architecture::{Architecture, Traffic, Wanted, home, with};
use super::building::{self, away, id, standing};
use super::shift::{self, Way};
use super::{preconditions, remains, restore};
use crate::arguments::{ArgumentError, Regions};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Before, Places, Rehearsal};
use crate::survey::Surveyor;
use crate::task::FlipSwitch;
use crate::{Refused, Step, Survey, Task, names};
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Leaving, Region, Snapshot};

/// Take the fleet out of a Region: traffic first, data last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retire {
    pub region: Region,
    /// What is there; looked up before planning.
    #[serde(default)]
    pub found: Option<Survey>,
}

impl Retire {
    /// From `region`.
    pub const fn of(region: Region) -> Self {
        Self {
            region,
            found: None,
        }
    }
}

impl Action for Retire {
    const NAME: &'static str = "retire";
    const ABOUT: &'static str = "Take the fleet out of a Region: traffic first, data last";
    const ARGUMENTS: &'static str = "REGION";
    const EXAMPLE: &'static str = "eu-west-1";
    const TAKES: Takes = Takes::Region;
    const PURPOSE: Purpose = Purpose::Provision;
    const RELIES_ON: &'static [&'static [Means]] = &[shift::MEANS, building::MEANS];

    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError> {
        match words {
            [region] => Ok(Self::of(regions.of_fleet(region)?)),
            _ => Err(Self::usage()),
        }
    }

    fn region(&self) -> Option<&Region> {
        Some(&self.region)
    }

    fn built(&self) -> Option<Built<'_>> {
        Some(Built::Without(&self.region))
    }

    fn look_up(&self) -> Option<LookUp> {
        self.found.is_none().then_some(LookUp::Stacks)
    }

    async fn looked_up(self, surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            found: Some(surveyor.stacks().await),
            ..self
        })
    }

    /// Retire what is selected.
    fn offers(_: &Snapshot, region: &Region) -> Vec<Self> {
        vec![Self::of(region.clone())]
    }

    /// A Region that was provisioned before.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let free = &places.free;
        let before = Before::Provisioned(free.clone());
        vec![Rehearsal::calm("retire", Self::of(free.clone())).after(before)]
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self { region, found } = self;
        context.site(region)?;
        let all = Architecture::new(context, found.as_ref())?;
        let others: Vec<Region> = all
            .sites()
            .iter()
            .map(|site| site.region.clone())
            .filter(|other| other != region)
            .collect();
        let first = others.first().cloned().ok_or_else(|| {
            Refused::new(format!("{region} is the fleet's only Region"))
                .instead("`gwctl down` takes the whole fleet down.")
        })?;
        let site = standing(&all, all.region(region, &first, false, Traffic::Admitted))?;
        let mut plan = Draft::new(
            format!("Retire {region}: traffic first, data last"),
            region.as_str(),
        );
        plan.checks = vec![
            not_the_writer(context.snapshot, region),
            preconditions::not_the_last(context.snapshot, region),
            frame_in_sight(&all, region),
            no_others_share(context, region),
        ];
        plan.checks
            .extend(shift::receiving(context, region, Leaving::Out, 1.0));
        out_of_routing(&all, &site, &mut plan)?;
        let mut ready: Vec<String> = vec!["traffic".into()];
        ready.extend(rehomed(&all, region, &others, &mut plan)?);
        ready.extend(forgotten(&all, &others, &mut plan)?);
        plan.steps.extend(away(&all, &site, &ready, "")?);
        let removed = id("remove", region);
        if let Some(home) = switch_home(&site) {
            let switch = standing(&all, all.switch(region, &home))?;
            let step = all.remove(&id("remove-switch", region), &switch)?;
            plan.steps.push(step.after([removed]));
        }
        plan.notes
            .extend(remains::of_regions(&all, std::slice::from_ref(&site)));
        plan.notes.extend([
            shift::caches(context, region),
            "After its list of Regions changed, CloudFront replaces the router's copies at edge locations within hours.".into(),
        ]);
        Ok(plan)
    }
}

/// The record goes, DNS says so, and the Region's own count.
fn out_of_routing(all: &Architecture<'_>, site: &Wanted, plan: &mut Draft) -> Result<(), Refused> {
    let region = &site.region;
    let checked = Wanted {
        parameters: with(&site.parameters, [("Traffic", "checked".into())]),
        ..site.clone()
    };
    let record = all.build(
        "record",
        format!("Delete latency record of {region}"),
        &checked,
        Some(&site.parameters),
    )?;
    plan.steps
        .push(record.shifts(shift::shift(all.context, region, 0)));
    plan.steps
        .extend(shift::observed(all.context, region, Way::Out, "record", ""));
    let mut back = all.build(
        "undo.record",
        format!("Create latency record of {region}"),
        site,
        Some(&checked.parameters),
    )?;
    back.undoes = Some("record".into());
    back.shift = Some(shift::shift(all.context, region, 100));
    plan.inverse.push(back);
    Ok(())
}

/// Switches of other Regions that are here move to a Region that stays. What must be done before the
/// Region goes.
fn rehomed(
    all: &Architecture<'_>,
    region: &Region,
    others: &[Region],
    plan: &mut Draft,
) -> Result<Vec<String>, Refused> {
    let mut last = Vec::new();
    for other in others {
        let theirs = all.region(other, region, false, Traffic::Admitted);
        let here = all.look(&theirs)?.filter(|stack| {
            stack.ours
                && stack.parameters.get("SwitchRegion").map(String::as_str) == Some(region.as_str())
        });
        let Some(here) = here else { continue };
        let home = home(other, others.iter()).ok_or_else(|| {
            Refused::new(format!(
                "the evacuation switch of {other} is in {region}, and there is no third Region for it"
            ))
            .instead("Provision another Region first, or take the fleet down.")
        })?;
        let switch = all.switch(other, &home);
        plan.steps.push(all.build(
            &id("switch", other),
            format!("The evacuation switch of {other} moves to {home}"),
            &switch,
            None,
        )?);
        plan.steps
            .push(positioned(all, other, &home)?.after([id("switch", other)]));
        let moved = Wanted {
            parameters: with(&here.parameters, [("SwitchRegion", home.to_string())]),
            ..theirs
        };
        let follow = all.build(
            &id("follow", other),
            format!("The health check of {other} follows its new switch"),
            &moved,
            Some(&here.parameters),
        )?;
        plan.steps.push(follow.after([id("position", other)]));
        let old = standing(all, all.switch(other, region))?;
        let gone = all.remove(&id("remove-switch", other), &old)?;
        plan.steps.push(gone.after([id("follow", other)]));
        last.push(id("remove-switch", other));
    }
    Ok(last)
}

/// The new switch gets the old one's position before anything follows it: without one a Region that is
/// evacuated would be admitted (aws-facts §20.1).
fn positioned(all: &Architecture<'_>, other: &Region, home: &Region) -> Result<Step, Refused> {
    let context = all.context;
    let evacuated = restore::switched(other, context.snapshot).ok_or_else(|| {
        Refused::new(format!(
            "whether {other} is evacuated by its switch is not known: it cannot be moved"
        ))
    })?;
    let task = FlipSwitch {
        evacuates: other.clone(),
        region: home.clone(),
        alarm: names::alarm(context.fleet, other),
        namespace: format!("{}/Evacuation", context.fleet),
        metric: "Evacuate".into(),
        dimensions: vec![("Region".into(), other.to_string())],
        value: f64::from(u8::from(evacuated)),
    };
    let word = if evacuated { "evacuates" } else { "admits" };
    Ok(Step::new(
        id("position", other),
        format!("The new switch of {other} {word}, as the old one does"),
        Task::FlipSwitch(task),
        context.snapshot,
    ))
}

/// Removes the Region from the router, once no traffic goes there.
fn forgotten(
    all: &Architecture<'_>,
    others: &[Region],
    plan: &mut Draft,
) -> Result<Vec<String>, Refused> {
    let edge = all.edge(others);
    let Some(known) = all.look(&edge)?.filter(|stack| stack.ours) else {
        plan.notes.push(format!(
            "There is no edge stack of gwctl's ({}): if the router keeps a list of Regions, take the Region out of it.",
            edge.stack
        ));
        return Ok(Vec::new());
    };
    let step = all.build(
        "edge",
        "Remove it from the router",
        &edge,
        Some(&known.parameters),
    )?;
    plan.steps.push(step.after(["traffic"]));
    Ok(vec!["edge".into()])
}

/// Where the switch of a Region is, by its stack's own word.
pub(super) fn switch_home(site: &Wanted) -> Option<Region> {
    let home = site.parameters.get("SwitchRegion")?;
    Region::new(home).ok()
}

/// The global cluster's stack stays where it was built, and is looked for in the fleet's Regions and in
/// us-east-1.
fn frame_in_sight(all: &Architecture<'_>, region: &Region) -> Check {
    let global = all.global();
    if let (None, Some(why)) = (all.known(&global), all.hidden(&global)) {
        let text = format!("where {} is, is not known: {why}", global.stack);
        return Check::new("global-stack", Finding::Waivable, text);
    }
    let lost =
        &global.region == region && *region != Region::global() && all.known(&global).is_some();
    Check::of(
        "global-stack",
        !lost,
        "gwctl still finds the global cluster's stack",
        Finding::Waivable,
        format!(
            "{} is in {region}: it stays there, and `gwctl down` will not find it once the fleet has left",
            global.stack
        ),
    )
}

/// Another Region that is drained, or let in step by step, sends a share of its traffic here.
fn no_others_share(context: &PlanContext<'_>, region: &Region) -> Check {
    let here = names::endpoint(context.spec, region);
    let records = context.snapshot.edge.records.last().into_iter().flatten();
    let sharing: Vec<&str> = records
        .filter(|record| !record.is_of(region))
        .filter(|record| {
            let mut weights = record.group.iter();
            weights
                .any(|one| one.routing.weight() > Some(0) && one.target.eq_ignore_ascii_case(&here))
        })
        .map(gwctl_fleet::RoutingRecord::whose)
        .collect();
    Check::of(
        "shares",
        sharing.is_empty(),
        "no other Region sends a share of its traffic here",
        Finding::Fail,
        format!(
            "{} sends a share of its traffic to {region} by weight: first restore it, or finish the run that began this",
            sharing.join(", ")
        ),
    )
}

fn not_the_writer(snapshot: &Snapshot, region: &Region) -> Check {
    let writer = snapshot
        .database
        .topology
        .last()
        .and_then(|topology| topology.writer());
    match writer {
        None => Check::new("writer", Finding::Fail, "the writer is not known"),
        Some(writer) => Check::of(
            "writer",
            &writer.region != region,
            format!("{} writes", writer.region),
            Finding::Fail,
            format!("{region} is the writer's Region: promote another first"),
        ),
    }
}
