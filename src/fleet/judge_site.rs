//! One Region: does it serve, how well, and what says so.

use super::judge::{check_verdict, figure, fresh, reason, share};
use super::judge_words::{Effect, age, beyond, millis, percent, unseen};
use super::{
    Alarm, CheckKind, CheckVerdict, Function, Judgement, Metric, Missing, Point, ProbeReport,
    Reason, Region, Site, Snapshot, Verdict,
};
use super::{judge_certificate, judge_database};

/// In a minute with fewer requests than this, a share of failures degrades but never means down.
const FEW: f64 = 20.0;

pub(super) fn judge(snapshot: &Snapshot, site: &Site) -> Judgement {
    let mut reasons = Vec::new();
    reasons.extend(reach(snapshot, site));
    reasons.extend(probe(snapshot, site));
    reasons.extend(routing(snapshot, site));
    api(snapshot, site, &mut reasons);
    for function in &site.functions {
        self::function(snapshot, function, &mut reasons);
    }
    reasons.extend(concurrency(snapshot, site));
    reasons.extend(judge_database::member(snapshot, &site.region));
    if site.region != Region::global() {
        reasons.extend(alarms(snapshot, site));
    }
    reasons.extend(judge_certificate::judge(&site.certificate, snapshot));
    reasons.extend(stack(site));
    if reasons.is_empty() && !serves(snapshot, site) {
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

pub(super) fn seen(probe: &super::Observed<ProbeReport>, snapshot: &Snapshot) -> Seen {
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
    let traffic = figure(&site.api.metrics, Metric::ApiRequests, snapshot).is_some();
    if silent && site.reach.answering() == Some(false) && !traffic && !serves(snapshot, site) {
        // Seen from here only: it may as well be the way there.
        return Some(reason(Verdict::Unknown, "probe", what));
    }
    Some(reason(Verdict::Degraded, "probe", what))
}

/// A slow probe is one sample: it never means more than degraded.
pub(super) fn slow(probe: &super::Observed<ProbeReport>, snapshot: &Snapshot) -> Option<Reason> {
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

/// Whether DNS sends anybody here.
fn routing(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let edge = &snapshot.edge;
    let records = edge.records.current()?;
    if !records.iter().any(|record| record.region == site.region) {
        return Some(reason(
            Verdict::Degraded,
            "dns",
            format!("no record in {}: DNS never answers it", edge.latency_record),
        ));
    }
    let check = edge.check(&site.region)?;
    let text = match check_verdict(check, snapshot.at) {
        CheckVerdict::Unhealthy => {
            let share = figure(&check.metrics, Metric::CheckPercentHealthy, snapshot)
                .map_or(String::new(), |point| {
                    format!(", {} of the checkers say healthy", percent(point.value))
                });
            let inverted = check.config.current().is_some_and(|config| config.inverted);
            let inverted = if inverted { " (inverted)" } else { "" };
            format!(
                "out of DNS: health check {} unhealthy{inverted}{share}",
                check.id
            )
        }
        CheckVerdict::PinnedUnhealthy => {
            format!(
                "out of DNS: health check {} is disabled and inverted",
                check.id
            )
        }
        CheckVerdict::PinnedHealthy => {
            format!(
                "health check {} is disabled: DNS keeps answering this Region whatever happens",
                check.id
            )
        }
        CheckVerdict::Healthy | CheckVerdict::Unchecked | CheckVerdict::Unknown => return None,
    };
    Some(reason(Verdict::Degraded, "dns", text))
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
        let name = of("5xx", errors, requests);
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
fn effect(whole: Option<Point>) -> Effect {
    if whole.is_some_and(|point| point.value >= FEW) {
        Effect::Hurts
    } else {
        Effect::Threatens
    }
}

/// `5xx`, or with few requests `5xx of 3 requests`.
fn of(name: &str, _share: f64, whole: Option<Point>) -> String {
    match whole {
        Some(point) if point.value < FEW => format!("{name} of {:.0} requests", point.value),
        _ => name.to_owned(),
    }
}

fn function(snapshot: &Snapshot, function: &Function, reasons: &mut Vec<Reason>) {
    let limits = &snapshot.thresholds;
    let (metrics, name) = (&function.metrics, &function.name);
    let invocations = figure(metrics, Metric::FunctionInvocations, snapshot);
    let effect = effect(invocations);
    let share_of = |part| share(metrics, part, Metric::FunctionInvocations, snapshot);
    if let Some(errors) = share_of(Metric::FunctionErrors) {
        let name = of(&format!("{name} errors"), errors, invocations);
        reasons.extend(beyond(
            errors,
            limits.lambda_error_percent,
            effect,
            "functions",
            &name,
            percent,
        ));
    }
    // A throttled request is no invocation (aws-facts §1.2): with all of them throttled there is
    // no whole to take a share of.
    let throttles = figure(metrics, Metric::FunctionThrottles, snapshot).filter(|p| p.value > 0.0);
    match (share_of(Metric::FunctionThrottles), throttles) {
        (Some(share), _) => {
            let name = format!("{name} throttled");
            reasons.extend(beyond(
                share,
                limits.lambda_throttle_percent,
                effect,
                "functions",
                &name,
                percent,
            ));
        }
        (None, Some(point)) => {
            let text = format!(
                "{name} throttled: all {:.0} requests of the last minute",
                point.value
            );
            let verdict = if point.value >= FEW {
                Verdict::Down
            } else {
                Verdict::Degraded
            };
            reasons.push(reason(verdict, "functions", text));
        }
        (None, None) => {}
    }
    if let Some(detail) = function.detail.current()
        && detail.state == "Failed"
    {
        reasons.push(reason(
            Verdict::Degraded,
            "functions",
            format!("{name} is in state Failed"),
        ));
    }
}

/// How much of the account's concurrency the fleet's functions use here.
fn concurrency(snapshot: &Snapshot, site: &Site) -> Option<Reason> {
    let limit = f64::from(site.concurrency.current()?.limit);
    let used: f64 = site
        .functions
        .iter()
        .filter_map(|f| figure(&f.metrics, Metric::FunctionConcurrency, snapshot))
        .map(|point| point.value)
        .sum();
    if limit <= 0.0 {
        return None;
    }
    let name = format!("Lambda concurrency {used:.0} of {limit:.0}:");
    let limits = snapshot.thresholds.lambda_concurrency_percent;
    beyond(
        100.0 * used / limit,
        limits,
        Effect::Threatens,
        "functions",
        &name,
        percent,
    )
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
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::time::Duration;

    use super::super::judge_fixture::{Fixture, ask_failed, region};
    use super::*;
    use crate::fleet::{Concurrency, Observed, Stack};

    const HERE: &str = "eu-west-1";

    fn judged(change: impl FnOnce(&mut Fixture)) -> Judgement {
        let mut fixture = Fixture::healthy();
        change(&mut fixture);
        fixture
            .judged()
            .site(&region(HERE))
            .unwrap()
            .judgement
            .clone()
    }

    /// Changes one figure of the API and tells the verdict and the first reason.
    fn with_figure(metric: Metric, value: f64) -> (Verdict, String) {
        let judgement = judged(|f| f.api(HERE, metric, value));
        let text = judgement
            .reasons
            .first()
            .map(|r| r.text.clone())
            .unwrap_or_default();
        (judgement.verdict, text)
    }

    #[test]
    fn figures_beyond_their_limits_say_so_with_both_numbers() {
        for (metric, value, verdict, text) in [
            (Metric::ApiLatencyP99, 900.0, Verdict::Healthy, ""),
            (
                Metric::ApiLatencyP99,
                1_840.0,
                Verdict::Degraded,
                "p99 1.84 s, limit 1 s",
            ),
            (
                Metric::ApiLatencyP99,
                9_000.0,
                Verdict::Down,
                "p99 9 s, critical limit 5 s",
            ),
            (
                Metric::Api5xx,
                32.0,
                Verdict::Degraded,
                "5xx 3.2 %, limit 1 %",
            ),
            (
                Metric::Api5xx,
                500.0,
                Verdict::Down,
                "5xx 50 %, critical limit 20 %",
            ),
            (Metric::Api4xx, 500.0, Verdict::Healthy, ""),
        ] {
            assert_eq!(
                with_figure(metric, value),
                (verdict, text.to_owned()),
                "{metric:?} {value}"
            );
        }
    }

    #[test]
    fn one_failure_of_a_handful_does_not_take_a_region_down() {
        let judgement = judged(|f| {
            f.api(HERE, Metric::ApiRequests, 3.0);
            f.api(HERE, Metric::Api5xx, 2.0);
        });
        assert_eq!(judgement.verdict, Verdict::Degraded);
        assert!(
            judgement.reasons[0]
                .text
                .starts_with("5xx of 3 requests 66.7 %"),
            "{judgement:?}"
        );
    }

    #[test]
    fn functions_errors_throttles_and_lack_of_room_are_told() {
        let judgement = judged(|f| f.function(HERE, Metric::FunctionErrors, 30.0));
        assert_eq!(
            judgement.reasons[0].text,
            "orders-read errors 3 %, limit 1 %"
        );
        let judgement = judged(|f| f.function(HERE, Metric::FunctionThrottles, 150.0));
        assert_eq!(judgement.verdict, Verdict::Down);
        let judgement = judged(|f| {
            f.function_silent(HERE, Metric::FunctionInvocations);
            f.function(HERE, Metric::FunctionThrottles, 80.0);
        });
        assert_eq!(
            judgement.reasons[0].text,
            "orders-read throttled: all 80 requests of the last minute"
        );
        let judgement = judged(|f| {
            f.function(HERE, Metric::FunctionConcurrency, 970.0);
            f.site(HERE).concurrency = Fixture::known(Concurrency {
                limit: 1_000,
                unreserved: 900,
            });
        });
        assert_eq!(
            judgement.verdict,
            Verdict::Degraded,
            "there is still room: not down"
        );
        assert!(
            judgement.reasons[0]
                .text
                .starts_with("Lambda concurrency 970 of 1000: 97 %")
        );
    }

    #[test]
    fn a_region_without_traffic_is_healthy_while_something_shows_that_it_serves() {
        let quiet = |f: &mut Fixture| f.no_traffic(HERE);
        assert_eq!(judged(quiet).verdict, Verdict::Healthy);
        let judgement = judged(|f| {
            quiet(f);
            f.site(HERE).probe = Observed::default();
            f.no_check(HERE);
        });
        assert_eq!(judgement.verdict, Verdict::Unknown);
        assert!(
            judgement.reasons[0]
                .text
                .starts_with("nothing shows that it serves")
        );
    }

    #[test]
    fn a_dead_region_is_unknown_never_green() {
        let judgement = judged(|f| {
            f.silent(HERE);
            f.no_check(HERE);
        });
        assert_ne!(judgement.verdict, Verdict::Healthy);
        let judgement = judged(|f| {
            f.silent(HERE);
            f.no_check(HERE);
            ask_failed(&mut f.site(HERE).probe, "time-out after 5 s");
        });
        assert_eq!(judgement.verdict, Verdict::Unknown, "{judgement:?}");
        assert!(
            judgement.reasons[0].text.contains("last answer"),
            "{judgement:?}"
        );
    }

    #[test]
    fn a_dead_region_is_down_when_probe_and_route_53_agree() {
        let judgement = judged(|f| f.region_dark(HERE));
        assert_eq!(judgement.verdict, Verdict::Down);
        let text = &judgement.reasons[0].text;
        assert!(
            text.contains("probe failed: time-out after 5 s") && text.contains("Route 53"),
            "{text}"
        );
    }

    #[test]
    fn a_region_that_serves_without_its_control_plane_is_degraded() {
        let judgement = judged(|f| f.silent(HERE));
        assert_eq!(judgement.verdict, Verdict::Degraded);
        assert!(
            judgement.reasons[0]
                .text
                .starts_with("AWS endpoints do not answer")
        );
    }

    #[test]
    fn one_lost_call_is_no_outage() {
        let judgement = judged(|f| {
            let now = Fixture::now();
            let reach = &mut f.site(HERE).reach;
            reach.silent_calls = 1;
            reach.last_silence = Some(now);
        });
        assert_eq!(judgement.verdict, Verdict::Healthy);
    }

    #[test]
    fn one_failed_probe_alone_does_not_take_a_region_down() {
        let judgement = judged(|f| ask_failed(&mut f.site(HERE).probe, "connection refused"));
        assert_eq!(judgement.verdict, Verdict::Degraded);
        let judgement = judged(|f| f.probe_status(HERE, 503));
        assert_eq!(
            (judgement.verdict, judgement.reasons[0].text.as_str()),
            (Verdict::Degraded, "probe answered HTTP 503")
        );
        let judgement = judged(|f| f.probe_status(HERE, 403));
        assert_eq!(
            judgement.verdict,
            Verdict::Healthy,
            "an API that wants a signature serves"
        );
    }

    #[test]
    fn old_figures_do_not_count() {
        let judgement = judged(|f| {
            let long_ago = Fixture::now() - jiff::SignedDuration::from_mins(12);
            let metrics = &mut f.site(HERE).api.metrics;
            Fixture::put(metrics, Metric::ApiLatencyP99, long_ago, 9_000.0);
        });
        assert_eq!(judgement.verdict, Verdict::Healthy);
    }

    #[test]
    fn an_evacuated_region_and_a_pinned_check_are_told_apart() {
        let judgement = judged(|f| f.unhealthy_check(HERE));
        assert_eq!(judgement.verdict, Verdict::Degraded);
        assert!(
            judgement.reasons[0]
                .text
                .starts_with("out of DNS: health check hc-eu-west-1 unhealthy")
        );
        let judgement = judged(|f| f.pin_check(HERE, false));
        assert!(judgement.reasons[0].text.contains("whatever happens"));
        let judgement = judged(|f| f.pin_check(HERE, true));
        assert!(judgement.reasons[0].text.contains("disabled and inverted"));
    }

    #[test]
    fn a_region_whose_record_is_gone_gets_no_traffic() {
        let judgement = judged(|f| f.remove_record(HERE));
        assert!(judgement.reasons[0].text.contains("DNS never answers it"));
    }

    #[test]
    fn figures_that_could_not_be_asked_leave_the_region_unknown_and_name_why() {
        let judgement = judged(|f| {
            let asked = f.site(HERE).api.metrics.entry(Metric::ApiRequests);
            ask_failed(asked, "time-out after 5 s");
        });
        assert_eq!(judgement.verdict, Verdict::Unknown);
        assert_eq!(
            judgement.reasons[0].text,
            "CloudWatch in eu-west-1 could not be asked: time-out after 5 s"
        );
    }

    #[test]
    fn alarms_degrade_but_switches_and_scaling_do_not() {
        let alarm = |name: &str| Alarm {
            name: name.into(),
            reason: String::new(),
            since: None,
        };
        let fire = |f: &mut Fixture, names: &[&str]| {
            f.site(HERE).alarms = Fixture::known(names.iter().map(|name| alarm(name)).collect());
        };
        let judgement = judged(|f| fire(f, &["orders-p99"]));
        assert_eq!(
            (judgement.verdict, judgement.reasons[0].text.as_str()),
            (Verdict::Degraded, "alarm orders-p99")
        );
        let judgement = judged(|f| {
            f.switch("orders-evacuate-us-east-1", HERE);
            fire(
                f,
                &[
                    "orders-evacuate-us-east-1",
                    "TargetTracking-table/orders-AlarmLow-1",
                ],
            );
        });
        assert_eq!(judgement.verdict, Verdict::Healthy, "{judgement:?}");
    }

    #[test]
    fn a_stuck_stack_and_a_slow_probe_degrade() {
        let judgement = judged(|f| {
            let stack = Stack {
                name: "orders".into(),
                status: "UPDATE_ROLLBACK_FAILED".into(),
                status_reason: Some("no room".into()),
                drift: "NOT_CHECKED".into(),
                changed: None,
            };
            f.site(HERE).stack = Some(Fixture::known(stack));
        });
        assert_eq!(
            judgement.reasons[0].text,
            "stack orders is UPDATE_ROLLBACK_FAILED: no room"
        );
        let judgement = judged(|f| {
            let mut report = f.site(HERE).probe.current().unwrap().clone();
            report.first_byte = Duration::from_secs(9);
            f.site(HERE).probe = Fixture::known(report);
        });
        assert_eq!(
            judgement.verdict,
            Verdict::Degraded,
            "one slow sample is not down"
        );
    }
}
