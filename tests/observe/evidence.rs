//! What is said of a fleet rests on evidence of the right thing: an API, a function or a router that is not there
//! is no quiet one, and the writer's figures are the writer's.

use gwctl::aws::{MetricAnswer, Subject, question};
use gwctl::fleet::{Metric, Pace, Snapshot, Verdict};
use jiff::SignedDuration;

use super::stand::{Stand, region, world};

fn said(picture: &Snapshot, code: &str) -> (Verdict, String) {
    let judgement = &picture.site(&region(code)).unwrap().judgement;
    let texts: Vec<&str> = judgement
        .reasons
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    (judgement.verdict, texts.join("\n"))
}

#[tokio::test(start_paused = true)]
async fn an_api_that_does_not_exist_has_no_share_and_is_no_healthy_region() {
    let change = |mut spec: gwctl::fleet::FleetSpec| {
        spec.sites[1].api = "zzzzzzzzzz".into();
        spec
    };
    let stand = Stand::with(world("calm", 3), Pace::Calm, change).await;
    let (picture, _) = stand.first().await;
    let (verdict, text) = said(&picture, "eu-west-1");
    assert_eq!(verdict, Verdict::Unknown, "{text}");
    assert!(
        text.contains("there is no API zzzzzzzzzz in eu-west-1"),
        "{text}"
    );
    assert!(picture.traffic_share(&region("eu-west-1")).is_err());
    assert_ne!(picture.judgement.verdict, Verdict::Healthy);
}

#[tokio::test(start_paused = true)]
async fn functions_and_a_router_that_do_not_exist_are_told() {
    let change = |mut spec: gwctl::fleet::FleetSpec| {
        spec.sites[1].functions = vec!["gone-read".into()];
        spec.edge.router = Some("gone-router".into());
        spec
    };
    let stand = Stand::with(world("calm", 3), Pace::Calm, change).await;
    let (picture, _) = stand.first().await;
    let (verdict, text) = said(&picture, "eu-west-1");
    assert_eq!(verdict, Verdict::Unknown, "{text}");
    assert!(
        text.contains("there is no function gone-read in eu-west-1"),
        "{text}"
    );
    let edge = &picture.edge.judgement;
    assert_eq!(edge.verdict, Verdict::Unknown);
    assert!(
        edge.reasons[0]
            .text
            .contains("there is no function gone-router"),
        "{edge:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn functions_named_by_their_arn_are_seen_to_fail() {
    let change = |mut spec: gwctl::fleet::FleetSpec| {
        for name in &mut spec.sites[1].functions {
            *name = format!("arn:aws:lambda:eu-west-1:123456789012:function:{name}");
        }
        spec
    };
    let stand = Stand::with(world("lambda-errors", 3), Pace::Calm, change).await;
    let (picture, _) = stand.first().await;
    let (verdict, text) = said(&picture, "eu-west-1");
    assert!(verdict >= Verdict::Degraded, "{text}");
    let site = picture.site(&region("eu-west-1")).unwrap();
    for function in &site.functions {
        let invocations = function.metrics.get(Metric::FunctionInvocations);
        assert!(
            invocations.current().is_some(),
            "{}: {invocations:?}",
            function.name
        );
        assert!(function.detail.current().is_some(), "{}", function.name);
    }
}

#[tokio::test(start_paused = true)]
async fn commits_are_the_writers_and_not_the_average_over_its_readers() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    let writer = picture
        .database
        .topology
        .current()
        .unwrap()
        .writer()
        .unwrap();
    let cluster = &picture.database.clusters[&writer.region];
    let instances = cluster.state.current().unwrap().instances.len();
    assert_eq!(instances, 2, "one that writes and one that reads");
    let subject = Subject::Cluster {
        id: writer.cluster.clone(),
    };
    let asked = question("writer", Metric::DbWriteThroughput, &subject).unwrap();
    let mut averaged = asked.clone();
    averaged.key = "averaged";
    averaged.dimensions.retain(|(name, _)| *name != "Role");
    let cloudwatch = stand.session.cloudwatch(&writer.region);
    let from = picture.at - SignedDuration::from_mins(10);
    let answers = cloudwatch
        .metrics(&[asked, averaged], from, picture.at)
        .await;
    let newest = |answer: &MetricAnswer<&str>| answer.1.as_ref().unwrap().newest().unwrap().value;
    let answers: Vec<f64> = answers.unwrap().iter().map(newest).collect();
    assert!((answers[0] - 2.0 * answers[1]).abs() < 1e-6, "{answers:?}");
    let shown = cluster.metrics.get(Metric::DbWriteThroughput).current();
    assert!(shown.is_some_and(|series| (series.newest().unwrap().value - answers[0]).abs() < 1e-6));
}
