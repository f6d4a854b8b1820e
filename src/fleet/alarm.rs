//! CloudWatch alarms that fire: what they watch, and what they compare with what.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::format;

/// What an alarm watches, and from where on it fires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlarmWatch {
    /// `AWS/ApiGateway`.
    pub namespace: String,
    /// `5xx`.
    pub metric: String,
    /// Of what: names and values of the metric's dimensions.
    pub dimensions: Vec<(String, String)>,
    /// `Average`, `p99`.
    pub statistic: String,
    /// In the metric's own unit.
    pub limit: f64,
    /// `GreaterThanThreshold` … as AWS spells it.
    pub comparison: String,
    /// What it takes missing figures for: `breaching`, `notBreaching`, `ignore`, `missing`.
    pub missing: Option<String>,
    /// When somebody last changed the alarm.
    pub configured: Option<Timestamp>,
}

/// A CloudWatch alarm in state ALARM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name, cleaned.
    pub name: String,
    /// Why, in CloudWatch's words, cleaned.
    pub reason: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What it watches; none of one that is made of others, or of several metrics.
    pub watches: Option<AlarmWatch>,
    /// What it compares with what; none where it is no alarm of one metric with a fixed limit.
    pub measured: Option<Measured>,
}

/// What an alarm of one metric compares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The metric's name, cleaned.
    pub metric: String,
    /// Of the points that it was judged by last, the one farthest beyond the limit; none where CloudWatch does not
    /// tell.
    pub value: Option<f64>,
    /// `>`, `≥`, `<` or `≤`: how the value stands to the limit while it fires.
    #[serde(deserialize_with = "crate::word::one")]
    pub comparison: crate::word::Word,
    /// In the metric's own unit.
    pub limit: f64,
}

impl Measured {
    /// `5xx 19.1 % > 2 %`, with `figure` to write what it compares.
    fn told(&self, figure: impl Fn(f64) -> String) -> String {
        let value = self.value.map(|value| format!(" {}", figure(value)));
        let (metric, value) = (&self.metric, value.unwrap_or_default());
        let limit = figure(self.limit);
        format!("{metric}{value} {} {limit}", self.comparison)
    }
}

/// Without units: which one it is, the alarm tells.
impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.told(format::plain))
    }
}

impl Alarm {
    /// `5xx 19.1 % > 2 %`: what it compares; none where it is no alarm of one metric with a fixed limit.
    pub fn compared(&self) -> Option<String> {
        let measured = self.measured.as_ref()?;
        Some(measured.told(|value| self.figure(value)))
    }

    /// A figure of what it watches, in its unit where that is known.
    pub fn figure(&self, value: f64) -> String {
        let watches = self.watches.as_ref();
        watches.map_or_else(|| format::plain(value), |watches| watches.figure(value))
    }
}

impl AlarmWatch {
    /// A figure of what it watches, in its unit. CloudWatch names none: units by metric are in aws-facts §1.1.
    pub fn figure(&self, value: f64) -> String {
        let percent = |value: f64| format!("{} %", format::significant(value));
        match (self.namespace.as_str(), self.metric.as_str()) {
            _ if self.statistic == "SampleCount" => format::plain(value),
            ("AWS/ApiGateway", "Latency" | "IntegrationLatency")
            | ("AWS/Lambda", "Duration")
            | ("AWS/CloudFront", "OriginLatency")
            | (
                "AWS/RDS",
                "AuroraGlobalDBRPOLag" | "AuroraGlobalDBReplicationLag" | "AuroraReplicaLag",
            ) => format::in_words(&format::millis(value)),
            // API Gateway counts zeros and ones: their average is a share (aws-facts §1.1).
            ("AWS/ApiGateway", "4xx" | "5xx" | "4XXError" | "5XXError")
                if self.statistic == "Average" =>
            {
                percent(100.0 * value)
            }
            ("AWS/CloudFront", metric) if metric.ends_with("Rate") => percent(value),
            ("AWS/RDS", "CPUUtilization") => percent(value),
            _ => format::plain(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(namespace: &str, metric: &str, statistic: &str, (value, limit): (f64, f64)) -> String {
        let alarm = Alarm {
            name: "one".into(),
            reason: "Threshold Crossed".into(),
            since: None,
            watches: Some(AlarmWatch {
                namespace: namespace.into(),
                metric: metric.into(),
                dimensions: Vec::new(),
                statistic: statistic.into(),
                limit,
                comparison: "GreaterThanThreshold".into(),
                missing: None,
                configured: None,
            }),
            measured: Some(Measured {
                metric: metric.into(),
                value: Some(value),
                comparison: ">",
                limit,
            }),
        };
        alarm.compared().unwrap()
    }

    #[test]
    fn an_alarm_says_what_it_compares_in_the_unit_of_its_metric() {
        for (namespace, metric, statistic, figures, told) in [
            (
                "AWS/ApiGateway",
                "5xx",
                "Average",
                (0.062_524, 0.02),
                "5xx 6.25 % > 2 %",
            ),
            (
                "AWS/ApiGateway",
                "5xx",
                "Average",
                (0.000_41, 0.000_05),
                "5xx 0.041 % > 0.005 %",
            ),
            (
                "AWS/ApiGateway",
                "5xx",
                "Sum",
                (7_692.0, 250.0),
                "5xx 7,692 > 250",
            ),
            (
                "AWS/ApiGateway",
                "Latency",
                "p99",
                (195.2, 41.0),
                "Latency 195 ms > 41 ms",
            ),
            (
                "AWS/Lambda",
                "Errors",
                "Sum",
                (25_293.0, 250.0),
                "Errors 25,293 > 250",
            ),
            (
                "AWS/CloudFront",
                "5xxErrorRate",
                "Average",
                (30.658_1, 2.0),
                "5xxErrorRate 30.7 % > 2 %",
            ),
            (
                "AWS/RDS",
                "AuroraGlobalDBRPOLag",
                "Maximum",
                (180_101.5, 1_000.0),
                "AuroraGlobalDBRPOLag 180 s > 1 s",
            ),
            (
                "Own/Things",
                "Things",
                "Average",
                (0.5, 0.25),
                "Things 0.5 > 0.25",
            ),
        ] {
            assert_eq!(said(namespace, metric, statistic, figures), told);
        }
    }
}
