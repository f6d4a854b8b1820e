//! Every AWS resource of the simulated account, as plain data. The physics change it, `sim/wire` prints it.
//!
//! Status words are spelled as AWS spells them. Lists keep the order of creation.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::fleet::Region;

/// Everything that exists in the account.
#[derive(Debug, Clone, Default)]
pub struct Resources {
    /// Who the caller is.
    pub caller: Caller,
    /// Aurora global clusters (no Region).
    pub global_clusters: Vec<GlobalCluster>,
    /// Aurora clusters of every Region.
    pub clusters: Vec<DbCluster>,
    /// DB instances of every Region.
    pub instances: Vec<DbInstance>,
    /// RDS events of every Region, oldest first.
    pub db_events: Vec<DbEvent>,
    /// Route 53 hosted zones with their records.
    pub hosted_zones: Vec<HostedZone>,
    /// Route 53 health checks.
    pub health_checks: Vec<HealthCheck>,
    /// Route 53 change batches that were submitted, oldest first.
    pub dns_changes: Vec<DnsChange>,
    /// CloudFront distributions.
    pub distributions: Vec<Distribution>,
    /// Lambda functions of every Region.
    pub functions: Vec<Function>,
    /// Lambda's account limits by Region.
    pub lambda_limits: BTreeMap<Region, LambdaLimits>,
    /// API Gateway APIs, HTTP and REST, of every Region.
    pub apis: Vec<Api>,
    /// Regional custom domain names.
    pub custom_domains: Vec<CustomDomain>,
    /// ACM certificates of every Region.
    pub certificates: Vec<Certificate>,
    /// CloudWatch alarms of every Region.
    pub alarms: Vec<Alarm>,
    /// CloudFormation stacks of every Region.
    pub stacks: Vec<Stack>,
}

/// The answer of STS.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Twelve digits.
    pub account: String,
    /// The principal.
    pub arn: String,
    /// `AROA…:session`.
    pub user_id: String,
}

/// A key and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value.
    pub value: String,
}

/// An Aurora global cluster.
#[derive(Debug, Clone)]
pub struct GlobalCluster {
    /// Identifier.
    pub id: String,
    /// `cluster-…`, what AWS calls the resource id.
    pub resource_id: String,
    /// `arn:aws:rds::ACCOUNT:global-cluster:NAME`, without a Region.
    pub arn: String,
    /// `available`, `switching-over`, `failing-over`.
    pub status: String,
    /// `aurora-postgresql`.
    pub engine: String,
    /// `16.8`.
    pub engine_version: String,
    /// `open-source-rds-extended-support` or `…-disabled`.
    pub engine_lifecycle: String,
    /// Name of the database inside.
    pub database_name: String,
    /// The global writer endpoint.
    pub endpoint: String,
    /// Encrypted at rest.
    pub storage_encrypted: bool,
    /// Whether deletion is refused.
    pub deletion_protection: bool,
    /// Member clusters; exactly one is the writer.
    pub members: Vec<GlobalMember>,
    /// A running switchover or failover.
    pub failover: Option<FailoverState>,
}

/// A member of a global cluster.
#[derive(Debug, Clone)]
pub struct GlobalMember {
    /// ARN of the cluster.
    pub cluster_arn: String,
    /// The cluster's Region.
    pub region: Region,
    /// Takes writes.
    pub writer: bool,
    /// ARNs of the secondaries, on the writer's entry only.
    pub readers: Vec<String>,
    /// `enabled` …; none on the writer.
    pub write_forwarding: Option<String>,
    /// `connected` or `pending-resync`.
    pub synchronization: Option<String>,
}

/// A running switchover or failover (aws-facts §2.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailoverState {
    /// `pending`, `switching-over`, `failing-over`, `cancelling`.
    pub status: String,
    /// ARN of the old writer.
    pub from: String,
    /// ARN of the target.
    pub to: String,
    /// Whether un-replicated writes may be lost.
    pub data_loss_allowed: bool,
}

