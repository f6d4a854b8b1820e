//! What a session does around every call: time-outs, retries, ledger, reachability, circuit breaker.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gwctl::aws::{ErrorKind, Session};
use gwctl::fleet::{CallStats, Missing, Outcome};

use super::stage::{
    ATTEMPT, answering, deaf, endless_body, identity, ireland, region, session, with_client,
    xml_error,
};

fn stats(session: &Session, operation: &str) -> CallStats {
    let ledger = session.ledger();
    ledger
        .stats()
        .find(|(key, _)| key.operation == operation)
        .map(|(_, stats)| stats.clone())
        .unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn an_answered_call_is_in_the_ledger_with_its_request_id_and_round_trip() {
    let session = session(|_| async {
        tokio::time::sleep(Duration::from_millis(80)).await;
        Ok(identity())
    })
    .await;
    let who = session.sts(&ireland()).identity().await.unwrap();
    assert_eq!(
        (who.account.as_str(), who.operator()),
        ("123456789012", "ana")
    );

    let ledger = session.ledger();
    let call = ledger.recent().next().unwrap();
    assert_eq!(
        (call.service, call.operation.as_str()),
        ("sts", "GetCallerIdentity")
    );
    assert_eq!(
        (call.outcome, call.took),
        (Outcome::Ok, Duration::from_millis(80))
    );
    assert_eq!(call.request_id.as_deref(), Some("11112222-3333"));
    let reach = session.reach(&ireland());
    assert_eq!(reach.answering(), Some(true));
    assert_eq!(reach.round_trip, Some(Duration::from_millis(80)));
    assert_eq!(session.reach(&region("us-east-1")).answering(), None);
}

/// Two in a row of the first kind would otherwise pass for a control plane that is down.
#[tokio::test(start_paused = true)]
async fn an_answer_that_declines_is_told_from_a_service_that_broke() {
    let newest = async |status, code: &'static str| {
        let session = answering(move |_| xml_error(status, code, "no")).await;
        let _ = session.sts(&ireland()).identity().await;
        let ledger = session.ledger();
        ledger.recent().next_back().unwrap().outcome
    };
    assert_eq!(newest(400, "InvalidInput").await, Outcome::Declined);
    assert_eq!(newest(503, "ServiceUnavailable").await, Outcome::Failed);
    assert_eq!(newest(403, "AccessDenied").await, Outcome::Refused);
}

#[tokio::test(start_paused = true)]
async fn attempts_that_the_time_out_kills_are_counted_each() {
    let session = deaf().await;
    let error = session.sts(&ireland()).identity().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TimedOut);
    assert!(matches!(Missing::from(error), Missing::CouldNotAsk { .. }));

    let stats = stats(&session, "GetCallerIdentity");
    assert_eq!((stats.calls, stats.timed_out), (2, 2));
    assert!(stats.slowest >= ATTEMPT && stats.slowest < ATTEMPT + Duration::from_millis(50));
    let reach = session.reach(&ireland());
    assert_eq!((reach.answering(), reach.silent_calls), (Some(false), 2));
}

#[tokio::test(start_paused = true)]
async fn a_reply_whose_body_never_ends_has_timed_out_too() {
    let session = with_client(endless_body()).await;
    let error = session.sts(&ireland()).identity().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::TimedOut);
    assert_eq!(stats(&session, "GetCallerIdentity").timed_out, 2);
    assert_eq!(session.reach(&ireland()).answering(), Some(false));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_nobody_waits_for_is_counted_but_is_no_silence() {
    let session = deaf().await;
    let sts = session.sts(&ireland());
    let impatient = tokio::time::timeout(Duration::from_secs(1), sts.identity()).await;
    assert!(impatient.is_err());
    let stats = stats(&session, "GetCallerIdentity");
    assert_eq!((stats.calls, stats.timed_out, stats.failed), (1, 0, 1));
    assert_eq!(session.reach(&ireland()).silent_calls, 0);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_read_is_sent_once_more_and_both_are_counted() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counter = sent.clone();
    let session = answering(move |_| match counter.fetch_add(1, Ordering::Relaxed) {
        0 => xml_error(400, "Throttling", "Rate exceeded"),
        _ => identity(),
    })
    .await;
    assert!(session.sts(&ireland()).identity().await.is_ok());
    assert_eq!(sent.load(Ordering::Relaxed), 2);
    let stats = stats(&session, "GetCallerIdentity");
    assert_eq!((stats.calls, stats.throttled, stats.failed), (2, 1, 0));
    assert_eq!(stats.last_error.as_deref(), Some("Throttling"));
}

