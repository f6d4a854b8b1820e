//! How traffic can be kept from a Region, and which way survives what is broken (aws-facts §3.5).

use serde::{Deserialize, Serialize};

use super::needs::standing;
use super::{Dependency, Refused, Standing};
use crate::fleet::{FleetSpec, Region, Snapshot, Switch};

/// A way to shift traffic, in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mechanism {
    /// The pre-built switch: a metric in a surviving Region, an alarm on it, a health check on that.
    Switch,
    /// An ARC routing control.
    RoutingControl,
    /// The Region's health check, forced unhealthy.
    HealthCheck,
    /// The routing records themselves. The only one that knows percentages.
    Records,
}

impl Mechanism {
    /// All, the most robust first.
    pub const ALL: [Self; 4] = [
        Self::Switch,
        Self::RoutingControl,
        Self::HealthCheck,
        Self::Records,
    ];

    /// The name arguments and files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::RoutingControl => "routing-control",
            Self::HealthCheck => "health-check",
            Self::Records => "records",
        }
    }

    /// In a line, with what it needs.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Switch => "evacuation switch (CloudWatch in a surviving Region)",
            Self::RoutingControl => "ARC routing control (any of five endpoints)",
            Self::HealthCheck => "health check forced unhealthy (Route 53's control plane)",
            Self::Records => "record change (Route 53's control plane)",
        }
    }
}

impl std::fmt::Display for Mechanism {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.word())
    }
}

/// The mechanism a plan uses, why, and why not the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The one.
    pub mechanism: Mechanism,
    /// Why this one.
    pub why: String,
    /// The others that would work now.
    pub also: Vec<Mechanism>,
    /// Those that would not, and why.
    pub out: Vec<(Mechanism, String)>,
}

/// Chooses among what the fleet has and what survives; `wanted` must be possible.
pub(super) fn choose(
    region: &Region,
    wanted: Option<Mechanism>,
    spec: &FleetSpec,
    snapshot: &Snapshot,
) -> Result<Choice, Refused> {
    let mut possible = Vec::new();
    let mut out = Vec::new();
    for mechanism in Mechanism::ALL {
        match possibility(mechanism, region, spec, snapshot) {
            Ok(why) => possible.push((mechanism, why)),
            Err(why) => out.push((mechanism, why)),
        }
    }
    let chosen = match wanted {
        Some(wanted) => possible.iter().find(|(mechanism, _)| *mechanism == wanted),
        None => possible.first(),
    };
    let Some((mechanism, why)) = chosen.cloned() else {
        let why: Vec<String> = out
            .iter()
            .filter(|(mechanism, _)| wanted.is_none_or(|wanted| wanted == *mechanism))
            .map(|(mechanism, why)| format!("{mechanism}: {why}"))
            .collect();
        let refused = Refused::new(format!(
            "no way to shift traffic from {region} works now: {}",
            why.join("; ")
        ));
        return Err(match possible.first() {
            Some((other, _)) => refused.instead(format!("`--mechanism {other}` would work.")),
            None => refused,
        });
    };
    let also = possible
        .iter()
        .map(|(other, _)| *other)
        .filter(|other| *other != mechanism)
        .collect();
    Ok(Choice {
        mechanism,
        why,
        also,
        out,
    })
}

/// Why `mechanism` would work for `region`, or why not.
fn possibility(
    mechanism: Mechanism,
    region: &Region,
    spec: &FleetSpec,
    snapshot: &Snapshot,
) -> Result<String, String> {
    match mechanism {
        Mechanism::Switch => {
            let switch = switch(region, snapshot)?;
            if &switch.region == region {
                return Err(format!("its alarm is in {region} itself"));
            }
            stands("cloudwatch", &switch.region, snapshot)?;
            Ok(format!(
                "its alarm is in {}, which answers; it needs nothing in us-east-1",
                switch.region
            ))
        }
        Mechanism::RoutingControl => {
            let Some(_) = snapshot.edge.routing_control(region) else {
                return Err("the Region's health check has no routing control".into());
            };
            if spec.edge.routing_endpoints.is_empty() {
                return Err("the cluster's five endpoints are not in the configuration (`routing_endpoints`)".into());
            }
            Ok("any of the cluster's five endpoints can flip it".into())
        }
        Mechanism::HealthCheck => {
            let record = snapshot
                .edge
                .record(region)
                .ok_or("the Region has no latency record")?;
            let id = record
                .check()
                .ok_or("no health check decides on its latency record")?;
            let config = snapshot
                .edge
                .checks
                .get(id)
                .and_then(|check| check.config.last())
                .ok_or("its health check is not known")?;
            if let Some(owner) = &config.linked_service {
                return Err(format!("its health check belongs to {owner}"));
            }
            stands("route53", &Region::global(), snapshot)?;
            Ok("Route 53's control plane answers".into())
        }
        Mechanism::Records => {
            snapshot
                .edge
                .record(region)
                .ok_or("the Region has no latency record")?;
            stands("route53", &Region::global(), snapshot)?;
            Ok("Route 53's control plane answers".into())
        }
    }
}

/// The Region's evacuation switch, or why it is not known.
pub(super) fn switch<'a>(region: &Region, snapshot: &'a Snapshot) -> Result<&'a Switch, String> {
    match snapshot.edge.switch(region) {
        None => Err("the fleet has none for the Region".into()),
        Some((_, switch)) => switch.last().ok_or_else(|| {
            let why = switch
                .why_missing()
                .map_or_else(String::new, |missing| format!(": {missing}"));
            format!("its alarm could not be read{why}")
        }),
    }
}

fn stands(service: &str, region: &Region, snapshot: &Snapshot) -> Result<(), String> {
    let api = Dependency::Api {
        service: service.into(),
        region: region.clone(),
    };
    match standing(&api, snapshot) {
        Standing::Broken(why) => Err(format!("{api} does not answer: {why}")),
        _ => Ok(()),
    }
}
