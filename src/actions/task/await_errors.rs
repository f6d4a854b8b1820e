//! Waiting until the errors of what was rolled back have fallen.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Work};
use crate::{Expected, PlannedCall, format, traffic};
use gwctl_fleet::{Metric, Metrics, Missing, Point, Region, Snapshot};

/// How long the errors may go on: calls that began before end, and CloudWatch tells a minute up to three minutes
/// late (aws-facts §1.3).
const PATIENCE_S: u64 = 420;
/// Of a minute that is over for longer, points that are not there will not come (aws-facts §1.3).
const LATE: SignedDuration = SignedDuration::from_mins(4);
/// How many minutes one looks back for one of which everything is known.
const NEWEST: usize = 5;

/// Whose errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// A function's invocations that failed.
    Function,
    /// What the Region's API answered with 5xx.
    Api,
    /// Requests of the distribution at which the router failed: it threw, its reply was not valid, or it went over
    /// Lambda's limits (aws-facts §5.3).
    Router,
    /// What the distribution answered with 5xx.
    Distribution,
}

/// Until a whole minute since the step began shows that calls no longer fail, or that nobody calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitErrors {
    pub whose: Whose,
    pub region: Region,
    /// As the configuration names the function; of the others, as they are called.
    pub name: String,
    /// Largest share of failed calls, in percent.
    pub errors_percent: f64,
    /// The share before, in percent; none where it was not known.
    pub before: Option<f64>,
    /// The same of what stands in front of it: a function that answers 500 itself has not failed for Lambda
    /// (aws-facts §13.6), and a router that leads nowhere not for CloudFront. None where nothing does.
    #[serde(default)]
    pub in_front: Option<InFront>,
}

/// The 5xx of what stands in front.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct InFront {
    /// Largest share, in percent.
    pub percent: f64,
    /// The share before, in percent; none where it was not known.
    pub before: Option<f64>,
}

impl Whose {
    /// What answers clients for it.
    pub(crate) const fn in_front(self) -> Option<Self> {
        match self {
            Self::Function => Some(Self::Api),
            Self::Router => Some(Self::Distribution),
            Self::Api | Self::Distribution => None,
        }
    }

    /// The share of its calls that failed, in percent, in the newest minute of which it is known.
    pub(crate) fn percent(self, snapshot: &Snapshot, region: &Region, name: &str) -> Option<f64> {
        let metrics = self.series(snapshot, region, name)?;
        let minutes = self.minutes(metrics, snapshot.at).into_iter();
        let mut shares = minutes.filter_map(|calls| self.failed(metrics, calls, snapshot.at));
        shares.next()
    }

    /// What counts the calls.
    const fn calls(self) -> Metric {
        match self {
            Self::Function => Metric::FunctionInvocations,
            Self::Api => Metric::ApiRequests,
            Self::Router | Self::Distribution => Metric::EdgeRequests,
        }
    }

