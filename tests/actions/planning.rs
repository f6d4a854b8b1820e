//! Planning is a pure function of a picture: what it advises, chooses, refuses and states.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use gwctl::actions::arguments::Share;
use gwctl::actions::guided::{Drain, Evacuate, Promote};
use gwctl::actions::{
    DataLoss, Finding, Intent, Mechanism, Mode, Plan, Refused, Task, advise, plan,
};
use gwctl::fleet::{Missing, Reason, Snapshot, Verdict};
use jiff::{SignedDuration, Timestamp};

use super::stand::{Stage, in_virtual_time, region};
use super::trial::rehearsals;
use crate::observe::stand::world;

/// The first complete picture in `scenario`, looked at once.
pub fn picture(scenario: &'static str) -> Snapshot {
    static SEEN: Mutex<Option<HashMap<&'static str, Arc<Snapshot>>>> = Mutex::new(None);
    let mut seen = SEEN.lock().unwrap();
    let seen = seen.get_or_insert_default();
    let picture = seen.entry(scenario).or_insert_with(|| {
        in_virtual_time(async { Stage::over(world(scenario, 3)).await.snapshot() })
    });
    (**picture).clone()
}

fn planned(picture: &Snapshot, intent: &Intent) -> Result<Plan, Refused> {
    plan("orders", &world("calm", 3).spec(), picture, intent)
}

fn promote(mode: Option<Mode>, force: bool) -> Intent {
    Intent::Promote(Promote {
        target: region("eu-west-1"),
        mode,
        force,
    })
}

fn evacuate(code: &str, mechanism: Option<Mechanism>) -> Intent {
    Intent::Evacuate(Evacuate {
        region: region(code),
        mechanism,
    })
}

fn finding(plan: &Plan, name: &str) -> Finding {
    let check = plan.checks.iter().find(|check| check.name == name);
    check
        .unwrap_or_else(|| panic!("no check {name}: {:#?}", plan.checks))
        .finding
}

fn make_dark(picture: &mut Snapshot, code: &str) {
    let code = region(code);
    let site = picture.sites.iter_mut().find(|site| site.region == code);
    let reach = &mut site.unwrap().reach;
    (reach.silent_calls, reach.last_answer) = (9, None);
}

#[test]
fn a_dead_primary_is_failed_over_and_never_switched() {
    let picture = picture("primary-dark");
    let advice = advise(&picture);
    assert_eq!(advice.mode, Mode::Failover, "{advice:?}");
    assert!(
        advice
            .refused
            .iter()
            .any(|(mode, _)| *mode == Mode::Switchover)
    );
    let plan = planned(&picture, &promote(Some(Mode::Switchover), true)).unwrap();
    assert_eq!(finding(&plan, "mode"), Finding::Fail);
    let plan = planned(&picture, &promote(None, false)).unwrap();
    assert_eq!(finding(&plan, "mode"), Finding::Pass);
    // The lag that grows because the writer is silent is told as silence, with the lag before it.
    let loss = plan.data_loss.unwrap();
    assert!(loss.lag_ms.unwrap() < 1_000.0, "{loss:?}");
    let silent = picture.at.duration_since(loss.silent_since.unwrap());
    assert!((200..400).contains(&silent.as_secs()), "{loss:?}");
    let sentence = loss.sentence();
    for part in [
        "the last data from the writer",
        "the lag before was",
        "is unknown: ",
    ] {
        assert!(sentence.contains(part), "{sentence}");
    }
}

#[test]
fn what_waits_for_the_region_that_is_gone_is_named() {
    let mut dead = picture("primary-dark");
    make_dark(&mut dead, "us-east-1");
    let plan = planned(&dead, &promote(Some(Mode::Failover), false)).unwrap();
    let needs = plan.checks.iter().find(|check| check.name == "needs");
    let needs = needs.unwrap();
    assert_eq!(needs.finding, Finding::Warn, "{needs:?}");
    let waits = plan.steps.iter().filter(|step| step.is_looked_at_later());
    let waits: Vec<&str> = waits.map(|step| step.title.as_str()).collect();
    assert!(!waits.is_empty());
    for title in waits {
        assert!(needs.text.contains(title), "{title}: {needs:?}");
    }
}

