//! A Region at work.
#![allow(clippy::float_cmp)] // counts are exact
use super::*;

fn conditions() -> Conditions {
    Conditions {
        step: 1.0,
        demand: 1_200.0,
        dark: false,
        slowness: 1.0,
        writer_ms: Some(1.0),
        read_only: false,
        concurrency_limit: 1_000.0,
        rate_limit: 10_000.0,
        failing: 0.0,
        noise: 0.0,
        barred: 0.0,
        picky: 0.0,
        trusted: true,
    }
}

fn minute(conditions: &Conditions) -> SiteMinute {
    let mut site = Site::new(5, &Region::global());
    for _ in 0..60 {
        site.serve(conditions);
    }
    site.minute
}

#[test]
fn a_good_minute_looks_like_one() {
    let good = minute(&conditions());
    let (p50, p99) = (
        good.latency.quantile(0.5).unwrap(),
        good.latency.quantile(0.99).unwrap(),
    );
    assert!((22.0..45.0).contains(&p50), "p50 {p50}");
    assert!((90.0..400.0).contains(&p99), "p99 {p99}");
    let rate = good.failed / good.requests;
    assert!(rate < 0.001 && good.requests > 60_000.0, "{rate}");
    assert!(good.integration.quantile(0.5).unwrap() < p50);
    assert!(good.read.duration.quantile(0.5).unwrap() < good.integration.quantile(0.5).unwrap());
}

#[test]
fn writes_from_afar_take_the_distance() {
    let near = minute(&conditions());
    let far = minute(&Conditions {
        writer_ms: Some(210.0),
        ..conditions()
    });
    let p50 = |m: &SiteMinute| m.write.duration.quantile(0.5).unwrap();
    assert!(p50(&far) - p50(&near) > 200.0);
    assert!((p50(&near) / 24.0 - 1.0).abs() < 0.3);
    assert!(far.forwarded > 0.0 && near.forwarded == 0.0);
}

#[test]
fn without_a_writer_reads_go_on_and_writes_fail() {
    let cut_off = minute(&Conditions {
        writer_ms: None,
        ..conditions()
    });
    assert_eq!(cut_off.write.errors, cut_off.write.invocations);
    assert!(cut_off.read.errors < 0.002 * cut_off.read.invocations);
}

#[test]
fn a_dark_region_counts_nothing_of_its_own() {
    let dark = minute(&Conditions {
        dark: true,
        ..conditions()
    });
    assert!(dark.requests == 0.0 && dark.latency.quantile(0.5).is_none());
}

#[test]
fn beyond_its_rate_an_api_answers_429_and_counts_them_in_4xx() {
    let limited = minute(&Conditions {
        rate_limit: 800.0,
        ..conditions()
    });
    let refused = limited.refused / limited.requests;
    assert!((0.30..0.38).contains(&refused), "{refused}");
    let invoked = limited.read.invocations + limited.write.invocations;
    assert!(invoked < 800.0 * 60.5, "{invoked}");
    assert!(limited.failed < 0.001 * limited.requests);
}

#[test]
fn a_noisy_client_is_refused_by_the_functions() {
    let noisy = minute(&Conditions {
        noise: 400.0,
        ..conditions()
    });
    let refused = noisy.refused / noisy.requests;
    assert!((0.28..0.38).contains(&refused), "{refused}");
    let invoked = noisy.read.invocations + noisy.write.invocations;
    assert_eq!(invoked, noisy.requests);
}

#[test]
fn a_region_whose_certificate_is_refused_counts_nothing() {
    let refused = minute(&Conditions {
        trusted: false,
        ..conditions()
    });
    assert_eq!(refused.requests, 0.0);
}

#[test]
fn past_its_concurrency_a_region_throttles() {
    let crowded = minute(&Conditions {
        concurrency_limit: 10.0,
        ..conditions()
    });
    assert!(crowded.read.throttles > 0.1 * crowded.read.invocations);
    assert!(crowded.read.concurrency + crowded.write.concurrency <= 10.0);
}

#[test]
fn what_the_api_refuses_by_itself_reaches_no_function_and_what_a_function_refuses_does() {
    for (barred, picky) in [(0.3, 0.0), (0.0, 0.3)] {
        let refusing = minute(&Conditions {
            barred,
            picky,
            ..conditions()
        });
        let refused = refusing.refused / refusing.requests;
        assert!((0.27..0.35).contains(&refused), "{refused}");
        let invoked = refusing.read.invocations + refusing.write.invocations;
        let asked = invoked / refusing.requests;
        assert!((asked - (1.0 - barred)).abs() < 0.02, "{asked}");
    }
}
