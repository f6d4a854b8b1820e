//! AWS's control planes as callers meet them: how fast they answer and how much they take, what was asked of them, and
//! the calls that are to go wrong.

use jiff::Timestamp;
use std::time::Duration;

use crate::world::geo;
use crate::world::parts::admission::Limits;
use crate::world::parts::present::Present;
use crate::world::parts::record::{CallCounts, Calls, Mutation};
use crate::world::parts::tamper::{How, Tamper};
use crate::world::rng::Rng;
use gwctl_fleet::Region;

/// All of them together.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// Every change that callers asked for, in order.
    pub mutations: Vec<Mutation>,
    /// How many calls there were of each kind, for their dice as well.
    calls: CallCounts,
    /// Calls that are to go wrong.
    tampers: Vec<Tamper>,
    limits: Limits,
    /// How long every call takes, when it is fixed.
    latency: Option<Duration>,
    /// Ten seconds of a log that one call searches at most, where it is not as many as usual: the busier the function, the
    /// fewer.
    pub log_slots: Option<usize>,
}

impl Control {
    pub(in crate::world) fn new(latency: Option<Duration>) -> Self {
        Self {
            latency,
            ..Self::default()
        }
    }

    /// Every operation that was called, by `service:Operation` and Region (us-east-1 for a global service).
    pub const fn calls(&self) -> &CallCounts {
        &self.calls
    }

    /// Calls of `service:Operation` in all Regions together.
    pub fn calls_of(&self, action: &str) -> u64 {
        let of = self.calls.iter().filter(|((name, _), _)| name == action);
        of.map(|(_, calls)| calls.count).sum()
    }

    /// From now on `tamper` waits for its call.
    pub fn tamper(&mut self, tamper: Tamper) {
        self.tampers.push(tamper);
    }

    /// Tampers that have not struck yet.
    pub fn tampers(&self) -> &[Tamper] {
        &self.tampers
    }

    /// What becomes of a call that the world would answer; none when nobody tampered with it.
    pub fn tampered(&mut self, service: &str, operation: &str, region: &Region) -> Option<How> {
        let meant = |tamper: &Tamper| {
            tamper.service == service
                && tamper.operation == operation
                && tamper.region.as_ref().is_none_or(|one| one == region)
        };
        for tamper in self.tampers.iter_mut().filter(|tamper| meant(tamper)) {
            tamper.nth = tamper.nth.saturating_sub(1);
        }
        let due = self
            .tampers
            .iter()
            .position(|tamper| meant(tamper) && tamper.nth == 0)?;
        Some(self.tampers.remove(due).how)
    }

    /// The chance of one call, which is counted: by its kind and number, so that calls that overtake each other
    /// do not change each other's fate.
    pub(in crate::world) fn dice(
        &mut self,
        service: &str,
        operation: &str,
        home: &str,
        present: Present,
    ) -> Rng {
        let calls = self.calls_to(service, operation, home);
        calls.count(present.now);
        let number = calls.count;
        let name = format!("calls {service} {operation} {home} {number}");
        Rng::new(present.seed, &name)
    }

    /// Whether `account` may look at its event history in `home` now: twice a second (aws-facts §14.2).
    pub fn may_look_up(&mut self, account: &str, home: &str, now: Timestamp) -> bool {
        let own = format!("cloudtrail {account} {home}");
        self.limits.take(own, (2.0, 2.0), now)
    }

    /// The call is refused for its rate.
    pub(in crate::world) fn throttle(&mut self, service: &str, operation: &str, home: &str) {
        self.calls_to(service, operation, home).throttled += 1;
    }

    fn calls_to(&mut self, service: &str, operation: &str, home: &str) -> &mut Calls {
        let action = format!("{service}:{operation}");
        self.calls.entry((action, home.to_owned())).or_default()
    }

    /// Route 53's token buckets are aws-facts §3.3's; the others are generous.
    pub(in crate::world) fn within_limits(
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

    /// Distance from the operator's seat, and the service's own time, `slow` or not.
    pub(in crate::world) fn call_time(
        &self,
        service: &str,
        home: &str,
        slow: bool,
        dice: &mut Rng,
    ) -> Duration {
        if let Some(fixed) = self.latency {
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
        let slow = if slow { 12.0 } else { 1.0 };
        let ms = geo::from_operator_ms(home) * (0.97 + 0.03 * noise)
            + service_ms * noise * straggler * slow;
        Duration::from_secs_f64(ms / 1000.0)
    }
}
