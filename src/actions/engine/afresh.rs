//! What a change needs, read right before it is sent: a plan is minutes old by then, and others act too.

use std::time::Duration;

use futures_util::future::{OptionFuture, join_all};
use jiff::SignedDuration;

use super::log::Log;
use crate::guided::{REGION_SWITCH, serves};
use crate::{Mode, PlannedCall, RunContext, Shift, Step, Task, advise};
use gwctl_aws::AwsError;
use gwctl_fleet::{Account, RecordSet, Region, Routing, Snapshot};

/// How long a read may take before what the picture says counts instead: a change must not wait for what
/// is broken.
const PATIENCE: Duration = Duration::from_secs(3);
/// How far back a switch's newest point is looked for.
const BACK: SignedDuration = SignedDuration::from_hours(24);

/// Why `step` must not send `call` now.
pub(super) async fn refuses(
    step: &Step,
    call: &PlannedCall,
    log: &Log,
    insisted: bool,
) -> Option<String> {
    let leaves = step.shift.as_ref().filter(|shift| shift.percent < 100);
    let (account, traffic) = tokio::join!(
        another_account(call, log),
        OptionFuture::from(leaves.map(|shift| nobody_takes(shift, log, insisted))),
    );
    account
        .or(traffic.flatten())
        .or_else(|| needless_failover(step, log))
        .or_else(|| region_switch_runs(step, log, insisted))
}

/// Region switch moves the same since the plan was confirmed: by an alarm, or by somebody else.
fn region_switch_runs(step: &Step, log: &Log, insisted: bool) -> Option<String> {
    if insisted || log.state().has_waived(REGION_SWITCH) {
        return None;
    }
    let region = match &step.task {
        // It looks itself, right before it is sent.
        Task::SwitchRegion(_) => return None,
        Task::Switchover(task) => &task.target,
        Task::Failover(task) => &task.target,
        _ => &step.shift.as_ref()?.region,
    };
    let snapshot = log.run_context.snapshot();
    let plans = snapshot.region_switch_plans_of(region);
    let running = plans.into_iter().find(|plan| plan.is_running())?;
    Some(format!(
        "an execution of Region switch plan {} runs, which changes the same; a retry sends it anyway",
        running.name
    ))
}

/// The run was confirmed in one account, and these are another's credentials.
async fn another_account(call: &PlannedCall, log: &Log) -> Option<String> {
    let state = log.state();
    let part = call.account();
    let then = state.plan.binding.account_id(&part, &call.region)?;
    let run_context = &log.run_context;
    // The endpoint that the change goes to answers, or the change fails anyway.
    let session = run_context.session.in_account(part.clone());
    let asked = session.sts(&call.region);
    let seen = in_time(run_context, asked.identity()).await;
    let account = match &seen {
        Some(identity) => Some(identity.account.clone()),
        None => last_known(&run_context.snapshot(), &part, &call.region),
    };
    match account {
        Some(now) if now == then => {}
        Some(now) => {
            return Some(format!(
                "the credentials of {part} are of account {now}, and the run was confirmed in account {then}"
            ));
        }
        None => {
            return Some(format!(
                "the run was confirmed in account {then}, and STS does not return the account of the credentials of {part}"
            ));
        }
    }
    let identity = seen?;
    let now = principal(&identity.arn);
    let holder = run_context.spec.accounts.holder(&part, &call.region);
    let first = log.first_there(holder, now);
    (first != now).then(|| {
        format!(
            "the credentials of {part} are now those of {now}, and this process acted as {first}: leave the run and \
             resume it as the one who goes on"
        )
    })
}

/// The user, or the role of a session without the session's name, which is another after each renewal.
fn principal(arn: &str) -> &str {
    match arn.split_once(":assumed-role/") {
        Some((head, rest)) => {
            let role = rest.split('/').next().unwrap_or(rest);
            &arn[..head.len() + ":assumed-role/".len() + role.len()]
        }
        None => arn,
    }
}

