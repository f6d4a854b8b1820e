//! In which order the figures of the fleet turned: what came first is nearer to the cause.

use std::time::Duration;

use gwctl_fleet::{Metric, Metrics, Region, Snapshot, Unit, format};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::turn::Turn;

/// What turned so much earlier than now belongs to something else.
const LATELY: SignedDuration = SignedDuration::from_hours(1);

/// A figure that took another level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Turned {
    /// Where; none where it is no single Region's.
    pub region: Option<Region>,
    /// What took another level: `errors of orders-write`.
    pub figure: String,
    #[serde(skip)]
    pub metric: Metric,
    /// The function whose figure it is; none where it is no function's.
    pub function: Option<String>,
    pub unit: Unit,
    /// Of what is counted: how long is counted, in seconds.
    pub counted_s: Option<u64>,
    #[serde(flatten)]
    pub turn: Turn,
}

impl Turned {
    /// `13:54  eu-west-1: errors of orders-write 0/s → 21/s`.
    pub fn sentence(&self) -> String {
        let place = self.region.as_ref().map(|region| format!("{region}: "));
        let at = format::minute(self.turn.at);
        format!("{at}  {}{}", place.unwrap_or_default(), self.change())
    }

    /// `errors of orders-write 0/s → 21/s`.
    pub(crate) fn change(&self) -> String {
        let value = |value: f64| match self.counted_s {
            Some(s) => format::per_second(value, Duration::from_secs(s)),
            None => format::in_unit(value, self.unit),
        };
        let (before, after) = (value(self.turn.before), value(self.turn.after));
        format!("{} {before} → {after}", self.figure)
    }
}

/// What turned lately, the first first. It fits every series of the fleet: ask where it is shown. Where nothing is wrong, a
/// figure that turned is somebody's new release, or a busy hour.
pub fn turned(picture: &Snapshot) -> Vec<Turned> {
    let mut all = Vec::new();
    for site in &picture.sites {
        let mut here = Figures {
            now: picture.at,
            region: Some(&site.region),
            into: &mut all,
        };
        here.of(Whose::Api, &site.api.metrics, &OF_API);
        for function in &site.functions {
            let whose = Whose::Function(&function.name);
            here.of(whose, &function.metrics, &OF_FUNCTION);
        }
    }
    for (region, cluster) in &picture.database.clusters {
        let mut here = Figures {
            now: picture.at,
            region: Some(region),
            into: &mut all,
        };
        here.of(Whose::Database, &cluster.metrics, &OF_CLUSTER);
    }
    all.sort_by(|a, b| (a.turn.at, &a.region).cmp(&(b.turn.at, &b.region)));
    all
}

/// Of these a period has a sum.
const COUNTED: [Metric; 5] = [
    Metric::ApiRequests,
    Metric::Api5xx,
    Metric::Api4xx,
    Metric::FunctionErrors,
    Metric::FunctionThrottles,
];
const OF_API: [Metric; 4] = [
    Metric::ApiRequests,
    Metric::Api5xx,
    Metric::Api4xx,
    Metric::ApiLatencyP90,
];
const OF_FUNCTION: [Metric; 3] = [
    Metric::FunctionErrors,
    Metric::FunctionThrottles,
    Metric::FunctionDurationP95,
];
const OF_CLUSTER: [Metric; 3] = [
    Metric::RpoLag,
    Metric::ReplicationLag,
    Metric::DbConnections,
];

/// Whose figure it is.
#[derive(Clone, Copy)]
enum Whose<'a> {
    Api,
    Function(&'a str),
    Database,
}

impl Whose<'_> {
    fn named(self, metric: Metric) -> String {
        let title = metric.title();
        match self {
            Self::Api => title.to_owned(),
            Self::Function(name) => format!("{title} of {name}"),
            Self::Database => format!("{title} of the database"),
        }
    }

    fn function(self) -> Option<String> {
        match self {
            Self::Function(name) => Some(name.to_owned()),
            Self::Api | Self::Database => None,
        }
    }
}

struct Figures<'a> {
    now: Timestamp,
    region: Option<&'a Region>,
    into: &'a mut Vec<Turned>,
}

impl Figures<'_> {
    fn of(&mut self, whose: Whose<'_>, metrics: &Metrics, which: &[Metric]) {
        for metric in which {
            let Some(series) = metrics.get(*metric).current() else {
                continue;
            };
            let turn = Turn::of(series, self.now);
            let Some(turn) = turn.filter(|turn| self.now.duration_since(turn.at) <= LATELY) else {
                continue;
            };
            self.into.push(Turned {
                region: self.region.cloned(),
                figure: whose.named(*metric),
                metric: *metric,
                function: whose.function(),
                unit: metric.unit(),
                counted_s: COUNTED.contains(metric).then(|| series.period.as_secs()),
                turn,
            });
        }
    }
}
