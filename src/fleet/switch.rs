//! What routes traffic away without Route 53's control plane (aws-facts §3.5, §8.1).

use serde::{Deserialize, Serialize};

use super::Region;

/// An evacuation switch: an alarm that a health check follows, and the metric that flips it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Switch {
    /// The alarm's name.
    pub alarm: String,
    /// Where the alarm is, and where its metric is put.
    pub region: Region,
    /// The metric's namespace.
    pub namespace: String,
    /// The metric's name.
    pub metric: String,
    /// The metric's dimensions.
    pub dimensions: Vec<(String, String)>,
    /// The alarm's threshold.
    pub threshold: f64,
    /// `GreaterThanOrEqualToThreshold` … as AWS spells it.
    pub comparison: String,
    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`. The health check follows the metric, not this word.
    pub state: String,
    /// Whether a health check between the alarm and the record swaps healthy and unhealthy: the
    /// switch then evacuates while the alarm is OK.
    #[serde(default)]
    pub inverted: bool,
    /// What the health check is while the metric has no points: `LastKnownStatus`, `Healthy` or
    /// `Unhealthy`. None where the check is not known.
    #[serde(default)]
    pub without_points: Option<String>,
}

impl Switch {
    /// The value of the metric that makes the health check unhealthy: 1 for the usual threshold.
    pub fn evacuated_value(&self) -> f64 {
        self.value(!self.inverted)
    }

    /// The value of the metric that makes the health check healthy: 0 for the usual threshold.
    pub fn normal_value(&self) -> f64 {
        self.value(self.inverted)
    }

    /// Whether a metric at `value` evacuates; none when the comparison is not one of two numbers.
    pub fn evacuates(&self, value: f64) -> Option<bool> {
        self.breaches(value)
            .map(|breaches| breaches != self.inverted)
    }

    /// Whether a Region evacuated by a single point stays so once the point is old, without being
    /// put again and again. None where it is not known.
    pub fn evacuation_holds(&self) -> Option<bool> {
        self.without_points.as_deref().map(|word| word != "Healthy")
    }

    /// Whether a Region restored by a single point stays so; see [`Self::evacuation_holds`].
    pub fn restoration_holds(&self) -> Option<bool> {
        self.without_points
            .as_deref()
            .map(|word| word != "Unhealthy")
    }

    fn value(&self, breaching: bool) -> f64 {
        [
            f64::from(u8::from(breaching)),
            f64::from(u8::from(!breaching)),
            self.threshold,
            self.threshold + 1.0,
            self.threshold - 1.0,
        ]
        .into_iter()
        .find(|value| self.breaches(*value) == Some(breaching))
        .unwrap_or(f64::from(u8::from(breaching)))
    }

    fn breaches(&self, value: f64) -> Option<bool> {
        match self.comparison.as_str() {
            "GreaterThanOrEqualToThreshold" => Some(value >= self.threshold),
            "GreaterThanThreshold" => Some(value > self.threshold),
            "LessThanThreshold" => Some(value < self.threshold),
            "LessThanOrEqualToThreshold" => Some(value <= self.threshold),
            _ => None,
        }
    }
}

/// One of the five endpoints of an ARC cluster. They are to be known beforehand: the API that
/// lists them is not built to survive (aws-facts §8.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutingEndpoint {
    /// Its Region, which requests to it are signed for.
    pub region: Region,
    /// Its URL, `https://…/v1`.
    pub url: String,
}

/// An ARC routing control, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingControl {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `DEPLOYED` … as AWS spells it; its position is asked of the cluster's endpoints.
    pub status: String,
    /// ARN of its control panel.
    pub panel: String,
    /// ARN of its cluster.
    pub cluster: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn switch(comparison: &str, threshold: f64) -> Switch {
        Switch {
            alarm: "evacuate".into(),
            region: Region::global(),
            namespace: "Switches".into(),
            metric: "Evacuate".into(),
            dimensions: Vec::new(),
            threshold,
            comparison: comparison.into(),
            state: "OK".into(),
            inverted: false,
            without_points: None,
        }
    }

    #[test]
    fn a_single_point_holds_where_the_check_keeps_its_last_status() {
        let holds = |word: Option<&str>| {
            let switch = Switch {
                without_points: word.map(Into::into),
                ..switch("GreaterThanThreshold", 0.0)
            };
            (switch.evacuation_holds(), switch.restoration_holds())
        };
        assert_eq!(holds(Some("LastKnownStatus")), (Some(true), Some(true)));
        assert_eq!(holds(Some("Healthy")), (Some(false), Some(true)));
        assert_eq!(holds(Some("Unhealthy")), (Some(true), Some(false)));
        assert_eq!(holds(None), (None, None));
    }

    #[test]
    fn one_evacuates_and_zero_restores_wherever_the_threshold_allows() {
        for (comparison, threshold) in [
            ("GreaterThanOrEqualToThreshold", 1.0),
            ("GreaterThanThreshold", 0.0),
            ("GreaterThanThreshold", 0.5),
        ] {
            let switch = switch(comparison, threshold);
            assert_eq!(
                (switch.evacuated_value(), switch.normal_value()),
                (1.0, 0.0)
            );
        }
    }

    #[test]
    fn the_values_lie_on_either_side_of_any_threshold() {
        for comparison in [
            "GreaterThanOrEqualToThreshold",
            "GreaterThanThreshold",
            "LessThanThreshold",
            "LessThanOrEqualToThreshold",
        ] {
            for threshold in [-7.0, 0.0, 0.5, 1.0, 40.0] {
                for inverted in [false, true] {
                    let switch = Switch {
                        inverted,
                        ..switch(comparison, threshold)
                    };
                    let all = format!("{comparison} {threshold} {inverted}");
                    assert_eq!(
                        switch.evacuates(switch.evacuated_value()),
                        Some(true),
                        "{all}"
                    );
                    assert_eq!(
                        switch.evacuates(switch.normal_value()),
                        Some(false),
                        "{all}"
                    );
                }
            }
        }
    }
}
