//! Which mechanism is offered on which shape of records: only what takes the whole Region out of DNS, and no
//! other Region.

use gwctl::actions::guided::{Evacuate, Restore};
use gwctl::actions::{Choice, Finding, Intent, Mechanism, Refused, Task, plan};
use gwctl::fleet::{Missing, Observed, Position, RoutingRecord, Snapshot, Verdict, judge};

use super::planning::picture;
use super::stand::{Stage, in_virtual_time, region};
use crate::observe::stand::world;

fn chosen(picture: &Snapshot, mechanism: Option<Mechanism>) -> Result<Choice, Refused> {
    let intent = Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism,
    });
    let plan = plan("orders", &world("calm", 3).spec(), picture, &intent)?;
    Ok(plan.mechanism.unwrap())
}

/// The calm fleet with other records in the place of Ireland's.
fn with(shape: impl Fn(&RoutingRecord) -> Vec<RoutingRecord>) -> Snapshot {
    shaped(|record| {
        if record.is_of(&region("eu-west-1")) {
            shape(record)
        } else {
            vec![record.clone()]
        }
    })
}

fn shaped(shape: impl Fn(&RoutingRecord) -> Vec<RoutingRecord>) -> Snapshot {
    let mut seen = picture("calm");
    let records = seen.edge.records.last().unwrap().iter().flat_map(shape);
    let source = seen.edge.records.source().unwrap().clone();
    seen.edge.records = Observed::known(records.collect(), seen.at, source);
    judge(&mut seen);
    seen
}

/// An alias to the Region's own name at API Gateway, as Terraform makes it.
fn alias(record: &RoutingRecord, kind: &str, check: Option<String>) -> RoutingRecord {
    RoutingRecord {
        kind: kind.into(),
        target: format!("d-abc.execute-api.{}.amazonaws.com", record.whose()),
        values: Vec::new(),
        ttl: None,
        alias_zone: Some("ZLY8HYME6SFDD".into()),
        health_check: check,
        ..record.clone()
    }
}

fn why_out(choice: &Choice, mechanism: Mechanism) -> &str {
    let out = choice.out.iter().find(|(out, _)| *out == mechanism);
    &out.unwrap_or_else(|| panic!("{mechanism} is offered: {choice:?}"))
        .1
}

#[test]
fn a_record_without_a_check_is_left_by_records_alone() {
    let seen = with(|record| {
        vec![RoutingRecord {
            health_check: None,
            ..record.clone()
        }]
    });
    let choice = chosen(&seen, None).unwrap();
    assert_eq!(choice.mechanism, Mechanism::Records);
    assert!(choice.also.is_empty(), "{choice:?}");
    for out in [Mechanism::Switch, Mechanism::HealthCheck] {
        assert!(why_out(&choice, out).contains("CNAME record has no health check"));
    }
    let refused = chosen(&seen, Some(Mechanism::Switch)).unwrap_err();
    assert!(refused.why.contains("no health check"), "{refused:?}");
    // A word of it, and no verdict of it.
    let judged = &seen.site(&region("eu-west-1")).unwrap().judgement;
    let word = judged
        .reasons
        .iter()
        .find(|one| one.text.contains("no health check"));
    assert_eq!(
        word.map(|one| one.verdict),
        Some(Verdict::Healthy),
        "{judged:?}"
    );
    assert_eq!(judged.verdict, Verdict::Healthy);
}

#[test]
fn of_two_records_both_must_leave() {
    let both = |second: bool| {
        shaped(move |record| {
            let check = record.health_check.clone();
            let other = check.clone().filter(|_| second);
            vec![alias(record, "A", check), alias(record, "AAAA", other)]
        })
    };
    let refused = chosen(&both(false), None).unwrap_err();
    assert!(
        refused.why.contains("AAAA record has no health check"),
        "{refused:?}"
    );
    assert!(
        refused.instead.is_none(),
        "nothing else would work: {refused:?}"
    );
    let choice = chosen(&both(true), None).unwrap();
    assert_eq!(choice.mechanism, Mechanism::Switch);
    assert_eq!(choice.also, [Mechanism::HealthCheck]);
    assert!(why_out(&choice, Mechanism::Records).contains("is an alias to"));
    let refused = chosen(&both(true), Some(Mechanism::Records)).unwrap_err();
    assert!(refused.instead.unwrap().contains("--mechanism switch"));
}

#[test]
fn every_mechanism_that_is_offered_can_be_planned() {
    let spec = world("calm", 3).spec();
    let shapes: [fn(&RoutingRecord) -> Vec<RoutingRecord>; 5] = [
        |record| vec![record.clone()],
        |record| vec![alias(record, "A", record.health_check.clone())],
        |record| vec![alias(record, "AAAA", None)],
        |record| {
            let aaaa = alias(record, "AAAA", record.health_check.clone());
            vec![alias(record, "A", record.health_check.clone()), aaaa]
        },
        |record| {
            vec![RoutingRecord {
                evaluate_target_health: true,
                ..alias(record, "A", record.health_check.clone())
            }]
        },
    ];
    for (number, shape) in shapes.into_iter().enumerate() {
        let seen = shaped(shape);
        for mechanism in Mechanism::ALL {
            let intent = Intent::Evacuate(Evacuate {
                region: region("eu-west-1"),
                mechanism: Some(mechanism),
            });
            match plan("orders", &spec, &seen, &intent) {
                Ok(plan) => assert!(plan.finding() < Finding::Fail, "{number} {mechanism}"),
                Err(refused) => {
                    let Some(instead) = refused.instead else {
                        continue;
                    };
                    let other = Mechanism::ALL
                        .into_iter()
                        .find(|other| instead.contains(&format!("--mechanism {other}`")))
                        .unwrap();
                    assert!(
                        chosen(&seen, Some(other)).is_ok(),
                        "{number}: {mechanism} points at {other}, which is refused"
                    );
                }
            }
        }
    }
}

