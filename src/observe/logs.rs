//! The logs of the last minutes: every Region's groups are found and read side by side.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use futures_util::future::{FutureExt as _, join, join_all};
use jiff::Timestamp;

use super::limiter::{Limiter, Limiters};
use gwctl_aws::{AwsError, Bound, Cut, ErrorKind, LogAnswer, LogQuestion, Logs, Session};
use gwctl_fleet::logs::{AccessLog, LogEvent, Placed, joined};
use gwctl_fleet::{Account, ApiKind, Clock, FleetSpec, FunctionName, Missing, Region};

/// What finds the lines of §13.5's failures and whatever calls itself an error, in both formats. Only `?` terms: they
/// are ignored beside others (aws-facts §13.4).
const ERRORS: &str = "?ERROR ?FATAL ?CRITICAL ?\"Task timed out\" ?\"Status: timeout\" ?\"Status: error\" \
    ?\"Runtime exited\" ?\"Runtime.\" ?LAMBDA_WARNING ?errorType ?\"\\\"status\\\":\\\"timeout\\\"\"";

/// Of one group, when errors or a text are searched for.
const SEARCH: Bound = Bound {
    events: 10_000,
    bytes: 8 << 20,
    pages: 30,
};
/// Of one group, for its newest lines of any kind.
const NEWEST: Bound = Bound {
    events: 2_000,
    bytes: 1 << 20,
    pages: 5,
};

/// Of one group, at each end of the time, when the begin of a trouble is looked for.
const END: Bound = Bound {
    events: 1_500,
    bytes: 2 << 20,
    pages: 10,
};

/// What is asked.
#[derive(Debug, Clone)]
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
#[derive(Debug)]
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
}

impl GroupLogs {
    /// Who writes to it: one name, or several.
    pub fn source(&self) -> String {
        let names: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        names.join(", ")
    }
}

/// The lines of events of one group, each with where it was written.
pub fn placed(
    region: &Region,
    source: &str,
    events: Vec<LogEvent>,
) -> impl Iterator<Item = Placed> {
    joined(events).into_iter().map(move |(event, line)| Placed {
        region: region.clone(),
        source: source.to_owned(),
        at: event.at,
        line,
    })
}

/// What was read of a group.
#[derive(Debug)]
pub struct GroupRead {
    /// Oldest first.
    pub events: Vec<LogEvent>,
    /// From when until when every error is among them, but for the gap.
    pub errors: (Timestamp, Timestamp),
    /// Where there were more errors between the oldest and the newest than were read.
    pub gap: Option<(Timestamp, Timestamp)>,
    /// From when until when every line is; none where only some were searched for.
    pub lines: Option<(Timestamp, Timestamp)>,
    /// Why not everything was read, in words.
    pub cut: Vec<String>,
}

