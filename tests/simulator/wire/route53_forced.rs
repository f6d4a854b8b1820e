//! Health checks that an operator forces, through the SDK (aws-facts §3.4).

use std::time::Duration;

use aws_sdk_route53::Client;
use gwctl::sim::Sim;
use gwctl::sim::world::model::CheckKind;

use super::{sdk, world};

/// The check of a kind that speaks for eu-west-1.
fn check(sim: &Sim, role: &str) -> String {
    let state = sim.state();
    let mut checks = state.resources.health_checks.iter();
    let name = format!("orders eu-west-1 {role}");
    let found = checks.find(|one| one.tags.iter().any(|tag| tag.value == name));
    found.unwrap().id.clone()
}

fn healthy(sim: &Sim, id: &str) -> bool {
    let state = sim.state();
    let mut checks = state.resources.health_checks.iter();
    checks.find(|one| one.id == id).unwrap().healthy
}

async fn force(client: &Client, id: &str, inverted: bool, disabled: bool) {
    let check = client.get_health_check().health_check_id(id).send();
    let version = check
        .await
        .unwrap()
        .health_check
        .unwrap()
        .health_check_version;
    client
        .update_health_check()
        .health_check_id(id)
        .health_check_version(version)
        .inverted(inverted)
        .disabled(disabled)
        .send()
        .await
        .unwrap();
}

fn answer(sim: &Sim) -> String {
    let europe: std::net::IpAddr = "193.0.0.0".parse().unwrap();
    let seen = sim.answer("latency.orders.example.com", europe).unwrap();
    seen.values.join(" ")
}

#[tokio::test(start_paused = true)]
async fn a_calculated_check_that_is_inverted_evacuates_and_back() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let site = check(&sim, "site");
    assert!(matches!(
        sim.state()
            .resources
            .health_checks
            .iter()
            .find(|one| one.id == site)
            .unwrap()
            .kind,
        CheckKind::Calculated { .. }
    ));
    force(&client, &site, true, false).await;
    sim.advance(Duration::from_secs(5));
    assert!(!healthy(&sim, &site));
    assert_eq!(answer(&sim), "us-east-1.api.orders.example.com");
    force(&client, &site, false, false).await;
    sim.advance(Duration::from_secs(5));
    assert!(healthy(&sim, &site));
    assert_eq!(answer(&sim), "eu-west-1.api.orders.example.com");
}

#[tokio::test(start_paused = true)]
async fn disabled_pins_traffic_and_disabled_and_inverted_forces_it_away() {
    let sim = world("region-dark");
    sim.advance(Duration::from_secs(120));
    let client = Client::new(&sdk(&sim, "us-east-1"));
    for role in ["site", "endpoint"] {
        let id = check(&sim, role);
        assert!(!healthy(&sim, &id), "{role}: the Region is dark");
        force(&client, &id, false, true).await;
        sim.advance(Duration::from_secs(5));
        assert!(healthy(&sim, &id), "{role}: disabled counts as healthy");
        force(&client, &id, true, true).await;
        sim.end_fault("region-dark:eu-west-1").unwrap();
        sim.advance(Duration::from_secs(120));
        assert!(
            !healthy(&sim, &id),
            "{role}: forced, whatever the endpoint does"
        );
        force(&client, &id, false, false).await;
        sim.advance(Duration::from_secs(120));
        assert!(healthy(&sim, &id), "{role}: it checks again");
        sim.start_fault("region-dark:eu-west-1").unwrap();
        sim.advance(Duration::from_secs(120));
    }
}

#[tokio::test(start_paused = true)]
async fn a_child_that_is_forced_takes_its_calculated_check_along() {
    let sim = world("calm");
    let client = Client::new(&sdk(&sim, "us-east-1"));
    let (site, switch) = (check(&sim, "site"), check(&sim, "switch"));
    force(&client, &switch, true, true).await;
    sim.advance(Duration::from_secs(5));
    assert!(!healthy(&sim, &switch) && !healthy(&sim, &site));
    // All sick counts as all well: the last Region that is evacuated brings all of them back.
    for region in ["us-east-1", "ap-southeast-1"] {
        let name = format!("orders {region} site");
        let id = {
            let state = sim.state();
            let mut checks = state.resources.health_checks.iter();
            let found = checks.find(|one| one.tags.iter().any(|tag| tag.value == name));
            found.unwrap().id.clone()
        };
        assert_ne!(answer(&sim), "eu-west-1.api.orders.example.com");
        force(&client, &id, true, true).await;
        sim.advance(Duration::from_secs(5));
    }
    assert_eq!(answer(&sim), "eu-west-1.api.orders.example.com");
}
