//! One Region's judgement.

use std::time::Duration;

use super::super::fixture::{Fixture, ask_failed, headline, region};
use super::*;
use crate::{Concurrency, Observed, Source, Stack};

const HERE: &str = "eu-west-1";

fn judged(change: impl FnOnce(&mut Fixture)) -> Judgement {
    let mut fixture = Fixture::healthy();
    change(&mut fixture);
    fixture
        .judged()
        .site(&region(HERE))
        .unwrap()
        .judgement
        .clone()
}

/// Changes one figure of the API and tells the verdict and the first reason.
fn with_figure(metric: Metric, value: f64) -> (Verdict, String) {
    let judgement = judged(|f| f.api(HERE, metric, value));
    headline(&judgement)
}

#[test]
fn figures_beyond_their_limits_say_so_with_both_numbers() {
    for (metric, value, verdict, text) in [
        (Metric::ApiLatencyP99, 900.0, Verdict::Healthy, ""),
        (
            Metric::ApiLatencyP99,
            1_840.0,
            Verdict::Degraded,
            "p99 1.84 s, limit 1 s",
        ),
        (
            Metric::ApiLatencyP99,
            9_000.0,
            Verdict::Down,
            "p99 9 s, critical limit 5 s",
        ),
        (
            Metric::Api5xx,
            32.0,
            Verdict::Degraded,
            "5xx 3.2 %, limit 1 %",
        ),
        (
            Metric::Api5xx,
            500.0,
            Verdict::Down,
            "5xx 50 %, critical limit 20 %",
        ),
        (Metric::Api4xx, 500.0, Verdict::Healthy, ""),
    ] {
        assert_eq!(
            with_figure(metric, value),
            (verdict, text.to_owned()),
            "{metric:?} {value}"
        );
    }
}

#[test]
fn one_failure_of_a_handful_does_not_take_a_region_down() {
    let judgement = judged(|f| {
        f.api(HERE, Metric::ApiRequests, 3.0);
        f.api(HERE, Metric::Api5xx, 2.0);
    });
    assert_eq!(judgement.verdict, Verdict::Degraded);
    assert!(
        judgement.reasons[0]
            .text
            .starts_with("5xx of 3 requests 66.7 %"),
        "{judgement:?}"
    );
}

#[test]
fn functions_errors_throttles_and_lack_of_room_are_told() {
    let judgement = judged(|f| f.function(HERE, Metric::FunctionErrors, 30.0));
    assert_eq!(
        judgement.reasons[0].text,
        "orders-read errors 3 %, limit 1 %"
    );
    let judgement = judged(|f| f.function(HERE, Metric::FunctionThrottles, 1_280.0));
    let told = &judgement.reasons[0].text;
    assert_eq!(told, "orders-read throttled 56.1 %, critical limit 10 %");
    let judgement = judged(|f| {
        f.function_silent(HERE, Metric::FunctionInvocations);
        f.function(HERE, Metric::FunctionThrottles, 80.0);
    });
    assert_eq!(
        judgement.reasons[0].text,
        "orders-read throttled: all 80 requests of the last minute"
    );
    let judgement = judged(|f| {
        f.function(HERE, Metric::FunctionConcurrency, 970.0);
        f.site(HERE).concurrency = Fixture::known(Concurrency {
            limit: 1_000,
            unreserved: 900,
        });
    });
    assert_eq!(
        judgement.verdict,
        Verdict::Degraded,
        "there is still room: not down"
    );
    assert!(
        judgement.reasons[0]
            .text
            .starts_with("Lambda concurrency 970 of 1000: 97 %")
    );
}

#[test]
fn a_region_without_traffic_is_healthy_while_something_shows_that_it_serves() {
    let quiet = |f: &mut Fixture| f.no_traffic(HERE);
    assert_eq!(judged(quiet).verdict, Verdict::Healthy);
    let judgement = judged(|f| {
        quiet(f);
        f.site(HERE).probe = Observed::default();
        f.no_check(HERE);
    });
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert!(
        judgement.reasons[0]
            .text
            .starts_with("nothing shows that it serves")
    );
}

