//! A fleet that CDK built: its stacks are found by what they tell and compared by CloudFormation, as it names them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use gwctl::actions::drift::explained;
use gwctl::actions::guided::Evacuate;
use gwctl::actions::{Intent, Mechanism};
use gwctl::observe::discover::{Discovery, Named, discover};
use gwctl::observe::drift::{StackDrift, drift, stacks};
use gwctl::sim::Sim;
use gwctl::sim::world::model::StackResource;
use serde_json::{Value, json};

use super::stand::{Stage, in_virtual_time, region};
use crate::observe::stand::world;

/// The check of a Region, as CDK names it: the construct's path and a hash.
const CHECK: &str = "ApiHealthCheck3F2B8A1C";
const DOMAIN: &str = "api.orders.example.com";

fn resource(logical: &str, kind: &str, physical: &str, properties: Value) -> StackResource {
    StackResource {
        logical: logical.into(),
        kind: kind.into(),
        physical: Some(physical.into()),
        status: "CREATE_COMPLETE".into(),
        reason: None,
        at: "2026-01-01T00:00:00Z".parse().unwrap(),
        properties,
        attributes: BTreeMap::new(),
        deletion_policy: "Delete".into(),
        replace_policy: "Delete".into(),
        needs: BTreeSet::new(),
        drift: None,
    }
}

/// Makes the stacks look as `cdk deploy` leaves them: no tag of gwctl's, the parameter of the bootstrap alone, outputs
/// that tell URLs, and the bootstrap's own stack beside them in each Region.
fn as_cdk_leaves_them(sim: &Sim) {
    let mut state = sim.state();
    let apis = state.resources.apis.clone();
    let distribution = state.resources.distributions[0].domain.clone();
    let records = state.resources.hosted_zones[0].records.clone();
    let word = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let mut bootstraps = Vec::new();
    for stack in &mut state.resources.stacks {
        let mut bootstrap = stack.clone();
        bootstrap.name = "CDKToolkit".into();
        bootstrap.parameters = vec![word("Qualifier", "hnb659fds")];
        bootstrap.outputs = vec![word("BootstrapVersion", "21")];
        bootstrap.tags = Vec::new();
        bootstraps.push(bootstrap);
        stack.tags = Vec::new();
        stack.parameters = vec![word("BootstrapVersion", "/cdk-bootstrap/hnb659fds/version")];
        if stack.name.ends_with("-edge") {
            stack.name = "OrdersProd-Edge".into();
            stack.outputs = vec![word("DistributionDomainName", &distribution)];
            continue;
        }
        let api = apis.iter().find(|api| api.region == stack.region).unwrap();
        stack.name = format!("OrdersProd-{}", stack.region);
        stack.outputs = vec![word(
            "OrdersApiEndpoint8C7D2E41",
            &format!(
                "https://{}.execute-api.{}.amazonaws.com/prod/",
                api.id, stack.region
            ),
        )];
        let mut own = records
            .iter()
            .filter(|one| one.set_identifier.as_deref() == Some(stack.region.as_str()));
        let check = own.find_map(|one| one.health_check.clone()).unwrap();
        stack.formed.founded = false;
        stack.formed.template = Some(
            json!({
                "Resources": { CHECK: {
                    "Type": "AWS::Route53::HealthCheck",
                    "Metadata": { "aws:cdk:path": format!("{}/Api/HealthCheck", stack.name) },
                } },
                "Parameters": { "BootstrapVersion": { "Type": "AWS::SSM::Parameter::Value<String>" } },
            })
            .to_string(),
        );
        stack.formed.resources = vec![
            resource(
                CHECK,
                "AWS::Route53::HealthCheck",
                &check,
                json!({ "HealthCheckConfig": { "Type": "CALCULATED" } }),
            ),
            resource("CDKMetadata", "AWS::CDK::Metadata", "c0ffee", json!({})),
        ];
    }
    // Two stacks of us-east-1 stand there, and one bootstrap.
    bootstraps.dedup_by(|one, other| one.region == other.region);
    state.resources.stacks.extend(bootstraps);
}

async fn found(stage: &Stage) -> Discovery {
    discover(&stage.session, DOMAIN, &Named::default())
        .await
        .unwrap()
}

#[test]
fn the_stacks_of_cdk_are_found_by_what_they_tell() {
    in_virtual_time(async {
        let sim = world("calm", 3);
        as_cdk_leaves_them(&sim);
        let stage = Stage::over(sim).await;
        let found = found(&stage).await;
        for site in &found.spec.sites {
            assert_eq!(site.stack, Some(format!("OrdersProd-{}", site.region)));
        }
        let names: Vec<&str> = found
            .stacks
            .iter()
            .map(|one| one.formation.name.as_str())
            .collect();
        assert_eq!(names.len(), 4, "{names:?}");
        assert!(
            names.contains(&"OrdersProd-Edge") && !names.contains(&"CDKToolkit"),
            "{names:?}"
        );
    });
}

#[test]
fn what_an_evacuation_does_to_a_stack_of_cdk_is_explained() {
    in_virtual_time(async {
        let sim = world("calm", 3);
        as_cdk_leaves_them(&sim);
        let mut stage = Stage::over(sim).await;
        stage.spec = found(&stage).await.spec;
        let known = stacks(&stage.session, "orders", &stage.spec).await.known;
        let names: Vec<&str> = known.iter().map(|one| one.name.as_str()).collect();
        let of_sites = [
            "OrdersProd-ap-southeast-1",
            "OrdersProd-eu-west-1",
            "OrdersProd-us-east-1",
        ];
        assert_eq!(names, of_sites);
        let compare = async || {
            let wait = Duration::from_mins(10);
            let clock = stage.sim().clock();
            drift(&stage.session, &*clock, &known, wait).await
        };
        let calm = compare().await;
        assert!(
            calm.iter().all(|one| one.found == Ok(Vec::new())),
            "{calm:#?}"
        );
        let intent = Intent::Evacuate(Evacuate {
            region: region("eu-west-1"),
            mechanism: Some(Mechanism::HealthCheck),
        });
        stage.carry_out(&intent).await;
        tokio::time::sleep(Duration::from_mins(2)).await;
        let after = compare().await;
        let drifted: Vec<(&StackDrift, &gwctl::fleet::Drifted)> = after
            .iter()
            .flat_map(|one| {
                one.found
                    .iter()
                    .flatten()
                    .map(move |drifted| (one, drifted))
            })
            .collect();
        let [(stack, one)] = drifted.as_slice() else {
            panic!("{after:#?}");
        };
        assert_eq!(
            (stack.stack.name.as_str(), one.logical.as_str()),
            ("OrdersProd-eu-west-1", CHECK)
        );
        let why = explained(&stack.stack.region, one, &stage.snapshot());
        assert!(why.unwrap().contains("gwctl restore"), "{why:?}");
    });
}
