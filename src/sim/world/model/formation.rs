//! What CloudFormation keeps of a stack: template, resources, events, change sets, drift.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::Tag;
use crate::world::formation::Operation;
use gwctl_stacks::Parameters;

/// What is known of a stack beyond what every stack shows.
#[derive(Debug, Clone, Default)]
pub struct Formed {
    /// It was there when the world began, without a template: its resources are read off the world.
    pub founded: bool,
    /// As it was submitted.
    pub template: Option<String>,
    /// What its creator acknowledged.
    pub capabilities: Vec<String>,
    /// The service role.
    pub role: Option<String>,
    /// Termination protection.
    pub protected: bool,
    /// Failures leave what was made where it is.
    pub keeps_failures: bool,
    /// When it was deleted.
    pub deleted: Option<Timestamp>,
    /// In the order they were begun.
    pub resources: Vec<StackResource>,
    /// Oldest first.
    pub events: Vec<StackEvent>,
    /// Oldest first.
    pub change_sets: Vec<ChangeSet>,
    /// The change set that was executed last.
    pub change_set: Option<String>,
    /// Oldest first.
    pub detections: Vec<DriftDetection>,
    /// Tokens of requests that were heard, with the operation.
    pub tokens: BTreeSet<(String, String)>,
    /// What is under way.
    pub(crate) operation: Option<Operation>,
    /// A rollback that failed and may be continued.
    pub(crate) suspended: Option<Operation>,
}

/// A resource of a stack.
#[derive(Debug, Clone, PartialEq)]
pub struct StackResource {
    /// Its name in the template.
    pub logical: String,
    /// `AWS::RDS::DBCluster`.
    pub kind: String,
    /// What `Ref` gives; none before there is one.
    pub physical: Option<String>,
    /// `CREATE_COMPLETE` …
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// When the status last changed.
    pub at: Timestamp,
    /// Functions resolved.
    pub properties: Value,
    /// What `Fn::GetAtt` gives.
    pub attributes: BTreeMap<String, String>,
    /// `Delete`, `Retain`, `RetainExceptOnCreate`, `Snapshot`.
    pub deletion_policy: String,
    /// What becomes of it when another takes its place.
    pub replace_policy: String,
    /// Logical ids it depends on.
    pub needs: BTreeSet<String>,
    /// What the last detection found.
    pub drift: Option<ResourceDrift>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct StackEvent {
    /// Unique.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The resource, or the stack's own name.
    pub logical: String,
    /// Its id; none before there is one.
    pub physical: Option<String>,
    /// `AWS::CloudFormation::Stack` for the stack itself.
    pub kind: String,
    /// `CREATE_IN_PROGRESS` …
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// The resource's properties, as JSON.
    pub properties: Option<String>,
    /// The token of the request that caused it.
    pub token: Option<String>,
}

/// A change set. CloudFormation takes some seconds to work it out.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    pub name: String,
    /// ARN, which AWS calls its id.
    pub arn: String,
    /// Whether the stack is made by it.
    pub creates: bool,
    /// When it was asked for.
    pub created: Timestamp,
    pub description: Option<String>,
    /// The caller's token.
    pub token: Option<String>,
    /// What the stack is to become.
    pub target: Target,
    /// What becomes of the resources; an error is why there is nothing to do.
    pub changes: Result<Vec<Change>, String>,
    /// `AVAILABLE`, `EXECUTE_IN_PROGRESS`, `EXECUTE_COMPLETE`, `EXECUTE_FAILED`, `OBSOLETE`.
    pub execution: String,
    /// `ROLLBACK`, `DO_NOTHING` or `DELETE`.
    pub on_failure: OnFailure,
}

/// Seconds until a change set is being worked out, and until it is.
const BEGUN: SignedDuration = SignedDuration::from_secs(1);
const WORKED_OUT: SignedDuration = SignedDuration::from_secs(4);

impl ChangeSet {
    /// `CREATE_PENDING`, `CREATE_IN_PROGRESS`, `CREATE_COMPLETE` or `FAILED`.
    pub fn status(&self, now: Timestamp) -> &'static str {
        let age = now.duration_since(self.created);
        if age < BEGUN {
            "CREATE_PENDING"
        } else if age < WORKED_OUT {
            "CREATE_IN_PROGRESS"
        } else if self.changes.is_ok() {
            "CREATE_COMPLETE"
        } else {
            "FAILED"
        }
    }

    /// `UNAVAILABLE` until it is worked out.
    pub fn execution_status(&self, now: Timestamp) -> &str {
        if self.status(now) == "CREATE_COMPLETE" {
            &self.execution
        } else {
            "UNAVAILABLE"
        }
    }

    /// Why it failed, once it has.
    pub fn reason(&self, now: Timestamp) -> Option<&str> {
        let failed = self.status(now) == "FAILED";
        self.changes
            .as_ref()
            .err()
            .filter(|_| failed)
            .map(String::as_str)
    }

    /// The changes, once they are known.
    pub fn known_changes(&self, now: Timestamp) -> &[Change] {
        match &self.changes {
            Ok(changes) if self.status(now) == "CREATE_COMPLETE" => changes,
            _ => &[],
        }
    }
}

/// What a stack is to become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The template's text.
    pub template: String,
    /// Every parameter the template declares.
    pub parameters: Parameters,
    /// The stack's tags.
    pub tags: Vec<Tag>,
    /// What the caller acknowledges.
    pub capabilities: Vec<String>,
    /// The service role.
    pub role: Option<String>,
}

/// What happens when a resource cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnFailure {
    /// The stack becomes what it was.
    #[default]
    Rollback,
    /// What was made stays.
    DoNothing,
    /// The stack goes.
    Delete,
}

impl OnFailure {
    /// As AWS writes it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Rollback => "ROLLBACK",
            Self::DoNothing => "DO_NOTHING",
            Self::Delete => "DELETE",
        }
    }
}

/// What becomes of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// `Add`, `Modify`, `Remove`.
    pub action: &'static str,
    /// Its name in the template.
    pub logical: String,
    /// Its id, when there is one.
    pub physical: Option<String>,
    /// Its type.
    pub kind: String,
    /// `True`, `False` or `Conditional`, of a modification.
    pub replacement: Option<&'static str>,
    /// What becomes of what goes: `Delete`, `Retain`, `ReplaceAndDelete` …
    pub policy: Option<String>,
    /// What is modified.
    pub details: Vec<ChangeDetail>,
}

/// A property that is modified.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeDetail {
    pub name: String,
    /// `Never`, `Conditionally`, `Always`.
    pub recreation: &'static str,
    /// What it is.
    pub before: Option<String>,
    /// What it will be.
    pub after: Option<String>,
}

#[derive(Debug, Clone)]
pub struct DriftDetection {
    pub id: String,
    /// When it began.
    pub begun: Timestamp,
    /// When it is done.
    pub done: Timestamp,
    /// What it found, once it is done: the stack's drift and how many resources drifted.
    pub found: Option<(String, usize)>,
}

/// How a resource differs from what its template says.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceDrift {
    /// `IN_SYNC`, `MODIFIED`, `DELETED`.
    pub status: &'static str,
    /// When that was looked at.
    pub at: Timestamp,
    /// What it is; none when it is gone.
    pub actual: Option<Value>,
    /// Where they differ.
    pub differences: Vec<PropertyDifference>,
}

/// One property that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyDifference {
    /// `/HealthCheckConfig/Inverted`.
    pub path: String,
    /// By the template.
    pub expected: String,
    /// In the world.
    pub actual: String,
    /// `ADD`, `REMOVE`, `NOT_EQUAL`.
    pub kind: &'static str,
}
