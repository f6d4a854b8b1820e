//! How far every replica is behind. The writer writes a mark into its log several times a second, so that there is
//! something to be behind of also when nobody orders anything, as Aurora's own heartbeat does.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use gwctl_fleet::Region;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::sql::{Rows, Session};
use super::{Member, Shared};

const PERIOD: Duration = Duration::from_millis(250);
/// The longest that one database keeps the others waiting.
const PATIENCE: Duration = Duration::from_secs(2);

/// A transaction without a table: only its commit's time matters.
const BEAT: &str = "SELECT pg_logical_emit_message(true, 'gwctl lab', '')";
/// Of each replica, how far it is behind, in seconds. One whose last word is older than a second is left out: what it
/// said then is no lag of now. PostgreSQL gives NULL where there was nothing to be behind of: then the positions decide.
const BEHIND: &str = "\
SELECT application_name, coalesce(extract(epoch FROM replay_lag), \
CASE WHEN replay_lsn >= pg_current_wal_lsn() THEN 0 END) \
FROM pg_stat_replication WHERE state = 'streaming' AND reply_time > clock_timestamp() - interval '1 second'";
/// The age of the last transaction that a replica has.
const AGE: &str = "SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())";

pub(super) fn begin(shared: &Arc<Shared>, tasks: &CancellationToken) {
    let (shared, tasks) = (Arc::downgrade(shared), tasks.clone());
    tokio::spawn(async move {
        let mut ticks = interval(PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut sessions = BTreeMap::new();
        loop {
            tokio::select! {
                _ = ticks.tick() => {}
                () = tasks.cancelled() => return,
            }
            let Some(shared) = shared.upgrade() else {
                return;
            };
            beat(&shared, &mut sessions).await;
        }
    });
}

async fn beat(shared: &Shared, sessions: &mut BTreeMap<Region, Session>) {
    let writer = shared.writer();
    ask(shared, &writer, sessions, BEAT).await;
    let told = ask(shared, &writer, sessions, BEHIND)
        .await
        .unwrap_or_default();
    let mut lags: BTreeMap<_, _> = told.iter().filter_map(|row| read(row)).collect();
    for (region, member) in &shared.members {
        let lag = if *region == writer {
            None
        } else if let Some(lag) = lags.remove(region.as_str()) {
            Some(lag)
        } else {
            let age = ask(shared, region, sessions, AGE).await.unwrap_or_default();
            age.first()
                .and_then(|row| seconds(row.first()?.as_deref()?))
        };
        keep(member, lag);
    }
}

fn keep(member: &Member, lag: Option<Duration>) {
    *member.lag.lock().unwrap_or_else(PoisonError::into_inner) = lag;
}

fn read(row: &[Option<String>]) -> Option<(String, Duration)> {
    Some((row.first()?.clone()?, seconds(row.get(1)?.as_deref()?)?))
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse::<f64>().ok()?.max(0.0)).ok()
}

/// Asks in the Region's own session, kept from beat to beat.
async fn ask(
    shared: &Shared,
    region: &Region,
    sessions: &mut BTreeMap<Region, Session>,
    sql: &str,
) -> Option<Rows> {
    let asked = async {
        let mut session = match sessions.remove(region) {
            Some(session) => session,
            None => shared.session(region).await.ok()?,
        };
        let rows = session.ask(sql).await.ok()?;
        sessions.insert(region.clone(), session);
        Some(rows)
    };
    timeout(PATIENCE, asked).await.ok()?
}