/// An Aurora cluster.
#[derive(Debug, Clone)]
pub struct DbCluster {
    /// Where.
    pub region: Region,
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// `cluster-…`.
    pub resource_id: String,
    /// `available`, `promoting` …
    pub status: String,
    /// `aurora-postgresql`.
    pub engine: String,
    /// `16.8`.
    pub engine_version: String,
    /// Cluster endpoint; AWS shows a secondary's as inactive but keeps the name.
    pub endpoint: String,
    /// Reader endpoint.
    pub reader_endpoint: String,
    /// Port.
    pub port: i32,
    /// Availability Zones.
    pub zones: Vec<String>,
    /// `enabled` …; none on the primary (aws-facts §2.2).
    pub write_forwarding: Option<String>,
    /// The global cluster it belongs to.
    pub global_cluster: Option<String>,
    /// ARN of the primary cluster, on secondaries.
    pub replication_source: Option<String>,
    /// Days automated backups are kept.
    pub backup_days: i32,
    /// Whether deletion is refused.
    pub deletion_protection: bool,
    /// Its instances, by identifier; the writer instance first.
    pub instances: Vec<String>,
    /// Creation.
    pub created: Timestamp,
}

/// A DB instance.
#[derive(Debug, Clone)]
pub struct DbInstance {
    /// Where.
    pub region: Region,
    /// Identifier.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// `db-…`.
    pub resource_id: String,
    /// Its cluster's identifier.
    pub cluster: String,
    /// `db.r6g.large` …
    pub class: String,
    /// `available` …
    pub status: String,
    /// Availability Zone.
    pub zone: String,
    /// Whether it is its cluster's writer (on secondaries: the one that would be).
    pub writer: bool,
    /// 0..15.
    pub promotion_tier: i32,
    /// Engine.
    pub engine: String,
    /// Engine version.
    pub engine_version: String,
    /// Endpoint host.
    pub endpoint: String,
    /// Port.
    pub port: i32,
    /// Creation.
    pub created: Timestamp,
}

/// An RDS event. AWS gives it no id (aws-facts §2.5); `id` is for the simulator's own tests.
#[derive(Debug, Clone)]
pub struct DbEvent {
    /// The Region where `DescribeEvents` shows it.
    pub region: Region,
    /// `RDS-EVENT-0181` …; never on the wire.
    pub id: &'static str,
    /// When.
    pub at: Timestamp,
    /// `db-cluster` or `db-instance`.
    pub source_type: &'static str,
    /// Identifier of the source.
    pub source: String,
    /// ARN of the source.
    pub source_arn: String,
    /// `global failover` …
    pub categories: Vec<String>,
    /// The text.
    pub message: String,
}

/// A hosted zone.
#[derive(Debug, Clone)]
pub struct HostedZone {
    /// Without `/hostedzone/`.
    pub id: String,
    /// With the final dot.
    pub name: String,
    /// Creator's reference.
    pub caller_reference: String,
    /// Comment.
    pub comment: String,
    /// Delegation set.
    pub name_servers: Vec<String>,
    /// The records, in Route 53's order (by reversed name, type, set identifier).
    pub records: Vec<RecordSet>,
}

/// A record set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// With the final dot.
    pub name: String,
    /// `A`, `CNAME` …
    pub kind: String,
    /// Seconds; none for aliases.
    pub ttl: Option<i64>,
    /// Values; empty for aliases.
    pub values: Vec<String>,
    /// Required on every record that is not simple.
    pub set_identifier: Option<String>,
    /// Latency routing.
    pub region: Option<Region>,
    /// Weighted routing.
    pub weight: Option<i64>,
    /// Its health check.
    pub health_check: Option<String>,
    /// Alias target.
    pub alias: Option<AliasTarget>,
}

