//! The whole data plane of one lab: databases, Regions, resolvers, edges and clients, put together.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use gwctl_fleet::Region;
use gwctl_sim::world::FUNCTIONS;
use hyper::body::Bytes;
use serde_json::json;
use tokio::sync::Mutex;
use tokio_rustls::rustls::pki_types::InvalidDnsNameError;

use crate::authority::Authority;
use crate::clients::{self, Ledger, Load, LoadError, Row, Through};
use crate::database::{self, DatabaseError, Databases, Rows};
use crate::dns::{Continent, Resolver, between};
use crate::edge::{self, Edge, EdgeError, Route, Settings};
use crate::links::Links;
use crate::mending::Back;
use crate::probe::Probe;
use crate::region::{
    ApiRoute, Authorization, FunctionSetup, GatewaySetup, RegionError, Site, find_node,
    write_bootstrap,
};
use crate::sigv4::Credentials;

/// In the lab's folder: whom clients trust, and what they sign with, as a profile of the AWS CLI.
pub(crate) const AUTHORITY: &str = "ca.pem";
const CREDENTIALS: &str = "credentials";
/// The path that Route 53's checkers ask.
const HEALTH: &str = "/health";
/// The longest that the router keeps a DNS answer, as the template's default says.
const MAX_TTL_S: u32 = 60;
/// Environments that run at once, of the function that reads and of the one that writes, over an ocean: enough for 200
/// requests a second. All of them are started before the clients come, and stay: Lambda has a processor for each cold
/// start, and a lab two for all. Where they come in a burst, all Regions are slow, need more environments, and start those
/// too.
const CONCURRENCY: [usize; 2] = [4, 10];
/// Longer than a lab runs.
const IDLE: Duration = Duration::from_hours(24);
const TIMEOUT: Duration = Duration::from_secs(10);
/// How often clients send a request before they give up: with their pauses about half a minute, as AWS says that a
/// switchover is typically over within one (aws-facts §2.3).
const TRIES: u32 = 8;
/// How long the clients take to become as many as they shall be: the first ones start cold functions.
const RAMP: Duration = Duration::from_secs(10);
/// What a lab is made of.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Of this lab alone; short, as sockets will be in it.
    pub folder: PathBuf,
    /// The Regions with the names of their endpoints; the first has the writer.
    pub regions: Vec<(Region, String)>,
    /// The one name that clients use.
    pub domain: String,
    /// The latency record that the router resolves.
    pub latency_record: String,
    /// Where the simulated Route 53 answers.
    pub dns: SocketAddr,
    /// How many times faster than this machine's the simulated world's time goes.
    pub speed: f64,
    /// Requests a second, all continents together.
    pub rate: f64,
    /// The share of the requests that are orders.
    pub writes: f64,
    /// Whether the APIs have IAM authorization: then the routers sign with the lab's credentials.
    pub iam: bool,
    /// How long what was killed stays dead.
    pub back: Back,
    /// The same seed gives the same mix of requests.
    pub seed: u64,
}

