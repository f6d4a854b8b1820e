//! What `CloudTrail` keeps of one call that was to change something.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::actor::Actor;
use crate::Region;

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Outcome {
    /// AWS accepted it.
    Done,
    /// AWS refused it: nothing was changed (aws-facts §14.4).
    Refused {
        /// AWS's error code.
        code: String,
        /// AWS's words; empty where there are none.
        message: String,
    },
    /// The record cannot be read that far.
    Unknown,
}

/// One record of `CloudTrail`'s event history. Every text is cleaned and bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailRecord {
    /// AWS's own number of the event.
    pub id: String,
    /// When the call was completed, in whole seconds.
    pub at: Timestamp,
    /// The Region that was called.
    pub region: Region,
    /// The service, without `.amazonaws.com`: `lambda`, `monitoring`.
    pub service: String,
    /// The name as AWS spells it: `UpdateFunctionCode20150331v2`.
    pub name: String,
    /// Who made it; none where the record does not tell.
    pub actor: Option<Actor>,
    pub outcome: Outcome,
    /// The address or service that the call came from.
    pub from: Option<String>,
    /// The program that made it.
    pub agent: Option<String>,
    /// The account that the event belongs to.
    pub account: Option<String>,
    /// Names or ARNs that AWS itself lists.
    pub resources: Vec<String>,
    /// Every value of `requestParameters` with its path: `changeBatch.changes.0.action`.
    pub parameters: Vec<(String, String)>,
}

impl TrailRecord {
    /// The API's name of the call. Lambda's events carry the API's version behind it (aws-facts §14.3).
    pub fn operation(&self) -> &str {
        if self.service != "lambda" {
            return &self.name;
        }
        let digit = self.name.find(|c: char| c.is_ascii_digit());
        digit.map_or(&self.name, |at| &self.name[..at])
    }

    /// The different values of the parameters that `key` names, whose path ends with it.
    pub fn values(&self, key: &str) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for (path, value) in &self.parameters {
            if is_at(path, key) && !value.is_empty() && !found.contains(&value.as_str()) {
                found.push(value);
            }
        }
        found
    }
}

/// Whether `path` ends with `key`, whole parts of it: AWS's case of the first letter follows no one rule.
fn is_at(path: &str, key: &str) -> bool {
    let Some(start) = path.len().checked_sub(key.len()) else {
        return false;
    };
    let ends = path
        .get(start..)
        .is_some_and(|end| end.eq_ignore_ascii_case(key));
    ends && (start == 0 || path.as_bytes()[start - 1] == b'.')
}
