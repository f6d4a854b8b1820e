//! Lambda, both API Gateways, ACM and STS through the SDK.

use gwctl::sim::{Sim, SimOptions};

use super::{ACCOUNT, code, noon, sdk, world};

#[tokio::test(start_paused = true)]
async fn functions_are_found_by_name_arn_and_version() {
    let client = aws_sdk_lambda::Client::new(&sdk(&world("calm"), "eu-west-1"));
    let read = client
        .get_function_configuration()
        .function_name("orders-read")
        .send()
        .await
        .unwrap();
    assert_eq!(
        (read.version(), read.memory_size()),
        (Some("$LATEST"), Some(512))
    );
    assert!(read.last_modified().unwrap().ends_with("+0000"));
    let arn = read.function_arn().unwrap();
    for name in [arn.to_owned(), format!("{ACCOUNT}:function:orders-read")] {
        assert!(
            client
                .get_function_configuration()
                .function_name(name)
                .send()
                .await
                .is_ok()
        );
    }
    let versioned = client
        .get_function()
        .function_name("orders-read")
        .qualifier("41")
        .send()
        .await
        .unwrap();
    assert_eq!(versioned.configuration().unwrap().version(), Some("41"));
    let list = client.list_functions().send().await.unwrap();
    let names: Vec<_> = list
        .functions()
        .iter()
        .filter_map(|one| one.function_name())
        .collect();
    assert_eq!(names, ["orders-read", "orders-write"]);
    for (name, qualifier) in [("nope", None), ("orders-read", Some("99"))] {
        let call = client.get_function_configuration().function_name(name);
        let error = call
            .set_qualifier(qualifier.map(str::to_owned))
            .send()
            .await
            .unwrap_err();
        assert!(
            error.into_service_error().is_resource_not_found_exception(),
            "{name}"
        );
    }
    let settings = client.get_account_settings().send().await.unwrap();
    assert_eq!(
        settings.account_limit().unwrap().concurrent_executions(),
        1_000
    );
    assert_eq!(settings.account_usage().unwrap().function_count(), 2);
}

#[tokio::test(start_paused = true)]
async fn new_code_is_told_by_its_checksum_and_may_be_published() {
    let client = aws_sdk_lambda::Client::new(&sdk(&world("calm"), "eu-west-1"));
    let update = || {
        let call = client.update_function_code().function_name("orders-read");
        call.s3_bucket("code").s3_key("read-42.zip").publish(true)
    };
    let found = client.get_function().function_name("orders-read");
    let found = found.send().await.unwrap();
    assert!(
        found
            .code()
            .unwrap()
            .location()
            .unwrap()
            .contains("orders-read")
    );
    let changed = update().send().await.unwrap();
    assert_eq!(changed.version(), Some("42"));
    let before = found.configuration().unwrap();
    assert_ne!(changed.code_sha256(), before.code_sha256());
    let image = client.update_function_code().function_name("orders-read");
    let refused = image.image_uri("account/image:1").send().await.unwrap_err();
    assert_eq!(code(&refused), "InvalidParameterValueException");
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
    let gateway = aws_sdk_apigateway::Client::new(&here);
    let account = gateway.get_account().send().await.unwrap();
    let rate = account.throttle_settings().unwrap().rate_limit();
    assert!((9_999.0..10_001.0).contains(&rate));
}

