//! A fleet's verdicts over time.

use super::*;
use gwctl_fleet::FleetSpec;

const START: i64 = 1_795_442_400;

fn blank() -> Snapshot {
    let text = r#"{ "domain": "api.example.com", "global_cluster": "orders",
        "edge": { "distribution": "E1", "hosted_zone": "Z1", "latency_record": "latency.example.com" },
        "sites": [{ "region": "eu-west-1", "api": "a1", "functions": [] }] }"#;
    let spec: FleetSpec = serde_json::from_str(text).unwrap();
    Snapshot::blank("orders", &spec, Timestamp::UNIX_EPOCH)
}

/// What is told of `verdicts`, each `(seconds, verdict)` holding until the next, seen every five seconds.
fn told(verdicts: &[(i64, Verdict)], until: i64) -> Vec<(i64, String)> {
    let mut watch = Verdicts::new(60);
    let mut picture = blank();
    let mut told = Vec::new();
    for second in (0..until).step_by(5) {
        let now = verdicts.iter().rev().find(|(from, _)| *from <= second);
        picture.judgement.verdict = now.unwrap().1;
        picture.at = Timestamp::from_second(START + second).unwrap();
        told.extend(watch.take(&picture).map(|notice| (second, notice.title)));
    }
    told
}

fn one(second: i64, title: &str) -> (i64, String) {
    (second, title.to_owned())
}

use Verdict::{Degraded, Down, Healthy};

#[test]
fn a_worse_verdict_is_told_after_the_hold_down_and_a_better_one_after_five() {
    let seen = told(&[(0, Healthy), (100, Down), (400, Healthy)], 1_000);
    let expected = [
        one(160, "orders is down"),
        one(700, "orders is healthy; it was down"),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn what_is_over_before_the_hold_down_is_not_told() {
    assert_eq!(
        told(&[(0, Healthy), (100, Down), (155, Healthy)], 1_000),
        []
    );
}

#[test]
fn what_gets_worse_meanwhile_is_told_as_what_it_is_then() {
    let seen = told(&[(0, Healthy), (100, Degraded), (140, Down)], 400);
    assert_eq!(seen, [one(160, "orders is down")]);
    let seen = told(&[(0, Healthy), (100, Degraded), (300, Down)], 600);
    let expected = [
        one(160, "orders is degraded"),
        one(360, "orders is down; it was degraded"),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn a_verdict_that_comes_and_goes_is_one_message_and_one_when_it_has_settled() {
    let flapping: Vec<(i64, Verdict)> = (0..60)
        .map(|n| (n * 40, if n % 2 == 0 { Healthy } else { Down }))
        .collect();
    let seen = told(&flapping, 2_400);
    assert_eq!(seen, [one(240, "orders: the verdict does not settle")]);
    let mut settles = flapping;
    settles.push((2_400, Healthy));
    let seen = told(&settles, 3_000);
    assert_eq!(seen[1..], [one(2_700, "orders has settled: it is healthy")]);
}

#[test]
fn seven_days_of_unrest_keep_no_more_than_a_minute_of_it() {
    let mut watch = Verdicts::new(60);
    let mut picture = blank();
    let (mut most, mut told) = (0, 0);
    for second in (0..7 * 86_400).step_by(5) {
        let n = second / 35 % 7;
        picture.judgement.verdict =
            [Healthy, Down, Degraded, Healthy, Degraded, Down, Down][n as usize];
        picture.at = Timestamp::from_second(START + second).unwrap();
        told += usize::from(watch.take(&picture).is_some());
        most = most.max(watch.kept());
    }
    assert!(most <= 1 + SWINGS, "{most}");
    assert!(told < 400, "{told}");
}

#[test]
fn what_another_process_told_is_not_told_again() {
    let mut watch = Verdicts::new(60);
    let mut picture = blank();
    picture.judgement.verdict = Down;
    picture.at = Timestamp::from_second(START).unwrap();
    watch.was_told("orders", Down, picture.at);
    for second in 0..600 {
        picture.at = Timestamp::from_second(START + second).unwrap();
        assert_eq!(watch.take(&picture), None);
    }
}

#[test]
fn what_the_other_process_could_not_tell_any_more_is_told_at_once() {
    let mut watch = Verdicts::new(60);
    let mut picture = blank();
    picture.judgement.verdict = Down;
    let mut told = Vec::new();
    for second in 0..100 {
        picture.at = Timestamp::from_second(START + second).unwrap();
        told.extend(watch.take(&picture).map(|_| second));
    }
    assert_eq!(told, [60]);
    // Nobody heard it: the process that was to tell it was gone.
    watch.was_told("orders", Healthy, picture.at);
    let title = watch.take(&picture).map(|notice| notice.title);
    assert_eq!(title.as_deref(), Some("orders is down; it was healthy"));
}

#[test]
fn a_reason_is_told_once_though_both_the_fleet_and_its_region_have_it() {
    let mut picture = blank();
    let reason = |verdict, text: &str| gwctl_fleet::Reason {
        verdict,
        about: "region",
        text: text.into(),
    };
    picture.judgement = Judgement {
        verdict: Degraded,
        reasons: vec![reason(
            Degraded,
            "eu-west-1 down: the API answers nobody (and 1 more)",
        )],
    };
    picture.sites[0].judgement = Judgement {
        verdict: Down,
        reasons: vec![
            reason(Down, "the API answers nobody"),
            reason(Degraded, "p99 is 2 s"),
        ],
    };
    assert_eq!(
        reasons(&picture),
        [
            "degraded: eu-west-1 down: the API answers nobody (and 1 more)",
            "eu-west-1 degraded: p99 is 2 s",
        ]
    );
}
