//! What an edge is told.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use super::origin::Origin;
use crate::authority::Identity;
use crate::sigv4::Credentials;

/// Of one edge.
#[derive(Clone)]
pub struct Options {
    /// The program.
    pub node: PathBuf,
    /// The lab's folder.
    pub folder: PathBuf,
    /// Names the edge's own folder in it, `edge-NAME`, with its scripts and its log.
    pub name: String,
    /// For the domain that clients use.
    pub identity: Identity,
    /// Whom the edge trusts, as PEM.
    pub authority: String,
    /// The continent's.
    pub resolver: SocketAddr,
    /// The continent's clients, as the Regions see them.
    pub client: IpAddr,
    /// The round trip between clients and edge.
    pub client_rtt: Duration,
    /// The distribution's origin, router settings included.
    pub origin: Origin,
    /// The Regions by the name of their endpoint.
    pub routes: BTreeMap<String, Route>,
    /// The router's, to sign with.
    pub credentials: Option<Credentials>,
    /// How often a connection is tried (aws-facts §4: 1 to 3).
    pub connect_attempts: u32,
    /// How long each try lasts (aws-facts §4: 1 to 10 s).
    pub connect_timeout: Duration,
    /// How long an answer of a Region is waited for (aws-facts §4: 1 to 120 s).
    pub response_timeout: Duration,
}

/// Where a Region's endpoint is on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Region code.
    pub region: String,
    /// Its gateway, by TLS.
    pub address: SocketAddr,
    /// The round trip between edge and Region.
    pub rtt: Duration,
}