    /// Where `snapshot` has its figures.
    fn series<'a>(
        self,
        snapshot: &'a Snapshot,
        region: &Region,
        name: &str,
    ) -> Option<&'a Metrics> {
        let site = snapshot.site(region);
        match self {
            Self::Function => {
                let mut all = site?.functions.iter();
                Some(&all.find(|one| one.name == name)?.metrics)
            }
            Self::Api => Some(&site?.api.metrics),
            Self::Router | Self::Distribution => Some(&snapshot.edge.metrics),
        }
    }

    /// The newest settled minutes with calls, the newest first.
    fn minutes(self, metrics: &Metrics, now: Timestamp) -> Vec<Point> {
        let calls = metrics.get(self.calls()).current();
        let Some((calls, newest)) = calls.and_then(|all| Some((all, all.settled(now)?))) else {
            return Vec::new();
        };
        let settled = calls.points().iter().rev();
        let settled = settled.filter(|one| one.at <= newest.at).take(NEWEST);
        settled.filter(|one| one.value > 0.0).copied().collect()
    }

    /// The share of `calls`, those of a minute, that failed, in percent; none where that is not known.
    fn failed(self, metrics: &Metrics, calls: Point, now: Timestamp) -> Option<f64> {
        let share = |failed: f64| 100.0 * failed / calls.value;
        let count = |metric| counted(metrics, metric, calls.at, now);
        match self {
            Self::Function => count(Metric::FunctionErrors).map(share),
            Self::Api => count(Metric::Api5xx).map(share),
            Self::Router => {
                let known = [Metric::EdgeFunctionErrors, Metric::EdgeFunctionInvalid].map(count);
                // CloudWatch may have no metric of this name, which then was not asked for (aws-facts §1.2).
                let limited = Metric::EdgeFunctionLimited;
                let named = metrics.get(limited).why_missing() != Some(&Missing::NotYet);
                let limited = if named { count(limited) } else { Some(0.0) };
                let all = known.into_iter().chain([limited]);
                all.sum::<Option<f64>>().map(share)
            }
            Self::Distribution => {
                let rates = metrics.get(Metric::Edge5xxRate).current()?;
                let mut rates = rates.points().iter().rev();
                rates.find(|one| one.at == calls.at).map(|one| one.value)
            }
        }
    }

    /// `12 of 1,100 calls of orders-write failed`, without the figures.
    fn told(self, name: &str, region: &Region) -> [String; 2] {
        match self {
            Self::Function | Self::Router => [format!("calls of {name}"), "failed".into()],
            Self::Api => [format!("requests to the API in {region}"), "got 5xx".into()],
            Self::Distribution => ["requests of the distribution".into(), "got 5xx".into()],
        }
    }
}

/// What `part` counted in the minute at `at`. That CloudWatch has no such points at all is zero only of a minute whose
/// points would be there by now.
fn counted(metrics: &Metrics, part: Metric, at: Timestamp, now: Timestamp) -> Option<f64> {
    let none = metrics.get(part).why_missing() == Some(&Missing::NoData);
    let known = !none || now.duration_since(at) > LATE;
    known.then(|| metrics.beside(part, at, now)).flatten()
}

impl Work for AwaitErrors {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (Expected, u64) {
        (
            Expected::between(
                180,
                60,
                600,
                "AWS: figures of a minute come minutes later (aws-facts §1.3)",
            ),
            1_200,
        )
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let mut shown = vec![self.shown(self.whose, (self.errors_percent, self.before), context)];
        if let Some((whose, limit)) = self.whose.in_front().zip(self.in_front) {
            shown.push(self.shown(whose, (limit.percent, limit.before), context));
        }
        together(&shown, context.elapsed_s())
    }
}

/// What the figures of one show, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shows {
    /// Few calls fail, or nobody calls.
    Well,
    /// Nothing yet.
    Nothing,
    /// Too many calls fail.
    Bad,
    /// There is no such thing.
    Gone,
}

/// What is so once all of them are looked at.
fn together(shown: &[(Shows, String)], elapsed_s: u64) -> Observation {
    let worst = shown.iter().map(|(shows, _)| *shows).max();
    let told = |wanted: &[Shows]| {
        let of = shown.iter().filter(|(shows, _)| wanted.contains(shows));
        let texts: Vec<&str> = of.map(|(_, text)| text.as_str()).collect();
        texts.join("; ")
    };
    match worst {
        None | Some(Shows::Well) => Observation::Done(told(&[Shows::Well])),
        Some(Shows::Nothing) => Observation::Underway(told(&[Shows::Nothing])),
        Some(Shows::Gone) => Observation::Wrong(told(&[Shows::Gone])),
        Some(Shows::Bad) => {
            let said = told(&[Shows::Well, Shows::Bad]);
            if elapsed_s < PATIENCE_S {
                Observation::Underway(said)
            } else {
                Observation::Wrong(format!("{said}: the deployment may not be what is wrong"))
            }
        }
    }
}

