//! CloudFront through the SDK: REST-XML with an `ETag`.

use aws_sdk_cloudfront::Client;

use super::{DISTRIBUTION, sdk, world};

#[tokio::test(start_paused = true)]
async fn a_distribution_and_its_configuration_carry_their_etag() {
    let client = Client::new(&sdk(&world("calm"), "eu-west-1"));
    let reply = client
        .get_distribution()
        .id(DISTRIBUTION)
        .send()
        .await
        .unwrap();
    let distribution = reply.distribution().unwrap();
    assert_eq!(distribution.status(), "Deployed");
    assert!(distribution.domain_name().ends_with(".cloudfront.net"));
    let config = client
        .get_distribution_config()
        .id(DISTRIBUTION)
        .send()
        .await
        .unwrap();
    assert!(config.e_tag().is_some());
    assert_eq!(config.e_tag(), reply.e_tag());
    let config = config.distribution_config().unwrap();
    assert_eq!(distribution.distribution_config(), Some(config));
    assert_eq!(
        config.aliases().unwrap().items(),
        ["api.orders.example.com"]
    );
    assert_eq!(
        config.origins().unwrap().items()[0].domain_name(),
        "latency.orders.example.com"
    );
    let behaviour = config.default_cache_behavior().unwrap();
    let router = &behaviour.lambda_function_associations().unwrap().items()[0];
    assert_eq!(router.event_type().as_str(), "origin-request");
    assert!(
        router
            .lambda_function_arn()
            .ends_with("function:orders-router:7")
    );
    let missing = client
        .get_distribution()
        .id("E0NONE")
        .send()
        .await
        .unwrap_err();
    assert!(missing.into_service_error().is_no_such_distribution());
}

#[tokio::test(start_paused = true)]
async fn distributions_are_listed() {
    let client = Client::new(&sdk(&world("calm"), "us-east-1"));
    let list = client.list_distributions().send().await.unwrap();
    let list = list.distribution_list().unwrap();
    assert_eq!((list.quantity(), list.is_truncated()), (1, false));
    assert_eq!(list.items()[0].id(), DISTRIBUTION);
}

#[tokio::test(start_paused = true)]
async fn additional_metrics_are_on_or_have_no_subscription() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let call = || {
        client
            .get_monitoring_subscription()
            .distribution_id(DISTRIBUTION)
    };
    let on = call().send().await.unwrap();
    let config = on
        .monitoring_subscription()
        .unwrap()
        .realtime_metrics_subscription_config()
        .unwrap();
    assert_eq!(
        config.realtime_metrics_subscription_status().as_str(),
        "Enabled"
    );
    sim.state().resources.distributions[0].additional_metrics = false;
    let off = call().send().await.unwrap_err();
    assert!(
        off.into_service_error()
            .is_no_such_monitoring_subscription()
    );
}
