//! A health check forced unhealthy, and let go again (aws-facts §3.4).

use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::AwsError;
use gwctl_fleet::Region;

/// Sets `Disabled` and `Inverted` together: disabled counts healthy, and inverted that is forced
/// unhealthy, whatever the endpoint does. Inverting alone would turn a failing check healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForceCheck {
    pub check: String,
    /// The version it was planned on; another one means somebody changed it meanwhile.
    pub version: i64,
    /// Whether it is forced unhealthy.
    pub unhealthy: bool,
}

impl Work for ForceCheck {
    fn calls(&self) -> Vec<PlannedCall> {
        let global = Region::global();
        vec![
            change("route53", "UpdateHealthCheck", &global),
            read("route53", "GetHealthCheck", &global),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                5,
                1,
                90,
                "AWS: a health check's interval times its threshold (aws-facts §3.4)",
            ),
            180,
        )
    }

    fn sends(&self) -> Option<String> {
        Some(format!(
            "{}: Inverted={} Disabled={}, HealthCheckVersion={}",
            self.check, self.unhealthy, self.unhealthy, self.version
        ))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let config = match context
            .run
            .session
            .route53()
            .health_check(&self.check)
            .await
        {
            Ok(config) => config,
            Err(error) => return unobserved(&error),
        };
        if config.inverted == self.unhealthy && config.disabled == self.unhealthy {
            let word = if self.unhealthy {
                "forced unhealthy"
            } else {
                "as it was"
            };
            return Observation::Done(format!(
                "the health check is {word}, version {}",
                config.version
            ));
        }
        // An inverse is planned before the change it takes back: only a forward plan can insist.
        if self.unhealthy && config.version != self.version {
            return Observation::Wrong(format!(
                "somebody changed the health check meanwhile: version {} instead of {}",
                config.version, self.version
            ));
        }
        Observation::NotDone(format!(
            "inverted {}, disabled {}, version {}",
            config.inverted, config.disabled, config.version
        ))
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let route53 = run_context.mutating_session().route53();
        let version = if self.unhealthy {
            self.version
        } else {
            run_context
                .session
                .route53()
                .health_check(&self.check)
                .await?
                .version
        };
        route53
            .update_check(&self.check, version, self.unhealthy, self.unhealthy)
            .await
            .map(Into::into)
    }
}
