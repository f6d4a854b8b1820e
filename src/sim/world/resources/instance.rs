//! `AWS::RDS::DBInstance` in a cluster. The first one is the cluster's writer; without one a cluster has no
//! head: it takes no writes, and cannot be promoted (aws-facts §2.6).

use super::super::model::{DbInstance, Resources};
use super::super::names::{self, ACCOUNT};
use super::super::rds::Rds;
use super::properties::{need, number, text};
use crate::world::resources::wanted::{Begun, Wanted};
use gwctl_fleet::Region;

impl Rds<'_> {
    pub(super) fn make_instance(&mut self, wanted: &Wanted<'_>) -> Begun {
        let (properties, region) = (wanted.properties, wanted.region);
        let id = text(properties, "DBInstanceIdentifier");
        let id = id.unwrap_or_else(|| wanted.made_up(self.present));
        let id = id.to_ascii_lowercase();
        if self.resources.instance_at(region, &id).is_some() {
            return Err(format!("DB instance {id} already exists"));
        }
        let cluster = need(properties, "DBClusterIdentifier")?;
        let class = need(properties, "DBInstanceClass")?;
        let Some(at) = self.resources.cluster_at(region, &cluster) else {
            return Err(format!("DBCluster {cluster} not found."));
        };
        let what = format!("{id} {region} {}", self.present.now);
        let resource_id = format!("db-{}", names::upper_token(self.present.seed, &what, 26));
        let cluster = &mut self.resources.clusters[at];
        if cluster.status != "available" {
            return Err(format!(
                "DBCluster {} is in state {}, not available",
                cluster.id, cluster.status
            ));
        }
        if class == "db.serverless" && cluster.capacity.is_none() {
            return Err(
                "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance."
                    .into(),
            );
        }
        let place = cluster.instances.len();
        cluster.instances.push(id.clone());
        // ID.cluster-HOST.REGION.rds.amazonaws.com: all of a Region's share the host.
        let host = cluster.endpoint.split('.').nth(1).unwrap_or_default();
        let host = host.trim_start_matches("cluster-");
        let instance = DbInstance {
            region: region.clone(),
            arn: format!("arn:aws:rds:{region}:{ACCOUNT}:db:{id}"),
            resource_id,
            cluster: cluster.id.clone(),
            class,
            status: "creating".into(),
            zone: cluster.zones.get(place % 3).cloned().unwrap_or_default(),
            writer: place == 0,
            pending_reboot: false,
            promotion_tier: number(properties, "PromotionTier").unwrap_or(1),
            engine: cluster.engine.clone(),
            engine_version: cluster.engine_version.clone(),
            endpoint: format!("{id}.{host}.{region}.rds.amazonaws.com"),
            port: cluster.port,
            created: self.present.at(),
            id: id.clone(),
        };
        self.resources.instances.push(instance);
        let takes_s = self.present.within(&what, (240, 480));
        Ok((id, takes_s))
    }

    pub(super) fn change_instance(&mut self, wanted: &Wanted<'_>, id: &str) -> Result<i64, String> {
        let at = self.resources.instance_at(wanted.region, id);
        let at = at.ok_or_else(|| format!("DBInstance {id} not found."))?;
        let one = &mut self.resources.instances[at];
        let class = need(wanted.properties, "DBInstanceClass")?;
        if one.class == class {
            return Ok(self.present.within(id, (10, 40)));
        }
        one.class = class;
        one.status = "modifying".into();
        Ok(self.present.within(id, (240, 480)))
    }

    pub(super) fn finish_instance(&mut self, region: &Region, id: &str) {
        if let Some(at) = self.resources.instance_at(region, id) {
            self.resources.instances[at].status = "available".into();
        }
        self.open_writer();
    }

    pub(super) fn unmake_instance(&mut self, region: &Region, id: &str) -> i64 {
        let takes_s = self.present.within(id, (120, 300));
        let Some(at) = self.resources.instance_at(region, id) else {
            return 0;
        };
        let one = &mut self.resources.instances[at];
        one.status = "deleting".into();
        let (cluster, was_writer) = (one.cluster.clone(), std::mem::take(&mut one.writer));
        if let Some(at) = self.resources.cluster_at(region, &cluster) {
            let cluster = &mut self.resources.clusters[at];
            cluster.instances.retain(|known| known != id);
            let next = cluster.instances.first().filter(|_| was_writer).cloned();
            let mut all = self.resources.instances.iter_mut();
            if let Some(next) =
                next.and_then(|id| all.find(|one| &one.region == region && one.id == id))
            {
                next.writer = true;
            }
        }
        self.open_writer();
        takes_s
    }

    pub(super) fn remove_instance(&mut self, region: &Region, id: &str) {
        if let Some(at) = self.resources.instance_at(region, id) {
            self.resources.instances.remove(at);
        }
    }

    /// The writer's cluster takes writes as long as it has an instance; a promotion opens it by itself.
    fn open_writer(&mut self) {
        if self.database.promotion.is_none() {
            let instances = &self.resources.instances;
            let writer = self.database.writer;
            self.database.open = self.database.instances_of(writer, instances) > 0;
        }
    }
}

impl Resources {
    pub(super) fn attributes_of_instance(
        &self,
        region: &Region,
        id: &str,
    ) -> Vec<(&'static str, String)> {
        let Some(at) = self.instance_at(region, id) else {
            return Vec::new();
        };
        let one = &self.instances[at];
        vec![
            ("DBInstanceArn", one.arn.clone()),
            ("DbiResourceId", one.resource_id.clone()),
            ("Endpoint.Address", one.endpoint.clone()),
            ("Endpoint.Port", one.port.to_string()),
        ]
    }

    fn instance_at(&self, region: &Region, id: &str) -> Option<usize> {
        let mut instances = self.instances.iter();
        instances.position(|one| &one.region == region && one.id == id)
    }
}
