//! Keeps the picture fresh: what to ask, when, of whom; turns answers into one `Snapshot`.
//!
//! Every question is a task of its own (`poller`) that asks, hands its answer to the one task that
//! owns the picture (`fold`), and waits until it is due again (`schedule`). What one question
//! needs of another's answer it takes from the `shared_facts` as soon as it is there; so a Region that
//! never answers delays nothing but itself.

mod accounts;
mod any_region;
mod changes;
mod common;
mod cost;
mod credentials;
pub mod discover;
pub mod drift;
mod edge;
mod fold;
mod gathered;
mod health;
mod heard;
mod history;
mod inquiry;
mod lever;
mod limiter;
pub mod logs;
mod members;
mod metrics;
mod network;
mod network_error;
mod past;
mod permissions;
mod picture;
mod poller;
mod probe;
mod proxy_error;
mod questions;
mod read_permissions;
mod region;
mod region_switch;
mod response;
mod schedule;
mod shared_facts;
mod switches;
mod turns;
mod vantage;
mod votes;
pub mod wiring;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use common::Seat;
use gwctl_aws::Session;
use gwctl_fleet::{
    Clock, FleetSpec, Missing, Observed, Pace, Position, Region, Snapshot, Switch, Vote,
};
use picture::Picture;
use poller::{Askers, Poller};
use shared_facts::SharedFacts;

pub use accounts::identity;
pub use common::{Common, Together};
pub use cost::expected_dollars_per_hour;
pub use credentials::give_mfa_code;
pub use heard::{cost_of, most_dollars};
pub use history::{Answered, Happened, History};
pub use inquiry::{Errors, Findings, Inquirer, Inquiry};
pub use network::NetworkProber;
pub use network_error::NetworkError;
pub use past::{Past, PastOf, PastQuestion};
pub use permissions::asked_about;
pub use probe::{Answerer, NoProbe, Prober, Resolved};
pub use proxy_error::ProxyError;
pub use read_permissions::{Asker, READ_PERMISSIONS, ReadPermission, read_permissions_of};
pub use vantage::{VANTAGE_BITS, VANTAGES, VantagePoint};

/// How long a plan waits for IAM when everything else is known, on the wall.
const IAM_BEHIND: Duration = Duration::from_secs(3);

/// How often things are asked for (fleet time).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Refresh {
    /// The pace to start with.
    pub pace: Pace,
    /// How far back the first question for metrics reaches.
    pub history: Duration,
    /// Whether IAM is asked what the credentials may change: for whoever plans a change.
    pub permissions: bool,
    /// Whether the public endpoints are probed.
    pub probes: bool,
    /// Whether Route 53 is asked what it would answer in other parts of the world.
    pub vantages: bool,
    /// How long answers are gathered into one picture at the calm pace, at most.
    pub gather: Duration,
}

impl Default for Refresh {
    fn default() -> Self {
        Self {
            pace: Pace::Calm,
            history: Duration::from_hours(3),
            permissions: true,
            probes: true,
            vantages: true,
            gather: Self::FOR_ONE,
        }
    }
}

impl Refresh {
    /// How long answers are gathered for who looks at one fleet.
    pub const FOR_ONE: Duration = Duration::from_millis(500);
    /// The same for who looks at many fleets, and at no single figure as it comes: what is judged rests on answers up to
    /// 15 s old anyway.
    pub const FOR_MANY: Duration = Duration::from_secs(3);

    /// The same for who only wants to see the fleet beside others: calm, with a history that the newest figures need
    /// and no more, and without what the credentials may change and what DNS answers elsewhere.
    #[must_use]
    pub const fn beside_others(self) -> Self {
        Self {
            pace: Pace::Calm,
            history: Duration::from_mins(30),
            permissions: false,
            vantages: false,
            gather: Self::FOR_MANY,
            ..self
        }
    }
}

/// Watches one fleet until dropped.
pub struct Observer {
    picture: watch::Receiver<Arc<Snapshot>>,
    pace: watch::Sender<Pace>,
    refresh: watch::Sender<u64>,
    inquirer: Box<Inquirer>,
    poller: Arc<Poller>,
    /// Dropped together with the observer, and every task with it.
    _tasks: JoinSet<()>,
}

