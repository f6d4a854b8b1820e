#![allow(clippy::float_cmp)] // products of whole numbers
use super::*;

fn check(interval_s: i32, checker_regions: u32) -> CheckConfig {
    CheckConfig {
        kind: CheckKind::Endpoint {
            protocol: "HTTPS".into(),
            target: "eu-west-1.api.example.com:443/health".into(),
        },
        interval_s,
        failure_threshold: 3,
        inverted: false,
        disabled: false,
        version: 1,
        linked_service: None,
        insufficient_data: None,
        checker_regions,
    }
}

fn checkers(checks: &[CheckConfig]) -> Checkers {
    Checkers::of(checks.iter(), std::iter::empty())
}

fn served(requests: f64, checks: &[CheckConfig]) -> Served {
    Served {
        at: Timestamp::UNIX_EPOCH,
        requests,
        checkers: checkers(checks),
    }
}

#[test]
fn how_many_checkers_ask_follows_from_interval_and_checker_regions() {
    let expected = |checks: &[CheckConfig]| checkers(checks).expected.unwrap();
    assert_eq!(expected(&[check(10, 8)]), 96.0);
    assert_eq!(expected(&[check(30, 0)]), 32.0, "none named: all of them");
    assert_eq!(expected(&[check(30, 3)]), 12.0);
    assert_eq!(expected(&[check(10, 8), check(30, 8)]), 128.0);
    let off = CheckConfig {
        disabled: true,
        ..check(10, 8)
    };
    assert_eq!(expected(&[off]), 0.0, "a disabled check asks nobody");
}

#[test]
fn ten_clients_a_minute_are_not_told_from_checkers_and_a_million_are() {
    let one = [check(10, 8)];
    assert!(!served(106.0, &one).shows_clients());
    assert_eq!(served(106.0, &one).clients(), 10.0);
    assert!(!served(96.0, &one).shows_clients(), "no client at all");
    assert!(served(1_000_000.0, &one).shows_clients());
    assert_eq!(served(1_000_000.0, &one).clients(), 999_904.0);
    assert!(served(40.0, &[]).shows_clients(), "nobody else asks it");
    assert_eq!(served(80.0, &one).clients(), 0.0, "never less than nobody");
}

#[test]
fn while_the_checks_are_not_known_a_few_requests_are_nobodys() {
    let unknown = Served {
        checkers: PRESUMED,
        ..served(200.0, &[])
    };
    assert!(!unknown.shows_clients());
    assert_eq!(unknown.clients(), 200.0, "they may all be clients'");
}

#[test]
fn health_checks_that_go_well_hide_no_client_that_fails() {
    let one = [check(10, 8)];
    let failing = |requests, failed| served(requests, &one).failing(failed);
    assert_eq!(failing(106.0, 10.0), 100.0, "every one of ten clients");
    assert_eq!(failing(106.0, 1.0), 0.0, "one of a few is no share");
    assert_eq!(failing(100_096.0, 1_000.0), 1.0);
    assert_eq!(failing(96.0, 96.0), 100.0, "the checks themselves");
    assert_eq!(failing(96.0, 0.0), 0.0);
}

#[test]
fn failures_that_could_not_be_asked_for_are_not_none() {
    let at = |minute: i64| Timestamp::from_second(60 * minute).unwrap();
    let source = || crate::Source {
        api: "cloudwatch:GetMetricData",
        region: None,
    };
    let minute = std::time::Duration::from_mins(1);
    let three = Point {
        at: at(0),
        value: 3.0,
    };
    let series = std::sync::Arc::new(crate::Series::new(minute, [three]));
    let mut metrics = crate::Metrics::default();
    let failures = metrics.entry(Metric::Api5xx);
    failures.renew(Ok(series), at(12), source());
    assert_eq!(metrics.beside(Metric::Api5xx, at(5), at(12)), Some(0.0));
    let refused = Missing::NotAllowed {
        action: "cloudwatch:GetMetricData".into(),
    };
    let failures = metrics.entry(Metric::Api5xx);
    failures.renew(Err(refused), at(12), source());
    assert_eq!(metrics.beside(Metric::Api5xx, at(5), at(12)), None);
    assert_eq!(metrics.beside(Metric::Api5xx, at(0), at(12)), Some(3.0));
}
