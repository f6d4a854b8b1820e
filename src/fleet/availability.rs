//! What a status of RDS says of whether the cluster or the instance serves.

use serde::{Deserialize, Serialize};

/// Whether a cluster or an instance serves, by AWS's word for its status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Availability {
    Serves,
    /// AWS works on it; it serves meanwhile, perhaps with a short interruption.
    Busy,
    /// A word that this build does not know: no proof of anything, and so no outage.
    Unknown,
    /// It does not serve.
    Out,
}

impl Availability {
    /// By the words of "DB cluster status" (aws-facts §2.4) and "DB instance status" of the RDS user guide.
    pub fn of(status: &str) -> Self {
        match status {
            "available"
            | "backing-up"
            | "storage-optimization"
            | "storage-config-upgrade"
            | "storage-initialization"
            | "configuring-enhanced-monitoring"
            | "configuring-iam-database-auth"
            | "update-iam-db-auth"
            | "configuring-log-exports" => Self::Serves,
            "modifying"
            | "maintenance"
            | "upgrading"
            | "renaming"
            | "resetting-master-credentials"
            | "resetting-master-creds"
            | "resetting-master-password"
            | "resetting master credentials"
            | "backtracking"
            | "promoting"
            | "preparing-data-migration"
            | "failing-over"
            | "delete-precheck"
            | "moving-to-vpc"
            | "converting-to-vpc"
            | "storage-full" => Self::Busy,
            "creating"
            | "deleting"
            | "starting"
            | "stopping"
            | "stopped"
            | "rebooting"
            | "migrating"
            | "failed"
            | "insufficient-capacity"
            | "restore-error" => Self::Out,
            other => {
                let out = other.starts_with("inaccessible")
                    || other.starts_with("incompatible")
                    || other.ends_with("failed");
                if out { Self::Out } else { Self::Unknown }
            }
        }
    }

    /// Whether it serves, as far as AWS's word tells: true of what is being worked on too.
    pub const fn serves(self) -> bool {
        matches!(self, Self::Serves | Self::Busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_that_say_so_mean_an_outage() {
        for (status, expected) in [
            ("available", Availability::Serves),
            ("backing-up", Availability::Serves),
            ("modifying", Availability::Busy),
            ("maintenance", Availability::Busy),
            ("some-new-status", Availability::Unknown),
            ("", Availability::Unknown),
            ("rebooting", Availability::Out),
            (
                "inaccessible-encryption-credentials-recoverable",
                Availability::Out,
            ),
            ("incompatible-parameters", Availability::Out),
            ("upgrade_failed", Availability::Out),
        ] {
            assert_eq!(Availability::of(status), expected, "{status}");
        }
        assert!(Availability::Busy.serves() && !Availability::Unknown.serves());
    }
}
