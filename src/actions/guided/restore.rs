//! Traffic returns to a Region, after it has been healthy for a while.

use serde::{Deserialize, Serialize};

use super::action::{Action, Takes};
use super::shift::Way;
use super::{preconditions, record_change, records_told, region_switch, shift, ways, weights};
use crate::arguments::{ArgumentError, Regions, seconds};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::mechanism::Mechanism;
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Before, Places, Rehearsal};
use crate::task::Healthy;
use crate::unreachable::is_unreachable;
use crate::{Choice, Refused, Step, Task, format};
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{CheckVerdict, NoRecords, Region, Snapshot, Switch, check_verdict};

/// The inverse of evacuate and drain, after a hold-down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Restore {
    pub region: Region,
    /// How long it must have been healthy, in seconds; none takes the fleet's rule.
    #[serde(default)]
    pub hold_down_s: Option<u64>,
}

impl Action for Restore {
    const NAME: &'static str = "restore";
    const ABOUT: &'static str =
        "Send traffic to a Region again, after it has been healthy for a while";
    const ARGUMENTS: &'static str = "REGION [HOLD-DOWN]";
    const EXAMPLE: &'static str = "eu-west-1 10m";
    const TAKES: Takes = Takes::Region;
    const PURPOSE: Purpose = Purpose::Shift;
    const RELIES_ON: &'static [&'static [Means]] = &[shift::MEANS];

    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError> {
        let (region, hold_down_s) = match words {
            [region] => (region, None),
            [region, hold_down] => (region, Some(seconds(hold_down)?)),
            _ => return Err(Self::usage()),
        };
        Ok(Self {
            region: regions.of_fleet(region)?,
            hold_down_s,
        })
    }

    fn region(&self) -> Option<&Region> {
        Some(&self.region)
    }

    /// Restore what is selected.
    fn offers(_: &Snapshot, region: &Region) -> Vec<Self> {
        vec![Self {
            region: region.clone(),
            hold_down_s: None,
        }]
    }

    /// After an evacuation by each mechanism.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let after = |name, mechanism| {
            let intent = Self {
                region: places.other.clone(),
                hold_down_s: Some(60),
            };
            let before = Before::Evacuated(places.other.clone(), mechanism);
            Rehearsal::calm(name, intent).after(before)
        };
        let mut all = vec![
            after("restore by switch", Mechanism::Switch),
            after("restore by health check", Mechanism::HealthCheck),
            after("restore by records", Mechanism::Records),
        ];
        if places.region_switch {
            let way = after("restore by Region switch", Mechanism::RegionSwitch);
            all.push(way.during("region-switch"));
        }
        all
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self {
            region,
            hold_down_s,
        } = self;
        context.site(region)?;
        let held_by = kept_out_by(context, region);
        let Some(first) = held_by.first().copied() else {
            if let Some(why) = unknown(context.snapshot, region) {
                return Err(Refused::new(format!(
                    "what keeps traffic from {region} is not known: {why}"
                )));
            }
            if let Some(why) = record_change::unknown_whole(context, region) {
                return Err(Refused::new(why).instead(
                    "Undo the run that changed it: `gwctl runs` lists it, `gwctl runs undo ID` gives the weight back.",
                ));
            }
            return Err(
                Refused::new(format!("gwctl does not keep traffic from {region}")).instead(
                    "If its health check fails, traffic returns when the check passes again.",
                ),
            );
        };
        let hold_down = hold_down_s.unwrap_or(context.spec.rules.hold_down_s);
        let title = format!(
            "Restore {region} after {} of health",
            format::seconds(hold_down)
        );
        let mut plan = Draft::new(title, region.as_str());
        plan.checks.push(well(context, region));
        let way = held_by
            .contains(&Mechanism::RegionSwitch)
            .then_some(Way::Back);
        region_switch::add_to(&mut plan, context, region, way)?;
        plan.steps = steps(context, region, &held_by, hold_down)?;
        plan.inverse = inverse(context, region, &held_by, &plan.steps)?;
        plan.notes.extend(records_told::notes(&plan.steps));
        plan.mechanism = Some(Choice {
            mechanism: first,
            why: "this keeps the traffic away now".into(),
            also: held_by[1..].to_vec(),
            out: Vec::new(),
        });
        Ok(plan)
    }
}

/// Why it cannot be told whether anything keeps traffic from the Region; none where it can.
fn unknown(snapshot: &Snapshot, region: &Region) -> Option<String> {
    match snapshot.edge.records_of(region) {
        Err(why @ NoRecords::Unknown(_)) => Some(why.to_string()),
        Err(NoRecords::Absent) => None,
        Ok(_) => (snapshot.edge.admission(region, snapshot.at) == Some(CheckVerdict::Unknown))
            .then(|| "its health checks could not be asked".into()),
    }
}

