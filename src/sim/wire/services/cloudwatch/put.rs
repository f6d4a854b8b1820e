//! `PutMetricData`: what a caller publishes, evacuation switches among it.

use jiff::{SignedDuration, Timestamp};

use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::cloudwatch::metric_input::{
    invalid_combination, invalid_value, missing, read_dimensions,
};
use crate::wire::value::{Value, empty};
use crate::world::State;

/// More values of one datum than this are not told apart.
const MOST_VALUES: usize = 1_000;

struct Datum {
    metric: String,
    dimensions: Vec<(String, String)>,
    values: Vec<f64>,
    at: Timestamp,
}

/// All of it or nothing: every datum is read before the first is stored.
pub fn put(world: &mut State, ask: &Ask) -> Answer {
    let namespace = ask
        .input
        .text("Namespace")
        .ok_or_else(|| missing("Namespace"))?;
    if namespace.starts_with("AWS/") || namespace.starts_with(':') {
        return Err(invalid_value(
            "The value AWS/ for parameter Namespace is invalid.",
        ));
    }
    let given = ask.input.items("MetricData");
    if given.is_empty() {
        return Err(missing("MetricData"));
    }
    if given.len() > MOST_VALUES {
        return Err(invalid_value(
            "The collection MetricData must not have a size greater than 1000.",
        ));
    }
    let data = given
        .into_iter()
        .map(|one| read(one, ask))
        .collect::<Result<Vec<_>, Fault>>()?;
    for datum in data {
        let dimensions: Vec<(&str, &str)> = datum
            .dimensions
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        for value in datum.values {
            world.metrics.put(
                ask.region.as_str(),
                namespace,
                &datum.metric,
                &dimensions,
                value,
                datum.at,
            );
        }
    }
    Ok(empty().into())
}

fn read(one: &Value, ask: &Ask) -> Result<Datum, Fault> {
    let metric = one
        .text("MetricName")
        .ok_or_else(|| missing("MetricData.member.1.MetricName"))?;
    let at = one.time("Timestamp")?.unwrap_or(ask.now);
    let age = ask.now.duration_since(at);
    if age > SignedDuration::from_hours(14 * 24) || age < SignedDuration::from_hours(-2) {
        return Err(invalid_value(
            "The parameter MetricData.member.1.Timestamp must specify a time no more than two weeks in the past and no more than two hours in the future.",
        ));
    }
    Ok(Datum {
        metric: metric.to_owned(),
        dimensions: read_dimensions(one)?,
        values: values(one)?,
        at,
    })
}

fn values(one: &Value) -> Result<Vec<f64>, Fault> {
    let finite = |value: f64| {
        if value.is_finite() {
            Ok(value)
        } else {
            Err(invalid_value("The value must be a number."))
        }
    };
    match (
        one.float("Value")?,
        one.get("StatisticValues"),
        one.items("Values"),
    ) {
        (Some(value), None, many) if many.is_empty() => Ok(vec![finite(value)?]),
        (None, Some(set), many) if many.is_empty() => statistic_set(set),
        (None, None, many) if !many.is_empty() => {
            let counts = one.items("Counts");
            let mut all = Vec::new();
            for (index, value) in many.into_iter().enumerate() {
                let count = counts
                    .get(index)
                    .map_or(Ok(1.0), |count| count.as_float("Counts"))?;
                let value = finite(value.as_float("Values")?)?;
                all.extend(std::iter::repeat_n(
                    value,
                    (count.max(0.0) as usize).min(MOST_VALUES),
                ));
            }
            Ok(all)
        }
        _ => Err(invalid_combination(
            "Exactly one of Value, Values and StatisticValues must be given.",
        )),
    }
}

/// Values that have this set's count, sum and extremes.
fn statistic_set(set: &Value) -> Result<Vec<f64>, Fault> {
    let part = |name: &str| set.float(name)?.ok_or_else(|| missing(name));
    let (count, sum) = (part("SampleCount")?, part("Sum")?);
    let (low, high) = (part("Minimum")?, part("Maximum")?);
    if low > high || count < 1.0 {
        return Err(invalid_value("The statistic set is not consistent."));
    }
    let count = (count as usize).min(MOST_VALUES);
    if count < 3 {
        return Ok(if count == 1 {
            vec![sum]
        } else {
            vec![low, high]
        });
    }
    let rest = (sum - low - high) / (count - 2) as f64;
    Ok([low, high]
        .into_iter()
        .chain(std::iter::repeat_n(rest, count - 2))
        .collect())
}
