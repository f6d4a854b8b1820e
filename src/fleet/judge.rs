//! From a picture to verdicts. Pure: the same snapshot gives the same words.
//!
//! Three rules hold everywhere: only what could be renewed and is not too old counts; what could
//! not be seen is unknown, never green; every verdict says why.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::judge_words::age;
use super::{
    CheckVerdict, HealthCheck, Judgement, Metric, Observed, Reason, Region, Site, Snapshot, Verdict,
};
use super::{judge_database, judge_edge, judge_site};

/// Fills in every judgement of `snapshot`: sites, edge, database, the fleet as a whole.
pub fn judge(snapshot: &mut Snapshot) {
    let sites: Vec<Judgement> = snapshot
        .sites
        .iter()
        .map(|site| judge_site::judge(snapshot, site))
        .collect();
    for (site, judgement) in snapshot.sites.iter_mut().zip(sites) {
        site.judgement = judgement;
    }
    snapshot.database.judgement = judge_database::judge(snapshot);
    snapshot.edge.judgement = judge_edge::judge(snapshot);
    snapshot.judgement = fleet(snapshot);
}

/// A status point older than this tells nothing: checks report every minute (aws-facts §1.3).
const STATUS_STALE: SignedDuration = SignedDuration::from_mins(5);

/// Whether Route 53 counts `check` healthy, from its configuration and its newest status point.
///
/// `HealthCheckStatus` is the final verdict: an inverted check is already inverted in it. A
/// disabled check is not looked at by Route 53: it is pinned, whatever the old points say
/// (aws-facts §3.4).
pub fn check_verdict(check: &HealthCheck, now: Timestamp) -> CheckVerdict {
    if let Some(config) = check.config.current()
        && config.disabled
    {
        return if config.inverted {
            CheckVerdict::PinnedUnhealthy
        } else {
            CheckVerdict::PinnedHealthy
        };
    }
    // The minute still being counted is worth reading: its minimum can only get worse.
    let newest = check
        .metrics
        .get(Metric::CheckStatus)
        .current()
        .and_then(|series| {
            let point = series.newest()?;
            let end = point.at + SignedDuration::try_from(series.period).unwrap_or_default();
            (now.duration_since(end) <= STATUS_STALE).then_some(point.value)
        });
    match newest {
        Some(value) if value >= 1.0 => CheckVerdict::Healthy,
        Some(_) => CheckVerdict::Unhealthy,
        None => CheckVerdict::Unknown,
    }
}

/// The whole fleet: what clients see comes first, then whatever ails a part.
fn fleet(snapshot: &Snapshot) -> Judgement {
    let mut reasons = Vec::new();
    if let Some(why) = blind(snapshot) {
        // From a machine that sees nothing, nothing can be called down.
        return Judgement::from_reasons(vec![why]);
    }
    if let Some(super::Missing::CouldNotAsk { why }) = snapshot.identity.why_missing() {
        reasons.push(reason(
            Verdict::Unknown,
            "credentials",
            format!("AWS does not say who is asking: {why}"),
        ));
    }
    let all_down = !snapshot.sites.is_empty()
        && snapshot
            .sites
            .iter()
            .all(|site| site.judgement.verdict == Verdict::Down);
    if all_down {
        reasons.push(reason(
            Verdict::Down,
            "region",
            "every Region is down".into(),
        ));
    }
    let edge = &snapshot.edge.judgement;
    let mut parts = vec![
        (edge, part(edge, "edge", "edge", edge.verdict)),
        (
            &snapshot.database.judgement,
            part_capped(&snapshot.database.judgement, "database", "database"),
        ),
    ];
    parts.extend(snapshot.sites.iter().map(|site| {
        (
            &site.judgement,
            part_capped(&site.judgement, "region", site.region.as_str()),
        )
    }));
    // What is down itself is told before what is merely degraded.
    parts.sort_by_key(|(judgement, _)| std::cmp::Reverse(judgement.verdict));
    reasons.extend(parts.into_iter().filter_map(|(_, reason)| reason));
    reasons.extend(global_alarms(snapshot));
    Judgement::from_reasons(reasons)
}

