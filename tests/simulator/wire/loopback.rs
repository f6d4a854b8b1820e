//! The loopback server: what it answers besides AWS, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gwctl::sim::wire::{Server, serve};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use base64::Engine as _;
use sha2::Digest as _;

use super::world;

struct Reply {
    status: u16,
    region: Option<String>,
    body: String,
}

async fn send(server: &Server, method: &str, path: &str) -> Reply {
    send_with(server, method, path, &[]).await
}

async fn send_with(
    server: &Server,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let stream = TcpStream::connect(server.address()).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", format!("{}", server.address()));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender
        .send_request(request.body(Full::<Bytes>::default()).unwrap())
        .await
        .unwrap();
    let region = response
        .headers()
        .get("x-gwctl-region")
        .map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Reply {
        status,
        region,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

#[tokio::test]
async fn it_is_ready_at_once_and_its_faults_can_be_steered() {
    let sim = world("calm");
    let server = serve(sim.clone(), 0).await.unwrap();
    assert!(server.address().ip().is_loopback());
    assert_eq!(send(&server, "GET", "/_gwctl/health").await.status, 200);
    let active = |reply: &Reply| {
        let list: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        let faults = list["faults"].as_array().unwrap();
        let active = faults.iter().filter(|fault| !fault["since"].is_null());
        active
            .map(|fault| fault["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(active(&send(&server, "GET", "/_gwctl/faults").await).is_empty());
    let started = send(
        &server,
        "POST",
        "/_gwctl/faults/region-dark:eu-west-1/start",
    )
    .await;
    assert_eq!(active(&started), ["region-dark:eu-west-1"]);
    assert!(
        sim.faults().iter().any(|fault| fault.since.is_some()),
        "the same world"
    );
    let ended = send(
        &server,
        "POST",
        "/_gwctl/faults/region-dark%3Aeu-west-1/end",
    )
    .await;
    assert!(active(&ended).is_empty());
    let unknown = send(&server, "POST", "/_gwctl/faults/earthquake/start").await;
    assert_eq!(unknown.status, 404);
    assert!(
        unknown.body.contains("region-dark:eu-west-1"),
        "says what there is: {}",
        unknown.body
    );
    server.stop().await;
}

#[tokio::test]
async fn a_write_is_taken_where_the_database_takes_it() {
    let sim = world("calm");
    let server = serve(sim.clone(), 0).await.unwrap();
    let write = "/_gwctl/probe/eu-west-1/smoke";
    assert_eq!(send(&server, "POST", write).await.status, 201);
    let elsewhere = "/_gwctl/probe/sa-east-1/smoke";
    assert_eq!(send(&server, "POST", elsewhere).await.status, 404);
    // Forwarding off: the Region still answers, and cannot write.
    let mut state = sim.state();
    let mut clusters = state.resources.clusters.iter_mut();
    let here = clusters
        .find(|one| one.region.as_str() == "eu-west-1")
        .unwrap();
    here.write_forwarding = Some("disabled".into());
    drop(state);
    let read = "/_gwctl/probe/eu-west-1/health";
    assert_eq!(send(&server, "GET", read).await.status, 200);
    assert_eq!(send(&server, "POST", write).await.status, 503);
}

/// Lambda tells its clients an address that they can reach.
#[tokio::test]
async fn a_functions_package_is_where_lambda_says_and_has_its_checksum() {
    let sim = world("calm");
    let server = serve(sim, 0).await.unwrap();
    let address = format!("http://{}", server.address());
    let credential = "AWS4-HMAC-SHA256 Credential=A/20261123/eu-west-1/lambda/aws4_request";
    let path = "/2015-03-31/functions/orders-read";
    let found = send_with(&server, "GET", path, &[("authorization", credential)]).await;
    let found: serde_json::Value = serde_json::from_str(&found.body).unwrap();
    let location = found["Code"]["Location"].as_str().unwrap();
    let path = location.strip_prefix(&address).unwrap();
    let package = send(&server, "GET", path).await;
    let sum = base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(package.body));
    assert_eq!(found["Configuration"]["CodeSha256"], sum);
}

#[tokio::test]
async fn the_fleets_public_endpoints_can_be_probed() {
    let sim = world("calm");
    let server = serve(sim, 0).await.unwrap();
    let regional = send(&server, "GET", "/_gwctl/probe/eu-west-1/health").await;
    assert_eq!(
        (regional.status, regional.region.as_deref()),
        (200, Some("eu-west-1"))
    );
    let domain = send(&server, "GET", "/_gwctl/probe/domain/health").await;
    assert_eq!(domain.status, 200);
    assert!(domain.region.is_some());
    assert_eq!(
        send(&server, "GET", "/_gwctl/probe/sa-east-1/health")
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn it_stops_even_while_a_region_never_answers() {
    let sim = world("calm");
    sim.start_fault("region-dark:eu-west-1").unwrap();
    let server = serve(sim, 0).await.unwrap();
    let address = server.address();
    let mut hanging = TcpStream::connect(address).await.unwrap();
    let request = "GET /2015-03-31/functions HTTP/1.1\r\nhost: localhost\r\nauthorization: AWS4-HMAC-SHA256 \
                   Credential=A/20261123/eu-west-1/lambda/aws4_request, Signature=0\r\n\r\n";
    tokio::io::AsyncWriteExt::write_all(&mut hanging, request.as_bytes())
        .await
        .unwrap();
    tokio::time::timeout(Duration::from_secs(10), server.stop())
        .await
        .expect("it stops");
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_request_that_nobody_signed_is_refused() {
    let server = serve(world("calm"), 0).await.unwrap();
    let stranger = send(&server, "GET", "/").await;
    assert_eq!(stranger.status, 404);
    assert!(stranger.body.contains("UnknownOperationException"));
}

/// A process that ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_served_simulator_names_in_its_log_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_gwctl"));
    command
        .args(["sim", "serve", "--port", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    for name in [
        "HOME",
        "XDG_STATE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
    ] {
        command.env(name, folder.path());
    }
    for name in ["GWCTL_LOG", "GWCTL_CONFIG", "GWCTL_FLEET"] {
        command.env_remove(name);
    }
    let mut process = Process(command.spawn().unwrap());
    let lines = BufReader::new(process.0.stdout.take().unwrap()).lines();
    let address = lines
        .map(Result::unwrap)
        .find_map(|line| {
            line.split_once("AWS_ENDPOINT_URL=http://")
                .map(|(_, url)| url.to_owned())
        })
        .unwrap();
    for (service, path) in [
        ("rds", "/?Action=CreateDBProxy"),
        ("route53", "/2013-04-01/delegationset"),
        ("sqs", "/queues"),
    ] {
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: \
             AWS4-HMAC-SHA256 Credential=A/20261123/eu-west-1/{service}/aws4_request\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        assert!(reply.starts_with("HTTP/1.1 4"), "{reply}");
    }
    // Its end writes out what is still in memory.
    let id = process.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert!(process.0.wait().unwrap().success());
    let log = std::fs::read_to_string(folder.path().join("gwctl/gwctl.log")).unwrap();
    for word in ["CreateDBProxy", "GET /2013-04-01/delegationset", "/queues"] {
        assert!(log.contains(word), "{word}: {log}");
    }
}
