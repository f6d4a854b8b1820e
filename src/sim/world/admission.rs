//! What becomes of an API call: how long it takes, whether it is answered at all, and the refusals.

use jiff::Timestamp;

use super::State;
use super::geo;
use super::rng::Rng;
use crate::world::parts::admission::{Admission, Refusal};
use crate::world::parts::faults::FaultKind;

/// The state API of ARC's routing controls.
const ROUTING: &str = "route53-recovery-cluster";

/// Share of calls that AWS cannot answer while it has trouble in the Region.
const IMPAIRED: f64 = 0.15;

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
        let control = &mut self.control;
        let mut dice = control.dice(service, operation, home, self.present);
        let impaired = self.faults.strikes(FaultKind::AwsEvent, home);
        let slow = impaired || self.faults.strikes(FaultKind::ApiLatency, home);
        let after = control.call_time(service, home, slow, &mut dice);
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
        let mut regions = self.fleet.regions().iter();
        if opt_in && !regions.any(|region| region.as_str() == home) {
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
        if self.faults.strikes(FaultKind::AwsEvent, home) && dice.chance(IMPAIRED) {
            return Some(Refusal::ServiceUnavailable);
        }
        let unlucky = self.faults.any(FaultKind::Throttled) && dice.chance(0.75);
        let control = &mut self.control;
        if unlucky || !control.within_limits(service, operation, home, now) {
            control.throttle(service, operation, home);
            return Some(Refusal::Throttled);
        }
        None
    }

    /// Whether the operator's policies allow `service:Operation`.
    pub fn allows(&self, action: &str) -> bool {
        action
            .split_once(':')
            .is_none_or(|(service, operation)| !self.faults.forbids(service, operation))
    }
}
