//! Fleets whose Regions Route 53 chooses by another policy than latency: long because every policy goes there and back.

use std::time::Duration;

use gwctl::actions::arguments::Share;
use gwctl::actions::guided::{Drain, Evacuate, Provision, Restore};
use gwctl::actions::{Finding, Intent, Mechanism, Order, Phase, Task, plan};
use gwctl::fleet::{CheckVerdict, FailoverRole, Geolocation, RecordAction, Routing, Verdict};

use gwctl::sim::world::model::{AliasTarget, RecordSet};

use super::stand::{Stage, in_virtual_time, operator, region, resume, story};
use crate::observe::stand::world;

async fn stage(scenario: &str) -> Stage {
    Box::pin(Stage::over(world(scenario, 3))).await
}

fn evacuate(code: &str, mechanism: Mechanism) -> Intent {
    Intent::Evacuate(Evacuate {
        region: region(code),
        mechanism: Some(mechanism),
    })
}

fn refused(stage: &Stage, intent: &Intent) -> String {
    let refused = plan("orders", &stage.spec, &stage.snapshot(), intent).unwrap_err();
    format!("{} {}", refused.why, refused.instead.unwrap_or_default())
}

/// How the records that route stand in Route 53, by identifier.
fn routing(stage: &Stage) -> Vec<(String, Routing)> {
    let state = stage.sim().state();
    let records = state.resources.hosted_zones[0].records.iter();
    let routed = records.filter(|one| one.name == "latency.orders.example.com.");
    let mut all: Vec<_> = routed
        .map(|one| (one.set_identifier.clone().unwrap(), one.routing.clone()))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// Every record set of the names in `of`, whole.
fn sets(stage: &Stage, of: &[RecordSet]) -> Vec<RecordSet> {
    let names: Vec<&str> = of.iter().map(|one| one.name.as_str()).collect();
    let state = stage.sim().state();
    let records = state.resources.hosted_zones[0].records.iter();
    let mut all: Vec<RecordSet> = records
        .filter(|one| names.contains(&one.name.as_str()))
        .cloned()
        .collect();
    all.sort_by_key(|one| {
        (
            one.name.clone(),
            one.kind.clone(),
            one.set_identifier.clone(),
        )
    });
    all
}

fn every_set(stage: &Stage) -> Vec<RecordSet> {
    let state = stage.sim().state();
    state.resources.hosted_zones[0].records.clone()
}

/// Carried out, then undone: Route 53 has what it had, to the last value.
async fn there_and_back(stage: &Stage, intent: &Intent) -> Vec<(String, Routing)> {
    let whole = sets(stage, &every_set(stage));
    let before = routing(stage);
    let plan = stage.plan(intent);
    assert!(plan.finding() < Finding::Fail, "{:?}", plan.checks);
    let mut running = stage.start(&plan);
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    let there = routing(stage);
    let id = state.id.clone();
    running.task.await.unwrap().unwrap();
    let orders = [Order::Undo];
    let context = stage.run_context();
    let mut back = resume(&id, &orders, context, &stage.folder, &operator()).unwrap();
    let state = stage.settle(&mut back).await;
    assert_eq!(state.phase(), Phase::Undone, "{}", story(&state));
    assert_eq!(routing(stage), before);
    assert_eq!(sets(stage, &whole), whole);
    there
}

#[test]
fn a_drain_undone_leaves_the_region_every_way_to_be_evacuated() {
    in_virtual_time(async {
        let stage = stage("geolocation").await;
        let intent = Intent::Drain(Drain {
            region: region("eu-west-1"),
            to: Share::try_from(50).unwrap(),
            over_s: 120,
        });
        let lost = stage.plan(&intent).notes.join("\n");
        assert!(
            lost.contains("only `--mechanism records` evacuates"),
            "{lost}"
        );
        there_and_back(&stage, &intent).await;
        let plain = |seen: &gwctl::fleet::Snapshot| {
            let records = seen.edge.records.current();
            records.is_some_and(|all| all.iter().all(|one| one.group.is_empty()))
        };
        let limit = Duration::from_mins(5);
        stage.stand.until(limit, |seen| plain(seen)).await;
        let plan = stage.plan(&Intent::Evacuate(Evacuate {
            region: region("eu-west-1"),
            mechanism: None,
        }));
        assert_ne!(plan.mechanism.unwrap().mechanism, Mechanism::Records);
    });
}

#[test]
fn a_group_of_the_operators_own_gets_its_own_shares_back() {
    in_virtual_time(async {
        let sim = world("geolocation", 3);
        led_to_a_group(&sim, &[("eu-west-1", 70), ("us-east-1", 30)]);
        let stage = Box::pin(Stage::over(sim)).await;
        let intent = evacuate("eu-west-1", Mechanism::Records);
        let there = there_and_back(&stage, &intent).await;
        assert_eq!(there.len(), 3);
    });
}

/// The record of the first Region is an alias to a weighted group that the operators made themselves.
fn led_to_a_group(sim: &gwctl::sim::Sim, members: &[(&str, i64)]) {
    let mut state = sim.state();
    let zone = &mut state.resources.hosted_zones[0];
    let id = zone.id.clone();
    let group = "shared.orders.example.com.".to_owned();
    let of = |zone: &gwctl::sim::world::model::HostedZone, code: &str| {
        let mut all = zone.records.iter();
        all.position(|one| one.set_identifier.as_deref() == Some(code))
            .unwrap()
    };
    let made: Vec<RecordSet> = members
        .iter()
        .map(|(code, weight)| RecordSet {
            name: group.clone(),
            routing: Routing::Weighted(*weight),
            ..zone.records[of(zone, code)].clone()
        })
        .collect();
    let led = of(zone, members[0].0);
    let record = &mut zone.records[led];
    record.ttl = None;
    record.values = Vec::new();
    record.health_check = None;
    record.alias = Some(AliasTarget {
        zone: id.clone(),
        name: group,
        evaluate_target_health: true,
    });
    zone.records.extend(made);
    state.account().submit_dns_change(&id, None);
    drop(state);
    sim.advance(Duration::from_secs(600));
}

#[test]
fn every_shape_is_well_and_each_record_stands_for_its_region() {
    for (scenario, regions) in [
        ("weighted", 3),
        ("failover-pair", 2),
        ("geolocation", 3),
        ("geolocation-failover", 3),
    ] {
        in_virtual_time(async {
            let stage = stage(scenario).await;
            let seen = stage.snapshot();
            let records = seen.edge.records.current().unwrap();
            assert_eq!(records.len(), regions, "{scenario}");
            for record in records {
                let told = record.region.as_ref().map(ToString::to_string);
                assert_eq!(
                    told.as_deref(),
                    Some(record.set_identifier.as_str()),
                    "{scenario}"
                );
            }
            let down = seen
                .sites
                .iter()
                .any(|site| site.judgement.verdict > Verdict::Degraded);
            assert!(!down, "{scenario}: {:?}", seen.judgement);
            assert_eq!(
                seen.edge.judgement.verdict,
                Verdict::Healthy,
                "{scenario}: {:?}",
                seen.edge.judgement
            );
        });
    }
}

#[test]
fn a_weighted_record_is_drained_to_nothing_and_gets_its_own_weight_back() {
    in_virtual_time(async {
        let stage = stage("weighted").await;
        let intent = Intent::Drain(Drain {
            region: region("eu-west-1"),
            to: Share::NONE,
            over_s: 240,
        });
        let plan = stage.plan(&intent);
        let weights: Vec<_> = plan
            .steps
            .iter()
            .filter_map(|step| match &step.task {
                Task::ChangeRecords(change) => Some(change.batch.clone()),
                _ => None,
            })
            .map(|batch| {
                assert!(batch.iter().all(|one| one.action == RecordAction::Upsert));
                batch[0].set.routing.weight().unwrap()
            })
            .collect();
        // 30 of 100 before: 12 of 82 is half of that.
        assert_eq!(weights, [12, 0]);
        let notes = plan.notes.join("\n");
        assert!(
            notes.contains("CNAME eu-west-1 weight 30 → weight 12"),
            "{notes}"
        );
        let there = there_and_back(&stage, &intent).await;
        assert_eq!(there[1], ("eu-west-1".into(), Routing::Weighted(0)));
    });
}

/// What a plan says of how much a Region would take.
fn rate(stage: &Stage, intent: &Intent, of: &str) -> String {
    let plan = stage.plan(intent);
    let name = format!("rate:{of}");
    let check = plan.checks.iter().find(|check| check.name == name);
    check.map(|check| check.text.clone()).unwrap_or_default()
}

#[test]
fn who_takes_how_much_is_told_where_the_records_tell_it() {
    for (scenario, leaves, mechanism, expected) in [
        (
            "weighted",
            "eu-west-1",
            Mechanism::HealthCheck,
            [
                (
                    "us-east-1",
                    "about",
                    "85.7 % of what leaves eu-west-1, by Route 53's weights",
                ),
                ("ap-southeast-1", "about", "14.3 %"),
            ],
        ),
        (
            "geolocation",
            "eu-west-1",
            Mechanism::HealthCheck,
            [
                (
                    "us-east-1",
                    "about",
                    "100 % of what leaves eu-west-1, the default record",
                ),
                ("ap-southeast-1", "about", "0 % of what leaves"),
            ],
        ),
        (
            "geolocation-failover",
            "eu-west-1",
            Mechanism::HealthCheck,
            [
                (
                    "ap-southeast-1",
                    "about",
                    "100 % of what leaves eu-west-1, the secondary",
                ),
                ("us-east-1", "about", "0 % of what leaves"),
            ],
        ),
        (
            "calm",
            "eu-west-1",
            Mechanism::Records,
            [
                (
                    "us-east-1",
                    "about",
                    "50.0 % of what leaves eu-west-1, in equal shares",
                ),
                ("ap-southeast-1", "about", "50.0 %"),
            ],
        ),
        (
            "calm",
            "eu-west-1",
            Mechanism::Switch,
            [
                ("us-east-1", "up to", "an upper bound"),
                (
                    "ap-southeast-1",
                    "up to",
                    "by latency Route 53 alone decides",
                ),
            ],
        ),
    ] {
        in_virtual_time(async {
            let stage = stage(scenario).await;
            let intent = evacuate(leaves, mechanism);
            for (to, sure, why) in expected {
                let text = rate(&stage, &intent, to);
                let sure = format!("{to} would take {sure} ");
                assert!(
                    text.starts_with(&sure) && text.contains(why),
                    "{scenario}: {text}"
                );
            }
            let plan = stage.plan(&intent);
            let noted = plan
                .notes
                .iter()
                .any(|note| note.starts_with("Of what leaves"));
            assert_eq!(
                noted,
                expected[0].1 == "about",
                "{scenario}: {:?}",
                plan.notes
            );
        });
    }
}

#[test]
fn a_weighted_region_is_evacuated_by_its_record_and_by_its_check() {
    for mechanism in [
        Mechanism::Records,
        Mechanism::HealthCheck,
        Mechanism::Switch,
    ] {
        in_virtual_time(async {
            let stage = stage("weighted").await;
            there_and_back(&stage, &evacuate("us-east-1", mechanism)).await;
        });
    }
}

#[test]
fn a_weight_that_nobody_knows_is_not_made_up() {
    in_virtual_time(async {
        let stage = stage("weighted").await;
        stage
            .carry_out(&evacuate("eu-west-1", Mechanism::Records))
            .await;
        let seen = stage.snapshot();
        let out = seen.edge.admission(&region("eu-west-1"), seen.at);
        assert_eq!(out, Some(CheckVerdict::Standby));
        let restore = Intent::Restore(Restore {
            region: region("eu-west-1"),
            hold_down_s: Some(60),
        });
        let why = refused(&stage, &restore);
        assert!(
            why.contains("is 0, and no record tells what it was"),
            "{why}"
        );
        assert!(why.contains("gwctl runs undo"), "{why}");
    });
}

#[test]
fn the_last_weight_of_a_set_is_not_taken_away() {
    in_virtual_time(async {
        let stage = stage("weighted").await;
        stage
            .carry_out(&evacuate("us-east-1", Mechanism::Records))
            .await;
        stage
            .carry_out(&evacuate("ap-southeast-1", Mechanism::Records))
            .await;
        let why = refused(&stage, &evacuate("eu-west-1", Mechanism::Records));
        assert!(
            why.contains("Route 53 answers with every one of them"),
            "{why}"
        );
    });
}

#[test]
fn primary_and_secondary_change_places_in_one_batch() {
    in_virtual_time(async {
        let stage = stage("failover-pair").await;
        let seen = stage.snapshot();
        let second = seen.edge.admission(&region("eu-west-1"), seen.at);
        assert_eq!(second, Some(CheckVerdict::Standby));
        let why = refused(&stage, &evacuate("eu-west-1", Mechanism::Records));
        assert!(
            why.contains("is the secondary of a failover pair already"),
            "{why}"
        );
        let half = Intent::Drain(Drain {
            region: region("us-east-1"),
            to: Share::try_from(50).unwrap(),
            over_s: 60,
        });
        assert!(refused(&stage, &half).contains("all of the traffic or none"));
        let there = there_and_back(&stage, &evacuate("us-east-1", Mechanism::Records)).await;
        let primary = Routing::Failover(FailoverRole::Primary);
        assert_eq!(there[0], ("eu-west-1".into(), primary.clone()));
        // A restore exchanges them back as undo does.
        stage
            .carry_out(&evacuate("us-east-1", Mechanism::Records))
            .await;
        let restore = Intent::Restore(Restore {
            region: region("us-east-1"),
            hold_down_s: Some(60),
        });
        stage.carry_out(&restore).await;
        assert_eq!(routing(&stage)[1], ("us-east-1".into(), primary));
    });
}

#[test]
fn a_failover_pair_is_evacuated_by_the_primarys_check() {
    for mechanism in [Mechanism::HealthCheck, Mechanism::Switch] {
        in_virtual_time(async {
            let stage = stage("failover-pair").await;
            there_and_back(&stage, &evacuate("us-east-1", mechanism)).await;
        });
    }
}

fn fallback(stage: &Stage, intent: &Intent) -> Option<Finding> {
    let plan = stage.plan(intent);
    let mut checks = plan.checks.iter();
    checks
        .find(|one| one.name == "fallback")
        .map(|one| one.finding)
}

#[test]
fn who_answers_the_clients_of_a_location_is_looked_at_first() {
    in_virtual_time(async {
        let stage = stage("geolocation").await;
        let by_check = |code| evacuate(code, Mechanism::HealthCheck);
        assert_eq!(
            fallback(&stage, &by_check("eu-west-1")),
            Some(Finding::Pass)
        );
        assert_eq!(
            fallback(&stage, &by_check("us-east-1")),
            Some(Finding::Waivable),
            "it is the default"
        );
        let by_records = evacuate("us-east-1", Mechanism::Records);
        let plan = stage.plan(&by_records);
        let Task::ChangeRecords(change) = &plan.steps[0].task else {
            panic!("{:?}", plan.steps[0])
        };
        // Its own check would take the default record out with all that the group holds.
        let alias = &change.batch.last().unwrap().set;
        assert_eq!(alias.health_check, None);
        assert!(alias.alias.as_ref().unwrap().evaluate_target_health);
        assert_eq!(
            fallback(&stage, &by_records),
            None,
            "its record stays and leads elsewhere"
        );
    });
}

#[test]
fn a_location_is_evacuated_to_the_default_and_by_a_weighted_group() {
    for mechanism in [Mechanism::HealthCheck, Mechanism::Records] {
        in_virtual_time(async {
            let stage = stage("geolocation").await;
            there_and_back(&stage, &evacuate("eu-west-1", mechanism)).await;
        });
    }
}

#[test]
fn a_failover_pair_behind_a_location_takes_its_clients() {
    in_virtual_time(async {
        let stage = stage("geolocation-failover").await;
        let by_records = evacuate("eu-west-1", Mechanism::Records);
        let why = refused(&stage, &by_records);
        assert!(why.contains("which is routed by failover"), "{why}");
        // Ireland's check is on the secondary behind another location too: there it is only missed.
        let by_check = evacuate("eu-west-1", Mechanism::HealthCheck);
        assert_eq!(fallback(&stage, &by_check), Some(Finding::Pass));
        there_and_back(&stage, &by_check).await;
    });
}

#[test]
fn what_makes_latency_records_is_refused_before_anything_is_made() {
    in_virtual_time(async {
        let stage = stage("weighted").await;
        let new = Intent::Provision(Provision::of(region("eu-central-1")));
        let looked_up = Box::pin(stage.looked_up(&new)).await;
        let why = refused(&stage, &looked_up);
        assert!(
            why.contains("is routed by weight: one name has records of one policy"),
            "{why}"
        );
    });
}

#[test]
fn a_region_without_a_record_is_not_counted_on() {
    in_virtual_time(async {
        let sim = world("calm", 3);
        {
            let mut state = sim.state();
            let zone = &mut state.resources.hosted_zones[0];
            let id = zone.id.clone();
            let singapore =
                |one: &RecordSet| one.routing == Routing::Latency(region("ap-southeast-1"));
            zone.records.retain(|one| !singapore(one));
            state.account().submit_dns_change(&id, None);
        }
        sim.advance(Duration::from_secs(600));
        let stage = Box::pin(Stage::over(sim)).await;
        let plan = stage.plan(&evacuate("eu-west-1", Mechanism::HealthCheck));
        let takers: Vec<_> = plan
            .steps
            .iter()
            .filter_map(|step| step.shift.as_ref())
            .flat_map(|shift| shift.takers.clone())
            .collect();
        assert_eq!(takers, [region("us-east-1")]);
        let last = plan.checks.iter().find(|one| one.name == "not-the-last");
        assert_eq!(last.unwrap().text, "us-east-1 would serve");
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    });
}

#[test]
fn weights_too_small_for_a_share_grow_together() {
    in_virtual_time(async {
        let sim = world("weighted", 3);
        {
            let mut state = sim.state();
            let zone = &mut state.resources.hosted_zones[0];
            let id = zone.id.clone();
            for one in &mut zone.records {
                if one.routing.weight().is_some() {
                    one.routing = Routing::Weighted(1);
                }
            }
            state.account().submit_dns_change(&id, None);
        }
        sim.advance(Duration::from_secs(600));
        let stage = Box::pin(Stage::over(sim)).await;
        let half = Intent::Drain(Drain {
            region: region("eu-west-1"),
            to: Share::try_from(50).unwrap(),
            over_s: 60,
        });
        let there = there_and_back(&stage, &half).await;
        let weights: Vec<i64> = there.iter().filter_map(|(_, one)| one.weight()).collect();
        let all: i64 = weights.iter().sum();
        let share = weights[1] as f64 / all as f64;
        assert!((share - 1.0 / 6.0).abs() < 0.01, "{weights:?}");
        assert_eq!(weights[0], weights[2], "{weights:?}");
    });
}

#[test]
fn a_second_evacuation_says_whose_clients_would_come_back_to_the_first() {
    in_virtual_time(async {
        let stage = stage("geolocation-failover").await;
        stage
            .carry_out(&evacuate("us-east-1", Mechanism::HealthCheck))
            .await;
        let second = evacuate("eu-west-1", Mechanism::HealthCheck);
        let plan = stage.plan(&second);
        let check = plan
            .checks
            .iter()
            .find(|one| one.name == "fallback")
            .unwrap();
        assert_eq!(check.finding, Finding::Waivable);
        assert!(
            check.text.contains("is known for default"),
            "{}",
            check.text
        );
        // Sent all the same, the picture says what became of these clients.
        stage.carry_out(&second).await;
        let seen = stage.snapshot();
        let said = &seen.edge.judgement;
        assert!(said.verdict >= Verdict::Degraded, "{said:?}");
        assert!(
            format!("{said:?}").contains("no healthy record is left for default"),
            "{said:?}"
        );
    });
}

#[test]
fn a_standby_is_measured_by_what_serves_now() {
    in_virtual_time(async {
        let stage = stage("failover-pair").await;
        let plan = stage.plan(&evacuate("us-east-1", Mechanism::HealthCheck));
        let check = plan
            .checks
            .iter()
            .find(|one| one.name == "capacity:eu-west-1");
        assert_eq!(check.unwrap().finding, Finding::Pass, "{check:?}");
    });
}

#[test]
fn two_locations_of_one_region_lead_to_one_group() {
    in_virtual_time(async {
        let sim = world("geolocation", 3);
        {
            let mut state = sim.state();
            let zone = &mut state.resources.hosted_zones[0];
            let id = zone.id.clone();
            let mut records = zone.records.iter();
            let europe = records.find(|one| one.set_identifier.as_deref() == Some("eu-west-1"));
            let mut africa = europe.unwrap().clone();
            // Another Region's record stands between the two.
            africa.set_identifier = Some("africa-eu-west-1".into());
            africa.routing = Routing::Geolocation(Geolocation {
                continent: Some("AF".into()),
                country: None,
                subdivision: None,
            });
            zone.records.push(africa);
            state.account().submit_dns_change(&id, None);
        }
        sim.advance(Duration::from_secs(600));
        let stage = Box::pin(Stage::over(sim)).await;
        let intent = evacuate("eu-west-1", Mechanism::Records);
        let plan = stage.plan(&intent);
        let Task::ChangeRecords(change) = &plan.steps[0].task else {
            panic!("{:?}", plan.steps[0])
        };
        let group = &change.names[0].after;
        let mut members: Vec<_> = group.iter().map(|set| &set.set_identifier).collect();
        members.dedup();
        assert_eq!(members.len(), group.len(), "{members:?}");
        assert_eq!(group.len(), 3);
        there_and_back(&stage, &intent).await;
    });
}

#[test]
fn a_pair_whose_secondary_has_no_check_is_not_exchanged() {
    in_virtual_time(async {
        let sim = world("failover-pair", 2);
        {
            let mut state = sim.state();
            let zone = &mut state.resources.hosted_zones[0];
            let id = zone.id.clone();
            let secondary = Routing::Failover(FailoverRole::Secondary);
            for one in &mut zone.records {
                if one.routing == secondary {
                    one.health_check = None;
                }
            }
            state.account().submit_dns_change(&id, None);
        }
        sim.advance(Duration::from_secs(600));
        let stage = Box::pin(Stage::over(sim)).await;
        let why = refused(&stage, &evacuate("us-east-1", Mechanism::Records));
        assert!(
            why.contains("Route 53 takes no primary without one"),
            "{why}"
        );
    });
}

#[test]
fn a_group_is_never_called_as_a_region_is() {
    in_virtual_time(async {
        let sim = world("without-cloudfront", 3);
        let mut spec = sim.spec();
        for site in &mut spec.sites {
            site.endpoint = Some(format!("{}.{}", site.region, spec.edge.latency_record));
        }
        let dir = std::sync::Arc::new(tempfile::tempdir().unwrap());
        let pace = gwctl::fleet::Pace::Incident;
        let stage = Box::pin(Stage::configured(sim, dir, pace, spec)).await;
        let plan = stage.plan(&evacuate("eu-west-1", Mechanism::Records));
        let Task::ChangeRecords(change) = &plan.steps[0].task else {
            panic!("{:?}", plan.steps[0].task);
        };
        let names: Vec<&str> = change.names.iter().map(|one| one.name.as_str()).collect();
        let group = format!("weighted.eu-west-1.{}", stage.spec.edge.latency_record);
        assert!(names.contains(&group.as_str()), "{names:?}");
    });
}
