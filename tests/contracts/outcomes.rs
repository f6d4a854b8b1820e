//! A change that fails: whether it may have been made all the same, and what to do next.

use std::io;
use std::time::Duration;

use aws_smithy_cbor::Encoder;
use gwctl::aws::{AwsError, ErrorKind, Session};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::stage::{
    ATTEMPT, answering, deaf, ireland, reply, session, with_client, xml, xml_error,
};
use super::stand::redirected;

const TARGET: &str = "arn:aws:rds:eu-west-1:123456789012:cluster:orders-euw1";

async fn switchover(session: &Session) -> Result<Option<String>, AwsError> {
    let rds = session.one_attempt().rds(&ireland());
    let receipt = rds.switchover("orders", TARGET).await;
    receipt.map(|receipt| receipt.request_id)
}

async fn refusal(session: &Session) -> AwsError {
    switchover(session).await.expect_err("a failure")
}

fn taken() -> http::Response<Vec<u8>> {
    xml(
        200,
        "<SwitchoverGlobalClusterResponse><SwitchoverGlobalClusterResult><GlobalCluster>\
         <GlobalClusterIdentifier>orders</GlobalClusterIdentifier></GlobalCluster>\
         </SwitchoverGlobalClusterResult></SwitchoverGlobalClusterResponse>",
    )
}

#[tokio::test]
async fn a_change_that_was_taken_has_a_receipt_with_awss_request_number() {
    let session = answering(|_| taken()).await;
    let id = switchover(&session).await.unwrap();
    assert_eq!(id.as_deref(), Some("11112222-3333"));
}

#[tokio::test]
async fn a_refusal_means_that_nothing_was_changed() {
    let refusals = [
        (400, "InvalidGlobalClusterStateFault", ErrorKind::Other),
        (404, "GlobalClusterNotFoundFault", ErrorKind::NotFound),
        (403, "AccessDenied", ErrorKind::NotAllowed),
        (403, "ExpiredToken", ErrorKind::Credentials),
        (400, "Throttling", ErrorKind::Throttled),
        (503, "Throttling", ErrorKind::Throttled),
    ];
    for (status, code, kind) in refusals {
        let session = answering(move |_| xml_error(status, code, "no")).await;
        let error = refusal(&session).await;
        assert_eq!(error.kind, kind, "{code}");
        assert!(!error.outcome_unknown(), "{code} in {status}");
        assert_eq!(error.request_id.as_deref(), Some("11112222-3333"));
    }
}

#[tokio::test]
async fn an_internal_failure_may_have_made_the_change() {
    let broken = [
        (500, "InternalFailure"),
        (500, "InternalError"),
        (503, "ServiceUnavailable"),
        (400, "InternalFailure"),
    ];
    for (status, code) in broken {
        let session = answering(move |_| xml_error(status, code, "")).await;
        assert!(
            refusal(&session).await.outcome_unknown(),
            "{code} in {status}"
        );
    }
    let wordless = answering(|_| reply(502, "text/html", "<html>bad gateway</html>")).await;
    assert!(refusal(&wordless).await.outcome_unknown());
    let wordless = answering(|_| reply(404, "text/html", "<html>nothing here</html>")).await;
    assert!(!refusal(&wordless).await.outcome_unknown());
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_leaves_the_outcome_open() {
    let session = answering(|_| xml(200, "<SwitchoverGlobalClusterResponse><Switch")).await;
    let error = refusal(&session).await;
    assert_eq!(error.kind, ErrorKind::Garbled);
    assert!(error.outcome_unknown());
    assert!(error.request_id.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_change_without_an_answer_is_sent_once_and_its_outcome_is_open() {
    let session = deaf().await;
    let error = refusal(&session).await;
    assert_eq!(error.kind, ErrorKind::TimedOut);
    assert!(error.outcome_unknown());
    assert_eq!(session.ledger().calls(), 1, "never sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_change_is_waited_for_longer_than_an_attempt_to_read() {
    let session = session(|_| async {
        tokio::time::sleep(ATTEMPT + Duration::from_secs(3)).await;
        Ok(taken())
    })
    .await;
    let read = session.rds(&ireland()).topology("orders").await;
    assert_eq!(read.unwrap_err().kind, ErrorKind::TimedOut);
    assert!(switchover(&session).await.is_ok());
}

#[tokio::test]
async fn a_call_that_the_circuit_breaker_held_back_changed_nothing() {
    let session = session(|_| async { Err(io::ErrorKind::ConnectionRefused.into()) }).await;
    let mut kinds = Vec::new();
    for _ in 0..12 {
        let error = refusal(&session).await;
        assert!(!error.outcome_unknown(), "{error}");
        kinds.push(error.kind);
    }
    assert_eq!(kinds.first(), Some(&ErrorKind::Unreachable));
    assert_eq!(kinds.last(), Some(&ErrorKind::NotSent));
}

#[tokio::test]
async fn a_connection_that_broke_after_sending_leaves_the_outcome_open() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4_096];
        stream.read(&mut request).await.unwrap()
    });
    let session = with_client(redirected(url.clone(), url)).await;
    let error = refusal(&session).await;
    assert!(served.await.unwrap() > 0, "the request was read");
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
    assert!(error.outcome_unknown(), "{error}");
}

