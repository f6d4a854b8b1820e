//! What some questions need of others' answers: told as soon as it is known, to whoever waits.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

use super::lever::Lever;
use gwctl_fleet::{ApiDetail, Region, Switch, Topology};

/// Something to be looked up before other questions can be asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Lookup<T> {
    /// Not answered yet.
    #[default]
    Pending,
    /// Asked, and never answered so far.
    Failed,
    /// The newest answer.
    Found(T),
}

impl<T> Lookup<T> {
    pub(super) fn found(&self) -> Option<&T> {
        match self {
            Self::Found(value) => Some(value),
            Self::Pending | Self::Failed => None,
        }
    }
}

/// One slot of the shared facts.
#[derive(Debug)]
pub(super) struct Slot<T>(watch::Sender<Lookup<T>>);

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self(watch::Sender::new(Lookup::Pending))
    }
}

impl<T: Clone + PartialEq> Slot<T> {
    pub(super) fn get(&self) -> Option<T> {
        self.0.borrow().found().cloned()
    }

    /// Waits until it was answered, or failed, for the first time.
    pub(super) async fn settled(&self) -> Option<T> {
        let mut slot = self.0.subscribe();
        // The sender lives as long as `self`: it cannot have gone away.
        let settled = slot
            .wait_for(|lookup| !matches!(lookup, Lookup::Pending))
            .await;
        settled.ok().and_then(|lookup| lookup.found().cloned())
    }

    /// True when this is news.
    fn tell(&self, answer: Option<T>) -> bool {
        self.0.send_if_modified(|slot| {
            let next = match (answer, &*slot) {
                (Some(value), _) => Lookup::Found(value),
                (None, Lookup::Pending) => Lookup::Failed,
                // What was once found is worth more than a failure to ask again.
                (None, _) => return false,
            };
            let news = next != *slot;
            *slot = next;
            news
        })
    }
}

/// The shared facts of one fleet.
#[derive(Debug, Default)]
pub(super) struct SharedFacts {
    /// Members and roles of the global database.
    pub(super) topology: Slot<Topology>,
    topology_failures: AtomicUsize,
    /// Regions whose member has instances of Serverless v2: no other has a capacity to ask for.
    serverless: Mutex<BTreeSet<Region>>,
    /// What each site's API is, by Region.
    pub(super) apis: BTreeMap<Region, Slot<ApiDetail>>,
    /// Health checks to ask the status of; true for those that checkers vote on.
    pub(super) checks: Slot<Vec<(String, bool)>>,
    /// The alarms that switch Regions off, once the checks of the latency set are known.
    pub(super) levers: Slot<Vec<Lever>>,
    /// Those alarms as switches, by the site's Region, each with its check's id.
    pub(super) alarms: BTreeMap<Region, Slot<Vec<(String, Switch)>>>,
    /// The type of the latency set's records: `CNAME`, `A` …
    pub(super) record_kind: Slot<String>,
    /// How CloudFront spells the limit-exceeded metric; none when it has no points.
    pub(super) limit_metric: Slot<Option<String>>,
    /// Of the distribution: ARN of its certificate, and of its router function.
    pub(super) distribution: Slot<(Option<String>, Option<String>)>,
    news: watch::Sender<()>,
}

impl SharedFacts {
    pub(super) fn new(regions: impl Iterator<Item = Region>) -> Self {
        let regions: Vec<Region> = regions.collect();
        let each = || regions.iter().cloned();
        Self {
            apis: each().map(|region| (region, Slot::default())).collect(),
            alarms: each().map(|region| (region, Slot::default())).collect(),
            ..Self::default()
        }
    }

    /// Wakes on everything new.
    pub(super) fn news(&self) -> watch::Receiver<()> {
        self.news.subscribe()
    }

    pub(super) fn tell<T: Clone + PartialEq>(&self, slot: &Slot<T>, answer: Option<T>) {
        if slot.tell(answer) {
            self.news.send_replace(());
        }
    }

    /// Whether the member in `region` has instances of Serverless v2.
    pub(super) fn tell_serverless(&self, region: &Region, scales: bool) {
        let mut all = self
            .serverless
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let news = if scales {
            all.insert(region.clone())
        } else {
            all.remove(region)
        };
        drop(all);
        if news {
            self.news.send_replace(());
        }
    }

    pub(super) fn is_serverless(&self, region: &Region) -> bool {
        let all = self.serverless.lock();
        all.unwrap_or_else(PoisonError::into_inner).contains(region)
    }

    /// One of `askers` Regions answered or failed; only when all have failed is nothing known.
    pub(super) fn tell_topology(&self, answer: Option<Topology>, askers: usize) {
        if answer.is_some() {
            self.tell(&self.topology, answer);
        } else if self.topology_failures.fetch_add(1, Ordering::Relaxed) + 1 >= askers {
            self.tell(&self.topology, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_failure_settles_but_never_wipes_what_was_found() {
        let slot: Slot<u8> = Slot::default();
        assert!(slot.tell(None));
        assert_eq!(slot.settled().await, None);
        assert!(slot.tell(Some(7)));
        assert!(!slot.tell(Some(7)), "the same again is no news");
        assert!(!slot.tell(None));
        assert_eq!(slot.settled().await, Some(7));
    }
}
