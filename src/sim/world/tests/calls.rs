//! What becomes of API calls, probes and changes.

use super::*;

fn admit(sim: &Sim, service: &str, operation: &str, region: &str) -> Admission {
    let mut state = sim.state();
    let now = state.now();
    state.admit(service, operation, region, now)
}

fn refusal(admission: Admission) -> Option<Refusal> {
    match admission {
        Admission::Refuse { refusal, .. } => Some(refusal),
        _ => None,
    }
}

fn proceeds(admission: &Admission) -> bool {
    matches!(admission, Admission::Proceed { .. })
}

#[test]
fn a_call_takes_its_distance() {
    let sim = world("calm");
    let took = |region| {
        let times: Vec<f64> = (0..40)
            .map(|_| match admit(&sim, "rds", "DescribeDBClusters", region) {
                Admission::Proceed { after } => after.as_secs_f64() * 1_000.0,
                other => panic!("{other:?}"),
            })
            .collect();
        times.iter().sum::<f64>() / times.len() as f64
    };
    let (near, far) = (took(IRELAND), took(SINGAPORE));
    assert!(
        (40.0..140.0).contains(&near) && far > near + 80.0,
        "{near} {far}"
    );
}

#[test]
fn a_dark_region_hangs_and_takes_global_services_along_only_if_it_is_their_home() {
    let sim = world("region-dark");
    assert_eq!(
        admit(&sim, "rds", "DescribeDBClusters", IRELAND),
        Admission::Hang
    );
    assert!(proceeds(&admit(
        &sim,
        "route53",
        "ListHealthChecks",
        IRELAND
    )));
    let sim = world("primary-dark");
    assert_eq!(
        admit(&sim, "route53", "ListHealthChecks", IRELAND),
        Admission::Hang
    );
    assert!(proceeds(&admit(
        &sim,
        "cloudwatch",
        "GetMetricData",
        IRELAND
    )));
}

#[test]
fn control_planes_down_leaves_data_planes_and_regions_alone() {
    let sim = world("control-planes-down");
    for (service, operation) in [
        ("route53", "ListHealthChecks"),
        ("cloudfront", "GetDistribution"),
        ("acm", "DescribeCertificate"),
    ] {
        let outcomes: Vec<Admission> = (0..40)
            .map(|_| admit(&sim, service, operation, VIRGINIA))
            .collect();
        assert!(!outcomes.iter().any(proceeds), "{service}");
        assert!(
            outcomes.contains(&Admission::Hang),
            "some calls get no answer at all"
        );
    }
    assert!(proceeds(&admit(
        &sim,
        "acm",
        "DescribeCertificate",
        IRELAND
    )));
    assert!(proceeds(&admit(
        &sim,
        "cloudwatch",
        "GetMetricData",
        VIRGINIA
    )));
    let before = sim.state().totals;
    pass(&sim, 60);
    let after = sim.state().totals;
    assert!(
        (after.failed - before.failed) / (after.requests - before.requests) < 0.001,
        "serving goes on"
    );
}

#[test]
fn refusals_say_what_they_are() {
    let expired = world("credentials-expired");
    assert_eq!(
        refusal(admit(&expired, "sts", "GetCallerIdentity", VIRGINIA)),
        Some(Refusal::ExpiredToken)
    );
    let denied = world("access-denied");
    let Some(Refusal::AccessDenied { action, principal }) =
        refusal(admit(&denied, "rds", "DescribeDBClusters", IRELAND))
    else {
        panic!("it was allowed")
    };
    assert_eq!(action, "rds:DescribeDBClusters");
    assert!(principal.starts_with("arn:aws:sts::123456789012:"));
    assert!(proceeds(&admit(
        &denied,
        "rds",
        "DescribeGlobalClusters",
        IRELAND
    )));
    let calm = world("calm");
    assert_eq!(
        refusal(admit(&calm, "rds", "DescribeDBClusters", "af-south-1")),
        Some(Refusal::RegionNotEnabled)
    );
    assert!(
        proceeds(&admit(&calm, "rds", "DescribeDBClusters", "eu-central-1")),
        "enabled, though nothing is there"
    );
}

#[test]
fn throttling_refuses_most_calls_but_not_all() {
    let sim = world("throttled");
    let outcomes: Vec<Admission> = (0..200)
        .map(|_| admit(&sim, "lambda", "GetFunction", IRELAND))
        .collect();
    let through = outcomes.iter().filter(|outcome| proceeds(outcome)).count();
    assert!((20..90).contains(&through), "{through} of 200");
}

#[test]
fn route53_answers_four_health_status_calls_and_then_one_a_second() {
    let sim = world("calm");
    let through = |calls: usize| {
        (0..calls)
            .filter(|_| proceeds(&admit(&sim, "route53", "GetHealthCheckStatus", VIRGINIA)))
            .count()
    };
    assert_eq!(through(10), 4);
    pass(&sim, 2);
    assert_eq!(through(10), 2);
    assert!(
        proceeds(&admit(&sim, "route53", "ListHealthChecks", VIRGINIA)),
        "other actions have their own"
    );
}

#[test]
fn benchmarks_may_fix_the_time_of_a_call() {
    let fixed = Duration::from_millis(80);
    let sim = Sim::new(SimOptions {
        api_latency: Some(fixed),
        ..options("calm")
    })
    .unwrap();
    assert_eq!(
        admit(&sim, "rds", "DescribeDBClusters", SINGAPORE),
        Admission::Proceed { after: fixed }
    );
}

