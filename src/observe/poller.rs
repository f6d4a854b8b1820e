//! What every asker has at hand, and the loop they all share: ask, hand in, wait.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::common::Seat;
use super::gathered::{GATHERING, Gathered, Told};
use super::limiter::Limiter;
use super::network_error::NetworkError;
use super::picture::Picture;
use super::probe::{NoProbe, Prober};
use super::read_permissions;
use super::response::Response;
use super::schedule::{self, Cadence};
use super::shared_facts::SharedFacts;
use gwctl_aws::Session;
use gwctl_fleet::{
    Account, Clock, ClusterState, FleetSpec, Identity, Missing, Pace, ProbeReport, Reachability,
    Region, Source, Switch,
};

/// Shortest wait on the wall: a world that runs very fast must not turn watching into spinning.
const SHORTEST: Duration = Duration::from_millis(50);
/// However often a refresh is asked for, the same question is not asked more often than this.
pub(super) const REFRESH_AT_MOST: Duration = Duration::from_secs(1);

/// Shared by all askers of one fleet.
pub(super) struct Poller {
    pub(super) spec: FleetSpec,
    pub(super) session: Session,
    pub(super) prober: Arc<dyn Prober>,
    /// Whether the public endpoints are probed.
    pub(super) probes: bool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) shared_facts: SharedFacts,
    /// What it has in common with other fleets.
    pub(super) common: Seat,
    /// Whether Route 53 is asked what it would answer elsewhere.
    pub(super) vantages: bool,
    /// How far back the first question for metrics reaches.
    pub(super) history: SignedDuration,
    pub(super) pace: watch::Receiver<Pace>,
    pub(super) refresh: watch::Receiver<u64>,
    pub(super) answers: mpsc::UnboundedSender<PolledAnswer>,
}

/// Folds an answer into the picture.
pub(super) type Fold = Box<dyn FnOnce(&mut Picture) + Send>;

/// An answer on its way to the picture.
pub(super) struct PolledAnswer {
    /// Which question; none for those that the first picture does not wait for.
    pub(super) question: Option<usize>,
    pub(super) fold: Fold,
}

