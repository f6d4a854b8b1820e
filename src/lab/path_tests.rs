//! Clients of three continents through the real router in three Nodes, by the simulated Route 53, to Regions that share
//! one database in memory.

use std::time::Duration;

use gwctl_fleet::Region;
use gwctl_sim::wire::serve;
use gwctl_sim::world::History;
use gwctl_sim::{Sim, SimOptions};

use crate::authority::Authority;
use crate::clients::tests::{self as clients, DOMAIN};
use crate::clients::{Load, Through};
use crate::dns::{Continent, Resolver};
use crate::edge::{self, Edge, Route, Settings};
use crate::region::find_node;
use crate::stand::Stand;

const LATENCY: &str = "latency.orders.example.com";
/// The Region nearest to each of the continents.
const NEAREST: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_continents_requests_reach_the_nearest_region_and_survive_the_loss_of_one() {
    let node = match find_node() {
        Ok(node) => node,
        Err(why) => return eprintln!("LEFT OUT: {why}"),
    };
    let sim = Sim::new(SimOptions {
        history: History::OnDemand,
        ..SimOptions::default()
    });
    let sim = sim.unwrap();
    // The first look makes the world's history: longer than the router waits for DNS.
    sim.resolve(LATENCY).unwrap();
    let aws = serve(sim.clone(), 0).await.unwrap();
    let authority = Authority::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let host = |region: &str| format!("{region}.{DOMAIN}");
    let regions = clients::Region::all(&NEAREST);
    let mut stands = Vec::new();
    for (name, region) in NEAREST.iter().zip(&regions) {
        let identity = authority.issue(&[host(name)]).unwrap();
        stands.push(Stand::start(&identity, region.clone()).await);
    }
    let settings = Settings {
        latency_record: LATENCY.into(),
        regions: NEAREST.map(|region| (region.into(), host(region))).into(),
        fallback: "us-east-1".into(),
        max_ttl_s: 1,
        iam: false,
    };
    let (mut edges, mut resolvers) = (Vec::new(), Vec::new());
    for continent in Continent::ALL {
        let resolver = Resolver::start(aws.dns(), continent.network).await.unwrap();
        let routes = NEAREST.iter().zip(&stands).map(|(name, stand)| {
            let rtt = continent.rtt(&Region::new(name).unwrap()).unwrap();
            let route = Route {
                region: (*name).into(),
                address: stand.address,
                // An ocean in a fifth of its time.
                rtt: rtt / 5,
            };
            (host(name), route)
        });
        let edge = Edge::start(edge::Options {
            node: node.clone(),
            folder: folder.path().into(),
            name: continent.name.into(),
            identity: authority.issue(&[DOMAIN.into()]).unwrap(),
            authority: authority.certificate().into(),
            resolver: resolver.address(),
            client: continent.network,
            client_rtt: Duration::ZERO,
            origin: settings.origin().unwrap(),
            routes: routes.collect(),
            credentials: None,
            connect_attempts: 3,
            connect_timeout: Duration::from_secs(1),
            response_timeout: Duration::from_secs(1),
        });
        edges.push(edge.await.unwrap());
        resolvers.push(resolver);
    }
    let through = Continent::ALL.iter().zip(&edges);
    let through = through.map(|(continent, edge)| Through {
        continent: continent.name.into(),
        edge: edge.address(),
    });
    let file = folder.path().join("orders.jsonl");
    let mut options = clients::options(through.collect(), &authority, file);
    options.rate = 200.0;
    options.pause = Duration::from_millis(100);
    let load = Load::start(options).unwrap();
    clients::ended(&load, 100).await;
    for ((continent, region), edge) in Continent::ALL.iter().zip(NEAREST).zip(&mut edges) {
        let counts = edge.drain().await.unwrap();
        let regions: Vec<&String> = counts.0.keys().collect();
        assert_eq!(regions, [region], "{}", continent.name);
    }

    // The Region dies, and Route 53 finds out.
    stands.remove(1);
    sim.start_fault("region-dark:eu-west-1").unwrap();
    sim.advance(Duration::from_secs(60));
    resolvers[1].flush();
    clients::ended(&load, 200).await;
    let europe = loop {
        let counts = edges[1].drain().await.unwrap();
        if counts.region("us-east-1").is_some() {
            break counts;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(europe.region("ap-southeast-1").is_none(), "{europe:?}");
    let ledger = load.stop().await;
    let verdict = ledger.check(&regions[0].rows());
    assert!(verdict.is_sound(), "{verdict}");
    assert_eq!(verdict.answered(), Some(1.0), "{verdict}");
    assert!(verdict.answered_at_once() < Some(1.0), "{verdict}");
    println!("{verdict}");
    assert_eq!(verdict.by_region.len(), 3, "{verdict}");
}
