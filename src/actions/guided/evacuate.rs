//! No new traffic to a Region, at once.

use serde::{Deserialize, Serialize};

use super::action::{Action, Takes};
use super::shift::Way;
use super::{fallback, preconditions, records_told, region_switch, shift, ways, weights};
use crate::arguments::{ArgumentError, Regions};
use crate::check::{Check, Finding};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::{Choice, Mechanism, Refused, Step, data_loss};
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{CheckVerdict, Lasting, Region, Snapshot};

/// No new traffic to a Region, at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evacuate {
    pub region: Region,
    /// How; none takes the first that survives.
    #[serde(default)]
    pub mechanism: Option<Mechanism>,
}

impl Action for Evacuate {
    const NAME: &'static str = "evacuate";
    const ABOUT: &'static str = "Stop new traffic to a Region, at once";
    const ARGUMENTS: &'static str = "REGION [MECHANISM]";
    const EXAMPLE: &'static str = "eu-west-1 health-check";
    const TAKES: Takes = Takes::Region;
    const PURPOSE: Purpose = Purpose::Shift;
    const RELIES_ON: &'static [&'static [Means]] = &[shift::MEANS];
    const RECOVERS: bool = true;

    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError> {
        let (region, mechanism) = match words {
            [region] => (region, None),
            [region, mechanism] => (region, Some(mechanism.parse()?)),
            _ => return Err(Self::usage()),
        };
        Ok(Self {
            region: regions.of_fleet(region)?,
            mechanism,
        })
    }

    fn region(&self) -> Option<&Region> {
        Some(&self.region)
    }

    fn leaves(&self) -> Option<&Region> {
        Some(&self.region)
    }

    fn by(&self, mechanism: Mechanism) -> Option<Self> {
        Some(Self {
            mechanism: Some(mechanism),
            ..self.clone()
        })
    }

    /// Evacuate what is selected.
    fn offers(_: &Snapshot, region: &Region) -> Vec<Self> {
        vec![Self {
            region: region.clone(),
            mechanism: None,
        }]
    }

    /// By every mechanism the simulated fleet has.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>> {
        let by = |name, mechanism| {
            let intent = Self {
                region: places.other.clone(),
                mechanism: Some(mechanism),
            };
            Rehearsal::calm(name, intent)
        };
        let mut all = vec![
            by("evacuate by switch", Mechanism::Switch),
            by("evacuate by health check", Mechanism::HealthCheck),
            by("evacuate by records", Mechanism::Records),
        ];
        if places.routing_controls {
            let way = by("evacuate by routing control", Mechanism::RoutingControl);
            all.push(way);
        }
        if places.region_switch {
            let way = by("evacuate by Region switch", Mechanism::RegionSwitch);
            all.push(way.during("region-switch"));
        }
        all
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
        let Self { region, mechanism } = self;
        context.site(region)?;
        let choice = ways::choose(context, region, *mechanism)?;
        let mut plan = Draft::new(
            format!("Evacuate {region} by {}", choice.mechanism.title()),
            region.as_str(),
        );
        plan.checks = checks(context, region, &choice);
        plan.checks.extend(of_choice(context, region, &choice));
        let way = (choice.mechanism == Mechanism::RegionSwitch).then_some(Way::Out);
        let route = region_switch::add_to(&mut plan, context, region, way)?;
        if let Some(route) = &route
            && route.may_lose_data(context.snapshot)
        {
            plan.data_loss = Some(data_loss::estimate(context.snapshot, route.home));
        }
        let stays = route.as_ref().is_none_or(|route| !route.moves_writer());
        plan.steps = steps(context, region, &choice)?;
        plan.inverse = inverse(context, region, &choice, &plan.steps)?;
        plan.notes.extend(
            weights::lost(context, region).filter(|_| choice.mechanism == Mechanism::Records),
        );
        plan.notes.extend(records_told::notes(&plan.steps));
        let how = shift::leaving(choice.mechanism);
        plan.notes.extend(shift::takers(context, region, how));
        plan.notes.push(shift::caches(context, region));
        plan.notes
            .extend(writer_stays(context, region).filter(|_| stays));
        plan.mechanism = Some(choice);
        Ok(plan)
    }
}

