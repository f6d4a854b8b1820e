//! Which stack owns which resource.

use crate::world::resources::properties;
use crate::world::resources::wanted::Wanted;
use gwctl_fleet::Region;
use serde_json::Value;
use std::collections::BTreeMap;

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
    pub(in crate::world) fn put(&mut self, wanted: &Wanted<'_>, physical: &str) {
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

    pub(in crate::world) fn take(&mut self, kind: &str, region: &Region, physical: &str) {
        self.0.remove(&key(kind, region, physical));
    }

    pub(in crate::world) fn get(
        &self,
        kind: &str,
        region: &Region,
        physical: &str,
    ) -> Option<&Owned> {
        self.0.get(&key(kind, region, physical))
    }

    pub(in crate::world) fn all(&self) -> impl Iterator<Item = &Owned> {
        self.0.values()
    }

    /// Those of one kind.
    pub(in crate::world) fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Owned> {
        self.0.values().filter(move |one| one.kind == kind)
    }

    /// The one whose properties name `physical`, other than itself.
    pub(in crate::world) fn user_of(&self, region: &Region, physical: &str) -> Option<&Owned> {
        self.0.values().find(|one| {
            &one.region == region
                && one.physical != physical
                && properties::mentions(&one.properties, physical)
        })
    }
}