#[test]
fn a_dead_region_is_unknown_never_green() {
    let judgement = judged(|f| {
        f.silent(HERE);
        f.no_check(HERE);
    });
    assert_ne!(judgement.verdict, Verdict::Healthy);
    let judgement = judged(|f| {
        f.silent(HERE);
        f.no_check(HERE);
        ask_failed(&mut f.site(HERE).probe, "time-out after 5 s");
    });
    assert_eq!(judgement.verdict, Verdict::Unknown, "{judgement:?}");
    assert!(
        judgement.reasons[0].text.contains("last answer"),
        "{judgement:?}"
    );
}

#[test]
fn a_dead_region_is_down_when_probe_and_route_53_agree() {
    let judgement = judged(|f| f.region_dark(HERE));
    assert_eq!(judgement.verdict, Verdict::Down);
    let text = &judgement.reasons[0].text;
    assert!(
        text.contains("probe failed: time-out after 5 s") && text.contains("Route 53"),
        "{text}"
    );
}

#[test]
fn a_dead_writers_region_is_down_even_when_route_53_cannot_be_asked() {
    let judgement = |minutes: Option<i64>| {
        let mut fixture = Fixture::healthy();
        fixture.silent("us-east-1");
        fixture.no_check("us-east-1");
        ask_failed(&mut fixture.site("us-east-1").probe, "time-out after 5 s");
        for code in [HERE, "ap-southeast-1"] {
            if let Some(minutes) = minutes {
                fixture.silence(code, minutes);
            }
        }
        fixture
            .judged()
            .site(&region("us-east-1"))
            .unwrap()
            .judgement
            .clone()
    };
    assert_eq!(judgement(None).verdict, Verdict::Unknown);
    let dead = judgement(Some(4));
    assert_eq!(dead.verdict, Verdict::Down);
    assert!(
        dead.reasons[0]
            .text
            .contains("no replication from its database for 4 min"),
        "{dead:?}"
    );
}

#[test]
fn a_region_that_serves_without_its_control_plane_is_degraded() {
    let judgement = judged(|f| f.silent(HERE));
    assert_eq!(judgement.verdict, Verdict::Degraded);
    assert!(
        judgement.reasons[0]
            .text
            .starts_with("AWS endpoints do not answer")
    );
}

#[test]
fn one_lost_call_is_no_outage() {
    let judgement = judged(|f| {
        let now = Fixture::now();
        let reach = &mut f.site(HERE).reach;
        reach.silent_calls = 1;
        reach.last_silence = Some(now);
    });
    assert_eq!(judgement.verdict, Verdict::Healthy);
}

#[test]
fn one_failed_probe_alone_does_not_take_a_region_down() {
    let judgement = judged(|f| ask_failed(&mut f.site(HERE).probe, "connection refused"));
    assert_eq!(judgement.verdict, Verdict::Degraded);
    let judgement = judged(|f| f.probe_status(HERE, 503));
    assert_eq!(
        (judgement.verdict, judgement.reasons[0].text.as_str()),
        (Verdict::Degraded, "probe answered HTTP 503")
    );
    let judgement = judged(|f| f.probe_status(HERE, 403));
    assert_eq!(
        judgement.verdict,
        Verdict::Healthy,
        "an API that wants a signature serves"
    );
}

#[test]
fn a_probe_that_others_contradict_is_a_note() {
    let here = jiff::SignedDuration::from_mins(5);
    let judgement = judged(|f| {
        // It last succeeded before what the others saw.
        let long_ago = Fixture::now() - here;
        let report = f.site(HERE).probe.current().unwrap().clone();
        f.site(HERE).probe = Observed::known(report, long_ago, Source::probe());
        ask_failed(&mut f.site(HERE).probe, "connection refused");
    });
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(
        judgement.reasons[0].text,
        "probe failed: connection refused; but Route 53's checkers find it healthy: this machine's network may be the cause"
    );
}

