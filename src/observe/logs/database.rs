//! What the clusters of the database write to `CloudWatch` Logs: only what they are told to export (aws-facts §13.7).

use super::places::Place;
use super::{LogKind, LogReader, LogsAsked, lock};
use gwctl_aws::AwsError;
use gwctl_fleet::logs::DATABASE_LOG;
use gwctl_fleet::{Account, Region, SiteSpec};

/// Of the logs that a cluster may export, those that tell its errors: Aurora PostgreSQL's own, and Aurora MySQL's.
const TELLING: [&str; 2] = ["postgresql", "error"];

impl LogReader {
    /// The groups of the cluster beside an API. It is no function's, and where no cluster is, there is none.
    pub(super) async fn database(&self, site: &SiteSpec, asked: &LogsAsked) -> Vec<Place> {
        if asked.function.is_some() || !self.spec.has_database() {
            return Vec::new();
        }
        let place = |group| Place {
            region: site.region.clone(),
            source: DATABASE_LOG.to_owned(),
            account: Account::Database,
            kind: LogKind::Database,
            group,
        };
        match self.exported(&site.region).await {
            Ok(None) => Vec::new(),
            Ok(Some(groups)) if groups.is_empty() => vec![place(Ok(None))],
            Ok(Some(groups)) => groups.into_iter().map(|one| place(Ok(Some(one)))).collect(),
            Err(error) => vec![place(Err(error))],
        }
    }

    /// The log groups that the cluster in `region` exports to; none where no cluster is there. Each Region is asked
    /// about its own, so that one that does not answer hinders no other.
    async fn exported(&self, region: &Region) -> Result<Option<Vec<String>>, AwsError> {
        if let Some(known) = lock(&self.known.database).get(region) {
            return Ok(known.clone());
        }
        let rds = self.session.rds(region);
        let topology = rds.topology(&self.spec.global_cluster).await?;
        let groups = match topology.member(region) {
            Some(member) => {
                let logs = rds.exported_logs(&member.cluster).await?;
                let telling = logs.iter().filter(|log| TELLING.contains(&log.as_str()));
                let named = telling.map(|log| format!("/aws/rds/cluster/{}/{log}", member.cluster));
                Some(named.collect())
            }
            None => None,
        };
        lock(&self.known.database).insert(region.clone(), groups.clone());
        Ok(groups)
    }
}
