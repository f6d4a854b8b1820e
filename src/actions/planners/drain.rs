//! Less traffic to a Region, gradually: weights in steps, each gated on the Regions that receive.

use super::shift::Way;
use super::{preconditions, shift, ways, weights};
use crate::mechanism::Mechanism;
use crate::plan::PlanContext;
use crate::{Change, Intent, Places, Plan, Refused, Rehearsal, Step, Task, format};
use gwctl_fleet::{Region, Snapshot};

/// Drain to nothing within ten minutes.
pub fn offers(_: &Snapshot, region: &Region) -> Vec<Intent> {
    vec![Intent::Drain {
        region: region.clone(),
        to: 0,
        over_s: 600,
    }]
}

/// In two levels, to nothing.
pub fn rehearsals(places: &Places) -> Vec<Rehearsal> {
    let intent = Intent::Drain {
        region: places.other.clone(),
        to: 0,
        over_s: 240,
    };
    vec![Rehearsal::calm("drain", intent)]
}

/// The plan.
pub fn plan(context: &PlanContext<'_>, intent: &Intent) -> Result<Plan, Refused> {
    let Intent::Drain { region, to, over_s } = intent else {
        return Err(Refused::new("not a drain"));
    };
    context.site(region)?;
    if *to >= 100 {
        return Err(Refused::new(format!("{to} % is no less than all"))
            .instead("`--to 0` to `--to 99`; `restore` gives traffic back."));
    }
    let choice = ways::choose(context, region, Some(Mechanism::Records))?;
    let (_, now) = weights::shares(context, region).ok_or_else(|| {
        Refused::new(format!(
            "what share of its traffic {region} has now is not known: its record leads to records that are not"
        ))
    })?;
    if now <= f64::from(*to) {
        return Err(Refused::new(format!(
            "{region} has {now:.0} % of its traffic already"
        )));
    }
    let title = format!(
        "Drain {region} from {now:.0} % to {to} % over {}",
        format::seconds(*over_s)
    );
    let mut plan = context.plan(intent, title, region.as_str());
    plan.checks
        .push(preconditions::not_the_last(context.snapshot, region));
    plan.checks.extend(shift::receiving(context, region));
    plan.steps = steps(context, region, now, *to, *over_s)?;
    plan.inverse = inverse(context, region, &plan.steps)?;
    plan.notes.push(shift::caches(context, region));
    if !weights::grouped(context, region) {
        plan.notes.push(format!(
            "The latency record of {region} becomes an alias to a weighted group, {region}.{}; undo gives all weight back and leaves the group.",
            context.snapshot.edge.latency_record
        ));
    }
    plan.mechanism = Some(choice);
    Ok(plan)
}

/// Weight, gate, weight, gate …; each batch is planned on what the one before leaves behind.
fn steps(
    context: &PlanContext<'_>,
    region: &Region,
    now: f64,
    to: u8,
    over_s: u64,
) -> Result<Vec<Step>, Refused> {
    let levels = weights::levels(over_s);
    let mut steps: Vec<Step> = Vec::new();
    let mut before = now;
    let mut expected = Vec::new();
    for level in 1..=levels {
        let share = now - (now - f64::from(to)) * level as f64 / levels as f64;
        let percent = share.round() as u8;
        let mut change = weights::change(context, region, percent)?;
        if level > 1 {
            // The world as the batch before left it.
            for name in &mut change.names {
                let left: Option<&crate::task::NameChange> = expected
                    .iter()
                    .find(|left: &&crate::task::NameChange| left.name == name.name);
                if let Some(left) = left {
                    name.before.clone_from(&left.after);
                }
            }
        }
        expected.clone_from(&change.names);
        let id = format!("weight-{percent}");
        let after = steps.last().map(|step| step.id.clone());
        let weight = Step::new(
            id.clone(),
            format!("Leave {region} {percent} % of its traffic"),
            Task::ChangeRecords(change),
            context.snapshot,
        )
        .changes(Change::new(
            format!("weight of {region}"),
            format!("{before:.0} %"),
            format!("{percent} %"),
        ))
        .shifts(shift::shift(context, region, percent))
        .after(after);
        steps.push(weight);
        let within = shift::within(context, shift::receivers(context, region), over_s / levels);
        let gate = Step::new(
            format!("gate-{percent}"),
            "The Regions that receive are well",
            within,
            context.snapshot,
        );
        steps.push(gate.after([id]));
        before = share;
    }
    if to == 0 {
        let last = steps.last().map(|step| step.id.clone()).unwrap_or_default();
        steps.extend(
            shift::observed(context, region, Way::Out, &last, "")
                .into_iter()
                .take(2),
        );
    }
    Ok(steps)
}

fn inverse(
    context: &PlanContext<'_>,
    region: &Region,
    steps: &[Step],
) -> Result<Vec<Step>, Refused> {
    let first = steps
        .first()
        .map(|step| step.id.clone())
        .unwrap_or_default();
    let back = shift::flip(
        context,
        region,
        Mechanism::Records,
        Way::Back,
        "undo.weights",
    )?
    .undoes(first.clone());
    let mut all = vec![back];
    all.extend(
        shift::observed(context, region, Way::Back, "undo.weights", "undo.")
            .into_iter()
            .take(1)
            .map(|step| step.undoes(first.clone())),
    );
    Ok(all)
}
