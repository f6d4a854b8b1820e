//! RDS Proxies: what stands between functions and a cluster.

use serde::{Deserialize, Serialize};

/// An RDS Proxy in front of one cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbProxy {
    pub name: String,
    /// `available`, `creating` … as AWS spells it.
    pub status: String,
    /// Its read/write endpoint.
    pub endpoint: Option<String>,
    /// The identifier of the cluster that it follows.
    pub cluster: String,
    /// The cluster's instances, as the proxy sees them.
    pub targets: Vec<ProxyTarget>,
}

/// An instance behind a proxy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProxyTarget {
    pub instance: String,
    /// `READ_WRITE`, `READ_ONLY`, `UNKNOWN`; none where AWS does not say.
    pub role: Option<String>,
    /// `AVAILABLE`, `UNAVAILABLE`, `REGISTERING`, `UNUSED`; none where AWS does not say.
    pub state: Option<String>,
    /// Why it is not available, in AWS's words.
    pub reason: Option<String>,
}

impl DbProxy {
    /// The targets that AWS says it cannot reach.
    pub fn unavailable(&self) -> impl Iterator<Item = &ProxyTarget> {
        let unavailable = |target: &&ProxyTarget| target.state.as_deref() == Some("UNAVAILABLE");
        self.targets.iter().filter(unavailable)
    }
}
