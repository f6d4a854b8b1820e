//! The fleet in one Region.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    Alarm, Certificate, Checkers, FunctionName, InvokedAs, Judgement, Metrics, Observed,
    ProbeReport, Region, Throttle,
};

/// API Gateway's two kinds; they share a namespace but neither metric names nor dimensions (aws-facts §1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApiKind {
    /// REST API (v1).
    Rest,
    /// HTTP API (v2).
    Http,
}

/// What API Gateway says of an API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiDetail {
    /// REST or HTTP.
    pub kind: ApiKind,
    /// Its name, cleaned.
    pub name: String,
    /// `https://ID.execute-api.REGION.amazonaws.com`.
    pub endpoint: Option<String>,
}

/// The API of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Api {
    /// API id from the configuration.
    pub id: String,
    /// Stage from the configuration; none means the metric over all stages.
    pub stage: Option<String>,
    /// What it is, looked up.
    pub detail: Observed<ApiDetail>,
    /// How it calls its functions.
    #[serde(default)]
    pub invoked: Observed<Vec<InvokedAs>>,
    /// What it takes before it answers 429.
    pub throttle: Observed<Throttle>,
    /// Its series.
    pub metrics: Metrics,
}

/// What Lambda says of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionDetail {
    /// `nodejs22.x` …; empty for images.
    pub runtime: String,
    /// `Active`, `Pending`, `Inactive`, `Failed`.
    pub state: String,
    pub memory_mb: i32,
    /// Seconds.
    pub timeout_s: i32,
    /// Last time code or configuration changed.
    pub last_modified: Option<Timestamp>,
    /// Published version this describes.
    pub version: String,
    /// Base64 SHA-256 of its code: Regions with the same run the same (aws-facts §14.6).
    pub code_sha256: Option<String>,
    /// Names of what it needs beside its code: its role, its security groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
}

/// A function of a site.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Name from the configuration.
    pub name: String,
    /// What it is, looked up.
    pub detail: Observed<FunctionDetail>,
    /// Its series.
    pub metrics: Metrics,
}

impl Function {
    /// Its own name, whether it is configured by name or by ARN, with an alias or without.
    pub fn own_name(&self) -> &str {
        FunctionName::of(&self.name).name
    }
}

/// The account's Lambda limits in a Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrency {
    /// Concurrent executions allowed in all.
    pub limit: i32,
    /// Of these, not reserved by single functions.
    pub unreserved: i32,
}

/// Which endpoints of a Region answer, and how fast. Fed by every call made there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reachability {
    /// Round trip of the newest answered call.
    pub round_trip: Option<Duration>,
    /// When a call was last answered (an error reply is an answer too).
    pub last_answer: Option<Timestamp>,
    /// When a call last got no answer.
    pub last_silence: Option<Timestamp>,
    /// Calls without an answer since the last answer.
    pub silent_calls: u32,
    /// The newest failure, in short.
    pub last_error: Option<String>,
    /// AWS's clock minus ours, in milliseconds, from the newest answer.
    pub clock_skew_ms: Option<i64>,
}

impl Reachability {
    /// Whether the newest calls were answered; `None` before the first one ended.
    pub fn answering(&self) -> Option<bool> {
        if self.silent_calls > 0 {
            Some(false)
        } else {
            self.last_answer.map(|_| true)
        }
    }
}

/// A CloudFormation stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    pub name: String,
    /// `CREATE_COMPLETE` … as AWS spells it.
    pub status: String,
    /// Why, when AWS says.
    pub status_reason: Option<String>,
    /// `IN_SYNC`, `DRIFTED`, `NOT_CHECKED`, `UNKNOWN`.
    pub drift: String,
    /// Last update, or creation.
    pub changed: Option<Timestamp>,
}

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Twelve digits.
    pub account: String,
    /// The principal's ARN.
    pub arn: String,
    /// The endpoint that is configured instead of AWS's own, which this answer came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
}

impl Identity {
    /// `aws`, `aws-cn`, `aws-us-gov`: the second part of the ARN.
    pub fn partition(&self) -> &str {
        self.arn.split(':').nth(1).unwrap_or_default()
    }

    /// The person's part of the ARN: session or user name.
    pub fn operator(&self) -> &str {
        self.arn.rsplit(['/', ':']).next().unwrap_or(&self.arn)
    }
}

/// The fleet in one Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Site {
    /// Where.
    pub region: Region,
    /// Regional custom domain name, as configured.
    pub endpoint: Option<String>,
    pub api: Api,
    /// The functions behind it.
    pub functions: Vec<Function>,
    /// Lambda's limits here.
    pub concurrency: Observed<Concurrency>,
    /// Alarms in ALARM.
    pub alarms: Observed<Vec<Alarm>>,
    /// The certificate of the regional custom domain.
    pub certificate: Observed<Certificate>,
    /// The stack it was built from, when configured.
    pub stack: Option<Observed<Stack>>,
    /// gwctl's own request to the regional endpoint.
    pub probe: Observed<ProbeReport>,
    /// Which endpoints answer.
    pub reach: Reachability,
    /// What health checkers send to its API, as [`super::judge`] worked it out: too slow to be done for each figure.
    pub(super) checkers: Option<Checkers>,
    /// How it is doing.
    pub judgement: Judgement,
}
