//! The DNS step of an evacuation, over the shapes that records have.

use std::time::Duration;

use gwctl::actions::guided::Evacuate;
use gwctl::actions::{Intent, Mechanism, StepStatus};
use gwctl::fleet::Routing;
use gwctl::sim::Sim;
use gwctl::sim::world::model::{AliasTarget, RecordSet};

use super::stand::{Stage, region, story};
use crate::observe::stand::world;

/// The calm world, its latency set made of aliases to the Regions' own names at API Gateway, of `kinds`.
fn aliased(kinds: &[&str]) -> Sim {
    let sim = world("calm", 3);
    {
        let mut state = sim.state();
        let zone = state.resources.hosted_zones[0].id.clone();
        let records = &mut state.resources.hosted_zones[0].records;
        let (latency, mut rest): (Vec<RecordSet>, Vec<RecordSet>) = records
            .drain(..)
            .partition(|record| record.routing != Routing::Simple);
        for record in latency {
            let code = record.set_identifier.clone().unwrap();
            rest.extend(kinds.iter().map(|kind| RecordSet {
                kind: (*kind).into(),
                ttl: None,
                values: Vec::new(),
                alias: Some(AliasTarget {
                    zone: "ZLY8HYME6SFDD".into(),
                    name: format!("d-abc.execute-api.{code}.amazonaws.com."),
                    evaluate_target_health: false,
                }),
                ..record.clone()
            }));
        }
        *records = rest;
        state.account().submit_dns_change(&zone, None);
    }
    sim.advance(Duration::from_secs(120));
    sim
}

#[tokio::test(start_paused = true)]
async fn aliases_are_followed_by_their_targets_addresses() {
    for kinds in [&["A"][..], &["A", "AAAA"]] {
        let stage = Stage::over(aliased(kinds)).await;
        let plan = stage.plan(&Intent::Evacuate(Evacuate {
            region: region("eu-west-1"),
            mechanism: Some(Mechanism::HealthCheck),
        }));
        let running = stage.start(&plan);
        let mut states = running.state.clone();
        let over = |state: &std::sync::Arc<gwctl::actions::RunState>| {
            let status = state.steps["dns"].status;
            matches!(status, StepStatus::Done | StepStatus::Held)
        };
        let state = states.wait_for(over).await.unwrap().clone();
        let dns = &state.steps["dns"];
        assert_eq!(dns.status, StepStatus::Done, "{}", story(&state));
        // It was still answered when the step began, and the step saw that.
        let took = dns.ended.unwrap().duration_since(dns.started.unwrap());
        assert!(took.as_secs() < 120, "{}", story(&state));
        assert!(!stage.sim().state().in_service(&region("eu-west-1")));
        running.control.leave();
    }
}
