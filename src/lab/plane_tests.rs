//! The data plane with the handler that users get: orders through gateways, functions and databases of three Regions.
//! Where PostgreSQL or Node is missing, each test says so and passes.

use std::net::Ipv4Addr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::clients::trusting;
use crate::region::{ApiRoute, Authorization, FunctionSetup, GatewaySetup, Site, write_bootstrap};
use crate::stand::{DatabaseStand, node};

const ROUND_TRIP: Duration = Duration::from_millis(60);

struct Plane {
    stand: DatabaseStand,
    sites: Vec<Site>,
    tls: TlsConnector,
}

async fn plane() -> Option<Plane> {
    let node = node()?;
    let stand = DatabaseStand::start(ROUND_TRIP).await?;
    let DatabaseStand {
        databases,
        authority,
        credentials,
        regions,
        folder,
        ..
    } = &stand;
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, authority.certificate()).unwrap();
    let bootstrap = write_bootstrap(folder.path()).unwrap();
    let bundle = folder.path().join("index.js");
    std::fs::write(&bundle, gwctl_stacks::HANDLER).unwrap();
    let mut sites = Vec::new();
    for region in regions {
        let endpoints = databases.endpoints(region).unwrap();
        let mut variables = endpoints.variables();
        variables.push(("DATABASE_CA".to_owned(), ca.display().to_string()));
        let function = FunctionSetup {
            region: region.clone(),
            name: "orders-handler".to_owned(),
            bundle: bundle.clone(),
            node: node.clone(),
            bootstrap: bootstrap.clone(),
            variables,
            credentials: credentials.clone(),
            timeout: Duration::from_secs(10),
            memory: 512,
            concurrency: 4,
            idle: Duration::from_secs(60),
        };
        let gateway = GatewaySetup {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            names: vec![format!("{region}.lab.test")],
            api: "a1b2c3d4e5".to_owned(),
            routes: vec![ApiRoute::new("$default", 0)],
            authorization: Authorization::None,
        };
        let site = Site::start(region.clone(), vec![function], gateway, authority).await;
        sites.push(site.unwrap());
    }
    let tls = trusting(authority.certificate()).unwrap();
    Some(Plane { stand, sites, tls })
}

impl Plane {
    async fn ask(&self, at: usize, method: &str, path: &str, key: Option<&str>) -> (u16, Value) {
        let name = format!("{}.lab.test", self.stand.regions[at]);
        let stream = TcpStream::connect(self.sites[at].address()).await.unwrap();
        let name = ServerName::try_from(name).unwrap();
        let host = name.to_str().into_owned();
        let stream = self.tls.connect(name, stream).await.unwrap();
        let (mut client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("host", host);
        let mut body = Bytes::new();
        if let Some(key) = key {
            request = request
                .header("idempotency-key", key)
                .header("content-type", "application/json");
            body = json!({ "item": key }).to_string().into();
        }
        let answer = client
            .send_request(request.body(Full::new(body)).unwrap())
            .await
            .unwrap();
        let status = answer.status().as_u16();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        connection.abort();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// Writes an order in a Region and gives its id.
    async fn order(&self, at: usize, key: &str) -> String {
        let (status, order) = self.ask(at, "POST", "/orders", Some(key)).await;
        assert_eq!(201, status, "{order} {}", self.lines(at));
        order["id"].as_str().unwrap().to_owned()
    }

    async fn has(&self, at: usize, id: &str) -> bool {
        self.ask(at, "GET", &format!("/orders/{id}"), None).await.0 == 200
    }

    fn lines(&self, at: usize) -> String {
        self.sites[at].functions()[0]
            .drain_lines()
            .lines
            .into_iter()
            .map(|line| line.text)
            .collect()
    }
}

#[tokio::test]
async fn orders_are_written_from_every_region_and_read_in_every_region_across_a_switchover() {
    let Some(plane) = plane().await else { return };
    let mut ids = Vec::new();
    for at in [0, 1, 2] {
        let (status, health) = plane.ask(at, "GET", "/health", None).await;
        assert_eq!(200, status, "{health} {}", plane.lines(at));
        ids.push(plane.order(at, &format!("before-{at}")).await);
    }
    plane
        .stand
        .databases
        .switch_over(&plane.stand.regions[1], |_| ())
        .await
        .unwrap();
    for at in [0, 1, 2] {
        ids.push(plane.order(at, &format!("after-{at}")).await);
        // Once more with the same key: the same order.
        assert_eq!(
            ids[at],
            plane
                .ask(at, "POST", "/orders", Some(&format!("before-{at}")))
                .await
                .1["id"]
        );
    }
    for at in [0, 1, 2] {
        for id in &ids {
            assert!(
                plane.has(at, id).await,
                "{} has no {id}",
                plane.stand.regions[at]
            );
        }
    }
    let rows = plane
        .stand
        .databases
        .ask(
            &plane.stand.regions[1],
            "SELECT count(*), count(DISTINCT region) FROM orders",
        )
        .await
        .unwrap();
    assert_eq!(vec![vec![Some("6".to_owned()), Some("3".to_owned())]], rows);
}
