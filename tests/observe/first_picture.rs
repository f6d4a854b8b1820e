//! The first complete picture: two rounds of questions, however many Regions, and nobody waits for a
//! Region that never answers.

use std::time::Duration;

use gwctl::fleet::{Metric, Missing, Pace, Snapshot, Verdict};

use tokio::time::Instant;

use super::stand::{REPLY, Stand, late_answers_from, region, without_answers_from, world};

/// Where the switches stand takes a third round, which the first picture does not wait for.
const LIMIT: Duration = Duration::from_millis(80 * 3 / 2 + 100);

fn assert_whole(picture: &Snapshot) {
    assert!(picture.complete);
    assert!(picture.identity.current().is_some());
    assert!(
        picture
            .edge
            .records
            .current()
            .is_some_and(|records| records.len() == picture.sites.len())
    );
    assert!(picture.edge.distribution.current().is_some());
    assert!(
        picture.edge.certificate.current().is_some(),
        "{:?}",
        picture.edge.certificate
    );
    assert!(picture.edge.answers.current().is_some());
    assert!(picture.edge.probe.current().is_some());
    let router = picture.edge.router.as_ref().unwrap();
    assert!(router.detail.current().is_some(), "{:?}", router.detail);
    let writer = picture
        .database
        .topology
        .current()
        .unwrap()
        .writer()
        .unwrap()
        .region
        .clone();
    for site in &picture.sites {
        let region = &site.region;
        assert!(site.api.detail.current().is_some(), "{region}");
        // With 34 Regions some have a nearer neighbour for every client: no traffic, no points.
        let requests = site.api.metrics.get(Metric::ApiRequests);
        let answered =
            requests.current().is_some() || requests.why_missing() == Some(&Missing::NoData);
        assert!(answered, "{region}: {requests:?}");
        assert!(
            site.functions
                .iter()
                .all(|function| function.detail.current().is_some()),
            "{region}"
        );
        assert!(
            site.concurrency.current().is_some() && site.alarms.current().is_some(),
            "{region}"
        );
        assert!(
            site.certificate.current().is_some(),
            "{region}: {:?}",
            site.certificate
        );
        assert!(
            site.probe.current().is_some() && site.reach.answering() == Some(true),
            "{region}"
        );
        if let Some(cluster) = picture.database.clusters.get(region) {
            assert!(
                cluster.state.current().is_some() && cluster.events.current().is_some(),
                "{region}"
            );
            let lag = picture.database.lag(region).and_then(|lag| lag.current());
            assert_eq!(lag.is_some(), *region != writer, "{region}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn three_regions_are_complete_after_two_rounds() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    let (picture, took) = stand.first().await;
    assert_whole(&picture);
    assert!(took <= LIMIT, "{took:?}");
    assert_eq!(
        picture.judgement.verdict,
        Verdict::Healthy,
        "{:#?}",
        picture.judgement
    );
}

#[tokio::test(start_paused = true)]
async fn thirty_four_regions_take_no_longer_than_three() {
    let stand = Stand::over(world("calm", 34), Pace::Calm).await;
    let (picture, took) = stand.first().await;
    assert_eq!(picture.sites.len(), 34);
    assert_whole(&picture);
    assert!(took <= LIMIT, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_region_that_never_answers_delays_nothing_else() {
    let sim = world("calm", 3);
    sim.start_fault("region-dark:us-east-1").unwrap();
    let stand = Stand::over(sim, Pace::Calm).await;
    let told = |picture: &Snapshot, code: &str| {
        let site = picture.site(&region(code)).unwrap();
        let cluster = picture.database.clusters.get(&region(code));
        site.api
            .metrics
            .get(Metric::ApiRequests)
            .current()
            .is_some()
            && site.alarms.current().is_some()
            && cluster.is_some_and(|cluster| cluster.state.current().is_some())
    };
    // The topology itself comes from a Region that answers.
    let picture = stand
        .until(REPLY * 3, |picture| {
            told(picture, "eu-west-1") && told(picture, "ap-southeast-1")
        })
        .await;
    assert!(!picture.complete);
    let writer = picture
        .database
        .topology
        .current()
        .unwrap()
        .writer()
        .unwrap();
    assert_eq!(writer.region, region("us-east-1"));
    let dead = picture.site(&region("us-east-1")).unwrap();
    assert_eq!(dead.alarms.why_missing(), Some(&Missing::NotYet));
    assert_ne!(dead.judgement.verdict, Verdict::Healthy);

    let (picture, _) = stand.first().await;
    assert!(picture.complete, "every question has failed once by now");
    let dead = picture.site(&region("us-east-1")).unwrap();
    assert!(matches!(
        dead.alarms.why_missing(),
        Some(Missing::CouldNotAsk { .. })
    ));
    assert_ne!(dead.judgement.verdict, Verdict::Healthy);
    assert_ne!(
        picture.edge.judgement.verdict,
        Verdict::Healthy,
        "its metrics are in us-east-1"
    );
}

/// CloudWatch is asked after three seconds without the API, and the next question waits for that answer.
const LATE: &[(&str, Duration)] = &[
    (
        "apigateway.us-east-1.amazonaws.com",
        Duration::from_millis(3_500),
    ),
    ("monitoring.us-east-1.amazonaws.com", Duration::from_secs(4)),
];

/// Its metrics cannot be asked for before it is known what kind of API it is; other metrics do not wait as long.
#[tokio::test(start_paused = true)]
async fn an_api_that_is_told_late_has_its_metrics_in_the_first_complete_picture() {
    let sim = world("calm", 3);
    let stand = Stand::behind(late_answers_from(LATE, &sim), sim, Pace::Calm, |spec| spec).await;
    let earlier = stand
        .until(Duration::from_secs(8), |picture| {
            let cluster = picture.database.clusters.get(&region("us-east-1"));
            cluster.is_some_and(|cluster| cluster.metrics.get(Metric::DbCpu).current().is_some())
        })
        .await;
    assert!(!earlier.complete);
    let (picture, _) = stand.first().await;
    assert_whole(&picture);
}

#[tokio::test(start_paused = true)]
async fn one_permission_missing_hides_one_figure() {
    let stand = Stand::over(world("access-denied", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    let denied = Missing::NotAllowed {
        action: "rds:DescribeDBClusters".into(),
    };
    for (region, cluster) in &picture.database.clusters {
        assert_eq!(cluster.state.why_missing(), Some(&denied), "{region}");
        assert!(
            cluster.metrics.get(Metric::DbCpu).current().is_some(),
            "{region}"
        );
    }
    assert!(picture.database.topology.current().is_some());
    assert!(
        picture
            .sites
            .iter()
            .all(|site| site.judgement.verdict == Verdict::Healthy)
    );
    assert_eq!(picture.database.judgement.verdict, Verdict::Unknown);
    let words = &picture.database.judgement.reasons[0].text;
    assert!(
        words.contains("not allowed: rds:DescribeDBClusters"),
        "{words}"
    );
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_are_unknown_and_the_probes_still_tell() {
    let stand = Stand::over(world("credentials-expired", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    assert!(picture.complete);
    assert_eq!(
        picture.judgement.verdict,
        Verdict::Unknown,
        "{:#?}",
        picture.judgement
    );
    assert!(picture.edge.probe.current().is_some());
    assert!(
        picture
            .sites
            .iter()
            .all(|site| site.probe.current().is_some())
    );
}

#[tokio::test(start_paused = true)]
async fn a_stand_without_public_dns_is_told_by_route_53_itself() {
    let stand = Stand::with(world("calm", 3), Pace::Calm, |mut spec| {
        spec.probe_url = Some(format!("https://{}", spec.domain));
        spec
    })
    .await;
    let (picture, took) = stand.first().await;
    let answers = picture.edge.answers.current().unwrap();
    assert_eq!(answers[0].vantage, "Route 53");
    assert_eq!(answers[0].region, Some(region("us-east-1")));
    assert!(took <= LIMIT, "{took:?}");
    assert_eq!(
        picture.judgement.verdict,
        Verdict::Healthy,
        "{:#?}",
        picture.judgement
    );
}

#[tokio::test(start_paused = true)]
async fn a_plan_waits_three_seconds_longer_for_iam_and_no_more() {
    let sim = world("calm", 3);
    let door = without_answers_from("iam.amazonaws.com", &sim);
    let stand = Stand::behind(door, sim, Pace::Calm, |spec| spec).await;
    let start = Instant::now();
    let limit = Duration::from_mins(2);
    stand.observer.first_to_act_on(limit).await;
    let rest = start.elapsed();
    let picture = stand.observer.first_to_plan_on(limit).await;
    assert_eq!(picture.permissions.why_missing(), Some(&Missing::NotYet));
    let waited = start.elapsed().checked_sub(rest).unwrap();
    assert_eq!(waited.as_secs(), 3, "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_plan_has_what_iam_says_where_it_answers() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    let limit = Duration::from_mins(2);
    let picture = stand.observer.first_to_plan_on(limit).await;
    assert!(picture.permissions.current().is_some());
}
