//! How traffic can be kept from a Region, and which way survives what is broken (aws-facts §3.5).

use serde::{Deserialize, Serialize};

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
    /// A plan of ARC Region switch. It may do more than move traffic: only who asks for it by name gets it.
    RegionSwitch,
}

impl Mechanism {
    /// All, the most robust first.
    pub const ALL: [Self; 5] = [
        Self::Switch,
        Self::RoutingControl,
        Self::HealthCheck,
        Self::Records,
        Self::RegionSwitch,
    ];

    /// The name arguments and files use.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Switch => "switch",
            Self::RoutingControl => "routing-control",
            Self::HealthCheck => "health-check",
            Self::Records => "records",
            Self::RegionSwitch => "region-switch",
        }
    }

    /// Whether it is taken only where it is asked for by name.
    pub const fn is_by_name(self) -> bool {
        matches!(self, Self::RegionSwitch)
    }

    /// In a line, with what it needs.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Switch => "evacuation switch (CloudWatch in a surviving Region)",
            Self::RoutingControl => "ARC routing control (any of five endpoints)",
            Self::HealthCheck => "health check forced unhealthy (Route 53's control plane)",
            Self::Records => "record change (Route 53's control plane)",
            Self::RegionSwitch => "ARC Region switch (the plan's own steps)",
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
