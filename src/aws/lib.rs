//! The only code that names an SDK crate: fleet types in and out.
//!
//! `services`: one file a service. `transport`: what every call goes through: a `Caller` (one service in one Region)
//! sends it through its circuit breaker, and an SDK interceptor enters every attempt in the ledger. Every string from
//! AWS is cleaned here.

#![allow(
    clippy::redundant_closure_for_method_calls,
    reason = "paths to the SDK's methods are longer than the closures they would replace"
)]

mod services;
mod transport;

pub use services::acm::Acm;
pub use services::apigateway::ApiGateway;
pub use services::cloudformation::CloudFormation;
pub use services::cloudformation_change::WantedChangeSet;
pub use services::cloudfront::CloudFront;
pub use services::cloudtrail::{CloudTrail, TrailPage};
pub use services::cloudwatch::{CloudWatch, MetricAnswer};
pub use services::dynamodb::{
    Consistency, Item, Only, Table, TableDescription, Written, is_write_conflict,
};
pub use services::health::{Health, HealthPage};
pub use services::iam::Iam;
pub use services::insights::{Insights, QueryAnswer, QueryQuestion, QueryRow, QueryState};
pub use services::invoke::Invoke;
pub use services::lambda::Lambda;
pub use services::lambda_code::{Code, MOST_ZIPPED};
pub use services::listed_metrics::ListedMetrics;
pub use services::logs::{Bound, Cut, LogAnswer, LogQuestion, Logs};
pub use services::metric::{MetricQuestion, Subject, question};
pub use services::mute::{MuteWindow, Muting};
pub use services::rds::{EVENTS_KEPT, EVENTS_MINUTES, Rds, Topologies};
pub use services::rds_data::{DataApi, SqlPlace};
pub use services::recovery::{RecoveryConfig, Routing};
pub use services::region_switch::{RegionSwitch, StartExecution};
pub use services::region_switch_replies::ExecutionSummary;
pub use services::route53::{Route53, Vantage, Zone};
pub use services::sns::TopicMessage;
pub use services::sts::Sts;
pub use services::xray::XRay;
pub use transport::connect::SessionOptions;
pub use transport::credentials::NoCredentials;
pub use transport::error::{AwsError, ErrorKind};
pub use transport::fence::Fence;
pub use transport::helper::{console_has_terminal, keep_from_terminal, waiting};
pub use transport::in_process::{Handler, Transport, in_process};
pub use transport::mfa_codes::{give_mfa_code, mfa_devices_waiting};
pub use transport::network::{Network, read_certificates_early, system_roots};
pub use transport::receipt::{ChangeReceipt, Invalidation, Receipt};
pub use transport::refusal::off;
pub use transport::session::{Acting, Session, Timeouts};
pub use transport::web::{NotPosted, WebClient, WebMessage, WebReply};
