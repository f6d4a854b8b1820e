//! What an alarm of one metric compares with what.

use aws_sdk_cloudwatch::types::{ComparisonOperator, MetricAlarm};
use serde_json::Value;

use crate::transport::reply;
use gwctl_fleet::Measured;

/// None of an alarm of a band or of an expression: it has no metric, or no fixed limit.
pub(super) fn measured(alarm: &MetricAlarm) -> Option<Measured> {
    let limit = alarm.threshold().filter(|limit| limit.is_finite())?;
    let comparison = match alarm.comparison_operator()? {
        ComparisonOperator::GreaterThanThreshold => ">",
        ComparisonOperator::GreaterThanOrEqualToThreshold => "\u{2265}",
        ComparisonOperator::LessThanThreshold => "<",
        ComparisonOperator::LessThanOrEqualToThreshold => "\u{2264}",
        _ => return None,
    };
    Some(Measured {
        metric: reply::some_name(alarm.metric_name())?,
        value: alarm
            .state_reason_data()
            .and_then(|data| farthest(data, comparison)),
        comparison,
        limit,
    })
}

/// The point of `data` that is farthest beyond the limit. In which order the points stand is not documented.
fn farthest(data: &str, comparison: &str) -> Option<f64> {
    let data: Value = serde_json::from_str(data).ok()?;
    let points = data["recentDatapoints"].as_array()?;
    let points = points.iter().filter_map(Value::as_f64);
    let is_low = ["<", "\u{2264}"].contains(&comparison);
    points.reduce(if is_low { f64::min } else { f64::max })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(comparison: ComparisonOperator, data: &str) -> Option<String> {
        let alarm = MetricAlarm::builder()
            .metric_name("5XXError")
            .threshold(0.02)
            .comparison_operator(comparison)
            .state_reason_data(data)
            .build();
        measured(&alarm).map(|measured| measured.to_string())
    }

    #[test]
    fn an_alarm_says_its_metric_the_worst_point_and_its_limit() {
        use ComparisonOperator::{
            GreaterThanThreshold, GreaterThanUpperThreshold, LessThanOrEqualToThreshold,
        };
        let data = r#"{"version":"1.0","recentDatapoints":[0.17,0.1912345],"threshold":0.02}"#;
        let said = |comparison, data| of(comparison, data).unwrap_or_default();
        assert_eq!(said(GreaterThanThreshold, data), "5XXError 0.1912 > 0.02");
        assert_eq!(
            said(LessThanOrEqualToThreshold, data),
            "5XXError 0.17 \u{2264} 0.02"
        );
        for unknown in ["", "{}", r#"{"recentDatapoints":[]}"#, "[1]"] {
            assert_eq!(said(GreaterThanThreshold, unknown), "5XXError > 0.02");
        }
        assert_eq!(of(GreaterThanUpperThreshold, data), None);
    }
}
