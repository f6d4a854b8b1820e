//! What a fleet's configuration names: only what cannot be looked up at run time.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use super::{
    AccountsSpec, DrillSpec, Partition, Region, RoutingEndpoint, Rules, SharedSpec, Thresholds,
};

/// One API and everything it is made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FleetSpec {
    /// The name clients use: `api.example.com`.
    pub domain: String,
    /// Identifier of the Aurora global cluster, in lower case as RDS keeps it, however it is written. An API without
    /// a global database leaves it out.
    #[serde(default, deserialize_with = "as_rds_keeps_it")]
    pub global_cluster: String,
    /// Refuse every change to this fleet, whatever the command line says.
    #[serde(default)]
    pub read_only: bool,
    /// Named profile of the AWS configuration to use for this fleet.
    #[serde(default)]
    pub profile: Option<String>,
    /// The AWS accounts that hold its parts, where these are several.
    #[serde(default, skip_serializing_if = "AccountsSpec::is_one")]
    pub accounts: AccountsSpec,
    /// Path that the probes ask for.
    #[serde(default = "default_probe_path")]
    pub probe_path: String,
    /// Base URL to probe instead of `https://DOMAIN`, such as a test stand's.
    #[serde(default)]
    pub probe_url: Option<String>,
    /// The edge.
    pub edge: EdgeSpec,
    /// The Regions.
    pub sites: Vec<SiteSpec>,
    /// Limits of the verdicts.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// Objectives and abort criteria of guided actions.
    #[serde(default)]
    pub rules: Rules,
    /// How its stacks are built.
    #[serde(default)]
    pub build: BuildSpec,
    /// What a drill does besides.
    #[serde(default, skip_serializing_if = "DrillSpec::is_empty")]
    pub drill: DrillSpec,
    /// Where the team shares who acts on it and what was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<SharedSpec>,
}

impl FleetSpec {
    /// The partition of its Regions; a fleet is in one.
    pub fn partition(&self) -> Partition {
        self.sites
            .first()
            .map_or(Partition::Aws, |site| Partition::of(&site.region))
    }

    /// The Region of what is global: of the edge's stack, its certificate and its figures.
    pub fn home(&self) -> Region {
        self.partition().place("cloudfront", &Region::global())
    }

    /// Whether there is a global database.
    pub const fn has_database(&self) -> bool {
        !self.global_cluster.is_empty()
    }

    /// What is not built yet, as far as the configuration names it: such a fleet can only be built.
    pub fn unbuilt(&self) -> Vec<String> {
        let edge = (self.edge.cloudfront && self.edge.distribution.is_empty())
            .then(|| "its distribution".to_owned());
        let sites = self.sites.iter().filter(|site| site.api.is_empty());
        edge.into_iter()
            .chain(sites.map(|site| format!("the API in {}", site.region)))
            .collect()
    }
}

/// Parameters of the stacks, as their templates name them; gwctl sets those that make a fleet of them
/// (names, Regions, switches, how far a Region takes part in routing).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct BuildSpec {
    /// ARN of the service role that CloudFormation works with; the caller's own rights without it.
    pub role: Option<String>,
    /// Path that takes one POST before a new Region takes traffic. What answers there must write to the database,
    /// say 2xx only once that is committed, and take the same `Idempotency-Key` twice for one write.
    pub smoke_write: Option<String>,
    /// What a new Region's handler runs. Left out: the package or image that the parameters name, or else the reference
    /// handler.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<HandlerCode>,
    /// Somebody else makes the database user and the table of the reference handler; gwctl prints the SQL.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub database_user_by_hand: bool,
    /// Templates of one's own instead of gwctl's: `global`, `region`, `switch` or `edge` to a file.
    pub templates: BTreeMap<String, String>,
    /// Of the global stack; its engine is that of the Regions too.
    pub global: BTreeMap<String, String>,
    /// Of every Region's stack.
    pub region: BTreeMap<String, String>,
    /// Of one Region's stack, by its code: they win.
    pub regions: BTreeMap<Region, BTreeMap<String, String>>,
    /// Of the edge's stack.
    pub edge: BTreeMap<String, String>,
}

/// Code that gwctl brings along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HandlerCode {
    /// The reference handler: an orders API for Aurora PostgreSQL.
    Reference,
}

/// RDS stores identifiers in lower case and takes them in any; its replies and ARNs have the stored one.
fn as_rds_keeps_it<'de, D: Deserializer<'de>>(written: D) -> Result<String, D::Error> {
    Ok(String::deserialize(written)?.to_ascii_lowercase())
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_true(value: &bool) -> bool {
    *value
}

fn default_probe_path() -> String {
    "/health".into()
}

/// What stands in front of the Regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EdgeSpec {
    /// Whether there is a CloudFront distribution, or will be. Without one clients reach the Regions by the latency
    /// record alone.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub cloudfront: bool,
    /// CloudFront distribution id; left out until `gwctl up` has built it.
    #[serde(default)]
    pub distribution: String,
    /// Route 53 hosted zone id.
    pub hosted_zone: String,
    /// Name of the latency record set that the router resolves.
    pub latency_record: String,
    /// Name of the Lambda@Edge function (in us-east-1).
    #[serde(default)]
    pub router: Option<String>,
    /// The five endpoints of the ARC cluster that holds the Regions' routing controls. They are
    /// written down here because the API that lists them may be what is broken.
    #[serde(default)]
    pub routing_endpoints: Vec<RoutingEndpoint>,
}

/// The fleet in one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiteSpec {
    /// Region code.
    pub region: Region,
    /// API Gateway id of the REST or HTTP API; left out until `gwctl up` has built it.
    #[serde(default)]
    pub api: String,
    /// Stage; without it the figures are those of all stages.
    #[serde(default)]
    pub stage: Option<String>,
    /// Names of the functions behind the API.
    #[serde(default)]
    pub functions: Vec<String>,
    /// Regional custom domain name: `eu-west-1.api.example.com`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// CloudFormation stack of this Region.
    #[serde(default)]
    pub stack: Option<String>,
    /// The evacuation switch of this Region. Found through its health check as long as Route 53's
    /// control plane answers; written down here it is found without.
    #[serde(default)]
    pub switch: Option<SwitchSpec>,
    /// Base URL to probe instead of `https://ENDPOINT`.
    #[serde(default)]
    pub probe_url: Option<String>,
}

/// The alarm that a Region's health check follows (aws-facts §3.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchSpec {
    /// The alarm's name.
    pub alarm: String,
    /// Where the alarm is: not in the Region that it evacuates.
    pub region: Region,
}
