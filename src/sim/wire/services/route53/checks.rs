//! Health checks: configuration, checkers' votes, changes.

use super::super::page::page;
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::route53::zone_input::{invalid, max_items};
use crate::wire::value::{Value, list, shape};
use crate::world::model::{CheckKind, HealthCheck, Resources};

/// Who makes checks beside the operator.
const REGION_SWITCH: &str = "arc-region-switch.amazonaws.com";

pub fn list_checks(world: &Resources, ask: &Ask) -> Answer {
    let (size, marker) = (max_items(ask, 1000)?, ask.input.text("marker"));
    let page = page(&world.health_checks, marker, size as usize)
        .ok_or_else(|| invalid("invalid marker"))?;
    Ok(shape! {
        "HealthChecks": list("HealthCheck", page.items.into_iter().map(|one| check(world, one))),
        "Marker": marker.unwrap_or_default(),
        "IsTruncated": page.next.is_some(),
        "NextMarker": page.next,
        "MaxItems": size.to_string(),
    }
    .into())
}

pub fn get(world: &Resources, ask: &Ask) -> Answer {
    Ok(shape! { "HealthCheck": check(world, find(world, ask)?) }.into())
}

fn find<'a>(world: &'a Resources, ask: &Ask) -> Result<&'a HealthCheck, Fault> {
    let id = ask.input.need("HealthCheckId")?;
    world
        .health_checks
        .iter()
        .find(|one| one.id == id)
        .ok_or_else(|| no_such(id))
}

fn no_such(id: &str) -> Fault {
    Fault::not_found(
        "NoSuchHealthCheck",
        format!("A health check with id {id} does not exist."),
    )
}

fn check(world: &Resources, one: &HealthCheck) -> Value {
    shape! {
        "Id": &one.id,
        "CallerReference": &one.caller_reference,
        "HealthCheckConfig": config(one),
        "HealthCheckVersion": one.version,
        "CloudWatchAlarmConfiguration": alarm(world, one),
        "LinkedService": linked(one),
    }
}

fn linked(one: &HealthCheck) -> Value {
    match one.kind {
        CheckKind::Vended => shape! { "ServicePrincipal": REGION_SWITCH },
        _ => Value::Null,
    }
}

fn config(one: &HealthCheck) -> Value {
    let common = |kind: &str| {
        shape! { "Type": kind, "Inverted": one.inverted, "Disabled": one.disabled }
    };
    match &one.kind {
        CheckKind::Endpoint {
            protocol,
            host,
            port,
            path,
            interval_s,
            failure_threshold,
            measure_latency,
            enable_sni,
            regions,
        } => common(protocol)
            .with("Port", *port)
            .with("ResourcePath", path)
            .with("FullyQualifiedDomainName", host)
            .with("RequestInterval", *interval_s)
            .with("FailureThreshold", *failure_threshold)
            .with("MeasureLatency", *measure_latency)
            .with("EnableSNI", *enable_sni)
            .with("Regions", list("Region", regions)),
        CheckKind::Calculated {
            children,
            threshold,
        } => common("CALCULATED")
            .with("HealthThreshold", *threshold)
            .with("ChildHealthChecks", list("ChildHealthCheck", children)),
        CheckKind::CloudWatchMetric {
            alarm_region,
            alarm_name,
            insufficient_data,
        } => common("CLOUDWATCH_METRIC")
            .with(
                "AlarmIdentifier",
                shape! { "Region": alarm_region.as_str(), "Name": alarm_name },
            )
            .with("InsufficientDataHealthStatus", insufficient_data),
        CheckKind::RecoveryControl { control } => {
            common("RECOVERY_CONTROL").with("RoutingControlArn", control)
        }
        // Which type it has no document says.
        CheckKind::Vended => common("RECOVERY_CONTROL"),
    }
}

