//! Alarm mute rules with one window (aws-facts §15.2).

use jiff::SignedDuration;
use jiff::tz::TimeZone;

use super::metric_input::{invalid_value, missing};
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, empty, members, shape};
use crate::world::model::{MuteRule, Resources};

/// Alarms of one rule.
const AT_MOST: usize = 100;

pub fn put(world: &mut Resources, ask: &Ask) -> Answer {
    let input = &ask.input;
    let name = input.text("Name").ok_or_else(|| missing("Name"))?;
    let schedule = input.get("Rule").and_then(|rule| rule.get("Schedule"));
    let schedule = schedule.ok_or_else(|| missing("Rule.Schedule"))?;
    let (from, minutes) = (once(schedule)?, minutes(schedule)?);
    let targets = input.get("MuteTargets");
    let alarms: Vec<String> = targets
        .map(|targets| targets.texts("AlarmNames"))
        .unwrap_or_default()
        .into_iter()
        .map(str::to_owned)
        .collect();
    if alarms.is_empty() || alarms.len() > AT_MOST {
        return Err(invalid_value(
            "MuteTargets.AlarmNames takes 1 to 100 names.",
        ));
    }
    let rule = MuteRule {
        region: ask.region.clone(),
        name: name.to_owned(),
        alarms,
        from,
        until: from + SignedDuration::from_mins(minutes),
    };
    world.mute_rules.retain(|other| !is_of(other, ask, name));
    world.mute_rules.push(rule);
    Ok(empty().into())
}

pub fn delete(world: &mut Resources, ask: &Ask) -> Answer {
    let name = named(ask)?;
    // AWS does not say what deleting a rule twice answers: it is taken for done.
    world.mute_rules.retain(|rule| !is_of(rule, ask, name));
    Ok(empty().into())
}

pub fn get(world: &Resources, ask: &Ask) -> Answer {
    let name = named(ask)?;
    let rule = world.mute_rules.iter().find(|rule| is_of(rule, ask, name));
    let rule = rule.ok_or_else(|| {
        Fault::not_found("ResourceNotFoundException", "The mute rule does not exist.")
            .shaped("ResourceNotFoundException")
    })?;
    let status = if ask.now < rule.from {
        "SCHEDULED"
    } else if ask.now < rule.until {
        "ACTIVE"
    } else {
        "EXPIRED"
    };
    Ok(shape! {
        "Name": &rule.name,
        "MuteTargets": shape! { "AlarmNames": members(&rule.alarms) },
        "ExpireDate": rule.until,
        "Status": status,
        "MuteType": "ONE_TIME",
    }
    .into())
}

fn named(ask: &Ask) -> Result<&str, Fault> {
    let name = ask.input.text("AlarmMuteRuleName");
    name.ok_or_else(|| missing("AlarmMuteRuleName"))
}

fn is_of(rule: &MuteRule, ask: &Ask, name: &str) -> bool {
    rule.region == ask.region && rule.name == name
}

/// `at(2026-11-22T03:01)`, in UTC.
fn once(schedule: &Value) -> Result<jiff::Timestamp, Fault> {
    let wrong = || invalid_value("This schedule expression is not simulated.");
    let text = schedule.text("Expression").ok_or_else(wrong)?;
    let at = text
        .strip_prefix("at(")
        .and_then(|rest| rest.strip_suffix(')'));
    let at = at.ok_or_else(wrong)?;
    let civil = jiff::civil::DateTime::strptime("%Y-%m-%dT%H:%M", at).map_err(|_| wrong())?;
    let zoned = civil.to_zoned(TimeZone::UTC).map_err(|_| wrong())?;
    Ok(zoned.timestamp())
}

/// `PT125M`.
fn minutes(schedule: &Value) -> Result<i64, Fault> {
    let wrong = || invalid_value("This duration is not simulated.");
    let text = schedule.text("Duration").ok_or_else(wrong)?;
    let minutes = text
        .strip_prefix("PT")
        .and_then(|rest| rest.strip_suffix('M'));
    minutes
        .and_then(|minutes| minutes.parse().ok())
        .ok_or_else(wrong)
}