#[test]
fn the_operator_in_frankfurt_is_served_by_ireland() {
    let sim = world("calm");
    let edge = sim.probe("https://api.orders.example.com/health").unwrap();
    assert_eq!(
        (edge.status, edge.served_by.as_deref()),
        (200, Some(IRELAND))
    );
    let far = sim
        .probe("https://ap-southeast-1.api.orders.example.com/health")
        .unwrap();
    assert!(far.connect > 5 * edge.connect && far.total() > edge.total());
    assert!(sim.probe("https://elsewhere.example.com/").is_err());
}

#[test]
fn a_dark_endpoint_answers_no_probe() {
    let sim = world("region-dark");
    let error = sim
        .probe("https://eu-west-1.api.orders.example.com/health")
        .unwrap_err();
    assert!(error.contains("timed out"), "{error}");
    assert_ne!(
        sim.probe("https://api.orders.example.com/health")
            .unwrap()
            .served_by
            .as_deref(),
        Some(IRELAND)
    );
}

#[test]
fn the_operators_resolver_keeps_an_answer_for_its_time_to_live() {
    let sim = world("calm");
    let name = "latency.orders.example.com";
    let fresh = sim.resolve(name).unwrap();
    assert_eq!(
        (fresh.values[0].as_str(), fresh.ttl_s),
        ("eu-west-1.api.orders.example.com", 60)
    );
    sim.start_fault("region-dark:eu-west-1").unwrap();
    pass(&sim, 50);
    assert_eq!(
        sim.resolve(name).unwrap(),
        ResolveOutcome {
            ttl_s: 10,
            ..fresh.clone()
        }
    );
    pass(&sim, 11);
    assert_ne!(sim.resolve(name).unwrap().values, fresh.values);
    assert!(sim.resolve("nothing.orders.example.com").is_err());
    assert_eq!(
        sim.resolve("api.orders.example.com").unwrap().values.len(),
        2,
        "addresses of the edge"
    );
}

#[test]
fn dns_answers_with_a_change_only_once_it_is_in_sync() {
    let sim = world("calm");
    let mut state = sim.state();
    for record in &mut state.resources.hosted_zones[0].records {
        if record.routing != gwctl_fleet::Routing::Simple {
            record.ttl = Some(30);
        }
    }
    let change = state.account().submit_dns_change("Z0ORDERS0EXAMPLE1", None);
    assert_eq!(change.status, "PENDING");
    drop(state);
    let ttl = || {
        sim.state()
            .dns_answer("latency.orders.example.com", "CNAME", None)
            .ttl_s
    };
    assert_eq!(ttl(), 60);
    pass(&sim, 60);
    assert_eq!(ttl(), 30);
    assert_eq!(sim.state().resources.dns_changes[0].status, "INSYNC");
}

#[test]
fn a_deployment_takes_minutes_and_a_stuck_one_never_ends() {
    let sim = world("calm");
    let status = || sim.state().resources.distributions[0].status.clone();
    sim.state().account().deploy_distribution("E2ORDERS0EDGE1");
    pass(&sim, 120);
    assert_eq!(status(), "InProgress");
    pass(&sim, 180);
    assert_eq!(status(), "Deployed");
    sim.start_fault("stuck-deployment").unwrap();
    pass(&sim, 1_800);
    assert_eq!(status(), "InProgress");
    sim.end_fault("stuck-deployment").unwrap();
    pass(&sim, 60);
    assert_eq!(status(), "Deployed");
}

#[test]
fn faults_are_listed_started_and_ended_by_id() {
    let sim = world("throttled");
    let active = || {
        sim.faults()
            .into_iter()
            .filter(|f| f.since.is_some())
            .map(|f| f.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(active(), ["throttled"]);
    sim.start_fault("lag-surge:eu-west-1").unwrap();
    sim.end_fault("throttled").unwrap();
    sim.end_fault("throttled").unwrap();
    assert_eq!(active(), ["lag-surge:eu-west-1"]);
    let error = sim
        .start_fault("region-dark:mars-1")
        .unwrap_err()
        .to_string();
    assert!(error.contains("region-dark:eu-west-1"), "{error}");
    assert!(
        sim.faults()
            .iter()
            .all(|f| !f.title.is_empty() && !f.explanation.is_empty())
    );
}

#[test]
fn a_scenario_of_regions_the_fleet_is_not_in_is_refused() {
    let regions = vec![region("eu-central-1")];
    let error = Sim::new(SimOptions {
        regions,
        ..options("region-dark")
    })
    .unwrap_err()
    .to_string();
    assert!(
        error.contains("eu-west-1") && error.contains("eu-central-1"),
        "{error}"
    );
    assert!(matches!(
        Sim::new(SimOptions {
            regions: Vec::new(),
            ..options("calm")
        }),
        Err(SimError::NoRegions)
    ));
}

#[test]
fn the_clock_runs_as_fast_as_it_was_told_and_starts_where_it_was_told() {
    let sim = Sim::new(SimOptions {
        speed: 60.0,
        ..options("calm")
    })
    .unwrap();
    let clock = sim.clock();
    assert_eq!(clock.wall(Duration::from_mins(1)), Duration::from_secs(1));
    let begun: Timestamp = "2026-11-23T14:00:20Z".parse().unwrap();
    assert!(clock.now() >= begun);
    sim.advance(Duration::from_hours(1));
    assert!(clock.now().duration_since(begun) >= SignedDuration::from_hours(1));
}

#[tokio::test(start_paused = true)]
async fn a_paused_runtime_drives_the_world() {
    let sim = Sim::new(SimOptions {
        speed: 1.0,
        ..options("calm")
    })
    .unwrap();
    let begun = sim.state().now();
    tokio::time::advance(Duration::from_secs(90)).await;
    assert_eq!(
        sim.state().now().duration_since(begun),
        SignedDuration::from_secs(90)
    );
}
