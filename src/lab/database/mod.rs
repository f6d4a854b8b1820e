//! The global database of a lab: one real PostgreSQL a Region, one of them the writer, the others its streaming
//! replicas, each behind a door that does what Aurora's does.
//!
//! What differs from Aurora:
//!
//! - Replication is PostgreSQL's own, of log and not of storage: a promoted replica keeps its sessions in PostgreSQL,
//!   so the door ends them, as Aurora's restart would.
//! - A Region has one instance. So the reader endpoint of the writer's Region leads to the writer, in a session that
//!   reads only; Aurora's leads to a reader instance.
//! - Write forwarding is played by the door (see [`front`]).
//! - After a failover the old writer's files are replaced by a base backup at once, and no snapshot of them is kept
//!   (aws-facts §2.7: Aurora tries to take one).

mod error;
mod front;
mod install;
mod message;
mod pulse;
mod roles;
mod server;
mod sql;
mod uplink;

use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use gwctl_fleet::Region;
use tokio::sync::Mutex as AsyncMutex;
use tokio_util::sync::CancellationToken;

pub use error::DatabaseError;
pub use install::Install;
pub use roles::Stage;
pub use sql::{Rows, Session, SqlError};

use crate::authority::Authority;
use crate::gate::Gate;
use crate::links::Links;
use crate::sigv4::Credentials;
use front::Door;
use server::{DATABASE, Server};

/// The user of the handler.
pub const USER: &str = "handler";

/// What the handler's database holds before its first order.
pub const SCHEMA: &str = gwctl_stacks::HANDLER_SCHEMA;

/// What the databases of a lab are made of.
pub struct Setup<'a> {
    /// The lab's own folder: short, as sockets will be in it. Where root runs the lab, PostgreSQL runs as another user,
    /// who must be able to pass through the folder's parents.
    pub folder: PathBuf,
    /// The first has the writer.
    pub regions: Vec<Region>,
    pub authority: &'a Authority,
    pub links: Arc<Links>,
    /// Those with which the handler signs its tokens.
    pub credentials: Credentials,
    /// Run by the superuser in the database `app`; the user [`USER`] is there, and `${user}` is read as it.
    pub schema: &'a str,
}

/// Where a Region's handler finds its database: the values of its environment variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// `WRITER_ENDPOINT`: of the Region's cluster.
    pub writer: Ipv4Addr,
    /// `READER_ENDPOINT`.
    pub reader: Ipv4Addr,
    /// `DATABASE_PORT`, of both.
    pub port: u16,
}

impl Endpoints {
    /// The handler's environment variables, but `DATABASE_CA`: the path of the authority's certificate.
    pub fn variables(&self) -> Vec<(String, String)> {
        let variables = [
            ("DATABASE_NAME", DATABASE.to_owned()),
            ("DATABASE_USER", USER.to_owned()),
            ("DATABASE_PORT", self.port.to_string()),
            ("READER_ENDPOINT", self.reader.to_string()),
            ("WRITER_ENDPOINT", self.writer.to_string()),
        ];
        variables
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec()
    }
}

/// The databases of a lab. Dropping them ends every process.
pub struct Databases {
    shared: Arc<Shared>,
    tasks: CancellationToken,
}

struct Shared {
    members: BTreeMap<Region, Member>,
    writer: Mutex<Region>,
    links: Arc<Links>,
    credentials: Credentials,
    install: Install,
    /// One change of roles at a time.
    changing: AsyncMutex<()>,
}

struct Member {
    server: AsyncMutex<Server>,
    socket: PathBuf,
    uplink: PathBuf,
    endpoints: Endpoints,
    doors: [Door; 2],
    /// The doors themselves.
    open: Gate,
    /// The sessions at the Region's doors.
    sessions: Gate,
    /// What it streams from the writer.
    streams: Gate,
    lag: Mutex<Option<Duration>>,
    dark: AtomicBool,
    /// Its files are of a writer that lost its role in a failover.
    stale: AtomicBool,
}

