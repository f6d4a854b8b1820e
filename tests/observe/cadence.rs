//! How often AWS is asked, and that it ends.

use std::time::Duration;

use gwctl::fleet::{CheckKind, Pace};

use super::stand::{Stand, world};

const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];

async fn minutes(n: u64) {
    tokio::time::sleep(Duration::from_mins(n)).await;
}

#[tokio::test(start_paused = true)]
async fn metrics_are_asked_in_one_call_a_region_and_once_a_minute_even_in_an_incident() {
    let stand = Stand::over(world("calm", 3), Pace::Incident).await;
    stand.first().await;
    // The alarms of the switches are in us-east-1 (two) and eu-west-1 (one): at the alarms' pace one metric each
    // is asked for besides, where it was put last.
    let positions = |code: &str| {
        ["us-east-1", "us-east-1", "eu-west-1"]
            .iter()
            .filter(|home| **home == code)
            .count() as u64
    };
    for code in REGIONS {
        let calls = stand.calls("GetMetricData", code);
        assert!(
            (1..=1 + 2 * positions(code)).contains(&calls),
            "{code}: {calls}"
        );
    }
    for _ in 0..6 {
        stand.observer.refresh();
        minutes(1).await;
    }
    for code in REGIONS {
        let calls = stand.calls("GetMetricData", code);
        let most = 7 + positions(code) * 6 * 6;
        assert!((6..=most).contains(&calls), "{code}: {calls}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_incident_is_looked_at_more_often_and_route_53_stays_within_its_limit() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    stand.first().await;
    let per_minute = async |what: &dyn Fn() -> u64| {
        let before = what();
        minutes(1).await;
        what() - before
    };
    let topology = || stand.calls("DescribeGlobalClusters", "eu-west-1");
    let calm = per_minute(&topology).await;
    assert!((3..=4).contains(&calm), "{calm}");
    stand.observer.set_pace(Pace::Incident);
    let incident = per_minute(&topology).await;
    assert!((10..=13).contains(&incident), "{incident}");
    for _ in 0..30 {
        stand.observer.refresh();
        let route53 = || stand.calls_to("route53");
        let before = route53();
        tokio::time::sleep(Duration::from_secs(1)).await;
        let calls = route53() - before;
        assert!(calls <= 5, "{calls} in a second");
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_is_dropped_asks_nothing_more() {
    let stand = Stand::over(world("calm", 3), Pace::Incident).await;
    stand.first().await;
    let session = stand.session.clone();
    drop(stand.observer);
    // What was under way is entered when it is given up.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = session.ledger().calls();
    minutes(2).await;
    assert_eq!(session.ledger().calls(), before);
}

#[tokio::test(start_paused = true)]
async fn votes_come_once_a_second_and_a_calculated_check_tells_its_childrens() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    let (id, check) = picture
        .edge
        .checks
        .iter()
        .find(|(_, check)| {
            matches!(
                check.config.current().unwrap().kind,
                CheckKind::Calculated { .. }
            )
        })
        .unwrap();
    let CheckKind::Calculated { children, .. } = &check.config.current().unwrap().kind else {
        unreachable!()
    };
    assert!(
        children
            .iter()
            .all(|child| picture.edge.checks.contains_key(child))
    );
    let start = tokio::time::Instant::now();
    for _ in 0..4 {
        let votes = stand.observer.votes(id).await;
        assert!(
            votes.current().is_some_and(|votes| votes.len() >= 3),
            "{votes:?}"
        );
    }
    assert!(
        start.elapsed() >= Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn watching_has_a_price_and_the_ledger_agrees_with_it() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    let before = stand.session.ledger().dollars();
    minutes(10).await;
    let spent = 6.0 * (stand.session.ledger().dollars() - before);
    let foretold = picture.dollars_per_hour;
    assert!(
        foretold > 0.0 && (spent / foretold - 1.0).abs() < 0.15,
        "{spent} against {foretold}"
    );
}

/// What an hour at the pace of an incident may cost for three Regions, in US dollars.
const MOST_AN_HOUR: f64 = 0.50;

#[tokio::test(start_paused = true)]
async fn an_hour_of_incident_costs_at_most_half_a_dollar_in_three_regions_and_is_shown_before() {
    let stand = Stand::over(world("bad-deploy", 3), Pace::Incident).await;
    let (picture, _) = stand.first().await;
    let before = stand.session.ledger().dollars();
    minutes(60).await;
    let spent = stand.session.ledger().dollars() - before;
    assert!(spent > 0.0 && spent <= MOST_AN_HOUR, "{spent} US dollars");
    let shown = picture.dollars_per_hour;
    assert!((spent / shown - 1.0).abs() < 0.25, "{spent}, shown {shown}");
}
