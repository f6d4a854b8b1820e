//! Snapshots of clusters: the old primary's volume after a failover, and copies (aws-facts §2.7).

use jiff::SignedDuration;

use super::model::DbSnapshot;
use super::names::ACCOUNT;
use super::rds::Rds;
use super::rng::pick;
use gwctl_fleet::Region;

/// Why a snapshot is not copied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CopyRefused {
    /// `DBClusterSnapshotNotFoundFault`.
    #[error("DBClusterSnapshot {0} not found.")]
    NotFound(String),
    /// `DBClusterSnapshotAlreadyExistsFault`.
    #[error(
        "Cannot create the cluster snapshot because one with the identifier {0} already exists."
    )]
    AlreadyExists(String),
    /// `InvalidDBClusterSnapshotStateFault`.
    #[error("DBClusterSnapshot {id} is in state {status}")]
    NotAvailable {
        /// Identifier.
        id: String,
        status: String,
    },
}

fn arn(region: &Region, id: &str) -> String {
    format!("arn:aws:rds:{region}:{ACCOUNT}:cluster-snapshot:{id}")
}

impl Rds<'_> {
    /// Before the volume of the old primary is replaced, it is saved once.
    pub(super) fn save_old_volume(&mut self, member: usize) {
        if self.database.unsaved != Some(member) {
            return;
        }
        self.database.unsaved = None;
        let Some(member) = self.database.members.get(member) else {
            return;
        };
        let (region, cluster) = (member.region.clone(), member.cluster.clone());
        let created = self.present.at();
        let id = format!(
            "rds:unplanned-global-failover-{cluster}-{}",
            created.strftime("%Y-%m-%d-%H-%M")
        );
        let ready = created + self.takes(&id, 35, 60);
        self.resources.snapshots.push(DbSnapshot {
            arn: arn(&region, &id),
            id,
            engine: self.engine_of(&region, &cluster),
            region,
            cluster,
            status: "creating".into(),
            kind: "automated".into(),
            source: None,
            created,
            ready,
        });
    }

    fn engine_of(&self, region: &Region, cluster: &str) -> (String, String) {
        let mut clusters = self.resources.clusters.iter();
        let found = clusters.find(|one| &one.region == region && one.id == cluster);
        found.map_or_else(Default::default, |one| {
            (one.engine.clone(), one.engine_version.clone())
        })
    }

    /// `CopyDBClusterSnapshot` within a Region. `source` is an identifier or an ARN.
    pub fn copy_snapshot(
        &mut self,
        region: &Region,
        source: &str,
        target: &str,
    ) -> Result<DbSnapshot, CopyRefused> {
        let snapshots = &self.resources.snapshots;
        let here = || snapshots.iter().filter(|one| &one.region == region);
        let found = here().find(|one| one.id == source || one.arn == source);
        let found = found.ok_or_else(|| CopyRefused::NotFound(source.into()))?;
        if here().any(|one| one.id == target) {
            return Err(CopyRefused::AlreadyExists(target.into()));
        }
        if found.status != "available" {
            return Err(CopyRefused::NotAvailable {
                id: found.id.clone(),
                status: found.status.clone(),
            });
        }
        let created = self.present.at();
        let copy = DbSnapshot {
            id: target.into(),
            arn: arn(region, target),
            status: "copying".into(),
            kind: "manual".into(),
            source: Some(found.arn.clone()),
            created,
            ready: created + self.takes(target, 25, 50),
            ..found.clone()
        };
        self.resources.snapshots.push(copy.clone());
        Ok(copy)
    }

    /// `CreateDBClusterSnapshot` of a cluster that exists.
    pub fn take_snapshot(
        &mut self,
        region: &Region,
        cluster: &str,
        id: &str,
    ) -> Result<DbSnapshot, CopyRefused> {
        let mut here = self.resources.snapshots.iter();
        if here.any(|one| &one.region == region && one.id == id) {
            return Err(CopyRefused::AlreadyExists(id.into()));
        }
        let created = self.present.at();
        let snapshot = DbSnapshot {
            region: region.clone(),
            arn: arn(region, id),
            id: id.into(),
            cluster: cluster.into(),
            engine: self.engine_of(region, cluster),
            status: "creating".into(),
            kind: "manual".into(),
            source: None,
            created,
            ready: created + self.takes(id, 35, 60),
        };
        self.resources.snapshots.push(snapshot.clone());
        Ok(snapshot)
    }

    /// Snapshots that are complete now become available, where their Region lives.
    pub(super) fn complete_snapshots(&mut self) {
        let now = self.present.at();
        let fleet = self.fleet;
        for snapshot in self.resources.snapshots.iter_mut().filter(|one| {
            one.status != "available" && one.ready <= now && !fleet.is_dark(&one.region)
        }) {
            snapshot.status = "available".into();
        }
    }

    fn takes(&self, what: &str, shortest_s: i64, more_s: i64) -> SignedDuration {
        SignedDuration::from_secs(shortest_s + pick(self.present.seed, what, more_s))
    }
}