#[test]
fn a_healthy_primary_is_switched_and_failed_over_only_by_force() {
    let picture = picture("calm");
    assert_eq!(advise(&picture).mode, Mode::Switchover);
    let failover = |force| planned(&picture, &promote(Some(Mode::Failover), force)).unwrap();
    assert_eq!(finding(&failover(false), "mode"), Finding::Fail);
    assert_eq!(finding(&failover(true), "mode"), Finding::Warn);
}

#[test]
fn where_only_the_api_is_bad_no_promotion_is_needed() {
    let mut picture = picture("calm");
    let judgement = &mut picture.sites[0].judgement;
    judgement.verdict = Verdict::Down;
    judgement.reasons = vec![Reason {
        verdict: Verdict::Down,
        about: "errors",
        text: "5xx 40 %, at most 5 %".into(),
    }];
    let advice = advise(&picture);
    assert_eq!(advice.mode, Mode::EvacuateOnly, "{advice:?}");
    let refused = planned(&picture, &promote(None, false)).unwrap_err();
    assert!(refused.instead.unwrap().contains("evacuate us-east-1"));
}

#[test]
fn signs_that_contradict_each_other_refuse_both_ways() {
    let mut picture = picture("calm");
    let cluster = picture.database.clusters.get_mut(&region("us-east-1"));
    let why = Missing::CouldNotAsk {
        why: "no answer in time".into(),
    };
    let at = picture.at;
    let state = &mut cluster.unwrap().state;
    let source = state.source().unwrap().clone();
    state.renew(Err(why), at, source);
    let advice = advise(&picture);
    assert_eq!(advice.mode, Mode::EvacuateOnly);
    let refused: BTreeSet<Mode> = advice.refused.iter().map(|(mode, _)| *mode).collect();
    assert_eq!(refused, BTreeSet::from([Mode::Switchover, Mode::Failover]));
}

#[test]
fn data_loss_is_never_a_bare_zero() {
    let at: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let ago = |s| Some(at - SignedDuration::from_secs(s));
    let known = DataLoss {
        lag_ms: Some(840.0),
        lag_at: ago(41),
        writes_per_s: Some(369.0),
        writes_at: ago(41),
        silent_since: None,
        at,
    };
    assert_eq!(
        known.sentence(),
        "lag 840 ms, sample 41 s old, about 310 writes at the present rate; at most 15,439, if nothing arrived since"
    );
    let fresh = DataLoss {
        lag_at: Some(at),
        ..known.clone()
    };
    assert!(
        !fresh.sentence().contains("at most"),
        "{}",
        fresh.sentence()
    );
    let old = DataLoss {
        writes_at: ago(600),
        ..known.clone()
    };
    assert!(old.sentence().contains("at the rate of 10 min ago"));
    let silent = DataLoss {
        silent_since: ago(840),
        ..known.clone()
    };
    let told = silent.sentence();
    assert!(
        told.starts_with(
            "the last data from the writer arrived 14 min ago, the lag before was 840 ms;"
        ),
        "{told}"
    );
    assert!(told.contains("unknown: at most 310,270 writes"), "{told}");
    assert_eq!(silent.brief(), "unknown, at most 310,270 writes");
    // Without the lag before the silence there is no bound.
    let unheard = DataLoss {
        lag_ms: None,
        ..silent.clone()
    };
    assert_eq!(unheard.brief(), "unknown");
    assert_eq!(known.brief(), "about 310 writes");
    let none = DataLoss {
        lag_ms: Some(0.0),
        ..known.clone()
    };
    assert!(
        none.sentence().contains("fewer than one write"),
        "{}",
        none.sentence()
    );
    let no_rate = DataLoss {
        writes_per_s: None,
        ..known.clone()
    };
    assert!(no_rate.sentence().contains("unknown"));
    let nothing = DataLoss {
        lag_ms: None,
        ..known
    };
    assert!(nothing.sentence().starts_with("unknown"));
}

