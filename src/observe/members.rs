//! Members of the global database in Regions where the fleet has no site: watched all the same.

use std::collections::BTreeSet;

use tokio::task::JoinSet;

use super::poller::Askers;
use super::{metrics, region};
use gwctl_fleet::Region;

/// Starts askers for members in Regions other than those `watched` already, as they turn up.
pub(super) fn watch(askers: &mut Askers, mut watched: BTreeSet<Region>) {
    let poller = askers.poller.clone();
    for site in &poller.spec.sites {
        region::watch_member(askers, &site.region);
    }
    let members: BTreeSet<Region> = poller
        .spec
        .sites
        .iter()
        .map(|site| site.region.clone())
        .collect();
    askers.tasks.spawn(async move {
        let mut later = Askers {
            poller: poller.clone(),
            questions: None,
            tasks: JoinSet::new(),
        };
        let mut asked = members;
        let mut news = poller.shared_facts.news();
        loop {
            for member in poller
                .shared_facts
                .topology
                .get()
                .into_iter()
                .flat_map(|topology| topology.members)
            {
                if asked.insert(member.region.clone()) {
                    region::watch_member(&mut later, &member.region);
                }
                if watched.insert(member.region.clone()) {
                    metrics::watch(&mut later, &member.region);
                }
            }
            if news.changed().await.is_err() {
                return;
            }
        }
    });
}
