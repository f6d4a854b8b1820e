//! What changes in the world is seen, and told.

use std::time::Duration;

use gwctl::fleet::{Metric, Missing, Pace, Verdict};

use super::stand::{Stand, region, world};

const FIVE_MINUTES: Duration = Duration::from_mins(5);

#[tokio::test(start_paused = true)]
async fn lag_follows_the_writer_when_it_moves() {
    let stand = Stand::over(world("calm", 3), Pace::Incident).await;
    let (picture, _) = stand.first().await;
    let [virginia, ireland] = ["us-east-1", "eu-west-1"].map(region);
    assert_eq!(picture.is_writer(&virginia), Some(true));
    let arn = picture
        .database
        .topology
        .current()
        .unwrap()
        .member(&ireland)
        .unwrap()
        .arn
        .clone();
    stand.sim.state().rds().switchover("orders", &arn).unwrap();

    let picture = stand.until(FIVE_MINUTES * 2, |picture| {
        let lag = picture
            .database
            .lag(&virginia)
            .and_then(|lag| lag.current());
        picture.is_writer(&ireland) == Some(true) && lag.is_some()
    });
    let picture = picture.await;
    let lag = picture.database.clusters[&ireland]
        .metrics
        .get(Metric::RpoLag);
    assert_eq!(
        lag.why_missing(),
        Some(&Missing::NotYet),
        "a writer has no lag"
    );
    let told = |what: &str| {
        picture
            .changes
            .iter()
            .any(|change| change.what.contains(what))
    };
    assert!(
        told("writer moved from us-east-1 to eu-west-1"),
        "{:#?}",
        picture.changes
    );
    assert!(picture.changes.is_sorted_by(|a, b| a.at >= b.at));
    assert!(picture.changes.len() <= 50);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_goes_dark_is_down_once_probe_and_route_53_agree_and_its_figures_stop() {
    let stand = Stand::over(world("calm", 3), Pace::Incident).await;
    stand.first().await;
    let ireland = region("eu-west-1");
    stand.sim.start_fault("region-dark:eu-west-1").unwrap();
    let picture = stand
        .until(FIVE_MINUTES, |picture| {
            picture.site(&ireland).unwrap().judgement.verdict == Verdict::Down
        })
        .await;
    let site = picture.site(&ireland).unwrap();
    assert!(
        site.judgement.reasons[0].text.contains("Route 53"),
        "{:?}",
        site.judgement
    );
    assert!(picture.judgement.verdict >= Verdict::Degraded);
    // The others are as fresh as ever.
    for code in ["us-east-1", "ap-southeast-1"] {
        let site = picture.site(&region(code)).unwrap();
        let age = site
            .api
            .metrics
            .get(Metric::ApiRequests)
            .age(picture.at)
            .unwrap();
        assert!(age.as_secs() < 240, "{code}: {age:?}");
        assert_ne!(site.judgement.verdict, Verdict::Down);
    }
    stand.sim.end_fault("region-dark:eu-west-1").unwrap();
    stand
        .until(FIVE_MINUTES * 2, |picture| {
            picture.site(&ireland).unwrap().judgement.verdict == Verdict::Healthy
        })
        .await;
}

#[tokio::test(start_paused = true)]
async fn faults_of_the_functions_are_told_with_their_share() {
    let stand = Stand::over(world("lambda-errors", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    let site = picture.site(&region("eu-west-1")).unwrap();
    // Whether it is down depends on how many fail this minute; that it is not well does not.
    assert!(
        site.judgement.verdict >= Verdict::Degraded,
        "{:#?}",
        site.judgement
    );
    let told = |about: &str| {
        site.judgement
            .reasons
            .iter()
            .any(|reason| reason.about == about)
    };
    assert!(told("errors") && told("functions"), "{:#?}", site.judgement);
    let other = &picture.site(&region("us-east-1")).unwrap().judgement;
    assert_eq!(other.verdict, Verdict::Healthy, "{other:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_member_in_a_region_without_a_site_is_watched_too() {
    let elsewhere = region("ap-southeast-1");
    let stand = Stand::with(world("calm", 3), Pace::Calm, |mut spec| {
        spec.sites.retain(|site| site.region != elsewhere);
        spec
    })
    .await;
    let picture = stand
        .until(Duration::from_secs(10), |picture| {
            let lag = picture
                .database
                .lag(&elsewhere)
                .and_then(|lag| lag.current());
            let cluster = picture.database.clusters.get(&elsewhere);
            lag.is_some() && cluster.is_some_and(|cluster| cluster.state.current().is_some())
        })
        .await;
    assert_eq!(picture.sites.len(), 2);
}
