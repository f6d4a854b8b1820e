//! What a picture keeps of who serves how much.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Clients' requests of every Region in one minute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Shares {
    /// The end of the minute.
    pub(super) at: Timestamp,
    /// In the order of the sites.
    pub(super) clients: Vec<f64>,
}
