//! gwctl's own DNS + TCP + TLS + HTTP timings.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;

use crate::network_error::NetworkError;
use gwctl_fleet::ProbeReport;

/// A name resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// CNAME targets (without the final dot), or addresses where there is none.
    pub values: Vec<String>,
    /// Seconds the answer may be kept.
    pub ttl_s: u32,
    /// Who said so.
    pub by: Answerer,
}

/// Who answered a question for a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answerer {
    /// The zone's own servers, over UDP.
    Servers,
    /// The zone's own servers, over TCP: UDP did not get through.
    ServersByTcp,
    /// The system's resolver, which may keep what it has for the answer's lifetime.
    Resolver,
}

/// Why a probe has nothing to report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoProbe {
    /// The endpoint did not answer, as seen from here.
    #[error(transparent)]
    Unanswered(#[from] NetworkError),
    /// What stands between this machine and the endpoint says so, such as a proxy that refuses: nothing is
    /// known of the endpoint.
    #[error(transparent)]
    Untold(NetworkError),
    /// This machine's resolver gives no address for the endpoint's name.
    #[error(transparent)]
    Unresolved(NetworkError),
}

impl NoProbe {
    /// What went wrong, wherever it did.
    pub(super) fn cause(self) -> NetworkError {
        match self {
            Self::Unanswered(why) | Self::Untold(why) | Self::Unresolved(why) => why,
        }
    }
}

/// Looks at public endpoints from where the operator sits. The real one uses the network; the demo
/// hands in one that asks the simulated world.
pub trait Prober: Send + Sync {
    /// GETs `url` once, on a fresh connection.
    fn probe(
        &self,
        url: String,
    ) -> Pin<Box<dyn Future<Output = Result<ProbeReport, NoProbe>> + Send>>;

    /// What the authoritative servers of the zone answer for the record `kind` (`CNAME`, `A`, `AAAA`)
    /// of `name` to a client in the network of `vantage`: the data plane alone, asked past every cache.
    fn answer(
        &self,
        name: String,
        kind: String,
        vantage: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>>;

    /// Resolves `name` (CNAME first).
    fn resolve(
        &self,
        name: String,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>>;
}
