//! What all parts of a lab's databases work on: the members, and who has the writer.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gwctl_fleet::Region;
use tokio::sync::Mutex as AsyncMutex;

use super::door::{Door, Endpoints};
use super::error::DatabaseError;
use super::install::Install;
use super::server::Server;
use super::sql::{DATABASE, Rows, Session};
use crate::gate::Gate;
use crate::links::Links;
use crate::sigv4::Credentials;

pub(super) struct Shared {
    pub members: BTreeMap<Region, Member>,
    writer: Mutex<Region>,
    pub links: Arc<Links>,
    pub credentials: Credentials,
    pub install: Install,
    /// One change of roles at a time.
    pub changing: AsyncMutex<()>,
}

pub(super) struct Member {
    pub server: AsyncMutex<Server>,
    pub socket: PathBuf,
    pub uplink: PathBuf,
    pub endpoints: Endpoints,
    pub doors: [Door; 2],
    /// The doors themselves.
    pub open: Gate,
    /// The sessions at the Region's doors.
    pub sessions: Gate,
    /// What it streams from the writer.
    pub streams: Gate,
    pub lag: Mutex<Option<Duration>>,
    pub dark: AtomicBool,
    /// Its files are of a writer that lost its role in a failover.
    stale: AtomicBool,
}

impl Shared {
    pub fn new(
        members: BTreeMap<Region, Member>,
        writer: Region,
        links: Arc<Links>,
        credentials: Credentials,
        install: Install,
    ) -> Self {
        Self {
            members,
            writer: Mutex::new(writer),
            links,
            credentials,
            install,
            changing: AsyncMutex::new(()),
        }
    }

    pub fn member(&self, region: &Region) -> Result<&Member, DatabaseError> {
        self.members
            .get(region)
            .ok_or_else(|| DatabaseError::Unknown(region.clone()))
    }

    pub fn writer(&self) -> Region {
        self.writer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on everybody follows `to`. Its own sessions end, as Aurora restarts an instance that it promotes.
    pub fn set_writer(&self, to: &Region) {
        to.clone_into(&mut self.writer.lock().unwrap_or_else(PoisonError::into_inner));
        for (region, member) in &self.members {
            member.streams.cut();
            if region == to {
                member.sessions.cut();
            }
        }
    }

    pub async fn ask(&self, region: &Region, sql: &str) -> Result<Rows, DatabaseError> {
        let mut session = self.session(region).await?;
        session.ask(sql).await.map_err(DatabaseError::sql(region))
    }

    pub async fn session(&self, region: &Region) -> Result<Session, DatabaseError> {
        let member = self.member(region)?;
        Session::open(&member.socket, DATABASE)
            .await
            .map_err(DatabaseError::sql(region))
    }
}

impl Member {
    pub fn new(server: Server, endpoints: Endpoints, doors: [Door; 2]) -> Self {
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

    pub fn is_dark(&self) -> bool {
        self.dark.load(Ordering::Acquire)
    }

    pub fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Acquire)
    }

    pub fn set_stale(&self, stale: bool) {
        self.stale.store(stale, Ordering::Release);
    }
}