#[test]
fn a_check_of_two_regions_is_no_way_out_of_one() {
    let mut seen = picture("calm");
    let records = seen.edge.records.last().unwrap().clone();
    let shared = records[0].health_check.clone();
    let source = seen.edge.records.source().unwrap().clone();
    let records: Vec<_> = records
        .into_iter()
        .map(|record| RoutingRecord {
            health_check: shared.clone(),
            ..record
        })
        .collect();
    seen.edge.records = Observed::known(records, seen.at, source);
    let choice = chosen(&seen, None).unwrap();
    assert_eq!(choice.mechanism, Mechanism::Records);
    assert!(why_out(&choice, Mechanism::HealthCheck).contains("too: it would leave DNS as well"));
    assert!(why_out(&choice, Mechanism::Switch).contains("out of DNS as well"));
}

#[test]
fn records_that_could_not_be_asked_are_not_told_as_absent() {
    let mut seen = picture("calm");
    let (at, source) = (seen.at, seen.edge.records.source().unwrap().clone());
    seen.edge.records = Observed::default();
    let why = Missing::NotAllowed {
        action: "route53:ListResourceRecordSets".into(),
    };
    seen.edge.records.renew(Err(why), at, source);
    let choice = chosen(&seen, None).unwrap();
    assert_eq!(choice.mechanism, Mechanism::Switch);
    assert!(choice.why.contains("could not be asked"), "{}", choice.why);
    for out in [Mechanism::HealthCheck, Mechanism::Records] {
        let why = why_out(&choice, out);
        assert!(
            why.contains("not allowed: route53:ListResourceRecordSets"),
            "{why}"
        );
    }
}

#[test]
fn the_dns_step_compares_what_the_records_answer() {
    let seen = shaped(|record| {
        let check = record.health_check.clone();
        vec![
            alias(record, "A", check.clone()),
            alias(record, "AAAA", check),
        ]
    });
    let intent = Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism: None,
    });
    let plan = plan("orders", &world("calm", 3).spec(), &seen, &intent).unwrap();
    let step = plan.step("dns").unwrap();
    let Task::AwaitAnswers(answers) = &step.task else {
        panic!("{step:?}")
    };
    let kinds: Vec<&str> = answers
        .records
        .iter()
        .map(|one| one.kind.as_str())
        .collect();
    assert_eq!(kinds, ["A", "AAAA"]);
    for planned in &answers.records {
        assert_eq!(planned.own.len(), 1);
        assert!(planned.own[0].alias, "its addresses are looked up");
        assert_eq!(
            planned.own[0].value,
            "d-abc.execute-api.eu-west-1.amazonaws.com"
        );
        assert_eq!(planned.others.len(), 2);
    }
}

#[test]
fn a_switch_that_one_point_does_not_move_is_not_offered() {
    let seen = in_virtual_time(async {
        let sim = world("calm", 3);
        for alarm in &mut sim.state().resources.alarms {
            if alarm.namespace == "Orders/Evacuation" {
                (alarm.evaluation_periods, alarm.datapoints_to_alarm) = (3, 3);
            }
        }
        Stage::over(sim).await.snapshot()
    });
    let choice = chosen(&seen, None).unwrap();
    assert_ne!(choice.mechanism, Mechanism::Switch);
    let why = why_out(&choice, Mechanism::Switch);
    assert!(why.contains("needs 3 points in a row"), "{why}");
}

/// An alarm in ALARM evacuates, unless a health check above it swaps healthy and unhealthy.
#[test]
fn a_switch_in_alarm_keeps_traffic_away_unless_it_is_inverted() {
    let restored = |inverted: bool| {
        let mut seen = picture("calm");
        let (id, known) = seen.edge.switch(&region("eu-west-1")).unwrap();
        let (id, mut switch) = (id.to_owned(), known.last().unwrap().clone());
        let source = known.source().unwrap().clone();
        (switch.inverted, switch.state) = (inverted, "ALARM".into());
        switch.position = Position::Unread {
            why: "CloudWatch did not answer".into(),
        };
        let at = seen.at;
        let known = seen.edge.switches.get_mut(&id).unwrap();
        known.renew(Ok(switch), at, source);
        let intent = Intent::Restore(Restore {
            region: region("eu-west-1"),
            hold_down_s: None,
        });
        plan("orders", &world("calm", 3).spec(), &seen, &intent)
    };
    let kept_out = restored(false).unwrap().mechanism.unwrap();
    assert_eq!(kept_out.mechanism, Mechanism::Switch);
    let serves = restored(true).unwrap_err();
    assert!(serves.why.contains("gwctl does not keep"), "{serves:?}");
}
