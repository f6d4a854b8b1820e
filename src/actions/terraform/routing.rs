//! What a plan would do to the way that requests find a Region: records, health checks, switches, routing controls.

use gwctl_fleet::{FailoverRole, Region, Switch};

use super::case::Case;
use super::evidence::Evidence;
use super::explain::{explain, is_forced};
use super::finding::{Reason, Verdict};
use super::moved::{How, Moved, moved};
use super::part::Part;
use super::plan::Action;
use super::values::{After, Difference, is_nothing};

/// What makes an alarm mean what it does.
pub(super) const DECIDES: [&str; 10] = [
    "alarm_name",
    "comparison_operator",
    "threshold",
    "metric_name",
    "namespace",
    "dimensions",
    "statistic",
    "period",
    "evaluation_periods",
    "treat_missing_data",
];

/// What forces a check, whatever it follows.
const FORCES: [&str; 2] = ["invert_healthcheck", "disabled"];
/// What a check follows, and what it makes of that.
const FOLLOWS: [&str; 5] = [
    "cloudwatch_alarm_name",
    "cloudwatch_alarm_region",
    "insufficient_data_health_status",
    "child_healthchecks",
    "child_health_threshold",
];

/// Whether a health check keeps `region` out of DNS on purpose at present, and how: what is changed in the check lets
/// it in again. That is not so where its record has no weight, or the other role ([`moved`]).
pub(super) fn evacuated(region: &Region, evidence: &Evidence<'_>) -> Option<&'static str> {
    let edge = &evidence.snapshot().edge;
    let by_switch = || {
        let (_, switch) = edge.switch(region)?;
        (switch.current()?.stands_evacuated() == Some(true))
            .then_some("its evacuation switch is on")
    };
    let by_check = || {
        let ids = edge.check_ids(region);
        let mut configs = ids
            .into_iter()
            .filter_map(|id| edge.checks.get(id)?.config.current());
        configs
            .any(is_forced)
            .then_some("its health check is forced unhealthy")
    };
    by_check().or_else(by_switch)
}

/// Of a record.
pub(super) fn record(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    let part = case.part;
    match case.action {
        Action::Delete => vec![case.destroys(format!("Terraform would delete {part}: DNS no longer answers with it"))],
        Action::Replace => vec![case.destroys(format!(
            "Terraform would delete {part} and create it again: in between DNS does not answer with it"
        ))],
        Action::Create => created(case, evidence),
        _ => {
            let weights = case.differences.iter().filter_map(|one| weight(case, one, evidence));
            let mut reasons: Vec<Reason> = weights.collect();
            reasons.extend(target(case, evidence));
            reasons.extend(check_of_record(case, evidence));
            reasons
        }
    }
}

/// Overwriting what an evacuation left gives the traffic back.
fn created(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    let Part::Record {
        region: Some(region),
    } = case.part
    else {
        return Vec::new();
    };
    let away = moved(region, evidence).filter(|moved| {
        let back = [How::Raised, How::Role(FailoverRole::Primary)];
        !back.contains(&moved.how)
    });
    let Some(moved) = away else {
        return Vec::new();
    };
    let text = format!(
        "Route 53 has {} already, and {}: if Terraform overwrites it, the Region has all of its traffic back",
        case.part, moved.text
    );
    vec![Reason::new(Verdict::Undoes, text).by(moved.run)]
}

fn weight(case: &Case<'_>, difference: &Difference, evidence: &Evidence<'_>) -> Option<Reason> {
    let Part::Weighted { region, .. } = case.part else {
        return None;
    };
    if !difference.is_of("weighted_routing_policy") || !difference.path.ends_with(".weight") {
        return None;
    }
    let (before, after) = difference.told();
    let text = format!(
        "Terraform would set the weight of {} from {before} to {after}",
        case.part
    );
    Some(
        match explain(case.part, "weighted_routing_policy", evidence) {
            Some(why) => Reason::new(
                Verdict::Undoes,
                format!("{text}, which moves traffic of {region} back; {}", why.text),
            )
            .by(why.run)
            .advise(case.ignore(&["weighted_routing_policy"])),
            None => Reason::new(Verdict::Unexplained, format!("{text}; no run set it")),
        },
    )
}

fn target(case: &Case<'_>, evidence: &Evidence<'_>) -> Option<Reason> {
    let Part::Record {
        region: Some(region),
    } = case.part
    else {
        return None;
    };
    let moved = moved(region, evidence)?;
    let names = moved.attributes();
    if !names.iter().any(|name| case.changes(name)) {
        return None;
    }
    let what = match moved.how {
        How::Group => format!("Terraform would give {region} all of its traffic back"),
        How::Role(FailoverRole::Secondary) => format!(
            "Terraform would make {region} the primary again, which gives {region} its traffic back"
        ),
        How::Role(FailoverRole::Primary) => format!(
            "Terraform would make {region} the secondary again, which takes the traffic from {region}"
        ),
        How::Lowered(_) | How::Raised => return weight_of_region(case, region, &moved),
    };
    let ignore = case.ignore(names);
    let advice = match moved.how {
        How::Role(FailoverRole::Primary) => ignore,
        _ => until_restored(region, &ignore),
    };
    let text = format!("{what}: {}", moved.text);
    Some(
        Reason::new(Verdict::Undoes, text)
            .by(moved.run)
            .advise(advice),
    )
}

fn until_restored(region: &Region, ignore: &str) -> String {
    format!(
        "`gwctl restore {region}` gives it back when the Region is healthy; until then {ignore}"
    )
}

/// A weight that is known only after apply is said elsewhere.
fn weight_of_region(case: &Case<'_>, region: &Region, moved: &Moved<'_>) -> Option<Reason> {
    let path = "weighted_routing_policy.0.weight";
    let one = case.differences.iter().find(|one| one.path == path)?;
    let After::Known(after) = &one.after else {
        return None;
    };
    let (from, to) = one.told();
    let text = format!("Terraform would set the weight of {region} from {from} to {to}");
    let lowered = match moved.how {
        How::Lowered(now) => after.as_i64().is_some_and(|after| after > now),
        _ => false,
    };
    Some(if lowered {
        let text = format!("{text}, which gives {region} traffic back: {}", moved.text);
        let ignore = case.ignore(moved.attributes());
        Reason::new(Verdict::Undoes, text)
            .by(moved.run)
            .advise(until_restored(region, &ignore))
    } else {
        let text = format!("{text}; {}", moved.text);
        Reason::new(Verdict::Unexplained, text).by(moved.run)
    })
}

/// A record without a check is always answered (aws-facts §3.1).
fn check_of_record(case: &Case<'_>, evidence: &Evidence<'_>) -> Option<Reason> {
    let difference = case
        .differences
        .iter()
        .find(|one| one.is_of("health_check_id"))?;
    let region = case.part.region();
    let away = region.and_then(|region| evacuated(region, evidence));
    let gone = matches!(&difference.after, After::Known(after) if is_nothing(after));
    let what = if gone {
        "without a health check Route 53 always answers with it, and no evacuation has an effect"
    } else {
        "another health check would decide on it"
    };
    Some(match (region, away) {
        (Some(region), Some(away)) => Reason::new(
            Verdict::Undoes,
            format!("{what}: {region} is evacuated ({away}), and would have its traffic back"),
        ),
        _ => Reason::new(Verdict::Unexplained, what),
    })
}

/// Of a health check.
pub(super) fn check(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    let part = case.part;
    if case.action.destroys() {
        let text = format!(
            "Terraform would delete {part}: a record whose check is gone is always answered, and no evacuation has an effect"
        );
        return vec![case.destroys(text)];
    }
    if case.action != Action::Update {
        return Vec::new();
    }
    let mut reasons = forced(case, evidence);
    reasons.extend(releases(case, evidence));
    reasons
}

/// Another thing that the check follows, or another meaning of it, while the check keeps its Region out of DNS. Of a
/// check that stays forced none of it counts (aws-facts §3.4).
fn releases(case: &Case<'_>, evidence: &Evidence<'_>) -> Option<Reason> {
    let Part::Check {
        id,
        region: Some(region),
    } = case.part
    else {
        return None;
    };
    let names: Vec<&str> = FOLLOWS
        .into_iter()
        .filter(|name| case.changes(name))
        .collect();
    let config = || {
        let check = evidence.snapshot().edge.checks.get(id.as_ref()?)?;
        check.config.current()
    };
    let stays = config().is_some_and(is_forced) && !FORCES.iter().any(|name| case.changes(name));
    if names.is_empty() || stays {
        return None;
    }
    let away = evacuated(region, evidence)?;
    let text = format!(
        "Terraform would change {} of {}: {region} is evacuated ({away}), and Route 53 may send traffic to it again",
        names.join(", "),
        case.part
    );
    Some(Reason::new(Verdict::Undoes, text).advise(until_restored(region, &case.ignore(&names))))
}

/// Of the attributes that force a check.
fn forced(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    let part = case.part;
    let Some(moved) = FORCES.into_iter().find(|name| case.changes(name)) else {
        return Vec::new();
    };
    let region = part
        .region()
        .map_or_else(|| "its Region".to_owned(), ToString::to_string);
    let ignore = case.ignore(&FORCES);
    if let Some(why) = explain(part, moved, evidence) {
        let text = format!(
            "Terraform would let Route 53 send traffic to {region} again: {}",
            why.text
        );
        let advice = format!(
            "`gwctl restore {region}` does it when the Region is healthy; until then {ignore}"
        );
        return vec![
            Reason::new(Verdict::Undoes, text)
                .by(why.run)
                .advise(advice),
        ];
    }
    let becomes = |name: &str| {
        let one = case.differences.iter().find(|one| one.path == name);
        one.and_then(|one| match &one.after {
            After::Known(value) => value.as_bool(),
            After::Unknown => None,
        })
    };
    if becomes("invert_healthcheck") == Some(true) {
        let serving = part
            .region()
            .is_some_and(|region| evidence.writer() == Some(region));
        let text = format!(
            "Terraform would swap healthy and unhealthy: {region} leaves DNS while it is healthy"
        );
        let reason = match (serving, evidence.swapped_by()) {
            (true, Some(run)) => Reason::new(
                Verdict::Undoes,
                format!("{text}, and the run {run} moved the writer there"),
            )
            .by(Some(run)),
            _ => Reason::new(Verdict::Unexplained, text),
        };
        return vec![reason];
    }
    let observed = match part {
        Part::Check { id: Some(id), .. } => {
            let check = evidence.snapshot().edge.checks.get(id);
            check.is_some_and(|check| check.config.current().is_some())
        }
        _ => false,
    };
    let verdict = if observed {
        Verdict::Unexplained
    } else {
        Verdict::Unjudged
    };
    let text = if observed {
        "the plan changes whether the check counts, and no evacuation explains how it is".to_owned()
    } else {
        format!("whether {part} is forced by an evacuation could not be asked")
    };
    vec![Reason::new(verdict, text)]
}

/// Of the alarm that evacuates a Region.
pub(super) fn switch(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    let Part::Switch { alarm, region } = case.part else {
        return Vec::new();
    };
    if case.action.destroys() {
        let text = format!(
            "Terraform would delete {}: the Region can no longer be evacuated by it",
            case.part
        );
        return vec![case.destroys(text)];
    }
    let decides = DECIDES.iter().any(|name| case.changes(name));
    if !decides || case.action != Action::Update {
        return Vec::new();
    }
    let away = region
        .as_ref()
        .and_then(|region| evacuated(region, evidence));
    let stands = |switch: &Switch| switch.stands_evacuated() == Some(true);
    let named = region
        .as_ref()
        .and_then(|region| evidence.snapshot().edge.switch(region));
    let on = named.is_some_and(|(_, switch)| switch.current().is_some_and(stands));
    let by = evidence.flipped_by(alarm);
    vec![match (on, region, away) {
        (true, Some(region), Some(away)) => Reason::new(
            Verdict::Undoes,
            format!("the plan changes what the alarm makes of its metric, and {region} is evacuated ({away}): it may have its traffic back"),
        )
        .by(by),
        _ => Reason::new(
            Verdict::Unexplained,
            "the plan changes what the alarm makes of its metric, and with it when the Region is evacuated",
        ),
    }]
}
