//! The days before the world was founded, as `CloudWatch` would tell of them: calm days by the clients' rhythm. They
//! are not lived through: a minute is made when somebody asks for it, from a minute that was, the same every time.

use std::collections::BTreeMap;

use super::clients::Nearby;
use super::metrics::{MetricId, Sample};
use super::rng::pick;
use gwctl_fleet::Region;

/// `CloudWatch` keeps points of a minute for so many minutes (aws-facts §1.3).
const KEPT_MINUTES: i64 = 15 * 24 * 60;
/// How many of the first minutes that were are kept to make others from.
pub(super) const MODELS: usize = 20;
/// Days are a little busier or calmer than each other, in percent.
const DAYS_DIFFER: i64 = 9;
/// And so are minutes.
const MINUTES_DIFFER: i64 = 5;
/// The share of a working day's clients that come on Saturday or Sunday.
const WEEKEND: f64 = 0.85;

/// What grows with the number of requests: counts, and what is busy with them.
const WITH_TRAFFIC: [&str; 15] = [
    "4XXError",
    "4xx",
    "5XXError",
    "5xx",
    "BytesDownloaded",
    "CPUUtilization",
    "CommitThroughput",
    "ConcurrentExecutions",
    "Count",
    "DatabaseConnections",
    "DataProcessed",
    "Errors",
    "Invocations",
    "Requests",
    "UnreservedConcurrentExecutions",
];

/// When the world was founded, and whose clients are where.
#[derive(Debug, Clone, Default)]
pub(super) struct DaysBefore {
    /// The first minute that is lived through.
    founded: i64,
    nearby: BTreeMap<String, Nearby>,
    everywhere: Nearby,
}

impl DaysBefore {
    pub(super) fn new(founded: i64, regions: &[Region]) -> Self {
        let near = |region: &Region| (region.to_string(), Nearby::of(Some(region), regions));
        Self {
            founded,
            nearby: regions.iter().map(near).collect(),
            everywhere: Nearby::of(None, regions),
        }
    }

    /// The minutes from `from` on, before the founding, of a series whose first minutes were `models`. None of one that
    /// began later, or that no service of AWS writes.
    pub(super) fn minutes(
        &self,
        region: &str,
        id: &MetricId,
        models: &[(i64, Sample)],
        (from, until): (i64, i64),
    ) -> Vec<(i64, Sample)> {
        let ours = id.namespace.starts_with("AWS/");
        let from = from.max(self.founded - KEPT_MINUTES);
        let began = models.first().map(|(minute, _)| *minute);
        let until = until.min(began.unwrap_or(from));
        if !ours || began.is_none_or(|began| began > self.founded + 5) || from >= until {
            return Vec::new();
        }
        let global = id.namespace == "AWS/CloudFront";
        let near = self.nearby.get(region).filter(|_| !global);
        let near = near.unwrap_or(&self.everywhere);
        let grows = WITH_TRAFFIC.contains(&id.name.as_str());
        let count = i64::try_from(models.len()).unwrap_or(1);
        let each = (from..until).map(|minute| {
            let which = pick(minute as u64, "model", count);
            let (model, sample) = &models[which as usize];
            let mut sample = sample.clone();
            let busy = |minute: i64| near.awake(minute * 60) * of_day(minute);
            let traffic = busy(minute) / busy(*model).max(f64::MIN_POSITIVE);
            sample.scale(if grows { traffic } else { 1.0 }, traffic);
            (minute, sample)
        });
        each.collect()
    }
}

/// How busy the day of `minute` and the minute itself are, beside the rhythm of the day.
fn of_day(minute: i64) -> f64 {
    let day = minute.div_euclid(1_440);
    // The epoch was a Thursday.
    let weekend = matches!((day + 4).rem_euclid(7), 0 | 6);
    let usual = if weekend { WEEKEND } else { 1.0 };
    let differs = |of: i64, name: &str, percent: i64| {
        let step = pick(of as u64, name, 2 * percent + 1) - percent;
        1.0 + step as f64 / 100.0
    };
    usual * differs(day, "day", DAYS_DIFFER) * differs(minute, "minute", MINUTES_DIFFER)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(minute: i64, named: &str) -> Vec<(i64, f64)> {
        let regions: Vec<Region> = ["us-east-1", "eu-west-1"]
            .map(|code| Region::new(code).unwrap())
            .into();
        let days = DaysBefore::new(minute, &regions);
        let id = MetricId::new("AWS/ApiGateway", named, &[]);
        let models: Vec<_> = (0..10)
            .map(|n| (minute + n, Sample::tally(1_000.0, 1_000.0)))
            .collect();
        let all = days.minutes("eu-west-1", &id, &models, (minute - 2_880, minute + 10));
        let sum = |sample: &Sample| match sample {
            Sample::Set { sum, .. } => *sum,
            Sample::Spread(_) => 0.0,
        };
        all.iter().map(|(at, sample)| (*at, sum(sample))).collect()
    }

    #[test]
    fn the_days_before_have_a_rhythm_and_are_the_same_every_time() {
        let noon = 29_000_000 / 1_440 * 1_440 + 12 * 60;
        let days = count(noon, "Count");
        assert_eq!(days.len(), 2_880, "up to the first minute that was");
        assert_eq!(days, count(noon, "Count"));
        let mean = |from: i64| {
            let hour = days.iter().filter(|(at, _)| (from..from + 60).contains(at));
            hour.map(|(_, value)| value).sum::<f64>() / 60.0
        };
        let (night, day) = (mean(noon - 9 * 60 - 1_440), mean(noon - 1_440));
        assert!(night < 0.8 * day, "{night} {day}");
    }

    #[test]
    fn what_nobody_of_aws_writes_has_no_days_before() {
        let regions = [Region::new("us-east-1").unwrap()];
        let days = DaysBefore::new(1_000_000, &regions);
        let models = [(1_000_000, Sample::gauge(1.0))];
        let own = MetricId::new("gwctl", "Switch", &[]);
        assert!(
            days.minutes("us-east-1", &own, &models, (999_000, 1_000_000))
                .is_empty()
        );
        let late = [(1_000_100, Sample::gauge(1.0))];
        let id = MetricId::new("AWS/Lambda", "Errors", &[]);
        assert!(
            days.minutes("us-east-1", &id, &late, (999_000, 1_000_100))
                .is_empty()
        );
    }
}
