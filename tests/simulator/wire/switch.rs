//! The evacuation switch, from a surviving Region's CloudWatch to what DNS answers: no control plane
//! in us-east-1 is needed (aws-facts §3.5).

use std::time::Duration;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{Dimension, MetricDatum};
use aws_sdk_route53::types::{HealthCheckType, RrType};
use gwctl::sim::Sim;

use super::{ZONE, sdk, world};

/// What Route 53 answers clients in Europe.
async fn answer(route53: &aws_sdk_route53::Client) -> String {
    let call = route53
        .test_dns_answer()
        .hosted_zone_id(ZONE)
        .record_name("latency.orders.example.com")
        .record_type(RrType::Cname)
        .edns0_client_subnet_ip("193.0.0.0");
    call.send().await.unwrap().record_data().join(" ")
}

/// Throws the switch of eu-west-1, in the Region where Route 53 says its alarm is.
async fn throw(sim: &Sim, route53: &aws_sdk_route53::Client, value: f64) {
    let checks = route53.list_health_checks().send().await.unwrap();
    let alarm = checks
        .health_checks()
        .iter()
        .filter_map(|one| one.health_check_config())
        .filter(|config| config.r#type() == &HealthCheckType::CloudwatchMetric)
        .filter_map(|config| config.alarm_identifier())
        .find(|alarm| alarm.name().ends_with("eu-west-1"))
        .unwrap();
    let home = alarm.region().as_str();
    assert_ne!(home, "eu-west-1", "a switch survives what it evacuates");
    let cloudwatch = aws_sdk_cloudwatch::Client::new(&sdk(sim, home));
    let alarms = cloudwatch
        .describe_alarms()
        .alarm_names(alarm.name())
        .send()
        .await
        .unwrap();
    let watched = &alarms.metric_alarms()[0];
    let datum = MetricDatum::builder()
        .metric_name(watched.metric_name().unwrap())
        .dimensions(
            Dimension::builder()
                .name("Region")
                .value("eu-west-1")
                .build(),
        )
        .timestamp(DateTime::from_secs(sim.clock().now().as_second()))
        .value(value);
    let put = cloudwatch
        .put_metric_data()
        .namespace(watched.namespace().unwrap());
    put.metric_data(datum.build()).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_evacuation_switch_moves_dns_and_back() {
    let sim = world("calm");
    let route53 = aws_sdk_route53::Client::new(&sdk(&sim, "eu-west-1"));
    assert_eq!(answer(&route53).await, "eu-west-1.api.orders.example.com");
    throw(&sim, &route53, 1.0).await;
    sim.advance(Duration::from_secs(180));
    assert_eq!(answer(&route53).await, "us-east-1.api.orders.example.com");
    throw(&sim, &route53, 0.0).await;
    sim.advance(Duration::from_secs(180));
    assert_eq!(answer(&route53).await, "eu-west-1.api.orders.example.com");
}
