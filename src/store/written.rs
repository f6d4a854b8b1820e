//! Writes whose reply may be lost: what stands there tells whether they were made.

use std::time::Duration;

use crate::replicas::Replicas;
use gwctl_aws::{AwsError, Item, Only, Written, is_write_conflict};

/// How often a write is sent whose outcome is not known.
const ATTEMPTS: u32 = 4;
/// The longest pause before the next attempt: two writers that met do not meet again.
const PAUSE_MS: u64 = 120;

/// What became of a write.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It stands there.
    Ours,
    /// Something else does; none where nothing does.
    Theirs(Option<Item>),
}

impl Replicas {
    /// Writes `item`, which differs from every other that was ever written there, where `only` holds. An attempt whose
    /// reply was lost makes the next one fail its condition: the item that stands there is compared before that counts
    /// (aws-facts §16.2).
    pub(crate) async fn put(&self, item: &Item, only: Only<'_>) -> Result<Outcome, AwsError> {
        let mut attempt = 1;
        loop {
            let put = |table: gwctl_aws::Table| async move { table.put(item, only).await };
            match self.ask(put).await {
                Ok(Written::Made) => return Ok(Outcome::Ours),
                Ok(Written::Refused(Some(there))) if there == *item => return Ok(Outcome::Ours),
                Ok(Written::Refused(there)) => return Ok(Outcome::Theirs(there)),
                Err(error)
                    if attempt < ATTEMPTS
                        && (is_write_conflict(&error) || error.outcome_unknown()) =>
                {
                    attempt += 1;
                    let pause = fastrand::u64(PAUSE_MS / 4..PAUSE_MS);
                    tokio::time::sleep(Duration::from_millis(pause)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
