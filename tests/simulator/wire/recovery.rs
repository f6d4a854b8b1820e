//! ARC's routing controls through the SDK: five endpoints, and a configuration that only tells.

use std::time::Duration;

use aws_sdk_route53recoverycluster::Client;
use aws_sdk_route53recoverycluster::types::{
    RoutingControlState as State, UpdateRoutingControlStateEntry as Entry,
};
use gwctl::sim::{Scenario, Sim, SimOptions};
use serde_json::Value;

use super::json::get;
use super::{code, noon, sdk, world};

fn with_arc() -> Sim {
    Sim::new(SimOptions {
        arc: true,
        start: Some(noon()),
        ..SimOptions::default()
    })
    .unwrap()
}

/// A client of the endpoint in `region`.
fn endpoint(sim: &Sim, region: &str) -> Client {
    let spec = sim.spec();
    let mut endpoints = spec.edge.routing_endpoints.into_iter();
    let found = endpoints.find(|one| one.region.as_str() == region);
    let url = found.unwrap().url;
    assert!(url.contains(".route53-recovery-cluster."), "{url}");
    Client::new(&sdk(sim, region).to_builder().endpoint_url(url).build())
}

async fn controls(client: &Client) -> Vec<(String, String, State)> {
    let reply = client.list_routing_controls().send().await.unwrap();
    let all = reply.routing_controls.into_iter();
    all.map(|one| {
        (
            one.routing_control_name.unwrap(),
            one.routing_control_arn.unwrap(),
            one.routing_control_state.unwrap(),
        )
    })
    .collect()
}

fn answer(sim: &Sim) -> String {
    let europe: std::net::IpAddr = "193.0.0.0".parse().unwrap();
    let seen = sim.answer("latency.orders.example.com", europe).unwrap();
    seen.values.join(" ")
}

