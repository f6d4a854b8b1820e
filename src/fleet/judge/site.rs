//! One Region: does it serve, how well, and what says so.

use super::words::{Effect, age, beyond, millis, percent, unseen};
use super::{certificate, database, functions, routing, throttling};
use super::{check_verdict, figure, fresh, reason, share};
use crate::fleet::{
    Alarm, CheckKind, CheckVerdict, Judgement, Metric, Missing, Point, ProbeReport, Reason, Region,
    Site, Snapshot, Verdict,
};

/// In a minute with fewer requests than this, a share of failures degrades but never means down.
pub(super) const FEW: f64 = 20.0;

pub(super) fn judge(snapshot: &Snapshot, site: &Site) -> Judgement {
    let mut reasons = Vec::new();
    reasons.extend(reach(snapshot, site));
    reasons.extend(probe(snapshot, site));
    reasons.extend(routing::judge(snapshot, site));
    api(snapshot, site, &mut reasons);
    reasons.extend(throttling::judge(snapshot, site));
    functions::judge(snapshot, site, &mut reasons);
    reasons.extend(database::member(snapshot, &site.region));
    if site.region != Region::global() {
        reasons.extend(alarms(snapshot, site));
    }
    reasons.extend(certificate::judge(&site.certificate, snapshot));
    reasons.extend(stack(site));
    let unblamed = reasons.iter().all(|one| one.verdict == Verdict::Healthy);
    if unblamed && !serves(snapshot, site) {
        let text = "nothing shows that it serves: no traffic, no probe, no health check";
        reasons.push(reason(Verdict::Unknown, "evidence", text.into()));
    }
    Judgement::from_reasons(reasons)
}

/// What one of gwctl's own requests showed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Seen {
    /// Not configured, not asked yet, or too long ago.
    Nothing,
    /// The endpoint answered as it should.
    Serves,
    /// It answered with an error status.
    Fails(String),
    /// It did not answer.
    Silent(String),
}

pub(super) fn seen(probe: &crate::fleet::Observed<ProbeReport>, snapshot: &Snapshot) -> Seen {
    if let Some(Missing::CouldNotAsk { why }) = probe.why_missing() {
        return Seen::Silent(why.clone());
    }
    match fresh(probe, snapshot.at, snapshot.thresholds.state_stale_s) {
        None => Seen::Nothing,
        // An API that asks for a signature answers these to a stranger: it serves.
        Some(report) if report.status < 400 || matches!(report.status, 401 | 403) => Seen::Serves,
        Some(report) => Seen::Fails(format!("HTTP {}", report.status)),
    }
}

/// Whether Route 53 has this Region out of service, and that by looking at it.
fn unhealthy_by_check(snapshot: &Snapshot, site: &Site) -> bool {
    snapshot
        .edge
        .check(&site.region)
        .is_some_and(|check| check_verdict(check, snapshot.at) == CheckVerdict::Unhealthy)
}

/// Current evidence that requests are answered.
fn serves(snapshot: &Snapshot, site: &Site) -> bool {
    let by_check = snapshot
        .edge
        .check(&site.region)
        .is_some_and(|check| check_verdict(check, snapshot.at) == CheckVerdict::Healthy);
    let by_traffic =
        figure(&site.api.metrics, Metric::ApiRequests, snapshot).is_some_and(|p| p.value > 0.0);
    by_check || by_traffic || seen(&site.probe, snapshot) == Seen::Serves
}

/// The Region's AWS endpoints. One lost call is not an outage.
fn reach(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let reach = &site.reach;
    if reach.answering() != Some(false) || (reach.silent_calls < 2 && reach.last_answer.is_some()) {
        return None;
    }
    let since = match reach.last_answer {
        Some(at) => format!("last answer {} ago", age(snapshot.at.duration_since(at))),
        None => "never answered".into(),
    };
    let why = reach
        .last_error
        .as_deref()
        .map_or(String::new(), |why| format!("{why}; "));
    // Serving without its control plane is an incident of its own; without proof of serving
    // nothing can be said.
    let serving = seen(&site.probe, snapshot) == Seen::Serves;
    let verdict = if serving {
        Verdict::Degraded
    } else {
        Verdict::Unknown
    };
    let text = format!("AWS endpoints do not answer: {why}{since}");
    Some(reason(verdict, "reach", text))
}

