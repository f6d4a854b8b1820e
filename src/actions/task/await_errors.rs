//! Waiting until the errors of what was rolled back have fallen.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Work};
use crate::{PlannedCall, format, traffic};
use gwctl_fleet::{Metric, Metrics, Missing, Region, Snapshot};

/// How long the errors may go on: calls that began before end, and CloudWatch tells a minute up to three minutes
/// late (aws-facts §1.3).
const PATIENCE_S: u64 = 420;

/// Whose errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Whose {
    /// A function's invocations that failed.
    Function,
    /// What the Region's API answered with 5xx.
    Api,
    /// Requests of the distribution at which the router failed.
    Router,
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
}

impl Whose {
    /// What is counted, and what of it fails.
    pub(crate) const fn metrics(self) -> (Metric, Metric) {
        match self {
            Self::Function => (Metric::FunctionInvocations, Metric::FunctionErrors),
            Self::Api => (Metric::ApiRequests, Metric::Api5xx),
            Self::Router => (Metric::EdgeRequests, Metric::EdgeFunctionErrors),
        }
    }

    /// Where `snapshot` has them.
    pub(crate) fn series<'a>(
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
            Self::Router => Some(&snapshot.edge.metrics),
        }
    }
}

impl Work for AwaitErrors {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (u64, u64) {
        (180, 1_200)
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let snapshot = context.run.snapshot();
        let name = &self.name;
        let Some(metrics) = self.whose.series(&snapshot, &self.region, name) else {
            return Observation::Wrong(format!("{name} in {} is not in the picture", self.region));
        };
        let (all, failed) = self.whose.metrics();
        let calls = metrics.latest(all, snapshot.at);
        let calls = calls.filter(|point| point.at >= context.since && point.value > 0.0);
        let Some(calls) = calls else {
            return self.uncalled(metrics, &snapshot, context);
        };
        let Some(errors) = metrics.beside(failed, calls.at, context.now()) else {
            return Observation::Underway(format!(
                "how many calls of {name} failed is not known yet"
            ));
        };
        let share = 100.0 * errors / calls.value;
        let said = format!(
            "{} of {} calls of {name} failed in the minute {}{}",
            format::percent(share),
            format::count(calls.value),
            calls.at.strftime("%H:%MZ"),
            self.compared()
        );
        if share <= self.errors_percent {
            Observation::Done(said)
        } else if context.elapsed_s() < PATIENCE_S {
            Observation::Underway(said)
        } else {
            Observation::Wrong(format!("{said}: the deployment may not be what is wrong"))
        }
    }
}

impl AwaitErrors {
    fn compared(&self) -> String {
        let before = self.before.map(format::percent);
        before.map_or_else(String::new, |before| format!(", {before} before"))
    }

    /// Without calls there are no points: newer ones of something else say that CloudWatch is not late.
    fn uncalled(
        &self,
        metrics: &Metrics,
        snapshot: &Snapshot,
        context: &Context<'_>,
    ) -> Observation {
        let name = &self.name;
        let calls = metrics.get(self.whose.metrics().0);
        if let Some(why) = calls.why_missing().filter(|why| **why != Missing::NoData) {
            return Observation::Underway(format!("the calls of {name} are not known: {why}"));
        }
        let from = context.since;
        let newer = traffic::counts_there(snapshot, &self.region, from)
            || traffic::counts_elsewhere(snapshot, from);
        let over = snapshot.at.duration_since(from) > SignedDuration::from_mins(5);
        if newer && over {
            return Observation::Done(format!(
                "nobody has called {name} since: no figure shows whether its errors are gone"
            ));
        }
        Observation::Underway("no complete minute of figures yet".into())
    }
}
