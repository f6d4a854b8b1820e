//! What serves: the distribution, functions, APIs, their names and certificates.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use gwctl_fleet::{ApiKind, Region};

/// A CloudFront distribution.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// Identifier.
    pub id: String,
    pub arn: String,
    /// For `If-Match`.
    pub etag: String,
    /// `Deployed` or `InProgress`.
    pub status: String,
    /// `dxxxx.cloudfront.net`.
    pub domain: String,
    /// Whether it serves.
    pub enabled: bool,
    /// Alternate domain names.
    pub aliases: Vec<String>,
    /// Origins: id and domain name.
    pub origins: Vec<Origin>,
    /// Last change of its configuration.
    pub last_modified: Timestamp,
    /// When the running deployment will be everywhere; none while it is stuck or done.
    pub deployed_at: Option<Timestamp>,
    /// ARN of the viewer certificate.
    pub certificate_arn: String,
    /// `TLSv1.2_2021` …: the oldest protocol viewers may speak.
    pub minimum_tls: String,
    /// `sni-only` …
    pub ssl_support: String,
    /// Qualified ARN of the origin-request function.
    pub origin_request_function: Option<String>,
    pub comment: String,
    /// Creator's reference.
    pub caller_reference: String,
    /// `PriceClass_All` …
    pub price_class: String,
    /// Whether additional metrics are on (aws-facts §4).
    pub additional_metrics: bool,
}

/// An invalidation of a distribution's cached objects.
#[derive(Debug, Clone)]
pub struct Invalidation {
    /// Identifier.
    pub id: String,
    pub distribution: String,
    /// `InProgress` or `Completed`.
    pub status: String,
    /// Which objects.
    pub paths: Vec<String>,
    /// Creator's reference.
    pub caller_reference: String,
    /// Creation.
    pub created: Timestamp,
    /// When no edge has the objects any more.
    pub done: Timestamp,
}

/// An origin of a distribution.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Identifier within the distribution.
    pub id: String,
    /// Configured name.
    pub domain: String,
    /// Custom headers, which requests get on their way to it: name and value.
    pub headers: Vec<(String, String)>,
}

/// A Lambda function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Where.
    pub region: Region,
    pub name: String,
    /// Unqualified ARN.
    pub arn: String,
    /// `nodejs22.x` …
    pub runtime: String,
    /// `index.handler` …
    pub handler: String,
    /// Execution role.
    pub role: String,
    /// `Active`, `Pending`, `Inactive`, `Failed`.
    pub state: String,
    /// `Successful`, `InProgress`, `Failed`.
    pub last_update_status: String,
    pub memory_mb: i32,
    /// Seconds.
    pub timeout_s: i32,
    /// The package; the name of an image.
    pub package: Vec<u8>,
    /// What its stack's template says of the code; CloudFormation loads it when that changes.
    pub templated: Option<String>,
    /// Base64 SHA-256 of it.
    pub code_sha256: String,
    /// When its newest code is everywhere.
    pub updated_at: Option<Timestamp>,
    /// What it is for.
    pub description: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// Last time code or configuration changed.
    pub last_modified: Timestamp,
    /// Newest published version; of a published version its own number.
    pub version: u32,
    /// As they were when they were published, which they stay; oldest first.
    pub published: Vec<Self>,
    /// Counts its changes: what `RevisionId` is made of.
    pub revision: u32,
    /// Its aliases.
    pub aliases: BTreeMap<String, Alias>,
    /// Concurrency reserved for it.
    pub reserved_concurrency: Option<i32>,
    /// Its security groups; empty where it is in no VPC.
    pub security_groups: Vec<String>,
    /// The container image it runs; none where its code is a package.
    pub image: Option<String>,
}

/// An alias of a function.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Alias {
    /// The version that it is of.
    pub version: u32,
    /// Another version, and its share of the calls from 0 to 1.
    pub shared: BTreeMap<u32, f64>,
    /// Counts its changes.
    pub revision: u32,
}

impl From<u32> for Alias {
    fn from(version: u32) -> Self {
        Self {
            version,
            ..Self::default()
        }
    }
}

impl Function {
    /// Publishes what `$LATEST` is as the version `number`.
    pub fn publish_as(&mut self, number: u32) {
        self.version = number;
        let frozen = Self {
            published: Vec::new(),
            aliases: BTreeMap::new(),
            ..self.clone()
        };
        self.published.push(frozen);
    }

    /// Publishes what `$LATEST` is, unless that is what the newest version is already.
    pub fn publish(&mut self) {
        let newest = self.published.last();
        if newest.is_none_or(|newest| newest.code_sha256 != self.code_sha256) {
            self.publish_as(self.version + 1);
        }
    }

    /// The published version `number`.
    pub fn at(&self, number: u32) -> Option<&Self> {
        self.published.iter().find(|one| one.version == number)
    }

