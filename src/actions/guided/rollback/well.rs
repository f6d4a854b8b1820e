//! The step that shows whether a rollback helped.

use super::function::BACK;
use crate::task::{AwaitErrors, InFront, Whose};
use crate::{Step, Task};
use gwctl_fleet::{Region, Snapshot};

/// Errors of what was rolled back fall, and those that its clients get; or nobody calls it.
pub(super) fn well(snapshot: &Snapshot, whose: Whose, region: &Region, name: &str) -> Step {
    let limits = &snapshot.thresholds;
    let limit = |whose| match whose {
        Whose::Function | Whose::Router => limits.lambda_error_percent.warn,
        Whose::Api => limits.api_5xx_percent.warn,
        Whose::Distribution => limits.edge_5xx_percent.warn,
    };
    let before = |whose: Whose| whose.percent(snapshot, region, name);
    let site = snapshot.site(region);
    let has_api = site.is_some_and(|site| !site.api.id.is_empty());
    let front = whose.in_front().filter(|one| has_api || *one != Whose::Api);
    let task = AwaitErrors {
        whose,
        region: region.clone(),
        name: name.into(),
        errors_percent: limit(whose),
        before: before(whose),
        in_front: front.map(|front| InFront {
            percent: limit(front),
            before: before(front),
        }),
    };
    let title = format!("The errors of {name} fall");
    Step::new("errors", title, Task::AwaitErrors(task), snapshot).after([BACK])
}
