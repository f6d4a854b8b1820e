//! What is done with the table that a team shares (aws-facts §16.4).

use serde_json::{Value, json};

use super::{Known, Purpose, Statement};
use gwctl_fleet::FleetSpec;

/// What every run and every list of runs calls on the table that the team shares.
pub const ON_THE_SHARED_TABLE: [&str; 3] = [
    "dynamodb:DescribeTable",
    "dynamodb:PutItem",
    "dynamodb:Query",
];

/// The partitions that a run writes to where others must approve it: all but the approvals themselves.
const WRITTEN_BY_RUNS: [&str; 8] = [
    "lease",
    "runs",
    "run#*",
    "approvals",
    "handover#*",
    "note#*",
    "telling",
    "told",
];

/// What somebody does with the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// Has the lease, and writes journals.
    Run,
    /// Reads, and writes approvals alone.
    Approve,
    /// Reads, notes on runs, has the lease of telling, and writes what was told.
    Watch,
}

impl From<Purpose> for Table {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Approve => Self::Approve,
            Purpose::Watch => Self::Watch,
            _ => Self::Run,
        }
    }
}

impl Table {
    /// What allows it; nothing where each machine keeps its own files.
    pub(super) fn statements(self, spec: &FleetSpec, known: &Known) -> Vec<Statement> {
        let Some(shared) = &spec.shared else {
            return Vec::new();
        };
        let partition = known.partition.as_deref().unwrap_or("*");
        let account = known.account.as_deref().unwrap_or("*");
        let resource = format!(
            "arn:{partition}:dynamodb:*:{account}:table/{}",
            shared.table
        );
        let allow = |sid: &str, actions: &[&str], condition: Option<Value>| Statement {
            sid: sid.into(),
            effect: "Allow",
            action: actions.iter().map(ToString::to_string).collect(),
            resource: vec![resource.clone()],
            condition,
        };
        let read = || allow("ReadSharedTable", &["dynamodb:Query"], None);
        match self {
            // Whoever asks must not be able to write the approvals.
            Self::Run if !spec.rules.approvals.is_empty() => {
                let keys = json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": WRITTEN_BY_RUNS } });
                let [describe, put, query] = ON_THE_SHARED_TABLE;
                vec![
                    allow("ReadSharedTable", &[describe, query], None),
                    allow("SharedTable", &[put], Some(keys)),
                ]
            }
            Self::Run => vec![allow("SharedTable", &ON_THE_SHARED_TABLE, None)],
            Self::Watch => {
                let keys = json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["note#*", "telling", "told"] } });
                let describe = allow("SharedTable", &["dynamodb:DescribeTable"], None);
                let write = allow("Tell", &["dynamodb:PutItem"], Some(keys));
                vec![read(), describe, write]
            }
            Self::Approve => {
                let keys = json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["approval#*"] } });
                let write = allow("Approve", &["dynamodb:PutItem"], Some(keys));
                vec![read(), write]
            }
        }
    }
}
