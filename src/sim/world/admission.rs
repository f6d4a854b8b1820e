//! What becomes of an API call: how long it takes, whether it is answered at all, and the refusals.

use crate::world::parts::admission::{Admission, Refusal};
use std::time::Duration;

use jiff::Timestamp;

use super::State;
use super::geo;
use super::rng::Rng;
use crate::world::parts::faults::FaultKind;
use crate::world::parts::record::Calls;

/// The state API of ARC's routing controls.
const ROUTING: &str = "route53-recovery-cluster";

/// Services whose control plane is in us-east-1, whatever Region the call was signed for (aws-facts §11.3).
const GLOBAL: [&str; 5] = ["route53", "cloudfront", "iam", "organizations", "account"];

impl State {
    /// Decides what becomes of a call of `service` (IAM's prefix) `operation`, signed for `region`.
    pub fn admit(
        &mut self,
        service: &str,
        operation: &str,
        region: &str,
        now: Timestamp,
    ) -> Admission {
        let home = match service {
            _ if GLOBAL.contains(&service) => "us-east-1",
            // Not built to survive, unlike the endpoints (aws-facts §8.1).
            "route53-recovery-control-config" => "us-west-2",
            _ => region,
        };
        let dark = self.faults.strikes(FaultKind::RegionDark, home);
        if dark && service != ROUTING {
            return Admission::Hang;
        }
        let mut dice = self.dice(service, operation, home);
        let after = self.call_time(service, home, &mut dice);
        if dark {
            return Admission::Refuse {
                after,
                refusal: Refusal::EndpointUnavailable,
            };
        }
        match self.refusal(service, operation, home, now, &mut dice) {
            Some(Refusal::ServiceUnavailable) if dice.chance(0.3) => Admission::Hang,
            Some(refusal) => Admission::Refuse { after, refusal },
            None => Admission::Proceed { after },
        }
    }

    fn refusal(
        &mut self,
        service: &str,
        operation: &str,
        home: &str,
        now: Timestamp,
        dice: &mut Rng,
    ) -> Option<Refusal> {
        let opt_in = geo::place(home).is_none_or(|place| place.opt_in);
        if opt_in && !self.regions.iter().any(|region| region.as_str() == home) {
            return Some(Refusal::RegionNotEnabled);
        }
        if self.faults.any(FaultKind::CredentialsExpired) {
            return Some(Refusal::ExpiredToken);
        }
        if self.faults.forbids(service, operation) {
            return Some(Refusal::AccessDenied {
                action: format!("{service}:{operation}"),
                principal: self.resources.caller.arn.clone(),
            });
        }
        let edge_certificates = service == "acm" && home == "us-east-1";
        if (GLOBAL.contains(&service) || edge_certificates)
            && self.faults.any(FaultKind::ControlPlanesDown)
        {
            return Some(Refusal::ServiceUnavailable);
        }
        let unlucky = self.faults.any(FaultKind::Throttled) && dice.chance(0.75);
        if unlucky || !self.within_limits(service, operation, home, now) {
            self.calls_to(service, operation, home).throttled += 1;
            return Some(Refusal::Throttled);
        }
        None
    }

    /// Route 53's token buckets are aws-facts §3.3's; the others are generous.
    fn within_limits(
        &mut self,
        service: &str,
        operation: &str,
        home: &str,
        now: Timestamp,
    ) -> bool {
        if service != "route53" {
            return self
                .limits
                .take(format!("{service} {home}"), (400.0, 100.0), now);
        }
        let own = match operation {
            "UpdateHealthCheck" => (50.0, 5.0),
            "CreateHealthCheck" => (50.0, 0.5),
            "DeleteHealthCheck" => (15.0, 3.0),
            "GetHealthCheckStatus" | "GetHealthCheckLastFailureReason" => (4.0, 1.0),
            _ => (50.0, 10.0),
        };
        self.limits.take(format!("route53 {operation}"), own, now)
            && self.limits.take("route53".into(), (50.0, 10.0), now)
    }

    /// The chance of one call: by its kind and number, so that calls that overtake each other do not
    /// change each other's fate.
    fn dice(&mut self, service: &str, operation: &str, home: &str) -> Rng {
        let now = self.present.now;
        let calls = self.calls_to(service, operation, home);
        calls.count(now);
        let number = calls.count;
        let name = format!("calls {service} {operation} {home} {number}");
        Rng::new(self.present.seed, &name)
    }

    fn calls_to(&mut self, service: &str, operation: &str, home: &str) -> &mut Calls {
        let action = format!("{service}:{operation}");
        self.calls.entry((action, home.to_owned())).or_default()
    }

    /// Distance from the operator's seat, and the service's own time.
    fn call_time(&self, service: &str, home: &str, dice: &mut Rng) -> Duration {
        if let Some(fixed) = self.api_latency {
            return fixed;
        }
        let service_ms = match service {
            "cloudwatch" => 28.0,
            "rds" => 55.0,
            "route53" => 45.0,
            "cloudfront" => 80.0,
            "cloudformation" => 70.0,
            "apigateway" | "acm" => 30.0,
            "sts" => 8.0,
            _ => 22.0,
        };
        let noise = (0.22 * dice.normal()).exp();
        let straggler = if dice.chance(0.01) { 4.0 } else { 1.0 };
        let slow = if self.faults.strikes(FaultKind::ApiLatency, home) {
            12.0
        } else {
            1.0
        };
        let ms = geo::from_operator_ms(home) * (0.97 + 0.03 * noise)
            + service_ms * noise * straggler * slow;
        Duration::from_secs_f64(ms / 1000.0)
    }
}