impl Observer {
    /// Starts to look at a fleet. Must be called within a tokio runtime.
    pub fn start(
        name: &str,
        spec: FleetSpec,
        refresh: Refresh,
        session: Session,
        prober: Arc<dyn Prober>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let common = Common::alone(clock.clone());
        Self::start_beside(&common, (name, spec), refresh, session, (prober, clock))
    }

    /// As [`Self::start`], beside other fleets behind the same credentials.
    pub fn start_beside(
        common: &Arc<Common>,
        (name, spec): (&str, FleetSpec),
        refresh: Refresh,
        session: Session,
        (prober, clock): (Arc<dyn Prober>, Arc<dyn Clock>),
    ) -> Self {
        let mut blank = Snapshot::blank(name, &spec, clock.now());
        blank.pace = refresh.pace;
        let (publish, picture) = watch::channel(Arc::new(blank.clone()));
        let (pace, paces) = watch::channel(refresh.pace);
        let (again, refreshes) = watch::channel(0u64);
        let (answers, incoming) = mpsc::unbounded_channel();
        let poller = Arc::new(Poller {
            shared_facts: SharedFacts::new(spec.sites.iter().map(|site| site.region.clone())),
            spec,
            session,
            prober,
            probes: refresh.probes,
            common: Seat::take(common),
            vantages: refresh.vantages,
            clock: clock.clone(),
            history: SignedDuration::try_from(refresh.history).unwrap_or_default(),
            pace: paces.clone(),
            refresh: refreshes,
            answers,
        });
        let mut askers = Askers {
            poller: poller.clone(),
            questions: Some(0),
            tasks: JoinSet::new(),
        };
        ask_everything(&mut askers);
        if refresh.permissions {
            permissions::watch(&mut askers);
        }
        let questions = askers.questions.unwrap_or_default();
        let mut tasks = askers.tasks;
        tasks.spawn(credentials::watch(poller.clone(), again.clone()));
        let drawing = Picture::new(blank, poller.clone());
        tasks.spawn(fold::run(
            drawing,
            incoming,
            (paces, refresh.gather),
            questions,
            publish,
        ));
        let inquirer = Inquirer::new(name, poller.session.clone(), poller.spec.clone(), clock);
        let inquirer = Box::new(inquirer);
        Self {
            picture,
            pace,
            refresh: again,
            inquirer,
            poller,
            _tasks: tasks,
        }
    }

    /// The newest picture, and a way to wait for the next.
    pub fn watch(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.picture.clone()
    }

    /// The first complete picture; or the newest one, complete or not, once `deadline` (on the
    /// wall) has passed.
    pub async fn first_complete(&self, deadline: Duration) -> Arc<Snapshot> {
        self.first(deadline, |picture| picture.complete).await
    }

    /// As [`Self::first_complete`], with where the switches stand, which takes a round of questions more: for
    /// what is printed once.
    pub async fn first_to_act_on(&self, deadline: Duration) -> Arc<Snapshot> {
        self.first(deadline, can_be_acted_on).await
    }

    /// As [`Self::first_to_act_on`], with what IAM says of the changes that a plan may make: without it, whether a
    /// change that IAM denies is noticed would depend on who answers first. IAM is asked in us-east-1, which may be
    /// what is broken (aws-facts §11.3): it is waited for no longer than [`IAM_BEHIND`] after the rest.
    pub async fn first_to_plan_on(&self, deadline: Duration) -> Arc<Snapshot> {
        let begun = Instant::now();
        self.first_to_act_on(deadline).await;
        let left = deadline.saturating_sub(begun.elapsed());
        let told = |picture: &Snapshot| picture.permissions.why_missing() != Some(&Missing::NotYet);
        self.first(left.min(IAM_BEHIND), told).await
    }

