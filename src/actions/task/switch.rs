//! The evacuation switch: a metric in a surviving Region that a health check follows (aws-facts §3.5).

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::{Account, Region};

/// Puts one data point. It needs nothing in us-east-1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlipSwitch {
    /// The Region whose traffic it decides.
    pub evacuates: Region,
    /// The Region of metric and alarm.
    pub region: Region,
    pub alarm: String,
    /// The metric's namespace.
    pub namespace: String,
    pub metric: String,
    pub dimensions: Vec<(String, String)>,
    /// What to put.
    pub value: f64,
}

/// How far back a point counts as the switch's position.
const BACK: SignedDuration = SignedDuration::from_mins(15);
/// What CloudWatch keeps one maximum of.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

fn reading(value: Option<f64>) -> String {
    match value {
        Some(value) => format!("the switch still reads {value}"),
        None => "the switch's metric has no point".into(),
    }
}

impl FlipSwitch {
    fn reads(&self, value: f64) -> bool {
        (value - self.value).abs() < f64::EPSILON
    }
}

impl Work for FlipSwitch {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("cloudwatch", "PutMetricData", &self.region),
            read("cloudwatch", "GetMetricData", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                60,
                5,
                180,
                "AWS: the alarm reads its metric once a minute (aws-facts §3.5)",
            ),
            300,
        )
    }

    fn sends(&self) -> Option<String> {
        let dimensions: Vec<String> = self
            .dimensions
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        Some(format!(
            "{} {} [{}] = {}",
            self.namespace,
            self.metric,
            dimensions.join(", "),
            self.value
        ))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let since = context.now() - BACK;
        let cloudwatch = context
            .run
            .session
            .in_account(Account::Dns)
            .cloudwatch(&self.region);
        let newest = cloudwatch
            .newest_value(&self.namespace, &self.metric, &self.dimensions, since)
            .await;
        match newest {
            // A role that may put points need not be allowed to read them; DNS shows whether it works.
            Err(error) if context.receipt.is_some() => Observation::Done(format!(
                "CloudWatch in {} accepted {}, but could not be read: {}",
                self.region, self.value, error.message
            )),
            Err(error) => unobserved(&error),
            Ok(Some(point)) if self.reads(point.value) => Observation::Done(format!(
                "the switch in {} reads {}",
                self.region, point.value
            )),
            // A minute has one maximum: what is put now would not show before the next.
            Ok(Some(point))
                if context.receipt.is_none()
                    && point.value > self.value
                    && point.at + MINUTE > context.now() =>
            {
                Observation::Underway(format!(
                    "the switch reads {} for the rest of this minute",
                    point.value
                ))
            }
            // CloudWatch shows what was put only after a while (aws-facts §1.3).
            Ok(newest) if context.receipt.is_some() => Observation::Underway(format!(
                "CloudWatch accepted the value {} and does not show it yet: {}",
                self.value,
                reading(newest.map(|point| point.value))
            )),
            Ok(newest) => Observation::NotDone(reading(newest.map(|point| point.value))),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let cloudwatch = run_context
            .mutating_session()
            .in_account(Account::Dns)
            .cloudwatch(&self.region);
        let at = run_context.clock.now();
        let receipt = cloudwatch
            .put_metric(
                &self.namespace,
                &self.metric,
                &self.dimensions,
                self.value,
                at,
            )
            .await?;
        Ok(Sent {
            receipt: Some("put".into()),
            ..receipt.into()
        })
    }
}
