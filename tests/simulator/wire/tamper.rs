//! Single calls that go wrong, in process and over loopback, and the record of changes.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_rds::Client;
use aws_sdk_rds::error::SdkError;
use aws_sdk_rds::operation::switchover_global_cluster::SwitchoverGlobalClusterError;
use gwctl::sim::Sim;
use gwctl::sim::wire::{Server, serve};
use gwctl::sim::world::{How, Tamper};

use super::{ACCOUNT, code, sdk, world};

fn target() -> String {
    format!("arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:orders-euw1")
}

type Refused = SdkError<SwitchoverGlobalClusterError>;

async fn switch(config: &SdkConfig) -> Result<(), Refused> {
    // Time passes for calls that nobody answers; over loopback it is the wall's.
    let patience = TimeoutConfig::builder()
        .operation_timeout(Duration::from_secs(2))
        .build();
    let config = config.to_builder().timeout_config(patience).build();
    Client::new(&config)
        .switchover_global_cluster()
        .global_cluster_identifier("orders")
        .target_db_cluster_identifier(target())
        .send()
        .await
        .map(|_| ())
}

fn tamper(sim: &Sim, nth: u32, how: How) {
    sim.tamper(Tamper {
        service: "rds".into(),
        operation: "SwitchoverGlobalCluster".into(),
        region: None,
        nth,
        how,
    });
}

fn moving(sim: &Sim) -> bool {
    let state = sim.state();
    state.resources.global_clusters[0].failover.is_some()
}

/// Every way to go wrong, whether the change is made, and what the caller sees.
async fn each_way(connect: impl AsyncFn(&Sim) -> (SdkConfig, Option<Server>)) {
    type Seen = fn(&Refused) -> bool;
    let ways: [(How, bool, Seen); 6] = [
        (
            How::Fail("InvalidGlobalClusterStateFault".into()),
            false,
            |e| {
                e.as_service_error().is_some_and(
                    SwitchoverGlobalClusterError::is_invalid_global_cluster_state_fault,
                )
            },
        ),
        (How::Throttle, false, |e| code(e) == "Throttling"),
        (How::ServerError, false, |e| {
            let status = e.raw_response().map(|raw| raw.status().as_u16());
            code(e) == "InternalFailure" && status == Some(500)
        }),
        (How::Hang, false, |e| matches!(e, SdkError::TimeoutError(_))),
        (How::LoseReply, true, |e| {
            matches!(e, SdkError::TimeoutError(_))
        }),
        (How::BreakReply, true, |e| {
            matches!(e, SdkError::DispatchFailure(_))
        }),
    ];
    for (how, made, seen) in ways {
        let sim = world("calm");
        let (config, _server) = connect(&sim).await;
        tamper(&sim, 1, how.clone());
        let error = switch(&config).await.unwrap_err();
        assert!(seen(&error), "{how:?}: {error:?}");
        assert_eq!(moving(&sim), made, "{how:?}");
        {
            let state = sim.state();
            let [mutation] = &state.control.mutations[..] else {
                panic!("{how:?}: {:?}", state.control.mutations)
            };
            assert_eq!(mutation.accepted, made, "{how:?}");
            assert_eq!(mutation.target, format!("orders {}", target()));
            assert!(state.control.tampers().is_empty(), "it strikes once");
        }
        let again = switch(&config).await;
        assert_eq!(
            again.is_ok(),
            !made,
            "{how:?}: a second one is refused while the first runs"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_goes_wrong_in_every_way_in_process() {
    each_way(async |sim: &Sim| (sdk(sim, "us-east-1"), None)).await;
}

#[tokio::test]
async fn a_call_goes_wrong_in_every_way_over_loopback() {
    each_way(async |sim: &Sim| {
        let server = serve(sim.clone(), 0).await.unwrap();
        let url = format!("http://{}", server.address());
        (super::over_loopback(&url, "us-east-1"), Some(server))
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn only_the_nth_call_to_that_region_is_struck() {
    let sim = world("calm");
    for (region, nth) in [("eu-west-1", 1), ("us-east-1", 2)] {
        sim.tamper(Tamper {
            service: "rds".into(),
            operation: "DescribeEvents".into(),
            region: Some(region.parse().unwrap()),
            nth,
            how: How::Throttle,
        });
    }
    let call = async |region: &str| {
        let client = Client::new(&sdk(&sim, region));
        client.describe_events().send().await.is_ok()
    };
    assert!(call("us-east-1").await);
    assert!(!call("us-east-1").await);
    assert!(call("us-east-1").await);
    assert!(!call("eu-west-1").await);
    assert!(call("eu-west-1").await);
    let state = sim.state();
    assert!(
        state.control.mutations.is_empty(),
        "looking changes nothing"
    );
    assert_eq!(state.control.calls_of("rds:DescribeEvents"), 5);
    let here = state.control.calls()[&("rds:DescribeEvents".into(), "us-east-1".into())];
    assert_eq!((here.count, here.throttled), (3, 0));
    assert!(here.busiest_second >= 1);
}

#[tokio::test(start_paused = true)]
async fn two_changes_are_told_apart_and_the_same_one_is_recognised() {
    let sim = world("calm");
    let metrics = aws_sdk_cloudwatch::Client::new(&sdk(&sim, "eu-west-1"));
    let put = async |value: f64| {
        let datum = aws_sdk_cloudwatch::types::MetricDatum::builder()
            .metric_name("Evacuate")
            .dimensions(
                aws_sdk_cloudwatch::types::Dimension::builder()
                    .name("Region")
                    .value("us-east-1")
                    .build(),
            )
            .timestamp(aws_sdk_cloudwatch::primitives::DateTime::from_secs(
                super::noon().as_second(),
            ))
            .value(value);
        metrics
            .put_metric_data()
            .namespace("Orders/Evacuation")
            .metric_data(datum.build())
            .send()
            .await
            .unwrap();
    };
    put(1.0).await;
    put(0.0).await;
    put(1.0).await;
    let state = sim.state();
    let [on, off, again] = &state.control.mutations[..] else {
        panic!("{:?}", state.control.mutations)
    };
    assert_eq!(on.target, "Orders/Evacuation Evacuate us-east-1 1");
    assert_ne!((&on.target, on.fingerprint), (&off.target, off.fingerprint));
    assert_eq!(on.fingerprint, again.fingerprint);
    assert!(on.accepted && on.region.as_str() == "eu-west-1");
}
