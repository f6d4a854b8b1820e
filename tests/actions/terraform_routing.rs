//! A plan of Terraform after an evacuation by weight, by role or by switch: it would give the Region its traffic back.

use std::time::Duration;

use gwctl::actions::guided::Evacuate;
use gwctl::actions::terraform::{
    Evidence, Finding, Judged, Runs, Verdict, compare, judge, read_plan, read_state,
};
use gwctl::actions::{Intent, Mechanism};
use serde_json::{Value, json};

use super::stand::{Stage, in_virtual_time, region};
use crate::observe::stand::world;

const RECORD: &str = "aws_route53_record.api";
const CHECK: &str = "aws_route53_health_check.api";

async fn evacuated(scenario: &str, code: &str, mechanism: Mechanism) -> (Stage, String) {
    let stage = Stage::over(world(scenario, 3)).await;
    let intent = Intent::Evacuate(Evacuate {
        region: region(code),
        mechanism: Some(mechanism),
    });
    stage.carry_out(&intent).await;
    tokio::time::sleep(Duration::from_mins(2)).await;
    let run = stage.folder.runs()[0].id.clone();
    (stage, run)
}

/// A plan of one update.
fn update(address: &str, sides: [&Value; 2]) -> String {
    let kind = address.split('.').next().unwrap();
    let [before, after] = sides;
    json!({
        "format_version": "1.2", "planned_values": {}, "timestamp": "2099-01-01T00:00:00Z",
        "resource_changes": [{
            "address": address, "mode": "managed", "type": kind,
            "change": { "actions": ["update"], "before": before, "after": after, "after_unknown": {} },
        }],
    })
    .to_string()
}

fn judged(stage: &Stage, text: &str) -> Judged {
    let picture = stage.snapshot();
    let runs = Runs::of(&stage.folder, &stage.spec, &picture);
    let plan = read_plan(text.as_bytes()).unwrap();
    judge(&plan, &Evidence::new(&stage.spec, &picture, &runs))
}

fn first(judged: Judged) -> Finding {
    let mut all = judged.findings.into_iter();
    all.next().unwrap_or_else(|| panic!("nothing is found"))
}

/// The record of `code` in a state or a plan.
fn record(stage: &Stage, code: &str, policy: &str, settings: &Value) -> Value {
    let picture = stage.snapshot();
    let all = picture.edge.records.current().unwrap();
    let own = all.iter().find(|one| one.is_of(&region(code))).unwrap();
    json!({
        "zone_id": stage.spec.edge.hosted_zone, "name": own.name, "type": own.kind,
        "set_identifier": own.set_identifier, "ttl": own.ttl, "records": own.values,
        "health_check_id": own.health_check, policy: [settings],
    })
}

fn weight(stage: &Stage, weight: i64) -> Value {
    let settings = json!({ "weight": weight });
    record(stage, "eu-west-1", "weighted_routing_policy", &settings)
}

#[test]
fn a_weight_that_a_run_took_away_is_given_back_by_the_plan() {
    in_virtual_time(async {
        let (stage, run) = evacuated("weighted", "eu-west-1", Mechanism::Records).await;
        let back = update(RECORD, [&weight(&stage, 0), &weight(&stage, 30)]);
        let found = first(judged(&stage, &back));
        assert_eq!(found.verdict(), Verdict::Undoes, "{found:#?}");
        assert_eq!(found.reasons.len(), 1, "{found:#?}");
        let reason = &found.reasons[0];
        assert_eq!(reason.run.as_deref(), Some(run.as_str()));
        assert!(reason.text.contains("from 0 to 30"), "{reason:?}");
        let advice = reason.advice.as_deref().unwrap();
        assert!(advice.contains("gwctl restore eu-west-1"), "{advice}");
        assert!(advice.contains("weighted_routing_policy"), "{advice}");
        // Nobody's traffic comes back by a lifetime.
        let mut longer = weight(&stage, 0);
        longer["ttl"] = json!(300);
        let harmless = first(judged(
            &stage,
            &update(RECORD, [&weight(&stage, 0), &longer]),
        ));
        assert_eq!(harmless.verdict(), Verdict::Unexplained, "{harmless:#?}");
        // No run is in the journals: the weight is nobody's.
        let picture = stage.snapshot();
        let none = Runs::default();
        let plan = read_plan(back.as_bytes()).unwrap();
        let unknown = first(judge(&plan, &Evidence::new(&stage.spec, &picture, &none)));
        assert_eq!(unknown.verdict(), Verdict::Unexplained, "{unknown:#?}");
        // The state has the weight of before.
        let state = json!({ "format_version": "1.0", "values": { "root_module": { "resources": [
            { "address": RECORD, "mode": "managed", "type": "aws_route53_record", "values": weight(&stage, 30) },
        ] } } });
        let state = read_state(state.to_string().as_bytes()).unwrap();
        let runs = Runs::of(&stage.folder, &stage.spec, &picture);
        let differs = first(compare(
            &state,
            &Evidence::new(&stage.spec, &picture, &runs),
        ));
        assert_eq!(differs.verdict(), Verdict::Explained, "{differs:#?}");
        assert_eq!(differs.reasons[0].run.as_deref(), Some(run.as_str()));
    });
}