/// Where an API writes its access log, which is not read here.
#[derive(Debug)]
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
        self.read_by(asked, false).await
    }

    /// The errors of every group. Where there are more than are read, the oldest and the newest: when they began tells
    /// more than how many there are.
    pub async fn errors(&self, since: Timestamp, until: Timestamp) -> Vec<GroupLogs> {
        let asked = LogsAsked {
            since,
            until,
            regions: Vec::new(),
            function: None,
            filter: None,
            errors: true,
        };
        self.read_by(&asked, true).await
    }

    async fn read_by(&self, asked: &LogsAsked, both_ends: bool) -> Vec<GroupLogs> {
        let places = join(self.functions(asked), self.router(asked)).await;
        let all: Vec<Place> = places.0.into_iter().chain(places.1).collect();
        let mut groups: BTreeMap<(Region, String), (BTreeSet<String>, Account, bool)> =
            BTreeMap::new();
        let mut found = Vec::new();
        for place in all {
            match place.group {
                Ok(group) => {
                    let entry = groups.entry((place.region, group));
                    let (sources, ..) =
                        entry.or_insert((BTreeSet::new(), place.account, place.edge));
                    sources.insert(place.source);
                }
                Err(error) => found.push(GroupLogs {
                    region: place.region,
                    sources: [place.source].into(),
                    group: None,
                    edge: place.edge,
                    read: Err(missing(error)),
                }),
            }
        }
        let read = groups
            .into_iter()
            .map(|((region, group), (sources, account, edge))| {
                async move {
                    let logs = self.session.in_account(account).logs(&region);
                    let read = if both_ends {
                        self.ends(&logs, &region, &group, asked).await
                    } else {
                        self.group(&logs, &region, &group, asked).await
                    };
                    GroupLogs {
                        region,
                        sources,
                        group: Some(group),
                        edge,
                        read,
                    }
                }
                .boxed()
            });
        found.extend(join_all(read).await);
        found.sort_by(|a, b| (&a.region, &a.sources).cmp(&(&b.region, &b.sources)));
        found
    }

    /// Where the fleet's APIs write their access logs.
    pub async fn access_logs(&self, asked: &LogsAsked) -> Vec<AccessLogs> {
        let sites = self.spec.sites.iter();
        let sites = sites.filter(|site| !site.api.is_empty() && asked.wants(&site.region));
        let all = sites.map(async |site| {
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
        });
        join_all(all).await
    }

    /// The groups of the functions behind the APIs.
    async fn functions(&self, asked: &LogsAsked) -> Vec<Place> {
        let sites = self.spec.sites.iter();
        let sites = sites.filter(|site| asked.wants(&site.region));
        let all = sites.flat_map(|site| {
            let names = site.functions.iter();
            let wanted = names.filter(|name| asked.is_about(FunctionName::of(name).name));
            wanted.map(move |name| (site.region.clone(), name.clone()))
        });
        join_all(all.map(|(region, function)| {
            async move {
                let named = FunctionName::of(&function);
                let lambda = self.session.lambda(&region);
                Place {
                    source: named.name.to_owned(),
                    group: lambda.log_group(named.name, named.qualifier).await,
                    account: Account::Workload,
                    edge: false,
                    region,
                }
            }
            .boxed()
        }))
        .await
    }

    /// The router's group in every Region: it bears the Region of the function in front of its name, unless its owner
    /// chose the group (aws-facts §13.7).
    async fn router(&self, asked: &LogsAsked) -> Vec<Place> {
        let Some(router) = &self.spec.edge.router else {
            return Vec::new();
        };
        let name = FunctionName::of(router).name;
        if !asked.is_about(name) {
            return Vec::new();
        }
        let home = self.spec.home();
        let lambda = self.session.in_account(Account::Edge).lambda(&home);
        let group = lambda.log_group(name, None).await.map(|group| {
            match group.strip_prefix("/aws/lambda/") {
                Some(usual) if usual == name => format!("/aws/lambda/{home}.{name}"),
                _ => group,
            }
        });
        let place = |region: Region| Place {
            region,
            source: name.to_owned(),
            account: Account::Edge,
            edge: true,
            group: group.clone(),
        };
        let regions = self.edge_regions(asked).into_iter();
        match &group {
            Ok(_) => regions.map(place).collect(),
            Err(_) => vec![place(home)],
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

    async fn group(
        &self,
        logs: &Logs,
        region: &Region,
        group: &str,
        asked: &LogsAsked,
    ) -> Result<Option<GroupRead>, Missing> {
        let question = LogQuestion {
            group,
            since: asked.since,
            until: asked.until,
            pattern: None,
            bound: NEWEST,
            oldest_first: false,
        };
        let search = LogQuestion {
            pattern: Some(ERRORS),
            bound: SEARCH,
            ..question
        };
        let read = async {
            if let Some(text) = &asked.filter {
                let text = quoted(text);
                let search = LogQuestion {
                    pattern: Some(&text),
                    ..search
                };
                let found = self.ask(logs, region, &search).await?;
                return Ok(GroupRead::searched(found, asked));
            }
            if asked.errors {
                let found = self.ask(logs, region, &search).await?;
                return Ok(GroupRead::searched(found, asked));
            }
            let newest = self.ask(logs, region, &question).await?;
            if newest.cut.is_none() {
                let all = (newest.since, newest.until);
                return Ok(GroupRead {
                    lines: Some(all),
                    ..GroupRead::searched(newest, asked)
                });
            }
            // More lines than are read: errors are searched for in all of the time.
            let lines = Some((newest.since, newest.until));
            let found = match self.ask(logs, region, &search).await {
                Ok(errors) => GroupRead::searched(errors, asked).with(newest.events),
                Err(error) => GroupRead {
                    cut: vec![format!(
                        "errors could not be searched for: {}",
                        error.message
                    )],
                    ..GroupRead::searched(newest, asked)
                },
            };
            Ok(GroupRead { lines, ..found })
        };
        there(read.await)
    }

    /// The newest errors and, where they do not reach back to the begin, the oldest.
    async fn ends(
        &self,
        logs: &Logs,
        region: &Region,
        group: &str,
        asked: &LogsAsked,
    ) -> Result<Option<GroupRead>, Missing> {
        let question = |until: Timestamp, oldest_first: bool| LogQuestion {
            group,
            since: asked.since,
            until,
            pattern: Some(ERRORS),
            bound: END,
            oldest_first,
        };
        let read = async {
            let newest = question(asked.until, false);
            let newest = self.ask(logs, region, &newest).await?;
            if !matches!(newest.cut, Some(Cut::Bound(_))) {
                return Ok(GroupRead::searched(newest, asked));
            }
            let oldest = question(newest.since, true);
            Ok(match self.ask(logs, region, &oldest).await {
                Ok(oldest) => GroupRead::of_ends(oldest, newest, asked),
                Err(_) => GroupRead::searched(newest, asked),
            })
        };
        there(read.await)
    }

    async fn ask(
        &self,
        logs: &Logs,
        region: &Region,
        question: &LogQuestion<'_>,
    ) -> Result<LogAnswer, AwsError> {
        let limiter = self.limiter(region);
        logs.filter(question, || limiter.turn()).await
    }

    /// Half of the rate at once and half a second: never more than the rate within a second.
    fn limiter(&self, region: &Region) -> Arc<Limiter> {
        let half = Logs::most_a_second(region) / 2.0;
        self.limiters.at(region.clone(), half.floor(), half)
    }
}

impl LogsAsked {
    fn wants(&self, region: &Region) -> bool {
        self.regions.is_empty() || self.regions.contains(region)
    }

    fn is_about(&self, function: &str) -> bool {
        self.function
            .as_deref()
            .is_none_or(|wanted| wanted == function)
    }
}

impl GroupRead {
    fn searched(found: LogAnswer, asked: &LogsAsked) -> Self {
        let mut cut: Vec<String> = found
            .cut
            .iter()
            .map(|cut| match cut {
                Cut::Bound(bound) => format!(
                    "only {} events were read (the limit is {} events, {} MiB or {} calls for each log group)",
                    found.events.len(),
                    bound.events,
                    bound.bytes >> 20,
                    bound.pages
                ),
                Cut::Failed(error) => format!("the rest could not be read: {}", error.message),
            })
            .collect();
        if found.undated > 0 {
            cut.push(format!(
                "{} events without a time were left out",
                found.undated
            ));
        }
        // A text that is searched for leaves errors out that do not hold it.
        let errors = if asked.filter.is_some() || found.cut.is_some() {
            (found.since, found.until)
        } else {
            (asked.since, asked.until)
        };
        Self {
            events: found.events,
            errors,
            gap: None,
            lines: None,
            cut,
        }
    }

    /// Of the oldest and the newest: what is missing between them is the gap, and no cut.
    fn of_ends(oldest: LogAnswer, newest: LogAnswer, asked: &LogsAsked) -> Self {
        let (from, to) = (oldest.until, newest.since);
        let failed = matches!(oldest.cut, Some(Cut::Failed(_)));
        let read = Self::searched(oldest, asked).with(newest.events);
        Self {
            errors: (asked.since, newest.until),
            gap: (from < to).then_some((from, to)),
            cut: if failed { read.cut } else { Vec::new() },
            ..read
        }
    }

    /// With `others`, each event once.
    fn with(mut self, others: Vec<LogEvent>) -> Self {
        let key = |event: &LogEvent| (event.id.clone(), event.at, event.message.clone());
        let known: HashSet<_> = self.events.iter().map(key).collect();
        let new = others.into_iter().filter(|one| !known.contains(&key(one)));
        self.events.extend(new);
        self.events.sort_by_key(|event| event.at);
        self
    }
}

/// A group that is not there is none.
fn there(read: Result<GroupRead, AwsError>) -> Result<Option<GroupRead>, Missing> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(AwsError {
            kind: ErrorKind::NotFound,
            ..
        }) => Ok(None),
        Err(error) => Err(missing(error)),
    }
}

/// A text as one term of a filter pattern.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A function or an API that is not there is no data; what hinders the question says so.
fn missing(error: AwsError) -> Missing {
    match error.kind {
        ErrorKind::NotFound => Missing::CouldNotAsk { why: error.message },
        _ => error.into(),
    }
}
