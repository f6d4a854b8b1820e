//! `DescribeAlarms`.

use super::super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::cloudwatch::metric_input::{
    dimensions_shape, invalid_value, max_records,
};
use crate::wire::value::{Value, members, shape};
use crate::world::model::{Alarm, Resources};

pub fn describe(world: &Resources, ask: &Ask) -> Answer {
    let input = &ask.input;
    let size = max_records(input)?;
    let state = input.text("StateValue");
    if let Some(other) = state.filter(|state| !["OK", "ALARM", "INSUFFICIENT_DATA"].contains(state))
    {
        return Err(invalid_value(format!(
            "The value {other} for parameter StateValue is not valid."
        )));
    }
    let (names, types) = (input.texts("AlarmNames"), input.texts("AlarmTypes"));
    let prefix = input.text("AlarmNamePrefix");
    if !names.is_empty() && prefix.is_some() {
        return Err(super::metric_input::invalid_combination(
            "AlarmNames and AlarmNamePrefix exclude each other.",
        ));
    }
    let actions = input.text("ActionPrefix");
    let matching = |alarm: &&Alarm| {
        alarm.region == ask.region
            && (types.is_empty() || types.contains(&"MetricAlarm"))
            && (names.is_empty() || names.contains(&alarm.name.as_str()))
            && prefix.is_none_or(|prefix| alarm.name.starts_with(prefix))
            && state.is_none_or(|state| alarm.state == state)
            && actions.is_none_or(|prefix| alarm.actions.iter().any(|arn| arn.starts_with(prefix)))
    };
    let mut found: Vec<&Alarm> = world.alarms.iter().filter(matching).collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    let page = page(found, input.text("NextToken"), size).ok_or_else(|| {
        Fault::bad("InvalidNextToken", "The next token specified is invalid.")
            .shaped("InvalidNextToken")
    })?;
    Ok(shape! {
        "CompositeAlarms": members(Vec::<Value>::new()),
        "MetricAlarms": members(page.items.into_iter().map(alarm)),
        "NextToken": page.next,
    }
    .into())
}

fn alarm(one: &Alarm) -> Value {
    let percentile = one.statistic.starts_with('p');
    shape! {
        "AlarmName": &one.name,
        "AlarmArn": &one.arn,
        "AlarmDescription": &one.description,
        "AlarmConfigurationUpdatedTimestamp": one.configured,
        "ActionsEnabled": true,
        "OKActions": members(&one.actions),
        "AlarmActions": members(&one.actions),
        "InsufficientDataActions": members(Vec::<Value>::new()),
        "StateValue": &one.state,
        "StateReason": &one.reason,
        "StateReasonData": &one.reason_data,
        "StateUpdatedTimestamp": one.updated,
        "MetricName": &one.metric,
        "Namespace": &one.namespace,
        "Statistic": (!percentile).then_some(&one.statistic),
        "ExtendedStatistic": percentile.then_some(&one.statistic),
        "Dimensions": dimensions_shape(&one.dimensions),
        "Period": one.period_s,
        "EvaluationPeriods": one.evaluation_periods,
        "DatapointsToAlarm": one.datapoints_to_alarm,
        "Threshold": one.threshold,
        "ComparisonOperator": &one.comparison,
        "TreatMissingData": &one.treat_missing,
        "StateTransitionedTimestamp": one.transitioned,
    }
}
