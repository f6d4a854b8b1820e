//! How requests name a metric, and what is wrong with some.

use crate::wire::fault::Fault;
use crate::wire::value::{Value, members, shape};

pub(super) fn missing(name: &str) -> Fault {
    Fault::bad(
        "MissingParameter",
        format!("The parameter {name} is required."),
    )
    .shaped("MissingRequiredParameterException")
}

/// How many alarms, or entries of their history, a page may have.
pub(super) fn max_records(input: &Value) -> Result<usize, Fault> {
    let size = input.int("MaxRecords")?.unwrap_or(50);
    if !(1..=100).contains(&size) {
        return Err(invalid_value(format!(
            "The value {size} for parameter MaxRecords is not between 1 and 100."
        )));
    }
    Ok(size as usize)
}

pub(super) fn invalid_value(message: impl Into<String>) -> Fault {
    Fault::bad("InvalidParameterValue", message).shaped("InvalidParameterValueException")
}

pub(super) fn invalid_combination(message: impl Into<String>) -> Fault {
    Fault::bad("InvalidParameterCombination", message)
        .shaped("InvalidParameterCombinationException")
}

/// A metric as a caller names it.
pub(super) struct Named {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) dimensions: Vec<(String, String)>,
}

impl Named {
    pub(super) fn read(given: &Value) -> Result<Self, Fault> {
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

    pub(super) fn dimensions(&self) -> Vec<(&str, &str)> {
        self.dimensions
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
}

pub(super) fn read_dimensions(given: &Value) -> Result<Vec<(String, String)>, Fault> {
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

pub(super) fn dimensions_shape(dimensions: &[(String, String)]) -> Value {
    members(
        dimensions
            .iter()
            .map(|(name, value)| shape! { "Name": name, "Value": value }),
    )
}

/// The unit a service publishes a metric in (aws-facts §1.1).
pub(super) fn unit_of(namespace: &str, name: &str) -> &'static str {
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
