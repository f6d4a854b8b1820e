//! What happened lately, asked of every Region and account side by side, within each API's rate. Asked only when
//! somebody wants to know: it is no part of the picture.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::{join, join_all, join3};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::health::HealthAsker;
use super::limiter::{Limiter, Limiters};
use gwctl_aws::{AwsError, EVENTS_KEPT, Session};
use gwctl_fleet::{
    Account, AlarmTurn, AskedSource, Clock, Event, EventKind, EventLog, FleetNames, FleetSpec,
    LATENESS, Missing, Region, Snapshot, Source, Trail, TrailRecord,
};

/// `LookupEvents` may be called twice a second in each account and Region (aws-facts §14.2).
const PER_SECOND: f64 = 2.0;
/// Most pages that are read of one Region: ten seconds' worth. What is older is told as not read.
const PAGES: usize = 20;

/// Asks for what happened. Keep one as long as you ask: it keeps the rate.
#[derive(Debug)]
pub struct History {
    clock: Arc<dyn Clock>,
    limiters: Limiters<Place>,
    health: HealthAsker,
}

/// An account in a Region.
type Place = (Region, Option<Account>);

/// What one source answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    pub asked: AskedSource,
    pub records: Vec<TrailRecord>,
    /// What is no call's record.
    pub events: Vec<Event>,
}

/// What happened, and how far that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    pub from: Timestamp,
    pub to: Timestamp,
    pub log: EventLog,
    /// Every source that was asked.
    pub asked: Vec<AskedSource>,
}

impl Happened {
    /// One list of all answers and of what the picture of the fleet called `fleet` saw.
    pub fn of(
        (fleet, spec): (&str, &FleetSpec),
        (from, to): (Timestamp, Timestamp),
        answers: Vec<Answered>,
        picture: &Snapshot,
    ) -> Self {
        let names = FleetNames::of(fleet, spec).and_seen(picture);
        let (mut asked, mut records, mut events) = (Vec::new(), Vec::new(), Vec::new());
        for answer in answers {
            asked.push(answer.asked);
            records.extend(answer.records);
            events.extend(answer.events);
        }
        // RDS tells of all clusters in a Region.
        let is_ours = |event: &Event| event.about.iter().any(|name| names.has(name));
        events.retain(|event| event.kind != EventKind::Database || is_ours(event));
        Self {
            from,
            to,
            log: EventLog::of(from, &records, &names, events, &picture.changes),
            asked,
        }
    }

    /// To reason from.
    pub fn trail(&self) -> Trail<'_> {
        Trail {
            events: &self.log.events,
            from: self.from,
            asked: &self.asked,
        }
    }

    /// What could not be asked, or not to its end, a sentence each.
    pub fn gaps(&self) -> Vec<String> {
        let of = |one: &AskedSource| {
            let name = one.name();
            let gaps = one.gaps().into_iter();
            gaps.map(|gap| format!("{name}: {gap}")).collect::<Vec<_>>()
        };
        let asked = self.asked.iter().filter(|one| !one.is_not_offered());
        asked.flat_map(of).collect()
    }

    /// What AWS does not offer to this account, a sentence each: nobody can ask it.
    pub fn not_offered(&self) -> Vec<String> {
        let all = self.asked.iter().filter(|one| one.is_not_offered());
        all.flat_map(AskedSource::gaps).collect()
    }

    /// How late the sources are, a sentence each kind.
    pub fn lateness(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for one in &self.asked {
            let late = one
                .lateness()
                .map(|late| format!("{} {late}", one.service()));
            all.extend(late.filter(|late| !all.contains(late)));
        }
        all
    }
}

fn asked(api: &'static str, region: &Region, at: Timestamp) -> AskedSource {
    AskedSource {
        source: Source {
            api,
            region: Some(region.clone()),
        },
        account: None,
        at,
        missing: None,
        complete_to: None,
        read_from: None,
        unreadable: 0,
    }
}

impl History {
    /// Nothing has been asked yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            limiters: Limiters::new(clock.clone()),
            health: HealthAsker::new(clock.clone()),
            clock,
        }
    }

    /// What happened in the last `since` by `CloudTrail`, the history of alarms and RDS, of every account in every Region
    /// of the fleet, and by AWS Health: side by side, so that the slowest alone says how long it takes.
    pub async fn ask(
        &self,
        session: &Session,
        spec: &FleetSpec,
        since: SignedDuration,
    ) -> Vec<Answered> {
        let places = places(spec);
        let each = places.iter().map(|(region, account)| {
            Box::pin(async move {
                let session = session.in_account(account.clone());
                let place = (region.clone(), spec.accounts.holder(account, region));
                let limiter = self.limiters.at(place, PER_SECOND, PER_SECOND);
                let trail = Box::pin(self.trail(&session, region, &limiter, since));
                let alarms = Box::pin(self.alarms(&session, region, since));
                let (mut trail, mut alarms) = join(trail, alarms).await;
                if !spec.accounts.is_one() {
                    trail.asked.account = Some(account.clone());
                    alarms.asked.account = Some(account.clone());
                }
                [trail, alarms]
            })
        });
        let trails = async { join_all(each).await.into_iter().flatten() };
        let regions: BTreeSet<&Region> = places.iter().map(|(region, _)| region).collect();
        let asked = regions.into_iter().filter(|_| spec.has_database());
        let databases = asked.map(|region| Box::pin(self.database(session, region, since)));
        let health = Box::pin(self.health.ask(session, spec, since));
        let (trails, databases, health) =
            join3(Box::pin(trails), join_all(databases), health).await;
        trails.chain(databases).chain([health]).collect()
    }

    /// The events of RDS. The picture has those of an hour alone.
    async fn database(
        &self,
        session: &Session,
        region: &Region,
        since: SignedDuration,
    ) -> Answered {
        let at = self.clock.now();
        let mut answered = Answered {
            asked: asked("rds:DescribeEvents", region, at),
            records: Vec::new(),
            events: Vec::new(),
        };
        let minutes = i32::try_from(since.as_mins()).unwrap_or(i32::MAX);
        match session.rds(region).all_events(minutes).await {
            Ok(events) => answered.events.extend(events.into_iter().map(Event::from)),
            Err(error) => answered.asked.missing = Some(Missing::from(error)),
        }
        if minutes > EVENTS_KEPT && answered.asked.missing.is_none() {
            let kept = SignedDuration::from_mins(i64::from(EVENTS_KEPT));
            answered.asked.read_from = Some(at - kept);
        }
        answered
    }

    async fn alarms(&self, session: &Session, region: &Region, since: SignedDuration) -> Answered {
        let at = self.clock.now();
        let mut answered = Answered {
            asked: asked("cloudwatch:DescribeAlarmHistory", region, at),
            records: Vec::new(),
            events: Vec::new(),
        };
        match session
            .cloudwatch(region)
            .alarm_turns((at - since, at))
            .await
        {
            Ok(turns) => answered
                .events
                .extend(turns.into_iter().map(AlarmTurn::event)),
            Err(error) => answered.asked.missing = Some(Missing::from(error)),
        }
        answered
    }

    async fn trail(
        &self,
        session: &Session,
        region: &Region,
        limiter: &Limiter,
        since: SignedDuration,
    ) -> Answered {
        let at = self.clock.now();
        let trail = session.cloudtrail(region);
        let mut answered = Answered {
            asked: AskedSource {
                complete_to: Some(at - LATENESS),
                ..asked("cloudtrail:LookupEvents", region, at)
            },
            records: Vec::new(),
            events: Vec::new(),
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
