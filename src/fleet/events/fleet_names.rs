//! Which resources are the fleet's own.

use std::collections::BTreeSet;

use super::record::TrailRecord;
use crate::{FleetSpec, FunctionName, Snapshot};

/// Names and ids of the fleet's own resources.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FleetNames(BTreeSet<String>);

impl FleetNames {
    /// What the configuration of the fleet called `fleet` names, and the stacks that gwctl names so.
    pub fn of(fleet: &str, spec: &FleetSpec) -> Self {
        let mut names = Self::default();
        let edge = &spec.edge;
        names.add(&spec.global_cluster);
        names.add(&spec.domain);
        names.add(&edge.distribution);
        names.add(&edge.hosted_zone);
        names.add(&edge.latency_record);
        names.add_functions(&edge.router);
        names.add(&format!("{fleet}-edge"));
        names.add(&format!("{fleet}-global"));
        for site in &spec.sites {
            let region = &site.region;
            names.add(&site.api);
            names.add_functions(&site.functions);
            names.add_all(site.endpoint.iter().chain(&site.stack));
            names.add_all(site.switch.iter().map(|switch| &switch.alarm));
            names.add(&format!("{fleet}-{region}"));
            names.add(&format!("{fleet}-switch-{region}"));
        }
        names
    }

    /// With what the picture found: members of the database, health checks, certificates, stacks, and what functions
    /// and clusters need: roles, security groups, parameter groups, secrets.
    #[must_use]
    pub fn and_seen(mut self, picture: &Snapshot) -> Self {
        let topology = picture.database.topology.last();
        for member in topology.iter().flat_map(|all| &all.members) {
            self.add(&member.cluster);
        }
        for cluster in picture.database.clusters.values() {
            let state = cluster.state.last();
            let instances = state.iter().flat_map(|state| &state.instances);
            self.add_all(instances.map(|one| &one.id));
            self.add_all(state.iter().flat_map(|state| &state.needs));
        }
        for function in picture.sites.iter().flat_map(|site| &site.functions) {
            self.add_all(function.detail.last().iter().flat_map(|one| &one.needs));
        }
        if let Some(router) = &picture.edge.router {
            self.add_all(router.detail.last().iter().flat_map(|one| &one.needs));
        }
        self.add_all(picture.edge.checks.keys());
        for record in picture.edge.records.last().into_iter().flatten() {
            self.add_all(record.health_check.iter());
        }
        let certificates = picture.sites.iter().map(|site| &site.certificate);
        for certificate in certificates.chain([&picture.edge.certificate]) {
            self.add_all(certificate.last().iter().map(|one| &one.arn));
        }
        for alarms in picture.sites.iter().filter_map(|site| site.alarms.last()) {
            self.add_all(alarms.iter().map(|alarm| &alarm.name));
        }
        for plans in picture.edge.region_switch.values() {
            self.add_all(plans.last().into_iter().flatten().map(|plan| &plan.arn));
        }
        self
    }

    /// Those of them that the call names, in its parameters or in what AWS lists.
    pub fn named_in(&self, record: &TrailRecord) -> BTreeSet<String> {
        let parameters = record.parameters.iter().map(|(_, value)| value);
        let values = parameters.chain(&record.resources);
        values.flat_map(|value| self.in_value(value)).collect()
    }

    /// Whether `name` is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(&plain(name))
    }

    /// Those that `value` is, or an ARN or a path with one of them in it. What stands before an ARN's resource names
    /// services and accounts: a role may be called `lambda`.
    fn in_value<'a>(&'a self, value: &'a str) -> impl Iterator<Item = String> + 'a {
        let arn = value.strip_prefix("arn:");
        let resource = arn.and_then(|rest| rest.splitn(5, ':').nth(4));
        let parts = resource.unwrap_or(value).split([':', '/']);
        std::iter::once(value)
            .chain(parts)
            .map(plain)
            .filter(|name| self.0.contains(name))
    }

    fn add(&mut self, name: &str) {
        if !name.is_empty() {
            self.0.insert(plain(name));
        }
    }

    /// Records name a function without a version or an alias (aws-facts §14.3).
    fn add_functions<'a>(&mut self, configured: impl IntoIterator<Item = &'a String>) {
        for name in configured {
            self.add(name);
            self.add(FunctionName::of(name).name);
        }
    }

    fn add_all<'a>(&mut self, names: impl IntoIterator<Item = &'a String>) {
        for name in names {
            self.add(name);
        }
    }
}

/// RDS and DNS take names in any case, DNS with a final dot.
pub(super) fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
