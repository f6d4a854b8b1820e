//! The AWS protocols over the simulated world, spoken to by the real SDK, boto3 and the AWS CLI.

mod clients;
mod cloudformation;
mod cloudformation_bench;
mod cloudformation_drift;
mod cloudformation_failures;
mod cloudformation_life;
mod cloudformation_refusals;
mod cloudformation_updates;
mod cloudfront;
mod cloudfront_changes;
mod cloudtrail;
mod cloudwatch;
mod database_log;
mod dns;
mod insights;
mod json;
mod lambda_and_apis;
mod logs;
mod loopback;
mod protocols;
mod rds;
mod rds_changes;
mod recovery;
mod refusals;
mod robust;
mod route53;
mod route53_forced;
mod route53_weights;
mod switch;
mod tamper;
mod troubles;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sts::config::{Credentials, SharedCredentialsProvider, StalledStreamProtectionConfig};
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use gwctl::aws::in_process;
use gwctl::sim::wire::handler;
use gwctl::sim::{Scenario, Sim, SimOptions};
use jiff::Timestamp;

/// Ids the demo fleet is known by.
const DISTRIBUTION: &str = "E2ORDERS0EDGE1";
const ZONE: &str = "Z0ORDERS0EXAMPLE1";
const ACCOUNT: &str = "123456789012";

/// A world that stands at noon, in the scenario of this name.
fn world(scenario: &str) -> Sim {
    world_of(Scenario::load(scenario).expect("an embedded scenario"))
}

fn world_of(scenario: Scenario) -> Sim {
    Sim::new(SimOptions {
        scenario,
        start: Some(noon()),
        ..SimOptions::default()
    })
    .expect("a world")
}

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().expect("a time")
}

/// The real SDK's configuration, with `sim` for its AWS and no retries.
fn sdk(sim: &Sim, region: &str) -> SdkConfig {
    let credentials = Credentials::new("AKID", "SECRET", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(aws_config::Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(in_process(handler(sim.clone())))
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::disabled())
        // A Region that never answers is to be waited for as long as the test likes.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .build()
}

/// The real SDK's configuration, with a served world for its AWS and no retries.
fn over_loopback(url: &str, region: &str) -> SdkConfig {
    let credentials = Credentials::new("AKID", "SECRET", None, None, "test");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(aws_config::Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
        .retry_config(RetryConfig::disabled())
        .build()
}

/// Publishes values of one metric in `region`, a minute apart, the last one `ago` before now, and
/// lets them become visible.
fn publish(sim: &Sim, region: &str, metric: &str, values: &[f64]) {
    for (index, value) in values.iter().enumerate() {
        let minutes = i64::try_from(values.len() - index).expect("few values");
        let at = noon() - jiff::SignedDuration::from_mins(minutes);
        sim.state()
            .metrics
            .put(region, "Test", metric, &[("Fleet", "orders")], *value, at);
    }
    sim.advance(Duration::from_secs(60));
}

/// The code of an SDK error.
fn code<E: aws_sdk_sts::error::ProvideErrorMetadata>(error: &E) -> &str {
    error.code().unwrap_or_default()
}
