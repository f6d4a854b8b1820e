//! The only code that names an SDK crate: one file a service, fleet types in and out.
//!
//! Every call goes over a `Line` (one service in one Region) through its circuit breaker, and an
//! SDK interceptor enters every attempt in the ledger. Every string from AWS is cleaned here.

#![allow(
    clippy::redundant_closure_for_method_calls,
    reason = "paths to the SDK's methods are longer than the closures they would replace"
)]

mod acm;
mod apigateway;
mod apigateway_names;
mod breaker;
mod cloudformation;
mod cloudformation_change;
mod cloudformation_read;
mod cloudfront;
mod cloudfront_change;
mod cloudfront_list;
mod cloudwatch;
mod credentials;
mod denial;
mod error;
mod helper;
mod iam;
mod in_process;
mod invoke;
mod keys;
mod lambda;
mod lambda_code;
mod line;
mod listing;
mod metric;
mod network;
mod plain;
mod profiles;
mod quotas;
mod rds;
mod rds_change;
mod rds_offers;
mod receipt;
mod recorder;
mod recovery;
mod refusal;
mod reply;
mod route53;
mod route53_change;
mod session;
mod sts;
mod surroundings;
mod switch;
mod time;
mod watch;
mod whole;

pub use acm::Acm;
pub use apigateway::ApiGateway;
pub use cloudformation::CloudFormation;
pub use cloudformation_change::WantedChangeSet;
pub use cloudfront::CloudFront;
pub use cloudwatch::{CloudWatch, MetricAnswer};
pub use error::{AwsError, ErrorKind};
pub use helper::{keep_from_terminal, waiting};
pub use iam::Iam;
pub use in_process::{Handler, Transport, in_process};
pub use invoke::Invoke;
pub use lambda::Lambda;
pub use lambda_code::MOST_ZIPPED;
pub use metric::{MetricQuestion, Subject, question};
pub use rds::Rds;
pub use receipt::{ChangeReceipt, Invalidation, Receipt};
pub use recovery::{RecoveryConfig, Routing};
pub use refusal::off;
pub use route53::{Route53, Vantage, Zone};
pub use session::{Acting, Session, SessionOptions, Timeouts};
pub use sts::Sts;