#[tokio::test(start_paused = true)]
async fn functions_are_paged() {
    let client = aws_sdk_lambda::Client::new(&sdk(&world("calm"), "us-east-1"));
    let mut pages = client.list_functions().max_items(2).into_paginator().send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().functions().len());
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
    let v2 = aws_sdk_apigatewayv2::Client::new(&sdk(&sim, "eu-west-1"));
    let api = v2.get_api().api_id(&id).send().await.unwrap();
    assert_eq!(
        (api.name(), api.protocol_type().unwrap().as_str()),
        (Some("orders"), "HTTP")
    );
    assert!(api.created_date().is_some());
    assert_eq!(v2.get_apis().send().await.unwrap().items().len(), 1);
    let stages = v2.get_stages().api_id(&id).send().await.unwrap();
    assert_eq!(stages.items()[0].stage_name(), Some("$default"));
    let domains = v2.get_domain_names().send().await.unwrap();
    let name = domains.items()[0].domain_name().unwrap();
    assert_eq!(name, "eu-west-1.api.orders.example.com");
    let domain = v2.get_domain_name().domain_name(name).send().await.unwrap();
    let configuration = &domain.domain_name_configurations()[0];
    assert_eq!(
        configuration.domain_name_status().unwrap().as_str(),
        "AVAILABLE"
    );
    assert!(configuration.hosted_zone_id().is_some());
    let v1 = aws_sdk_apigateway::Client::new(&sdk(&sim, "eu-west-1"));
    let wrong = v1.get_rest_api().rest_api_id(&id).send().await.unwrap_err();
    assert!(wrong.into_service_error().is_not_found_exception());
    assert!(v1.get_rest_apis().send().await.unwrap().items().is_empty());
    assert_eq!(v1.get_domain_names().send().await.unwrap().items().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn rest_apis_belong_to_version_one() {
    let sim = rest_world();
    let id = sim.spec().sites[0].api.clone();
    let v1 = aws_sdk_apigateway::Client::new(&sdk(&sim, "us-east-1"));
    let api = v1.get_rest_api().rest_api_id(&id).send().await.unwrap();
    assert_eq!(api.name(), Some("orders"));
    assert!(api.created_date().is_some());
    assert_eq!(v1.get_rest_apis().send().await.unwrap().items().len(), 1);
    let stages = v1.get_stages().rest_api_id(&id).send().await.unwrap();
    assert_eq!(stages.item()[0].stage_name(), Some("live"));
    let domain = v1
        .get_domain_name()
        .domain_name("us-east-1.api.orders.example.com")
        .send()
        .await
        .unwrap();
    assert!(domain.regional_hosted_zone_id().is_some());
    let nobody = v1
        .get_domain_name()
        .domain_name("nobody.example.com")
        .send()
        .await
        .unwrap_err();
    assert!(nobody.into_service_error().is_not_found_exception());
    let v2 = aws_sdk_apigatewayv2::Client::new(&sdk(&sim, "us-east-1"));
    let wrong = v2.get_api().api_id(&id).send().await.unwrap_err();
    assert!(wrong.into_service_error().is_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn certificates_are_listed_and_described_where_they_are() {
    let sim = world("calm");
    let client = aws_sdk_acm::Client::new(&sdk(&sim, "us-east-1"));
    let list = client.list_certificates().send().await.unwrap();
    let domains: Vec<_> = list
        .certificate_summary_list()
        .iter()
        .filter(|one| one.in_use() == Some(true))
        .filter_map(|one| one.domain_name())
        .collect();
    assert_eq!(
        domains,
        ["us-east-1.api.orders.example.com", "api.orders.example.com"]
    );
    let arn = list.certificate_summary_list()[1]
        .certificate_arn()
        .unwrap();
    let detail = client
        .describe_certificate()
        .certificate_arn(arn)
        .send()
        .await
        .unwrap();
    let certificate = detail.certificate().unwrap();
    assert_eq!(certificate.status().unwrap().as_str(), "ISSUED");
    let (from, to) = (
        certificate.not_before().unwrap(),
        certificate.not_after().unwrap(),
    );
    assert_eq!((to.secs() - from.secs() + 1) / 86_400, 198);
    assert_eq!(
        certificate
            .renewal_summary()
            .unwrap()
            .renewal_status()
            .as_str(),
        "SUCCESS"
    );
    let elsewhere = aws_sdk_acm::Client::new(&sdk(&sim, "eu-west-1"));
    let error = elsewhere
        .describe_certificate()
        .certificate_arn(arn)
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_resource_not_found_exception());
    let odd = client
        .describe_certificate()
        .certificate_arn("certificate/1")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&odd), "InvalidArnException");
    let mut pages = client
        .list_certificates()
        .max_items(1)
        .into_paginator()
        .send();
    let mut count = 0;
    while let Some(page) = pages.next().await {
        count += page.unwrap().certificate_summary_list().len();
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
