//! Looks at the fleets that are not on screen, for as long as the Fleets screen is open.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, spawn_blocking};

use crate::app::{Acting, FleetsNews, Listed, Msg};
use crate::{Fleets, Opened, Opening};
use gwctl_actions::Folder;
use gwctl_fleet::{Clock, Snapshot};
use gwctl_observe::expected_dollars_per_hour;

/// How often the journals are read.
const JOURNALS: Duration = Duration::from_secs(2);
/// How often the table of the team is asked, where a fleet has one.
const TEAM: Duration = Duration::from_secs(5);
/// Of one fleet no more than one picture in this time is handed on.
const PICTURE: Duration = Duration::from_secs(1);

/// Looks until it is dropped.
pub(super) struct FleetsLook {
    _tasks: JoinSet<()>,
}

/// The fleets there are, with what looking at each is expected to cost.
pub(super) fn listed(fleets: &dyn Fleets, clock: &dyn Clock) -> Vec<Listed> {
    let now = clock.now();
    let one = |name: String| {
        let spec = fleets.spec(&name)?;
        Some(Listed {
            blank: Arc::new(Snapshot::blank(&name, &spec, now)),
            dollars_per_hour: expected_dollars_per_hour(&spec),
        })
    };
    fleets.names().into_iter().filter_map(one).collect()
}

impl FleetsLook {
    /// Begins to look at all `fleets` but `shown`, which the console watches itself. `tell` answers whether anybody
    /// still listens.
    pub fn begin(
        fleets: &dyn Fleets,
        shown: &str,
        folder: &Folder,
        tell: impl Fn(Msg) -> bool + Clone + Send + Sync + 'static,
    ) -> Self {
        let mut tasks = JoinSet::new();
        let others = fleets.names().into_iter().filter(|name| name != shown);
        for name in others {
            tasks.spawn(look(fleets.look(&name), folder.clone(), tell.clone()));
        }
        tasks.spawn(read_journals(folder.clone(), tell));
        Self { _tasks: tasks }
    }
}

/// Hands on the pictures of one fleet.
async fn look(opening: Opening, folder: Folder, tell: impl Fn(Msg) -> bool + Send + Sync) {
    let Opened {
        observer,
        run_context,
    } = opening.await;
    let mut pictures = observer.watch();
    let team = async {
        if run_context.spec.shared.is_none() {
            return std::future::pending().await;
        }
        loop {
            // What the table does not answer is not known: what this machine keeps is shown all the same.
            drop(folder.bring_team(&run_context).await);
            tokio::time::sleep(TEAM).await;
        }
    };
    let pictures = async {
        loop {
            let picture = Arc::clone(&pictures.borrow_and_update());
            let seen = Msg::Fleets(FleetsNews::Seen(picture));
            if !tell(seen) || pictures.changed().await.is_err() {
                return;
            }
            tokio::time::sleep(PICTURE).await;
        }
    };
    tokio::select! {
        () = pictures => {}
        () = team => {}
    }
}

/// Tells who acts on which fleet.
async fn read_journals(folder: Folder, tell: impl Fn(Msg) -> bool + Send + Sync) {
    loop {
        let folder = folder.clone();
        let read = spawn_blocking(move || {
            let open = folder.open().into_iter();
            let acting = open.map(|run| {
                let holder = folder.holder(&run.id);
                Acting::of(&run, holder.map(|holder| (holder.operator, holder.host)))
            });
            let acting = acting.collect();
            FleetsNews::Acting(acting, folder.unreadable())
        });
        let Ok(news) = read.await else { return };
        if !tell(Msg::Fleets(news)) {
            return;
        }
        tokio::time::sleep(JOURNALS).await;
    }
}