/// Alarms in us-east-1 may be about CloudFront or Route 53, whose series are there, as well as
/// about the site: they are the whole fleet's.
fn global_alarms(snapshot: &Snapshot) -> Option<Reason> {
    let site = snapshot.site(&Region::global())?;
    let alarms = judge_site::alarms(snapshot, site)?;
    let text = format!("{} in {}", alarms.text, site.region);
    Some(Reason { text, ..alarms })
}

/// A part that is down degrades the whole: the other parts carry on.
fn part_capped(judgement: &Judgement, about: &'static str, name: &str) -> Option<Reason> {
    part(
        judgement,
        about,
        name,
        judgement.verdict.min(Verdict::Degraded),
    )
}

fn part(
    judgement: &Judgement,
    about: &'static str,
    name: &str,
    verdict: Verdict,
) -> Option<Reason> {
    let worst = judgement.reasons.first()?;
    if judgement.verdict == Verdict::Healthy {
        return None;
    }
    let more = match judgement.reasons.len() - 1 {
        0 => String::new(),
        n => format!(" (and {n} more)"),
    };
    let text = format!("{name} {}: {}{more}", judgement.verdict, worst.text);
    Some(reason(verdict, about, text))
}

/// When every probe fails and no Region answers, the fault is most likely on this side.
fn blind(snapshot: &Snapshot) -> Option<Reason> {
    let failed = |probe: &Observed<super::ProbeReport>| {
        matches!(
            probe.why_missing(),
            Some(super::Missing::CouldNotAsk { .. })
        )
    };
    let no_probe_answers = failed(&snapshot.edge.probe)
        && snapshot
            .sites
            .iter()
            .all(|site| site.endpoint.is_none() || failed(&site.probe));
    let silent = |site: &Site| site.reach.answering() == Some(false);
    (no_probe_answers && !snapshot.sites.is_empty() && snapshot.sites.iter().all(silent)).then(|| {
        let last = snapshot.sites.iter().filter_map(|site| site.reach.last_answer).max();
        let since = last.map_or(String::new(), |at| {
            format!(" (last answer {} ago)", age(snapshot.at.duration_since(at)))
        });
        reason(
            Verdict::Unknown,
            "reach",
            format!("nothing answers this machine, neither AWS nor a probe{since}: check its own network"),
        )
    })
}

pub(super) fn reason(verdict: Verdict, about: &'static str, text: String) -> Reason {
    Reason {
        verdict,
        about,
        text,
    }
}

/// The value of `observed`, when its newest question was answered not longer than `limit_s` ago.
pub(super) fn fresh<T>(observed: &Observed<T>, now: Timestamp, limit_s: f64) -> Option<&T> {
    let value = observed.current()?;
    (observed.age(now)?.as_secs_f64() <= limit_s).then_some(value)
}

/// The newest settled point of `metric`, when it is not too old to count.
pub(super) fn figure(
    metrics: &super::Metrics,
    metric: Metric,
    snapshot: &Snapshot,
) -> Option<super::Point> {
    let point = metrics.latest(metric, snapshot.at)?;
    let period = metrics
        .get(metric)
        .current()
        .map_or(Duration::ZERO, |series| series.period);
    let age = snapshot.at.duration_since(point.at).as_secs_f64() - period.as_secs_f64();
    (age <= snapshot.thresholds.metric_stale_s).then_some(point)
}

