//! `AWS::RDS::GlobalCluster` and `AWS::RDS::DBCluster`: the first member of a global cluster writes, those
//! after it copy its volume and follow (aws-facts §2.1, §6.1).

use super::super::model::{DbCluster, GlobalCluster, Resources};
use super::super::names::{self, ACCOUNT};
use super::super::rds::Rds;
use super::properties::{flag, float, need, number, text, texts};
use crate::world::resources::wanted::{Begun, Wanted};
use gwctl_fleet::Region;

/// Members of a global cluster: one writes, ten follow.
const MOST_MEMBERS: usize = 11;

/// Least and most capacity in ACU.
fn capacity(properties: &serde_json::Value) -> Option<(f64, f64)> {
    let of = |name| {
        float(
            properties,
            &format!("ServerlessV2ScalingConfiguration.{name}"),
        )
    };
    Some((of("MinCapacity")?, of("MaxCapacity")?))
}

/// What RDS says of write forwarding on a cluster that is in no global database.
pub const NO_FORWARDING: &str =
    "EnableGlobalWriteForwarding can be enabled only on members of a global database.";

impl Rds<'_> {
    pub(super) fn make_global(&mut self, wanted: &Wanted<'_>) -> Begun {
        let properties = wanted.properties;
        let id = text(properties, "GlobalClusterIdentifier");
        let id = id.unwrap_or_else(|| wanted.made_up(self.present).to_ascii_lowercase());
        if self.resources.global_at(&id).is_some() {
            return Err(format!("Global cluster {id} already exists"));
        }
        if text(properties, "SourceDBClusterIdentifier").is_some() {
            return Err("a global cluster made from a cluster is not simulated".into());
        }
        let what = format!("global {id} {}", self.present.now);
        self.resources.global_clusters.push(GlobalCluster {
            resource_id: format!("cluster-{}", names::token(self.present.seed, &what, 16)),
            arn: format!("arn:aws:rds::{ACCOUNT}:global-cluster:{id}"),
            status: "creating".into(),
            engine: need(properties, "Engine")?,
            engine_version: text(properties, "EngineVersion").unwrap_or_else(|| "16.8".into()),
            engine_lifecycle: "open-source-rds-extended-support".into(),
            database_name: text(properties, "DatabaseName").unwrap_or_default(),
            endpoint: format!(
                "{id}.global-{}.global.rds.amazonaws.com",
                names::token(self.present.seed, &what, 12)
            ),
            storage_encrypted: flag(properties, "StorageEncrypted"),
            deletion_protection: flag(properties, "DeletionProtection"),
            members: Vec::new(),
            failover: None,
            id: id.clone(),
        });
        // The world moves data in one global database; a second one is there and does not move.
        self.database.global.get_or_insert_with(|| id.clone());
        let takes_s = self.present.within(&what, (10, 30));
        Ok((id, takes_s))
    }

    pub(super) fn change_global(&mut self, wanted: &Wanted<'_>, id: &str) -> Result<i64, String> {
        let takes_s = self.present.within(id, (10, 30));
        let at = self.resources.global_at(id);
        let at = at.ok_or_else(|| format!("Global cluster {id} not found"))?;
        let global = &mut self.resources.global_clusters[at];
        global.deletion_protection = flag(wanted.properties, "DeletionProtection");
        if let Some(version) = text(wanted.properties, "EngineVersion") {
            let members: Vec<String> = global
                .members
                .iter()
                .map(|one| one.cluster_arn.clone())
                .collect();
            global.engine_version.clone_from(&version);
            let ours = |one: &&mut DbCluster| members.contains(&one.arn);
            for cluster in self.resources.clusters.iter_mut().filter(ours) {
                cluster.engine_version.clone_from(&version);
                let instances = self.resources.instances.iter_mut();
                for one in instances
                    .filter(|one| one.region == cluster.region && one.cluster == cluster.id)
                {
                    one.engine_version.clone_from(&version);
                }
            }
        }
        Ok(takes_s)
    }

    pub(super) fn finish_global(&mut self, id: &str) {
        if let Some(at) = self.resources.global_at(id) {
            let global = &mut self.resources.global_clusters[at];
            if global.status == "creating" {
                global.status = "available".into();
            }
        }
    }

    pub(super) fn unmake_global(&mut self, id: &str) -> Result<i64, String> {
        let takes_s = self.present.within(id, (10, 30));
        let Some(at) = self.resources.global_at(id) else {
            return Ok(0);
        };
        let global = &mut self.resources.global_clusters[at];
        if global.deletion_protection {
            return Err(
                "Cannot delete protected Global Cluster, please disable deletion protection and try again."
                    .into(),
            );
        }
        if !global.members.is_empty() {
            return Err(format!("Global Cluster {id} is not empty"));
        }
        global.status = "deleting".into();
        Ok(takes_s)
    }

    pub(super) fn remove_global(&mut self, id: &str) {
        if let Some(at) = self.resources.global_at(id) {
            self.resources.global_clusters.remove(at);
            if self.database.global.as_deref() == Some(id) {
                let next = self.resources.global_clusters.first();
                self.database.global = next.map(|one| one.id.clone());
            }
        }
    }

    /// A cluster by its identifier, outside of any global cluster for now.
    pub(super) fn make_cluster(&mut self, wanted: &Wanted<'_>) -> Result<String, String> {
        let (properties, region) = (wanted.properties, wanted.region);
        let id = text(properties, "DBClusterIdentifier");
        let id = id.unwrap_or_else(|| wanted.made_up(self.present));
        let id = id.to_ascii_lowercase();
        let global = text(properties, "GlobalClusterIdentifier");
        self.may_be_made(wanted, &id, global.as_deref())?;
        let host = names::token(
            self.present.seed,
            &format!("rds {region} {}", wanted.stack),
            12,
        );
        let what = format!("{id} {region} {}", self.present.now);
        let cluster = DbCluster {
            region: region.clone(),
            arn: format!("arn:aws:rds:{region}:{ACCOUNT}:cluster:{id}"),
            resource_id: format!(
                "cluster-{}",
                names::upper_token(self.present.seed, &what, 26)
            ),
            status: "creating".into(),
            engine: need(properties, "Engine")?,
            engine_version: need(properties, "EngineVersion")?,
            endpoint: format!("{id}.cluster-{host}.{region}.rds.amazonaws.com"),
            reader_endpoint: format!("{id}.cluster-ro-{host}.{region}.rds.amazonaws.com"),
            port: number(properties, "Port").unwrap_or_else(|| i32::from(self.physics.unset_port)),
            zones: ["a", "b", "c"].map(|zone| format!("{region}{zone}")).into(),
            write_forwarding: None,
            forwarding_requested: flag(properties, "EnableGlobalWriteForwarding"),
            global_cluster: global,
            replication_source: None,
            backup_days: number(properties, "BackupRetentionPeriod").unwrap_or(1),
            deletion_protection: flag(properties, "DeletionProtection"),
            parameter_group: text(properties, "DBClusterParameterGroupName")
                .unwrap_or_else(|| "default.aurora-postgresql16".into()),
            security_groups: texts(properties, "VpcSecurityGroupIds"),
            capacity: capacity(properties),
            managed_password: flag(properties, "ManageMasterUserPassword"),
            data_api_from: flag(properties, "EnableHttpEndpoint").then(|| self.present.at()),
            log_exports: texts(properties, "EnableCloudwatchLogsExports"),
            instances: Vec::new(),
            created: self.present.at(),
            id: id.clone(),
        };
        self.resources.clusters.push(cluster);
        Ok(id)
    }

    /// Why RDS would make no such cluster.
    fn may_be_made(
        &self,
        wanted: &Wanted<'_>,
        id: &str,
        global: Option<&str>,
    ) -> Result<(), String> {
        let (properties, region) = (wanted.properties, wanted.region);
        if self.resources.cluster_at(region, id).is_some() {
            return Err(format!("DB cluster {id} already exists"));
        }
        let signs_in = text(properties, "MasterUsername").is_some();
        let Some(global) = global else {
            return if signs_in {
                Ok(())
            } else {
                Err("The parameter MasterUsername must be provided and must not be blank.".into())
            };
        };
        // aws-facts §19.1.
        if flag(properties, "ManageMasterUserPassword") {
            return Err(
                "ManageMasterUserPassword isn't supported for clusters of a global database".into(),
            );
        }
        let Some(at) = self.resources.global_at(global) else {
            return Err(format!("Global cluster {global} not found"));
        };
        let known = &self.resources.global_clusters[at];
        if known.status != "available" {
            return Err(format!(
                "Global cluster {global} is in state {}",
                known.status
            ));
        }
        let (engine, version) = (
            need(properties, "Engine")?,
            need(properties, "EngineVersion")?,
        );
        if engine != known.engine || version != known.engine_version {
            return Err(format!(
                "Engine and version of the cluster ({engine} {version}) must be those of global cluster {global} \
                 ({} {})",
                known.engine, known.engine_version
            ));
        }
        // Whatever their accounts and Regions, members are told apart by name.
        let same = |arn: &str| arn.rsplit(':').next() == Some(id);
        if known.members.iter().any(|one| same(&one.cluster_arn)) {
            return Err(format!("Global cluster {global} has a member {id} already"));
        }
        if known.members.iter().any(|one| &one.region == region) {
            return Err(format!(
                "Global cluster {global} has a member in Region {region} already"
            ));
        }
        if self.physics.one_member_joins_at_a_time && self.is_joined(known) {
            return Err(format!(
                "Global cluster {global} is not in the available state: a member is being created"
            ));
        }
        if known.members.len() >= MOST_MEMBERS {
            return Err(format!(
                "Global cluster {global} has {MOST_MEMBERS} members already"
            ));
        }
        if known.storage_encrypted && text(properties, "KmsKeyId").is_none() {
            return Err(
                "For encrypted cross-region replica, kmsKeyId should be explicitly specified"
                    .into(),
            );
        }
        match known.members.iter().find(|one| one.writer) {
            None if !signs_in => {
                Err("The parameter MasterUsername must be provided and must not be blank.".into())
            }
            Some(_) if signs_in => {
                Err("Cannot specify user name for cross region replication cluster".into())
            }
            Some(writer) => self.takes_followers(&writer.cluster_arn),
            None => Ok(()),
        }
    }

    /// Whether a cluster is on its way into the global cluster.
    fn is_joined(&self, global: &GlobalCluster) -> bool {
        let creating = |arn: &str| {
            let mut clusters = self.resources.clusters.iter();
            clusters.any(|one| one.arn == arn && one.status == "creating")
        };
        let mut members = global.members.iter();
        members.any(|member| creating(&member.cluster_arn))
    }

    fn takes_followers(&self, primary: &str) -> Result<(), String> {
        let mut clusters = self.resources.clusters.iter();
        let primary = clusters.find(|one| one.arn == primary);
        match primary {
            Some(one) if one.status == "available" => Ok(()),
            Some(one) => Err(format!(
                "Source cluster {} is in state {}, not available",
                one.arn, one.status
            )),
            None => Err("Source cluster not found".into()),
        }
    }

    pub(super) fn finish_cluster(&mut self, region: &Region, id: &str) {
        let Some(at) = self.resources.cluster_at(region, id) else {
            return;
        };
        let cluster = &mut self.resources.clusters[at];
        if matches!(cluster.status.as_str(), "creating" | "modifying") {
            cluster.status = "available".into();
        }
        let (arn, now) = (cluster.arn.clone(), self.present.now as f64);
        let Some(member) = self.database.by_arn(&arn) else {
            return;
        };
        let member = &mut self.database.members[member];
        if member.seeding {
            member.seeding = false;
            member.applied_to = now;
            self.redraw_topology();
        }
    }

    pub(super) fn change_cluster(&mut self, wanted: &Wanted<'_>, id: &str) -> Result<i64, String> {
        let (properties, region) = (wanted.properties, wanted.region);
        let Some(at) = self.resources.cluster_at(region, id) else {
            return Err(format!("DBCluster {id} not found."));
        };
        let status = &self.resources.clusters[at].status;
        if status != "available" {
            return Err(format!(
                "DBCluster {id} is in state {status}, not available"
            ));
        }
        let global = text(properties, "GlobalClusterIdentifier");
        let belongs = self.resources.clusters[at].global_cluster.clone();
        match (&belongs, &global) {
            (Some(old), Some(new)) if old != new => {
                return Err(format!(
                    "DB cluster {id} is a member of {old} and cannot join {new}"
                ));
            }
            (Some(old), None) => {
                let arn = self.resources.clusters[at].arn.clone();
                let detached = self.detach(&old.clone(), &arn);
                detached.map_err(|refused| refused.to_string())?;
            }
            (None, Some(new)) => {
                return Err(format!("DB cluster {id} exists and cannot join {new}"));
            }
            _ => {}
        }
        // Asked for or not: a cluster outside of a global database does not take it (aws-facts §20.3).
        let forwards = text(properties, "EnableGlobalWriteForwarding").map(|word| word == "true");
        if forwards == Some(true) && global.is_none() {
            return Err(NO_FORWARDING.into());
        }
        let version = text(properties, "EngineVersion");
        let capacity = capacity(properties);
        let cluster = &mut self.resources.clusters[at];
        cluster.capacity = capacity;
        cluster.port = number(properties, "Port").unwrap_or(cluster.port);
        cluster.deletion_protection = flag(properties, "DeletionProtection");
        cluster.backup_days = number(properties, "BackupRetentionPeriod").unwrap_or(1);
        if let Some(version) = version {
            cluster.engine_version = version;
        }
        let requested = cluster.forwarding_requested;
        if let Some(forwards) = forwards.filter(|forwards| *forwards != requested) {
            self.set_write_forwarding(region, forwards);
        }
        Ok(self.present.within(id, (20, 60)))
    }

    pub(super) fn unmake_cluster(&mut self, region: &Region, id: &str) -> Result<i64, String> {
        let Some(at) = self.resources.cluster_at(region, id) else {
            return Ok(0);
        };
        let cluster = self.resources.clusters[at].clone();
        if cluster.deletion_protection {
            return Err(
                "Cannot delete protected Cluster, please disable deletion protection and try again."
                    .into(),
            );
        }
        if !cluster.instances.is_empty() {
            return Err(
                "Cluster cannot be deleted, it still contains DB instances in non-deleting state."
                    .into(),
            );
        }
        // CloudFormation takes a member out of its global cluster before it deletes it.
        if let Some(global) = &cluster.global_cluster {
            let detached = self.detach(global, &cluster.arn);
            detached.map_err(|refused| refused.to_string())?;
        }
        self.resources.clusters[at].status = "deleting".into();
        Ok(self.present.within(id, (60, 180)))
    }

    pub(super) fn remove_cluster(&mut self, region: &Region, id: &str) {
        if let Some(at) = self.resources.cluster_at(region, id) {
            self.resources.clusters.remove(at);
        }
    }

    /// A final snapshot of a cluster.
    pub(super) fn save_cluster(&mut self, region: &Region, id: &str) -> Option<String> {
        self.resources.cluster_at(region, id)?;
        let owner = self.resources.owners.get("AWS::RDS::DBCluster", region, id);
        let stack = owner.map_or(id, |one| one.stack.as_str());
        let stack = stack.split('/').nth(1).unwrap_or(stack);
        let logical = owner.map_or("cluster", |one| one.logical.as_str());
        let what = format!("final {id} {region} {}", self.present.now);
        let name = format!(
            "{stack:.30}-snapshot-{logical:.12}-{}",
            names::token(self.present.seed, &what, 12)
        );
        let name = name.to_ascii_lowercase();
        let taken = self.take_snapshot(region, id, &name).ok()?;
        Some(taken.id)
    }
}

