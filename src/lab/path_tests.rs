//! Clients of three continents through the real router in three Nodes, by the simulated Route 53, to Regions that share
//! one database in memory.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::try_join_all;
use gwctl_fleet::Region;
use gwctl_sim::wire::{Server, serve};
use gwctl_sim::world::History;
use gwctl_sim::{Sim, SimOptions};

use crate::authority::Authority;
use crate::clients::tests::{self as clients, DOMAIN};
use crate::clients::{self as client, Load, Through};
use crate::dns::{Continent, Resolver};
use crate::edge::{self, Edge, Route, Settings};
use crate::region::find_node;
use crate::stand::Stand;

const LATENCY: &str = "latency.orders.example.com";
/// The Region nearest to each of the continents.
const NEAREST: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];

fn host(region: &str) -> String {
    format!("{region}.{DOMAIN}")
}

/// From the clients to the Regions.
struct Way {
    sim: Sim,
    _aws: Server,
    resolvers: Vec<Resolver>,
    edges: Vec<Edge>,
    load: client::Options,
    _folder: tempfile::TempDir,
}

impl Way {
    /// To Regions at these addresses, in the order of [`NEAREST`]; an ocean is crossed in a fifth of its time.
    async fn to(regions: &[SocketAddr], authority: &Authority, node: PathBuf) -> Self {
        let sim = Sim::new(SimOptions {
            history: History::OnDemand,
            ..SimOptions::default()
        });
        let sim = sim.unwrap();
        // The first look makes the world's history: longer than the router waits for DNS.
        sim.resolve(LATENCY).unwrap();
        let aws = serve(sim.clone(), 0).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            latency_record: LATENCY.into(),
            regions: NEAREST.map(|region| (region.into(), host(region))).into(),
            fallback: "us-east-1".into(),
            max_ttl_s: 1,
            iam: false,
        };
        let (mut resolvers, mut edges) = (Vec::new(), Vec::new());
        for continent in Continent::ALL {
            let resolver = Resolver::start(aws.dns(), continent.network, 1.0)
                .await
                .unwrap();
            edges.push(Edge::start(edge::Options {
                node: node.clone(),
                folder: folder.path().into(),
                name: continent.name.into(),
                identity: authority.issue(&[DOMAIN.into()]).unwrap(),
                authority: authority.certificate().into(),
                resolver: resolver.address(),
                client: continent.network,
                client_rtt: Duration::ZERO,
                origin: settings.origin().unwrap(),
                routes: routes(continent, regions),
                credentials: None,
                connect_attempts: 3,
                connect_timeout: Duration::from_secs(1),
                response_timeout: Duration::from_secs(10),
            }));
            resolvers.push(resolver);
        }
        let edges = try_join_all(edges).await.unwrap();
        let through = Continent::ALL.iter().zip(&edges);
        let through = through.map(|(continent, edge)| Through {
            continent: continent.name.into(),
            edge: edge.address(),
        });
        let file = folder.path().join("ledger.jsonl");
        let load = client::Options {
            rate: 200.0,
            pause: Duration::from_millis(100),
            ..clients::options(through.collect(), authority, file)
        };
        Self {
            sim,
            _aws: aws,
            resolvers,
            edges,
            load,
            _folder: folder,
        }
    }

    /// Which Regions each of the edges sent requests to since it was last asked.
    async fn reached(&mut self) -> Vec<Vec<String>> {
        let mut reached = Vec::new();
        for edge in &mut self.edges {
            let counts = edge.drain().await.unwrap();
            reached.push(counts.0.into_keys().collect());
        }
        reached
    }
}

fn routes(continent: Continent, regions: &[SocketAddr]) -> BTreeMap<String, Route> {
    let route = |(name, address): (&&str, &SocketAddr)| {
        let rtt = continent.rtt(&Region::new(name).unwrap()).unwrap();
        let route = Route {
            region: (*name).into(),
            address: *address,
            rtt: rtt / 5,
        };
        (host(name), route)
    };
    NEAREST.iter().zip(regions).map(route).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_continents_requests_reach_the_nearest_region_and_survive_the_loss_of_one() {
    let node = match find_node() {
        Ok(node) => node,
        Err(why) => return eprintln!("LEFT OUT: {why}"),
    };
    let authority = Authority::new().unwrap();
    let regions = clients::Region::all(&NEAREST);
    let mut stands = Vec::new();
    for (name, region) in NEAREST.iter().zip(&regions) {
        let identity = authority.issue(&[host(name)]).unwrap();
        stands.push(Stand::start(&identity, region.clone()).await);
    }
    let addresses: Vec<SocketAddr> = stands.iter().map(|stand| stand.address).collect();
    let mut way = Way::to(&addresses, &authority, node).await;
    let load = Load::start(way.load.clone()).unwrap();
    clients::ended(&load, 100).await;
    assert_eq!(way.reached().await, NEAREST.map(|region| vec![region]));

    // The Region dies, and Route 53 finds out.
    stands.remove(1);
    way.sim.start_fault("region-dark:eu-west-1").unwrap();
    way.sim.advance(Duration::from_secs(60));
    way.resolvers[1].flush();
    clients::ended(&load, 200).await;
    while !way.reached().await[1].contains(&"us-east-1".to_owned()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let ledger = load.stop().await;
    let verdict = ledger.check(&regions[0].rows());
    assert!(verdict.is_sound(), "{verdict}");
    assert_eq!(verdict.answered(), Some(1.0), "{verdict}");
    assert!(verdict.answered_at_once() < Some(1.0), "{verdict}");
    assert_eq!(verdict.by_region.len(), 3, "{verdict}");
}