/// The mechanisms that keep traffic from the Region now.
fn kept_out_by(context: &PlanContext<'_>, region: &Region) -> Vec<Mechanism> {
    let snapshot = context.snapshot;
    let mut all = Vec::new();
    if switched(region, snapshot) == Some(true) {
        all.push(Mechanism::Switch);
    }
    let check = snapshot.edge.check(region);
    if check
        .and_then(|check| check.config.last())
        .is_some_and(|config| config.disabled && config.inverted)
    {
        all.push(Mechanism::HealthCheck);
    }
    if region_switch::keeps_out(snapshot, region) {
        all.push(Mechanism::RegionSwitch);
    }
    if weights::shares(context, region).is_some_and(|(least, _)| least < 99.5) {
        all.push(Mechanism::Records);
    }
    // Every check that decides is healthy: nothing keeps anybody away.
    let admitted = preconditions::admission(snapshot, region);
    if admitted.and_then(CheckVerdict::in_service) == Some(true) {
        return all;
    }
    // What state a control is in, only its cluster says: looking comes first in the step itself.
    if all.is_empty()
        && snapshot.edge.routing_control(region).is_some()
        && !context.spec.edge.routing_endpoints.is_empty()
    {
        all.push(Mechanism::RoutingControl);
    }
    // Nor can every switch be read from afar: putting what it has changes nothing.
    if all.is_empty()
        && switched(region, snapshot).is_none()
        && ways::switch(region, snapshot).is_ok()
    {
        all.push(Mechanism::Switch);
    }
    all
}

/// Whether the Region's switch evacuates. The check that follows it tells: it keeps its last word, while
/// the alarm forgets within minutes when nothing more is put (aws-facts §3.4).
pub(super) fn switched(region: &Region, snapshot: &Snapshot) -> Option<bool> {
    let (id, known) = snapshot.edge.switch(region)?;
    // Its position tells; where none is known, alarm and check do.
    if let Some(evacuated) = known.current().and_then(Switch::stands_evacuated) {
        return Some(evacuated);
    }
    if let Some(switch) = known.last().filter(|switch| switch.state == "ALARM") {
        return Some(!switch.inverted);
    }
    // Its verdict has its own inversion in it, and not that of the check above it.
    let above = snapshot.edge.check(region).filter(|top| top.id != id);
    let inverted = above
        .and_then(|top| top.config.last())
        .is_some_and(|config| config.inverted);
    check_verdict(snapshot.edge.checks.get(id)?, snapshot.at)
        .in_service()
        .map(|healthy| healthy == inverted)
}

fn well(context: &PlanContext<'_>, region: &Region) -> Check {
    let answers = context.snapshot.site(region).is_some_and(|site| {
        site.reach.last_answer.is_some() && !is_unreachable(site, context.snapshot.at)
    });
    Check::of(
        "answers",
        answers,
        format!("{region} answers"),
        Finding::Fail,
        format!("{region} does not answer: it cannot serve traffic"),
    )
}

/// Hold-down, flip back, see that it worked.
pub(super) fn steps(
    context: &PlanContext<'_>,
    region: &Region,
    by: &[Mechanism],
    hold_down_s: u64,
) -> Result<Vec<Step>, Refused> {
    let healthy = Healthy {
        regions: vec![region.clone()],
        for_s: hold_down_s,
        errors_percent: context.spec.rules.abort_5xx_percent,
    };
    let hold = Step::new(
        "hold-down",
        format!(
            "{region} stays healthy for {}",
            format::seconds(hold_down_s)
        ),
        Task::Healthy(healthy),
        context.snapshot,
    );
    let mut steps = vec![hold.likely(hold_down_s.max(5))];
    let mut last = "hold-down".to_owned();
    for mechanism in by {
        let id = format!("restore.{mechanism}");
        let mut back = shift::flip(context, region, *mechanism, Way::Back, &id)?.after([last]);
        // Planned on what is there now, unlike an inverse: another record is another plan.
        if let Task::ChangeRecords(batch) = &mut back.task {
            batch.strict = true;
        }
        steps.push(back);
        last = id;
    }
    steps.extend(shift::observed(context, region, Way::Back, &last, ""));
    Ok(steps)
}

fn inverse(
    context: &PlanContext<'_>,
    region: &Region,
    by: &[Mechanism],
    steps: &[Step],
) -> Result<Vec<Step>, Refused> {
    let Some(mechanism) = by.first() else {
        return Ok(Vec::new());
    };
    let id = format!("restore.{mechanism}");
    let done = (steps, id.as_str());
    let out = shift::take_back(context, region, done, Way::Out, *mechanism, "undo.restore")?;
    let out = out.undoes(id.clone());
    let mut steps = vec![out];
    steps.extend(
        shift::observed(context, region, Way::Out, "undo.restore", "undo.")
            .into_iter()
            .take(1)
            .map(|step| step.undoes(id.clone())),
    );
    Ok(steps)
}
