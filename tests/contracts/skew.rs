//! A machine whose clock is off: reads heal, changes are signed with AWS's time, and it is told as a clock's matter.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use gwctl::aws::{ErrorKind, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{Clock, SystemClock};
use jiff::{SignedDuration, Timestamp};

use super::stage::{Request, identity, ireland, json_error, xml, xml_error};

/// AWS's clock is this far ahead of the machine's.
const AHEAD: SignedDuration = SignedDuration::from_mins(10);

fn theirs() -> Timestamp {
    SystemClock.now() + AHEAD
}

/// Whether the signature of `request` is of AWS's present, give or take the five minutes that AWS allows.
fn is_present(request: &Request) -> bool {
    let signed = request.header("x-amz-date").unwrap();
    let signed = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", signed).unwrap();
    let signed = signed
        .to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp();
    theirs().duration_since(signed).abs() <= SignedDuration::from_mins(5)
}

fn dated(mut reply: http::Response<Vec<u8>>) -> http::Response<Vec<u8>> {
    let date = jiff::fmt::rfc2822::to_string(&theirs().to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
    let date = date.replace("+0000", "GMT");
    reply.headers_mut().insert("date", date.parse().unwrap());
    reply
}

const EXPIRED: &str = "Signature expired: 20261128T140000Z is now earlier than 20261128T140500Z";

/// A session against an AWS that refuses signatures of another time, and how many it refused.
async fn session() -> (Session, Arc<AtomicUsize>) {
    let refused = Arc::new(AtomicUsize::new(0));
    let count = refused.clone();
    let handler: gwctl::aws::Handler = Arc::new(move |request| {
        let request = Request::of(request);
        let reply = if is_present(&request) {
            if request.is("GetCallerIdentity") {
                identity()
            } else {
                xml(
                    200,
                    "<ModifyDBClusterResponse><ModifyDBClusterResult/></ModifyDBClusterResponse>",
                )
            }
        } else {
            count.fetch_add(1, Ordering::Relaxed);
            if request
                .header("content-type")
                .is_some_and(|it| it.contains("urlencoded"))
            {
                xml_error(403, "SignatureDoesNotMatch", EXPIRED)
            } else {
                json_error(403, "InvalidSignatureException", EXPIRED)
            }
        };
        Box::pin(std::future::ready(Ok(dated(reply))))
    });
    let session = Session::connect(SessionOptions {
        profile: None,
        http_client: Some(in_process(handler)),
        timeouts: Timeouts::default(),
        clock: Arc::new(SystemClock),
    })
    .await;
    (session, refused)
}

#[tokio::test]
async fn the_first_change_is_signed_with_the_time_that_reads_learnt() {
    let (session, refused) = session().await;
    session.sts(&ireland()).identity().await.unwrap();
    assert_eq!(refused.load(Ordering::Relaxed), 1, "the read healed itself");
    let rds = session.one_attempt().rds(&ireland());
    rds.set_write_forwarding("orders", true).await.unwrap();
    // Again, over the client that has a reply of its own now.
    rds.set_write_forwarding("orders", true).await.unwrap();
    assert_eq!(refused.load(Ordering::Relaxed), 1, "no change was refused");
}

#[tokio::test]
async fn a_change_refused_for_its_time_says_how_far_the_clock_is_off_and_the_next_is_right() {
    let (session, _) = session().await;
    let changes = session.one_attempt();
    let rds = changes.rds(&ireland());
    let error = rds.set_write_forwarding("orders", true).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Clock);
    assert!(
        error.message.contains("10 min 0 s behind AWS's") || error.message.contains("9 min 59 s"),
        "{error}"
    );
    assert!(
        !error.outcome_unknown(),
        "a refused signature changes nothing"
    );
    rds.set_write_forwarding("orders", true).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_alike_by_every_protocol() {
    let lambda =
        super::stage::answering(|_| json_error(403, "InvalidSignatureException", EXPIRED)).await;
    let error = lambda
        .lambda(&ireland())
        .function("f", None)
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Clock, "{error}");
    assert!(!error.message.contains("sso login"), "{error}");
}
