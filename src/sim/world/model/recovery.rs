//! ARC: a routing-control cluster (aws-facts §8.1).

use gwctl_fleet::Region;

/// A cluster with its one control panel, controls and safety rule.
#[derive(Debug, Clone)]
pub struct Routing {
    /// ARN of the cluster.
    pub cluster: String,
    /// Name of the cluster.
    pub name: String,
    /// Region and URL of the five endpoints.
    pub endpoints: Vec<(Region, String)>,
    /// ARN of the control panel.
    pub panel: String,
    /// ARN of the rule that asserts at least one On.
    pub rule: String,
    /// One a Region of the fleet.
    pub controls: Vec<RoutingControl>,
}

#[derive(Debug, Clone)]
pub struct RoutingControl {
    pub arn: String,
    pub name: String,
    /// The Region whose traffic it lets through.
    pub region: Region,
    /// On: traffic flows.
    pub on: bool,
    /// What it was before it was last set, as those still see it whom the change has not reached.
    pub before: bool,
    /// Second at which it was last set.
    pub set_at: i64,
    /// The endpoint that took that.
    pub set_through: Option<Region>,
}
