//! A guided action on a still world: for pictures of a run without a terminal and without waiting.

use std::sync::Arc;
use std::time::Duration;

use super::failure::Failure;
use super::simulated::{Still, still};
use super::target::Target;
use crate::actions::{Confirmation, Folder, Intent, Operator, RunState, look_up, plan, start};
use crate::console::Opened;
use crate::fleet::{Pace, Snapshot};

/// The fleet and the run at one moment of it.
pub struct Rehearsed {
    /// The fleet.
    pub picture: Arc<Snapshot>,
    /// The run, so far.
    pub run: Arc<RunState>,
}

/// Does `intent` in `world` and looks at it `into` the run. Nothing of it is kept.
pub fn rehearse(
    world: &Still,
    intent: &Intent,
    into: Duration,
    limit: Duration,
) -> Result<Rehearsed, Failure> {
    still(world, async |target| {
        act(&target, intent, into, limit).await
    })?
}

/// Does `intent` to `target` and looks at it `into` the run. Nothing of it is kept.
pub async fn act(
    target: &Target,
    intent: &Intent,
    into: Duration,
    limit: Duration,
) -> Result<Rehearsed, Failure> {
    let folder = std::env::temp_dir().join(format!("gwctl-rehearsal-{}", std::process::id()));
    let seen = act_in(target, intent, (into, limit), &Folder::new(&folder)).await;
    let _ = std::fs::remove_dir_all(&folder);
    seen
}

async fn act_in(
    target: &Target,
    intent: &Intent,
    (into, limit): (Duration, Duration),
    runs: &Folder,
) -> Result<Rehearsed, Failure> {
    let Opened {
        observer,
        run_context,
    } = target.open();
    observer.set_pace(Pace::Incident);
    let picture = observer.first_to_act_on(limit).await;
    let found = look_up(intent.clone(), &target.name, &target.spec, &target.session);
    let intent = found
        .await
        .map_err(|error| Failure::new(error.to_string()))?;
    let planned = plan(&target.name, &target.spec, &picture, &intent)
        .map_err(|refused| Failure::new(refused.to_string()))?;
    let operator = Operator {
        name: "robin".into(),
        host: "console".into(),
    };
    let waived = planned.checks.iter().map(|check| check.name.clone());
    let confirmation = Confirmation::of(&operator, &planned.confirm, waived.collect());
    let running = start(&planned, &confirmation, run_context, runs, &operator)
        .await
        .map_err(|refused| Failure::new(refused.to_string()))?;
    tokio::time::sleep(into).await;
    let mut run = (**running.state.borrow()).clone();
    running.control.leave();
    let _ = running.task.await;
    // The last word of an identifier differs from process to process; pictures must not.
    let kept = run.id.rfind('-').unwrap_or(run.id.len());
    run.id.truncate(kept);
    run.id.push_str("-3f2a");
    Ok(Rehearsed {
        picture: observer.watch().borrow().clone(),
        run: Arc::new(run),
    })
}
