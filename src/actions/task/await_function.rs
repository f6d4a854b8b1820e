//! Waiting until a function's errors have fallen.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Work};
use crate::{PlannedCall, format, traffic};
use gwctl_fleet::{Function, Metric, Missing, Region, Snapshot};

/// How long the errors may go on: calls that began before end, and CloudWatch tells a minute up to three minutes
/// late (aws-facts §1.3).
const PATIENCE_S: u64 = 420;

/// Until a whole minute since the step began shows that a function's calls no longer fail, or that nobody calls it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitFunction {
    pub region: Region,
    /// As the configuration names it.
    pub function: String,
    /// Largest share of failed invocations, in percent.
    pub errors_percent: f64,
    /// The share before, in percent; none where it was not known.
    pub before: Option<f64>,
}

impl Work for AwaitFunction {
    fn calls(&self) -> Vec<PlannedCall> {
        Vec::new()
    }

    fn times(&self) -> (u64, u64) {
        (180, 1_200)
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let snapshot = context.run.snapshot();
        let name = &self.function;
        let site = snapshot.site(&self.region);
        let function = site.and_then(|site| site.functions.iter().find(|one| &one.name == name));
        let Some(function) = function else {
            return Observation::Wrong(format!("{name} in {} is not in the picture", self.region));
        };
        let metrics = &function.metrics;
        let calls = metrics.latest(Metric::FunctionInvocations, snapshot.at);
        let calls = calls.filter(|point| point.at >= context.since && point.value > 0.0);
        let Some(calls) = calls else {
            return self.uncalled(function, &snapshot, context);
        };
        let Some(errors) = metrics.beside(Metric::FunctionErrors, calls.at, context.now()) else {
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

impl AwaitFunction {
    fn compared(&self) -> String {
        let before = self.before.map(format::percent);
        before.map_or_else(String::new, |before| format!(", {before} before"))
    }

    /// Without calls there are no points: newer ones of something else say that CloudWatch is not late.
    fn uncalled(
        &self,
        function: &Function,
        snapshot: &Snapshot,
        context: &Context<'_>,
    ) -> Observation {
        let name = &self.function;
        let calls = function.metrics.get(Metric::FunctionInvocations);
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
