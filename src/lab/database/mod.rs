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

mod door;
mod error;
mod front;
mod install;
mod message;
mod pulse;
mod roles;
mod server;
mod shared;
mod sql;
mod uplink;

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use gwctl_fleet::Region;
use tokio_util::sync::CancellationToken;

pub use door::Endpoints;
pub use error::DatabaseError;
pub use install::Install;
pub use roles::Stage;
pub use sql::{Rows, Session, SqlError, USER};

use crate::authority::Authority;
use crate::links::Links;
use crate::sigv4::Credentials;
use server::Server;
use shared::{Member, Shared};
use sql::DATABASE;

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

/// The databases of a lab. Dropping them ends every process.
pub struct Databases {
    shared: Arc<Shared>,
    tasks: CancellationToken,
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
        let doors = door::reserve(&setup.regions, setup.authority)?;
        let members = servers
            .into_iter()
            .zip(doors)
            .map(|(server, (endpoints, doors))| {
                (server.region.clone(), Member::new(server, endpoints, doors))
            });
        let (links, credentials) = (setup.links, setup.credentials);
        let shared = Shared::new(
            members.collect(),
            writer.clone(),
            links,
            credentials,
            install,
        );
        let databases = Self {
            shared: Arc::new(shared),
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

    /// The writer refuses writes with 25006 from each session's next transaction on, or takes them again.
    ///
    /// # Errors
    /// It is dark, or what PostgreSQL had against it.
    pub async fn hold_writes(&self, hold: bool) -> Result<(), DatabaseError> {
        self.shared.hold_writes(&self.writer(), hold).await
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
    // Each database is some 300 files, which every Region gets: only those that are needed.
    let mut session = Session::open(&server.socket(), "template1").await?;
    for statement in [
        &format!("ALTER DATABASE postgres RENAME TO {DATABASE}"),
        "ALTER DATABASE template0 IS_TEMPLATE false",
        "DROP DATABASE template0",
        "CREATE ROLE rds_iam",
    ] {
        session.ask(statement).await?;
    }
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
