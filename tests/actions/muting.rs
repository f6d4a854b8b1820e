//! Alarms that a drill mutes, and lets act again.

use std::sync::Arc;

use gwctl::actions::guided::Drill;
use gwctl::actions::{Intent, Order, Phase};
use gwctl::fleet::Pace;
use gwctl::sim::Sim;
use jiff::SignedDuration;

use super::stand::{Stage, in_virtual_time, region, story};
use crate::observe::stand::world;

/// A fleet of which some alarms are named.
async fn stage() -> Stage {
    let sim = world("calm", 3);
    let mut spec = sim.spec();
    let named = |code: &str, alarms: &[&str]| {
        let alarms = alarms.iter().map(ToString::to_string).collect();
        (region(code), alarms)
    };
    spec.drill.mute = [
        named("us-east-1", &["orders-5xx", "orders-p99"]),
        named("eu-west-1", &["orders-5xx"]),
    ]
    .into();
    let dir = Arc::new(tempfile::tempdir().unwrap());
    Box::pin(Stage::configured(sim, dir, Pace::Calm, spec)).await
}

fn drill() -> Intent {
    Intent::Drill(Drill {
        region: region("us-east-1"),
        to: region("eu-west-1"),
        hold_s: None,
    })
}

/// Each rule: where, how many alarms, and whether it mutes them now.
fn muted(sim: &Sim) -> Vec<(String, usize, bool)> {
    let (now, state) = (sim.clock().now(), sim.state());
    let rules = state.resources.mute_rules.iter();
    rules
        .map(|rule| {
            let active = rule.from <= now && now < rule.until;
            (rule.region.to_string(), rule.alarms.len(), active)
        })
        .collect()
}

#[test]
fn a_drill_mutes_the_alarms_that_are_named_and_lets_them_act_again() {
    in_virtual_time(Box::pin(async {
        let stage = stage().await;
        let plan = stage.plan(&drill());
        let rule = plan
            .notes
            .iter()
            .find(|note| note.contains("mute rules expire after 125 min"));
        assert!(rule.is_some(), "{:?}", plan.notes);
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        // The operator looks around: everything before was done with the alarms muted.
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        assert!(state.steps["look"].held.is_some(), "{}", story(&state));
        let mut rules = muted(stage.sim());
        rules.sort();
        let expected = [
            ("eu-west-1".to_owned(), 1, true),
            ("us-east-1".to_owned(), 2, true),
        ];
        assert_eq!(rules, expected);
        let muting = state.steps["mute.us-east-1"].ended.unwrap();
        assert!(
            state.steps["evacuate"].started.unwrap() >= muting,
            "{}",
            story(&state)
        );
        let go_on = Order::Continue {
            step: "look".into(),
        };
        let state = stage.order(&mut running, go_on).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        assert_eq!(muted(stage.sim()), []);
    }));
}

#[test]
fn an_undone_drill_lets_the_alarms_act_again_and_a_left_one_mutes_them_for_a_while_only() {
    in_virtual_time(Box::pin(async {
        let stage = stage().await;
        let mut running = stage.start(&stage.plan(&drill()));
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Held, "{}", story(&state));
        let now = stage.sim().clock().now();
        {
            let world = stage.sim().state();
            let rules = &world.resources.mute_rules;
            let limit = now + SignedDuration::from_mins(126);
            assert!(rules.iter().all(|rule| rule.until < limit), "{rules:?}");
        }
        let state = stage.order(&mut running, Order::Undo).await;
        assert_eq!(state.phase(), Phase::Undone, "{}", story(&state));
        assert_eq!(muted(stage.sim()), []);
    }));
}