#[test]
fn the_mechanism_is_the_most_robust_that_survives() {
    let chosen = |picture: &Snapshot| {
        let plan = planned(picture, &evacuate("us-east-1", None)).unwrap();
        plan.mechanism.unwrap()
    };
    let calm = chosen(&picture("calm"));
    assert_eq!(calm.mechanism, Mechanism::Switch);
    assert_eq!(calm.also, [Mechanism::HealthCheck, Mechanism::Records]);
    let down = picture("control-planes-down");
    let choice = chosen(&down);
    assert_eq!(choice.mechanism, Mechanism::Switch);
    assert!(choice.also.is_empty(), "{choice:?}");
    let refused = planned(&down, &evacuate("us-east-1", Some(Mechanism::Records))).unwrap_err();
    assert!(refused.instead.unwrap().contains("--mechanism switch"));
    // The switch of us-east-1 is kept elsewhere: with that Region gone the next way is taken.
    let mut picture = picture("calm");
    let home = picture
        .edge
        .switch(&region("us-east-1"))
        .unwrap()
        .1
        .last()
        .unwrap()
        .region
        .clone();
    make_dark(&mut picture, home.as_str());
    let choice = chosen(&picture);
    assert_eq!(choice.mechanism, Mechanism::HealthCheck);
    assert!(
        choice
            .out
            .iter()
            .any(|(out, why)| *out == Mechanism::Switch && why.contains(home.as_str()))
    );
}

#[test]
fn the_last_healthy_region_is_never_evacuated() {
    let mut picture = picture("calm");
    make_dark(&mut picture, "eu-west-1");
    let plan = planned(&picture, &evacuate("us-east-1", None)).unwrap();
    assert_eq!(finding(&plan, "not-the-last"), Finding::Pass);
    make_dark(&mut picture, "ap-southeast-1");
    let plan = planned(
        &picture,
        &evacuate("us-east-1", Some(Mechanism::HealthCheck)),
    )
    .unwrap();
    assert_eq!(finding(&plan, "not-the-last"), Finding::Fail);
}

/// aws-facts §2.6, one after the other.
#[test]
fn a_promotion_checks_what_aws_would_refuse() {
    let with = |change: &dyn Fn(&mut Snapshot)| {
        let mut picture = picture("calm");
        change(&mut picture);
        planned(&picture, &promote(Some(Mode::Switchover), false)).unwrap()
    };
    let calm = with(&|_| {});
    assert!(
        calm.checks
            .iter()
            .all(|check| check.finding <= Finding::Warn),
        "{:#?}",
        calm.checks
    );
    let topology = |picture: &mut Snapshot, change: &dyn Fn(&mut gwctl::fleet::Topology)| {
        let mut topology = picture.database.topology.last().unwrap().clone();
        change(&mut topology);
        let source = picture.database.topology.source().unwrap().clone();
        picture
            .database
            .topology
            .renew(Ok(topology), picture.at, source);
    };
    let cluster = |picture: &mut Snapshot, change: &dyn Fn(&mut gwctl::fleet::ClusterState)| {
        let at = picture.at;
        let target = picture
            .database
            .clusters
            .get_mut(&region("eu-west-1"))
            .unwrap();
        let mut state = target.state.last().unwrap().clone();
        change(&mut state);
        let source = target.state.source().unwrap().clone();
        target.state.renew(Ok(state), at, source);
    };
    let modifying =
        |picture: &mut Snapshot| topology(picture, &|all| all.status = "modifying".into());
    assert_eq!(finding(&with(&modifying), "idle"), Finding::Fail);
    // Which statuses AWS takes a failover in is not documented: AWS decides, and the operator.
    let mut other = picture("calm");
    modifying(&mut other);
    let failover = planned(&other, &promote(Some(Mode::Failover), true)).unwrap();
    assert_eq!(finding(&failover, "idle"), Finding::Waivable);
    let plan = with(&|picture| {
        topology(picture, &|all| {
            for member in &mut all.members {
                member.synchronization = Some("pending-resync".into());
            }
        });
    });
    assert_eq!(finding(&plan, "synchronised"), Finding::Fail);
    let plan = with(&|picture| cluster(picture, &|state| state.instances.clear()));
    assert_eq!(finding(&plan, "instance"), Finding::Fail);
    let plan = with(&|picture| cluster(picture, &|state| state.engine.version = "15.2".into()));
    assert_eq!(finding(&plan, "versions"), Finding::Fail);
    let mut spec = world("calm", 3).spec();
    spec.rules.abort_lag_ms = 0.0;
    let intent = promote(Some(Mode::Switchover), false);
    let lagging = gwctl::actions::plan("orders", &spec, &picture("calm"), &intent).unwrap();
    assert_eq!(finding(&lagging, "lag"), Finding::Waivable);
}

