//! Who drives a run from another machine, as the team's table last told: a file beside the journal.

use std::io::Write as _;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::folder::Folder;
use crate::LeaseHolder;
use gwctl_store::SharedLease;

/// What was seen of a lease of the team's, on this machine's clock.
#[derive(Debug, Serialize, Deserialize)]
struct Seen {
    holder: LeaseHolder,
    /// Another one whenever its holder gives a sign.
    sign: String,
    /// When this sign was first seen.
    since: Timestamp,
    /// How long the lease lasts without another one.
    lasts_s: i64,
}

impl Folder {
    /// Writes down what the table tells of a lease.
    pub(super) fn note_holder(&self, lease: &SharedLease) -> std::io::Result<()> {
        let Some(holder) = lease.holder.clone() else {
            return Ok(());
        };
        let path = self.elsewhere(&holder.run);
        if lease.free {
            return match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            };
        }
        let known = self.seen(&holder.run);
        if known.is_some_and(|known| known.sign == lease.sign()) {
            return Ok(());
        }
        let seen = Seen {
            holder,
            sign: lease.sign().to_owned(),
            since: Timestamp::now(),
            lasts_s: i64::try_from(lease.ttl.as_secs()).unwrap_or(i64::MAX),
        };
        let mut file = super::private()
            .create(true)
            .write(true)
            .truncate(true)
            .open(path)?;
        file.write_all(&serde_json::to_vec(&seen)?)
    }

    /// Who drives the run `id` from another machine, as long as that machine gave a sign a moment ago.
    pub(super) fn holder_elsewhere(&self, id: &str) -> Option<LeaseHolder> {
        let seen = self.seen(id)?;
        let age = Timestamp::now().duration_since(seen.since);
        (age <= SignedDuration::from_secs(seen.lasts_s)).then_some(seen.holder)
    }

    fn seen(&self, id: &str) -> Option<Seen> {
        let text = gwctl_files::read(&self.elsewhere(id)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn elsewhere(&self, id: &str) -> PathBuf {
        self.journal(id).with_extension("elsewhere")
    }
}
