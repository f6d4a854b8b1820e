//! What passes through the edge in a minute.

use crate::world::sketch::Sketch;

/// The minute being counted at the edge.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct EdgeMinute {
    pub requests: f64,
    pub refused: f64,
    /// 5xx that a Region answered.
    pub failed: f64,
    /// No answer from a Region: 504.
    pub silent: f64,
    pub router_errors: f64,
    /// Requests on which a router failed that was given to the distribution by mistake.
    pub router_broken: f64,
    pub down: f64,
    pub up: f64,
    pub origin_latency: Sketch,
}

/// Requests a second from one edge location to one Region.
#[derive(Debug, Clone, Copy)]
pub(in crate::world) struct Flow {
    pub site: usize,
    pub rate: f64,
    pub rtt_ms: f64,
}

/// Where the clients' requests went.
#[derive(Debug, Default)]
pub(in crate::world) struct Routed {
    pub flows: Vec<Flow>,
    /// Requests a second that the edge took and had nowhere to send.
    pub unrouted: f64,
    /// Requests a second whose name does not resolve any more, or whose clients refuse the edge's certificate.
    pub unresolved: f64,
    /// Requests a second on which the router failed.
    pub broken: f64,
}
