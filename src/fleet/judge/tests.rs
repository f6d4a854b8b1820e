//! The fleet's judgement as a whole, and the rules that hold everywhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::fixture::{Fixture, REGIONS, ask_failed, region};
use super::*;
use crate::fleet::{Alarm, CheckConfig, CheckKind, Metrics, Missing};

fn check(
    disabled: bool,
    inverted: bool,
    newest: Option<(f64, i64)>,
    now: Timestamp,
) -> HealthCheck {
    let mut metrics = Metrics::default();
    if let Some((value, seconds_ago)) = newest {
        Fixture::put(
            &mut metrics,
            Metric::CheckStatus,
            now - SignedDuration::from_secs(seconds_ago),
            value,
        );
    }
    let config = CheckConfig {
        kind: CheckKind::Endpoint {
            protocol: "HTTPS".into(),
            target: "x".into(),
        },
        interval_s: 10,
        failure_threshold: 3,
        inverted,
        disabled,
        version: 1,
        linked_service: None,
        insufficient_data: None,
    };
    HealthCheck {
        id: "hc".into(),
        config: Observed::known(config, now, Fixture::source("route53:ListHealthChecks")),
        metrics,
    }
}

#[test]
fn a_health_checks_verdict_follows_its_metric_unless_it_is_pinned() {
    use CheckVerdict::{Healthy, PinnedHealthy, PinnedUnhealthy, Unhealthy, Unknown};
    let now = Fixture::now();
    for (disabled, inverted, newest, expected) in [
        (false, false, Some((1.0, 60)), Healthy),
        (false, false, Some((0.0, 60)), Unhealthy),
        // The metric is already inverted.
        (false, true, Some((1.0, 60)), Healthy),
        (false, true, Some((0.0, 60)), Unhealthy),
        // The minute under way counts: its minimum cannot rise again.
        (false, false, Some((0.0, 5)), Unhealthy),
        (false, false, Some((1.0, 900)), Unknown),
        (false, false, None, Unknown),
        (true, false, Some((0.0, 60)), PinnedHealthy),
        (true, false, None, PinnedHealthy),
        (true, true, Some((1.0, 60)), PinnedUnhealthy),
    ] {
        let check = check(disabled, inverted, newest, now);
        assert_eq!(
            check_verdict(&check, now),
            expected,
            "{disabled} {inverted} {newest:?}"
        );
    }
}

#[test]
fn a_status_that_could_not_be_renewed_is_unknown() {
    let now = Fixture::now();
    let mut check = check(false, false, Some((1.0, 60)), now);
    ask_failed(
        check.metrics.entry(Metric::CheckStatus),
        "time-out after 5 s",
    );
    assert_eq!(check_verdict(&check, now), CheckVerdict::Unknown);
}

#[test]
fn a_fleet_that_is_seen_serving_everywhere_is_healthy() {
    let fleet = Fixture::healthy().judged();
    assert_eq!(
        fleet.judgement,
        Judgement {
            verdict: Verdict::Healthy,
            reasons: vec![]
        }
    );
    assert_eq!(fleet.edge.judgement.verdict, Verdict::Healthy);
    assert_eq!(fleet.database.judgement.verdict, Verdict::Healthy);
    assert!(
        fleet
            .sites
            .iter()
            .all(|site| site.judgement.verdict == Verdict::Healthy)
    );
}

#[test]
fn a_region_whose_traffic_ended_minutes_ago_has_no_share_of_it() {
    let mut fixture = Fixture::healthy();
    assert!(
        fixture
            .0
            .traffic_share(&region("eu-west-1"))
            .is_some_and(|share| share > 30.0)
    );
    let before = Fixture::now() - SignedDuration::from_mins(7);
    let metrics = &mut fixture.site("eu-west-1").api.metrics;
    Fixture::put(metrics, Metric::ApiRequests, before, 1_000.0);
    assert_eq!(fixture.0.traffic_share(&region("eu-west-1")), Some(0.0));
    assert_eq!(fixture.0.traffic_share(&region("us-east-1")), Some(50.0));
}