/// Why there is no lab.
#[derive(Debug, thiserror::Error)]
pub enum LabError {
    #[error(transparent)]
    Database(#[from] DatabaseError),
    #[error(transparent)]
    Region(#[from] RegionError),
    #[error(transparent)]
    Edge(#[from] EdgeError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error("the edge's template: {0}")]
    Template(#[from] gwctl_stacks::TemplateError),
    #[error("the lab's authority makes no certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("a host of the lab: {0}")]
    Name(#[from] InvalidDnsNameError),
    #[error("the lab's folder: {0}")]
    Folder(#[from] std::io::Error),
}

/// A running data plane. Dropping it ends every process.
pub struct DataPlane {
    pub(crate) databases: Databases,
    pub(crate) sites: BTreeMap<Region, Site>,
    /// Each Region's endpoint, in the order of the setup.
    pub(crate) hosts: Vec<(Region, String)>,
    pub(crate) edges: Mutex<Vec<Edge>>,
    /// Of each Region's endpoint.
    pub(crate) probes: BTreeMap<Region, Probe>,
    /// Of the edge next to the operator.
    pub(crate) edge_probe: Probe,
    load: std::sync::Mutex<Option<Load>>,
    pub(crate) resolvers: Vec<Resolver>,
    pub(crate) back: Back,
}

impl DataPlane {
    /// Whether this machine has what a lab needs.
    ///
    /// # Errors
    /// Says what to install.
    pub fn possible() -> Result<(), LabError> {
        find_node()?;
        database::Install::find()?;
        Ok(())
    }

    /// Starts all of it; clients send from then on.
    ///
    /// # Errors
    /// PostgreSQL or Node is not installed, or a part does not start.
    pub async fn start(setup: &Setup) -> Result<Self, LabError> {
        let means = Means {
            node: find_node()?,
            authority: Authority::new()?,
            credentials: Credentials::random()?,
        };
        let Means {
            authority,
            credentials,
            ..
        } = &means;
        credentials.write(&setup.folder.join(CREDENTIALS))?;
        let databases = Databases::start(database::Setup {
            folder: setup.folder.clone(),
            regions: setup
                .regions
                .iter()
                .map(|(region, _)| region.clone())
                .collect(),
            authority,
            links: Arc::new(Links::new(|a, b| between(a, b).unwrap_or_default())),
            credentials: credentials.clone(),
            schema: database::SCHEMA,
        });
        let databases = Box::pin(databases).await?;
        let sites = sites(setup, &means, &databases).await?;
        let (mut edges, mut resolvers) = (Vec::new(), Vec::new());
        for continent in Continent::ALL {
            let resolver = Resolver::start(setup.dns, continent.network, setup.speed).await?;
            let options = edge_options(setup, &continent, &means, resolver.address(), &sites)?;
            edges.push(Edge::start(options).await?);
            resolvers.push(resolver);
        }
        warm(&sites).await;
        let (probes, edge_probe) = probes(setup, authority, &sites, &edges)?;
        let load = Load::start(load_options(setup, authority, &edges))?;
        Ok(Self {
            databases,
            probes,
            edge_probe,
            sites,
            hosts: setup.regions.clone(),
            edges: Mutex::new(edges),
            load: std::sync::Mutex::new(Some(load)),
            resolvers,
            back: setup.back,
        })
    }

    /// The Region whose database takes writes.
    pub fn writer(&self) -> Region {
        self.databases.writer()
    }

    /// Asks the database in `region` as its administrator.
    ///
    /// # Errors
    /// It does not answer, or refuses.
    pub async fn ask(&self, region: &Region, sql: &str) -> Result<Rows, LabError> {
        Ok(self.databases.ask(region, sql).await?)
    }

    /// Ends the database in `region` by SIGKILL, and nothing else.
    ///
    /// # Errors
    /// There is none.
    pub async fn kill_database(&self, region: &Region) -> Result<(), LabError> {
        Ok(self.databases.kill(region).await?)
    }

    /// Stops the clients, waits for what they have sent, and gives their ledger with all orders of the database. Only
    /// the first call has a ledger.
    ///
    /// # Errors
    /// The writer's database does not answer.
    pub async fn settle(&self) -> Result<Option<(Ledger, Vec<Row>)>, LabError> {
        let load = self.load().take();
        let Some(load) = load else { return Ok(None) };
        let ledger = load.stop().await;
        let writer = self.databases.writer();
        let asked = "SELECT id, idempotency_key FROM orders";
        let rows = self.ask(&writer, asked).await?;
        Ok(Some((ledger, rows.into_iter().filter_map(row).collect())))
    }

    /// The clients; none once they have stopped.
    pub(crate) fn load(&self) -> MutexGuard<'_, Option<Load>> {
        self.load.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn row(row: Vec<Option<String>>) -> Option<Row> {
    let mut row = row.into_iter().flatten();
    Some(Row {
        id: row.next()?,
        key: row.next()?,
    })
}

/// What all parts are made with.
struct Means {
    node: PathBuf,
    authority: Authority,
    credentials: Credentials,
}

async fn sites(
    setup: &Setup,
    means: &Means,
    databases: &Databases,
) -> Result<BTreeMap<Region, Site>, LabError> {
    let Means {
        node,
        authority,
        credentials,
    } = means;
    let ca = setup.folder.join(AUTHORITY);
    std::fs::write(&ca, authority.certificate())?;
    let code = setup.folder.join("code");
    std::fs::create_dir_all(&code)?;
    let bundle = code.join("index.js");
    std::fs::write(&bundle, gwctl_stacks::HANDLER)?;
    let bootstrap = write_bootstrap(&setup.folder)?;
    let authorization = if setup.iam {
        Authorization::Iam(credentials.clone())
    } else {
        Authorization::None
    };
    let mut sites = BTreeMap::new();
    for (region, host) in &setup.regions {
        let mut variables = databases.endpoints(region)?.variables();
        variables.push(("DATABASE_CA".into(), ca.display().to_string()));
        let function = |name: &str, concurrency| FunctionSetup {
            region: region.clone(),
            name: name.into(),
            bundle: bundle.clone(),
            node: node.clone(),
            bootstrap: bootstrap.clone(),
            variables: variables.clone(),
            credentials: credentials.clone(),
            timeout: TIMEOUT,
            memory: 256,
            concurrency,
            idle: IDLE,
        };
        let functions = FUNCTIONS.into_iter().zip(CONCURRENCY);
        let functions = functions.map(|(name, concurrency)| function(name, concurrency));
        let gateway = GatewaySetup {
            address: (Ipv4Addr::LOCALHOST, 0).into(),
            names: vec![host.clone()],
            api: "lab".into(),
            routes: ApiRoute::of_orders(),
            authorization: authorization.clone(),
        };
        let site = Site::start(region.clone(), functions.collect(), gateway, authority).await?;
        sites.insert(region.clone(), site);
    }
    Ok(sites)
}

/// Starts the environments of all functions.
async fn warm(sites: &BTreeMap<Region, Site>) {
    let event = json!({
        "version": "2.0",
        "rawPath": "/orders",
        "rawQueryString": "limit=1",
        "queryStringParameters": { "limit": "1" },
        "headers": {},
        "requestContext": { "http": { "method": "GET", "path": "/orders" } },
        "isBase64Encoded": false,
    });
    let event = Bytes::from(event.to_string());
    let invoked = sites
        .values()
        .flat_map(|site| site.functions().iter().zip(CONCURRENCY))
        .flat_map(|(function, most)| {
            (0..most).map(|_| function.invoke(event.clone(), String::new()))
        });
    // What does not start now is met by the clients.
    drop(join_all(invoked).await);
}

/// Of the Regions' endpoints, and of the edge next to the operator.
fn probes(
    setup: &Setup,
    authority: &Authority,
    sites: &BTreeMap<Region, Site>,
    edges: &[Edge],
) -> Result<(BTreeMap<Region, Probe>, Probe), LabError> {
    let tls = clients::trusting(authority.certificate()).map_err(LoadError::Options)?;
    let mut probes = BTreeMap::new();
    for (region, host) in &setup.regions {
        if let Some(site) = sites.get(region) {
            let probe = Probe::new(site.address(), host, HEALTH, tls.clone())?;
            probes.insert(region.clone(), probe);
        }
    }
    let mut next = Continent::ALL.iter().zip(edges);
    let next = next.find(|(continent, _)| **continent == Continent::OF_OPERATOR);
    let (_, edge) = next.ok_or_else(|| LoadError::Options("there is no edge".into()))?;
    let edge = Probe::new(edge.address(), &setup.domain, HEALTH, tls)?;
    Ok((probes, edge))
}

fn edge_options(
    setup: &Setup,
    continent: &Continent,
    means: &Means,
    resolver: SocketAddr,
    sites: &BTreeMap<Region, Site>,
) -> Result<edge::Options, LabError> {
    let settings = Settings {
        latency_record: setup.latency_record.clone(),
        regions: setup
            .regions
            .iter()
            .map(|(region, host)| (region.to_string(), host.clone()))
            .collect(),
        fallback: setup
            .regions
            .first()
            .map(|(region, _)| region.to_string())
            .unwrap_or_default(),
        max_ttl_s: MAX_TTL_S,
        iam: setup.iam,
    };
    let routes = setup.regions.iter().filter_map(|(region, host)| {
        let route = Route {
            region: region.to_string(),
            address: sites.get(region)?.address(),
            rtt: continent.rtt(region)?,
        };
        Some((host.clone(), route))
    });
    Ok(edge::Options {
        node: means.node.clone(),
        folder: setup.folder.clone(),
        name: continent.name.to_lowercase().replace(' ', "-"),
        identity: means.authority.issue(std::slice::from_ref(&setup.domain))?,
        authority: means.authority.certificate().into(),
        resolver,
        client: continent.network,
        client_rtt: Duration::from_millis(20),
        origin: settings.origin()?,
        routes: routes.collect(),
        credentials: setup.iam.then(|| means.credentials.clone()),
        connect_attempts: 3,
        connect_timeout: Duration::from_secs(10),
        response_timeout: Duration::from_secs(30),
    })
}

fn load_options(setup: &Setup, authority: &Authority, edges: &[Edge]) -> clients::Options {
    let through = Continent::ALL
        .iter()
        .zip(edges)
        .map(|(continent, edge)| Through {
            continent: continent.name.into(),
            edge: edge.address(),
        });
    clients::Options {
        through: through.collect(),
        domain: setup.domain.clone(),
        authority: authority.certificate().into(),
        bearer: "of-the-lab".into(),
        rate: setup.rate,
        ramp: RAMP,
        writes: setup.writes,
        order: json!({ "item": "lab", "quantity": 1 }),
        timeout: Duration::from_secs(35),
        tries: TRIES,
        pause: Duration::from_millis(500),
        connections: 64,
        file: setup.folder.join("ledger.jsonl"),
        seed: setup.seed,
    }
}
