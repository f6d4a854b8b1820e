//! The edge: what clients meet first.

use super::certificate;
use super::site::{Seen, seen, slow};
use super::words::{Effect, beyond, percent, unseen};
use super::{figure, reason, share};
use crate::fleet::{Judgement, Metric, Missing, Reason, Snapshot, Verdict};

pub(super) fn judge(snapshot: &Snapshot) -> Judgement {
    let mut reasons = Vec::new();
    reasons.extend(probe(snapshot));
    reasons.extend(distribution(snapshot));
    figures(snapshot, &mut reasons);
    reasons.extend(records(snapshot));
    reasons.extend(answers(snapshot));
    reasons.extend(certificate::judge(&snapshot.edge.certificate, snapshot));
    if reasons.is_empty() && !serves(snapshot) {
        let text = "nothing shows that it serves: no probe and no requests";
        reasons.push(reason(Verdict::Unknown, "evidence", text.into()));
    }
    Judgement::from_reasons(reasons)
}

fn serves(snapshot: &Snapshot) -> bool {
    let edge = &snapshot.edge;
    seen(&edge.probe, snapshot) == Seen::Serves
        || figure(&edge.metrics, Metric::EdgeRequests, snapshot)
            .is_some_and(|point| point.value > 0.0)
}

/// A client's own view. An answer with an error is one sample among many: when CloudFront's rate
/// and a Region's own probe say that most are served, it does not mean down.
fn probe(snapshot: &Snapshot) -> Option<Reason> {
    let edge = &snapshot.edge;
    let name = format!("probe of {}", edge.domain);
    match seen(&edge.probe, snapshot) {
        Seen::Nothing => None,
        Seen::Serves => slow(&edge.probe, snapshot),
        Seen::Silent(why) => Some(reason(
            Verdict::Down,
            "probe",
            format!("{name} failed: {why}"),
        )),
        Seen::Fails(status) => {
            let critical = snapshot.thresholds.edge_5xx_percent.critical;
            let rate = figure(&edge.metrics, Metric::Edge5xxRate, snapshot);
            let a_region_serves = snapshot
                .sites
                .iter()
                .any(|site| seen(&site.probe, snapshot) == Seen::Serves);
            let mostly_served =
                rate.is_some_and(|point| point.value <= critical) && a_region_serves;
            let verdict = if mostly_served {
                Verdict::Degraded
            } else {
                Verdict::Down
            };
            Some(reason(
                verdict,
                "probe",
                format!("{name} answered {status}"),
            ))
        }
    }
}

fn distribution(snapshot: &Snapshot) -> Option<Reason> {
    let edge = &snapshot.edge;
    match edge.distribution.current() {
        Some(distribution) if !distribution.enabled => {
            let text = format!("distribution {} is disabled", edge.distribution_id);
            Some(reason(Verdict::Down, "distribution", text))
        }
        Some(_) => None,
        None if edge.distribution.why_missing() == Some(&Missing::NoData) => {
            let text = format!("there is no distribution {}", edge.distribution_id);
            Some(reason(Verdict::Unknown, "distribution", text))
        }
        // Its configuration does not matter much while clients are seen to be served.
        None if serves(snapshot) => None,
        None => unseen(&edge.distribution, "distribution", "distribution"),
    }
}

fn figures(snapshot: &Snapshot, reasons: &mut Vec<Reason>) {
    let limits = &snapshot.thresholds;
    let metrics = &snapshot.edge.metrics;
    reasons.extend(unseen(
        metrics.get(Metric::EdgeRequests),
        "metrics",
        "figures",
    ));
    let requests = figure(metrics, Metric::EdgeRequests, snapshot).map_or(0.0, |point| point.value);
    let effect = if requests >= 20.0 {
        Effect::Hurts
    } else {
        Effect::Threatens
    };
    if let Some(rate) = figure(metrics, Metric::Edge5xxRate, snapshot) {
        let limit = limits.edge_5xx_percent;
        reasons.extend(beyond(rate.value, limit, effect, "errors", "5xx", percent));
    }
    if snapshot.edge.router.is_none() {
        return;
    }
    for (metric, name) in [
        (Metric::EdgeFunctionErrors, "router errors"),
        (Metric::EdgeFunctionInvalid, "router's invalid replies"),
        (
            Metric::EdgeFunctionLimited,
            "router's refusals for its limits",
        ),
    ] {
        if let Some(share) = share(metrics, metric, Metric::EdgeRequests, snapshot) {
            let limit = limits.lambda_error_percent;
            reasons.extend(beyond(share, limit, effect, "router", name, percent));
        }
    }
}

/// Routing is served without Route 53's control plane; whether it is right cannot be told then.
fn records(snapshot: &Snapshot) -> Option<Reason> {
    let edge = &snapshot.edge;
    let Some(records) = edge.records.current() else {
        if edge.records.why_missing() == Some(&Missing::NoData) {
            let text = format!("{} has no latency records", edge.latency_record);
            return Some(reason(Verdict::Degraded, "dns", text));
        }
        return unseen(&edge.records, "dns", "routing records");
    };
    if records.is_empty() {
        let text = format!("{} has no latency records", edge.latency_record);
        return Some(reason(Verdict::Degraded, "dns", text));
    }
    let all_out = records
        .iter()
        .all(|record| edge.record_verdict(record, snapshot.at).in_service() == Some(false));
    all_out.then(|| {
        let text = "every latency record is unhealthy: Route 53 answers with all of them";
        reason(Verdict::Degraded, "dns", text.into())
    })
}

