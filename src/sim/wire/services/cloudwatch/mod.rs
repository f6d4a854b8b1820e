//! Amazon CloudWatch: metrics and alarms. Spoken to in CBOR, JSON and Query alike.

mod alarms;
mod expression;
mod metric_data;
mod put;
mod statistics;

use super::page::page;
use super::{Answer, Ask, Fault};
use crate::wire::value::{Value, members, shape};
use crate::world::{MetricId, State};

pub fn call(operation: &str, world: &mut State, ask: &Ask) -> Answer {
    match operation {
        "GetMetricData" => metric_data::get(world, ask),
        "GetMetricStatistics" => statistics::get(world, ask),
        "ListMetrics" => list_metrics(world, ask),
        "DescribeAlarms" => alarms::describe(&world.resources, ask),
        "PutMetricData" => put::put(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}

fn missing(name: &str) -> Fault {
    Fault::bad(
        "MissingParameter",
        format!("The parameter {name} is required."),
    )
    .shaped("MissingRequiredParameterException")
}

fn invalid_value(message: impl Into<String>) -> Fault {
    Fault::bad("InvalidParameterValue", message).shaped("InvalidParameterValueException")
}

fn invalid_combination(message: impl Into<String>) -> Fault {
    Fault::bad("InvalidParameterCombination", message)
        .shaped("InvalidParameterCombinationException")
}

/// A metric as a caller names it.
struct Named {
    namespace: String,
    name: String,
    dimensions: Vec<(String, String)>,
}

impl Named {
    fn read(given: &Value) -> Result<Self, Fault> {
        let text = |name| {
            given
                .text(name)
                .map(str::to_owned)
                .ok_or_else(|| missing(name))
        };
        Ok(Self {
            namespace: text("Namespace")?,
            name: text("MetricName")?,
            dimensions: read_dimensions(given)?,
        })
    }

    fn dimensions(&self) -> Vec<(&str, &str)> {
        self.dimensions
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
}

fn read_dimensions(given: &Value) -> Result<Vec<(String, String)>, Fault> {
    let pairs = given.items("Dimensions").into_iter().map(|one| {
        let text = |name| {
            one.text(name)
                .map(str::to_owned)
                .ok_or_else(|| missing(name))
        };
        Ok((text("Name")?, text("Value")?))
    });
    pairs.collect()
}

fn dimensions_shape(dimensions: &[(String, String)]) -> Value {
    members(
        dimensions
            .iter()
            .map(|(name, value)| shape! { "Name": name, "Value": value }),
    )
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

/// The unit a service publishes a metric in (aws-facts §1.1).
fn unit_of(namespace: &str, name: &str) -> &'static str {
    match (namespace, name) {
        ("AWS/ApiGateway", "Latency" | "IntegrationLatency")
        | ("AWS/Lambda", "Duration")
        | ("AWS/Route53", "ConnectionTime" | "SSLHandshakeTime" | "TimeToFirstByte")
        | ("AWS/CloudFront", "OriginLatency") => "Milliseconds",
        ("AWS/RDS", name) if name.starts_with("AuroraGlobalDB") && name.ends_with("Lag") => {
            "Milliseconds"
        }
        ("AWS/RDS", name) if name.starts_with("AuroraReplicaLag") => "Milliseconds",
        ("AWS/RDS", "CPUUtilization") | ("AWS/Route53", "HealthCheckPercentageHealthy") => {
            "Percent"
        }
        ("AWS/RDS", name) if name.ends_with("Throughput") => "Count/Second",
        ("AWS/CloudFront", name) if name.ends_with("Rate") => "Percent",
        ("AWS/ApiGateway", "DataProcessed") => "Bytes",
        ("AWS/ApiGateway" | "AWS/Lambda" | "AWS/RDS", _)
        | ("AWS/Route53", "ChildHealthCheckHealthyCount") => "Count",
        _ => "None",
    }
}
