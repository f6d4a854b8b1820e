//! Figures that look like a real fleet's, and come when CloudWatch's would.

use std::time::Instant;

use super::*;

/// Everything CloudWatch would tell of the last hour, and what was counted.
#[expect(clippy::format_push_string, reason = "a test's text")]
fn fingerprint(sim: &Sim) -> String {
    let state = sim.state();
    let (now, mut all) = (state.now(), format!("{:?}", state.totals));
    for region in state.regions() {
        for id in state.metrics.list(region.as_str(), None, None, &[]) {
            let dimensions: Vec<_> = id
                .dimensions
                .iter()
                .map(|(k, v)| (k.as_str(), v.as_str()))
                .collect();
            for statistic in ["Average", "Maximum", "p99"] {
                let from = now - SignedDuration::from_hours(1);
                let store = &state.metrics;
                let points = store.query(
                    region.as_str(),
                    &id.namespace,
                    &id.name,
                    &dimensions,
                    statistic,
                    60,
                    from,
                    now,
                );
                all += &format!("{id:?} {points:?}\n");
            }
        }
    }
    all
}

#[test]
fn the_same_seed_gives_the_same_run_however_often_it_is_looked_at() {
    let (one, other) = (world("bad-day"), world("bad-day"));
    pass(&one, 240);
    (0..24).for_each(|_| pass(&other, 10));
    assert!(fingerprint(&one) == fingerprint(&other));
    let another = Sim::new(SimOptions {
        seed: 2,
        ..options("bad-day")
    })
    .unwrap();
    pass(&another, 240);
    assert!(fingerprint(&one) != fingerprint(&another));
}

#[test]
fn a_world_is_founded_at_once_and_its_seconds_cost_little() {
    let began = Instant::now();
    let sim = world("calm");
    let founded = began.elapsed();
    let began = Instant::now();
    pass(&sim, 600);
    let second = began.elapsed() / 600;
    // Loose, for busy machines: alone it takes 60 ms and 40 us, unoptimised.
    assert!(founded < Duration::from_secs(10), "{founded:?}");
    assert!(second < Duration::from_millis(5), "{second:?}");
}

#[test]
fn a_calm_day_looks_like_one_at_any_hour() {
    for hour in [2, 8, 14, 20] {
        let start = format!("2026-11-23T{hour:02}:00:20Z").parse().unwrap();
        let sim = Sim::new(SimOptions {
            start: Some(start),
            ..options("calm")
        })
        .unwrap();
        let mut shares = Vec::new();
        for region in [VIRGINIA, IRELAND, SINGAPORE] {
            let figure = |metric, statistic| mean(&api(&sim, region, metric, statistic, 30));
            let (p50, p99) = (figure("Latency", "p50"), figure("Latency", "p99"));
            assert!((20.0..50.0).contains(&p50), "{hour} h {region} p50 {p50}");
            assert!((120.0..480.0).contains(&p99), "{hour} h {region} p99 {p99}");
            let failed = figure("5xx", "Average");
            assert!(
                (0.000_1..0.001).contains(&failed),
                "{hour} h {region} 5xx {failed}"
            );
            shares.push(figure("Count", "Sum"));
        }
        let all: f64 = shares.iter().sum();
        assert!(
            (90_000.0..330_000.0).contains(&all),
            "{hour} h: {all} a minute"
        );
        let [us, eu, ap] = [0, 1, 2].map(|i| shares[i] / all);
        assert!(
            (0.3..0.65).contains(&us) && (0.18..0.45).contains(&eu),
            "{hour} h: {us} {eu} {ap}"
        );
        assert!((0.1..0.32).contains(&ap), "{hour} h: {us} {eu} {ap}");
    }
}

#[test]
fn percentiles_never_cross() {
    let sim = world("lambda-errors");
    for region in [VIRGINIA, IRELAND, SINGAPORE] {
        let of = |statistic| api(&sim, region, "Latency", statistic, 240);
        let ladder = ["Minimum", "p50", "p90", "p99", "Maximum"].map(of);
        assert!(ladder[0].len() > 230, "{region} has four hours of history");
        for steps in ladder.windows(2) {
            assert!(
                steps[0]
                    .iter()
                    .zip(&steps[1])
                    .all(|(low, high)| low.1 <= high.1),
                "{region}"
            );
        }
    }
}

