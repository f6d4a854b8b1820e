//! What the world refuses, in each service's own words, through the SDK.

use std::time::Duration;

use aws_sdk_sts::error::ProvideErrorMetadata;
use aws_sdk_sts::operation::RequestId;
use gwctl::sim::Sim;
use serde_json::json;

use super::json::{Told, acm, get};
use super::{DISTRIBUTION, ZONE, sdk, world};

fn said<T, E: ProvideErrorMetadata>(answer: Result<T, E>) -> String {
    answer.err().map_or("ok".into(), |error| {
        error.code().unwrap_or("no code").to_owned()
    })
}

/// The code that a read of each service fails with, by service.
async fn codes(sim: &Sim, region: &str) -> Vec<(&'static str, String)> {
    let config = &sdk(sim, region);
    let cloudwatch = aws_sdk_cloudwatch::Client::new(config);
    let rds = aws_sdk_rds::Client::new(config);
    let route53 = aws_sdk_route53::Client::new(config);
    let cloudfront = aws_sdk_cloudfront::Client::new(config);
    let json = |told: Told| told.err().unwrap_or_else(|| "ok".into());
    let read = async |service, path| json(get(sim, service, region, path).await);
    let acm = acm(sim, region, "ListCertificates", json!({})).await;
    let cloudformation = aws_sdk_cloudformation::Client::new(config);
    let sts = aws_sdk_sts::Client::new(config);
    vec![
        ("cloudwatch", said(cloudwatch.list_metrics().send().await)),
        ("rds", said(rds.describe_db_clusters().send().await)),
        (
            "route53",
            said(route53.get_hosted_zone().id(ZONE).send().await),
        ),
        (
            "cloudfront",
            said(cloudfront.get_distribution().id(DISTRIBUTION).send().await),
        ),
        ("lambda", read("lambda", "/2015-03-31/functions/").await),
        ("apigateway", read("apigateway", "/restapis").await),
        ("apigatewayv2", read("apigateway", "/v2/apis").await),
        ("acm", json(acm)),
        (
            "cloudformation",
            said(cloudformation.describe_stacks().send().await),
        ),
        ("sts", said(sts.get_caller_identity().send().await)),
    ]
}

fn of(codes: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    codes.to_vec()
}