#[tokio::test]
async fn a_refused_connection_changed_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let session = with_client(redirected(url.clone(), url)).await;
    let error = refusal(&session).await;
    assert_eq!(error.kind, ErrorKind::Unreachable, "{error}");
    assert!(!error.outcome_unknown(), "{error}");
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_a_conflict() {
    let stale = [
        (409, "HealthCheckVersionMismatch", "The version is 7"),
        (412, "PreconditionFailed", "The precondition failed"),
        (400, "InvalidIfMatchVersion", "not the ETag"),
        (
            400,
            "InvalidChangeBatch",
            "[Tried to delete resource record set [name='a', type='CNAME', set identifier='x'] \
             but the values provided do not match the current values]",
        ),
        (
            400,
            "InvalidChangeBatch",
            "[Tried to create … but it already exists]",
        ),
        (
            400,
            "InvalidChangeBatch",
            "[Tried to delete … but it was not found]",
        ),
    ];
    for (status, code, said) in stale {
        let session = answering(move |_| xml_error(status, code, said)).await;
        let route53 = session.one_attempt().route53();
        let error = route53.update_check("hc-1", 6, true, false).await;
        let error = error.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Conflict, "{code}: {said}");
        assert!(!error.outcome_unknown());
        assert!(error.message.contains("plan again"), "{}", error.message);
    }
    let protected = "[The resource record set is protected: ask the platform team]";
    let session = answering(move |_| xml_error(400, "InvalidChangeBatch", protected)).await;
    let error = session.route53().update_check("hc-1", 6, true, false).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Other);
    assert!(error.message.contains("platform team"), "{}", error.message);
}

#[tokio::test]
async fn a_refused_change_says_what_to_allow_and_where() {
    let session = answering(|_| xml_error(403, "AccessDenied", "no")).await;
    let said = refusal(&session).await.message;
    for part in [
        "rds:SwitchoverGlobalCluster",
        "eu-west-1",
        "every member cluster",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let session = answering(|_| {
        let mut cbor = Encoder::new(Vec::new());
        cbor.begin_map();
        cbor.str("__type")
            .str("AccessDenied")
            .str("message")
            .str("no");
        cbor.end();
        reply(403, "application/cbor", cbor.into_writer())
    })
    .await;
    let at = "2026-11-22T12:00:00Z".parse().unwrap();
    let cloudwatch = session.one_attempt().cloudwatch(&ireland());
    let put = cloudwatch.put_metric("Switches", "Evacuate", &[], 1.0, at);
    let said = put.await.unwrap_err().message;
    for part in [
        "cloudwatch:PutMetricData",
        "eu-west-1",
        "cloudwatch:namespace",
    ] {
        assert!(said.contains(part), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_attempt_keeps_the_ledger_of_its_session() {
    let session = session(|_| async {
        tokio::time::sleep(Duration::from_millis(80)).await;
        Ok(taken())
    })
    .await;
    switchover(&session).await.unwrap();
    let ledger = session.ledger();
    let call = ledger.recent().next().unwrap();
    assert_eq!(call.operation, "SwitchoverGlobalCluster");
    assert_eq!(call.request_id.as_deref(), Some("11112222-3333"));
}
