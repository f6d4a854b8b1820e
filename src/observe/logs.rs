//! The logs of the last minutes: every Region's groups are found and read side by side.

mod access;
mod asked;
mod board;
mod book;
mod counts;
mod database;
mod group;
mod kind;
mod places;
mod range;
mod range_book;
mod read;
mod requests;
mod search;
mod taken;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{FutureExt as _, join, join_all, join3};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::limiter::{Limiter, Limiters};
use group::GroupReader;
use gwctl_aws::{AwsError, ErrorKind, Insights, Logs, Session};
use gwctl_fleet::logs::AccessSetting;
use gwctl_fleet::{Account, Clock, FleetSpec, FunctionName, Missing, Region, SiteSpec};
use places::{Place, sorted_out};

pub use asked::LogsAsked;
pub use board::LogBoard;
pub use book::{Book, COST, Counted, Group, Newness, Read, Slot, per_minute};
pub use counts::CountedBy;
pub use kind::LogKind;
pub use range::{Paid, RangeGroup, RangePart, RangePlan};
pub use read::{GroupRead, Span};
pub use requests::RequestsRead;
pub use search::{Answers, PartAnswer, PartState, StopSearch};
pub use taken::placed;

/// A log group of the fleet, and what was read of it.
#[derive(Debug, Clone)]
pub struct GroupLogs {
    pub region: Region,
    /// Who writes to it: functions by their names.
    pub sources: BTreeSet<String>,
    /// Its name, where it could be found.
    pub group: Option<String>,
    pub kind: LogKind,
    /// None where there is no such group: nothing ever ran there, or a cluster exports no log.
    pub read: Result<Option<GroupRead>, Missing>,
    /// `FilterLogEvents` that were sent for it, without the tries after a throttled one.
    pub calls: usize,
}

impl GroupLogs {
    /// Who writes to it: one name, or several.
    pub fn source(&self) -> String {
        let names: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        names.join(", ")
    }
}

/// Where an API writes its access logs.
#[derive(Debug, Clone)]
pub struct AccessLogs {
    pub region: Region,
    pub places: Result<Vec<AccessSetting>, Missing>,
}

