//! The router's claims over the wire: a real Node between a client and Regions that are stand-ins.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gwctl_sim::wire::{Answers, serve_dns};
use hickory_resolver::proto::op::{Message, MessageType, OpCode};
use hickory_resolver::proto::rr::rdata::{A, CNAME};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use http::{Request, Response};
use hyper::body::Bytes;
use jiff::Timestamp;
use serde_json::Value;
use tokio::process::Command;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::*;
use crate::authority::Authority;
use crate::sigv4::{Credentials, Refused, Scope, Signed, verify};
use crate::stand::{Behaviour, Stand, node_and_curl};

const DOMAIN: &str = "api.orders.example.com";
const LATENCY: &str = "latency.orders.example.com";
const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];

fn host(region: &str) -> String {
    format!("{region}.{DOMAIN}")
}

/// A DNS server that names one host, kept for no time.
#[derive(Clone)]
struct Names(Arc<Mutex<String>>);

impl Names {
    fn name(&self, host: &str) {
        host.clone_into(&mut self.0.lock().unwrap());
    }
}

impl Answers for Names {
    async fn answer(&self, question: Message) -> Option<Message> {
        let query = question.queries.first()?.clone();
        let mut host = Name::from_ascii(self.0.lock().unwrap().as_str()).unwrap();
        host.set_fqdn(true);
        let mut answer = Message::new(question.metadata.id, MessageType::Response, OpCode::Query);
        let alias = RData::CNAME(CNAME(host.clone()));
        answer.add_answer(Record::from_rdata(query.name().clone(), 0, alias));
        if query.query_type() == RecordType::A {
            let address = RData::A(A([192, 0, 2, 1].into()));
            answer.add_answer(Record::from_rdata(host, 0, address));
        }
        answer.add_query(query);
        Some(answer)
    }
}

/// Answers with what it was asked, as JSON; where it has credentials, only to who signs with them for its Region, as
/// API Gateway does.
struct Mirror {
    region: &'static str,
    credentials: Option<Credentials>,
}

impl Mirror {
    fn refusal(&self, request: &Request<Bytes>) -> Option<Refused> {
        let signed = Signed {
            method: request.method(),
            path: request.uri().path(),
            query: request.uri().query().unwrap_or_default(),
            headers: request.headers(),
            body: request.body(),
        };
        let scope = Scope {
            region: self.region,
            service: "execute-api",
        };
        let credentials = self.credentials.as_ref()?;
        verify(signed, scope, credentials, Timestamp::now()).err()
    }
}

impl Behaviour for Mirror {
    async fn answer(&self, request: Request<Bytes>) -> Option<Response<String>> {
        if let Some(refused) = self.refusal(&request) {
            let answer = Response::builder().status(403);
            return answer.body(format!("\"{refused}\"")).ok();
        }
        let headers = request.headers().iter().map(|(name, value)| {
            let value = value.to_str().unwrap_or_default();
            (name.to_string(), Value::from(value))
        });
        let mut seen: serde_json::Map<String, Value> = headers.collect();
        seen.insert("uri".into(), request.uri().to_string().into());
        let body = String::from_utf8_lossy(request.body());
        seen.insert("body".into(), body.into());
        Some(Response::new(Value::Object(seen).to_string()))
    }
}

/// An edge with its DNS and two Regions.
struct Stage {
    edge: Edge,
    names: Names,
    regions: BTreeMap<&'static str, Stand>,
    authority: Authority,
    folder: tempfile::TempDir,
    _dns: DropGuard,
}

impl Stage {
    /// None where there is no Node or curl.
    async fn set(iam: bool) -> Option<Self> {
        let node = node_and_curl()?;
        let authority = Authority::new().unwrap();
        let credentials = Credentials::random().unwrap();
        let mut regions = BTreeMap::new();
        for region in REGIONS {
            let identity = authority.issue(&[host(region)]).unwrap();
            let mirror = Mirror {
                region,
                credentials: iam.then(|| credentials.clone()),
            };
            regions.insert(region, Stand::start(&identity, mirror).await);
        }
        let names = Names(Arc::default());
        names.name(&host("eu-west-1"));
        let stopping = CancellationToken::new();
        let resolver = serve_dns(names.clone(), stopping.clone()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            latency_record: LATENCY.into(),
            regions: REGIONS.map(|region| (region.into(), host(region))).into(),
            fallback: "us-east-1".into(),
            max_ttl_s: 60,
            iam,
        };
        let routes = regions.iter().map(|(region, stand)| {
            let route = Route {
                region: (*region).into(),
                address: stand.address,
                rtt: Duration::from_millis(2),
            };
            (host(region), route)
        });
        let edge = Edge::start(Options {
            node,
            folder: folder.path().into(),
            name: "europe".into(),
            identity: authority.issue(&[DOMAIN.into()]).unwrap(),
            authority: authority.certificate().into(),
            resolver,
            client: IpAddr::from([193, 0, 0, 1]),
            client_rtt: Duration::from_millis(2),
            origin: settings.origin().unwrap(),
            routes: routes.collect(),
            credentials: Some(credentials),
            connect_attempts: 3,
            connect_timeout: Duration::from_secs(1),
            response_timeout: Duration::from_secs(1),
        })
        .await
        .unwrap();
        Some(Self {
            edge,
            names,
            regions,
            authority,
            folder,
            _dns: stopping.drop_guard(),
        })
    }

