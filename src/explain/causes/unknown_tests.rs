//! What is not known is neither zero nor good: it makes a cause less sure, and is told against it.

use gwctl_fleet::{Metric, Metrics};

use super::fixture::{BEGAN, Fixture, HERE, THERE, WRITE};
use crate::Sureness;

/// Each Region gets 12,000 requests a minute, and answers some of them 4XX.
fn requests() -> Fixture {
    let mut fixture = Fixture::well();
    for code in [HERE, THERE, "ap-southeast-1"] {
        fixture.api(code, Metric::ApiRequests, (12_000.0, 12_000.0));
        fixture.api(code, Metric::Api4xx, (60.0, 60.0));
        for name in ["orders-read", WRITE] {
            fixture.figure(code, name, Metric::FunctionThrottles, (0.0, 0.0));
        }
    }
    fixture
}

/// One client sends 8,000 requests a minute more, which a function refuses.
fn noisy() -> Fixture {
    let mut fixture = requests();
    fixture.api(HERE, Metric::ApiRequests, (12_000.0, 20_000.0));
    fixture.api(HERE, Metric::Api4xx, (60.0, 8_060.0));
    fixture.figure(
        HERE,
        "orders-read",
        Metric::FunctionInvocations,
        (6_000.0, 14_000.0),
    );
    fixture
}

#[test]
fn whether_api_gateway_refuses_by_itself_is_not_no_where_an_invocation_count_is_missing() {
    let sure = noisy().only("noisy-client");
    assert_eq!((sure.sure, sure.contradicts.len()), (Sureness::Medium, 0));
    for metric in [Metric::FunctionInvocations, Metric::FunctionThrottles] {
        let mut fixture = noisy();
        fixture.loses(HERE, WRITE, metric);
        let told = fixture.only("noisy-client");
        assert_eq!(told.sure, Sureness::Low, "{metric:?}");
        assert!(told.contradicts[0].contains("is not known"), "{told:?}");
    }
}

#[test]
fn clients_that_another_region_may_have_lost_make_a_noisy_client_less_sure() {
    let mut fixture = noisy();
    let mut sites = fixture.picture.sites.iter_mut();
    let there = sites.find(|site| site.region.as_str() == THERE).unwrap();
    there.api.metrics = Metrics::default();
    let told = fixture.only("noisy-client");
    assert_eq!(told.sure, Sureness::Low);
    assert!(
        told.contradicts[0].starts_with("us-east-1: how many requests it lost"),
        "{told:?}"
    );
}

#[test]
fn requests_of_which_nobody_knows_whether_they_are_refused_are_less_surely_clients() {
    let mut fixture = requests();
    for code in [HERE, THERE, "ap-southeast-1"] {
        fixture.api(code, Metric::ApiRequests, (12_000.0, 30_000.0));
    }
    assert_eq!(fixture.only("traffic-surge").sure, Sureness::High);
    let mut sites = fixture.picture.sites.iter_mut();
    let here = sites.find(|site| site.region.as_str() == HERE).unwrap();
    let known = here.api.metrics.get(Metric::ApiRequests).clone();
    here.api.metrics = Metrics::default();
    *here.api.metrics.entry(Metric::ApiRequests) = known;
    let told = fixture.only("traffic-surge");
    assert_eq!(told.sure, Sureness::Medium);
    assert!(told.contradicts[0].contains("4XX"), "{told:?}");
}

#[test]
fn a_secondary_of_unknown_lag_does_not_keep_up() {
    let mut fixture = Fixture::well();
    fixture.writer_in(THERE);
    fixture.database(HERE, Metric::RpoLag, (80.0, 30_000.0));
    fixture.database("ap-southeast-1", Metric::RpoLag, (80.0, 80.0));
    assert_eq!(fixture.only("replication-behind").sure, Sureness::High);
    let clusters = &mut fixture.picture.database.clusters;
    let (_, cluster) = clusters
        .iter_mut()
        .find(|(region, _)| region.as_str() != HERE)
        .unwrap();
    cluster.metrics = Metrics::default();
    let told = fixture.only("replication-behind");
    assert_eq!(told.sure, Sureness::Medium);
    assert!(told.contradicts[0].contains("is not known"), "{told:?}");
}

#[test]
fn a_deployment_is_less_sure_where_another_region_may_fail_as_well() {
    let deployed = || {
        let mut fixture = Fixture::failing();
        fixture.deployed(HERE, WRITE, (10, "new"));
        fixture.logs(
            (HERE, WRITE),
            "TypeError: x is not a function",
            (BEGAN, 0),
            90,
        );
        fixture
    };
    assert_eq!(deployed().only("bad-deployment").sure, Sureness::High);
    let mut fixture = deployed();
    fixture.loses(THERE, WRITE, Metric::FunctionErrors);
    let told = fixture.only("bad-deployment");
    assert_eq!(told.sure, Sureness::Medium);
    assert!(told.contradicts[0].contains("us-east-1"), "{told:?}");
}