    /// Runs `package` from `at` on.
    pub fn load(&mut self, package: Vec<u8>, at: Option<Timestamp>) {
        self.code_sha256 = BASE64_STANDARD.encode(Sha256::digest(&package));
        self.package = package;
        self.updated_at = at;
    }

    /// Whether it runs only what stands for the code that is still to come.
    pub fn waits_for_code(&self) -> bool {
        self.package.starts_with(b"// Waits for its code.")
    }

    /// Bytes of the package.
    pub fn code_size(&self) -> i64 {
        if self.image.is_some() {
            return 0;
        }
        i64::try_from(self.package.len()).unwrap_or(i64::MAX)
    }
}

/// What `GetAccountSettings` says.
#[derive(Debug, Clone, Copy)]
pub struct LambdaLimits {
    /// Concurrent executions in all.
    pub concurrent_executions: i32,
    /// Of these, not reserved by single functions.
    pub unreserved: i32,
    /// Bytes of all packages allowed.
    pub total_code_size: i64,
    /// Bytes of all packages stored.
    pub used_code_size: i64,
    /// How many functions there are.
    pub function_count: i64,
}

/// An API of API Gateway.
#[derive(Debug, Clone)]
pub struct Api {
    /// Where.
    pub region: Region,
    /// Ten lower-case letters and digits.
    pub id: String,
    pub name: String,
    /// REST (v1) or HTTP (v2).
    pub kind: ApiKind,
    /// What it is for.
    pub description: String,
    /// `https://ID.execute-api.REGION.amazonaws.com`.
    pub endpoint: String,
    /// Whether it is not reached by that, but by a domain name of one's own alone.
    pub by_domain_only: bool,
    /// Creation.
    pub created: Timestamp,
    pub stages: Vec<Stage>,
    /// Oldest first.
    pub deployments: Vec<Deployment>,
    /// The alias of its functions that it calls; none where it calls what is not published.
    pub alias: Option<String>,
}

/// A deployment of an API.
#[derive(Debug, Clone)]
pub struct Deployment {
    pub id: String,
    pub created: Timestamp,
    pub description: String,
}

/// A stage of an API.
#[derive(Debug, Clone)]
pub struct Stage {
    /// `$default`, `live` …
    pub name: String,
    /// Deployment behind it.
    pub deployment: String,
    /// Whether deployments happen by themselves (HTTP APIs).
    pub auto_deploy: bool,
    /// Creation.
    pub created: Timestamp,
    /// Last change.
    pub updated: Timestamp,
    /// What it takes at most; none: as much as the account.
    pub throttle: Option<Throttle>,
    /// The log group of its access log; none: it writes none.
    pub access_log: Option<String>,
    /// A second deployment that it serves (REST APIs).
    pub canary: Option<Canary>,
}

/// What a part of a stage's requests gets: the new deployment, while the stage keeps the one before.
#[derive(Debug, Clone, PartialEq)]
pub struct Canary {
    pub deployment: String,
    /// Of the requests, in percent; zero once it was promoted.
    pub percent: f64,
}

/// What API Gateway takes before it answers 429.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Throttle {
    /// Requests a second.
    pub rate: f64,
    /// Requests at once.
    pub burst: i32,
}

/// What all the account's APIs in `region` take together: less in Regions that are to be enabled first
/// (aws-facts §6.1).
pub fn account_throttle(region: &Region) -> Throttle {
    let newer = region.place().is_none_or(|place| place.opt_in);
    let (rate, burst) = if newer {
        (2_500.0, 1_250)
    } else {
        (10_000.0, 5_000)
    };
    Throttle { rate, burst }
}

/// A Regional custom domain name.
#[derive(Debug, Clone)]
pub struct CustomDomain {
    /// Where.
    pub region: Region,
    /// `eu-west-1.api.example.com`.
    pub name: String,
    /// The API it maps to.
    pub api: String,
    /// The stage it maps to.
    pub stage: String,
    /// Target of DNS: `d-xxxx.execute-api.REGION.amazonaws.com`.
    pub regional_domain: String,
    /// Zone of the target.
    pub regional_zone: String,
    /// ARN of its certificate.
    pub certificate_arn: String,
    /// `AVAILABLE`, `UPDATING`, `PENDING`.
    pub status: String,
}

/// An ACM certificate.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// Where.
    pub region: Region,
    pub arn: String,
    /// Main name.
    pub domain: String,
    /// All names.
    pub alternative_names: Vec<String>,
    /// `ISSUED`, `EXPIRED` …
    pub status: String,
    /// Begin of validity.
    pub not_before: Timestamp,
    /// End of validity: 198 days later (aws-facts §7).
    pub not_after: Timestamp,
    pub issued: Timestamp,
    /// `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS`, `FAILED`; none before the first renewal.
    pub renewal: Option<String>,
    /// Hex, with colons.
    pub serial: String,
    /// ARNs of what uses it.
    pub in_use_by: Vec<String>,
    /// `DNS`.
    pub validation: String,
    /// The second its validation ends, one way or the other; none once that is settled.
    pub(in crate::world) due: Option<i64>,
}
