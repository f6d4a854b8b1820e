//! What was killed and comes back by itself, as on AWS: RDS starts an instance again whose process has ended, and
//! CloudFront has other machines. Lambda starts a function's environment at the next invocation (`region`). A Region
//! that went dark stays so.

use std::collections::BTreeMap;
use std::time::Duration;

use gwctl_fleet::Region;
use tokio::time::Instant;

use crate::plane::DataPlane;

/// How long what was killed stays dead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Back {
    pub database: Duration,
    pub edge: Duration,
}

/// AWS documents no times: these are the lab's, long enough to be seen in a console.
impl Default for Back {
    fn default() -> Self {
        Self {
            database: Duration::from_secs(30),
            edge: Duration::from_secs(10),
        }
    }
}

/// Since when what is dead is.
#[derive(Debug, Default)]
pub(crate) struct Mending {
    databases: BTreeMap<Region, Instant>,
    edges: BTreeMap<String, Instant>,
}

impl Mending {
    /// Looks what is dead, and brings back what has been for long enough.
    pub async fn look(&mut self, plane: &DataPlane) {
        for region in plane.sites.keys() {
            let dead = !plane.databases.is_dark(region) && !plane.databases.is_alive(region).await;
            if is_due(&mut self.databases, region, dead, plane.back.database)
                && let Err(error) = plane.databases.revive(region).await
            {
                tracing::warn!(%region, %error, "the lab cannot start a database again");
            }
        }
        for edge in plane.edges.lock().await.iter_mut() {
            let (name, dead) = (edge.name().to_owned(), !edge.is_running());
            if is_due(&mut self.edges, &name, dead, plane.back.edge)
                && let Err(error) = edge.restart().await
            {
                tracing::warn!(%error, "the lab cannot start an edge again");
            }
        }
    }
}

/// Whether `what` has been dead for long enough; then its time begins anew.
fn is_due<K: Ord + Clone>(
    since: &mut BTreeMap<K, Instant>,
    what: &K,
    dead: bool,
    after: Duration,
) -> bool {
    if !dead {
        since.remove(what);
        return false;
    }
    let due = since
        .entry(what.clone())
        .or_insert_with(Instant::now)
        .elapsed()
        >= after;
    if due {
        since.remove(what);
    }
    due
}