/// Reads a fleet's logs, within each Region's rate over all its questions.
pub struct LogReader {
    session: Session,
    spec: FleetSpec,
    limiters: Limiters<Region>,
    insights: Limiters<(Region, &'static str)>,
    clock: Arc<dyn Clock>,
    known: Known,
}

/// What comes while a fleet's logs are read.
#[derive(Debug)]
enum Came {
    /// This was read of a group.
    Group(Box<GroupLogs>),
    /// This is where an API writes its access log.
    Access(AccessLogs),
    /// A part of a Region has been read: as often as [`LogReader::parts`] names the Region.
    Over(Region),
}

/// Groups that somebody reads already.
#[derive(Default)]
struct Taken {
    groups: Mutex<BTreeSet<(Region, String)>>,
    /// Whether both ends of the functions' errors are read, and nothing else.
    ends: bool,
}

impl Taken {
    /// Whether nobody asked for it before.
    fn first(&self, group: &(Region, String)) -> bool {
        lock(&self.groups).insert(group.clone())
    }
}

/// Where was written to when it was looked up: who follows does not look again each time.
#[derive(Default)]
struct Known {
    groups: Mutex<BTreeMap<(Region, String), String>>,
    access: Mutex<BTreeMap<Region, Vec<AccessSetting>>>,
    /// Log groups of a cluster's log; none where no cluster is there.
    database: Mutex<BTreeMap<Region, Option<Vec<String>>>>,
}

impl Known {
    fn forget(&self) {
        lock(&self.groups).clear();
        lock(&self.access).clear();
        lock(&self.database).clear();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LogReader {
    pub fn new(session: Session, spec: FleetSpec, clock: Arc<dyn Clock>) -> Self {
        Self {
            session,
            spec,
            limiters: Limiters::new(clock.clone()),
            insights: Limiters::new(clock.clone()),
            clock,
            known: Known::default(),
        }
    }

    /// What every group of the fleet holds of what is asked.
    pub async fn read(&self, asked: &LogsAsked) -> Vec<GroupLogs> {
        self.read_all(asked).await.0
    }

    /// The errors of every function's group, and of the database's log. Where there are more than are read, the oldest and
    /// the newest: when they began tells more than how many there are.
    pub async fn errors(&self, since: Timestamp, until: Timestamp) -> Vec<GroupLogs> {
        let asked = LogsAsked {
            errors: true,
            ..LogsAsked::all(since, until)
        };
        let ends = Taken {
            ends: true,
            ..Taken::default()
        };
        self.gather(&asked, &ends).await.0
    }

    /// As [`Self::read`], with where the APIs write their access logs.
    pub async fn read_all(&self, asked: &LogsAsked) -> (Vec<GroupLogs>, Vec<AccessLogs>) {
        self.gather(asked, &Taken::default()).await
    }

    async fn gather(&self, asked: &LogsAsked, taken: &Taken) -> (Vec<GroupLogs>, Vec<AccessLogs>) {
        let (sender, mut came) = mpsc::unbounded_channel();
        self.read_into(asked, taken, &sender).await;
        drop(sender);
        let (mut found, mut access) = (Vec::new(), Vec::new());
        while let Ok(one) = came.try_recv() {
            match one {
                Came::Group(group) => found.push(*group),
                Came::Access(one) => access.push(one),
                Came::Over(_) => {}
            }
        }
        found.sort_by(|a, b| (&a.region, &a.sources).cmp(&(&b.region, &b.sources)));
        access.sort_by(|a, b| a.region.cmp(&b.region));
        (found, access)
    }

    /// The Regions that are asked, each as often as it has parts: its functions, the router there.
    fn parts(&self, asked: &LogsAsked) -> Vec<Region> {
        let sites = self.sites(asked).map(|site| site.region.clone());
        let edge = self.is_about_the_router(asked);
        let edge = if edge {
            self.edge_regions(asked)
        } else {
            BTreeSet::new()
        };
        sites.chain(edge).collect()
    }

    /// As [`Self::read`], each group told as soon as it was read: no Region waits for another. Who listens no more is
    /// dropped together with this.
    async fn read_groups(&self, asked: &LogsAsked, came: &UnboundedSender<Came>) {
        self.read_into(asked, &Taken::default(), came).await;
    }

    async fn read_into(&self, asked: &LogsAsked, taken: &Taken, came: &UnboundedSender<Came>) {
        let functions = self.sites(asked).map(|site| {
            async move {
                let functions = async {
                    let places = self.functions(site, asked).await;
                    self.read_places(places, asked, taken, came).await;
                };
                // It is no function's.
                let access = async {
                    if asked.function.is_none() && !site.api.is_empty() && !taken.ends {
                        self.read_access(site, asked, taken, came).await;
                    }
                };
                let database = async {
                    let places = self.database(site, asked).await;
                    self.read_places(places, asked, taken, came).await;
                };
                join3(functions, access, database.boxed()).await;
                let _ = came.send(Came::Over(site.region.clone()));
            }
            .boxed()
        });
        let router = async {
            if self.is_about_the_router(asked) {
                self.read_router(asked, taken, came).await;
            }
        };
        join(join_all(functions), router.boxed()).await;
    }

    /// The router's group in every Region.
    async fn read_router(&self, asked: &LogsAsked, taken: &Taken, came: &UnboundedSender<Came>) {
        let regions = self.edge_regions(asked);
        let group = self.router().await;
        let places: Vec<Place> = match &group {
            Ok(_) => regions
                .iter()
                .map(|one| self.router_in(one, group.clone()))
                .collect(),
            Err(_) => vec![self.router_in(&self.spec.home(), group)],
        };
        let all = places.into_iter().map(|place| {
            async move {
                let region = place.region.clone();
                self.read_places(vec![place], asked, taken, came).await;
                region
            }
            .boxed()
        });
        let mut reading: FuturesUnordered<_> = all.collect();
        let mut left = regions;
        while let Some(region) = reading.next().await {
            left.remove(&region);
            let _ = came.send(Came::Over(region));
        }
        for region in left {
            let _ = came.send(Came::Over(region));
        }
    }

    /// Reads each group once, whoever writes to it.
    async fn read_places(
        &self,
        places: Vec<Place>,
        asked: &LogsAsked,
        taken: &Taken,
        came: &UnboundedSender<Came>,
    ) {
        let (mut groups, unread) = sorted_out(places);
        for one in unread {
            let _ = came.send(Came::Group(Box::new(one)));
        }
        groups.retain(|(region, _, group), _| taken.first(&(region.clone(), group.clone())));
        let read = groups
            .into_iter()
            .map(|((region, account, group), writers)| {
                async move {
                    let reader = GroupReader {
                        logs: self.session.in_account(account).logs(&region),
                        limiter: self.limiter(&region),
                        group,
                        asked,
                        errors: writers.kind.errors(),
                        ends: taken.ends,
                        calls: AtomicUsize::new(0),
                    };
                    let read = reader.read().await;
                    let read = GroupLogs {
                        region,
                        sources: writers.sources,
                        group: Some(reader.group),
                        kind: writers.kind,
                        read,
                        calls: reader.calls.into_inner(),
                    };
                    let _ = came.send(Came::Group(Box::new(read)));
                }
                .boxed()
            });
        join_all(read).await;
    }

    /// The group of `function`, asked for by `lookup` where it is not known.
    async fn looked_up(
        &self,
        region: &Region,
        function: &str,
        lookup: impl Future<Output = Result<String, AwsError>>,
    ) -> Result<String, AwsError> {
        let place = (region.clone(), function.to_owned());
        if let Some(known) = lock(&self.known.groups).get(&place) {
            return Ok(known.clone());
        }
        let group = lookup.await?;
        lock(&self.known.groups).insert(place, group.clone());
        Ok(group)
    }

    fn sites(&self, asked: &LogsAsked) -> impl Iterator<Item = &SiteSpec> {
        let sites = self.spec.sites.iter();
        sites.filter(move |site| asked.wants(&site.region))
    }

    /// The groups of the functions behind an API.
    async fn functions(&self, site: &SiteSpec, asked: &LogsAsked) -> Vec<Place> {
        let all = site.functions.iter();
        let wanted = all.filter(|name| asked.is_about(FunctionName::of(name).name));
        let lambda = self.session.lambda(&site.region);
        let lambda = &lambda;
        let places = wanted.map(|function| {
            async move {
                let named = FunctionName::of(function);
                let lookup = lambda.log_group(named.name, named.qualifier);
                Place {
                    source: named.name.to_owned(),
                    group: self
                        .looked_up(&site.region, function, lookup)
                        .await
                        .map(Some),
                    account: Account::Workload,
                    kind: LogKind::Functions,
                    region: site.region.clone(),
                }
            }
            .boxed()
        });
        join_all(places).await
    }

    fn is_about_the_router(&self, asked: &LogsAsked) -> bool {
        let router = self.spec.edge.router.as_deref();
        router.is_some_and(|router| asked.is_about(FunctionName::of(router).name))
    }

    /// The router's group: it bears the Region of the function in front of its name, unless its owner chose the group
    /// (aws-facts §13.7).
    async fn router(&self) -> Result<String, AwsError> {
        let router = self.spec.edge.router.as_deref().unwrap_or_default();
        let name = FunctionName::of(router).name;
        let home = self.spec.home();
        let lambda = self.session.in_account(Account::Edge).lambda(&home);
        let lookup = lambda.log_group(name, None);
        let group = self.looked_up(&home, router, lookup).await?;
        Ok(match group.strip_prefix("/aws/lambda/") {
            Some(usual) if usual == name => format!("/aws/lambda/{home}.{name}"),
            _ => group,
        })
    }

    fn router_in(&self, region: &Region, group: Result<String, AwsError>) -> Place {
        let router = self.spec.edge.router.as_deref().unwrap_or_default();
        Place {
            region: region.clone(),
            source: FunctionName::of(router).name.to_owned(),
            account: Account::Edge,
            kind: LogKind::Router,
            group: group.map(Some),
        }
    }

    /// Where the router is looked for.
    fn edge_regions(&self, asked: &LogsAsked) -> BTreeSet<Region> {
        if !asked.regions.is_empty() {
            return asked.regions.iter().cloned().collect();
        }
        let sites = self.spec.sites.iter().map(|site| site.region.clone());
        sites.chain([self.spec.home()]).collect()
    }

    /// For starting a query, and for looking at its answer: as [`Self::limiter`].
    fn insights_limiters(&self, region: &Region) -> [Arc<Limiter>; 2] {
        let half = Insights::MOST_A_SECOND / 2.0;
        ["start", "look"].map(|what| self.insights.at((region.clone(), what), half, half))
    }

    /// Half of the rate at once and half a second: never more than the rate within a second.
    fn limiter(&self, region: &Region) -> Arc<Limiter> {
        let half = Logs::most_a_second(region) / 2.0;
        self.limiters.at(region.clone(), half.floor(), half)
    }
}

/// A function or an API that is not there is no data; what hinders the question says so.
fn missing(error: AwsError) -> Missing {
    match error.kind {
        ErrorKind::NotFound => Missing::CouldNotAsk { why: error.message },
        _ => error.into(),
    }
}
