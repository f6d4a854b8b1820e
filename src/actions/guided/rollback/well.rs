//! The step that shows whether a rollback helped.

use super::function::BACK;
use crate::task::{AwaitErrors, Whose};
use crate::{Step, Task};
use gwctl_fleet::{Region, Snapshot};

/// Errors of what was rolled back fall, or nobody calls it.
pub(super) fn well(snapshot: &Snapshot, whose: Whose, region: &Region, name: &str) -> Step {
    let (all, failed) = whose.metrics();
    let series = whose.series(snapshot, region, name);
    let now = series.and_then(|metrics| metrics.percent(failed, all, snapshot.at));
    let limits = &snapshot.thresholds;
    let limit = match whose {
        Whose::Function => limits.lambda_error_percent,
        Whose::Api => limits.api_5xx_percent,
        Whose::Router => limits.edge_5xx_percent,
    };
    let task = AwaitErrors {
        whose,
        region: region.clone(),
        name: name.into(),
        errors_percent: limit.warn,
        before: now.map(|point| point.value),
    };
    let title = format!("The errors of {name} fall");
    Step::new("errors", title, Task::AwaitErrors(task), snapshot).after([BACK])
}
