//! Series of a time that the picture no longer holds, or of the same time on another day: asked only while somebody
//! looks at them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::cost;
use super::poller::Poller;
use super::questions::{self, Key, Place};
use gwctl_aws::MetricQuestion;
use gwctl_fleet::{Account, Metric, Metrics, Missing, Observed, Point, Region, Series, Snapshot};

/// `CloudWatch` keeps points of a minute for so long (aws-facts §1.3); older ones are asked by five minutes.
const MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(15 * 24);
/// And points of five minutes for so long; older ones are asked by the hour.
const FIVE_MINUTES_KEPT: SignedDuration = SignedDuration::from_hours(63 * 24);

/// Asked of each API for charts that lay the Regions over each other.
const KEY_METRICS: [Metric; 3] = [Metric::Api5xx, Metric::ApiLatencyP99, Metric::ApiRequests];
const LAGS: [Metric; 2] = [Metric::RpoLag, Metric::ReplicationLag];
const EDGE: [Metric; 4] = [
    Metric::EdgeRequests,
    Metric::Edge4xxRate,
    Metric::Edge5xxRate,
    Metric::EdgeOriginLatencyP90,
];

/// Whose series are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PastOf {
    /// Errors, latency, requests and lag of every Region.
    Fleet,
    /// Everything measured in a Region.
    Region(Region),
    /// The lag of every secondary.
    Database,
    /// The distribution's.
    Edge,
}

/// A question about the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastQuestion {
    pub of: PastOf,
    pub from: Timestamp,
    pub to: Timestamp,
    /// How long one point is; longer where `CloudWatch` no longer keeps such short ones.
    pub period: SignedDuration,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Past {
    pub question: PastQuestion,
    /// The picture of the fleet with the series of that time in their places, counts as counts of a minute. A series
    /// that could not be asked says why.
    pub picture: Snapshot,
}

impl PastOf {
    /// Whether the series `metric` of `place` in `region` is among them.
    fn holds(&self, (place, metric): &Key, region: &Region, picture: &Snapshot) -> bool {
        match self {
            Self::Fleet => KEY_METRICS.contains(metric) || LAGS.contains(metric),
            Self::Database => LAGS.contains(metric),
            Self::Edge => EDGE.contains(metric),
            Self::Region(wanted) => match place {
                Place::Check(id) => picture
                    .edge
                    .check(wanted)
                    .is_some_and(|check| check.id == *id),
                Place::Edge => false,
                Place::Api(_) | Place::Function(..) | Place::Cluster(..) => region == wanted,
            },
        }
    }

    /// How many series of `picture` it asks for: what one question costs is known before it is asked.
    pub fn series(&self, picture: &Snapshot) -> usize {
        let some = |metrics: &Metrics, wanted: &dyn Fn(Metric) -> bool| {
            metrics.iter().filter(|(metric, _)| wanted(*metric)).count()
        };
        let lags = || -> usize {
            let clusters = picture.database.clusters.values();
            clusters
                .map(|cluster| some(&cluster.metrics, &|metric| LAGS.contains(&metric)))
                .sum()
        };
        match self {
            Self::Fleet => {
                let sites = picture.sites.iter();
                let keys = sites
                    .map(|site| some(&site.api.metrics, &|metric| KEY_METRICS.contains(&metric)));
                keys.sum::<usize>() + lags()
            }
            Self::Database => lags(),
            Self::Edge => some(&picture.edge.metrics, &|metric| EDGE.contains(&metric)),
            Self::Region(region) => {
                let all = |metrics: &Metrics| some(metrics, &|_| true);
                let site = picture.site(region).map_or(0, |site| {
                    let functions = site.functions.iter();
                    let functions: usize = functions.map(|one| all(&one.metrics)).sum();
                    all(&site.api.metrics) + functions
                });
                let cluster = picture.database.clusters.get(region);
                let check = picture.edge.check(region);
                site + cluster.map_or(0, |one| all(&one.metrics))
                    + check.map_or(0, |one| all(&one.metrics))
            }
        }
    }

    /// US dollars that one question for them costs.
    pub fn dollars(&self, picture: &Snapshot) -> f64 {
        cost::dollars(self.series(picture))
    }

    /// The Regions whose `CloudWatch` has them.
    fn regions(&self, picture: &Snapshot) -> BTreeSet<Region> {
        let sites = picture.sites.iter().map(|site| site.region.clone());
        let members = picture.database.clusters.keys().cloned();
        match self {
            Self::Fleet => sites.chain(members).collect(),
            Self::Database => members.collect(),
            Self::Edge => BTreeSet::from([Region::global()]),
            Self::Region(region) => BTreeSet::from([region.clone(), Region::global()]),
        }
    }
}