impl Databases {
    /// Starts all of them, and waits until every replica streams.
    ///
    /// # Errors
    /// PostgreSQL is not installed, or does not start: says what to do.
    pub async fn start(setup: Setup<'_>) -> Result<Self, DatabaseError> {
        let writer = setup
            .regions
            .first()
            .cloned()
            .ok_or(DatabaseError::NoRegion)?;
        let install = Install::find()?;
        let folder = setup.folder.join("db");
        install
            .make_folder(&folder)
            .map_err(DatabaseError::io("the lab cannot make a folder"))?;
        install
            .let_pass(&setup.folder)
            .map_err(DatabaseError::io("the lab cannot open its folder"))?;
        let servers = make_servers(&install, &folder, &setup).await?;
        let doors = front::reserve(&setup.regions, setup.authority)?;
        let members = servers
            .into_iter()
            .zip(doors)
            .map(|(server, (endpoints, doors))| {
                (server.region.clone(), Member::new(server, endpoints, doors))
            });
        let shared = Arc::new(Shared {
            members: members.collect(),
            writer: Mutex::new(writer.clone()),
            links: setup.links,
            credentials: setup.credentials,
            install,
            changing: AsyncMutex::new(()),
        });
        let databases = Self {
            shared,
            tasks: CancellationToken::new(),
        };
        databases.begin(&writer).await?;
        Ok(databases)
    }

    async fn begin(&self, writer: &Region) -> Result<(), DatabaseError> {
        let shared = &self.shared;
        for region in shared.members.keys() {
            uplink::serve(shared, region, &self.tasks)?;
        }
        shared.member(writer)?.server.lock().await.start().await?;
        shared.make_slots(writer).await?;
        let starts = shared
            .members
            .iter()
            .filter(|(region, _)| *region != writer)
            .map(|(region, member)| async move {
                let mut server = member.server.lock().await;
                server.follow(true)?;
                server.start().await?;
                shared.follows(region, Duration::from_secs(20)).await
            });
        try_join_all(starts).await?;
        for region in shared.members.keys() {
            front::serve(shared, region, &self.tasks)?;
        }
        pulse::begin(shared, &self.tasks);
        Ok(())
    }

    /// The Region that has the writer.
    pub fn writer(&self) -> Region {
        self.shared.writer()
    }

    /// Where a Region's handler finds its database.
    ///
    /// # Errors
    /// Not a Region of this lab.
    pub fn endpoints(&self, region: &Region) -> Result<Endpoints, DatabaseError> {
        Ok(self.shared.member(region)?.endpoints.clone())
    }

    /// How far a Region's replica is behind the writer, measured a moment ago. While the writer can be asked, what
    /// `pg_stat_replication` says; else the age of the last transaction that the replica has. `None` is not known, or
    /// the writer's own Region.
    pub fn lag(&self, region: &Region) -> Option<Duration> {
        let member = self.shared.members.get(region)?;
        *member.lag.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a Region's database is running.
    pub async fn is_alive(&self, region: &Region) -> bool {
        match self.shared.members.get(region) {
            Some(member) => member.server.lock().await.is_alive(),
            None => false,
        }
    }

    /// What the superuser is told by a Region's own database.
    ///
    /// # Errors
    /// Not a Region of this lab, the database is dark, or what PostgreSQL had against it.
    pub async fn ask(&self, region: &Region, sql: &str) -> Result<Rows, DatabaseError> {
        self.shared.ask(region, sql).await
    }

    /// The planned change of the writer: nothing is lost. `told` hears how far it is.
    ///
    /// # Errors
    /// Either Region is dark, or the target does not catch up: then the writer stays where it is.
    pub async fn switch_over(
        &self,
        to: &Region,
        told: impl Fn(Stage) + Send + Sync,
    ) -> Result<(), DatabaseError> {
        self.shared.switch_over(to, &told).await
    }

    /// The unplanned change of the writer: what `to` has not got is lost. `told` hears how far it is.
    ///
    /// # Errors
    /// The target is dark or cannot be promoted.
    pub async fn fail_over(
        &self,
        to: &Region,
        told: impl Fn(Stage) + Send + Sync,
    ) -> Result<(), DatabaseError> {
        self.shared.fail_over(to, &told).await
    }

    /// Kills a Region's database with SIGKILL and closes its doors.
    ///
    /// # Errors
    /// Not a Region of this lab.
    pub async fn kill(&self, region: &Region) -> Result<(), DatabaseError> {
        let member = self.shared.member(region)?;
        member.dark.store(true, Ordering::Release);
        for gate in [&member.open, &member.sessions, &member.streams] {
            gate.cut();
        }
        if self.writer() == *region {
            // What it had sent and no link had delivered yet dies with it.
            self.shared
                .members
                .values()
                .for_each(|other| other.streams.cut());
        }
        member.server.lock().await.kill_and_wait().await
    }

    /// Lets a Region's database take part again, after it was killed, by whomever, or cut off. Its files are replaced first if another
    /// Region became the writer by a failover meanwhile.
    ///
    /// # Errors
    /// It does not start.
    pub async fn revive(&self, region: &Region) -> Result<(), DatabaseError> {
        let shared = &self.shared;
        let _one = shared.changing.lock().await;
        let member = shared.member(region)?;
        if member.is_stale() {
            shared.rebuild(region).await?;
        } else if !member.server.lock().await.is_alive() {
            member.server.lock().await.start().await?;
            if shared.writer() != *region {
                shared.follow(region).await?;
            }
        }
        if member.dark.swap(false, Ordering::AcqRel) {
            front::serve(shared, region, &self.tasks)?;
        }
        Ok(())
    }

    /// Stops everything in order. Dropping does it with SIGKILL.
    pub async fn stop(self) {
        self.tasks.cancel();
        let stops = self.shared.members.values().map(|member| async {
            member.sessions.cut();
            member.streams.cut();
            let _ = member.server.lock().await.stop().await;
        });
        join_all(stops).await;
    }
}

impl Drop for Databases {
    fn drop(&mut self) {
        self.tasks.cancel();
        for member in self.shared.members.values() {
            if let Ok(mut server) = member.server.try_lock() {
                server.kill();
            }
        }
    }
}

impl Shared {
    fn member(&self, region: &Region) -> Result<&Member, DatabaseError> {
        self.members
            .get(region)
            .ok_or_else(|| DatabaseError::Unknown(region.clone()))
    }