#[test]
fn an_alarm_in_us_east_1_is_the_fleets_for_it_may_be_about_the_edge() {
    let mut fixture = Fixture::healthy();
    let alarm = Alarm {
        name: "orders-edge-5xx".into(),
        reason: String::new(),
        since: None,
    };
    fixture.site("us-east-1").alarms = Fixture::known(vec![alarm]);
    let fleet = fixture.judged();
    assert_eq!(
        fleet.site(&region("us-east-1")).unwrap().judgement.verdict,
        Verdict::Healthy
    );
    assert_eq!(fleet.judgement.verdict, Verdict::Degraded);
    assert_eq!(
        fleet.judgement.reasons[0].text,
        "alarm orders-edge-5xx in us-east-1"
    );
}

#[test]
fn a_blank_picture_is_unknown_everywhere() {
    let fleet = Fixture::blank().judged();
    assert_eq!(fleet.judgement.verdict, Verdict::Unknown);
    assert!(
        fleet
            .sites
            .iter()
            .all(|site| site.judgement.verdict == Verdict::Unknown)
    );
    assert_eq!(fleet.database.judgement.verdict, Verdict::Unknown);
    assert_eq!(fleet.edge.judgement.verdict, Verdict::Unknown);
}

#[test]
fn one_region_down_degrades_the_fleet_and_all_of_them_take_it_down() {
    let mut fixture = Fixture::healthy();
    fixture.region_dark("eu-west-1");
    let fleet = fixture.clone().judged();
    assert_eq!(fleet.judgement.verdict, Verdict::Degraded);
    assert!(
        fleet.judgement.reasons[0].text.contains("eu-west-1 down: "),
        "{:?}",
        fleet.judgement
    );

    for code in REGIONS {
        fixture.unhealthy_check(code);
        let site = fixture.site(code);
        ask_failed(&mut site.probe, "connection refused");
    }
    let fleet = fixture.judged();
    assert_eq!(fleet.judgement.verdict, Verdict::Down);
}

#[test]
fn a_domain_that_does_not_answer_takes_the_fleet_down() {
    let mut fixture = Fixture::healthy();
    ask_failed(&mut fixture.0.edge.probe, "no such name");
    let fleet = fixture.judged();
    assert_eq!(fleet.judgement.verdict, Verdict::Down);
    assert!(fleet.judgement.reasons[0].text.contains("no such name"));
}

#[test]
fn a_machine_without_network_calls_nothing_down() {
    let mut fixture = Fixture::healthy();
    ask_failed(&mut fixture.0.edge.probe, "no such name");
    for code in REGIONS {
        fixture.silent(code);
        ask_failed(&mut fixture.site(code).probe, "no such name");
    }
    let fleet = fixture.judged();
    assert_eq!(fleet.judgement.verdict, Verdict::Unknown);
    assert!(
        fleet.judgement.reasons[0]
            .text
            .contains("check its own network")
    );
}

#[test]
fn expired_credentials_leave_the_fleet_unknown_not_down() {
    let mut fixture = Fixture::healthy();
    fixture.nothing_asked_answers("credentials expired");
    let fleet = fixture.judged();
    assert_eq!(fleet.judgement.verdict, Verdict::Unknown);
    assert!(
        fleet
            .judgement
            .reasons
            .iter()
            .any(|r| r.text.contains("credentials expired"))
    );
}

#[test]
fn a_missing_permission_never_makes_a_region_down() {
    let mut fixture = Fixture::healthy();
    let denied = Missing::NotAllowed {
        action: "rds:DescribeDBClusters".into(),
    };
    let cluster = fixture
        .0
        .database
        .clusters
        .get_mut(&region("us-east-1"))
        .unwrap();
    cluster.state.renew(
        Err(denied),
        Fixture::now(),
        Fixture::source("rds:DescribeDBClusters"),
    );
    let fleet = fixture.judged();
    assert_eq!(
        fleet.site(&region("us-east-1")).unwrap().judgement.verdict,
        Verdict::Healthy
    );
    assert_eq!(fleet.database.judgement.verdict, Verdict::Unknown);
    assert!(
        fleet.database.judgement.reasons[0]
            .text
            .contains("not allowed: rds:DescribeDBClusters")
    );
}
