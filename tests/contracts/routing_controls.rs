//! ARC's routing controls: five endpoints, any of which will do. No emulator has them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl::aws::{ErrorKind, Session, Transport};
use gwctl::fleet::{Region, RoutingEndpoint};

use super::stage::{Request, answering, json, json_error, session};

const CONTROL: &str =
    "arn:aws:route53-recovery-control::123456789012:controlpanel/p/routingcontrol/c";
const HOMES: [&str; 5] = [
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "ap-northeast-1",
    "ap-southeast-2",
];

fn endpoints() -> Vec<RoutingEndpoint> {
    HOMES
        .iter()
        .map(|code| RoutingEndpoint {
            region: Region::new(code).unwrap(),
            url: format!("https://0a1b.route53-recovery-cluster.{code}.example/v1"),
        })
        .collect()
}

/// Who was asked, in order: the Region of the endpoint, and what for.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

/// A cluster whose endpoints answer `answer`, given how many were asked before.
async fn cluster(answer: impl Fn(usize) -> Transport + Send + Sync + 'static) -> (Session, Asked) {
    let asked = Asked::default();
    let heard = asked.clone();
    let session = session(move |request: Request| {
        let home = request
            .host()
            .split('.')
            .nth(2)
            .unwrap_or_default()
            .to_owned();
        let signed = request.header("authorization").unwrap_or_default();
        assert!(
            signed.contains(&format!("/{home}/")),
            "signed for {home}: {signed}"
        );
        let mut heard = heard.lock().unwrap();
        let before = heard.len();
        heard.push((home, request.text()));
        std::future::ready(answer(before))
    })
    .await;
    (session.one_attempt(), asked)
}