/// The shortest period of at least `wanted` that `CloudWatch` still keeps from `from` on, at `now` (aws-facts §1.3).
fn kept(wanted: SignedDuration, from: Timestamp, now: Timestamp) -> Duration {
    let age = now.duration_since(from);
    let least = if age > FIVE_MINUTES_KEPT {
        3_600
    } else if age > MINUTES_KEPT {
        300
    } else {
        60
    };
    let wanted = wanted.as_secs().max(1);
    let periods = (wanted + least - 1) / least;
    Duration::from_secs(u64::try_from(periods * least).unwrap_or(60))
}

/// Asks every Region and account side by side: one call each.
pub(super) async fn ask(poller: &Poller, question: PastQuestion, picture: &Snapshot) -> Past {
    let period = kept(question.period, question.from, poller.clock.now());
    let regions = question.of.regions(picture);
    let calls = regions.iter().flat_map(|region| {
        let mut by_account: BTreeMap<Option<Account>, Vec<MetricQuestion<Key>>> = BTreeMap::new();
        for mut one in questions::all(&poller.spec, &poller.shared_facts, region) {
            if question.of.holds(&one.key, region, picture) {
                one.period = period;
                let holder = poller.spec.accounts.holder(&one.key.0.account(), region);
                by_account.entry(holder).or_default().push(one);
            }
        }
        by_account.into_values().map(move |asked| (region, asked))
    });
    let calls: Vec<_> = calls.collect();
    let window = (question.from, question.to);
    let answers = calls.iter().map(|(region, asked)| async move {
        let session = poller.session.in_account(asked[0].key.0.account());
        let cloudwatch = session.cloudwatch(region);
        let call = cloudwatch.metrics(asked, window.0, window.1);
        poller.ask("cloudwatch:GetMetricData", region, call).await
    });
    let answers = join_all(answers).await;
    let mut past = picture.clone();
    for ((_, asked), said) in calls.iter().zip(answers) {
        let failed = said.answer.as_ref().err().cloned();
        // They come in the order of the questions.
        let mut series = said.answer.unwrap_or_default().into_iter();
        for one in asked {
            let answer = match (&failed, series.next()) {
                (None, Some((_, answer))) => answer,
                (Some(why), _) => Err(why.clone()),
                (None, None) => Err(Missing::NoData),
            };
            let Some(metrics) = questions::metrics_of(&mut past, &one.key.0) else {
                continue;
            };
            let source = said.source.clone();
            *metrics.entry(one.key.1) = match answer {
                Ok(answer) => {
                    Observed::known(Arc::new(of_a_minute(&answer, one.stat)), said.at, source)
                }
                Err(why) => Observed::missing(why, source),
            };
        }
    }
    Past {
        question,
        picture: past,
    }
}

/// Counts of longer periods as counts of a minute, as the picture has them.
fn of_a_minute(series: &Series, stat: &str) -> Series {
    let minutes = series.period.as_secs_f64() / 60.0;
    let counts = matches!(stat, "Sum" | "SampleCount");
    let scaled = series.points().iter().map(|point| Point {
        value: if counts {
            point.value / minutes
        } else {
            point.value
        },
        ..*point
    });
    Series::new(series.period, scaled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_is_one_that_cloudwatch_still_keeps() {
        let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let asked = |minutes: i64, days: i64| {
            let from = now - SignedDuration::from_hours(24 * days);
            kept(SignedDuration::from_mins(minutes), from, now).as_secs()
        };
        assert_eq!([asked(1, 0), asked(2, 1), asked(30, 14)], [60, 120, 1_800]);
        assert_eq!([asked(1, 16), asked(7, 16)], [300, 600]);
        assert_eq!([asked(1, 64), asked(61, 64)], [3_600, 7_200]);
    }

    #[test]
    fn counts_are_those_of_a_minute_whatever_the_period() {
        let at = Timestamp::UNIX_EPOCH;
        let series = Series::new(Duration::from_mins(5), [Point { at, value: 50.0 }]);
        let value = |stat| of_a_minute(&series, stat).points()[0].value;
        let values = [value("Sum"), value("SampleCount"), value("p99")];
        assert_eq!(format!("{values:?}"), "[10.0, 10.0, 50.0]");
    }
}