impl Poller {
    /// Asks AWS. The answer counts as true when it was asked for: it cannot be newer.
    pub(super) fn ask<'a, T, E>(
        &'a self,
        api: &'static str,
        region: &Region,
        call: impl Future<Output = Result<T, E>> + Send + 'a,
    ) -> impl Future<Output = Response<T>> + Send + 'a
    where
        T: 'a,
        E: Into<Missing> + 'a,
    {
        debug_assert!(
            read_permissions::is_listed(api),
            "{api} is not in the table of what is asked"
        );
        // An SDK call under way takes twenty kilobytes: only while it is under way.
        let call = Box::pin(call);
        let service = api.split(':').next().unwrap_or(api);
        let source = Source {
            api,
            region: Some(self.spec.partition().place(service, region)),
        };
        let at = self.clock.now();
        async move {
            let answer = call.await.map_err(Into::into);
            Response { answer, at, source }
        }
    }

    /// As [`Self::ask`], what is the same for every fleet in the account of `part`, whose answer they share. `about` is
    /// what distinguishes the question from others of that `api` in `region`.
    pub(super) fn ask_once<'a, T, E>(
        &'a self,
        api: &'static str,
        (part, region, about): (&Account, &Region, &str),
        call: impl Future<Output = Result<T, E>> + Send + 'a,
    ) -> impl Future<Output = Response<T>> + Send + 'a
    where
        T: Clone + Send + 'static,
        E: Into<Missing> + 'a,
    {
        let way = way(&self.spec, part);
        let question = format!("{api} {region} {about} {way}");
        let region = region.clone();
        // As in [`Self::ask`].
        let call = Box::pin(call);
        async move {
            let now = || self.clock.now();
            // It is true when it is asked for, which is when its turn comes.
            let ask = async {
                let said = self.ask(api, &region, call).await;
                (said, self.session.reach(&region))
            };
            let (said, reach) = self.common.once(question, now, ask).await;
            self.session.hear(&region, &reach);
            said
        }
    }

    /// As [`Self::ask_once`], what `all` lists for every fleet of the account at once and `find` finds in it. A fleet that is
    /// observed alone, or may not list, asks for its `own`.
    pub(super) async fn ask_listed<L, T, E>(
        &self,
        api: &'static str,
        (part, region): (&Account, &Region),
        all: impl Future<Output = Result<Arc<L>, E>> + Send,
        find: impl FnOnce(&L) -> Option<Result<T, E>>,
        own: impl Future<Output = Result<T, E>> + Send,
    ) -> Response<T>
    where
        L: Send + Sync + 'static,
        E: Into<Missing>,
    {
        if !self.common.is_shared() {
            return self.ask(api, region, own).await;
        }
        let said = self.ask_once(api, (part, region, "all"), all).await;
        if matches!(said.answer, Err(Missing::NotAllowed { .. })) {
            return self.ask(api, region, own).await;
        }
        said.map(|all| match find(&all) {
            Some(found) => found.map_err(Into::into),
            None => Err(Missing::NoData),
        })
    }

    /// Waits for the turn to call Route 53.
    pub(super) async fn route53_turn(&self) {
        loop {
            let limiter = self.route53();
            limiter.turn().await;
            // Meanwhile STS may have told that the account is another profile's as well: then its limit counts.
            if Arc::ptr_eq(&limiter, &self.route53()) {
                return;
            }
        }
    }

    /// The limit of Route 53's API, with those that share it.
    pub(super) fn route53(&self) -> Arc<Limiter> {
        self.common.route53(&way(&self.spec, &Account::Dns))
    }

    /// STS told into which account the way of `part` leads.
    pub(super) fn leads_into(&self, part: &Account, said: &Response<Identity>) {
        if let Ok(identity) = &said.answer {
            let way = way(&self.spec, part);
            self.common.leads_into(&way, &identity.account);
        }
    }

    /// The alarm `name` in `region` as an evacuation switch, asked for together with those of other fleets.
    pub(super) async fn alarm_switch(
        &self,
        region: &Region,
        name: &str,
    ) -> Result<Switch, Missing> {
        let cloudwatch = self.session.in_account(Account::Dns).cloudwatch(region);
        if !self.common.is_shared() {
            return Ok(cloudwatch.alarm_switch(name).await?);
        }
        let (session, there) = (self.session.clone(), region.clone());
        let ask = async move |names: Vec<String>| {
            let told = cloudwatch.alarm_switches(&names).await;
            (told, session.reach(&there))
        };
        self.gathered(&self.common.switches, (&Account::Dns, region), name, ask)
            .await
    }

    /// The cluster `id` in `region`, asked for together with those of other fleets; by itself where that is refused, as
    /// policies may name single clusters.
    pub(super) async fn cluster(&self, region: &Region, id: &str) -> Result<ClusterState, Missing> {
        let rds = self.session.rds(region);
        if self.common.is_shared() {
            let (session, there, all) = (self.session.clone(), region.clone(), rds.clone());
            let ask = async move |ids: Vec<String>| {
                let told = all.clusters_of(&ids).await;
                (told, session.reach(&there))
            };
            let of = (&Account::Database, region);
            let told = self.gathered(&self.common.clusters, of, id, ask).await;
            if !matches!(told, Err(Missing::NotAllowed { .. })) {
                return told;
            }
        }
        Ok(rds.cluster(id).await?)
    }

    async fn gathered<T, F>(
        &self,
        gathered: &Gathered<T>,
        (part, region): (&Account, &Region),
        name: &str,
        ask: impl FnOnce(Vec<String>) -> F + Send + 'static,
    ) -> Result<T, Missing>
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = (Told<T>, Reachability)> + Send,
    {
        let place = format!("{region} {}", way(&self.spec, part));
        let pause = self.clock.wall(GATHERING);
        let (told, reach) = gathered.one(place, name, pause, ask).await;
        self.session.hear(region, &reach);
        told
    }

    /// Asks the endpoint `url` as a client would. What this machine itself stands in the way of is told as
    /// its own: it is no word about the endpoint.
    pub(super) async fn probe(&self, url: String) -> Response<ProbeReport> {
        let at = self.clock.now();
        if !self.probes {
            return Response {
                answer: Err(Missing::NoData),
                at,
                source: Source::probe(),
            };
        }
        let answer = self.prober.probe(url).await;
        let source = match &answer {
            Err(NoProbe::Untold(_)) => Source::this_machine(),
            Err(NoProbe::Unresolved(_)) => Source::resolver(),
            Err(NoProbe::Unanswered(_)) | Ok(_) => Source::probe(),
        };
        let answer = answer.map_err(|error| Missing::CouldNotAsk {
            why: error.to_string(),
        });
        Response { answer, at, source }
    }

    /// Looks for itself, without AWS.
    pub(super) async fn look<T>(
        &self,
        call: impl Future<Output = Result<T, NetworkError>>,
    ) -> Response<T> {
        let at = self.clock.now();
        let answer = call.await.map_err(|error| Missing::CouldNotAsk {
            why: error.to_string(),
        });
        Response {
            answer,
            at,
            source: Source::probe(),
        }
    }

    /// Waits for fleet time to pass.
    pub(super) async fn sleep(&self, fleet_time: Duration) {
        tokio::time::sleep(self.clock.wall(fleet_time).max(SHORTEST)).await;
    }

    /// Waits until fleet time reaches `due`.
    pub(super) async fn sleep_until(&self, due: Timestamp) {
        let left = due.duration_since(self.clock.now());
        self.sleep(Duration::try_from(left).unwrap_or_default())
            .await;
    }

    /// Waits until what was asked at `asked` is due again at the present pace, or somebody wants
    /// everything anew.
    async fn rest(&self, waits: &mut Waits, cadence: Cadence, jitter: f64, asked: Timestamp) {
        loop {
            let period = cadence
                .period(*waits.pace.borrow_and_update())
                .mul_f64(1.0 + jitter);
            let mut due = asked + later(period);
            if self.common.is_shared() {
                due = schedule::in_step(due, period);
            }
            tokio::select! {
                biased;
                () = self.sleep_until(due) => return,
                changed = waits.pace.changed() => if changed.is_err() { return std::future::pending().await },
                changed = waits.refresh.changed() => {
                    if changed.is_err() {
                        return std::future::pending().await;
                    }
                    return self.sleep_until(asked + later(REFRESH_AT_MOST)).await;
                }
            }
        }
    }
}

