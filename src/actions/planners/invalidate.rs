//! Remove paths from CloudFront's caches.

use crate::check::{Check, Finding};
use crate::plan::{PlanContext, digest};
use crate::task::Invalidate;
use crate::{Change, Intent, Places, Plan, Refused, Rehearsal, Step, Task};
use gwctl_fleet::{Region, Snapshot};

/// Everything.
pub fn offers(_: &Snapshot, _: &Region) -> Vec<Intent> {
    vec![Intent::Invalidate {
        paths: vec!["/*".into()],
    }]
}

/// One path.
pub fn rehearsals(_: &Places) -> Vec<Rehearsal> {
    let paths = vec!["/orders/*".to_owned()];
    vec![Rehearsal::calm("invalidate", Intent::Invalidate { paths })]
}

/// The plan.
pub fn plan(context: &PlanContext<'_>, intent: &Intent) -> Result<Plan, Refused> {
    let Intent::Invalidate { paths } = intent else {
        return Err(Refused::new("not an invalidation"));
    };
    if let Some(bad) = paths.iter().find(|path| !path.starts_with('/')) {
        return Err(
            Refused::new(format!("`{bad}` is not a path: a path begins with `/`"))
                .instead(format!("`/{bad}`")),
        );
    }
    if paths.is_empty() {
        return Err(Refused::new("no path was given").instead("`/*` is everything."));
    }
    let distribution = context.distribution()?;
    let mut plan = context.plan(
        intent,
        format!("Invalidate {} of {distribution}", paths.join(" ")),
        distribution,
    );
    let everything = paths.iter().any(|path| path == "/*");
    plan.checks.push(Check::of(
        "scope",
        !everything,
        "single paths",
        Finding::Warn,
        "everything is fetched anew: expect more requests in every Region for a while",
    ));
    let seed = format!("{}{}", context.snapshot.at, paths.join(" "));
    let task = Task::Invalidate(Invalidate {
        distribution: distribution.to_owned(),
        paths: paths.clone(),
        reference: format!("gwctl-{}", digest(seed.as_bytes())),
    });
    let step = Step::new("invalidate", "Invalidate the paths", task, context.snapshot);
    plan.steps
        .push(step.changes(Change::new("cached copies", "kept", "fetched anew")));
    plan.notes
        .push("An invalidation cannot be taken back.".into());
    Ok(plan)
}