/// As [`super::Metrics::percent`], when it is not too old to count.
pub(super) fn share(
    metrics: &super::Metrics,
    part: Metric,
    whole: Metric,
    snapshot: &Snapshot,
) -> Option<f64> {
    figure(metrics, whole, snapshot)?;
    Some(metrics.percent(part, whole, snapshot.at)?.value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::judge_fixture::{Fixture, REGIONS, ask_failed, region};
    use super::*;
    use crate::fleet::{Alarm, CheckConfig, CheckKind, Metrics, Missing};

    fn check(
        disabled: bool,
        inverted: bool,
        newest: Option<(f64, i64)>,
        now: Timestamp,
    ) -> HealthCheck {
        let mut metrics = Metrics::default();
        if let Some((value, seconds_ago)) = newest {
            Fixture::put(
                &mut metrics,
                Metric::CheckStatus,
                now - SignedDuration::from_secs(seconds_ago),
                value,
            );
        }
        let config = CheckConfig {
            kind: CheckKind::Endpoint {
                protocol: "HTTPS".into(),
                target: "x".into(),
            },
            interval_s: 10,
            failure_threshold: 3,
            inverted,
            disabled,
            version: 1,
            linked_service: None,
        };
        HealthCheck {
            id: "hc".into(),
            config: Observed::known(config, now, Fixture::source("route53:ListHealthChecks")),
            metrics,
        }
    }

    #[test]
    fn a_health_checks_verdict_follows_its_metric_unless_it_is_pinned() {
        use CheckVerdict::{Healthy, PinnedHealthy, PinnedUnhealthy, Unhealthy, Unknown};
        let now = Fixture::now();
        for (disabled, inverted, newest, expected) in [
            (false, false, Some((1.0, 60)), Healthy),
            (false, false, Some((0.0, 60)), Unhealthy),
            // The metric is already inverted.
            (false, true, Some((1.0, 60)), Healthy),
            (false, true, Some((0.0, 60)), Unhealthy),
            // The minute under way counts: its minimum cannot rise again.
            (false, false, Some((0.0, 5)), Unhealthy),
            (false, false, Some((1.0, 900)), Unknown),
            (false, false, None, Unknown),
            (true, false, Some((0.0, 60)), PinnedHealthy),
            (true, false, None, PinnedHealthy),
            (true, true, Some((1.0, 60)), PinnedUnhealthy),
        ] {
            let check = check(disabled, inverted, newest, now);
            assert_eq!(
                check_verdict(&check, now),
                expected,
                "{disabled} {inverted} {newest:?}"
            );
        }
    }

    #[test]
    fn a_status_that_could_not_be_renewed_is_unknown() {
        let now = Fixture::now();
        let mut check = check(false, false, Some((1.0, 60)), now);
        ask_failed(
            check.metrics.entry(Metric::CheckStatus),
            "time-out after 5 s",
        );
        assert_eq!(check_verdict(&check, now), CheckVerdict::Unknown);
    }

    #[test]
    fn a_fleet_that_is_seen_serving_everywhere_is_healthy() {
        let fleet = Fixture::healthy().judged();
        assert_eq!(
            fleet.judgement,
            Judgement {
                verdict: Verdict::Healthy,
                reasons: vec![]
            }
        );
        assert_eq!(fleet.edge.judgement.verdict, Verdict::Healthy);
        assert_eq!(fleet.database.judgement.verdict, Verdict::Healthy);
        assert!(
            fleet
                .sites
                .iter()
                .all(|site| site.judgement.verdict == Verdict::Healthy)
        );
    }

    #[test]
    fn a_region_whose_traffic_ended_minutes_ago_has_no_share_of_it() {
        let mut fixture = Fixture::healthy();
        assert!(
            fixture
                .0
                .traffic_share(&region("eu-west-1"))
                .is_some_and(|share| share > 30.0)
        );
        let before = Fixture::now() - SignedDuration::from_mins(7);
        let metrics = &mut fixture.site("eu-west-1").api.metrics;
        Fixture::put(metrics, Metric::ApiRequests, before, 1_000.0);
        assert_eq!(fixture.0.traffic_share(&region("eu-west-1")), Some(0.0));
        assert_eq!(fixture.0.traffic_share(&region("us-east-1")), Some(50.0));
    }

    #[test]
    fn an_alarm_in_us_east_1_is_the_fleets_for_it_may_be_about_the_edge() {
        let mut fixture = Fixture::healthy();
        let alarm = Alarm {
            name: "orders-edge-5xx".into(),
            reason: String::new(),
            since: None,
        };
        fixture.site("us-east-1").alarms = Fixture::known(vec![alarm]);
        let fleet = fixture.judged();
        assert_eq!(
            fleet.site(&region("us-east-1")).unwrap().judgement.verdict,
            Verdict::Healthy
        );
        assert_eq!(fleet.judgement.verdict, Verdict::Degraded);
        assert_eq!(
            fleet.judgement.reasons[0].text,
            "alarm orders-edge-5xx in us-east-1"
        );
    }

    #[test]
    fn a_blank_picture_is_unknown_everywhere() {
        let fleet = Fixture::blank().judged();
        assert_eq!(fleet.judgement.verdict, Verdict::Unknown);
        assert!(
            fleet
                .sites
                .iter()
                .all(|site| site.judgement.verdict == Verdict::Unknown)
        );
        assert_eq!(fleet.database.judgement.verdict, Verdict::Unknown);
        assert_eq!(fleet.edge.judgement.verdict, Verdict::Unknown);
    }

    #[test]
    fn one_region_down_degrades_the_fleet_and_all_of_them_take_it_down() {
        let mut fixture = Fixture::healthy();
        fixture.region_dark("eu-west-1");
        let fleet = fixture.clone().judged();
        assert_eq!(fleet.judgement.verdict, Verdict::Degraded);
        assert!(
            fleet.judgement.reasons[0].text.contains("eu-west-1 down: "),
            "{:?}",
            fleet.judgement
        );

        for code in REGIONS {
            fixture.unhealthy_check(code);
            let site = fixture.site(code);
            ask_failed(&mut site.probe, "connection refused");
        }
        let fleet = fixture.judged();
        assert_eq!(fleet.judgement.verdict, Verdict::Down);
    }

    #[test]
    fn a_domain_that_does_not_answer_takes_the_fleet_down() {
        let mut fixture = Fixture::healthy();
        ask_failed(&mut fixture.0.edge.probe, "no such name");
        let fleet = fixture.judged();
        assert_eq!(fleet.judgement.verdict, Verdict::Down);
        assert!(fleet.judgement.reasons[0].text.contains("no such name"));
    }

    #[test]
    fn a_machine_without_network_calls_nothing_down() {
        let mut fixture = Fixture::healthy();
        ask_failed(&mut fixture.0.edge.probe, "no such name");
        for code in REGIONS {
            fixture.silent(code);
            ask_failed(&mut fixture.site(code).probe, "no such name");
        }
        let fleet = fixture.judged();
        assert_eq!(fleet.judgement.verdict, Verdict::Unknown);
        assert!(
            fleet.judgement.reasons[0]
                .text
                .contains("check its own network")
        );
    }

    #[test]
    fn expired_credentials_leave_the_fleet_unknown_not_down() {
        let mut fixture = Fixture::healthy();
        fixture.nothing_asked_answers("credentials expired");
        let fleet = fixture.judged();
        assert_eq!(fleet.judgement.verdict, Verdict::Unknown);
        assert!(
            fleet
                .judgement
                .reasons
                .iter()
                .any(|r| r.text.contains("credentials expired"))
        );
    }

    #[test]
    fn a_missing_permission_never_makes_a_region_down() {
        let mut fixture = Fixture::healthy();
        let denied = Missing::NotAllowed {
            action: "rds:DescribeDBClusters".into(),
        };
        let cluster = fixture
            .0
            .database
            .clusters
            .get_mut(&region("us-east-1"))
            .unwrap();
        cluster.state.renew(
            Err(denied),
            Fixture::now(),
            Fixture::source("rds:DescribeDBClusters"),
        );
        let fleet = fixture.judged();
        assert_eq!(
            fleet.site(&region("us-east-1")).unwrap().judgement.verdict,
            Verdict::Healthy
        );
        assert_eq!(fleet.database.judgement.verdict, Verdict::Unknown);
        assert!(
            fleet.database.judgement.reasons[0]
                .text
                .contains("not allowed: rds:DescribeDBClusters")
        );
    }
}