#[test]
fn points_appear_one_to_three_minutes_late_and_none_is_missing() {
    let sim = world("calm");
    for _ in 0..40 {
        pass(&sim, 7);
        let now = sim.state().now();
        let points = api(&sim, IRELAND, "Count", "Sum", 60);
        let newest = points.last().unwrap().0;
        let late = now.duration_since(newest).as_secs() - 60;
        assert!(
            (20..=150).contains(&late),
            "{late} s after the minute's end"
        );
        assert!(
            points
                .windows(2)
                .all(|pair| pair[1].0.duration_since(pair[0].0).as_secs() == 60)
        );
    }
}

#[test]
fn metrics_exist_in_the_regions_where_aws_keeps_them_and_nowhere_else() {
    let sim = world("calm");
    let state = sim.state();
    let names = |region, namespace| state.metrics.list(region, Some(namespace), None, &[]).len();
    for region in [IRELAND, SINGAPORE] {
        assert_eq!(
            names(region, "AWS/Route53") + names(region, "AWS/CloudFront"),
            0
        );
        assert!(names(region, "AWS/Lambda") > 0 && names(region, "AWS/RDS") > 0);
    }
    assert!(names(VIRGINIA, "AWS/Route53") > 0 && names(VIRGINIA, "AWS/CloudFront") > 0);
    let lags = |region| {
        state
            .metrics
            .list(region, None, Some("AuroraGlobalDBRPOLag"), &[])
            .len()
    };
    assert_eq!([VIRGINIA, IRELAND, SINGAPORE].map(lags), [0, 1, 1]);
}

#[test]
fn rest_apis_have_their_own_metric_names() {
    let sim = Sim::new(SimOptions {
        rest: true,
        ..options("calm")
    })
    .unwrap();
    let named = |metric, dimensions: &[(&str, &str)]| {
        recent(
            &sim,
            IRELAND,
            ("AWS/ApiGateway", metric),
            dimensions,
            "Average",
            10,
        )
        .len()
    };
    assert!(named("5XXError", &[("ApiName", "orders")]) > 0);
    assert!(named("5XXError", &[("ApiName", "orders"), ("Stage", "live")]) > 0);
    assert_eq!(named("5xx", &[("ApiName", "orders")]), 0);
    assert_eq!(sim.spec().sites[0].stage.as_deref(), Some("live"));
}

#[test]
fn certificates_have_months_left_until_one_cannot_be_renewed() {
    let sim = world("calm");
    let days = |sim: &Sim| {
        let state = sim.state();
        let now = state.now();
        let left = |c: &model::Certificate| c.not_after.duration_since(now).as_hours() / 24;
        state
            .resources
            .certificates
            .iter()
            .filter(|certificate| !certificate.in_use_by.is_empty())
            .map(left)
            .collect::<Vec<_>>()
    };
    assert!(
        days(&sim).iter().all(|days| (100..140).contains(days)),
        "{:?}",
        days(&sim)
    );
    sim.start_fault("certificate-expiring:eu-west-1").unwrap();
    assert_eq!(days(&sim).iter().filter(|days| **days < 14).count(), 1);
    sim.end_fault("certificate-expiring:eu-west-1").unwrap();
    assert!(days(&sim).iter().all(|days| *days > 100));
}

#[test]
fn all_of_aws_can_be_the_fleet() {
    let regions: Vec<Region> = Region::all().collect();
    let sim = Sim::new(SimOptions {
        regions,
        ..options("calm")
    })
    .unwrap();
    pass(&sim, 30);
    let state = sim.state();
    assert_eq!(
        (
            state.spec().sites.len(),
            state.resources.global_clusters[0].members.len()
        ),
        (34, 11)
    );
    assert!(
        state
            .resources
            .health_checks
            .iter()
            .all(|check| check.healthy)
    );
    drop(state);
    assert!(mean(&api(&sim, "eu-central-1", "Count", "Sum", 20)) > 1_000.0);
}