    fn writer(&self) -> Region {
        self.writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on everybody follows `to`. Its own sessions end, as Aurora restarts an instance that it promotes.
    fn set_writer(&self, to: &Region) {
        to.clone_into(&mut self.writer.lock().unwrap_or_else(PoisonError::into_inner));
        for (region, member) in &self.members {
            member.streams.cut();
            if region == to {
                member.sessions.cut();
            }
        }
    }

    async fn ask(&self, region: &Region, sql: &str) -> Result<Rows, DatabaseError> {
        let mut session = self.session(region).await?;
        session.ask(sql).await.map_err(DatabaseError::sql(region))
    }

    async fn session(&self, region: &Region) -> Result<Session, DatabaseError> {
        let member = self.member(region)?;
        Session::open(&member.socket, DATABASE)
            .await
            .map_err(DatabaseError::sql(region))
    }
}

impl Member {
    fn new(server: Server, endpoints: Endpoints, doors: [Door; 2]) -> Self {
        Self {
            socket: server.socket(),
            uplink: server.uplink(),
            server: AsyncMutex::new(server),
            endpoints,
            doors,
            open: Gate::default(),
            sessions: Gate::default(),
            streams: Gate::default(),
            lag: Mutex::new(None),
            dark: AtomicBool::new(false),
            stale: AtomicBool::new(false),
        }
    }

    fn is_dark(&self) -> bool {
        self.dark.load(Ordering::Acquire)
    }

    fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Acquire)
    }

    fn set_stale(&self, stale: bool) {
        self.stale.store(stale, Ordering::Release);
    }
}

/// One server a Region, all with the same files, none started. The first has the writer.
async fn make_servers(
    install: &Install,
    folder: &Path,
    setup: &Setup<'_>,
) -> Result<Vec<Server>, DatabaseError> {
    let servers = setup
        .regions
        .iter()
        .map(|region| Server::new(region.clone(), install.clone(), folder));
    let mut servers = servers.collect::<Result<Vec<_>, _>>()?;
    let Some((first, others)) = servers.split_first_mut() else {
        return Err(DatabaseError::NoRegion);
    };
    first.initdb().await?;
    first.start().await?;
    fill(first, setup.schema)
        .await
        .map_err(DatabaseError::sql(&first.region))?;
    first.stop().await?;
    let first = &*first;
    try_join_all(others.iter().map(|other| other.copy_from(first))).await?;
    Ok(servers)
}

/// Database, user and schema.
async fn fill(server: &Server, schema: &str) -> Result<(), SqlError> {
    let mut session = Session::open(&server.socket(), sql::SUPERUSER).await?;
    session.ask(&format!("CREATE DATABASE {DATABASE}")).await?;
    session.ask("CREATE ROLE rds_iam").await?;
    session
        .ask(&format!("CREATE USER {USER} IN ROLE rds_iam"))
        .await?;
    let mut session = Session::open(&server.socket(), DATABASE).await?;
    session
        .ask(&schema.replace("${user}", USER))
        .await
        .map(drop)
}

#[cfg(test)]
mod tests;