impl AwaitErrors {
    /// What the figures of `whose` show, at most `limit` percent of whose calls may fail.
    fn shown(
        &self,
        whose: Whose,
        (limit, before): (f64, Option<f64>),
        context: &Context<'_>,
    ) -> (Shows, String) {
        let snapshot = context.run.snapshot();
        let [calls_of, failed] = whose.told(&self.name, &self.region);
        let Some(metrics) = whose.series(&snapshot, &self.region, &self.name) else {
            let name = &self.name;
            let text = format!("{name} in {} is not in the picture", self.region);
            return (Shows::Gone, text);
        };
        let minutes = whose.minutes(metrics, snapshot.at).into_iter();
        let minutes: Vec<Point> = minutes.filter(|one| one.at >= context.since).collect();
        if minutes.is_empty() {
            return self.uncalled(metrics.get(whose.calls()), &calls_of, &snapshot, context);
        }
        let share = |calls: &Point| Some((*calls, whose.failed(metrics, *calls, context.now())?));
        let Some((calls, share)) = minutes.iter().find_map(share) else {
            let text = format!("how many {calls_of} {failed} is not known yet");
            return (Shows::Nothing, text);
        };
        let before = before.map(format::percent);
        let before = before.map_or_else(String::new, |before| format!(", {before} before"));
        let text = format!(
            "{} of {} {calls_of} {failed} in the minute {}{before}",
            format::percent(share),
            format::count(calls.value),
            calls.at.strftime("%H:%MZ"),
        );
        let shows = if share <= limit {
            Shows::Well
        } else {
            Shows::Bad
        };
        (shows, text)
    }

    /// Without calls there are no points: newer ones of something else say that CloudWatch is not late.
    fn uncalled<T>(
        &self,
        calls: &gwctl_fleet::Observed<T>,
        calls_of: &str,
        snapshot: &Snapshot,
        context: &Context<'_>,
    ) -> (Shows, String) {
        if let Some(why) = calls.why_missing().filter(|why| **why != Missing::NoData) {
            return (
                Shows::Nothing,
                format!("the {calls_of} are not known: {why}"),
            );
        }
        let from = context.since;
        let newer = traffic::counts_there(snapshot, &self.region, from)
            || traffic::counts_elsewhere(snapshot, from);
        let over = snapshot.at.duration_since(from) > SignedDuration::from_mins(5);
        if newer && over {
            let text = format!(
                "there were no {calls_of} since: no figure shows whether the errors are gone"
            );
            return (Shows::Well, text);
        }
        (Shows::Nothing, "no complete minute of figures yet".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::Source;

    #[test]
    fn no_points_at_all_are_zero_only_of_a_minute_whose_points_would_be_there() {
        let at = |minute: i64| Timestamp::from_second(60 * minute).unwrap();
        let invalid = Metric::EdgeFunctionInvalid;
        let mut metrics = Metrics::default();
        let source = Source {
            api: "cloudwatch:GetMetricData",
            region: None,
        };
        let none = Err(Missing::NoData);
        metrics.entry(invalid).renew(none, at(12), source);
        assert_eq!(counted(&metrics, invalid, at(9), at(12)), None);
        assert_eq!(counted(&metrics, invalid, at(7), at(12)), Some(0.0));
    }

    #[test]
    fn all_that_is_looked_at_must_be_well() {
        let of = |shows| (shows, format!("{shows:?}"));
        let found = |all: &[Shows], elapsed_s| {
            let all: Vec<_> = all.iter().copied().map(of).collect();
            together(&all, elapsed_s)
        };
        let (well, bad, nothing) = (Shows::Well, Shows::Bad, Shows::Nothing);
        assert_eq!(found(&[well], 0), Observation::Done("Well".into()));
        let waits = Observation::Underway("Nothing".into());
        assert_eq!(found(&[well, nothing], 900), waits);
        let waits = Observation::Underway("Well; Bad".into());
        assert_eq!(found(&[well, bad], 60), waits);
        let held = found(&[well, bad], 900);
        assert!(matches!(held, Observation::Wrong(_)), "{held:?}");
    }
}