impl Resources {
    pub(super) fn attributes_of_cluster(
        &self,
        region: &Region,
        id: &str,
    ) -> Vec<(&'static str, String)> {
        let Some(at) = self.cluster_at(region, id) else {
            return Vec::new();
        };
        let one = &self.clusters[at];
        vec![
            ("DBClusterArn", one.arn.clone()),
            ("DBClusterResourceId", one.resource_id.clone()),
            ("Endpoint.Address", one.endpoint.clone()),
            ("Endpoint.Port", one.port.to_string()),
            ("ReadEndpoint.Address", one.reader_endpoint.clone()),
        ]
    }

    pub(super) fn attributes_of_global(&self, id: &str) -> Vec<(&'static str, String)> {
        let Some(at) = self.global_at(id) else {
            return Vec::new();
        };
        let one = &self.global_clusters[at];
        vec![
            ("GlobalEndpoint.Address", one.endpoint.clone()),
            ("GlobalClusterResourceId", one.resource_id.clone()),
        ]
    }

    pub(super) fn cluster_at(&self, region: &Region, id: &str) -> Option<usize> {
        let mut clusters = self.clusters.iter();
        clusters.position(|one| &one.region == region && one.id == id)
    }

    pub(super) fn global_at(&self, id: &str) -> Option<usize> {
        let mut all = self.global_clusters.iter();
        all.position(|one| one.id == id)
    }
}
