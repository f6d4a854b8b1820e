//! What making a resource does to the world: so far it has a name, and nothing else.

use std::collections::BTreeMap;

use serde_json::Value;

use super::State;
use super::model::Tag;
use super::names::token;
use crate::fleet::Region;

/// A resource that a stack wants.
#[derive(Debug, Clone, Copy)]
pub(in crate::sim) struct Wanted<'a> {
    pub region: &'a Region,
    pub stack: &'a str,
    pub logical: &'a str,
    pub kind: &'a str,
    /// Functions resolved.
    pub properties: &'a Value,
    pub tags: &'a [Tag],
}

/// A resource that is being made.
#[derive(Debug, Clone)]
pub(in crate::sim) struct Made {
    pub physical: String,
    /// What `Fn::GetAtt` gives of it.
    pub attributes: BTreeMap<String, String>,
    pub takes_s: i64,
}

/// A resource that is being changed.
#[derive(Debug, Clone)]
pub(in crate::sim) struct Changed {
    pub made: Made,
    /// Another one takes its place, and the one there was is still there.
    pub replaced: bool,
}

/// Attributes that some kind of resource has.
const ATTRIBUTES: [&str; 13] = [
    "Arn",
    "DBClusterArn",
    "DBClusterResourceId",
    "DomainName",
    "Endpoint.Address",
    "Endpoint.Port",
    "FunctionArn",
    "GroupId",
    "Id",
    "KeyId",
    "ReadEndpoint.Address",
    "RegionalDomainName",
    "RegionalHostedZoneId",
];

#[allow(clippy::unused_self, clippy::unnecessary_wraps)] // what is made here so far needs no world
impl State {
    pub(in crate::sim) fn begin_making(&mut self, wanted: &Wanted<'_>) -> Result<Made, String> {
        let Wanted {
            region,
            stack,
            logical,
            kind,
            properties,
            tags,
        } = wanted;
        let what = format!(
            "{region} {stack} {logical} {kind} {properties} {} {}",
            tags.len(),
            self.now
        );
        let attribute = |name: &&str| ((*name).to_owned(), format!("<{logical}.{name}>"));
        Ok(Made {
            physical: format!("{stack}-{logical}-{}", token(self.seed, &what, 12)),
            attributes: ATTRIBUTES.iter().map(attribute).collect(),
            takes_s: 5,
        })
    }

    pub(in crate::sim) fn finish_making(&mut self, _kind: &str, _region: &Region, _id: &str) {}

    pub(in crate::sim) fn begin_changing(
        &mut self,
        wanted: &Wanted<'_>,
        physical: &str,
        before: &Value,
    ) -> Result<Changed, String> {
        let replaced = Self::replaces(wanted.kind, before, wanted.properties) == "True";
        let mut made = self.begin_making(wanted)?;
        if !replaced {
            physical.clone_into(&mut made.physical);
        }
        Ok(Changed { made, replaced })
    }

    pub(in crate::sim) fn finish_changing(&mut self, _kind: &str, _region: &Region, _id: &str) {}

    /// `True`, `False` or `Conditional`, as change sets say it.
    pub(in crate::sim) fn replaces(_kind: &str, before: &Value, after: &Value) -> &'static str {
        const NAMES: [&str; 4] = ["Name", "AlarmName", "FunctionName", "DBClusterIdentifier"];
        let renamed = NAMES.iter().any(|name| before.get(name) != after.get(name));
        if renamed { "True" } else { "False" }
    }

    pub(in crate::sim) fn begin_unmaking(
        &mut self,
        _kind: &str,
        _region: &Region,
        _id: &str,
    ) -> Result<i64, String> {
        Ok(5)
    }

    pub(in crate::sim) fn finish_unmaking(&mut self, _kind: &str, _region: &Region, _id: &str) {}

    pub(in crate::sim) fn snapshot_before_unmaking(
        &mut self,
        kind: &str,
        _region: &Region,
        physical: &str,
    ) -> Option<String> {
        kind.starts_with("AWS::RDS::")
            .then(|| format!("{physical}-snapshot"))
    }
}