/// The account of `part` as the picture showed it last.
fn last_known(snapshot: &Snapshot, part: &Account, region: &Region) -> Option<String> {
    match snapshot.account(part, region) {
        // One that was refused since then says nothing of now.
        Some(seen) => Some(seen.identity.current()?.account.clone()),
        None => Some(snapshot.identity.last()?.account.clone()),
    }
}

/// Whether a Region takes what another loses.
enum Taker {
    Takes,
    /// What was read keeps traffic from it.
    KeptOut(String),
    Unwell,
    Unknown,
}

/// Somebody must be there to take what a Region loses.
async fn nobody_takes(shift: &Shift, log: &Log, insisted: bool) -> Option<String> {
    let run_context = &log.run_context;
    let snapshot = run_context.snapshot();
    let others = snapshot.sites.iter().map(|site| &site.region);
    let others = others.filter(|other| **other != shift.region);
    let found =
        join_all(others.map(async |other| (other, taker(other, log, &snapshot).await))).await;
    let any = |wanted: fn(&Taker) -> bool| found.iter().any(|(_, taker)| wanted(taker));
    // Where it is not known whether anybody serves, the operator decides: by a waiver, or by a retry.
    let unsure = any(|taker| matches!(taker, Taker::Unknown));
    let accepted = unsure && (insisted || log.state().has_waived("not-the-last"));
    if !accepted && !any(|taker| matches!(taker, Taker::Takes)) {
        return Some(format!(
            "no Region would be left to serve after {}: {}",
            shift.region,
            told(&found)
        ));
    }
    let planned = log.state().plan.made_at;
    let changed: Vec<(&Region, Taker)> = found
        .into_iter()
        .filter(|(_, taker)| matches!(taker, Taker::KeptOut(_)))
        .filter(|(region, _)| shift.takers.contains(region))
        .filter(|(region, _)| !log.lately.left_before(region, planned))
        .collect();
    (!changed.is_empty() && !insisted).then(|| {
        format!(
            "a Region that the plan relies on no longer receives traffic: {}; a retry goes on without it",
            told(&changed)
        )
    })
}

async fn taker(region: &Region, log: &Log, snapshot: &Snapshot) -> Taker {
    if log.lately.left(region) {
        return Taker::KeptOut("another run moved its traffic away a moment ago".into());
    }
    if let Some(why) = Box::pin(kept_out(&log.run_context, snapshot, region)).await {
        return Taker::KeptOut(why);
    }
    match serves(snapshot, region) {
        Some(true) => Taker::Takes,
        Some(false) => Taker::Unwell,
        None => Taker::Unknown,
    }
}

fn told(found: &[(&Region, Taker)]) -> String {
    let each = found.iter().map(|(region, taker)| match taker {
        Taker::Takes => format!("{region} serves"),
        Taker::KeptOut(why) => format!("{region}: {why}"),
        Taker::Unwell => format!("{region} has problems"),
        Taker::Unknown => format!("whether {region} serves is not known"),
    });
    each.collect::<Vec<_>>().join("; ")
}

/// What keeps traffic from `region` now; none where nothing was read that does.
async fn kept_out(
    run_context: &RunContext,
    snapshot: &Snapshot,
    region: &Region,
) -> Option<String> {
    let (switch, check, control, record) = tokio::join!(
        switched(run_context, snapshot, region),
        forced(run_context, snapshot, region),
        turned_off(run_context, snapshot, region),
        weightless(run_context, region),
    );
    switch.or(check).or(control).or(record)
}

async fn switched(
    run_context: &RunContext,
    snapshot: &Snapshot,
    region: &Region,
) -> Option<String> {
    let (_, known) = snapshot.edge.switch(region)?;
    let switch = known.last()?;
    let cloudwatch = run_context
        .session
        .in_account(Account::Dns)
        .cloudwatch(&switch.region);
    let since = run_context.clock.now() - BACK;
    let newest =
        cloudwatch.newest_value(&switch.namespace, &switch.metric, &switch.dimensions, since);
    let point = in_time(run_context, newest).await??;
    (switch.evacuates(point.value) == Some(true))
        .then(|| format!("its switch in {} reads {}", switch.region, point.value))
}

