//! Who has the writer, and how that changes.

use std::time::Duration;

use gwctl_fleet::Region;
use tokio::time::{Instant, sleep};

use super::error::DatabaseError;
use super::server::{Server, slot};
use super::shared::{Member, Shared};

/// The longest that a replica takes to replay, to be promoted, or to follow.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest that a replica takes to follow a new writer, before its files are replaced.
const FOLLOWS: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(10);

/// The history of the writer's timeline: where each promotion was.
const HISTORIES: &str =
    "SELECT pg_read_file('pg_wal/' || max(name)) FROM pg_ls_waldir() WHERE name LIKE '%.history'";

/// How far a change of the writer has come. Aurora tells the same in events (aws-facts §2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The old writer refuses writes with 25006 (switchover only).
    ReadOnly,
    /// The new writer has everything that the old one has committed (switchover only).
    Synchronized,
    /// The old writer is shut down; its sessions have ended (switchover only).
    Demoted,
    /// The new writer takes writes.
    Promoted,
    /// Every Region that can be reached follows it.
    Following,
}

impl Shared {
    /// The planned change: nothing is lost.
    pub(super) async fn switch_over(
        &self,
        to: &Region,
        told: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<(), DatabaseError> {
        let _one = self.changing.lock().await;
        let (from, old, new) = self.change_to(to)?;
        if old.is_dark() {
            return Err(DatabaseError::Dark(from));
        }
        if new.is_stale() || self.links.is_cut(&from, to) {
            return Err(DatabaseError::NotFollowing {
                from,
                to: to.clone(),
            });
        }
        self.hold_writes(&from, true).await?;
        told(Stage::ReadOnly);
        let synchronized = self.synchronize(&from, to).await;
        if let Err(error) = synchronized {
            // Nothing was changed yet: the old writer goes on.
            self.hold_writes(&from, false).await?;
            return Err(error);
        }
        told(Stage::Synchronized);
        {
            let mut server = old.server.lock().await;
            server.stop().await?;
            server.forget_settings()?;
        }
        told(Stage::Demoted);
        if let Err(error) = self.promote(to).await {
            // Nobody took over: the old writer goes on, and whatever the other one has become is replaced.
            new.set_stale(true);
            old.server.lock().await.start().await?;
            return Err(error);
        }
        told(Stage::Promoted);
        {
            let mut server = old.server.lock().await;
            server.follow(true)?;
            server.start().await?;
        }
        self.follow_all().await?;
        told(Stage::Following);
        Ok(())
    }

    /// The unplanned change: what the new writer has not got is lost.
    pub(super) async fn fail_over(
        &self,
        to: &Region,
        told: &(dyn Fn(Stage) + Send + Sync),
    ) -> Result<(), DatabaseError> {
        let _one = self.changing.lock().await;
        let (from, old, _) = self.change_to(to)?;
        // Its files will be replaced, whatever it has.
        old.set_stale(true);
        // Write fencing, where the old writer can be reached at all (aws-facts §2.3).
        if !old.is_dark() && !self.links.is_cut(&from, to) {
            let mut server = old.server.lock().await;
            server.kill();
        }
        self.promote(to).await?;
        for (region, other) in &self.members {
            // What it has got cannot be asked, and may be more than the new writer has.
            let unknown = other.is_dark() || self.links.is_cut(region, to);
            if unknown && region != to {
                other.set_stale(true);
            }
        }
        told(Stage::Promoted);
        if !old.is_dark() && !self.links.is_cut(&from, to) {
            self.rebuild(&from).await?;
        }
        self.follow_all().await?;
        told(Stage::Following);
        Ok(())
    }

    /// The writer, its database, and that of `to`, which can take over.
    fn change_to(&self, to: &Region) -> Result<(Region, &Member, &Member), DatabaseError> {
        let from = self.writer();
        let (old, new) = (self.member(&from)?, self.member(to)?);
        if from == *to {
            return Err(DatabaseError::AlreadyWriter(from));
        }
        if new.is_dark() {
            return Err(DatabaseError::Dark(to.clone()));
        }
        Ok((from, old, new))
    }

    /// `writer` refuses writes with 25006, or takes them again. Its sessions learn it at their next transaction, without
    /// being ended.
    pub(super) async fn hold_writes(
        &self,
        writer: &Region,
        hold: bool,
    ) -> Result<(), DatabaseError> {
        let word = if hold {
            "SET default_transaction_read_only = on"
        } else {
            "RESET default_transaction_read_only"
        };
        self.ask(writer, &format!("ALTER SYSTEM {word}")).await?;
        self.ask(writer, "SELECT pg_reload_conf()").await?;
        Ok(())
    }

    /// Waits until `to` has replayed what `from` has committed.
    async fn synchronize(&self, from: &Region, to: &Region) -> Result<(), DatabaseError> {
        // A transaction that began before may still write: it gets a moment, then ends.
        let writing =
            "FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()";
        let until = Instant::now() + Duration::from_secs(1);
        while Instant::now() < until
            && !self
                .ask(from, &format!("SELECT 1 {writing}"))
                .await?
                .is_empty()
        {
            sleep(PAUSE).await;
        }
        self.ask(from, &format!("SELECT pg_terminate_backend(pid) {writing}"))
            .await?;
        let end = self.ask(from, "SELECT pg_current_wal_lsn()").await?;
        let end = end
            .into_iter()
            .flatten()
            .flatten()
            .next()
            .unwrap_or_default();
        let replayed = format!("SELECT pg_last_wal_replay_lsn() >= '{end}'::pg_lsn");
        self.until(
            to,
            "replay what the writer has committed",
            PATIENCE,
            &replayed,
        )
        .await
    }

    /// Makes `to` the writer, and everybody else's source.
    async fn promote(&self, to: &Region) -> Result<(), DatabaseError> {
        let at = Instant::now();
        self.ask(to, "SELECT pg_promote(true, 30)").await?;
        self.until(
            to,
            "take writes",
            PATIENCE,
            "SELECT NOT pg_is_in_recovery()",
        )
        .await?;
        self.make_slots(to).await?;
        self.set_writer(to);
        tracing::debug!(%to, took = ?at.elapsed(), "promoted");
        Ok(())
    }

    /// The slots that keep what the others have not got yet.
    pub(super) async fn make_slots(&self, writer: &Region) -> Result<(), DatabaseError> {
        for region in self.members.keys().filter(|region| *region != writer) {
            let name = slot(region);
            let missing = format!(
                "SELECT pg_create_physical_replication_slot('{name}') WHERE NOT EXISTS \
                 (SELECT 1 FROM pg_replication_slots WHERE slot_name = '{name}')"
            );
            self.ask(writer, &missing).await?;
        }
        Ok(())
    }

    /// Waits until all who can follow the writer do.
    async fn follow_all(&self) -> Result<(), DatabaseError> {
        let writer = self.writer();
        for (region, member) in &self.members {
            let apart = member.is_dark() || member.is_stale() || self.links.is_cut(region, &writer);
            if *region != writer && !apart {
                self.follow(region).await?;
            }
        }
        Ok(())
    }

    /// Lets a Region's database follow the writer: with its own files, unless they hold what the writer never got.
    pub(super) async fn follow(&self, region: &Region) -> Result<(), DatabaseError> {
        if self.is_ahead(region).await? || self.follows(region, FOLLOWS).await.is_err() {
            self.rebuild(region).await?;
        }
        Ok(())
    }

    /// Whether a replica has more than the writer had when it was promoted: then its history is another one now.
    async fn is_ahead(&self, region: &Region) -> Result<bool, DatabaseError> {
        let writer = self.writer();
        let histories = self.ask(&writer, HISTORIES).await?;
        // Each line but the last is of a promotion before: timeline, where it ended, why.
        let history = histories.iter().flatten().flatten().next();
        let last =
            history.and_then(|history| history.lines().rfind(|line| !line.trim().is_empty()));
        let Some(fork) = last.and_then(|line| line.split_whitespace().nth(1)) else {
            return Ok(false); // nobody was ever promoted
        };
        let ahead = format!(
            "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) > '{fork}'::pg_lsn"
        );
        let rows = self.ask(region, &ahead).await?;
        Ok(rows.iter().flatten().flatten().any(|value| value == "t"))
    }

    /// Waits until a Region's database streams from the writer.
    pub(super) async fn follows(
        &self,
        region: &Region,
        patience: Duration,
    ) -> Result<(), DatabaseError> {
        let streams = format!(
            "SELECT count(*) > 0 FROM pg_stat_replication WHERE application_name = '{region}' AND state = 'streaming'"
        );
        self.until(&self.writer(), "stream to a replica", patience, &streams)
            .await
    }

    /// Replaces a Region's files by the writer's and lets it follow.
    pub(super) async fn rebuild(&self, region: &Region) -> Result<(), DatabaseError> {
        let member = self.member(region)?;
        {
            let mut server = member.server.lock().await;
            server.base_backup().await?;
            server.forget_settings()?;
            server.follow(true)?;
            server.start().await?;
        }
        member.set_stale(false);
        self.follows(region, PATIENCE).await
    }

    /// Asks until the answer is true.
    async fn until(
        &self,
        region: &Region,
        what: &'static str,
        patience: Duration,
        sql: &str,
    ) -> Result<(), DatabaseError> {
        let deadline = Instant::now() + patience;
        let mut session = self.session(region).await?;
        while Instant::now() < deadline {
            let rows = session.ask(sql).await.map_err(DatabaseError::sql(region))?;
            if rows.first().and_then(|row| row.first()?.as_deref()) == Some("t") {
                return Ok(());
            }
            sleep(PAUSE).await;
        }
        Err(DatabaseError::Late {
            region: region.clone(),
            what,
            seconds: patience.as_secs(),
        })
    }
}

impl Server {
    /// What `ALTER SYSTEM` set.
    fn forget_settings(&self) -> Result<(), DatabaseError> {
        let emptied = std::fs::write(self.data().join("postgresql.auto.conf"), "");
        emptied.map_err(DatabaseError::io(
            "the lab cannot reset the settings of a database",
        ))
    }
}
