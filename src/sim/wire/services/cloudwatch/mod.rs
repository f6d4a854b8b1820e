//! Amazon CloudWatch: metrics and alarms. Spoken to in CBOR, JSON and Query alike.

mod alarm_history;
mod alarms;
mod expression;
mod metric_data;
mod metric_input;
mod mute;
mod put;
mod statistics;

use self::metric_input::{dimensions_shape, invalid_value, missing};
use super::page::page;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{members, shape};
use crate::world::{MetricId, State};

pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "GetMetricData" => metric_data::get(world, ask),
        "GetMetricStatistics" => statistics::get(world, ask),
        "ListMetrics" => list_metrics(world, ask),
        "DescribeAlarmHistory" => alarm_history::describe(&world.resources, ask),
        "DescribeAlarms" => alarms::describe(&world.resources, ask),
        "PutMetricData" => put::put(world, ask),
        "PutAlarmMuteRule" => mute::put(&mut world.resources, ask),
        "GetAlarmMuteRule" => mute::get(&world.resources, ask),
        "DeleteAlarmMuteRule" => mute::delete(&mut world.resources, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

fn list_metrics(world: &State, ask: &Ask) -> Answer {
    let filters = ask.input.items("Dimensions");
    let mut wanted: Vec<(&str, Option<&str>)> = Vec::new();
    for filter in filters {
        wanted.push((
            filter
                .text("Name")
                .ok_or_else(|| missing("Dimensions.Name"))?,
            filter.text("Value"),
        ));
    }
    let (namespace, name) = (ask.input.text("Namespace"), ask.input.text("MetricName"));
    let all = world
        .metrics
        .list(ask.region.as_str(), namespace, name, &wanted);
    let page = page(all, ask.input.text("NextToken"), 500)
        .ok_or_else(|| invalid_value("The value for parameter NextToken is not valid."))?;
    let metrics = page.items.iter().map(|id: &MetricId| {
        shape! {
            "Namespace": &id.namespace,
            "MetricName": &id.name,
            "Dimensions": dimensions_shape(&id.dimensions),
        }
    });
    Ok(shape! { "Metrics": members(metrics), "NextToken": page.next }.into())
}
