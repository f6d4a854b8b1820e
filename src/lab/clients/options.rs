//! How much of what the clients send.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

/// Of one load.
#[derive(Debug, Clone)]
pub struct Options {
    /// The edges of the clients' continents, which take turns.
    pub through: Vec<Through>,
    /// The one name all clients use.
    pub domain: String,
    /// Whom they trust, as PEM.
    pub authority: String,
    /// The one token all clients send.
    pub bearer: String,
    /// Requests a second, all continents together.
    pub rate: f64,
    /// The share of them that are orders; the others read.
    pub writes: f64,
    /// What an order says.
    pub order: Value,
    /// How long a client waits for an answer.
    pub timeout: Duration,
    /// How often it tries: the first time included.
    pub tries: u32,
    /// The most the first pause between two tries lasts; each following one may last twice as long, up to 5 s.
    pub pause: Duration,
    /// Connections of a continent; who finds none free waits for one.
    pub connections: usize,
    /// Where the ledger is written, a line a request.
    pub file: PathBuf,
    /// Of the mix.
    pub seed: u64,
}

/// The edge of a continent.
#[derive(Debug, Clone)]
pub struct Through {
    /// For people.
    pub continent: String,
    /// By TLS.
    pub edge: SocketAddr,
}