/// Where an alias points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AliasTarget {
    /// Zone id of the target.
    pub zone: String,
    /// Name with the final dot.
    pub name: String,
    /// Whether the target's health counts.
    pub evaluate_target_health: bool,
}

/// A health check.
#[derive(Debug, Clone)]
pub struct HealthCheck {
    /// Identifier (a UUID).
    pub id: String,
    /// Creator's reference.
    pub caller_reference: String,
    /// Counts up with every update.
    pub version: i64,
    /// What is checked.
    pub kind: CheckKind,
    /// Healthy and unhealthy swapped.
    pub inverted: bool,
    /// Not checking, counted healthy (unhealthy when inverted too).
    pub disabled: bool,
    /// Tags; `Name` is what people read.
    pub tags: Vec<Tag>,
    /// What the checkers saw; empty for checks that have none.
    pub observations: Vec<Observation>,
    /// What Route 53 makes of it now, inversion and disabling included.
    pub healthy: bool,
    /// Checkers that say healthy, in percent; none for checks without checkers.
    pub percent_healthy: Option<f64>,
    /// Healthy children, for calculated checks.
    pub healthy_children: Option<u32>,
}

/// The kinds of health checks (aws-facts §3.4).
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// Checkers ask an endpoint.
    Endpoint {
        /// `HTTPS`, `HTTP`, `TCP`, `HTTPS_STR_MATCH` …
        protocol: String,
        /// Domain name asked.
        host: String,
        /// Port.
        port: i32,
        /// Path, with the slash.
        path: String,
        /// Seconds between checks of one checker: 30 or 10.
        interval_s: i32,
        /// Consecutive answers that change a checker's mind.
        failure_threshold: i32,
        /// Whether latency is measured.
        measure_latency: bool,
        /// Whether SNI is sent.
        enable_sni: bool,
        /// Checker Regions.
        regions: Vec<String>,
    },
    /// Over other checks.
    Calculated {
        /// Their ids.
        children: Vec<String>,
        /// How many must be healthy.
        threshold: i32,
    },
    /// Follows the data of an alarm, not its state.
    CloudWatchMetric {
        /// The alarm's Region.
        alarm_region: Region,
        /// The alarm's name.
        alarm_name: String,
        /// `Healthy`, `Unhealthy` or `LastKnownStatus`.
        insufficient_data: String,
    },
}

/// One checker's newest report.
#[derive(Debug, Clone)]
pub struct Observation {
    /// The checker's Region.
    pub region: String,
    /// The checker's address.
    pub ip: String,
    /// `Success: HTTP Status Code 200, OK`, or `Failure: …`.
    pub status: String,
    /// When it looked.
    pub checked: Timestamp,
    /// Whether this checker votes healthy (after its threshold).
    pub healthy: bool,
}

/// A submitted change batch.
#[derive(Debug, Clone)]
pub struct DnsChange {
    /// Without `/change/`.
    pub id: String,
    /// `PENDING` or `INSYNC`.
    pub status: String,
    /// When it was submitted.
    pub submitted: Timestamp,
    /// When every authoritative server has it.
    pub insync_at: Timestamp,
    /// Comment.
    pub comment: Option<String>,
    /// The zone it changes.
    pub zone: String,
}

/// A CloudFront distribution.
#[derive(Debug, Clone)]
pub struct Distribution {
    /// Identifier.
    pub id: String,
    /// ARN.
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
    /// Qualified ARN of the origin-request function.
    pub origin_request_function: Option<String>,
    /// Comment.
    pub comment: String,
    /// Creator's reference.
    pub caller_reference: String,
    /// `PriceClass_All` …
    pub price_class: String,
    /// Whether additional metrics are on (aws-facts §4).
    pub additional_metrics: bool,
}

/// An origin of a distribution.
#[derive(Debug, Clone)]
pub struct Origin {
    /// Identifier within the distribution.
    pub id: String,
    /// Configured name.
    pub domain: String,
}