/// What resolvers are told, against what is known of the Regions.
fn answers(snapshot: &Snapshot) -> Option<Reason> {
    let edge = &snapshot.edge;
    let by_resolver = edge
        .answers
        .source()
        .is_some_and(|source| source.region.is_none());
    match edge.answers.why_missing() {
        Some(Missing::CouldNotAsk { why }) if by_resolver => {
            let text = format!("{} does not resolve: {why}", edge.latency_record);
            return Some(reason(Verdict::Degraded, "dns", text));
        }
        Some(Missing::NotYet) => return None,
        _ => {}
    }
    edge.answers.current()?.iter().find_map(|answer| {
        let Some(region) = &answer.region else {
            // An address may well be an alias record's: it does not tell whose it is.
            if answer.value.parse::<std::net::IpAddr>().is_ok() {
                return None;
            }
            let text = format!(
                "DNS answers {} ({}): no Region of this fleet",
                answer.value, answer.vantage
            );
            return Some(reason(Verdict::Degraded, "dns", text));
        };
        let down = snapshot.site(region)?.judgement.verdict == Verdict::Down;
        let kept = answer
            .ttl_s
            .map_or(String::new(), |ttl| format!(", kept for {ttl} s more"));
        down.then(|| {
            let text = format!(
                "DNS still answers {region}, which is down ({}{kept})",
                answer.vantage
            );
            reason(Verdict::Degraded, "dns", text)
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::fixture::{Fixture, REGIONS, ask_failed, region};
    use super::*;
    use crate::fleet::{Answer, Distribution, Observed};

    fn judged(change: impl FnOnce(&mut Fixture)) -> (Verdict, String) {
        let mut fixture = Fixture::healthy();
        change(&mut fixture);
        let judgement = fixture.judged().edge.judgement;
        let text = judgement
            .reasons
            .first()
            .map(|r| r.text.clone())
            .unwrap_or_default();
        (judgement.verdict, text)
    }

    fn public_probe(f: &mut Fixture, status: u16) {
        let mut report = f.0.edge.probe.current().unwrap().clone();
        report.status = status;
        f.0.edge.probe = Fixture::known(report);
    }

    #[test]
    fn an_error_answer_to_the_probe_is_down_unless_others_are_served() {
        assert_eq!(judged(|f| public_probe(f, 503)).0, Verdict::Degraded);
        let said = judged(|f| {
            public_probe(f, 503);
            for code in REGIONS {
                f.probe_status(code, 503);
            }
        });
        assert_eq!(
            said,
            (
                Verdict::Down,
                "probe of api.orders.example.com answered HTTP 503".into()
            )
        );
    }

    #[test]
    fn edge_errors_and_router_errors_are_told() {
        let said = judged(|f| f.edge(Metric::Edge5xxRate, 3.2));
        assert_eq!(said, (Verdict::Degraded, "5xx 3.2 %, limit 1 %".into()));
        let said = judged(|f| f.edge(Metric::EdgeFunctionErrors, 90.0));
        assert_eq!(
            said,
            (Verdict::Degraded, "router errors 3 %, limit 1 %".into())
        );
    }

    #[test]
    fn a_disabled_distribution_is_down() {
        let said = judged(|f| {
            let distribution = f.0.edge.distribution.current().unwrap().clone();
            f.0.edge.distribution = Fixture::known(Distribution {
                enabled: false,
                ..distribution
            });
        });
        assert_eq!(
            said,
            (
                Verdict::Down,
                "distribution E2ORDERS0EDGE1 is disabled".into()
            )
        );
    }

    #[test]
    fn without_us_east_1_the_edge_is_unknown_not_healthy() {
        let said = judged(|f| {
            ask_failed(&mut f.0.edge.records, "time-out after 5 s");
            ask_failed(&mut f.0.edge.distribution, "time-out after 5 s");
            ask_failed(
                f.0.edge.metrics.entry(Metric::EdgeRequests),
                "time-out after 5 s",
            );
        });
        assert_eq!(said.0, Verdict::Unknown);
    }

    #[test]
    fn all_records_unhealthy_is_told_for_what_it_is() {
        let said = judged(|f| REGIONS.iter().for_each(|code| f.unhealthy_check(code)));
        assert_eq!(
            said,
            (
                Verdict::Degraded,
                "every latency record is unhealthy: Route 53 answers with all of them".into()
            )
        );
    }

    #[test]
    fn an_answer_that_leads_nowhere_good_is_told() {
        let answer = |region: Option<&str>, value: &str| Answer {
            vantage: "Frankfurt".into(),
            value: value.into(),
            region: region.map(self::region),
            ttl_s: Some(40),
        };
        let said = judged(|f| {
            f.region_dark("eu-west-1");
            f.0.edge.answers = Fixture::known(vec![answer(Some("eu-west-1"), "x")]);
        });
        assert_eq!(
            said.1,
            "DNS still answers eu-west-1, which is down (Frankfurt, kept for 40 s more)"
        );
        let said =
            judged(|f| f.0.edge.answers = Fixture::known(vec![answer(None, "gone.example.com")]));
        assert_eq!(
            said.1,
            "DNS answers gone.example.com (Frankfurt): no Region of this fleet"
        );
        let said = judged(|f| f.0.edge.answers = Fixture::known(vec![answer(None, "192.0.2.7")]));
        assert_eq!(said.0, Verdict::Healthy, "an alias answers with addresses");
    }

    #[test]
    fn nothing_seen_is_unknown() {
        let said = judged(|f| {
            f.0.edge.probe = Observed::default();
            Fixture::no_data(&mut f.0.edge.metrics, Metric::EdgeRequests);
            Fixture::no_data(&mut f.0.edge.metrics, Metric::Edge5xxRate);
        });
        assert_eq!(said.0, Verdict::Unknown);
    }
}
