//! With real Node, and curl as a client that nobody here wrote. Where either is not installed, each test says so and
//! passes.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use super::*;
use crate::sigv4::Credentials;
use crate::stand::node_and_curl;

/// What the tests ask of a handler.
const HANDLER: &str = r"
import http from 'node:http';
let runs = 0;
// Busy for a while before it asks for the next event, after it has answered.
let late = false;
const ask = http.request;
http.request = (options, ...rest) => {
  const end = Date.now() + (late && options.path.endsWith('/next') ? 100 : 0);
  while (Date.now() < end);
  return ask(options, ...rest);
};
export async function handler(event, context) {
  runs += 1;
  const [, what, argument] = event.rawPath.split('/');
  console.log('asked for', what);
  if (what === 'throw') throw new TypeError('on purpose');
  if (what === 'exit') process.exit(7);
  if (what === 'sleep') await new Promise((done) => setTimeout(done, Number(argument)));
  late = what === 'late';
  if (what === 'plain') return { runs };
  if (what === 'nonsense') return { statusCode: 'many' };
  const body = JSON.stringify({ event, runs, pid: process.pid, region: process.env.AWS_REGION,
    order: process.env.ORDER, id: context.awsRequestId, left: context.getRemainingTimeInMillis() });
  return { statusCode: 201, headers: { 'x-made': 'yes' }, cookies: ['a=1', 'b=2'], body };
}";

const NAME: &str = "eu-west-1.api.lab.test";

struct Stand {
    site: Site,
    folder: tempfile::TempDir,
    credentials: Credentials,
}

struct Answer {
    status: u16,
    headers: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

async fn stand(iam: bool, concurrency: usize) -> Option<Stand> {
    let node = node_and_curl()?;
    let folder = tempfile::tempdir().unwrap();
    let bundle = folder.path().join("index.mjs");
    std::fs::write(&bundle, HANDLER).unwrap();
    let authority = Authority::new().unwrap();
    std::fs::write(folder.path().join("ca.pem"), authority.certificate()).unwrap();
    let credentials = Credentials::random().unwrap();
    let function = FunctionSetup {
        region: Region::new("eu-west-1").unwrap(),
        name: "orders-handler".to_owned(),
        bundle,
        node,
        bootstrap: write_bootstrap(folder.path()).unwrap(),
        variables: vec![("ORDER".to_owned(), "one".to_owned())],
        credentials: credentials.clone(),
        timeout: Duration::from_millis(1500),
        memory: 128,
        concurrency,
        idle: Duration::from_secs(60),
    };
    let gateway = GatewaySetup {
        address: (Ipv4Addr::LOCALHOST, 0).into(),
        names: vec![NAME.to_owned()],
        api: "a1b2c3d4e5".to_owned(),
        routes: vec![
            ApiRoute::new("GET /health", 0).open(),
            ApiRoute::new("$default", 0),
        ],
        authorization: if iam {
            Authorization::Iam(credentials.clone())
        } else {
            Authorization::None
        },
    };
    let region = Region::new("eu-west-1").unwrap();
    let site = Site::start(region, vec![function], gateway, &authority)
        .await
        .unwrap();
    Some(Stand {
        site,
        folder,
        credentials,
    })
}

impl Stand {
    /// Nothing where the gateway cannot be reached.
    async fn ask(&self, path: &str, more: &[&str]) -> Option<Answer> {
        let port = self.site.address().port();
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--include",
            "--http1.1",
            "--max-time",
            "20",
            "--cacert",
        ]);
        curl.arg(self.folder.path().join("ca.pem"));
        curl.args(["--resolve", &format!("{NAME}:{port}:127.0.0.1")])
            .args(more);
        curl.arg(format!("https://{NAME}:{port}{path}"));
        let told = curl.output().await.unwrap();
        if !told.status.success() {
            return None;
        }
        let told = String::from_utf8(told.stdout).unwrap();
        let (headers, body) = told.split_once("\r\n\r\n").unwrap();
        let status = headers.split(' ').nth(1).unwrap().parse().unwrap();
        Some(Answer {
            status,
            headers: headers.to_owned(),
            body: body.to_owned(),
        })
    }

    async fn status(&self, path: &str) -> u16 {
        self.ask(path, &[]).await.map_or(0, |answer| answer.status)
    }

    fn function(&self) -> &Function {
        &self.site.functions()[0]
    }

    /// Waits until the function has something to do.
    async fn is_asked(&self) {
        let function = self.function();
        until("the function runs", || function.concurrency() > 0).await;
    }

    /// Waits until so many environments are at rest, and gives their processes.
    async fn at_rest(&self, wanted: usize) -> Vec<u32> {
        let function = self.function();
        until("the environments rest", || {
            function.idle_ids().len() == wanted
        })
        .await;
        function.idle_ids()
    }
}

