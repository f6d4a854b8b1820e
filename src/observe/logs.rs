//! The logs of the last minutes: every Region's groups are found and read side by side.

mod access;
mod board;
mod book;
mod group;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{FutureExt as _, join, join_all};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use jiff::Timestamp;
use tokio::sync::mpsc::{self, UnboundedSender};

use super::limiter::{Limiter, Limiters};
use group::GroupReader;
use gwctl_aws::{AwsError, ErrorKind, Logs, Session};
use gwctl_fleet::logs::AccessLog;
use gwctl_fleet::{Account, ApiKind, Clock, FleetSpec, FunctionName, Missing, Region, SiteSpec};

pub use board::LogBoard;
pub use book::{Book, COST, Counted, Group, Newness, Read, Slot, per_minute};
pub use read::{GroupRead, Span};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogsAsked {
    pub since: Timestamp,
    pub until: Timestamp,
    /// Empty: those of the fleet, and the router's own.
    pub regions: Vec<Region>,
    /// The name of one function.
    pub function: Option<String>,
    /// A text that lines must hold.
    pub filter: Option<String>,
    /// Lines of errors alone.
    pub errors: bool,
}

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
    /// None where there is no such group: nothing ever ran there.
    pub read: Result<Option<GroupRead>, Missing>,
    /// `FilterLogEvents` that were sent for it, without the tries after a throttled one.
    pub calls: usize,
}

/// Where an API writes its access log, which is not read here.
#[derive(Debug, Clone)]
pub struct AccessLogs {
    pub region: Region,
    pub places: Result<Vec<AccessLog>, Missing>,
}

/// Reads a fleet's logs, within each Region's rate over all its questions.
pub struct LogReader {
    session: Session,
    spec: FleetSpec,
    limiters: Limiters<Region>,
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
struct Taken(Mutex<BTreeSet<(Region, String)>>);

impl Taken {
    /// Whether nobody asked for it before.
    fn first(&self, group: &(Region, String)) -> bool {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(group.clone())
    }
}

/// A group to read, and which account holds it.
struct Place {
    region: Region,
    source: String,
    account: Account,
    edge: bool,
    group: Result<String, AwsError>,
}

impl LogReader {
    pub fn new(session: Session, spec: FleetSpec, clock: Arc<dyn Clock>) -> Self {
        Self {
            session,
            spec,
            limiters: Limiters::new(clock),
        }
    }

    /// What every group of the fleet holds of what is asked.
    pub async fn read(&self, asked: &LogsAsked) -> Vec<GroupLogs> {
        let (sender, mut came) = mpsc::unbounded_channel();
        self.read_groups(asked, &sender).await;
        drop(sender);
        let mut found = Vec::new();
        while let Ok(one) = came.try_recv() {
            if let Came::Group(group) = one {
                found.push(*group);
            }
        }
        found.sort_by(|a, b| (&a.region, &a.sources).cmp(&(&b.region, &b.sources)));
        found
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
        let taken = Taken::default();
        let taken = &taken;
        let functions = self.sites(asked).map(|site| {
            async move {
                let places = self.functions(site, asked).await;
                self.read_places(places, asked, taken, came).await;
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
        let mut groups: BTreeMap<(Region, String), (BTreeSet<String>, Account, bool)> =
            BTreeMap::new();
        for place in places {
            match place.group {
                Ok(group) => {
                    let entry = groups.entry((place.region, group));
                    let (sources, ..) =
                        entry.or_insert((BTreeSet::new(), place.account, place.edge));
                    sources.insert(place.source);
                }
                Err(error) => {
                    let unread = GroupLogs {
                        region: place.region,
                        sources: [place.source].into(),
                        group: None,
                        edge: place.edge,
                        read: Err(missing(error)),
                        calls: 0,
                    };
                    let _ = came.send(Came::Group(Box::new(unread)));
                }
            }
        }
        groups.retain(|key, _| taken.first(key));
        let read = groups
            .into_iter()
            .map(|((region, group), (sources, account, edge))| {
                async move {
                    let reader = GroupReader {
                        logs: self.session.in_account(account).logs(&region),
                        limiter: self.limiter(&region),
                        group,
                        asked,
                        calls: AtomicUsize::new(0),
                    };
                    let read = reader.read().await;
                    let read = GroupLogs {
                        region,
                        sources,
                        group: Some(reader.group),
                        edge,
                        read,
                        calls: reader.calls.into_inner(),
                    };
                    let _ = came.send(Came::Group(Box::new(read)));
                }
                .boxed()
            });
        join_all(read).await;
    }

    /// Where the fleet's APIs write their access logs.
    pub async fn access_logs(&self, asked: &LogsAsked) -> Vec<AccessLogs> {
        let sites = self.sites(asked).filter(|site| !site.api.is_empty());
        join_all(sites.map(|site| self.access_log(site).boxed())).await
    }

    async fn access_log(&self, site: &SiteSpec) -> AccessLogs {
        let api = self.session.apigateway(&site.region);
        let stage = site.stage.as_deref();
        let http = api.access_logs(&site.api, ApiKind::Http, stage).await;
        let places = match http {
            Err(error) if error.kind == ErrorKind::NotFound => {
                api.access_logs(&site.api, ApiKind::Rest, stage).await
            }
            answer => answer,
        };
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
                Place {
                    source: named.name.to_owned(),
                    group: lambda.log_group(named.name, named.qualifier).await,
                    account: Account::Workload,
                    edge: false,
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
        let group = lambda.log_group(name, None).await?;
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

    /// Half of the rate at once and half a second: never more than the rate within a second.
    fn limiter(&self, region: &Region) -> Arc<Limiter> {
        let half = Logs::most_a_second(region) / 2.0;
        self.limiters.at(region.clone(), half.floor(), half)
    }
}

impl LogsAsked {
    /// Lines of any kind of the whole fleet.
    pub const fn all(since: Timestamp, until: Timestamp) -> Self {
        Self {
            since,
            until,
            regions: Vec::new(),
            function: None,
            filter: None,
            errors: false,
        }
    }

    fn wants(&self, region: &Region) -> bool {
        self.regions.is_empty() || self.regions.contains(region)
    }

    fn is_about(&self, function: &str) -> bool {
        self.function
            .as_deref()
            .is_none_or(|wanted| wanted == function)
    }
}

/// A function or an API that is not there is no data; what hinders the question says so.
fn missing(error: AwsError) -> Missing {
    match error.kind {
        ErrorKind::NotFound => Missing::CouldNotAsk { why: error.message },
        _ => error.into(),
    }
}
