//! The logs of the last minutes: every Region's groups are found and read side by side.

mod access;
mod asked;
mod board;
mod book;
mod group;
mod range;
mod range_book;
mod read;
mod requests;
mod search;
mod taken;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{FutureExt as _, join, join_all};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::limiter::{Limiter, Limiters};
use group::{GroupReader, errors_of};
use gwctl_aws::{AwsError, ErrorKind, Insights, Logs, Session};
use gwctl_fleet::logs::{AccessFormat, AccessLog, AccessSetting};
use gwctl_fleet::{Account, ApiKind, Clock, FleetSpec, FunctionName, Missing, Region, SiteSpec};

pub use asked::LogsAsked;
pub use board::LogBoard;
pub use book::{Book, COST, Counted, Group, Newness, Read, Slot, per_minute};
pub use range::{Paid, RangeGroup, RangePart, RangePlan};
pub use read::{GroupRead, Span};
pub use requests::RequestsRead;
pub use search::{Answers, PartAnswer, PartState, StopSearch};
pub use taken::placed;

/// A log group of the fleet, and what was read of it.
#[derive(Debug, Clone)]
pub struct GroupLogs {
    pub region: Region,
    /// The functions that write to it.
    pub sources: BTreeSet<String>,
    /// Its name, where it could be found.
    pub group: Option<String>,
    /// Whether it is the edge router's, which runs where clients are.
    pub edge: bool,
    /// The format, where it is the access log of an API.
    pub access: Option<AccessFormat>,
    /// None where there is no such group: nothing ever ran there.
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

/// Who writes an access log.
const ACCESS: &str = "access log";

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

/// Who writes to a group.
struct Writers {
    sources: BTreeSet<String>,
    account: Account,
    edge: bool,
    access: Option<AccessFormat>,
}

/// A group to read, and which account holds it.
struct Place {
    region: Region,
    source: String,
    account: Account,
    edge: bool,
    access: Option<AccessFormat>,
    group: Result<String, AwsError>,
}

/// Where was written to when it was looked up: who follows does not look again each time.
#[derive(Default)]
struct Known {
    groups: Mutex<BTreeMap<(Region, String), String>>,
    access: Mutex<BTreeMap<Region, Vec<AccessSetting>>>,
}

impl Known {
    fn forget(&self) {
        lock(&self.groups).clear();
        lock(&self.access).clear();
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

    /// The errors of every function's group. Where there are more than are read, the oldest and the newest: when they
    /// began tells more than how many there are.
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
                join(functions, access).await;
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

    /// The access logs of an API.
    async fn read_access(
        &self,
        site: &SiteSpec,
        asked: &LogsAsked,
        taken: &Taken,
        came: &UnboundedSender<Came>,
    ) {
        let found = self.access_log(site).await;
        let settings = found.places.clone().unwrap_or_default();
        let _ = came.send(Came::Access(found));
        let places = settings.into_iter().filter_map(|setting| match setting.to {
            AccessLog::Group(name) => Some(Place {
                region: site.region.clone(),
                source: ACCESS.to_owned(),
                account: Account::Workload,
                edge: false,
                access: Some(setting.format),
                group: Ok(name),
            }),
            AccessLog::Firehose(_) | AccessLog::Other(_) => None,
        });
        let places = places.collect();
        self.read_places(places, asked, taken, came).await;
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
        let mut groups: BTreeMap<(Region, String), Writers> = BTreeMap::new();
        for place in places {
            match place.group {
                Ok(group) => {
                    let entry = groups.entry((place.region, group));
                    let writers = entry.or_insert(Writers {
                        sources: BTreeSet::new(),
                        account: place.account,
                        edge: place.edge,
                        access: place.access,
                    });
                    writers.sources.insert(place.source);
                }
                Err(error) => {
                    let unread = GroupLogs {
                        region: place.region,
                        sources: [place.source].into(),
                        group: None,
                        edge: place.edge,
                        access: place.access,
                        read: Err(missing(error)),
                        calls: 0,
                    };
                    let _ = came.send(Came::Group(Box::new(unread)));
                }
            }
        }
        groups.retain(|key, _| taken.first(key));
        let read = groups.into_iter().map(|((region, group), writers)| {
            async move {
                let reader = GroupReader {
                    logs: self.session.in_account(writers.account).logs(&region),
                    limiter: self.limiter(&region),
                    group,
                    asked,
                    errors: errors_of(writers.access.as_ref()),
                    ends: taken.ends,
                    calls: AtomicUsize::new(0),
                };
                let read = reader.read().await;
                let read = GroupLogs {
                    region,
                    sources: writers.sources,
                    group: Some(reader.group),
                    edge: writers.edge,
                    access: writers.access,
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

    async fn access_log(&self, site: &SiteSpec) -> AccessLogs {
        let known = lock(&self.known.access).get(&site.region).cloned();
        if let Some(known) = known {
            return AccessLogs {
                region: site.region.clone(),
                places: Ok(known),
            };
        }
        let api = self.session.apigateway(&site.region);
        let stage = site.stage.as_deref();
        let http = api.access_logs(&site.api, ApiKind::Http, stage).await;
        let places = match http {
            Err(error) if error.kind == ErrorKind::NotFound => {
                api.access_logs(&site.api, ApiKind::Rest, stage).await
            }
            answer => answer,
        };
        if let Ok(places) = &places {
            lock(&self.known.access).insert(site.region.clone(), places.clone());
        }
        AccessLogs {
            region: site.region.clone(),
            places: places.map_err(missing),
        }
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
                    group: self.looked_up(&site.region, function, lookup).await,
                    account: Account::Workload,
                    edge: false,
                    access: None,
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
            edge: true,
            access: None,
            group,
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
