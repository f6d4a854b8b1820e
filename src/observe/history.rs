//! What happened lately, asked of every Region and account side by side, within each API's rate. Asked only when
//! somebody wants to know: it is no part of the picture.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::limiter::Limiter;
use gwctl_aws::{AwsError, Session};
use gwctl_fleet::{
    Account, AskedSource, Clock, FleetSpec, LATENESS, Missing, Region, Source, TrailRecord,
};

/// `LookupEvents` may be called twice a second in each account and Region (aws-facts §14.2).
const PER_SECOND: f64 = 2.0;
/// Most pages that are read of one Region: ten seconds' worth. What is older is told as not read.
const PAGES: usize = 20;

/// Asks for what happened. Keep one as long as you ask: it keeps the rate.
#[derive(Debug)]
pub struct History {
    clock: Arc<dyn Clock>,
    limiters: Mutex<BTreeMap<Place, Arc<Limiter>>>,
}

/// An account in a Region.
type Place = (Region, Option<Account>);

/// What one source answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub asked: AskedSource,
    pub records: Vec<TrailRecord>,
}

impl History {
    /// Nothing has been asked yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            limiters: Mutex::default(),
        }
    }

    /// What `CloudTrail` recorded in the last `since`, of every account in every Region of the fleet: side by side, so
    /// that the slowest alone says how long it takes.
    pub async fn ask(
        &self,
        session: &Session,
        spec: &FleetSpec,
        since: SignedDuration,
    ) -> Vec<Answered> {
        let places = places(spec);
        let each = places
            .iter()
            .map(|(region, account)| Box::pin(self.place(session, spec, region, account, since)));
        join_all(each).await
    }

    async fn place(
        &self,
        session: &Session,
        spec: &FleetSpec,
        region: &Region,
        account: &Account,
        since: SignedDuration,
    ) -> Answered {
        let at = self.clock.now();
        let trail = session.in_account(account.clone()).cloudtrail(region);
        let limiter = self.limiter((region.clone(), spec.accounts.holder(account, region)));
        let mut answered = Answered {
            asked: AskedSource {
                source: Source {
                    api: "cloudtrail:LookupEvents",
                    region: Some(region.clone()),
                },
                account: (!spec.accounts.is_one()).then(|| account.clone()),
                at,
                missing: None,
                complete_to: Some(at - LATENESS),
                read_from: None,
                unreadable: 0,
            },
            records: Vec::new(),
        };
        let mut next = None;
        for _ in 0..PAGES {
            limiter.turn().await;
            match trail.changes((at - since, at), next.as_deref()).await {
                Ok(page) => {
                    answered.asked.unreadable += page.unreadable;
                    answered.records.extend(page.records);
                    next = page.next;
                }
                Err(error) => {
                    answered.failed(error);
                    return answered;
                }
            }
            if next.is_none() {
                return answered;
            }
        }
        answered.cut_at_oldest();
        answered
    }

    fn limiter(&self, place: Place) -> Arc<Limiter> {
        let mut limiters = self.limiters.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(Limiter::new(self.clock.clone(), PER_SECOND, PER_SECOND));
        limiters.entry(place).or_insert_with(new).clone()
    }
}

impl Answered {
    /// What was read before stays: newest comes first, so it is what is most wanted.
    fn failed(&mut self, error: AwsError) {
        if !self.records.is_empty() {
            self.cut_at_oldest();
        }
        self.asked.missing = Some(Missing::from(error));
        self.asked.complete_to = self.asked.read_from.and(self.asked.complete_to);
    }

    /// There is more, before the oldest that was read; before now where none was.
    fn cut_at_oldest(&mut self) {
        let oldest: Option<Timestamp> = self.records.iter().map(|record| record.at).min();
        self.asked.read_from = Some(oldest.unwrap_or(self.asked.at));
    }
}

/// Where the records of a fleet's changes are: its Regions, those of its switches, and that of the global services
/// (aws-facts §14.2); in each, every account that holds something of the fleet.
fn places(spec: &FleetSpec) -> Vec<(Region, Account)> {
    let sites = spec.sites.iter();
    let switches = spec.sites.iter().filter_map(|site| site.switch.as_ref());
    let regions: BTreeSet<Region> = sites
        .map(|site| site.region.clone())
        .chain(switches.map(|switch| switch.region.clone()))
        .chain([spec.home()])
        .collect();
    let accounts = |region: Region| {
        let accounts = spec.accounts.distinct(&region);
        accounts
            .into_iter()
            .map(move |account| (region.clone(), account))
    };
    regions.into_iter().flat_map(accounts).collect()
}