/// Waits until something holds, for as long as a busy machine may take.
async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..4000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("never: {what}");
}

/// The letter of a process in `/proc`, nothing when it is gone.
fn state(id: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(") ")?
        .1
        .chars()
        .next()
        .filter(|state| *state != 'Z')
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(|line| line.text.as_str()).collect()
}

#[tokio::test]
async fn a_request_is_an_event_for_a_real_handler_that_is_frozen_in_between() {
    let Some(stand) = stand(false, 2).await else {
        return;
    };
    let body = [
        "--request",
        "POST",
        "--header",
        "X-Two: a",
        "--header",
        "X-Two: b",
        "--json",
        r#"{"n":1}"#,
    ];
    let answer = stand
        .ask("/echo/a%20b?after=1&x=%C3%A9&x=2", &body)
        .await
        .unwrap();
    assert_eq!(201, answer.status, "{}", answer.body);
    let cookies: Vec<_> = answer
        .headers
        .lines()
        .filter(|line| line.starts_with("set-cookie"))
        .collect();
    assert_eq!(cookies, ["set-cookie: a=1", "set-cookie: b=2"]);
    let told = answer.json();
    let event = &told["event"];
    let expected = serde_json::json!({
        "version": "2.0", "rawPath": "/echo/a b", "rawQueryString": "after=1&x=%C3%A9&x=2", "body": "{\"n\":1}",
        "isBase64Encoded": false, "queryStringParameters": { "after": "1", "x": "é,2" },
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(value, &event[name], "{name}");
    }
    assert_eq!("a,b", event["headers"]["x-two"]);
    assert_eq!("POST", event["requestContext"]["http"]["method"]);
    assert_eq!("127.0.0.1", event["requestContext"]["http"]["sourceIp"]);
    assert_eq!(
        ("eu-west-1", "one"),
        (
            told["region"].as_str().unwrap(),
            told["order"].as_str().unwrap()
        )
    );
    assert!(told["left"].as_u64().unwrap() <= 1500);
    // The process waits, frozen, and answers the next request too.
    let ids = stand.at_rest(1).await;
    assert_eq!(told["pid"], ids[0]);
    until("the process is frozen", || state(ids[0]) == Some('T')).await;
    assert_eq!(
        serde_json::json!({ "runs": 2 }),
        stand.ask("/plain", &[]).await.unwrap().json()
    );
    let (served, ran) = (stand.site.drain(), stand.function().drain());
    assert_eq!(
        (2, 2, 1),
        (served.requests, ran.invocations, ran.cold_starts.len())
    );
    let samples = [&served.latency, &served.integration_latency, &ran.duration];
    assert_eq!([2, 2, 2], samples.map(Vec::len));
    assert_eq!(
        (0, 0, 0),
        (served.client_errors, served.server_errors, ran.errors)
    );
    let bodies = r#"{"n":1}"#.len() + answer.body.len() + r#"{"runs":2}"#.len();
    assert_eq!(served.bytes, bodies as u64);
}

#[tokio::test]
async fn the_access_log_leads_to_the_lines_of_the_function() {
    let Some(stand) = stand(false, 2).await else {
        return;
    };
    let told = stand.ask("/echo", &[]).await.unwrap().json();
    let event = &told["event"];
    stand.at_rest(1).await;
    assert_eq!(200, stand.status("/plain").await);
    let access: Value = serde_json::from_str(&stand.site.drain_access().lines[0].text).unwrap();
    assert_eq!(
        (&told["id"], "201", "$default"),
        (
            &access["lambda"],
            access["status"].as_str().unwrap(),
            access["route"].as_str().unwrap()
        )
    );
    assert_eq!(event["requestContext"]["requestId"], access["requestId"]);
    let lines = stand.function().drain_lines().lines;
    let id = told["id"].as_str().unwrap();
    for part in [
        format!("START RequestId: {id} Version: $LATEST\n"),
        format!("\t{id}\tINFO\tasked for echo\n"),
        format!("END RequestId: {id}\n"),
    ] {
        assert!(text(&lines).contains(&part), "{part:?} in {}", text(&lines));
    }
    let reports: Vec<_> = lines
        .iter()
        .filter(|line| line.text.starts_with("REPORT"))
        .collect();
    let cold: Vec<_> = reports
        .iter()
        .map(|line| line.text.contains("Init Duration: "))
        .collect();
    assert_eq!(cold, [true, false], "{}", text(&lines));
}

#[tokio::test]
async fn failures_are_told_as_lambda_and_api_gateway_tell_them() {
    let Some(stand) = stand(false, 1).await else {
        return;
    };
    // Not a failure: an environment that has answered is waited for, and is no reason to throttle.
    let first = format!("https://{NAME}:{}/late", stand.site.address().port());
    let twice = stand.ask("/plain", &[&first]).await.unwrap();
    assert!(twice.body.contains(r#"{"runs":2}"#), "{}", twice.body);
    stand.at_rest(1).await;
    stand.site.drain();
    stand.function().drain();
    assert_eq!(500, stand.status("/throw").await);
    stand.at_rest(1).await;
    assert_eq!(500, stand.status("/nonsense").await);
    stand.at_rest(1).await;
    assert_eq!(500, stand.status("/exit").await);
    let (slow, throttled) = tokio::join!(stand.status("/sleep/9000"), async {
        stand.is_asked().await;
        stand.status("/plain").await
    });
    assert_eq!((500, 503), (slow, throttled));
    assert_eq!(
        200,
        stand.status("/plain").await,
        "a new environment follows one that was killed"
    );
    let (served, ran) = (stand.site.drain(), stand.function().drain());
    assert_eq!((6, 5, 1), (served.requests, ran.invocations, ran.throttles));
    assert_eq!((5, 3, 1), (served.server_errors, ran.errors, ran.timeouts));
    assert_eq!((2, 1), (ran.cold_starts.len(), ran.concurrency));
    let lines = text(&stand.function().drain_lines().lines);
    for part in [
        "ERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"on purpose\"",
        "Status: error\tError Type: TypeError",
        "Error: Runtime exited with error: exit status 7\nRuntime.ExitError\n",
        "Task timed out after 1.50 seconds\n",
        "Status: timeout",
    ] {
        assert!(lines.contains(part), "{part:?} in {lines}");
    }
}

#[tokio::test]
async fn a_region_that_is_killed_leaves_no_process_and_refuses_connections_until_it_is_revived() {
    let Some(stand) = stand(false, 2).await else {
        return;
    };
    tokio::join!(stand.status("/sleep/900"), stand.status("/sleep/900"));
    let idle = stand.at_rest(2).await;
    let (during, ()) = tokio::join!(stand.ask("/sleep/1000", &[]), async {
        stand.is_asked().await;
        stand.site.kill();
    });
    assert!(during.is_none(), "a request was answered by a dark Region");
    let gone = || idle.iter().all(|id| state(*id).is_none());
    until("both processes are gone", gone).await;
    assert!(stand.ask("/plain", &[]).await.is_none());
    stand.site.revive().await.unwrap();
    assert_eq!(
        serde_json::json!({ "runs": 1 }),
        stand.ask("/plain", &[]).await.unwrap().json()
    );
}

#[tokio::test]
async fn with_iam_only_what_is_signed_for_this_region_reaches_the_function() {
    let Some(stand) = stand(true, 2).await else {
        return;
    };
    let user = format!(
        "{}:{}",
        stand.credentials.access_key_id, stand.credentials.secret_access_key
    );
    let session = format!(
        "x-amz-security-token: {}",
        stand.credentials.session_token.as_deref().unwrap()
    );
    let sign = async |scope: &str, path: &str| {
        let more = [
            "--aws-sigv4",
            scope,
            "--user",
            &user,
            "--header",
            &session,
            "--json",
            "{}",
        ];
        stand.ask(path, &more).await.unwrap()
    };
    let unsigned = stand.ask("/plain", &[]).await.unwrap();
    assert_eq!(
        (403, r#"{"message":"Forbidden"}"#),
        (unsigned.status, unsigned.body.as_str())
    );
    assert_eq!(201, stand.status("/health").await, "checkers do not sign");
    assert_eq!(
        200,
        sign("aws:amz:eu-west-1:execute-api", "/plain?a=1&b=2")
            .await
            .status
    );
    assert_eq!(
        403,
        sign("aws:amz:us-east-1:execute-api", "/plain").await.status
    );
    let (served, ran) = (stand.site.drain(), stand.function().drain());
    assert_eq!(
        (4, 2, 2),
        (served.requests, served.client_errors, ran.invocations)
    );
}
