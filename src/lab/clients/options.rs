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
    /// How long it takes until there are so many a second, from none: what starts cold is not overrun.
    pub ramp: Duration,
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

impl Options {
    /// When the `number`-th request is to be sent, from the start.
    pub(super) fn due(&self, number: u32) -> Duration {
        let (number, ramp) = (f64::from(number), self.ramp.as_secs_f64());
        let by_ramps_end = self.rate * ramp / 2.0;
        let seconds = if number < by_ramps_end {
            (2.0 * number * ramp / self.rate).sqrt()
        } else {
            ramp / 2.0 + number / self.rate
        };
        Duration::from_secs_f64(seconds)
    }
}

/// The edge of a continent.
#[derive(Debug, Clone)]
pub struct Through {
    /// For people.
    pub continent: String,
    /// By TLS.
    pub edge: SocketAddr,
}
