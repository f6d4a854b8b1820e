//! One Region: does it serve, how well, and what says so.

use super::reasons::{Effect, absent, age, beyond, millis, percent, unseen};
use super::{certificate, checkers, database, functions, routing, throttling, witness};
use crate::judge::evidence::{figure, fresh, reason};
use crate::{
    Alarm, CheckKind, Judgement, Metric, Missing, OwnAnswer, Point, ProbeReport, Reason, Region,
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
        let probe = match seen(&site.probe, snapshot) {
            Seen::Untold(why) => format!("no probe result ({why})"),
            _ => "no probe".to_owned(),
        };
        let text = format!("nothing shows that it serves: no traffic, {probe}, no health check");
        reasons.push(reason(Verdict::Unknown, "evidence", text));
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
    /// This machine's resolver gives no address for it.
    Unresolved(String),
    /// Something else answered, or refused, in its place: that is no observation of it.
    Untold(String),
}

pub(super) fn seen(probe: &crate::Observed<ProbeReport>, snapshot: &Snapshot) -> Seen {
    if let Some(Missing::CouldNotAsk { why }) = probe.why_missing() {
        let seen = match probe.source() {
            Some(source) if source.is_resolver() => Seen::Unresolved,
            Some(source) if source.is_this_machine() => Seen::Untold,
            _ => Seen::Silent,
        };
        return seen(why.clone());
    }
    let Some(report) = fresh(probe, snapshot.at, snapshot.thresholds.state_stale_s) else {
        return Seen::Nothing;
    };
    let status = report.status;
    match report.own {
        Some(OwnAnswer::Generated) if status >= 500 => {
            Seen::Fails(format!("HTTP {status}, by CloudFront itself"))
        }
        Some(OwnAnswer::Generated) => Seen::Untold(format!(
            "CloudFront itself answered HTTP {status}, without a Region"
        )),
        Some(OwnAnswer::Cached) => Seen::Untold(format!(
            "CloudFront answered HTTP {status} out of its cache, without a Region"
        )),
        None if report.serves() == Some(true) => Seen::Serves,
        None => Seen::Fails(format!("HTTP {status}")),
    }
}

/// Current evidence that requests are answered.
fn serves(snapshot: &Snapshot, site: &Site) -> bool {
    let by_check = checkers(snapshot, &site.region).is_some_and(|found| found.healthy);
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

/// gwctl's own request: down only when somebody who looks from elsewhere agrees, and a note where they see it
/// serve since.
fn probe(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let seen_here = seen(&site.probe, snapshot);
    let (what, silent) = match &seen_here {
        Seen::Nothing | Seen::Untold(_) => return None,
        Seen::Serves => return slow(&site.probe, snapshot),
        Seen::Fails(status) => (format!("probe answered {status}"), false),
        Seen::Silent(why) => (format!("probe failed: {why}"), true),
        Seen::Unresolved(why) => (unreached(why), true),
    };
    if checkers(snapshot, &site.region).is_some_and(|found| !found.healthy) {
        let text = format!("{what}, and Route 53's checkers agree: unhealthy");
        return Some(reason(Verdict::Down, "probe", text));
    }
    let endpoints_silent = site.reach.answering() == Some(false);
    if silent
        && endpoints_silent
        && let Some(silence) = database::replication_stopped(snapshot, &site.region)
    {
        let silence = age(silence);
        let text = format!("{what}, and no replication from its database for {silence}");
        return Some(reason(Verdict::Down, "probe", text));
    }
    if silent && let Some(contrary) = witness::serves(snapshot, site, site.probe.at()) {
        let text = format!("{what}; but {contrary}: this machine's network may be the cause");
        return Some(reason(Verdict::Unknown, "probe", text));
    }
    if matches!(seen_here, Seen::Unresolved(_)) {
        return Some(reason(Verdict::Unknown, "probe", what));
    }
    let traffic = figure(&site.api.metrics, Metric::ApiRequests, snapshot).is_some();
    if silent && endpoints_silent && !traffic && !serves(snapshot, site) {
        // Seen from here only: it may as well be the way there.
        return Some(reason(Verdict::Unknown, "probe", what));
    }
    Some(reason(Verdict::Degraded, "probe", what))
}

/// That this machine's own resolver stands in the way: whom else it fails is not known.
pub(super) fn unreached(why: &str) -> String {
    format!("cannot be reached from here: this machine's DNS says: {why}")
}

/// A slow probe is one sample: it never means more than degraded.
pub(super) fn slow(probe: &crate::Observed<ProbeReport>, snapshot: &Snapshot) -> Option<Reason> {
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
    match absent(
        &site.api.detail,
        "metrics",
        "API",
        &site.api.id,
        &site.region,
    ) {
        Some(absent) => reasons.push(absent),
        None => reasons.extend(unseen(
            metrics.get(Metric::ApiRequests),
            "metrics",
            "API figures",
        )),
    }
    // Successful health checks are not successful requests of clients.
    let clients = figure(metrics, Metric::ApiRequests, snapshot).map(|point| Point {
        value: snapshot.served_in(site, point).clients(),
        ..point
    });
    let effect = effect(clients);
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
    if let Some(errors) = clients.and_then(|_| snapshot.failing(site, Metric::Api5xx)) {
        let name = match clients {
            Some(clients) if clients.value < 1.0 => "5xx of health checks' requests".into(),
            clients => of("5xx", clients),
        };
        reasons.extend(beyond(
            errors.value,
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

impl Snapshot {
    /// The alarms in ALARM there that somebody set to be warned by: switches of health checks and scaling's own alarms
    /// fire in everyday life. None where they are not known now.
    pub fn firing<'a>(&'a self, site: &'a Site) -> Option<Vec<&'a Alarm>> {
        let alarms = fresh(&site.alarms, self.at, self.thresholds.metric_stale_s)?;
        let is_switch = |alarm: &Alarm| {
            let configs = self.edge.checks.values();
            configs
                .filter_map(|check| check.config.last())
                .any(|config| {
                    matches!(&config.kind, CheckKind::Alarm { name, region }
                    if *name == alarm.name && region == site.region.as_str())
                })
        };
        let warns =
            |alarm: &&Alarm| !alarm.name.starts_with("TargetTracking-") && !is_switch(alarm);
        Some(alarms.iter().filter(warns).collect())
    }
}

pub(super) fn alarms(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let firing = snapshot.firing(site)?.into_iter();
    let firing: Vec<&str> = firing.map(|alarm| alarm.name.as_str()).collect();
    let text = match firing.as_slice() {
        [] => return None,
        [one] => format!("alarm {one}"),
        [first, rest @ ..] => format!("{} alarms: {first} and {} more", firing.len(), rest.len()),
    };
    Some(reason(Verdict::Degraded, "alarms", text))
}

/// A stack that is stuck stands in the way of the next change, and so does one that is not there.
fn stack(site: &Site) -> Option<Reason> {
    let observed = site.stack.as_ref()?;
    if observed.why_missing() == Some(&Missing::NoData) && !site.api.id.is_empty() {
        let text = "the stack that the configuration names does not exist";
        return Some(reason(Verdict::Unknown, "stack", text.into()));
    }
    let stack = observed.current()?;
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
