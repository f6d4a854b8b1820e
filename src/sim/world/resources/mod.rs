//! What CloudFormation makes, changes and deletes: one resource of a stack at a time, each as its service would.
//!
//! A resource is there as soon as its making begins, in its first status; when that is finished, the world's
//! physics take it in. Nobody but CloudFormation knows how long a stack takes: this says it of each resource.

mod alarm;
mod api;
mod certificate;
mod compute;
mod database;
mod dns;
mod edge;
mod families;
mod inert_resources;
mod instance;
mod joining;
mod owners;
pub(in crate::world) mod properties;
mod replacing;
pub(in crate::world) mod wanted;

pub use self::wanted::{Changed, Made, Wanted};
use std::collections::BTreeMap;

use serde_json::Value;

use super::State;
use super::model::Alias;
use crate::world::parts::faults::FaultKind;
pub use crate::world::parts::owners::Owned;
pub use database::NO_FORWARDING;
use families::Family;
use gwctl_fleet::Region;
pub(in crate::world) use replacing::replaces;

impl State {
    /// Begins to make a resource: it is there at once, in its first status. Or why the service does not.
    pub fn begin_making(&mut self, wanted: &Wanted<'_>) -> Result<Made, String> {
        let family = Family::of(wanted.kind)?;
        self.control_plane(wanted.kind, wanted.region)?;
        let (physical, takes_s) = self.make(family, wanted)?;
        self.resources.owners.put(wanted, &physical);
        Ok(self.made(wanted, physical, takes_s))
    }

    /// The resource is complete.
    pub fn finish_making(&mut self, kind: &str, region: &Region, physical: &str) {
        if let Ok(family) = Family::of(kind) {
            self.finish_family(family, region, physical);
            self.look_at_fleet();
        }
    }

    /// Begins to change a resource in place or, where AWS replaces, to make another beside it.
    pub fn begin_changing(
        &mut self,
        wanted: &Wanted<'_>,
        physical: &str,
        before: &Value,
    ) -> Result<Changed, String> {
        let family = Family::of(wanted.kind)?;
        self.control_plane(wanted.kind, wanted.region)?;
        if replaces(wanted.kind, before, wanted.properties) == "True" {
            let made = self.begin_making(wanted)?;
            return Ok(Changed {
                made,
                replaced: true,
            });
        }
        let takes_s = self.change(family, wanted, physical)?;
        self.resources.owners.put(wanted, physical);
        Ok(Changed {
            made: self.made(wanted, physical.to_owned(), takes_s),
            replaced: false,
        })
    }

    /// Begins to delete a resource: the seconds that takes, or why the service does not. What is gone
    /// already takes none.
    pub fn begin_unmaking(
        &mut self,
        kind: &str,
        region: &Region,
        physical: &str,
    ) -> Result<i64, String> {
        let family = Family::of(kind)?;
        self.control_plane(kind, region)?;
        let takes_s = self.unmake(family, kind, region, physical)?;
        self.look_at_fleet();
        Ok(takes_s)
    }

    /// The resource is gone.
    pub fn finish_unmaking(&mut self, kind: &str, region: &Region, physical: &str) {
        if let Ok(family) = Family::of(kind) {
            self.remove(family, kind, region, physical);
            self.resources.owners.take(kind, region, physical);
            self.look_at_fleet();
        }
    }

    /// New code for a function, published as a version where that is wanted.
    pub fn update_function_code(
        &mut self,
        region: &Region,
        name: &str,
        package: Vec<u8>,
        publish: bool,
    ) {
        self.account().load_code(region, name, package, publish);
        self.look_at_fleet();
    }

    /// What `$LATEST` of a function is, as a version.
    pub fn publish_function(&mut self, region: &Region, name: &str) {
        self.account().publish_code(region, name);
    }

    /// A stage serves another of its API's deployments.
    pub fn serve_deployment(&mut self, region: &Region, api: &str, stage: &str, id: &str) {
        self.account().serve_deployment(region, api, stage, id);
    }

    /// An alias of a function leads elsewhere.
    pub fn lead_alias(&mut self, region: &Region, function: &str, name: &str, to: Alias) {
        self.account().lead_alias(region, function, name, to);
        self.look_at_fleet();
    }

    /// The final snapshot of a resource whose `DeletionPolicy` is `Snapshot`: its identifier; none for kinds
    /// that have no snapshots.
    pub fn snapshot_before_unmaking(
        &mut self,
        kind: &str,
        region: &Region,
        physical: &str,
    ) -> Option<String> {
        (kind == "AWS::RDS::DBCluster").then(|| self.rds().save_cluster(region, physical))?
    }

    /// What `Fn::GetAtt` gives of a resource that was made.
    pub fn attributes_of(
        &self,
        kind: &str,
        region: &Region,
        physical: &str,
    ) -> BTreeMap<String, String> {
        let Ok(family) = Family::of(kind) else {
            return BTreeMap::new();
        };
        let known = self.attributes(family, kind, region, physical);
        known
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// Whether the service can be told anything: some have their control plane in us-east-1 alone, and API
    /// Gateway needs Route 53's to make a name (aws-facts §11.3).
    fn control_plane(&self, kind: &str, region: &Region) -> Result<(), String> {
        let global = Region::global();
        let (service, what) = kind
            .strip_prefix("AWS::")
            .and_then(|kind| kind.split_once("::"))
            .unwrap_or_default();
        let there = match service {
            "Route53" | "CloudFront" | "IAM" => true,
            "CertificateManager" => region == &global,
            "ApiGateway" | "ApiGatewayV2" => matches!(what, "RestApi" | "Api" | "DomainName"),
            _ => false,
        };
        let down = self.faults.any(FaultKind::ControlPlanesDown)
            || self.faults.strikes(FaultKind::RegionDark, global.as_str());
        if there && down {
            return Err(format!(
                "Service Unavailable: the control plane of {service} in {global} does not answer (Status Code: 503)"
            ));
        }
        Ok(())
    }

    fn made(&self, wanted: &Wanted<'_>, physical: String, takes_s: i64) -> Made {
        Made {
            attributes: self.attributes_of(wanted.kind, wanted.region, &physical),
            physical,
            takes_s,
        }
    }
}
