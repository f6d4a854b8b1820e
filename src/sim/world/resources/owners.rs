//! Which stack made what, in one place for all kinds of resources.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::State;
use super::{Wanted, properties};
use gwctl_fleet::Region;

/// A resource that a stack made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    /// `AWS::RDS::DBCluster` …
    pub kind: String,
    /// The stack's Region.
    pub region: Region,
    /// What `Ref` gives.
    pub physical: String,
    /// Its name in the template.
    pub logical: String,
    /// The stack's ARN or name.
    pub stack: String,
    /// As the stack last wanted them.
    pub properties: Value,
}

/// Everything that stacks made, by kind, Region and physical id.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Owners(BTreeMap<(String, Region, String), Owned>);

fn key(kind: &str, region: &Region, physical: &str) -> (String, Region, String) {
    (kind.to_owned(), region.clone(), physical.to_owned())
}

impl Owners {
    pub(super) fn put(&mut self, wanted: &Wanted<'_>, physical: &str) {
        let owned = Owned {
            kind: wanted.kind.into(),
            region: wanted.region.clone(),
            physical: physical.into(),
            logical: wanted.logical.into(),
            stack: wanted.stack.into(),
            properties: wanted.properties.clone(),
        };
        self.0
            .insert(key(wanted.kind, wanted.region, physical), owned);
    }

    pub(super) fn take(&mut self, kind: &str, region: &Region, physical: &str) {
        self.0.remove(&key(kind, region, physical));
    }

    pub(super) fn get(&self, kind: &str, region: &Region, physical: &str) -> Option<&Owned> {
        self.0.get(&key(kind, region, physical))
    }

    /// Those of one kind.
    pub(super) fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Owned> {
        self.0.values().filter(move |one| one.kind == kind)
    }

    /// The one whose properties name `physical`, other than itself.
    pub(super) fn user_of(&self, region: &Region, physical: &str) -> Option<&Owned> {
        self.0.values().find(|one| {
            &one.region == region
                && one.physical != physical
                && properties::mentions(&one.properties, physical)
        })
    }
}

impl State {
    /// Everything a stack made that still exists, by its ARN or name.
    pub fn owned_by(&self, stack: &str) -> Vec<&Owned> {
        let all = self.owners.0.values();
        all.filter(|one| one.stack == stack).collect()
    }

    /// Everything that stacks made and whose stack is gone, retained resources included. What the world
    /// was founded with is nobody's and not among it.
    pub fn orphans(&self) -> Vec<&Owned> {
        let stands = |one: &Owned| {
            self.resources.stacks.iter().any(|stack| {
                let meant = stack.arn == one.stack
                    || (stack.name == one.stack && stack.region == one.region);
                meant && stack.status != "DELETE_COMPLETE"
            })
        };
        let all = self.owners.0.values();
        all.filter(|one| !stands(one)).collect()
    }
}
