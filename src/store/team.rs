//! The team's table.

use std::sync::Arc;
use std::time::Duration;

use crate::SharedLease;
use crate::lease::{LEASES, TELLING};
use crate::replicas::Replicas;
use gwctl_aws::{AwsError, Consistency, Session};
use gwctl_fleet::{Clock, FleetSpec, Region, SharedSpec};

/// How long a lease lasts without a sign of its holder, in fleet time.
pub(crate) const TTL: Duration = Duration::from_secs(30);

/// The table that a team shares. Cheap to clone.
#[derive(Clone)]
pub struct Team {
    pub(crate) replicas: Replicas,
    /// Whose time it is.
    pub clock: Arc<dyn Clock>,
    name: Arc<str>,
    /// The partition of the leases that are meant: of acting, or of telling.
    pub(crate) partition: &'static str,
}

/// Why a table cannot hold a lease.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Conditions are judged against one Region's copy.
    #[error(
        "the table {0} is an eventually consistent global table: two engineers in two Regions could both take the lease, \
         and neither would be told. Use a table with strong consistency, or one in a single Region"
    )]
    Eventual(String),
    /// The table of that name in another Region is another table.
    #[error(
        "the table {0} is in {1} alone, and the configuration names other Regions as well: a table there is another one, and \
         two engineers could both take the lease. Name {1} alone, or use a table with strong consistency"
    )]
    Several(String, Region),
    /// It has no copy there.
    #[error(
        "the table {0} has no copy in {1}, which the configuration names: a table there is another one, and two engineers \
         could both take the lease. Name only the Regions that have a copy"
    )]
    NoCopy(String, Region),
    /// Its keys are others.
    #[error("the table {0} needs the string `pk` as partition key and the string `sk` as sort key")]
    Keys(String),
}

impl Team {
    /// The table that `spec` names, reached with the session's own credentials.
    pub fn new(session: &Session, spec: &SharedSpec, clock: Arc<dyn Clock>) -> Self {
        let tables = spec.regions.iter();
        let tables = tables.map(|region| session.table(&spec.table, region));
        Self {
            replicas: Replicas::new(tables.collect()),
            clock,
            name: spec.table.as_str().into(),
            partition: LEASES,
        }
    }

    /// The same table for the lease of telling people what happens to a fleet: another one than that of acting on it.
    #[must_use]
    pub fn for_telling(&self) -> Self {
        Self {
            partition: TELLING,
            ..self.clone()
        }
    }

    /// The table that the team of `fleet` shares; none where each machine keeps its own files.
    pub fn of(session: &Session, fleet: &FleetSpec, clock: Arc<dyn Clock>) -> Option<Self> {
        let spec = fleet.shared.as_ref()?;
        Some(Self::new(session, spec, clock))
    }

    /// The table's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The Regions that are asked, in the order of the configuration.
    pub fn regions(&self) -> impl Iterator<Item = &Region> {
        self.replicas.regions()
    }

    /// Whether the table can hold a lease; and where all of it is in one Region, which: the lease shares its fate.
    pub async fn fitness(&self) -> Result<Result<Option<Region>, Unfit>, AwsError> {
        let described = self
            .replicas
            .ask(|table| async move { Ok((table.region().clone(), table.describe().await?)) });
        let (region, told) = described.await?;
        let name = self.name.to_string();
        let mut named = self.regions().filter(|named| **named != region);
        Ok(match told.consistency {
            _ if !told.keys => Err(Unfit::Keys(name)),
            Consistency::Eventual => Err(Unfit::Eventual(name)),
            Consistency::Strong => match named.find(|named| !told.replicas.contains(named)) {
                None => Ok(None),
                Some(without) => Err(Unfit::NoCopy(name, without.clone())),
            },
            Consistency::OneRegion if named.next().is_some() => Err(Unfit::Several(name, region)),
            Consistency::OneRegion => Ok(Some(region)),
        })
    }

    /// All leases, those that were given back as well.
    pub async fn leases(&self) -> Result<Vec<SharedLease>, AwsError> {
        let partition = self.partition;
        let query = |table: gwctl_aws::Table| async move { table.query(partition, "").await };
        let items = self.replicas.ask(query).await?;
        Ok(items.iter().filter_map(SharedLease::read).collect())
    }

    /// Waits for fleet time to pass.
    pub(crate) async fn sleep(&self, fleet_time: Duration) {
        tokio::time::sleep(self.clock.wall(fleet_time)).await;
    }
}
