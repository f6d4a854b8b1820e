//! What is told once a trouble is over, and of figures that became better.

use std::sync::Arc;
use std::time::Duration;

use gwctl_fleet::{Alarm, AlarmWatch, Measured, Metric, Point, Reason, Series, Verdict};

use super::fixture::{BEGAN, Fixture, HERE, THERE, WRITE, ago, known, region};

const SLOTS: &str =
    "error: remaining connection slots are reserved for roles with the SUPERUSER attribute";

/// The alarm of the function's errors, which fires since before they fell to `errors` a minute.
fn alarm_after(errors: f64) -> Fixture {
    let mut fixture = Fixture::well();
    fixture.figure(HERE, WRITE, Metric::FunctionErrors, (4_000.0, errors));
    let mut sites = fixture.picture.sites.iter_mut();
    let site = sites.find(|site| site.region == region(HERE)).unwrap();
    site.judgement.reasons.push(Reason {
        verdict: Verdict::Degraded,
        about: "alarms",
        text: "alarm orders-write-errors".into(),
    });
    site.alarms = known(vec![Alarm {
        name: "orders-write-errors".into(),
        reason: "Threshold Crossed: 2 out of the last 2 datapoints [7692.0 (23/11/26 13:40:00)]"
            .into(),
        since: Some(ago(3 * BEGAN)),
        watches: Some(AlarmWatch {
            namespace: "AWS/Lambda".into(),
            metric: "Errors".into(),
            dimensions: vec![("FunctionName".into(), WRITE.into())],
            statistic: "Sum".into(),
            limit: 250.0,
            comparison: "GreaterThanThreshold".into(),
            missing: None,
            configured: None,
        }),
        measured: Some(Measured {
            metric: "Errors".into(),
            value: Some(7_692.0),
            comparison: ">",
            limit: 250.0,
        }),
    }]);
    fixture
}

#[test]
fn an_alarm_that_fires_on_after_its_figures_are_well_is_no_riddle() {
    let told = |errors| {
        let all = alarm_after(errors).explained().hypotheses;
        let one = all.into_iter().find(|one| one.cause == "alarm");
        one.unwrap()
    };
    let over = told(9.0);
    assert_eq!(
        over.sentence,
        "Alarm orders-write-errors in eu-west-1 still fires, and what it watches is within its limit again"
    );
    assert_eq!(
        over.supports,
        [
            "eu-west-1: Sum Errors is 9 in the minute 13:59, limit 250",
            "orders-write-errors since 13:36: Errors 7,692 > 250"
        ]
    );
    // Over how many minutes the alarm adds up is not known: 60 a minute are 300 in five.
    let perhaps = told(60.0);
    assert!(
        perhaps.sentence.contains("sees nothing that explains it"),
        "{perhaps:?}"
    );
}

#[test]
fn an_alarm_that_a_hypothesis_is_about_is_not_told_once_more() {
    for errors in [9.0, 60.0] {
        let fixture = alarm_after(errors);
        let left = crate::rest(&fixture.picture, &fixture.explained());
        assert_eq!(left, [], "{errors}");
    }
}

#[test]
fn a_figure_that_became_better_or_moved_long_before_is_not_new_and_unexplained() {
    let mut fixture = Fixture::failing();
    fixture.logs((HERE, WRITE), SLOTS, (BEGAN, 0), 90);
    fixture.figure(THERE, WRITE, Metric::FunctionDurationP95, (900.0, 60.0));
    fixture.api(THERE, Metric::Api4xx, (700.0, 300.0));
    assert_eq!(fixture.unexplained(), [] as [String; 0]);
    fixture.api(THERE, Metric::Api4xx, (300.0, 700.0));
    let new = fixture.unexplained();
    assert!(
        new.len() == 1 && new[0].starts_with("us-east-1: 4xx 5/s"),
        "{new:?}"
    );
    let points = (1..=60).map(|minute| Point {
        at: ago(minute),
        value: if minute <= 40 { 700.0 } else { 300.0 },
    });
    let series = Series::new(Duration::from_mins(1), points);
    let mut sites = fixture.picture.sites.iter_mut();
    let site = sites.find(|site| site.region == region(THERE)).unwrap();
    *site.api.metrics.entry(Metric::Api4xx) = known(Arc::new(series));
    assert_eq!(fixture.unexplained(), [] as [String; 0]);
}

#[test]
fn what_a_region_that_is_gone_did_not_answer_is_one_line() {
    use crate::Unseen;
    use gwctl_fleet::Missing;

    let mut gone = Fixture::failing().explained();
    gone.hypotheses[0].cause = "region-unreachable";
    let unseen = |place: &str, topics: &[&'static str], why: &str| Unseen {
        places: vec![place.into()],
        topics: topics.to_vec(),
        why: Missing::CouldNotAsk { why: why.into() },
    };
    let all = [
        unseen(HERE, &["API", "alarms"], "no answer in time"),
        unseen(HERE, &["API", "probe"], "timed out"),
        unseen("edge", &["records"], "no answer in time"),
    ];
    let gaps = [
        "cloudtrail:LookupEvents in eu-west-1: could not ask: no answer in time",
        "logs of orders-read in eu-west-1, orders-write in eu-west-1: could not ask",
        "logs of orders-read in eu-west-1, orders-read in us-east-1: could not ask",
        "health:DescribeEvents: could not ask: no answer in time",
    ];
    let told = crate::not_seen(&all, &gone, gaps.map(Into::into).into());
    assert_eq!(
        told,
        [
            "eu-west-1 does not answer: API, alarms, probe, what changed and what is logged there",
            "edge: records (could not ask: no answer in time)",
            gaps[2],
            gaps[3],
        ]
    );
}
