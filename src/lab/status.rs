//! What there is of a lab now, and which parts of it are dead.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::future::join_all;
use gwctl_fleet::Region;
use serde::{Deserialize, Serialize};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::dns::Continent;
use crate::edge::Life;
use crate::plane::DataPlane;

/// The longest that a connection on loopback takes.
const CONNECTS: Duration = Duration::from_secs(1);

/// All parts of a lab.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// The one founded with the writer first.
    pub regions: Vec<RegionStatus>,
    pub edges: Vec<EdgeStatus>,
    /// Whether the clients send.
    pub clients: bool,
}

/// What is in a Region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionStatus {
    pub region: Region,
    pub database: DatabaseStatus,
    pub functions: Vec<FunctionStatus>,
    pub api: ApiStatus,
}

/// A Region's PostgreSQL.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DatabaseStatus {
    pub role: Role,
    /// None where it is dead.
    pub pid: Option<u32>,
    /// How far it is behind the writer; none of the writer, and where nobody knows.
    pub lag_ms: Option<f64>,
    /// Whether its endpoints let sessions in.
    pub open: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    Writer,
    Replica,
}

/// The execution environments of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionStatus {
    pub name: String,
    /// Those that run the handler.
    pub busy: usize,
    /// Those that wait, stopped.
    pub frozen: usize,
}

/// A Region's API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiStatus {
    /// The name in its certificate.
    pub host: String,
    pub address: SocketAddr,
    /// Whether somebody listens there.
    pub open: bool,
}

/// A continent's edge, and the resolver that it asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EdgeStatus {
    pub continent: String,
    pub address: SocketAddr,
    pub pid: Option<u32>,
    pub life: Life,
    pub resolver: SocketAddr,
}

impl Status {
    /// The parts that are dead, each by its name.
    pub fn dead(&self) -> Vec<String> {
        let mut dead = Vec::new();
        for RegionStatus {
            region,
            database,
            api,
            ..
        } in &self.regions
        {
            if database.pid.is_none() || !database.open {
                dead.push(format!("the database in {region}"));
            }
            if !api.open {
                dead.push(format!("the API in {region}"));
            }
        }
        for edge in &self.edges {
            match edge.life {
                Life::Runs => {}
                Life::Hangs => dead.push(format!("the edge in {}, which hangs", edge.continent)),
                Life::Ended => dead.push(format!("the edge in {}", edge.continent)),
            }
        }
        if !self.clients {
            dead.push("the clients".into());
        }
        dead
    }
}

impl DataPlane {
    /// What there is now.
    pub async fn status(&self) -> Status {
        let regions = self
            .hosts
            .iter()
            .map(|(region, host)| self.of(region, host));
        Status {
            regions: join_all(regions).await.into_iter().flatten().collect(),
            edges: self.edges_now().await,
            clients: self.load().is_some(),
        }
    }

    async fn of(&self, region: &Region, host: &str) -> Option<RegionStatus> {
        let site = self.sites.get(region)?;
        let address = site.address();
        let connected = timeout(CONNECTS, TcpStream::connect(address)).await;
        let functions = site.functions().iter().map(|function| FunctionStatus {
            name: function.name().to_owned(),
            busy: function.concurrency(),
            frozen: function.idle(),
        });
        let writes = self.databases.writer() == *region;
        Some(RegionStatus {
            region: region.clone(),
            database: DatabaseStatus {
                role: if writes { Role::Writer } else { Role::Replica },
                pid: self.databases.process(region).await,
                lag_ms: self
                    .databases
                    .lag(region)
                    .map(|lag| lag.as_secs_f64() * 1_000.0),
                open: !self.databases.is_dark(region),
            },
            functions: functions.collect(),
            api: ApiStatus {
                host: host.to_owned(),
                address,
                open: matches!(connected, Ok(Ok(_))),
            },
        })
    }

    async fn edges_now(&self) -> Vec<EdgeStatus> {
        let mut edges = self.edges.lock().await;
        let edges = edges.iter_mut().zip(&self.resolvers).zip(Continent::ALL);
        let edges = edges.map(|((edge, resolver), continent)| {
            let life = edge.life();
            EdgeStatus {
                continent: continent.name.into(),
                address: edge.address(),
                pid: edge.id().filter(|_| life != Life::Ended),
                life,
                resolver: resolver.address(),
            }
        });
        edges.collect()
    }
}
