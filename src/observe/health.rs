//! AWS's own trouble, asked of AWS Health beside the history: no part of the picture.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::history::Answered;
use super::limiter::{Limiter, Limiters};
use gwctl_aws::{AwsError, Health, Session};
use gwctl_fleet::{
    Account, AskedSource, Clock, FleetSpec, HealthEvent, Missing, NO_ENDPOINT, NO_PLAN, Partition,
    Region, Source,
};

/// Calls a second to one endpoint: AWS publishes no rate.
const PER_SECOND: f64 = 1.0;
/// Most pages of a hundred events that are read of one endpoint.
const PAGES: usize = 5;
/// Events whose words are read, the newest ones.
const WORDED: usize = 10;
/// The two endpoints (aws-facts §14.5). Which of them is the active one only a DNS record tells, which is no use where
/// DNS is the trouble or a proxy resolves names: both are asked, and of one event the newer news counts.
const ENDPOINTS: [&str; 2] = ["us-east-1", "us-east-2"];
/// An event that is not over is told again within so long: an older one is of no use.
const TOLD: SignedDuration = SignedDuration::from_hours(24);

/// Asks AWS Health. Keep one as long as you ask: it keeps the rate, and what AWS does not offer it asks once.
#[derive(Debug)]
pub(super) struct HealthAsker {
    clock: Arc<dyn Clock>,
    limiters: Limiters<Region>,
    no_plan: AtomicBool,
}

/// What one endpoint told.
struct Told {
    events: Vec<HealthEvent>,
    unreadable: usize,
    /// Whether there is more that was not read.
    cut: bool,
    failed: Option<AwsError>,
}

impl HealthAsker {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            limiters: Limiters::new(clock.clone()),
            clock,
            no_plan: AtomicBool::new(false),
        }
    }

    /// The events of the fleet's services in its Regions that AWS told of in the last `since`, or in the last day.
    pub(super) async fn ask(
        &self,
        session: &Session,
        spec: &FleetSpec,
        since: SignedDuration,
    ) -> Answered {
        let at = self.clock.now();
        if spec.partition() != Partition::Aws {
            return unanswered(at, Some(could_not(NO_ENDPOINT)));
        }
        if self.no_plan.load(Ordering::Relaxed) {
            return unanswered(at, Some(could_not(NO_PLAN)));
        }
        let session = session.in_account_of(&Account::Workload);
        let since = at - since.max(TOLD);
        let regions: BTreeSet<Region> = spec.sites.iter().map(|site| site.region.clone()).collect();
        let regions: Vec<Region> = regions.into_iter().chain([spec.home()]).collect();
        let endpoints: Vec<Region> = ENDPOINTS
            .into_iter()
            .filter_map(|name| Region::new(name).ok())
            .collect();
        let each = endpoints.iter().map(|endpoint| {
            Box::pin(async {
                let limiter = self.limiters.at(endpoint.clone(), 2.0, PER_SECOND);
                let health = session.health(endpoint);
                told(&health, &limiter, &regions, since).await
            })
        });
        let all = join_all(each).await;
        let refused = |one: &Told| {
            one.failed
                .as_ref()
                .is_some_and(AwsError::needs_support_plan)
        };
        if all.iter().any(refused) {
            self.no_plan.store(true, Ordering::Relaxed);
            return unanswered(at, Some(could_not(NO_PLAN)));
        }
        let (mut answered, mut events) = merged(at, all);
        events.retain(|event| event.is_of(spec));
        if let Some(endpoint) = endpoints.first().filter(|_| !events.is_empty()) {
            // The other one may be what answers.
            let first = self.words(&session, endpoint, &mut events).await;
            if first.is_err()
                && let Some(other) = endpoints.get(1)
                && let Err(error) = self.words(&session, other, &mut events).await
            {
                answered.asked.missing = Some(Missing::from(error));
            }
        }
        answered.events = events.into_iter().map(|event| event.event(spec)).collect();
        answered
    }

    /// With AWS's words on the newest of `events`.
    async fn words(
        &self,
        session: &Session,
        endpoint: &Region,
        events: &mut [HealthEvent],
    ) -> Result<(), AwsError> {
        let newest = events.iter().take(WORDED);
        let arns: Vec<String> = newest.map(|event| event.arn.clone()).collect();
        self.limiters
            .at(endpoint.clone(), 2.0, PER_SECOND)
            .turn()
            .await;
        let mut words = session.health(endpoint).words(&arns).await?;
        for event in events {
            event.words = words.remove(&event.arn).unwrap_or_default();
        }
        Ok(())
    }
}

/// What one endpoint tells, as far as it could be read.
async fn told(health: &Health, limiter: &Limiter, regions: &[Region], since: Timestamp) -> Told {
    let mut told = Told {
        events: Vec::new(),
        unreadable: 0,
        cut: false,
        failed: None,
    };
    let mut next: Option<String> = None;
    for _ in 0..PAGES {
        limiter.turn().await;
        match health.events(regions, since, next.as_deref()).await {
            Ok(page) => {
                told.unreadable += page.unreadable;
                told.events.extend(page.events);
                next = page.next;
            }
            Err(error) => {
                told.failed = Some(error);
                return told;
            }
        }
        if next.is_none() {
            return told;
        }
    }
    told.cut = true;
    told
}

/// Of both endpoints, last told first: each event as it was told last.
fn merged(at: Timestamp, all: Vec<Told>) -> (Answered, Vec<HealthEvent>) {
    let mut answered = unanswered(at, None);
    answered.asked.unreadable = all.iter().map(|one| one.unreadable).max().unwrap_or(0);
    let mut newest: BTreeMap<String, HealthEvent> = BTreeMap::new();
    for one in all {
        let oldest = one.events.iter().filter_map(|event| event.updated).min();
        if one.cut || (one.failed.is_some() && !one.events.is_empty()) {
            answered.asked.read_from = answered.asked.read_from.max(Some(oldest.unwrap_or(at)));
        }
        if let Some(error) = one.failed {
            answered.asked.missing = Some(Missing::from(error));
        }
        for event in one.events {
            let known = newest.get(&event.arn);
            if known.is_none_or(|known| known.updated < event.updated) {
                newest.insert(event.arn.clone(), event);
            }
        }
    }
    let mut events: Vec<HealthEvent> = newest.into_values().collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.updated));
    (answered, events)
}

fn could_not(why: &str) -> Missing {
    Missing::CouldNotAsk { why: why.into() }
}

fn unanswered(at: Timestamp, missing: Option<Missing>) -> Answered {
    Answered {
        asked: AskedSource {
            source: Source {
                api: "health:DescribeEvents",
                region: None,
            },
            account: None,
            at,
            missing,
            complete_to: None,
            read_from: None,
            unreadable: 0,
        },
        records: Vec::new(),
        events: Vec::new(),
    }
}
