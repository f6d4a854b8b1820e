//! What a team shares in tables of other hands than ours: moto's and ministack's DynamoDB (aws-facts §16).

use std::io;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{Clock, Region, SharedSpec, SystemClock};
use gwctl::store::{Claim, LeaseHolder, Lost, NotShared, Team};
use jiff::Timestamp;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::emulators::{self, Server, aws_cli};
use super::team_runs::one_acts_whatever_breaks;

pub(super) const REGION: &str = "us-east-2";

/// Fifty times as fast as the wall's clock: a lease that is left is soon free.
#[derive(Debug)]
struct Fast;

impl Clock for Fast {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn wall(&self, fleet_time: Duration) -> Duration {
        fleet_time / 50
    }
}

/// Hands requests to `server` as they are: signed for AWS's own host.
fn forwarding(server: &Server) -> Handler {
    let place = server.url.trim_start_matches("http://").to_owned();
    Arc::new(move |request| {
        let place = place.clone();
        Box::pin(async move { forward(&place, request).await })
    })
}

pub(super) async fn forward(
    place: &str,
    request: http::Request<Vec<u8>>,
) -> io::Result<http::Response<Vec<u8>>> {
    let (parts, body) = request.into_parts();
    let own = ["connection", "content-length", "host"];
    let others = parts.headers.iter();
    let others = others.filter(|(name, _)| !own.contains(&name.as_str()));
    let mut lines = vec![
        format!("{} / HTTP/1.1", parts.method),
        format!("host: {}", parts.uri.host().unwrap_or_default()),
        format!("content-length: {}", body.len()),
        "connection: close".to_owned(),
    ];
    lines.extend(others.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())));
    let text = lines.join("\r\n") + "\r\n\r\n";
    let mut stream = TcpStream::connect(place).await?;
    stream.write_all(text.as_bytes()).await?;
    stream.write_all(&body).await?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await?;
    let end = reply.windows(4).position(|part| part == b"\r\n\r\n");
    let (head, body) = reply.split_at(end.ok_or(io::ErrorKind::UnexpectedEof)? + 4);
    let head = String::from_utf8_lossy(head).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let mut response = http::Response::builder().status(status.unwrap_or("502"));
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        response = response.header(name, value);
    }
    response.body(body.to_vec()).map_err(io::Error::other)
}

pub(super) fn make_table(server: &Server, name: &str) {
    let made = Command::new(aws_cli())
        .args(["dynamodb", "create-table", "--table-name", name])
        .args(["--billing-mode", "PAY_PER_REQUEST", "--region", REGION])
        .args(["--endpoint-url", &server.url])
        .args([
            "--attribute-definitions",
            "AttributeName=pk,AttributeType=S",
        ])
        .arg("AttributeName=sk,AttributeType=S")
        .args(["--key-schema", "AttributeName=pk,KeyType=HASH"])
        .arg("AttributeName=sk,KeyType=RANGE")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
}

async fn machine(server: &Server) -> Team {
    let session = Session::connect(SessionOptions {
        profile: None,
        http_client: Some(in_process(forwarding(server))),
        timeouts: Timeouts::default(),
        clock: Arc::new(SystemClock),
    })
    .await;
    let spec = SharedSpec {
        table: "gwctl".into(),
        regions: vec![Region::new(REGION).unwrap()],
    };
    Team::new(&session, &spec, Arc::new(Fast))
}

fn claim(operator: &str) -> Claim {
    Claim {
        domain: "api.orders.example.com".into(),
        holder: LeaseHolder {
            operator: operator.into(),
            host: "laptop".into(),
            pid: 7,
            run: "run".into(),
            since: SystemClock.now(),
        },
        holds: Value::Null,
    }
}

async fn is_held_lost_and_taken_over(server: &Server) {
    make_table(server, "gwctl");
    let (ada, bob) = (machine(server).await, machine(server).await);
    let region = Region::new(REGION).unwrap();
    assert_eq!(ada.fitness().await.unwrap(), Ok(Some(region)));
    let hold = ada.take(claim("ada"), &|_| None).await.unwrap();
    hold.check().await.unwrap();
    let lines = ["first".to_owned(), "second".to_owned()];
    hold.append("run", 0, &lines).await.unwrap();
    hold.append("run", 0, &lines).await.unwrap();
    assert_eq!(bob.lines("run", 0).await.unwrap(), lines);
    hold.sleep();
    let taken = bob.take(claim("bob"), &|_| None).await.unwrap();
    assert_eq!(taken.token(), hold.token() + 1);
    let lost = hold.check().await.unwrap_err();
    assert!(
        matches!(&lost, Lost::Taken(Some(who)) if who.operator == "bob"),
        "{lost}"
    );
    let late = hold.append("run", 2, &lines).await.unwrap_err();
    assert!(matches!(late, NotShared::Lost(Lost::Taken(_))), "{late}");
    taken.append("run", 2, &lines[..1]).await.unwrap();
    assert_eq!(ada.lines("run", 2).await.unwrap(), ["first"]);
    taken.release().await;
    ada.take(claim("ada"), &|_| None).await.unwrap();
}

/// A condition is judged and the item written in one (aws-facts §16.1): of several who write at once one is told that it
/// did, and its item is what stands there.
async fn of_writes_at_once_one_counts(server: &Server) {
    let team = machine(server).await;
    for round in 0..5 {
        let id = format!("plan-{round}");
        let texts: Vec<String> = (0..8).map(|n| format!("text {n}")).collect();
        let each = texts.iter().map(|text| team.ask_approval(&id, text));
        let told = futures_util::future::join_all(each).await;
        let won: Vec<&String> = texts
            .iter()
            .zip(&told)
            .filter_map(|(text, told)| told.is_ok().then_some(text))
            .collect();
        let all = team.asked_approvals().await.unwrap();
        let stands = all.iter().find(|(known, _)| *known == id);
        assert_eq!(won, [&stands.unwrap().1], "{told:?}");
    }
    let lines = team.newest_lines("run").await.unwrap();
    assert_eq!(lines, Some((2, vec!["first".to_owned()])));
    assert_eq!(team.newest_lines("none").await.unwrap(), None);
}

#[tokio::test]
async fn a_team_shares_a_table_of_moto() {
    let server = emulators::moto();
    is_held_lost_and_taken_over(&server).await;
    of_writes_at_once_one_counts(&server).await;
    one_acts_whatever_breaks(&server, 0).await;
}

#[tokio::test]
async fn a_team_shares_a_table_of_ministack() {
    let server = emulators::ministack();
    is_held_lost_and_taken_over(&server).await;
    of_writes_at_once_one_counts(&server).await;
    one_acts_whatever_breaks(&server, 10).await;
}
