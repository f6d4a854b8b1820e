//! What a policy can name besides what the configuration does.

use std::collections::BTreeSet;

use gwctl_fleet::{Account, FleetSpec, Region, Snapshot};

/// As [`Known::missing`] calls it.
pub const THE_ACCOUNT: &str = "the account";

/// Ids and names that only AWS tells; empty where they are not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Twelve digits.
    pub account: Option<String>,
    /// `aws`, `aws-cn` …
    pub partition: Option<String>,
    /// ARNs of the global cluster's members.
    pub members: BTreeSet<String>,
    /// Ids of the checks on the latency record set and below.
    pub checks: BTreeSet<String>,
    /// Namespaces of the evacuation switches' metrics.
    pub namespaces: BTreeSet<String>,
    /// ARNs of the routing controls.
    pub controls: BTreeSet<String>,
    /// ARNs of the Region switch plans.
    pub plans: BTreeSet<String>,
    /// Names of the weighted groups that records lead to, in lower case without the final dot.
    pub groups: BTreeSet<String>,
    /// Log groups of the APIs' access logs. No picture shows them: who asks for them adds them.
    pub access_logs: BTreeSet<(Region, String)>,
}

impl Known {
    /// As far as `picture` shows it; the account is that of `part`.
    pub fn seen(picture: &Snapshot, part: Option<&Account>) -> Self {
        let held = part.and_then(|part| picture.accounts.iter().find(|seen| seen.account == *part));
        let identity = held.map_or(&picture.identity, |held| &held.identity).last();
        let members = picture.database.topology.last();
        let edge = &picture.edge;
        let named = edge.named_switches.values().map(|(_, switch)| switch);
        let switches = edge.switches.values().chain(named);
        let regions = picture.sites.iter().map(|site| &site.region);
        Self {
            account: identity.map(|who| who.account.clone()),
            partition: identity.and_then(|who| who.arn.split(':').nth(1).map(Into::into)),
            members: members
                .iter()
                .flat_map(|topology| &topology.members)
                .map(|member| member.arn.clone())
                .collect(),
            checks: edge.checks.keys().cloned().collect(),
            namespaces: switches
                .filter_map(|switch| Some(switch.last()?.namespace.clone()))
                .collect(),
            controls: regions
                .filter_map(|region| edge.routing_control(region).map(Into::into))
                .collect(),
            plans: picture
                .region_switch_plans()
                .into_iter()
                .map(|plan| plan.arn.clone())
                .collect(),
            groups: edge
                .records
                .last()
                .into_iter()
                .flatten()
                .filter(|record| !record.group.is_empty())
                .map(|record| record.target.trim_end_matches('.').to_ascii_lowercase())
                .collect(),
            access_logs: BTreeSet::new(),
        }
    }

    /// What is not known and so allowed more widely, in words.
    pub fn missing(&self, spec: &FleetSpec) -> Vec<&'static str> {
        let with_controls = !spec.edge.routing_endpoints.is_empty();
        [
            (self.account.is_none(), THE_ACCOUNT),
            (self.members.is_empty(), "the global cluster's members"),
            (self.checks.is_empty(), "the health checks"),
            (
                self.namespaces.is_empty(),
                "the namespace of the evacuation switches",
            ),
            (
                with_controls && self.controls.is_empty(),
                "the routing controls",
            ),
        ]
        .into_iter()
        .filter_map(|(is, what)| is.then_some(what))
        .collect()
    }
}
