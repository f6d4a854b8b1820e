//! An ARC routing control (aws-facts §8.1).

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::{Region, RoutingEndpoint};

/// IAM's prefix of the endpoints' own API.
const SERVICE: &str = "route53-recovery-cluster";

/// Sets it on or off through any of the cluster's five endpoints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutingControl {
    /// The Region whose traffic it decides.
    pub evacuates: Region,
    /// ARN of the control.
    pub control: String,
    /// The cluster's endpoints.
    pub endpoints: Vec<RoutingEndpoint>,
    /// On admits traffic.
    pub on: bool,
}

const fn word(on: bool) -> &'static str {
    if on { "On" } else { "Off" }
}

impl Work for RoutingControl {
    /// Any one endpoint is enough: none of their Regions is a dependency by itself.
    fn calls(&self) -> Vec<PlannedCall> {
        let Some(endpoint) = self.endpoints.first() else {
            return Vec::new();
        };
        vec![
            change(SERVICE, "UpdateRoutingControlState", &endpoint.region),
            read(SERVICE, "GetRoutingControlState", &endpoint.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                15,
                1,
                60,
                "a rehearsal in the simulator; AWS gives no figure",
            ),
            180,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!("{} = {}", self.control, word(self.on)))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        match context
            .run
            .session
            .routing(&self.endpoints)
            .state(&self.control)
            .await
        {
            Err(error) => unobserved(&error),
            Ok(on) if on == self.on => {
                Observation::Done(format!("the routing control is {}", word(on)))
            }
            // The five endpoints agree within 15 seconds at most (aws-facts §8.1).
            Ok(on) if context.receipt.is_some() => {
                Observation::Underway(format!("set; an endpoint still shows {}", word(on)))
            }
            Ok(on) => Observation::NotDone(format!("the routing control is {}", word(on))),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let receipt = run_context
            .mutating_session()
            .routing(&self.endpoints)
            .set(&self.control, self.on)
            .await?;
        Ok(Sent {
            receipt: Some("set".into()),
            ..receipt.into()
        })
    }
}