#[test]
fn planning_is_pure_and_steps_come_after_those_they_name() {
    let mut tried = 0;
    for rehearsal in rehearsals() {
        if rehearsal.before.is_some() {
            continue;
        }
        let picture = picture(rehearsal.scenario);
        let intent = rehearsal.intent.clone().on_bare_ground();
        let Ok(plan) = planned(&picture, &intent) else {
            panic!("{}", rehearsal.name)
        };
        assert_eq!(planned(&picture, &intent).unwrap(), plan);
        for steps in [&plan.steps, &plan.inverse] {
            let mut known = BTreeSet::new();
            for step in steps {
                let after = step.after.iter().all(|id| known.contains(id));
                assert!(
                    after,
                    "{}: {} comes before {:?}",
                    rehearsal.name, step.id, step.after
                );
                assert!(
                    known.insert(&step.id),
                    "{}: two steps {}",
                    rehearsal.name,
                    step.id
                );
            }
        }
        assert!(plan.expected_s() <= plan.one_by_one_s());
        assert_eq!(plan.clone().one_by_one().expected_s(), plan.one_by_one_s());
        let json = serde_json::to_string(&plan).unwrap();
        assert_eq!(
            serde_json::from_str::<Plan>(&json).unwrap(),
            plan,
            "a plan survives its file"
        );
        tried += 1;
    }
    assert!(tried > 5, "{tried}");
}

#[test]
fn a_plans_duration_is_its_longest_chain_and_its_fingerprint_its_content() {
    let plan = planned(&picture("calm"), &evacuate("eu-west-1", None)).unwrap();
    let long = |ids: &[&str]| {
        ids.iter()
            .map(|id| plan.step(id).unwrap().expected_s)
            .sum::<u64>()
    };
    let chains = [
        long(&["evacuate", "dns", "traffic"]),
        long(&["evacuate", "dns", "receivers"]),
    ];
    assert_eq!(Some(plan.expected_s()), chains.into_iter().max());
    let changes: [fn(&mut Plan); 4] = [
        |plan| plan.title.push('!'),
        |plan| plan.steps[0].timeout_s += 1,
        |plan| plan.rules.window_s += 1,
        |plan| plan.confirm.push('x'),
    ];
    for change in changes {
        let mut other = plan.clone();
        change(&mut other);
        assert_ne!(other.fingerprint(), plan.fingerprint());
    }
}

#[test]
fn weights_keep_their_shares_and_route_53s_bounds() {
    let picture = picture("calm");
    for to in [0, 1, 33, 50, 99] {
        let intent = Intent::Drain(Drain {
            region: region("eu-west-1"),
            to: Share::try_from(to).unwrap(),
            over_s: 120,
        });
        let plan = planned(&picture, &intent).unwrap();
        let Task::ChangeRecords(change) = &plan.steps[0].task else {
            panic!("{:?}", plan.steps[0])
        };
        let group = &change.names[0].after;
        let weight = |set: &gwctl::fleet::RecordSet| set.routing.weight().unwrap();
        assert!(group.iter().all(|set| (0..=255).contains(&weight(set))));
        let all: i64 = group.iter().map(weight).sum();
        let own = group
            .iter()
            .find(|set| set.set_identifier.as_deref() == Some("eu-west-1"));
        let share = 100.0 * weight(own.unwrap()) as f64 / all as f64;
        assert!(
            (share - f64::from(to)).abs() < 1.0,
            "{to} % became {share:.1} %"
        );
        assert!(
            to == 0 || share > 0.0,
            "a share that is not none is not none"
        );
        // A share never goes to a dead Region: every member has its own health check.
        assert!(group.iter().all(|set| set.health_check.is_some()));
    }
}

#[test]
fn a_lag_that_is_told_no_more_is_no_lag_of_now() {
    let mut picture = picture("calm");
    assert_eq!(
        finding(&planned(&picture, &promote(None, false)).unwrap(), "lag"),
        Finding::Pass
    );
    picture.at += SignedDuration::from_mins(40);
    let plan = planned(&picture, &promote(None, false)).unwrap();
    let lag = plan
        .checks
        .iter()
        .find(|check| check.name == "lag")
        .unwrap();
    assert_eq!(lag.finding, Finding::Waivable, "{}", lag.text);
    assert!(
        lag.text.contains("what it is now is not known"),
        "{}",
        lag.text
    );
}