#[allow(clippy::unnecessary_wraps, reason = "stands beside failures")]
fn on() -> Transport {
    Ok(json(
        200,
        &format!(r#"{{"RoutingControlArn":"{CONTROL}","RoutingControlState":"On"}}"#),
    ))
}

#[allow(clippy::unnecessary_wraps, reason = "stands beside failures")]
fn unavailable() -> Transport {
    Ok(json_error(
        503,
        "EndpointTemporarilyUnavailableException",
        "try another",
    ))
}

#[tokio::test]
async fn a_control_is_set_and_read_at_one_endpoint_signed_for_its_region() {
    let (session, asked) = cluster(|_| on()).await;
    let routing = session.routing(&endpoints());
    let receipt = routing.set(CONTROL, false).await.unwrap();
    assert_eq!(receipt.request_id.as_deref(), Some("11112222-3333"));
    assert!(routing.state(CONTROL).await.unwrap());
    let asked = asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    assert!(
        asked[0].1.contains(r#""RoutingControlState":"Off""#),
        "{}",
        asked[0].1
    );
    assert!(
        !asked[0].1.contains("SafetyRulesToOverride"),
        "{}",
        asked[0].1
    );
}

#[tokio::test]
async fn endpoints_that_do_not_take_the_change_are_passed_over_each_once() {
    let failures: [fn() -> Transport; 3] = [
        unavailable,
        || Err(std::io::ErrorKind::ConnectionReset.into()),
        || Ok(json_error(500, "InternalServerException", "broke")),
    ];
    for failure in failures {
        let (session, asked) =
            cluster(move |before| if before < 3 { failure() } else { on() }).await;
        session
            .routing(&endpoints())
            .set(CONTROL, true)
            .await
            .unwrap();
        let mut homes: Vec<_> = asked
            .lock()
            .unwrap()
            .iter()
            .map(|(home, _)| home.clone())
            .collect();
        assert_eq!(homes.len(), 4);
        homes.sort();
        homes.dedup();
        assert_eq!(homes.len(), 4, "no endpoint twice");
    }
}

#[tokio::test]
async fn a_refusal_is_not_asked_of_the_next_endpoint() {
    for code in [
        "AccessDeniedException",
        "ConflictException",
        "ValidationException",
    ] {
        let (session, asked) =
            cluster(move |_| Ok(json_error(400, code, "a safety rule says no"))).await;
        let error = session.routing(&endpoints()).set(CONTROL, false).await;
        let error = error.unwrap_err();
        assert!(!error.outcome_unknown(), "{error}");
        assert_eq!(asked.lock().unwrap().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn when_no_endpoint_answers_the_outcome_is_open_if_any_may_have_taken_it() {
    let (session, asked) = cluster(|_| Err(std::io::ErrorKind::ConnectionRefused.into())).await;
    let error = session.routing(&endpoints()).set(CONTROL, false).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unreachable);
    assert!(!error.outcome_unknown(), "nothing was sent");
    assert_eq!(asked.lock().unwrap().len(), 5);
    let (session, _) = cluster(|before| match before {
        0 => Err(std::io::ErrorKind::ConnectionReset.into()),
        _ => Err(std::io::ErrorKind::ConnectionRefused.into()),
    })
    .await;
    let error = session.routing(&endpoints()).set(CONTROL, false).await;
    assert!(error.unwrap_err().outcome_unknown());
}

#[tokio::test(start_paused = true)]
async fn endpoints_that_hang_are_given_up_on_one_after_the_other() {
    let session = session(|request: Request| async move {
        if request.host().contains("eu-west-1") {
            return on();
        }
        std::future::pending().await
    })
    .await;
    let routing = session.one_attempt().routing(&endpoints());
    let start = tokio::time::Instant::now();
    assert!(routing.state(CONTROL).await.unwrap());
    routing.set(CONTROL, true).await.unwrap();
    let waited = start.elapsed();
    assert!(waited < Duration::from_secs(40), "{waited:?}");
}

#[tokio::test]
async fn without_endpoints_the_configuration_is_pointed_at() {
    let (session, _) = cluster(|_| on()).await;
    let error = session.routing(&[]).set(CONTROL, true).await.unwrap_err();
    assert!(error.message.contains("routing_endpoints"), "{error}");
    assert!(!error.outcome_unknown());
}

#[tokio::test]
async fn different_sessions_begin_at_different_endpoints() {
    let mut first = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let (session, asked) = cluster(|_| on()).await;
        session.routing(&endpoints()).state(CONTROL).await.unwrap();
        first.insert(asked.lock().unwrap()[0].0.clone());
    }
    assert_eq!(first.len(), 5, "{first:?}");
}

#[tokio::test]
async fn the_configuration_tells_endpoints_and_the_cluster_of_a_control() {
    let session = answering(|request| {
        assert!(request.host().contains("us-west-2"), "{}", request.host());
        let path = request.path();
        if path.starts_with("/routingcontrol/") {
            return json(
                200,
                &format!(
                    r#"{{"RoutingControl":{{"RoutingControlArn":"{CONTROL}","Name":"ireland",
                        "ControlPanelArn":"arn:panel","Status":"DEPLOYED"}}}}"#
                ),
            );
        }
        if path.starts_with("/controlpanel/") {
            return json(200, r#"{"ControlPanel":{"ClusterArn":"arn:cluster"}}"#);
        }
        json(
            200,
            r#"{"Cluster":{"ClusterEndpoints":[
                {"Endpoint":"https://0a1b.example/v1","Region":"us-east-1"},
                {"Endpoint":"https://2c3d.example/v1","Region":"eu-west-1"}]}}"#,
        )
    })
    .await;
    let config = session.recovery_config();
    let control = config.control(CONTROL).await.unwrap();
    assert_eq!(
        (control.name.as_str(), control.status.as_str()),
        ("ireland", "DEPLOYED")
    );
    assert_eq!(control.cluster, "arn:cluster");
    let found = config.endpoints(&control.cluster).await.unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|e| (e.region.as_str(), e.url.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("us-east-1", "https://0a1b.example/v1"),
            ("eu-west-1", "https://2c3d.example/v1")
        ]
    );
}