#[test]
fn roles_that_a_run_swapped_are_swapped_back_by_the_plan() {
    in_virtual_time(async {
        let (stage, run) = evacuated("failover-pair", "us-east-1", Mechanism::Records).await;
        for (code, from, to, said) in [
            (
                "us-east-1",
                "SECONDARY",
                "PRIMARY",
                "gives us-east-1 its traffic back",
            ),
            (
                "eu-west-1",
                "PRIMARY",
                "SECONDARY",
                "takes the traffic from eu-west-1",
            ),
        ] {
            let role = |role: &str| {
                let settings = json!({ "type": role });
                record(&stage, code, "failover_routing_policy", &settings)
            };
            let found = first(judged(&stage, &update(RECORD, [&role(from), &role(to)])));
            assert_eq!(found.verdict(), Verdict::Undoes, "{found:#?}");
            assert_eq!(found.reasons[0].run.as_deref(), Some(run.as_str()));
            assert!(found.reasons[0].text.contains(said), "{found:#?}");
        }
    });
}

#[test]
fn a_record_that_leads_to_a_failover_pair_is_not_taken_for_a_drained_one() {
    in_virtual_time(async {
        let stage = Stage::over(world("geolocation-failover", 3)).await;
        let picture = stage.snapshot();
        let all = picture.edge.records.current().unwrap();
        let own = all.iter().find(|one| !one.group.is_empty()).unwrap();
        let alias = |evaluate: bool| {
            json!({
                "zone_id": stage.spec.edge.hosted_zone, "name": own.name, "type": own.kind,
                "set_identifier": own.set_identifier,
                "alias": [{ "name": own.target, "evaluate_target_health": evaluate }],
            })
        };
        let found = first(judged(
            &stage,
            &update(RECORD, [&alias(true), &alias(false)]),
        ));
        assert_eq!(found.verdict(), Verdict::Unexplained, "{found:#?}");
    });
}

#[test]
fn whatever_lets_a_check_follow_something_else_releases_an_evacuated_region() {
    in_virtual_time(async {
        let (stage, _) = evacuated("calm", "eu-west-1", Mechanism::Switch).await;
        let at = region("eu-west-1");
        let picture = stage.snapshot();
        let switch = picture.edge.switch(&at).unwrap().0;
        let top = &picture.edge.check(&at).unwrap().id;
        for (id, name, before, after) in [
            (switch, "cloudwatch_alarm_name", json!("a"), json!("b")),
            (
                switch,
                "cloudwatch_alarm_region",
                json!("eu-west-1"),
                json!("us-east-1"),
            ),
            (
                switch,
                "insufficient_data_health_status",
                json!("Unhealthy"),
                json!("Healthy"),
            ),
            (top, "child_health_threshold", json!(2), json!(0)),
            (top, "child_healthchecks", json!([switch]), json!([])),
        ] {
            let sides = [
                json!({ "id": id, name: before }),
                json!({ "id": id, name: after }),
            ];
            let found = first(judged(&stage, &update(CHECK, [&sides[0], &sides[1]])));
            assert_eq!(found.verdict(), Verdict::Undoes, "{name}: {found:#?}");
            let text = &found.reasons[0].text;
            assert!(
                text.contains(name) && text.contains("its evacuation switch is on"),
                "{text}"
            );
        }
        let harmless = [
            json!({ "id": switch, "tags": { "a": "b" } }),
            json!({ "id": switch, "tags": { "a": "c" } }),
        ];
        let found = first(judged(&stage, &update(CHECK, [&harmless[0], &harmless[1]])));
        assert_eq!(found.verdict(), Verdict::Unexplained, "{found:#?}");
    });
}