/// A Lambda function.
#[derive(Debug, Clone)]
pub struct Function {
    /// Where.
    pub region: Region,
    /// Name.
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
    /// MB.
    pub memory_mb: i32,
    /// Seconds.
    pub timeout_s: i32,
    /// Bytes of the package.
    pub code_size: i64,
    /// Base64 SHA-256 of the package.
    pub code_sha256: String,
    /// What it is for.
    pub description: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// Last time code or configuration changed.
    pub last_modified: Timestamp,
    /// Newest published version; `$LATEST` has the same code.
    pub version: u32,
    /// Concurrency reserved for it.
    pub reserved_concurrency: Option<i32>,
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
    /// Name.
    pub name: String,
    /// REST (v1) or HTTP (v2).
    pub kind: crate::fleet::ApiKind,
    /// What it is for.
    pub description: String,
    /// `https://ID.execute-api.REGION.amazonaws.com`.
    pub endpoint: String,
    /// Creation.
    pub created: Timestamp,
    /// Its stages.
    pub stages: Vec<Stage>,
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
    /// ARN.
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
    /// Issuing.
    pub issued: Timestamp,
    /// `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS`, `FAILED`; none before the first renewal.
    pub renewal: Option<String>,
    /// Hex, with colons.
    pub serial: String,
    /// ARNs of what uses it.
    pub in_use_by: Vec<String>,
    /// `DNS`.
    pub validation: String,
}

/// A CloudWatch alarm.
#[derive(Debug, Clone)]
pub struct Alarm {
    /// Where.
    pub region: Region,
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// What it is for.
    pub description: String,
    /// `OK`, `ALARM`, `INSUFFICIENT_DATA`.
    pub state: String,
    /// Why.
    pub reason: String,
    /// Why, as JSON.
    pub reason_data: String,
    /// When the reason was last renewed.
    pub updated: Timestamp,
    /// When the state last changed.
    pub transitioned: Timestamp,
    /// Last change of its configuration.
    pub configured: Timestamp,
    /// What it watches.
    pub namespace: String,
    /// What it watches.
    pub metric: String,
    /// What it watches: name and value.
    pub dimensions: Vec<(String, String)>,
    /// `Sum`, `Average` …, or `p99`.
    pub statistic: String,
    /// Seconds.
    pub period_s: i64,
    /// Periods looked at.
    pub evaluation_periods: i32,
    /// Of these, how many must breach.
    pub datapoints_to_alarm: i32,
    /// The limit.
    pub threshold: f64,
    /// `GreaterThanThreshold`, `GreaterThanOrEqualToThreshold`, `LessThanThreshold` …
    pub comparison: String,
    /// `notBreaching`, `breaching`, `ignore`, `missing`.
    pub treat_missing: String,
    /// What it does on ALARM.
    pub actions: Vec<String>,
}

/// A CloudFormation stack.
#[derive(Debug, Clone)]
pub struct Stack {
    /// Where.
    pub region: Region,
    /// Name.
    pub name: String,
    /// ARN, which AWS calls the stack id.
    pub arn: String,
    /// `CREATE_COMPLETE`, `UPDATE_COMPLETE` …
    pub status: String,
    /// Why, when there is something to say.
    pub reason: Option<String>,
    /// `IN_SYNC`, `DRIFTED`, `NOT_CHECKED`, `UNKNOWN`.
    pub drift: String,
    /// When drift was last looked for.
    pub drift_checked: Option<Timestamp>,
    /// Creation.
    pub created: Timestamp,
    /// Last update.
    pub updated: Option<Timestamp>,
    /// What it is for.
    pub description: String,
    /// Parameters: key and value.
    pub parameters: Vec<(String, String)>,
    /// Outputs: key and value.
    pub outputs: Vec<(String, String)>,
    /// Tags.
    pub tags: Vec<Tag>,
}
