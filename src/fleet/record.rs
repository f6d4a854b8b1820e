//! Routing records whole, as a plan holds them before and after a change.

use serde::{Deserialize, Serialize};

use super::Routing;

/// A record set as Route 53 stores it: enough to put it back exactly as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSet {
    /// Its name without the final dot, `*` for a wildcard.
    pub name: String,
    /// `CNAME`, `A` …
    pub kind: String,
    /// Required wherever there is a routing policy; none on simple records.
    pub set_identifier: Option<String>,
    #[serde(flatten)]
    pub routing: Routing,
    /// Seconds; none for an alias.
    pub ttl: Option<i64>,
    /// What it answers, letter by letter as stored; empty for an alias.
    pub values: Vec<String>,
    /// What it stands in for, where it is an alias.
    pub alias: Option<AliasTarget>,
    pub health_check: Option<String>,
}

/// What an alias record stands in for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasTarget {
    /// Hosted zone of the target; for an API or a distribution that of the service.
    pub zone: String,
    /// The target's name without the final dot.
    pub name: String,
    /// Whether the target's health counts too.
    pub evaluate_target_health: bool,
}

/// One change of a batch, which is made whole or not at all (aws-facts §3.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordChange {
    /// What to do.
    pub action: RecordAction,
    /// To delete, every value exactly as stored.
    pub set: RecordSet,
}

/// What to do with a record set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RecordAction {
    /// Refused where there is one already.
    Create,
    /// Refused where what is stored differs. `Delete` and `Create` of one set in one batch make a
    /// change that is refused when somebody else was there first.
    Delete,
    /// Replaces whatever is stored.
    Upsert,
}

impl std::fmt::Display for RecordAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Create => "CREATE",
            Self::Delete => "DELETE",
            Self::Upsert => "UPSERT",
        })
    }
}

/// One of the records that another one of the zone is an alias to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMember {
    /// `SetIdentifier`.
    pub set_identifier: String,
    /// What it answers first: a name, or an alias target.
    pub target: String,
    /// All that it answers, letter by letter as stored; empty for an alias.
    pub values: Vec<String>,
    pub routing: Routing,
    /// Seconds; the same for the whole of a weighted group. None for an alias.
    pub ttl: Option<i64>,
    pub health_check: Option<String>,
    /// Where it is an alias itself, to what.
    pub alias: Option<AliasTarget>,
}