    /// As [`Self::first_to_act_on`], with what is only asked beside the picture: the role behind the credentials.
    pub async fn first_with_role(&self, deadline: Duration) -> Arc<Snapshot> {
        let told = |picture: &Snapshot| picture.role_path.why_missing() != Some(&Missing::NotYet);
        let enough = |picture: &Snapshot| can_be_acted_on(picture) && told(picture);
        self.first(deadline, enough).await
    }

    async fn first(
        &self,
        deadline: Duration,
        mut enough: impl FnMut(&Snapshot) -> bool,
    ) -> Arc<Snapshot> {
        let mut picture = self.picture.clone();
        let wanted = picture.wait_for(|picture| enough(picture));
        // Both failures mean the same: what there is now is all there will be.
        if let Ok(Ok(seen)) = tokio::time::timeout(deadline, wanted).await {
            return seen.clone();
        }
        self.picture.borrow().clone()
    }

    /// How many things are kept beside the picture for what was asked so far. They do not grow with time.
    pub fn kept(&self) -> usize {
        self.poller.common.kept() + self.poller.session.kept()
    }

    /// Changes the pace.
    pub fn set_pace(&self, pace: Pace) {
        self.pace
            .send_if_modified(|now| std::mem::replace(now, pace) != pace);
    }

    /// Asks everything again now, metrics no faster than their period.
    pub fn refresh(&self) {
        self.refresh.send_modify(|count| *count += 1);
    }

    /// What happened in the last `since`, as far as it can be asked; within each API's rate.
    pub async fn happened(&self, since: SignedDuration) -> Happened {
        let poller = &self.poller;
        let to = poller.clock.now();
        let answers = self.inquirer.changes(since).await;
        let picture = self.picture.borrow().clone();
        let fleet = (picture.name.as_str(), &poller.spec);
        Happened::of(fleet, (to - since, to), answers, &picture)
    }

    /// The series of a time that the picture does not hold: a call each Region and account.
    pub async fn past(&self, question: PastQuestion) -> Past {
        let picture = self.picture.borrow().clone();
        past::ask(&self.poller, question, &picture).await
    }

    /// Reads the fleet's logs, within each Region's rate over all questions.
    pub const fn logs(&self) -> &logs::LogReader {
        self.inquirer.logs()
    }

    /// What the functions logged as errors in the last half hour.
    pub async fn errors(&self) -> Errors {
        self.inquirer.errors().await
    }

    /// What an explanation needs besides the picture: what changed in the last `since`, and what the functions log.
    pub async fn inquire(&self, since: SignedDuration) -> Findings {
        let inquiry = self.inquirer.ask(since).await;
        let picture = self.picture.borrow().clone();
        let fleet = (picture.name.as_str(), &self.poller.spec);
        inquiry.beside(fleet, &picture)
    }

    /// The checkers' votes on one health check, within the API's rate limit (1/s; aws-facts §3.3).
    /// Of a calculated check, the votes on the endpoints below it.
    pub async fn votes(&self, check: &str) -> Observed<Vec<Vote>> {
        let picture = self.picture.borrow().clone();
        votes::ask(&self.poller, &picture, check).await
    }
}

fn ask_everything(askers: &mut Askers) {
    let poller = askers.poller.clone();
    accounts::watch(askers);
    edge::watch(askers);
    switches::watch(askers);
    for n in 0..poller.spec.sites.len() {
        region::watch(askers, n);
        region_switch::watch(askers, n);
    }
    // Route 53's and CloudFront's series are in us-east-1, whether or not the fleet is.
    let regions: BTreeSet<Region> = poller
        .spec
        .sites
        .iter()
        .map(|site| site.region.clone())
        .chain([Region::global()])
        .collect();
    for region in &regions {
        metrics::watch(askers, region);
    }
    members::watch(askers, regions);
}

/// Complete, with where the switches stand.
fn can_be_acted_on(picture: &Snapshot) -> bool {
    let unasked = |known: &Observed<Switch>| {
        let position = known.current().map(|switch| &switch.position);
        position == Some(&Position::Unasked)
    };
    picture.complete && !picture.edge.switches.values().any(unasked)
}