pub(super) fn checks(context: &PlanContext<'_>, region: &Region, choice: &Choice) -> Vec<Check> {
    let snapshot = context.snapshot;
    let mut checks = vec![
        preconditions::not_the_last(snapshot, region),
        admitted(snapshot, region),
    ];
    checks.extend(shift::receiving(
        context,
        region,
        shift::leaving(choice.mechanism),
        1.0,
    ));
    checks
}

/// What the mechanism means for the evacuation.
pub(super) fn of_choice(context: &PlanContext<'_>, region: &Region, choice: &Choice) -> Vec<Check> {
    let lapses = lapses(context, region, choice);
    let answered = fallback::answered(context, region, choice);
    lapses.into_iter().chain(answered).collect()
}

/// A switch that forgets lets the Region back in by itself.
fn lapses(context: &PlanContext<'_>, region: &Region, choice: &Choice) -> Option<Check> {
    if choice.mechanism != Mechanism::Switch {
        return None;
    }
    let switch = ways::switch(region, context.snapshot).ok()?;
    let words = switch.lasting_words();
    let (finding, more) = match switch.evacuation_lasts() {
        Lasting::Lasts => return None,
        Lasting::Lapses => (
            Finding::Waivable,
            "set the check's InsufficientDataHealthStatus to LastKnownStatus",
        ),
        Lasting::Unsure => (
            Finding::Warn,
            "leave a console open with --write, which repeats the position, and set TreatMissingData to ignore",
        ),
        Lasting::Unknown => (
            Finding::Warn,
            "leave a console open with --write, which repeats the position",
        ),
    };
    Some(Check::new(
        "switch-holds",
        finding,
        format!("{words}: {more}"),
    ))
}

/// Whether Route 53 sends traffic there at all.
fn admitted(snapshot: &Snapshot, region: &Region) -> Check {
    match preconditions::admission(snapshot, region) {
        None | Some(CheckVerdict::Unknown) => Check::new(
            "admitted",
            Finding::Warn,
            format!("whether Route 53 sends traffic to {region} is not known"),
        ),
        Some(CheckVerdict::Standby) => Check::new(
            "admitted",
            Finding::Warn,
            format!(
                "Route 53 answers with {region} only while others are unhealthy: it gets no new traffic now, and without it they have no standby"
            ),
        ),
        Some(CheckVerdict::Partly) => Check::new(
            "admitted",
            Finding::Warn,
            format!("Route 53 answers with some of the records of {region} only"),
        ),
        Some(verdict) => Check::of(
            "admitted",
            verdict.in_service() != Some(false),
            format!("Route 53 sends traffic to {region}"),
            Finding::Warn,
            format!("Route 53 already sends {region} no traffic: its health check is unhealthy"),
        ),
    }
}

/// Flip, then see that it worked.
pub(super) fn steps(
    context: &PlanContext<'_>,
    region: &Region,
    choice: &Choice,
) -> Result<Vec<Step>, Refused> {
    let mut steps = vec![shift::flip(
        context,
        region,
        choice.mechanism,
        Way::Out,
        "evacuate",
    )?];
    steps.extend(shift::observed(context, region, Way::Out, "evacuate", ""));
    Ok(steps)
}

/// Flip back.
pub(super) fn inverse(
    context: &PlanContext<'_>,
    region: &Region,
    choice: &Choice,
    steps: &[Step],
) -> Result<Vec<Step>, Refused> {
    let (done, by, id) = ((steps, "evacuate"), choice.mechanism, "undo.evacuate");
    let back = shift::take_back(context, region, done, Way::Back, by, id);
    let back = match back {
        // A plan that cannot activate the Region again is no reason not to leave it.
        Err(_) if choice.mechanism == Mechanism::RegionSwitch => return Ok(Vec::new()),
        back => back?.undoes("evacuate"),
    };
    let mut steps = vec![back];
    let seen = shift::observed(context, region, Way::Back, "undo.evacuate", "undo.");
    // A Region that is still unwell stays out by its own health check: DNS alone is waited for.
    steps.extend(seen.into_iter().take(1).map(|step| step.undoes("evacuate")));
    Ok(steps)
}

fn writer_stays(context: &PlanContext<'_>, region: &Region) -> Option<String> {
    (context.snapshot.is_writer(region) == Some(true)).then(|| {
        format!("{region} stays the database's writer: the other Regions still send their writes there. `promote` moves the writer.")
    })
}