#[tokio::test(start_paused = true)]
async fn the_configuration_names_five_endpoints_and_the_controls() {
    let sim = with_arc();
    let told = async |sim: &Sim, path: &str| {
        let service = "route53-recovery-control-config";
        get(sim, service, "us-west-2", path).await
    };
    let in_path = |arn: &Value| {
        let arn = arn.as_str().unwrap();
        arn.replace(':', "%3A").replace('/', "%2F")
    };
    let clusters = told(&sim, "/cluster").await.unwrap();
    let arn = in_path(&clusters["Clusters"][0]["ClusterArn"]);
    let cluster = told(&sim, &format!("/cluster/{arn}")).await.unwrap();
    let endpoints = cluster["Cluster"]["ClusterEndpoints"].as_array().unwrap();
    let told_endpoints: Vec<_> = endpoints
        .iter()
        .map(|one| {
            (
                one["Region"].as_str().unwrap(),
                one["Endpoint"].as_str().unwrap(),
            )
        })
        .collect();
    let spec = sim.spec();
    let written: Vec<_> = spec
        .edge
        .routing_endpoints
        .iter()
        .map(|one| (one.region.as_str(), one.url.as_str()))
        .collect();
    assert_eq!(told_endpoints, written);
    assert_eq!(written.len(), 5);
    let panels = told(&sim, "/controlpanels").await.unwrap();
    let panel = in_path(&panels["ControlPanels"][0]["ControlPanelArn"]);
    let listed = told(&sim, &format!("/controlpanel/{panel}/routingcontrols")).await;
    let listed = listed.unwrap();
    let controls = listed["RoutingControls"].as_array().unwrap();
    assert_eq!(controls.len(), 3);
    let one = in_path(&controls[0]["RoutingControlArn"]);
    let described = told(&sim, &format!("/routingcontrol/{one}")).await.unwrap();
    assert_eq!(described["RoutingControl"]["Name"], "orders-us-east-1");
    let rules = told(&sim, &format!("/controlpanel/{panel}/safetyrules")).await;
    assert!(rules.unwrap()["SafetyRules"][0]["ASSERTION"].is_object());
    let nobody = told(&sim, "/cluster/arn%3Anone").await;
    assert_eq!(nobody.unwrap_err(), "ResourceNotFoundException");
    let none = told(&world("calm"), "/cluster").await.unwrap();
    assert!(none["Clusters"].as_array().unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_control_evacuates_its_region_and_every_endpoint_agrees_within_seconds() {
    let sim = with_arc();
    let (oregon, tokyo) = (
        endpoint(&sim, "us-west-2"),
        endpoint(&sim, "ap-northeast-1"),
    );
    let all = controls(&oregon).await;
    assert!(all.iter().all(|(.., state)| *state == State::On));
    let (_, arn, _) = all
        .iter()
        .find(|(name, ..)| name == "orders-eu-west-1")
        .unwrap();
    let set = async |client: &Client, state: State| {
        let call = client
            .update_routing_control_state()
            .routing_control_arn(arn);
        call.routing_control_state(state).send().await
    };
    let get = async |client: &Client| {
        let call = client.get_routing_control_state().routing_control_arn(arn);
        call.send().await.unwrap().routing_control_state
    };
    set(&oregon, State::Off).await.unwrap();
    assert_eq!(get(&oregon).await, State::Off, "it knows at once");
    assert_eq!(get(&tokyo).await, State::On, "the others a little later");
    assert_eq!(answer(&sim), "eu-west-1.api.orders.example.com");
    sim.advance(Duration::from_secs(15));
    assert_eq!(get(&tokyo).await, State::Off);
    assert_eq!(answer(&sim), "us-east-1.api.orders.example.com");
    set(&tokyo, State::On).await.unwrap();
    sim.advance(Duration::from_secs(15));
    assert_eq!(answer(&sim), "eu-west-1.api.orders.example.com");
    let checks = aws_sdk_route53::Client::new(&sdk(&sim, "us-east-1"));
    let checks = checks.list_health_checks().send().await.unwrap();
    let configs = checks
        .health_checks()
        .iter()
        .filter_map(|one| one.health_check_config());
    let arns: Vec<_> = configs
        .filter_map(|one| one.routing_control_arn())
        .collect();
    assert!(arns.contains(&arn.as_str()) && arns.len() == 3);
}

#[tokio::test(start_paused = true)]
async fn the_last_control_stays_on_unless_the_rule_is_overridden() {
    let sim = with_arc();
    let client = endpoint(&sim, "eu-west-1");
    let all = controls(&client).await;
    let off = |arn: &String| {
        let entry = Entry::builder().routing_control_arn(arn);
        entry.routing_control_state(State::Off).build().unwrap()
    };
    let everything: Vec<_> = all.iter().map(|(_, arn, _)| off(arn)).collect();
    let call = || {
        let call = client.update_routing_control_states();
        call.set_update_routing_control_state_entries(Some(everything.clone()))
    };
    let refused = call().send().await.unwrap_err().into_service_error();
    assert!(refused.is_conflict_exception(), "{refused:?}");
    let after = controls(&client).await;
    assert!(
        after.iter().all(|(.., state)| *state == State::On),
        "all or none"
    );
    let rule = sim.state().resources.routing.as_ref().unwrap().rule.clone();
    call().safety_rules_to_override(rule).send().await.unwrap();
    let after = controls(&client).await;
    assert!(after.iter().all(|(.., state)| *state == State::Off));
    let unknown = client
        .get_routing_control_state()
        .routing_control_arn("arn:none");
    let error = unknown.send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn the_endpoint_of_a_dark_region_says_so_and_another_one_serves() {
    let scenario = "title = \"t\"\narc = true\n[[event]]\nat = \"-3m\"\nstart = \"region-dark\"\nregion = \"us-east-1\"";
    let sim = Sim::new(SimOptions {
        scenario: Scenario::parse("mine", scenario).unwrap(),
        start: Some(noon()),
        ..SimOptions::default()
    });
    let sim = sim.unwrap();
    sim.start_fault("control-planes-down").unwrap();
    let dark = endpoint(&sim, "us-east-1").list_routing_controls().send();
    let error = dark.await.unwrap_err().into_service_error();
    assert!(
        error.is_endpoint_temporarily_unavailable_exception(),
        "{error:?}"
    );
    let client = endpoint(&sim, "ap-southeast-2");
    let (_, arn, _) = &controls(&client).await[0];
    let call = client
        .update_routing_control_state()
        .routing_control_arn(arn);
    call.routing_control_state(State::Off).send().await.unwrap();
    let state = sim.state();
    let [mutation] = &state.control.mutations[..] else {
        panic!("{:?}", state.control.mutations)
    };
    assert_eq!(
        (mutation.service, &mutation.target),
        ("route53-recovery-cluster", arn)
    );
}

#[tokio::test(start_paused = true)]
async fn throttled_in_its_own_words() {
    let sim = with_arc();
    sim.start_fault("throttled").unwrap();
    let client = endpoint(&sim, "us-west-2");
    let mut codes = Vec::new();
    for _ in 0..12 {
        if let Err(error) = client.list_routing_controls().send().await {
            codes.push(code(&error).to_owned());
        }
    }
    assert!(
        !codes.is_empty() && codes.iter().all(|code| code == "ThrottlingException"),
        "{codes:?}"
    );
}