/// gwctl's own request: down only when Route 53, which looks from elsewhere, agrees.
fn probe(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let (what, silent) = match seen(&site.probe, snapshot) {
        Seen::Nothing => return None,
        Seen::Serves => return slow(&site.probe, snapshot),
        Seen::Fails(status) => (format!("probe answered {status}"), false),
        Seen::Silent(why) => (format!("probe failed: {why}"), true),
    };
    if unhealthy_by_check(snapshot, site) {
        let text = format!("{what}, and Route 53's checkers agree: unhealthy");
        return Some(reason(Verdict::Down, "probe", text));
    }
    let endpoints_silent = site.reach.answering() == Some(false);
    if silent
        && endpoints_silent
        && let Some(lag) = database::replication_stopped(snapshot, &site.region)
    {
        let lag = millis(lag);
        let text = format!("{what}, and no other Region has heard of its database for {lag}");
        return Some(reason(Verdict::Down, "probe", text));
    }
    let traffic = figure(&site.api.metrics, Metric::ApiRequests, snapshot).is_some();
    if silent && endpoints_silent && !traffic && !serves(snapshot, site) {
        // Seen from here only: it may as well be the way there.
        return Some(reason(Verdict::Unknown, "probe", what));
    }
    Some(reason(Verdict::Degraded, "probe", what))
}

/// A slow probe is one sample: it never means more than degraded.
pub(super) fn slow(
    probe: &crate::fleet::Observed<ProbeReport>,
    snapshot: &Snapshot,
) -> Option<Reason> {
    let ms = probe.current()?.first_byte.as_secs_f64() * 1_000.0;
    beyond(
        ms,
        snapshot.thresholds.probe_ms,
        Effect::Threatens,
        "probe",
        "probe's first byte after",
        millis,
    )
}

fn api(snapshot: &Snapshot, site: &Site, reasons: &mut Vec<Reason>) {
    let limits = &snapshot.thresholds;
    let metrics = &site.api.metrics;
    reasons.extend(unseen(
        metrics.get(Metric::ApiRequests),
        "metrics",
        "API figures",
    ));
    let requests = figure(metrics, Metric::ApiRequests, snapshot);
    let effect = effect(requests);
    if let Some(p99) = figure(metrics, Metric::ApiLatencyP99, snapshot) {
        reasons.extend(beyond(
            p99.value,
            limits.api_p99_ms,
            effect,
            "latency",
            "p99",
            millis,
        ));
    }
    if let Some(errors) = share(metrics, Metric::Api5xx, Metric::ApiRequests, snapshot) {
        let name = of("5xx", requests);
        reasons.extend(beyond(
            errors,
            limits.api_5xx_percent,
            effect,
            "errors",
            &name,
            percent,
        ));
    }
}

/// Too few events to call a Region down by their share.
pub(super) fn effect(whole: Option<Point>) -> Effect {
    if whole.is_some_and(|point| point.value >= FEW) {
        Effect::Hurts
    } else {
        Effect::Threatens
    }
}

/// `5xx`, or with few requests `5xx of 3 requests`.
pub(super) fn of(name: &str, whole: Option<Point>) -> String {
    match whole {
        Some(point) if point.value < FEW => format!("{name} of {:.0} requests", point.value),
        _ => name.to_owned(),
    }
}

/// Alarms that somebody set to be warned by. Switches of health checks and scaling's own alarms
/// fire in everyday life.
pub(super) fn alarms(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let alarms = fresh(
        &site.alarms,
        snapshot.at,
        snapshot.thresholds.metric_stale_s,
    )?;
    let is_switch = |alarm: &Alarm| {
        let configs = snapshot.edge.checks.values();
        configs
            .filter_map(|check| check.config.last())
            .any(|config| {
                matches!(&config.kind, CheckKind::Alarm { name, region }
                if *name == alarm.name && region == site.region.as_str())
            })
    };
    let firing: Vec<&str> = alarms
        .iter()
        .filter(|alarm| !alarm.name.starts_with("TargetTracking-") && !is_switch(alarm))
        .map(|alarm| alarm.name.as_str())
        .collect();
    let text = match firing.as_slice() {
        [] => return None,
        [one] => format!("alarm {one}"),
        [first, rest @ ..] => format!("{} alarms: {first} and {} more", firing.len(), rest.len()),
    };
    Some(reason(Verdict::Degraded, "alarms", text))
}

/// A stack that is stuck stands in the way of the next change.
fn stack(site: &Site) -> Option<Reason> {
    let stack = site.stack.as_ref()?.current()?;
    stack.status.ends_with("_FAILED").then(|| {
        let why = stack
            .status_reason
            .as_deref()
            .map_or(String::new(), |why| format!(": {why}"));
        reason(
            Verdict::Degraded,
            "stack",
            format!("stack {} is {}{why}", stack.name, stack.status),
        )
    })
}

#[cfg(test)]
#[path = "site_tests.rs"]
mod tests;
