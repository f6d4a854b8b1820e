//! ARC's routing controls: five endpoints that agree within seconds, and a safety rule (aws-facts §8.1).

use super::State;
use super::model::{Routing, RoutingControl};
use super::names::{self, ACCOUNT, FLEET};
use super::rng::pick;
use super::seed::SeedOptions;
use gwctl_fleet::Region;

/// Where the endpoints of a cluster are.
const HOMES: [&str; 5] = [
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "ap-northeast-1",
    "ap-southeast-2",
];

/// Why a control is not set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RoutingRefused {
    /// `ResourceNotFoundException`.
    #[error("The routing control {0} was not found.")]
    NotFound(String),
    /// `ConflictException`: a safety rule stands against it.
    #[error("The change would break the safety rule {0}: at least one routing control must be On.")]
    SafetyRule(String),
}

/// The cluster as founded: every control On.
pub(super) fn cluster(options: &SeedOptions) -> Routing {
    let arn = |what: &str| format!("arn:aws:route53-recovery-control::{ACCOUNT}:{what}");
    let id = |what: &str, length| hex(options.seed, what, length);
    let panel = format!("controlpanel/{}", id("panel", 32));
    let endpoint = |home: &str| {
        let region = Region::new(home).ok()?;
        let host = id(&format!("recovery {home}"), 8);
        let url = format!("https://{host}.route53-recovery-cluster.{home}.amazonaws.com/v1");
        Some((region, url))
    };
    let control = |region: &Region| {
        let number = id(&format!("control {region}"), 16);
        RoutingControl {
            arn: arn(&format!("{panel}/routingcontrol/{number}")),
            name: format!("{FLEET}-{region}"),
            region: region.clone(),
            on: true,
            before: true,
            set_at: 0,
            set_through: None,
        }
    };
    Routing {
        cluster: arn(&format!(
            "cluster/{}",
            names::uuid(options.seed, "recovery cluster")
        )),
        name: FLEET.into(),
        endpoints: HOMES.into_iter().filter_map(endpoint).collect(),
        rule: arn(&format!("{panel}/safetyrule/{}", id("rule", 16))),
        controls: options.regions.iter().map(control).collect(),
        panel: arn(&panel),
    }
}

fn hex(seed: u64, what: &str, length: usize) -> String {
    let long = [what, "and more"].map(|what| names::uuid(seed, what).replace('-', ""));
    long.concat().chars().take(length).collect()
}

impl State {
    /// Whether a control is On, as the endpoint in `through` knows it; none where there is no such
    /// endpoint or control.
    pub fn control_state(&self, through: &Region, control: &str) -> Option<bool> {
        let routing = self.resources.routing.as_ref()?;
        routing.endpoints.iter().find(|(home, _)| home == through)?;
        let control = routing.controls.iter().find(|one| one.arn == control)?;
        if control.set_through.as_ref() == Some(through) {
            return Some(control.on);
        }
        Some(self.seen(control, through.as_str()))
    }

    /// Sets controls On or Off, all or none, through the endpoint in `through`.
    pub fn set_controls(
        &mut self,
        through: &Region,
        wanted: &[(String, bool)],
        overridden: &[&str],
    ) -> Result<(), RoutingRefused> {
        let now = self.now;
        let first = wanted
            .first()
            .map(|(arn, _)| arn.clone())
            .unwrap_or_default();
        let Some(mut changed) = self.resources.routing.clone() else {
            return Err(RoutingRefused::NotFound(first));
        };
        if !changed.endpoints.iter().any(|(home, _)| home == through) {
            return Err(RoutingRefused::NotFound(first));
        }
        for (arn, on) in wanted {
            let found = changed.controls.iter_mut().find(|one| &one.arn == arn);
            let control = found.ok_or_else(|| RoutingRefused::NotFound(arn.clone()))?;
            if control.on != *on {
                control.before = control.on;
                control.on = *on;
                control.set_at = now;
                control.set_through = Some(through.clone());
            }
        }
        let none_left = changed.controls.iter().all(|control| !control.on);
        if none_left && !overridden.contains(&changed.rule.as_str()) {
            return Err(RoutingRefused::SafetyRule(changed.rule));
        }
        self.resources.routing = Some(changed);
        Ok(())
    }

    /// What Route 53's data plane makes of a control; one that is gone lets traffic through.
    pub(super) fn follow_control(&self, control: &str) -> bool {
        let mut controls = self.resources.routing.iter().flat_map(|one| &one.controls);
        let found = controls.find(|one| one.arn == control);
        found.is_none_or(|one| self.seen(one, "route 53"))
    }

    /// A change reaches everybody within ten seconds, each in its own time.
    fn seen(&self, control: &RoutingControl, who: &str) -> bool {
        let what = format!("{} {who} {}", control.arn, control.set_at);
        let reached = self.now >= control.set_at + 2 + pick(self.seed, &what, 9);
        if reached { control.on } else { control.before }
    }
}