/// What Route 53 copied from the alarm that the check follows.
fn alarm(world: &Resources, one: &HealthCheck) -> Value {
    let CheckKind::CloudWatchMetric {
        alarm_region,
        alarm_name,
        ..
    } = &one.kind
    else {
        return Value::Null;
    };
    let found = world
        .alarms
        .iter()
        .find(|alarm| &alarm.region == alarm_region && &alarm.name == alarm_name);
    let Some(alarm) = found else {
        return Value::Null;
    };
    let dimensions = alarm
        .dimensions
        .iter()
        .map(|(name, value)| shape! { "Name": name, "Value": value });
    shape! {
        "EvaluationPeriods": alarm.evaluation_periods,
        "Threshold": alarm.threshold,
        "ComparisonOperator": &alarm.comparison,
        "Period": alarm.period_s,
        "MetricName": &alarm.metric,
        "Namespace": &alarm.namespace,
        "Statistic": &alarm.statistic,
        "Dimensions": list("Dimension", dimensions),
    }
}

/// One report a checker and no verdict; calculated checks have none (aws-facts §3.4).
pub fn status(world: &Resources, ask: &Ask) -> Answer {
    let one = find(world, ask)?;
    if matches!(one.kind, CheckKind::Calculated { .. }) {
        return Err(invalid(
            "The status of a calculated health check cannot be retrieved.",
        ));
    }
    let observations = one.observations.iter().map(|seen| {
        shape! {
            "Region": &seen.region,
            "IPAddress": &seen.ip,
            "StatusReport": shape! { "Status": &seen.status, "CheckedTime": seen.checked },
        }
    });
    Ok(shape! { "HealthCheckObservations": list("HealthCheckObservation", observations) }.into())
}

pub fn update(world: &mut Resources, ask: &Ask) -> Answer {
    let (id, input) = (ask.input.need("HealthCheckId")?, &ask.input);
    let one = world
        .health_checks
        .iter_mut()
        .find(|one| one.id == id)
        .ok_or_else(|| no_such(id))?;
    if one.kind == CheckKind::Vended {
        let why = "The health check was created by another service, which alone can change it.";
        return Err(invalid(why));
    }
    if let Some(version) = input
        .int("HealthCheckVersion")?
        .filter(|version| *version != one.version)
    {
        let message = format!(
            "The health check has version {}, not {version}.",
            one.version
        );
        return Err(Fault::new(409, "HealthCheckVersionMismatch", message));
    }
    let mut changed = one.clone();
    if let Some(inverted) = input.bool("Inverted")? {
        changed.inverted = inverted;
    }
    if let Some(disabled) = input.bool("Disabled")? {
        changed.disabled = disabled;
    }
    match &mut changed.kind {
        CheckKind::Endpoint {
            host,
            port,
            path,
            failure_threshold,
            enable_sni,
            ..
        } => {
            set_text(host, input.text("FullyQualifiedDomainName"));
            set_text(path, input.text("ResourcePath"));
            set_number(port, input.int("Port")?);
            set_number(failure_threshold, input.int("FailureThreshold")?);
            if let Some(sni) = input.bool("EnableSNI")? {
                *enable_sni = sni;
            }
        }
        CheckKind::Calculated {
            children,
            threshold,
        } => {
            set_number(threshold, input.int("HealthThreshold")?);
            if input.get("ChildHealthChecks").is_some() {
                *children = input
                    .texts("ChildHealthChecks")
                    .into_iter()
                    .map(str::to_owned)
                    .collect();
            }
        }
        CheckKind::CloudWatchMetric {
            insufficient_data, ..
        } => {
            set_text(
                insufficient_data,
                input.text("InsufficientDataHealthStatus"),
            );
        }
        // Inverted and Disabled is all there is.
        CheckKind::RecoveryControl { .. } | CheckKind::Vended => {}
    }
    changed.version += 1;
    *one = changed.clone();
    Ok(Reply::from(
        shape! { "HealthCheck": check(world, &changed) },
    ))
}

fn set_text(member: &mut String, given: Option<&str>) {
    if let Some(text) = given {
        text.clone_into(member);
    }
}

fn set_number(member: &mut i32, given: Option<i64>) {
    if let Some(number) = given.and_then(|number| i32::try_from(number).ok()) {
        *member = number;
    }
}
