//! CloudFormation's stacks as they are seen while they are built, changed and deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The tag that says which fleet a stack belongs to.
pub const FLEET_TAG: &str = "gwctl:fleet";
/// The tag that says which of the fleet's stacks it is: `global`, `region`, `switch`, `edge`.
pub const ROLE_TAG: &str = "gwctl:role";

/// A stack with what it was given and what it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackDescription {
    pub name: String,
    /// Its ARN, which AWS calls the stack id. Another stack of the same name has another.
    pub id: String,
    /// `CREATE_COMPLETE`, `UPDATE_ROLLBACK_FAILED` …
    pub status: String,
    /// Why, when there is something to say.
    pub reason: Option<String>,
    pub parameters: BTreeMap<String, String>,
    pub outputs: BTreeMap<String, String>,
    pub tags: BTreeMap<String, String>,
    /// ARN of the service role that CloudFormation works on it with; the caller's own rights without it.
    pub service_role: Option<String>,
    /// Whether it refuses to be deleted.
    pub protected: bool,
    /// Last change.
    pub changed: Option<Timestamp>,
}

/// What a `StackStatus` means for whoever waits (aws-facts §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Course {
    /// As it was asked for.
    Good,
    /// Rolled back to what was before; after a creation only deletion is left.
    RolledBack,
    /// It stopped half way.
    Stuck,
    /// It is gone.
    Gone,
    /// Something is being made, changed or deleted.
    Moving,
    /// Nothing but a change set.
    Waiting,
    /// A word that is not known: neither good nor bad.
    Unknown,
}

impl Course {
    /// By CloudFormation's word.
    pub fn of(status: &str) -> Self {
        match status {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Self::Good,
            "ROLLBACK_COMPLETE" | "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => {
                Self::RolledBack
            }
            "DELETE_COMPLETE" => Self::Gone,
            "REVIEW_IN_PROGRESS" => Self::Waiting,
            failed if failed.ends_with("_FAILED") => Self::Stuck,
            // A clean-up counts: what is to go is there until it is over, and nothing else may begin.
            moving if moving.ends_with("_IN_PROGRESS") => Self::Moving,
            _ => Self::Unknown,
        }
    }
}

/// One line of a stack's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackEvent {
    /// CloudFormation's own number of it.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The resource's name in the template; the stack's own name for the stack itself.
    pub logical: String,
    /// Its name in AWS, once there is one.
    pub physical: Option<String>,
    /// `AWS::RDS::DBCluster`.
    pub kind: String,
    /// `CREATE_IN_PROGRESS` …
    pub status: String,
    /// Why.
    pub reason: Option<String>,
}

impl StackEvent {
    /// Whether it is about the stack itself, and not about one of its resources.
    pub fn is_of_the_stack(&self) -> bool {
        self.kind == "AWS::CloudFormation::Stack"
    }

    /// Whether it says only that a creation has begun, which was said before.
    pub fn is_echo(&self) -> bool {
        let begun = |why: &str| why.eq_ignore_ascii_case("Resource creation Initiated");
        self.status.ends_with("_IN_PROGRESS") && self.reason.as_deref().is_some_and(begun)
    }

    /// Whether it is a failure of its own, and not one that another failure caused.
    pub fn is_cause(&self) -> bool {
        let cancelled = |why: &str| {
            let why = why.to_ascii_lowercase();
            why.contains("cancelled") || why.starts_with("the following resource(s) failed")
        };
        self.status.ends_with("_FAILED") && !self.reason.as_deref().is_some_and(cancelled)
    }
}

/// What a change set would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    pub name: String,
    /// `CREATE_COMPLETE`, `FAILED` …
    pub status: String,
    /// `AVAILABLE`, `EXECUTE_COMPLETE`, `OBSOLETE` …
    pub execution: String,
    /// Why, when there is something to say.
    pub reason: Option<String>,
    /// One a resource.
    pub changes: Vec<ResourceChange>,
}

impl ChangeSet {
    /// Whether it failed because there is nothing to change.
    pub fn is_empty(&self) -> bool {
        let nothing = |why: &str| {
            why.contains("didn't contain changes") || why.contains("No updates are to be performed")
        };
        self.status == "FAILED" && self.reason.as_deref().is_some_and(nothing)
    }
}

/// What becomes of one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceChange {
    /// `Add`, `Modify`, `Remove`, `Import`, `Dynamic` …
    pub action: String,
    /// Its name in the template.
    pub logical: String,
    /// `AWS::RDS::DBCluster`.
    pub kind: String,
    /// `True`, `False`, `Conditional`; empty where the question does not arise.
    pub replacement: String,
    /// The properties whose change replaces the resource, always or under a condition.
    pub recreating: Vec<String>,
    /// What becomes of a resource that goes: `Delete`, `Retain`, `Snapshot`; none where AWS does not say.
    pub policy: Option<String>,
}

/// A resource that is not as its stack left it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drifted {
    /// Its name in the template.
    pub logical: String,
    /// Its name in AWS.
    pub physical: String,
    /// `AWS::Route53::HealthCheck`.
    pub kind: String,
    /// `MODIFIED` or `DELETED`.
    pub status: String,
    /// Which properties, where it is modified.
    pub differences: Vec<PropertyDifference>,
}

/// A property that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyDifference {
    /// JSON pointer: `/HealthCheckConfig/Inverted`.
    pub path: String,
    /// By the template.
    pub expected: String,
    /// As it is.
    pub actual: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_is_not_known_is_neither_good_nor_bad() {
        assert_eq!(Course::of("UPDATE_COMPLETE"), Course::Good);
        let cleaning = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS";
        assert_eq!(Course::of(cleaning), Course::Moving);
        assert_eq!(Course::of("ROLLBACK_FAILED"), Course::Stuck);
        assert_eq!(Course::of("DELETE_IN_PROGRESS"), Course::Moving);
        assert_eq!(Course::of("REVIEW_IN_PROGRESS"), Course::Waiting);
        assert_eq!(Course::of("ROLLBACK_COMPLETE"), Course::RolledBack);
        assert_eq!(Course::of("SOMETHING_NEW"), Course::Unknown);
    }

    #[test]
    fn a_cancelled_creation_is_no_cause() {
        let event = |status: &str, reason: &str| StackEvent {
            id: "1".into(),
            at: Timestamp::UNIX_EPOCH,
            logical: "Cluster".into(),
            physical: None,
            kind: "AWS::RDS::DBCluster".into(),
            status: status.into(),
            reason: Some(reason.into()),
        };
        assert!(event("CREATE_FAILED", "the subnet group has one zone").is_cause());
        assert!(!event("CREATE_FAILED", "Resource creation cancelled").is_cause());
        assert!(!event("CREATE_COMPLETE", "").is_cause());
    }
}
