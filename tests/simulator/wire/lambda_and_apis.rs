//! Lambda, both API Gateways and ACM over their JSON protocols; quotas and STS through the SDK.

use gwctl::sim::{Sim, SimOptions};
use serde_json::json;

use super::json::{acm, get, put};
use super::{ACCOUNT, noon, sdk, world};

const FUNCTIONS: &str = "/2015-03-31/functions";

/// What Lambda tells in `region` at `path` below its functions.
async fn lambda(sim: &Sim, region: &str, path: &str) -> super::json::Told {
    get(sim, "lambda", region, &format!("{FUNCTIONS}{path}")).await
}

#[tokio::test(start_paused = true)]
async fn functions_are_found_by_name_arn_and_version() {
    let sim = world("calm");
    let read = lambda(&sim, "eu-west-1", "/orders-read/configuration").await;
    let read = read.unwrap();
    assert_eq!(read["Version"], "$LATEST");
    assert_eq!(read["MemorySize"], 512);
    assert!(read["LastModified"].as_str().unwrap().ends_with("+0000"));
    let arn = read["FunctionArn"].as_str().unwrap();
    for name in [arn.to_owned(), format!("{ACCOUNT}:function:orders-read")] {
        let path = format!("/{}/configuration", name.replace(':', "%3A"));
        assert!(lambda(&sim, "eu-west-1", &path).await.is_ok(), "{name}");
    }
    let versioned = lambda(&sim, "eu-west-1", "/orders-read?Qualifier=41").await;
    assert_eq!(versioned.unwrap()["Configuration"]["Version"], "41");
    let list = lambda(&sim, "eu-west-1", "/").await.unwrap();
    let functions = list["Functions"].as_array().unwrap().iter();
    let names: Vec<_> = functions.map(|one| &one["FunctionName"]).collect();
    assert_eq!(names, ["orders-read", "orders-write"]);
    for path in [
        "/nope/configuration",
        "/orders-read/configuration?Qualifier=99",
    ] {
        let refused = lambda(&sim, "eu-west-1", path).await;
        assert_eq!(refused.unwrap_err(), "ResourceNotFoundException", "{path}");
    }
    let settings = get(&sim, "lambda", "eu-west-1", "/2016-08-19/account-settings").await;
    let settings = settings.unwrap();
    assert_eq!(settings["AccountLimit"]["ConcurrentExecutions"], 1_000);
    assert_eq!(settings["AccountUsage"]["FunctionCount"], 2);
}

#[tokio::test(start_paused = true)]
async fn new_code_is_told_by_its_checksum_and_may_be_published() {
    let sim = world("calm");
    let found = lambda(&sim, "eu-west-1", "/orders-read").await.unwrap();
    let location = found["Code"]["Location"].as_str().unwrap();
    assert!(location.contains("orders-read"));
    let path = format!("{FUNCTIONS}/orders-read/code");
    let code = json!({ "S3Bucket": "code", "S3Key": "read-42.zip", "Publish": true });
    let changed = put(&sim, "lambda", "eu-west-1", &path, code).await.unwrap();
    assert_eq!(changed["Version"], "42");
    let before = &found["Configuration"]["CodeSha256"];
    assert_ne!(&changed["CodeSha256"], before);
    let image = json!({ "ImageUri": "account/image:1" });
    let refused = put(&sim, "lambda", "eu-west-1", &path, image).await;
    assert_eq!(refused.unwrap_err(), "InvalidParameterValueException");
}

#[tokio::test(start_paused = true)]
async fn every_service_tells_its_own_quotas() {
    let sim = world("calm");
    let here = sdk(&sim, "eu-west-1");
    let rds = aws_sdk_rds::Client::new(&here);
    let told = rds.describe_account_attributes().send().await.unwrap();
    let mut quotas = told.account_quotas().iter();
    let clusters = quotas.find(|one| one.account_quota_name() == Some("DBClusters"));
    let clusters = clusters.unwrap();
    assert_eq!((clusters.used(), clusters.max()), (Some(1), Some(40)));
    let limits = aws_sdk_cloudformation::Client::new(&here);
    let limits = limits.describe_account_limits().send().await.unwrap();
    assert_eq!(limits.account_limits()[0].value(), Some(2_000));
    let route53 = aws_sdk_route53::Client::new(&here);
    let limit = aws_sdk_route53::types::AccountLimitType::MaxHealthChecksByOwner;
    let limit = route53
        .get_account_limit()
        .r#type(limit)
        .send()
        .await
        .unwrap();
    let checks = i64::try_from(sim.state().resources.health_checks.len()).unwrap();
    assert_eq!(
        (limit.count(), limit.limit().unwrap().value()),
        (checks, 200)
    );
    let account = get(&sim, "apigateway", "eu-west-1", "/account").await.unwrap();
    let rate = account["throttleSettings"]["rateLimit"].as_f64().unwrap();
    assert!((9_999.0..10_001.0).contains(&rate));
}

#[tokio::test(start_paused = true)]
async fn functions_are_paged() {
    let sim = world("calm");
    let mut sizes = Vec::new();
    let mut path = "/?MaxItems=2".to_owned();
    loop {
        let page = lambda(&sim, "us-east-1", &path).await.unwrap();
        sizes.push(page["Functions"].as_array().unwrap().len());
        let Some(marker) = page["NextMarker"].as_str() else {
            break;
        };
        path = format!("/?MaxItems=2&Marker={marker}");
    }
    assert_eq!(sizes, [2, 1], "the router too is in us-east-1");
}

