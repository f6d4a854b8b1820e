//! The served world's DNS, asked by gwctl's own prober over UDP.

use std::time::Duration;

use gwctl::observe::{NetworkProber, Prober as _};
use gwctl::sim::wire::serve;

use super::world;

const LATENCY: &str = "latency.orders.example.com";

#[tokio::test]
async fn the_zones_servers_answer_by_network_and_the_resolver_as_from_the_operators_seat() {
    let sim = world("calm");
    let server = serve(sim.clone(), 0).await.unwrap();
    assert!(server.dns().ip().is_loopback());
    let prober = NetworkProber::through(server.dns()).unwrap();
    let from = async |network: &str| {
        let said = prober
            .answer(LATENCY.into(), "CNAME".into(), network.parse().unwrap())
            .await;
        let said = said.unwrap();
        assert_eq!(said.ttl_s, 60);
        said.values.join(" ")
    };
    let endpoint = |region: &str| format!("{region}.api.orders.example.com");
    assert_eq!(from("193.0.0.0").await, endpoint("eu-west-1"));
    assert_eq!(from("3.80.0.0").await, endpoint("us-east-1"));
    assert_eq!(from("203.116.0.0").await, endpoint("ap-southeast-1"));
    let seat = prober.resolve(LATENCY.into()).await.unwrap();
    assert_eq!(seat.values, [endpoint("eu-west-1")]);

    // The control planes are of no matter to it.
    sim.start_fault("region-dark:eu-west-1").unwrap();
    sim.start_fault("control-planes-down").unwrap();
    sim.advance(Duration::from_secs(120));
    assert_eq!(from("193.0.0.0").await, endpoint("us-east-1"));
    let seat = prober.resolve(LATENCY.into()).await.unwrap();
    assert_eq!(
        seat.values,
        [endpoint("us-east-1")],
        "what it kept has expired"
    );

    let writer = sim.state().resources.global_clusters[0].endpoint.clone();
    let writer = prober.resolve(writer).await.unwrap();
    assert!(
        writer.values[0].starts_with("orders-use1.cluster-"),
        "{writer:?}"
    );
    let domain = prober
        .resolve("api.orders.example.com".into())
        .await
        .unwrap();
    assert!(
        domain
            .values
            .iter()
            .all(|value| value.starts_with("203.0.113.")),
        "{domain:?}"
    );
    let nobody = prober.resolve("nobody.orders.example.com".into()).await;
    assert!(nobody.is_err(), "{nobody:?}");
    server.stop().await;
    let after = prober.resolve(LATENCY.into()).await;
    assert!(after.is_err(), "it ends with the server");
}
