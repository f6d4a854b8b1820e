//! `GetMetricStatistics`: one metric, several statistics.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::cloudwatch::metric_input::{
    Named, invalid_combination, invalid_value, missing, unit_of,
};
use crate::wire::value::{Value, empty, members, shape};
use crate::world::State;
use crate::world::metrics::Statistic;

/// Points in one reply.
const MOST_POINTS: i64 = 1_440;

const SIMPLE: [&str; 5] = ["SampleCount", "Average", "Sum", "Minimum", "Maximum"];

pub fn get(world: &State, ask: &Ask) -> Answer {
    let input = &ask.input;
    let metric = Named::read(input)?;
    let start = input
        .time("StartTime")?
        .ok_or_else(|| missing("StartTime"))?;
    let end = input.time("EndTime")?.ok_or_else(|| missing("EndTime"))?;
    let period_s = input.int("Period")?.ok_or_else(|| missing("Period"))?;
    if start >= end {
        return Err(invalid_value(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    if period_s < 1 || (period_s % 60 != 0 && !matches!(period_s, 1 | 5 | 10 | 20 | 30)) {
        return Err(invalid_value(format!(
            "The value {period_s} for parameter Period is not valid."
        )));
    }
    let asked_points = (end.as_second() - start.as_second()) / period_s;
    if asked_points > MOST_POINTS {
        return Err(invalid_combination(format!(
            "You have requested up to {asked_points} datapoints, which exceeds the limit of {MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range."
        )));
    }
    let (plain, extended) = (input.texts("Statistics"), input.texts("ExtendedStatistics"));
    if plain.is_empty() == extended.is_empty() {
        return Err(invalid_combination(
            "Exactly one of Statistics and ExtendedStatistics must be given.",
        ));
    }
    if let Some(bad) = plain.iter().find(|name| !SIMPLE.contains(name)) {
        return Err(invalid_value(format!(
            "The value {bad} for parameter Statistics is not valid."
        )));
    }
    if let Some(bad) = extended
        .iter()
        .find(|name| Statistic::parse(name).is_none())
    {
        return Err(invalid_value(format!(
            "The value {bad} for parameter ExtendedStatistics is not valid."
        )));
    }
    let unit = unit_of(&metric.namespace, &metric.name);
    let wanted_unit = input.text("Unit").is_none_or(|asked| asked == unit);
    let mut by_time: BTreeMap<Timestamp, Vec<(&str, f64)>> = BTreeMap::new();
    for statistic in plain.iter().chain(&extended).filter(|_| wanted_unit) {
        let (region, dimensions) = (ask.region.as_str(), metric.dimensions());
        let (namespace, name) = (metric.namespace.as_str(), metric.name.as_str());
        let found = world.metrics.query(
            region,
            namespace,
            name,
            &dimensions,
            statistic,
            period_s,
            start,
            end,
        );
        for (at, value) in found {
            by_time.entry(at).or_default().push((statistic, value));
        }
    }
    let points = by_time
        .into_iter()
        .map(|(at, values)| point(at, unit, values));
    Ok(shape! { "Label": &metric.name, "Datapoints": members(points) }.into())
}

fn point(at: Timestamp, unit: &'static str, values: Vec<(&str, f64)>) -> Value {
    let mut shape = empty().with("Timestamp", at);
    let mut extended = Vec::new();
    for (statistic, value) in values {
        match SIMPLE.iter().find(|name| **name == statistic) {
            Some(name) => shape = shape.with(name, value),
            None => extended.push((statistic.to_owned(), Value::Float(value))),
        }
    }
    if !extended.is_empty() {
        shape = shape.with("ExtendedStatistics", Value::Dict(extended));
    }
    shape.with("Unit", unit)
}