#[test]
fn a_region_that_this_machines_resolver_alone_does_not_know_is_unknown() {
    let unresolved = |f: &mut Fixture| {
        let why = Missing::CouldNotAsk {
            why: "no such name".into(),
        };
        f.site(HERE).probe = Observed::missing(why, Source::resolver());
    };
    let words = "cannot be reached from here: this machine's DNS says: no such name";
    let judgement = judged(unresolved);
    assert_eq!(judgement.verdict, Verdict::Unknown, "{judgement:?}");
    assert!(
        judgement.reasons[0].text.starts_with(words),
        "{judgement:?}"
    );
    // Others' evidence is absent, with the endpoints of AWS answering or silent: absent is not against it.
    for silent in [false, true] {
        let judgement = judged(|f| {
            unresolved(f);
            f.no_traffic(HERE);
            f.no_check(HERE);
            if silent {
                f.silent(HERE);
            }
        });
        assert_eq!(judgement.verdict, Verdict::Unknown, "{judgement:?}");
    }
    let judgement = judged(|f| {
        f.region_dark(HERE);
        unresolved(f);
    });
    assert_eq!(
        judgement.verdict,
        Verdict::Down,
        "Route 53's checkers agree"
    );
}

#[test]
fn a_proxy_that_refuses_and_an_answer_of_cloudfront_itself_tell_nothing_of_the_region() {
    let refused = |f: &mut Fixture| {
        let why = "the proxy 10.0.0.1:3128 refuses to connect".to_owned();
        let refusal = Err(Missing::CouldNotAsk { why });
        let probe = &mut f.site(HERE).probe;
        probe.renew(refusal, Fixture::now(), Source::this_machine());
    };
    assert_eq!(judged(refused).verdict, Verdict::Healthy);
    let alone = |f: &mut Fixture| {
        f.no_traffic(HERE);
        f.no_check(HERE);
    };
    let judgement = judged(|f| {
        refused(f);
        alone(f);
    });
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert!(
        judgement.reasons[0].text.contains("10.0.0.1"),
        "{judgement:?}"
    );
    let judgement = judged(|f| {
        alone(f);
        let mut report = f.site(HERE).probe.current().unwrap().clone();
        report.own = Some(OwnAnswer::Cached);
        f.site(HERE).probe = Fixture::known(report);
    });
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert!(
        judgement.reasons[0].text.contains("out of its cache"),
        "{judgement:?}"
    );
}

#[test]
fn a_switch_that_takes_a_region_out_is_nobodys_finding() {
    let judgement = judged(|f| {
        f.evacuated(HERE);
        ask_failed(&mut f.site(HERE).probe, "connection refused");
    });
    assert_ne!(judgement.verdict, Verdict::Down, "{judgement:?}");
}

#[test]
fn what_aws_says_does_not_exist_leaves_the_region_unknown() {
    fn gone<T>(observed: &mut Observed<T>) {
        observed.renew(
            Err(Missing::NoData),
            Fixture::now(),
            Fixture::source("lambda:x"),
        );
    }
    let judgement = judged(|f| gone(&mut f.site(HERE).api.detail));
    assert_eq!(
        (judgement.verdict, judgement.reasons[0].text.as_str()),
        (
            Verdict::Unknown,
            "there is no API a1b2c3 in eu-west-1: check the configuration"
        )
    );
    let judgement = judged(|f| gone(&mut f.site(HERE).functions[0].detail));
    assert_eq!(
        (judgement.verdict, judgement.reasons[0].text.as_str()),
        (
            Verdict::Unknown,
            "there is no function orders-read in eu-west-1: check the configuration"
        )
    );
    let judgement = judged(|f| {
        let check = f.0.edge.checks.get_mut("hc-eu-west-1").unwrap();
        gone(&mut check.config);
    });
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert!(
        judgement.reasons[0]
            .text
            .starts_with("there is no health check")
    );
}

