//! The writer moved, and switches flipped, in somebody else's AWS.

use gwctl::aws::{AwsError, ErrorKind, Session};
use gwctl::fleet::{Missing, Topology};
use jiff::{SignedDuration, Timestamp};

use super::stage::region;
use super::stand::changing;

const GLOBAL: &str = "orders";

async fn topology(session: &Session, from: &str) -> Topology {
    session.rds(&region(from)).topology(GLOBAL).await.unwrap()
}

fn writer(topology: &Topology) -> &str {
    topology.writer().unwrap().region.as_str()
}

/// One test: the three promotions follow one another.
#[tokio::test]
async fn switchover_and_failover_move_the_writer_and_back() {
    let session = changing().session().await;
    let changes = session.one_attempt();
    let before = topology(&session, "us-east-1").await;
    assert_eq!(writer(&before), "us-east-1");
    let arn = |code: &str| before.member(&region(code)).unwrap().arn.clone();

    let primary = changes.rds(&region("us-east-1"));
    let receipt = primary.switchover(GLOBAL, &arn("eu-west-1")).await.unwrap();
    assert!(receipt.request_id.is_some());
    let after = topology(&session, "eu-west-1").await;
    assert_eq!(writer(&after), "eu-west-1");
    assert_eq!(after.members.len(), 3, "the old primary stays a member");

    let target = changes.rds(&region("ap-southeast-1"));
    target
        .failover(GLOBAL, &arn("ap-southeast-1"))
        .await
        .unwrap();
    assert_eq!(
        writer(&topology(&session, "us-east-1").await),
        "ap-southeast-1"
    );

    let primary = changes.rds(&region("ap-southeast-1"));
    primary.switchover(GLOBAL, &arn("us-east-1")).await.unwrap();
    assert_eq!(writer(&topology(&session, "us-east-1").await), "us-east-1");

    let nowhere = primary.switchover(GLOBAL, "arn:aws:rds:eu-west-3:000000000000:cluster:none");
    let error: AwsError = nowhere.await.unwrap_err();
    assert!(!error.outcome_unknown(), "{error}");
    let elsewhere = primary
        .switchover("no-such-global", &arn("eu-west-1"))
        .await;
    assert_eq!(elsewhere.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn write_forwarding_is_set_on_a_member() {
    let session = changing().session().await;
    let rds = session.one_attempt().rds(&region("eu-west-1"));
    let receipt = rds.set_write_forwarding("orders-euw1", true).await;
    assert!(receipt.unwrap().request_id.is_some());
    let absent = rds.set_write_forwarding("orders-gone", true).await;
    assert_eq!(absent.unwrap_err().kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_clusters_snapshots_are_listed_without_its_neighbours() {
    let session = changing().session().await;
    let rds = session.rds(&region("eu-west-1"));
    assert_eq!(rds.snapshots("orders-euw1").await.unwrap(), []);
}

#[tokio::test]
async fn a_value_that_was_put_is_read_back_and_only_for_its_dimensions() {
    let session = changing().session().await;
    let here = region("eu-west-1");
    let cloudwatch = session.one_attempt().cloudwatch(&here);
    let (namespace, metric) = ("Orders/Switches", "Evacuate");
    let of = |code: &str| vec![("Region".to_owned(), code.to_owned())];
    let now = Timestamp::now();
    let since = now - SignedDuration::from_mins(15);
    let newest = async |code: &str| {
        let of = of(code);
        let found = cloudwatch.newest_value(namespace, metric, &of, since);
        found.await.unwrap().map(|point| point.value)
    };
    assert_eq!(newest("us-east-1").await, None, "nothing is not zero");
    let earlier = now - SignedDuration::from_mins(3);
    for (value, at) in [(0.0, earlier), (1.0, now)] {
        let of = of("us-east-1");
        let put = cloudwatch.put_metric(namespace, metric, &of, value, at);
        assert!(put.await.unwrap().request_id.is_some());
    }
    assert_eq!(newest("us-east-1").await, Some(1.0));
    assert_eq!(newest("ap-southeast-1").await, None);
}

#[tokio::test]
async fn an_alarm_tells_how_it_is_switched() {
    let session = changing().session().await;
    let cloudwatch = session.cloudwatch(&region("eu-west-1"));
    let switch = cloudwatch.alarm_switch("orders-5xx").await.unwrap();
    assert_eq!(switch.region, region("eu-west-1"));
    assert_eq!(
        (switch.namespace.as_str(), switch.metric.as_str()),
        ("AWS/ApiGateway", "5xx")
    );
    assert_eq!(switch.state, "ALARM");
    assert_eq!(switch.comparison, "GreaterThanThreshold");
    assert!(switch.evacuated_value() > 1.0, "beyond the threshold of 1");
    assert!(switch.normal_value() <= 1.0);
    let absent = cloudwatch.alarm_switch("no-such-alarm").await.unwrap_err();
    assert_eq!(Missing::from(absent), Missing::NoData);
}

#[tokio::test]
async fn an_invalidation_is_taken_and_followed() {
    let stand = changing();
    let session = stand.session().await;
    let cloudfront = session.one_attempt().cloudfront();
    let id = &stand.fleet.distribution.id;
    let paths = ["/orders/*".to_owned(), "/health".to_owned()];
    let taken = cloudfront.invalidate(id, &paths, "run-1").await.unwrap();
    assert!(!taken.id.is_empty());
    let status = cloudfront.invalidation_status(id, &taken.id).await.unwrap();
    assert!(
        ["InProgress", "Completed"].contains(&status.as_str()),
        "{status}"
    );
}

#[tokio::test]
async fn a_certificate_is_attached_to_the_configuration_that_was_read() {
    let stand = changing();
    let session = stand.session().await;
    let cloudfront = session.one_attempt().cloudfront();
    let id = &stand.fleet.distribution.id;
    let (etag, before) = cloudfront.distribution_etag(id).await.unwrap();
    assert_eq!(before.as_ref(), Some(&stand.fleet.distribution.certificate));
    let other = &stand.fleet.sites["us-east-1"].certificate;
    let known = cloudfront.distribution(id).await.unwrap();
    cloudfront
        .attach_certificate(id, &etag, other)
        .await
        .unwrap();

    let (next, now) = cloudfront.distribution_etag(id).await.unwrap();
    assert_eq!(now.as_ref(), Some(other));
    assert_ne!(next, etag);
    let after = cloudfront.distribution(id).await.unwrap();
    assert_eq!(
        (after.aliases, after.origins, after.router_arn),
        (known.aliases, known.origins, known.router_arn),
        "nothing else changed"
    );
    let stale = cloudfront.attach_certificate(id, &etag, other).await;
    assert_eq!(stale.unwrap_err().kind, ErrorKind::Conflict);
}

#[tokio::test]
async fn a_certificate_tells_every_name_it_is_good_for() {
    let stand = changing();
    let acm = stand.session().await.acm(&region("us-east-1"));
    let arn = &stand.fleet.distribution.certificate;
    let certificate = acm.certificate(arn).await.unwrap();
    assert_eq!(certificate.names, ["api.orders.example.com"]);
}
