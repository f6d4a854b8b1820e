//! What routes traffic away without Route 53's control plane (aws-facts §3.5, §8.1).

use jiff::Timestamp;
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
    /// What the alarm makes of missing points: `ignore`, `notBreaching`, `breaching` or `missing`, which
    /// is CloudWatch's own default.
    #[serde(default)]
    pub missing_points: Option<String>,
    /// Why one point of its metric does not decide, where that is so.
    #[serde(default)]
    pub unfit: Option<String>,
    /// Where it stands, by the newest point of its metric.
    #[serde(default)]
    pub position: Position,
}

/// Where a switch stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "position")]
pub enum Position {
    /// Not asked for yet.
    #[default]
    Unasked,
    /// It could not be read.
    Unread {
        /// In a sentence.
        why: String,
    },
    /// No point within a day.
    Untouched,
    /// The newest point.
    Put {
        /// Its minute.
        at: Timestamp,
        /// What was put.
        value: f64,
    },
}

/// Whether a Region stays evacuated without new points (aws-facts §20.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasting {
    /// By either reading of AWS's documents.
    Lasts,
    /// By one of two readings.
    Unsure,
    /// By neither.
    Lapses,
    /// The settings that tell were not read.
    Unknown,
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

    /// Whether an evacuated Region stays evacuated without new points. Route 53 watches the
    /// metric's points, or follows the alarm's state with what that makes of missing ones: AWS's documents
    /// leave both readings (aws-facts §20.1).
    pub fn evacuation_lasts(&self) -> Lasting {
        let Some(word) = self.without_points.as_deref() else {
            return Lasting::Unknown;
        };
        let by_points = word != "Healthy";
        let by_state = match self.missing_points.as_deref() {
            Some("ignore") => true,
            Some("breaching") => !self.inverted,
            Some("notBreaching") => self.inverted,
            // The alarm has too little data then, which is the check's to judge.
            Some("missing") | None => by_points,
            Some(_) => return Lasting::Unknown,
        };
        match (by_points, by_state) {
            (true, true) => Lasting::Lasts,
            (false, false) => Lasting::Lapses,
            _ => Lasting::Unsure,
        }
    }

    /// [`Self::evacuation_lasts`] as a clause, for the eye.
    pub fn lasting_words(&self) -> String {
        let check = self.without_points.as_deref().unwrap_or("unknown");
        let alarm = self.missing_points.as_deref().unwrap_or("missing");
        let settings = format!("InsufficientDataHealthStatus {check}, TreatMissingData {alarm}");
        match self.evacuation_lasts() {
            Lasting::Lasts => format!("an evacuation holds without new points ({settings})"),
            Lasting::Unsure => {
                format!("an evacuation may end minutes after the last point ({settings})")
            }
            Lasting::Lapses => {
                format!("an evacuation ends minutes after the last point ({settings})")
            }
            Lasting::Unknown => format!("whether an evacuation holds is not known ({settings})"),
        }
    }

    /// Where it stands, with the age of its newest point, as a clause for the eye.
    pub fn position_words(&self, now: Timestamp) -> String {
        match &self.position {
            Position::Unasked => "its position is not asked yet".into(),
            Position::Unread { why } => format!("its position could not be read: {why}"),
            Position::Untouched => "no point within a day".into(),
            Position::Put { at, value } => {
                let word = match self.evacuates(*value) {
                    Some(true) => "evacuates",
                    Some(false) => "admits",
                    None => "has a value without effect",
                };
                let age = now.duration_since(*at).as_secs().max(0);
                let age = match age {
                    s if s < 120 => format!("{s} s"),
                    s if s < 7_200 => format!("{} min", s / 60),
                    s => format!("{} h", s / 3_600),
                };
                format!("{word}, last point {age} ago")
            }
        }
    }

    /// Whether its newest point evacuates; none where no point is known.
    pub fn stands_evacuated(&self) -> Option<bool> {
        match self.position {
            Position::Put { value, .. } => self.evacuates(value),
            _ => None,
        }
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
            missing_points: None,
            unfit: None,
            position: Position::Unasked,
        }
    }

    #[test]
    fn an_evacuation_lasts_where_check_and_alarm_keep_what_they_have() {
        let lasts = |check: Option<&str>, alarm: Option<&str>, inverted| {
            let switch = Switch {
                without_points: check.map(Into::into),
                missing_points: alarm.map(Into::into),
                inverted,
                ..switch("GreaterThanThreshold", 0.0)
            };
            switch.evacuation_lasts()
        };
        let last = Some("LastKnownStatus");
        assert_eq!(lasts(last, Some("ignore"), false), Lasting::Lasts);
        assert_eq!(lasts(last, None, false), Lasting::Lasts);
        assert_eq!(lasts(last, Some("notBreaching"), false), Lasting::Unsure);
        assert_eq!(lasts(last, Some("notBreaching"), true), Lasting::Lasts);
        assert_eq!(lasts(last, Some("breaching"), true), Lasting::Unsure);
        assert_eq!(
            lasts(Some("Healthy"), Some("ignore"), false),
            Lasting::Unsure
        );
        assert_eq!(
            lasts(Some("Healthy"), Some("missing"), false),
            Lasting::Lapses
        );
        assert_eq!(
            lasts(Some("Unhealthy"), Some("ignore"), false),
            Lasting::Lasts
        );
        assert_eq!(lasts(None, Some("ignore"), false), Lasting::Unknown);
        assert_eq!(lasts(last, Some("new"), false), Lasting::Unknown);
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