#[test]
fn a_function_that_could_not_be_asked_for_is_not_taken_to_be_idle() {
    let judgement = |silent: bool| {
        judged(|f| {
            let mut other = f.site(HERE).functions[0].clone();
            other.name = "orders-write".into();
            f.site(HERE).functions.push(other);
            f.function(HERE, Metric::FunctionConcurrency, 970.0);
            f.site(HERE).concurrency = Fixture::known(Concurrency {
                limit: 1_000,
                unreserved: 900,
            });
            let other = f.site(HERE).functions[1]
                .metrics
                .entry(Metric::FunctionConcurrency);
            if silent {
                ask_failed(other, "time-out after 5 s");
            } else {
                other.renew(Err(Missing::NoData), Fixture::now(), Source::probe());
            }
        })
    };
    assert_eq!(judgement(false).verdict, Verdict::Degraded);
    assert_eq!(
        judgement(true).verdict,
        Verdict::Healthy,
        "no sum without all parts"
    );
}

#[test]
fn old_figures_do_not_count() {
    let judgement = judged(|f| {
        let long_ago = Fixture::now() - jiff::SignedDuration::from_mins(12);
        let metrics = &mut f.site(HERE).api.metrics;
        Fixture::put(metrics, Metric::ApiLatencyP99, long_ago, 9_000.0);
    });
    assert_eq!(judgement.verdict, Verdict::Healthy);
}

#[test]
fn an_evacuated_region_and_a_disabled_check_are_told_apart() {
    let judgement = judged(|f| f.unhealthy_check(HERE));
    assert_eq!(judgement.verdict, Verdict::Degraded);
    assert!(
        judgement.reasons[0]
            .text
            .starts_with("out of DNS: health check hc-eu-west-1 unhealthy")
    );
    let judgement = judged(|f| f.pin_check(HERE, false));
    assert!(judgement.reasons[0].text.contains("DNS always answers"));
    let judgement = judged(|f| f.pin_check(HERE, true));
    assert!(judgement.reasons[0].text.contains("disabled and inverted"));
}

#[test]
fn a_region_whose_record_is_gone_gets_no_traffic() {
    let judgement = judged(|f| f.remove_record(HERE));
    assert!(judgement.reasons[0].text.contains("DNS never names it"));
}

#[test]
fn figures_that_could_not_be_asked_leave_the_region_unknown_and_name_why() {
    let judgement = judged(|f| {
        let asked = f.site(HERE).api.metrics.entry(Metric::ApiRequests);
        ask_failed(asked, "time-out after 5 s");
    });
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(
        judgement.reasons[0].text,
        "CloudWatch in eu-west-1 could not be asked: time-out after 5 s"
    );
}

#[test]
fn alarms_degrade_but_switches_and_scaling_do_not() {
    let alarm = |name: &str| Alarm {
        name: name.into(),
        reason: String::new(),
        since: None,
        watches: None,
        measured: None,
    };
    let fire = |f: &mut Fixture, names: &[&str]| {
        f.site(HERE).alarms = Fixture::known(names.iter().map(|name| alarm(name)).collect());
    };
    let judgement = judged(|f| fire(f, &["orders-p99"]));
    assert_eq!(
        (judgement.verdict, judgement.reasons[0].text.as_str()),
        (Verdict::Degraded, "alarm orders-p99")
    );
    let judgement = judged(|f| {
        f.switch("orders-evacuate-us-east-1", HERE);
        fire(
            f,
            &[
                "orders-evacuate-us-east-1",
                "TargetTracking-table/orders-AlarmLow-1",
            ],
        );
    });
    assert_eq!(judgement.verdict, Verdict::Healthy, "{judgement:?}");
}

#[test]
fn a_stuck_stack_and_a_slow_probe_degrade() {
    let judgement = judged(|f| {
        let stack = Stack {
            name: "orders".into(),
            status: "UPDATE_ROLLBACK_FAILED".into(),
            status_reason: Some("no room".into()),
            drift: "NOT_CHECKED".into(),
            changed: None,
        };
        f.site(HERE).stack = Some(Fixture::known(stack));
    });
    assert_eq!(
        judgement.reasons[0].text,
        "stack orders is UPDATE_ROLLBACK_FAILED: no room"
    );
    let judgement = judged(|f| {
        let mut report = f.site(HERE).probe.current().unwrap().clone();
        report.first_byte = Duration::from_secs(9);
        f.site(HERE).probe = Fixture::known(report);
    });
    assert_eq!(
        judgement.verdict,
        Verdict::Degraded,
        "one slow sample is not down"
    );
}
