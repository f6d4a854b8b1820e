//! boto3 and the AWS CLI, over loopback: their own parsers must accept every reply.

use std::process::{Command, Output};

use gwctl::sim::wire::{Server, serve};
use gwctl::sim::{Scenario, Sim, SimOptions};

use super::noon;
use crate::contracts::emulators::{aws_cli, clean_environment, python};

/// A served world that runs 60 times as fast as the wall, so that what is published is soon visible.
async fn served(scenario: &str, rest: bool) -> Server {
    serve_with(SimOptions {
        scenario: Scenario::load(scenario).unwrap(),
        rest,
        ..SimOptions::default()
    })
    .await
}

async fn serve_with(options: SimOptions) -> Server {
    let sim = Sim::new(SimOptions {
        start: Some(noon()),
        speed: 60.0,
        ..options
    });
    serve(sim.unwrap(), 0).await.unwrap()
}

async fn run(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output())
        .await
        .unwrap()
        .unwrap()
}

async fn boto3(server: &Server, what: &[&str]) {
    let mut command = Command::new(python());
    clean_environment(&mut command);
    command
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/simulator/wire/clients.py"
        ))
        .arg(format!("http://{}", server.address()))
        .arg(noon().to_string())
        .args(what);
    let output = run(command).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_understands_every_operation() {
    boto3(&served("calm", false).await, &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_understands_rest_apis() {
    boto3(&served("calm", true).await, &["rest"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_understands_changes() {
    let with_arc = SimOptions {
        arc: true,
        ..SimOptions::default()
    };
    boto3(&serve_with(with_arc).await, &["changes"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_executes_a_region_switch_plan() {
    boto3(&served("region-switch", false).await, &["region-switch"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boto3_understands_refusals() {
    boto3(&served("credentials-expired", false).await, &["refusals"]).await;
}

async fn cli(server: &Server, arguments: &str) -> Result<serde_json::Value, String> {
    let mut command = Command::new(aws_cli());
    clean_environment(&mut command);
    command
        .env("AWS_ENDPOINT_URL", format!("http://{}", server.address()))
        .env("AWS_ACCESS_KEY_ID", "AKID")
        .env("AWS_SECRET_ACCESS_KEY", "SECRET")
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .env("AWS_MAX_ATTEMPTS", "1")
        .args(["--output", "json"])
        .args(arguments.split_whitespace());
    let output = run(command).await;
    if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_aws_cli_is_a_client_as_any_other() {
    let server = served("calm", false).await;
    let caller = cli(&server, "sts get-caller-identity").await.unwrap();
    assert_eq!(caller["Account"], "123456789012");
    let alarms = cli(&server, "cloudwatch describe-alarms --max-items 2")
        .await
        .unwrap();
    assert_eq!(alarms["MetricAlarms"].as_array().unwrap().len(), 2);
    let global = cli(&server, "rds describe-global-clusters").await.unwrap();
    assert_eq!(
        global["GlobalClusters"][0]["GlobalClusterMembers"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let records =
        "route53 list-resource-record-sets --hosted-zone-id Z0ORDERS0EXAMPLE1 --page-size 2";
    let records = cli(&server, records).await.unwrap();
    assert!(records["ResourceRecordSets"].as_array().unwrap().len() > 6);
    let missing = cli(&server, "lambda get-function --function-name nope")
        .await
        .unwrap_err();
    assert!(missing.contains("(ResourceNotFoundException)"), "{missing}");
    let unknown = cli(&server, "rds describe-blue-green-deployments")
        .await
        .unwrap_err();
    assert!(unknown.contains("(InvalidAction)"), "{unknown}");
}