fn expect(pairs: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    pairs
        .iter()
        .map(|(service, code)| (*service, (*code).to_owned()))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_have_each_services_code() {
    let sim = world("credentials-expired");
    let (xml, json) = ("ExpiredToken", "ExpiredTokenException");
    let expected = expect(&[
        ("cloudwatch", xml),
        ("rds", xml),
        ("route53", xml),
        ("cloudfront", xml),
        ("lambda", json),
        ("apigateway", json),
        ("apigatewayv2", json),
        ("acm", json),
        ("cloudformation", xml),
        ("sts", xml),
    ]);
    assert_eq!(of(&codes(&sim, "eu-west-1").await), expected);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_not_enabled_does_not_know_the_caller() {
    let answers = codes(&world("calm"), "me-central-1").await;
    for (service, code) in answers {
        match service {
            "route53" | "cloudfront" => assert_eq!(code, "ok", "{service} is global"),
            "lambda" | "apigateway" | "apigatewayv2" | "acm" => {
                assert_eq!(code, "UnrecognizedClientException", "{service}");
            }
            _ => assert_eq!(code, "InvalidClientTokenId", "{service}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_has_each_services_code() {
    let sim = world("throttled");
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..12 {
        for (service, code) in codes(&sim, "eu-west-1").await {
            if code != "ok" {
                seen.insert(service, code);
            }
        }
    }
    let expected = [
        ("acm", "ThrottlingException"),
        ("apigateway", "TooManyRequestsException"),
        ("apigatewayv2", "TooManyRequestsException"),
        ("cloudformation", "Throttling"),
        ("cloudfront", "Throttling"),
        ("cloudwatch", "Throttling"),
        ("lambda", "TooManyRequestsException"),
        ("rds", "Throttling"),
        ("route53", "Throttling"),
        ("sts", "Throttling"),
    ];
    let seen: Vec<_> = seen
        .iter()
        .map(|(service, code)| (*service, code.as_str()))
        .collect();
    assert_eq!(seen, expected);
}

#[tokio::test(start_paused = true)]
async fn the_sdk_recognises_throttling_and_tries_again() {
    let sim = world("throttled");
    let retries = aws_config::retry::RetryConfig::standard().with_max_attempts(12);
    let config = sdk(&sim, "eu-west-1")
        .into_builder()
        .retry_config(retries)
        .build();
    let client = aws_sdk_rds::Client::new(&config);
    assert!(client.describe_db_clusters().send().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn route_53_refuses_the_fifth_hurried_question_for_votes() {
    let sim = world("calm");
    let check = sim.state().resources.health_checks[1].id.clone();
    let client = aws_sdk_route53::Client::new(&sdk(&sim, "us-east-1"));
    let calls = (0..5).map(|_| {
        client
            .get_health_check_status()
            .health_check_id(&check)
            .send()
    });
    let answers = futures_util::future::join_all(calls).await;
    let refused: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    let [refused] = &refused[..] else {
        panic!("{refused:?}")
    };
    assert_eq!(refused.code(), Some("Throttling"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_lack_of_permission_names_the_action() {
    let config = sdk(&world("access-denied"), "eu-west-1");
    let rds = aws_sdk_rds::Client::new(&config);
    let error = rds.describe_db_clusters().send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDenied"));
    assert!(
        error.message().unwrap().contains("rds:DescribeDBClusters"),
        "{error:?}"
    );
    assert!(error.request_id().is_some());
    assert!(
        rds.describe_global_clusters().send().await.is_ok(),
        "all else answers"
    );
}

#[tokio::test(start_paused = true)]
async fn a_dark_region_never_answers_and_others_do() {
    let sim = world("calm");
    sim.start_fault("region-dark:eu-west-1").unwrap();
    let ask = |sim: &Sim, region: &str| {
        let client = aws_sdk_rds::Client::new(&sdk(sim, region));
        async move { client.describe_db_clusters().send().await.is_ok() }
    };
    let patience = Duration::from_secs(3_600);
    assert!(
        tokio::time::timeout(patience, ask(&sim, "eu-west-1"))
            .await
            .is_err()
    );
    assert_eq!(
        tokio::time::timeout(patience, ask(&sim, "us-east-1")).await,
        Ok(true)
    );
    sim.end_fault("region-dark:eu-west-1").unwrap();
    assert_eq!(
        tokio::time::timeout(patience, ask(&sim, "eu-west-1")).await,
        Ok(true)
    );
}

#[tokio::test(start_paused = true)]
async fn global_control_planes_that_are_down_answer_503_or_nothing() {
    let sim = world("calm");
    sim.start_fault("control-planes-down").unwrap();
    let route53 = aws_sdk_route53::Client::new(&sdk(&sim, "eu-west-1"));
    let mut codes = Vec::new();
    for _ in 0..20 {
        let call =
            tokio::time::timeout(Duration::from_secs(60), route53.list_health_checks().send());
        codes.push(
            call.await
                .map(|answer| answer.unwrap_err().code().unwrap().to_owned())
                .ok(),
        );
    }
    assert!(
        codes.contains(&Some("ServiceUnavailable".into())),
        "{codes:?}"
    );
    assert!(codes.contains(&None), "{codes:?}");
    let rds = aws_sdk_rds::Client::new(&sdk(&sim, "eu-west-1"));
    assert!(
        rds.describe_db_clusters().send().await.is_ok(),
        "regional planes carry on"
    );
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_not_simulated_is_refused_in_the_services_own_shape() {
    let sim = world("calm");
    let config = sdk(&sim, "eu-west-1");
    let rds = aws_sdk_rds::Client::new(&config)
        .describe_blue_green_deployments()
        .send()
        .await
        .unwrap_err();
    assert_eq!(rds.code(), Some("InvalidAction"));
    assert!(
        rds.message()
            .unwrap()
            .contains("DescribeBlueGreenDeployments")
    );
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&config)
        .list_dashboards()
        .send()
        .await
        .unwrap_err();
    assert_eq!(cloudwatch.code(), Some("UnknownOperationException"));
    assert!(cloudwatch.message().unwrap().contains("ListDashboards"));
    let lambda = get(&sim, "lambda", "eu-west-1", "/2018-10-31/layers").await;
    assert_eq!(lambda.unwrap_err(), "UnknownOperationException");
    let acm = acm(&sim, "eu-west-1", "GetAccountConfiguration", json!({})).await;
    assert_eq!(acm.unwrap_err(), "UnknownOperationException");
    let route53 = aws_sdk_route53::Client::new(&config)
        .get_checker_ip_ranges()
        .send()
        .await
        .unwrap_err();
    assert_eq!(route53.code(), Some("UnknownOperationException"));
}
