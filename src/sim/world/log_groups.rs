//! The log groups of a Region, by the names that AWS gives them.

use super::State;
use super::log_lines::{Handles, LogGroup};
use super::measured::LineSource;
use super::model::Stage;
use super::names;
use crate::world::parts::logbook::Slot;
use gwctl_fleet::Region;

/// How the log groups of clusters begin (aws-facts §13.7).
const CLUSTERS: &str = "/aws/rds/cluster/";

impl State {
    /// The log group `name` in `region`; none where no function ever wrote to it.
    pub fn log_group(&self, region: &Region, name: &str) -> Option<LogGroup> {
        let Some(function) = name.strip_prefix("/aws/lambda/") else {
            return match name.strip_prefix(CLUSTERS) {
                Some(log) => self.database_group(region, log),
                None => self.access_group(region, name),
            };
        };
        let site = self.fleet.site_of(region)?;
        let slots: Vec<Slot> = self.fleet.sites[site].log.slots().iter().copied().collect();
        let source = LineSource::Function(function.to_owned());
        let router = function.strip_prefix("us-east-1.");
        let handles = match router.unwrap_or(function) {
            names::ROUTER if router.is_some() => Handles::Router,
            name if name == names::FUNCTIONS[0] => Handles::Reads,
            name if name == names::FUNCTIONS[1] => Handles::Writes,
            _ => Handles::Both,
        };
        let home = Region::global();
        let region_of = if router.is_some() { &home } else { region };
        let mut functions = self.resources.functions.iter();
        let found = functions
            .find(|one| &one.region == region_of && one.name == router.unwrap_or(function))?;
        let ran = slots.iter().any(|slot| slot.both().invocations > 0.0);
        // In its own Region the router's group has the prefix too: without it there is none.
        let is_router = found.name == names::ROUTER;
        let group = || LogGroup {
            region: region.clone(),
            function: found.name.clone(),
            version: found.version,
            timeout_s: found.timeout_s,
            memory_mb: found.memory_mb,
            handles,
            seed: self.present.seed,
            broken: self
                .broken_router()
                .filter(|router| is_router && !router.invalid),
            behind: Vec::new(),
            slots,
            written: None,
        };
        (ran && is_router == router.is_some()).then(|| self.as_written(group(), &source))
    }

    /// The group with what `source` wrote, where real software runs.
    fn as_written(&self, group: LogGroup, source: &LineSource) -> LogGroup {
        let site = self.fleet.site_of(&group.region);
        let written = site.and_then(|site| self.fleet.sites[site].written.as_ref());
        let Some(log) = written.map(|written| written.log(source)) else {
            return group;
        };
        LogGroup {
            slots: log.slots(group.slots),
            written: Some(log),
            ..group
        }
    }

    /// Every log group in `region`, sorted by name.
    pub fn log_group_names(&self, region: &Region) -> Vec<String> {
        let functions = self.resources.functions.iter();
        let mut names: Vec<String> = functions
            .filter(|one| &one.region == region)
            .map(|one| format!("/aws/lambda/{}", one.name))
            .collect();
        names.push(format!("/aws/lambda/us-east-1.{}", names::ROUTER));
        let apis = self
            .resources
            .apis
            .iter()
            .filter(|api| &api.region == region);
        let stages = apis.flat_map(|api| &api.stages);
        names.extend(stages.filter_map(|stage| stage.access_log.clone()));
        let clusters = self.resources.clusters.iter();
        for cluster in clusters.filter(|one| &one.region == region) {
            let logs = cluster.log_exports.iter();
            names.extend(logs.map(|log| format!("{CLUSTERS}{}/{log}", cluster.id)));
        }
        names.sort();
        names.dedup();
        names
    }

    /// The access log `name` of an API in `region`.
    fn access_group(&self, region: &Region, name: &str) -> Option<LogGroup> {
        let mut apis = self.resources.apis.iter();
        let writes = |stage: &Stage| stage.access_log.as_deref() == Some(name);
        let api = apis.find(|api| &api.region == region && api.stages.iter().any(writes))?;
        self.group_beside(region, &api.id, Handles::Api)
    }

    /// The log `CLUSTER/LOG` that a cluster in `region` exports (aws-facts §13.7).
    fn database_group(&self, region: &Region, log: &str) -> Option<LogGroup> {
        let (id, log) = log.split_once('/')?;
        let mut clusters = self.resources.clusters.iter();
        let cluster = clusters.find(|one| &one.region == region && one.id == id)?;
        let exports = cluster.log_exports.iter().any(|one| one == log);
        let instance = cluster.instances.first().filter(|_| exports)?;
        self.group_beside(region, instance, Handles::Database)
    }

    /// A group of what `writer` knows of the functions beside it.
    fn group_beside(&self, region: &Region, writer: &str, handles: Handles) -> Option<LogGroup> {
        let functions = names::FUNCTIONS.iter();
        let behind: Vec<LogGroup> = functions
            .filter_map(|function| self.log_group(region, &format!("/aws/lambda/{function}")))
            .collect();
        let first = behind.first()?.clone();
        let group = LogGroup {
            function: writer.to_owned(),
            handles,
            behind,
            ..first
        };
        let source = match handles {
            Handles::Api => LineSource::Api,
            // Nobody reads the lab's databases' logs.
            _ => LineSource::Function(writer.to_owned()),
        };
        Some(self.as_written(group, &source))
    }
}