#[tokio::test(start_paused = true)]
async fn throttling_that_goes_on_is_reported_as_such_and_the_region_counts_as_answering() {
    let session = answering(|_| xml_error(400, "Throttling", "Rate exceeded")).await;
    let error = session.sts(&ireland()).identity().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert_eq!(stats(&session, "GetCallerIdentity").throttled, 2);
    assert_eq!(session.reach(&ireland()).answering(), Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_session_for_changes_sends_once() {
    let session = answering(|_| xml_error(400, "Throttling", "Rate exceeded")).await;
    let error = session
        .one_attempt()
        .sts(&ireland())
        .identity()
        .await
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert_eq!(
        stats(&session, "GetCallerIdentity").calls,
        1,
        "and into the same ledger"
    );
}

#[tokio::test(start_paused = true)]
async fn after_three_silent_calls_nothing_is_sent_until_a_trial_is_due() {
    let alive = Arc::new(AtomicUsize::new(0));
    let switch = alive.clone();
    let session = session(move |_| {
        let alive = switch.load(Ordering::Relaxed) == 1;
        async move {
            if !alive {
                std::future::pending::<()>().await;
            }
            Ok(identity())
        }
    })
    .await;
    let sts = session.sts(&ireland());
    for _ in 0..3 {
        assert_eq!(sts.identity().await.unwrap_err().kind, ErrorKind::TimedOut);
    }
    let sent = stats(&session, "GetCallerIdentity").calls;
    let error = sts.identity().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotSent);
    assert!(
        error.message.contains("next try within 15 s"),
        "{}",
        error.message
    );
    assert_eq!(stats(&session, "GetCallerIdentity").calls, sent);

    // Neither another service there nor this one elsewhere is held back.
    alive.store(1, Ordering::Relaxed);
    assert!(session.sts(&region("us-east-1")).identity().await.is_ok());

    tokio::time::advance(Duration::from_secs(14)).await;
    assert_eq!(sts.identity().await.unwrap_err().kind, ErrorKind::NotSent);
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(sts.identity().await.is_ok(), "the trial");
    assert!(sts.identity().await.is_ok(), "and everything after it");
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_is_unreachable_and_silent() {
    let session = session(|_| {
        let refused =
            std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "connection refused");
        std::future::ready(Err(refused))
    })
    .await;
    let error = session.sts(&ireland()).identity().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(
        error.message.contains("connection refused"),
        "{}",
        error.message
    );
    let stats = stats(&session, "GetCallerIdentity");
    assert_eq!((stats.calls, stats.failed), (2, 2));
    assert_eq!(session.reach(&ireland()).answering(), Some(false));
}

#[tokio::test(start_paused = true)]
async fn the_date_of_a_reply_tells_how_far_the_clocks_are_apart() {
    let session = answering(|_| {
        let mut reply = identity();
        let date = "Sun, 22 Nov 2026 12:10:00 GMT".parse().unwrap();
        reply.headers_mut().insert("date", date);
        reply
    })
    .await;
    session.sts(&ireland()).identity().await.unwrap();
    assert_eq!(session.reach(&ireland()).clock_skew_ms, Some(600_000));
}

#[tokio::test(start_paused = true)]
async fn a_dead_region_delays_no_other() {
    let session = session(|request| {
        let dead = request.host().contains("us-east-1");
        async move {
            if dead {
                std::future::pending::<()>().await;
            }
            Ok(identity())
        }
    })
    .await;
    let started = tokio::time::Instant::now();
    let dead = session.sts(&region("us-east-1"));
    let waiting = tokio::spawn(async move { dead.identity().await });
    assert!(session.sts(&ireland()).identity().await.is_ok());
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert_eq!(
        waiting.await.unwrap().unwrap_err().kind,
        ErrorKind::TimedOut
    );
}

/// The API's own name is signed, and nothing that is added on the way.
#[tokio::test(start_paused = true)]
async fn a_write_to_an_api_with_iam_authorization_is_signed_for_its_region() {
    let headers = async |signed| {
        let seen: Arc<std::sync::Mutex<Option<http::HeaderMap>>> = Arc::default();
        let kept = seen.clone();
        let session = answering(move |request| {
            *kept.lock().unwrap() = Some(request.headers().clone());
            http::Response::builder()
                .status(201)
                .body(Vec::new())
                .unwrap()
        })
        .await;
        let url = "https://eu-west-1.api.orders.example.com/smoke";
        let took = session.invoke(&ireland()).post(url, "key-1", signed).await;
        assert_eq!(took.unwrap().id, "201");
        seen.lock().unwrap().take().unwrap()
    };
    let signed = headers(true).await;
    let authorization = signed["authorization"].to_str().unwrap();
    assert!(
        authorization.contains("/eu-west-1/execute-api/aws4_request")
            && authorization.contains("SignedHeaders=host;x-amz-date,"),
        "{authorization}"
    );
    assert!(signed.contains_key("x-amz-date"));
    assert_eq!(signed["idempotency-key"], "key-1");
    assert!(!headers(false).await.contains_key("authorization"));
}