fn rest_world() -> Sim {
    Sim::new(SimOptions {
        rest: true,
        start: Some(noon()),
        ..SimOptions::default()
    })
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn http_apis_belong_to_version_two() {
    let sim = world("calm");
    let id = sim.spec().sites[1].api.clone();
    let told = async |path: &str| get(&sim, "apigateway", "eu-west-1", path).await;
    let api = told(&format!("/v2/apis/{id}")).await.unwrap();
    assert_eq!(
        (&api["name"], &api["protocolType"]),
        (&json!("orders"), &json!("HTTP"))
    );
    assert!(api["createdDate"].is_string());
    let count = |list: &serde_json::Value, key: &str| list[key].as_array().map(Vec::len);
    let all = told("/v2/apis").await.unwrap();
    assert_eq!(count(&all, "items"), Some(1));
    let stages = told(&format!("/v2/apis/{id}/stages")).await.unwrap();
    assert_eq!(stages["items"][0]["stageName"], "$default");
    let domains = told("/v2/domainnames").await.unwrap();
    let name = domains["items"][0]["domainName"].as_str().unwrap();
    assert_eq!(name, "eu-west-1.api.orders.example.com");
    let domain = told(&format!("/v2/domainnames/{name}")).await.unwrap();
    let configuration = &domain["domainNameConfigurations"][0];
    assert_eq!(configuration["domainNameStatus"], "AVAILABLE");
    assert!(configuration["hostedZoneId"].is_string());
    let wrong = told(&format!("/restapis/{id}")).await;
    assert_eq!(wrong.unwrap_err(), "NotFoundException");
    let none = told("/restapis").await.unwrap();
    assert_eq!(count(&none, "item").unwrap_or(0), 0);
    let names = told("/domainnames").await.unwrap();
    assert_eq!(count(&names, "item"), Some(1));
}

#[tokio::test(start_paused = true)]
async fn rest_apis_belong_to_version_one() {
    let sim = rest_world();
    let id = sim.spec().sites[0].api.clone();
    let told = async |path: &str| get(&sim, "apigateway", "us-east-1", path).await;
    let api = told(&format!("/restapis/{id}")).await.unwrap();
    assert_eq!(api["name"], "orders");
    assert!(api["createdDate"].is_number());
    let all = told("/restapis").await.unwrap();
    assert_eq!(all["item"].as_array().unwrap().len(), 1);
    let stages = told(&format!("/restapis/{id}/stages")).await.unwrap();
    assert_eq!(stages["item"][0]["stageName"], "live");
    let domain = told("/domainnames/us-east-1.api.orders.example.com").await;
    assert!(domain.unwrap()["regionalHostedZoneId"].is_string());
    let nobody = told("/domainnames/nobody.example.com").await;
    assert_eq!(nobody.unwrap_err(), "NotFoundException");
    let wrong = told(&format!("/v2/apis/{id}")).await;
    assert_eq!(wrong.unwrap_err(), "NotFoundException");
}

#[tokio::test(start_paused = true)]
async fn certificates_are_listed_and_described_where_they_are() {
    let sim = world("calm");
    let list = acm(&sim, "us-east-1", "ListCertificates", json!({})).await;
    let list = list.unwrap();
    let summaries = list["CertificateSummaryList"].as_array().unwrap();
    let used = summaries.iter().filter(|one| one["InUse"] == true);
    let domains: Vec<_> = used.map(|one| &one["DomainName"]).collect();
    assert_eq!(
        domains,
        ["us-east-1.api.orders.example.com", "api.orders.example.com"]
    );
    let arn = summaries[1]["CertificateArn"].as_str().unwrap();
    let describe = async |region: &str, arn: &str| {
        let body = json!({ "CertificateArn": arn });
        acm(&sim, region, "DescribeCertificate", body).await
    };
    let detail = describe("us-east-1", arn).await.unwrap();
    let certificate = &detail["Certificate"];
    assert_eq!(certificate["Status"], "ISSUED");
    let seconds = |field: &str| certificate[field].as_f64().unwrap();
    let days = (seconds("NotAfter") - seconds("NotBefore") + 1.0) / 86_400.0;
    assert!((197.9..198.1).contains(&days), "{days}");
    assert_eq!(certificate["RenewalSummary"]["RenewalStatus"], "SUCCESS");
    let elsewhere = describe("eu-west-1", arn).await;
    assert_eq!(elsewhere.unwrap_err(), "ResourceNotFoundException");
    let odd = describe("us-east-1", "certificate/1").await;
    assert_eq!(odd.unwrap_err(), "InvalidArnException");
    let mut count = 0;
    let mut body = json!({ "MaxItems": 1 });
    loop {
        let page = acm(&sim, "us-east-1", "ListCertificates", body.clone()).await;
        let page = page.unwrap();
        count += page["CertificateSummaryList"].as_array().unwrap().len();
        let Some(next) = page["NextToken"].as_str() else {
            break;
        };
        body["NextToken"] = next.into();
    }
    assert_eq!(
        count, 5,
        "the Region's, the edge's, and three that nothing uses"
    );
}

#[tokio::test(start_paused = true)]
async fn the_caller_is_known() {
    let client = aws_sdk_sts::Client::new(&sdk(&world("calm"), "eu-west-1"));
    let who = client.get_caller_identity().send().await.unwrap();
    assert_eq!(who.account(), Some(ACCOUNT));
    assert!(who.arn().unwrap().ends_with("OrdersOnCall/robin"));
    assert!(who.user_id().unwrap().ends_with(":robin"));
}