/// The way into the account of `part`, for what is counted by account.
pub(super) fn way(spec: &FleetSpec, part: &Account) -> String {
    let access = spec.accounts.access(part);
    access.map_or_else(String::new, gwctl_fleet::Access::words)
}

pub(super) fn later(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

struct Waits {
    pace: watch::Receiver<Pace>,
    refresh: watch::Receiver<u64>,
}

/// All askers of one fleet. Dropping them stops them.
pub(super) struct Askers {
    pub(super) poller: Arc<Poller>,
    /// How many questions the first picture waits for; none when it waits for none of these.
    pub(super) questions: Option<usize>,
    pub(super) tasks: JoinSet<()>,
}

impl Askers {
    /// Asks over and over, by `cadence`; the first picture waits for the first answer.
    pub(super) fn every<A, F>(&mut self, cadence: Cadence, ask: A)
    where
        A: Fn(Arc<Poller>) -> F + Send + 'static,
        F: Future<Output = Fold> + Send + 'static,
    {
        let question = self.question();
        self.spawn(question, cadence, ask);
    }

    /// As [`Self::every`], but the first picture is complete without it.
    pub(super) fn beside<A, F>(&mut self, cadence: Cadence, ask: A)
    where
        A: Fn(Arc<Poller>) -> F + Send + 'static,
        F: Future<Output = Fold> + Send + 'static,
    {
        self.spawn(None, cadence, ask);
    }

    /// A number for one more question.
    pub(super) fn question(&mut self) -> Option<usize> {
        let number = self.questions?;
        self.questions = Some(number + 1);
        Some(number)
    }

    fn spawn<A, F>(&mut self, question: Option<usize>, cadence: Cadence, ask: A)
    where
        A: Fn(Arc<Poller>) -> F + Send + 'static,
        F: Future<Output = Fold> + Send + 'static,
    {
        let poller = self.poller.clone();
        let jitter = schedule::jitter((self.questions, self.tasks.len()));
        let mut waits = Waits {
            pace: poller.pace.clone(),
            refresh: poller.refresh.clone(),
        };
        self.tasks.spawn(async move {
            loop {
                let asked = poller.clock.now();
                let fold = ask(poller.clone()).await;
                if poller
                    .answers
                    .send(PolledAnswer { question, fold })
                    .is_err()
                {
                    return;
                }
                poller.rest(&mut waits, cadence, jitter, asked).await;
            }
        });
    }
}