    /// Status, Region and what the Region saw, as curl gets them.
    async fn ask(&self, arguments: &[&str]) -> (u16, String, Value) {
        let trusted = self.folder.path().join("authority.pem");
        std::fs::write(&trusted, self.authority.certificate()).unwrap();
        let at = format!("{DOMAIN}:{}:127.0.0.1", self.edge.address().port());
        let url = format!(
            "https://{DOMAIN}:{}/orders?after=1%202",
            self.edge.address().port()
        );
        let done = Command::new("curl")
            .args([
                "--silent",
                "--show-error",
                "--max-time",
                "4",
                "--resolve",
                &at,
            ])
            .args(["--header", "Authorization: Bearer secret", "--cacert"])
            .arg(&trusted)
            .args(["--write-out", "\n%{http_code} %header{x-gwctl-region}"])
            .args(arguments)
            .arg(url)
            .output()
            .await
            .unwrap();
        let said = String::from_utf8(done.stdout).unwrap();
        let why = String::from_utf8_lossy(&done.stderr).into_owned();
        let (body, last) = said.rsplit_once('\n').unwrap_or_default();
        let (status, region) = last.split_once(' ').unwrap_or_default();
        let status = status.parse().unwrap_or_default();
        let seen = serde_json::from_str(body).unwrap_or(Value::String(why));
        (status, region.to_owned(), seen)
    }
}

#[tokio::test]
async fn requests_go_where_dns_says_with_the_clients_token_through_one_name() {
    let Some(mut stage) = Stage::set(false).await else {
        return;
    };
    let (status, region, seen) = stage.ask(&["--data", "{}"]).await;
    assert_eq!((status, region.as_str()), (200, "eu-west-1"), "{seen}");
    assert_eq!(seen["host"], host("eu-west-1"));
    assert_eq!(seen["authorization"], "Bearer secret");
    assert_eq!(seen["uri"], "/orders?after=1%202");
    assert_eq!(seen["body"], "{}");
    assert_eq!(seen["x-forwarded-for"], "193.0.0.1");
    assert!(seen.get("x-gwctl-latency-record").is_none(), "{seen}");

    stage.names.name(&host("us-east-1"));
    let (_, region, seen) = stage.ask(&[]).await;
    assert_eq!(region, "us-east-1", "{seen}");
    // Nobody listens there: the edge answers by itself.
    stage.regions.remove("us-east-1");
    let (status, region, _) = stage.ask(&[]).await;
    assert_eq!((status, region.as_str()), (502, ""));

    let counts = stage.edge.drain().await.unwrap();
    assert_eq!(counts.requests(), 3);
    assert_eq!(counts.region("eu-west-1").map(|one| one.good), Some(1));
    assert_eq!(counts.nobody().map(|one| one.failed), Some(1));
    assert!(counts.region("us-east-1").unwrap().latencies_ms[0] >= 2.0);
    assert_eq!(stage.edge.drain().await.unwrap().requests(), 0);
}

#[tokio::test]
async fn where_the_api_has_iam_authorization_regions_take_what_the_router_signed() {
    let Some(stage) = Stage::set(true).await else {
        return;
    };
    for region in REGIONS {
        stage.names.name(&host(region));
        let (status, answered, seen) = stage.ask(&["--data", "{}"]).await;
        assert_eq!((status, answered.as_str()), (200, region), "{seen}");
        assert_eq!(seen["body"], "{}");
    }
    // A host that is not the fleet's is not believed: the fallback serves.
    stage.names.name("evil.example.net");
    let (status, region, seen) = stage.ask(&[]).await;
    assert_eq!(
        (status, region.as_str()),
        (200, "us-east-1"),
        "the last good answer: {seen}"
    );
}

#[tokio::test]
async fn an_edge_that_was_killed_comes_back_at_its_address_and_none_outlives_the_lab() {
    let Some(mut stage) = Stage::set(false).await else {
        return;
    };
    // The fleet's hosts are not what DNS names, and there is no earlier answer.
    stage.names.name("evil.example.net");
    let (status, region, seen) = stage.ask(&[]).await;
    assert_eq!((status, region.as_str()), (200, "us-east-1"), "{seen}");

    let address = stage.edge.address();
    assert!(stage.edge.is_running());
    stage.edge.kill().await;
    assert!(!stage.edge.is_running());
    assert!(matches!(
        stage.edge.drain().await,
        Err(EdgeError::Ended { .. })
    ));
    assert_eq!(stage.ask(&[]).await.0, 0, "nobody answers");
    stage.edge.restart().await.unwrap();
    assert_eq!(stage.edge.address(), address);
    assert_eq!(stage.ask(&[]).await.0, 200);

    let (status, _, why) = stage.ask(&["--cacert", "/dev/null"]).await;
    assert_eq!(
        status, 0,
        "a client that trusts others is not served: {why}"
    );

    // One that hangs is found out, and does not outlive the lab either.
    let id = i32::try_from(stage.edge.id().unwrap()).unwrap();
    let process = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(process, rustix::process::Signal::STOP).unwrap();
    assert!(stage.edge.drain().await.is_err());
    assert_eq!(stage.edge.life(), Life::Hangs);
    let ended = tokio::time::timeout(Duration::from_secs(4), stage.edge.lose()).await;
    assert!(ended.is_ok(), "it outlives the lab");
}