async fn forced(run_context: &RunContext, snapshot: &Snapshot, region: &Region) -> Option<String> {
    let route53 = run_context.session.route53();
    for check in snapshot.edge.check_ids(region) {
        let config = in_time(run_context, route53.health_check(check)).await?;
        if config.inverted && config.disabled {
            return Some(format!("its health check {check} is forced unhealthy"));
        }
    }
    None
}

async fn turned_off(
    run_context: &RunContext,
    snapshot: &Snapshot,
    region: &Region,
) -> Option<String> {
    let control = snapshot.edge.routing_control(region)?;
    let endpoints = &run_context.spec.edge.routing_endpoints;
    if endpoints.is_empty() {
        return None;
    }
    let routing = run_context.session.routing(endpoints);
    let on = in_time(run_context, routing.state(control)).await?;
    (!on).then(|| "its routing control is Off".into())
}

/// Its record is gone, or the group that it leads to gives it nothing.
async fn weightless(run_context: &RunContext, region: &Region) -> Option<String> {
    let edge = &run_context.spec.edge;
    let route53 = run_context.session.route53();
    let asked = route53.record_sets(&edge.hosted_zone, &edge.latency_record);
    let sets = in_time(run_context, asked).await?;
    let snapshot = run_context.snapshot();
    let known = snapshot.edge.records_of(region).unwrap_or_default();
    let is_own = |set: &&RecordSet| {
        let identifier = set.set_identifier.as_deref();
        set.routing == Routing::Latency(region.clone())
            || known
                .iter()
                .any(|one| identifier == Some(one.set_identifier.as_str()))
    };
    let Some(own) = sets.iter().find(is_own) else {
        return Some("its routing record is gone".into());
    };
    if own.routing == Routing::Weighted(0) {
        return Some("its weight is 0".into());
    }
    let group = own
        .alias
        .as_ref()
        .filter(|alias| alias.zone == edge.hosted_zone)?;
    let asked = route53.record_sets(&edge.hosted_zone, &group.name);
    let members = in_time(run_context, asked).await?;
    // One a type: A and AAAA where it has both.
    let mut own = members
        .iter()
        .filter(|set| set.set_identifier.as_deref() == Some(region.as_str()))
        .peekable();
    own.peek()?;
    own.all(|set| set.routing == Routing::Weighted(0))
        .then(|| "its weight is 0".into())
}

/// A primary that answers again loses nothing by a switchover.
fn needless_failover(step: &Step, log: &Log) -> Option<String> {
    if !matches!(step.task, Task::Failover(_)) {
        return None;
    }
    let refused = |advice: &crate::Advice| {
        let mut refused = advice.refused.iter();
        refused.find_map(|(mode, why)| (*mode == Mode::Failover).then(|| why.clone()))
    };
    // Forced, or planned while the primary answered: it is as it was confirmed.
    if log
        .state()
        .plan
        .advice
        .as_ref()
        .is_none_or(|then| refused(then).is_some())
    {
        return None;
    }
    let why = refused(&advise(&log.run_context.snapshot()))?;
    Some(format!(
        "a failover is not needed any more: {why}; plan again"
    ))
}

/// What was read, in time; none where it could not be. A world that runs fast still waits for the wire.
async fn in_time<T>(
    run_context: &RunContext,
    read: impl Future<Output = Result<T, AwsError>>,
) -> Option<T> {
    let limit = run_context
        .clock
        .wall(PATIENCE)
        .clamp(PATIENCE / 6, PATIENCE);
    tokio::time::timeout(limit, Box::pin(read)).await.ok()?.ok()
}
