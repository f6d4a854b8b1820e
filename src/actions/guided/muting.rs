//! The alarms that a drill mutes: as the fleet's configuration names them, and no others.

use crate::draft::PlanContext;
use crate::task::{MuteAlarms, UnmuteAlarms};
use crate::{Change, Step, Task};
use gwctl_store::digest;

/// Whatever else a drill takes: the rule must not end before the run does.
const SPARE_MINUTES: u64 = 5;

/// For how long the actions are muted, in minutes: as long as the run may take before it holds, and as long as the
/// operator looks around.
fn minutes(context: &PlanContext<'_>, hold_s: Option<u64>) -> u32 {
    let seconds = context.spec.rules.window_s + hold_s.unwrap_or_default();
    u32::try_from(seconds.div_ceil(60) + SPARE_MINUTES).unwrap_or(u32::MAX)
}

fn rule(context: &PlanContext<'_>) -> String {
    let seed = format!("{}{}", context.spec.domain, context.snapshot.at);
    format!("gwctl-drill-{}", &digest(seed.as_bytes())[..12])
}

/// A rule in each Region whose alarms are named. They come first.
pub(super) fn mute(context: &PlanContext<'_>, hold_s: Option<u64>) -> Vec<Step> {
    let named = context.spec.drill.mute.iter();
    let steps = named.map(|(region, alarms)| {
        let task = Task::MuteAlarms(MuteAlarms {
            region: region.clone(),
            rule: rule(context),
            alarms: alarms.clone(),
            minutes: minutes(context, hold_s),
        });
        let title = format!("Mute the actions of alarms in {region}");
        let what = format!("actions of {} in {region}", count(alarms.len()));
        Step::new(format!("mute.{region}"), title, task, context.snapshot)
            .changes(Change::new(what, "taken", "muted"))
    });
    steps.collect()
}

/// Their ends, once all of `after` is done.
pub(super) fn unmute(context: &PlanContext<'_>, prefix: &str, after: &[String]) -> Vec<Step> {
    let named = context.spec.drill.mute.iter();
    let steps = named.map(|(region, alarms)| {
        let task = Task::UnmuteAlarms(UnmuteAlarms {
            region: region.clone(),
            rule: rule(context),
        });
        let title = format!("Let the alarms in {region} act again");
        let what = format!("actions of {} in {region}", count(alarms.len()));
        let id = format!("{prefix}unmute.{region}");
        Step::new(id, title, task, context.snapshot)
            .changes(Change::new(what, "muted", "taken"))
            .after(after.to_vec())
    });
    steps.collect()
}

/// What the plan says of it; nothing where nothing is muted.
pub(super) fn note(context: &PlanContext<'_>, hold_s: Option<u64>) -> Option<String> {
    let minutes = minutes(context, hold_s);
    (!context.spec.drill.is_empty()).then(|| {
        format!(
            "The muted alarms keep evaluating, and gwctl shows them. Their mute rules expire after {minutes} min, also if the drill never ends."
        )
    })
}

fn count(alarms: usize) -> String {
    match alarms {
        1 => "1 alarm".into(),
        more => format!("{more} alarms"),
    }
}
