//! The fleet's judgement as a whole, and the rules that hold everywhere.

use jiff::{SignedDuration, Timestamp};

use super::fixture::{Fixture, REGIONS, ask_failed, region};
use super::*;
use crate::{Alarm, CheckConfig, CheckKind, Metrics, Missing};
use crate::{CheckVerdict, HealthCheck, Metric};

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
        checker_regions: 0,
    };
    HealthCheck {
        id: "hc".into(),
        config: Observed::known(config, now, Fixture::source("route53:ListHealthChecks")),
        metrics,
    }
}

#[test]
fn a_health_checks_verdict_follows_its_metric_unless_it_is_disabled() {
    use CheckVerdict::{DisabledHealthy, DisabledUnhealthy, Healthy, Unhealthy, Unknown};
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
        (true, false, Some((0.0, 60)), DisabledHealthy),
        (true, false, None, DisabledHealthy),
        (true, true, Some((1.0, 60)), DisabledUnhealthy),
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
    assert!(percent(&fixture, "eu-west-1").is_ok_and(|share| share > 30.0));
    end_requests(&mut fixture, "eu-west-1", 9);
    assert_eq!(percent(&fixture, "eu-west-1"), Ok(0.0));
    assert_eq!(percent(&fixture, "us-east-1"), Ok(50.0));
}

fn percent(fixture: &Fixture, code: &str) -> Result<f64, Missing> {
    let share = fixture.0.traffic_share(&region(code))?;
    Ok(share.percent)
}

#[test]
fn the_shares_that_are_told_are_a_hundred_together() {
    let fixture = Fixture::healthy();
    let told = REGIONS.map(|code| fixture.0.traffic_share(&region(code)).unwrap());
    // Three equal parts would be 99 together.
    assert!(
        told.iter()
            .all(|share| (share.percent - 100.0 / 3.0).abs() < 0.1)
    );
    let sum: f64 = told.iter().map(|share| share.told).sum();
    assert!((sum - 100.0).abs() < 1e-9, "{told:?}");
}

/// The newest point of the Region's requests is so many minutes old.
fn end_requests(fixture: &mut Fixture, code: &str, minutes: i64) {
    let before = Fixture::now() - SignedDuration::from_mins(minutes);
    let metrics = &mut fixture.site(code).api.metrics;
    Fixture::put(metrics, Metric::ApiRequests, before, 1_000.0);
    // CloudWatch answered just now, and had nothing newer.
    let entry = metrics.entry(Metric::ApiRequests);
    let series = entry.current().unwrap().clone();
    let source = entry.source().unwrap().clone();
    entry.renew(Ok(series), Fixture::now(), source);
}

#[test]
fn one_region_whose_requests_are_not_known_makes_every_share_unknown() {
    type Spoil = (&'static str, fn(&mut Fixture));
    let spoil: [Spoil; 4] = [
        ("could not be asked", |fixture| {
            let metrics = &mut fixture.site("eu-west-1").api.metrics;
            ask_failed(metrics.entry(Metric::ApiRequests), "time-out after 5 s");
        }),
        ("must not be asked", |fixture| {
            let metrics = &mut fixture.site("eu-west-1").api.metrics;
            let source = crate::Source {
                api: "cloudwatch:GetMetricData",
                region: None,
            };
            let why = Missing::NotAllowed {
                action: "cloudwatch:GetMetricData".into(),
            };
            metrics
                .entry(Metric::ApiRequests)
                .renew(Err(why), Fixture::now(), source);
        }),
        ("not asked yet", |fixture| {
            fixture.site("eu-west-1").api.metrics = crate::Metrics::default();
        }),
        ("late", |fixture| end_requests(fixture, "eu-west-1", 5)),
    ];
    for (what, spoil) in spoil {
        let mut fixture = Fixture::healthy();
        spoil(&mut fixture);
        for code in REGIONS {
            let share = percent(&fixture, code);
            assert!(share.is_err(), "{what}: {code} has {share:?}");
            assert_ne!(share, Err(Missing::NoData), "{what}: there is traffic");
        }
    }
}

#[test]
fn shares_are_of_one_minute_whichever_region_tells_it_later() {
    let mut fixture = Fixture::healthy();
    let shares = REGIONS.map(|code| percent(&fixture, code).unwrap());
    // A minute with ten times the requests, of which only one Region tells yet.
    let newest = {
        let series = fixture
            .site("us-east-1")
            .api
            .metrics
            .get(Metric::ApiRequests);
        let newest = series.current().unwrap().newest().unwrap();
        newest.at
    };
    let period = std::time::Duration::from_mins(1);
    let point = crate::Point {
        at: newest + SignedDuration::from_mins(1),
        value: 1e6,
    };
    let metrics = &mut fixture.site("us-east-1").api.metrics;
    let entry = metrics.entry(Metric::ApiRequests);
    let merged = entry
        .current()
        .unwrap()
        .merged(&crate::Series::new(period, [point]), newest);
    let source = entry.source().unwrap().clone();
    entry.renew(Ok(merged.into()), Fixture::now(), source);
    fixture.0.at += SignedDuration::from_mins(1);
    for (code, before) in REGIONS.into_iter().zip(shares) {
        let now = percent(&fixture, code).unwrap();
        assert!((now - before).abs() < 1e-9, "{code}: {now} {before}");
    }
}

#[test]
fn a_row_is_as_old_as_its_oldest_figure() {
    let mut fixture = Fixture::healthy();
    let age = |fixture: &Fixture| {
        let site = fixture.0.site(&region("eu-west-1")).unwrap();
        fixture.0.at.duration_since(fixture.0.row_at(site).unwrap())
    };
    assert!(
        age(&fixture) < SignedDuration::from_mins(3),
        "{:?}",
        age(&fixture)
    );
    end_requests(&mut fixture, "eu-west-1", 21);
    assert_eq!(age(&fixture), SignedDuration::from_mins(20));
}

#[test]
fn an_alarm_in_us_east_1_is_the_fleets_for_it_may_be_about_the_edge() {
    let mut fixture = Fixture::healthy();
    let alarm = Alarm {
        name: "orders-edge-5xx".into(),
        reason: String::new(),
        since: None,
        watches: None,
        measured: None,
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
