//! What a stack wants of a resource, and what comes of it.

use super::super::model::Tag;
use super::super::names;
use crate::world::parts::present::Present;
use gwctl_fleet::Region;
use serde_json::Value;
use std::collections::BTreeMap;

/// A resource that a stack wants.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The stack's Region, also of what AWS has only once.
    pub region: &'a Region,
    /// The stack's ARN or name.
    pub stack: &'a str,
    /// Its name in the template.
    pub logical: &'a str,
    /// `AWS::RDS::DBCluster` …
    pub kind: &'a str,
    /// Every function resolved.
    pub properties: &'a Value,
    /// The stack's.
    pub tags: &'a [Tag],
}

impl Wanted<'_> {
    /// The name that CloudFormation makes up: stack, logical id, chance. One made later has another.
    pub(super) fn made_up(&self, present: Present) -> String {
        // An ARN has the name before the last slash.
        let stack = self.stack.split('/').nth(1).unwrap_or(self.stack);
        let (logical, now) = (self.logical, present.now);
        let what = format!("{} {logical} {} {now}", self.stack, self.kind);
        // Names of roles have 64 letters at most.
        let chance = names::token(present.seed, &what, 12);
        format!("{stack:.24}-{logical:.24}-{chance}")
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What `Ref` gives; unlike AWS's unique within kind and Region where AWS's is not (record sets).
    pub physical: String,
    /// What `Fn::GetAtt` gives.
    pub attributes: BTreeMap<String, String>,
    /// Seconds until it is complete.
    pub takes_s: i64,
}

/// What came of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The resource as it will be.
    pub made: Made,
    /// Whether another one was made in its place; the old one is still there.
    pub replaced: bool,
}

/// The shortest and the longest a thing takes, in seconds.
pub(super) type Takes = (i64, i64);

/// A service begins: what it calls the resource, and the seconds it takes.
pub(super) type Begun = Result<(String, i64), String>;
