//! The edge: what clients meet first.

use super::reasons::{absent, beyond, percent, unseen};
use super::site::{Seen, effect, seen, slow, unreached};
use super::{certificate, witness};
use crate::judge::evidence::{figure, reason, share};
use crate::{Judgement, Metric, Missing, Reason, Region, Site, Snapshot, Verdict};

pub(super) fn judge(snapshot: &Snapshot) -> Judgement {
    let mut reasons = Vec::new();
    reasons.extend(probe(snapshot));
    if snapshot.edge.cloudfront {
        reasons.extend(distribution(snapshot));
        figures(snapshot, &mut reasons);
        reasons.extend(router(snapshot));
    }
    reasons.extend(records(snapshot));
    reasons.extend(answers(snapshot));
    if snapshot.edge.cloudfront {
        reasons.extend(certificate::judge(&snapshot.edge.certificate, snapshot));
    }
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

/// A client's own view, from this machine: one sample of many.
fn probe(snapshot: &Snapshot) -> Option<Reason> {
    let edge = &snapshot.edge;
    let name = format!("probe of {}", edge.domain);
    let told = |verdict, text| Some(reason(verdict, "probe", text));
    match seen(&edge.probe, snapshot) {
        Seen::Nothing => None,
        Seen::Serves => slow(&edge.probe, snapshot),
        // Only where nothing else shows that clients are served.
        Seen::Untold(_) if serves(snapshot) => None,
        Seen::Untold(why) => told(Verdict::Unknown, format!("{name} has no result: {why}")),
        Seen::Silent(why) => {
            let (verdict, more) = silent(snapshot);
            told(verdict, format!("{name} failed: {why}{more}"))
        }
        Seen::Unresolved(why) => {
            let (verdict, more) = unresolved(snapshot);
            let what = unreached(&why);
            told(verdict, format!("{} {what}{more}", edge.domain))
        }
        Seen::Fails(status) => {
            let verdict = if mostly_served(snapshot) {
                Verdict::Degraded
            } else {
                Verdict::Down
            };
            told(verdict, format!("{name} answered {status}"))
        }
    }
}

/// When CloudFront's rate and a Region's own probe say that most are served, an answer with an error does not
/// mean down.
fn mostly_served(snapshot: &Snapshot) -> bool {
    let critical = snapshot.thresholds.edge_5xx_percent.critical;
    let rate = figure(&snapshot.edge.metrics, Metric::Edge5xxRate, snapshot);
    let mut probes = snapshot.sites.iter().map(|site| &site.probe);
    let a_region_serves = probes.any(|probe| seen(probe, snapshot) == Seen::Serves);
    rate.is_none_or(|point| point.value <= critical) && a_region_serves
}

/// The domain does not answer this machine: down only where something else says so too, or where this machine
/// reaches the fleet by other names and nobody has seen clients served since.
fn silent(snapshot: &Snapshot) -> (Verdict, String) {
    if let Some(contrary) = witness::clients(snapshot, snapshot.edge.probe.at()) {
        let more = format!("; but {contrary}: this machine's network may be the cause");
        return (Verdict::Unknown, more);
    }
    if let Some(why) = witness::no_clients(snapshot) {
        return (Verdict::Down, format!(", and {why}"));
    }
    let answered =
        |site: &Site| matches!(seen(&site.probe, snapshot), Seen::Serves | Seen::Fails(_));
    if snapshot.sites.iter().any(answered) {
        return (Verdict::Down, String::new());
    }
    let more = "; this machine reaches no Region either, and nothing else shows whether clients are served";
    (Verdict::Unknown, more.into())
}

/// This machine's resolver does not know the domain: only what others see makes it down.
fn unresolved(snapshot: &Snapshot) -> (Verdict, String) {
    if let Some(contrary) = witness::clients(snapshot, snapshot.edge.probe.at()) {
        return (Verdict::Unknown, format!("; but {contrary}"));
    }
    match witness::no_clients(snapshot) {
        Some(why) => (Verdict::Down, format!(", and {why}")),
        None => (Verdict::Unknown, String::new()),
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
            let text = if edge.distribution_id.is_empty() {
                "the configuration names no distribution".to_owned()
            } else {
                format!("there is no distribution {}", edge.distribution_id)
            };
            Some(reason(Verdict::Unknown, "distribution", text))
        }
        // Its configuration does not matter much while clients are seen to be served.
        None if serves(snapshot) => None,
        None => unseen(&edge.distribution, "distribution", "distribution"),
    }
}

/// The configuration names a router that is not there: whether the distribution runs another is not known.
fn router(snapshot: &Snapshot) -> Option<Reason> {
    let router = snapshot.edge.router.as_ref()?;
    absent(
        &router.detail,
        "router",
        "function",
        &router.name,
        &Region::global(),
    )
}

fn figures(snapshot: &Snapshot, reasons: &mut Vec<Reason>) {
    let limits = &snapshot.thresholds;
    let metrics = &snapshot.edge.metrics;
    reasons.extend(unseen(
        metrics.get(Metric::EdgeRequests),
        "metrics",
        "figures",
    ));
    let effect = effect(figure(metrics, Metric::EdgeRequests, snapshot));
    if let Some(rate) = figure(metrics, Metric::Edge5xxRate, snapshot) {
        let limit = limits.edge_5xx_percent;
        reasons.extend(beyond(rate.value, limit, effect, "errors", "5xx", percent));
    }
    if snapshot.edge.router.is_none() {
        return;
    }
    for (metric, name) in [
        (Metric::EdgeFunctionErrors, "router errors"),
        (Metric::EdgeFunctionInvalid, "router invalid replies"),
        (
            Metric::EdgeFunctionLimited,
            "router requests over its limits",
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
        // A zone that is there has an answer, if an empty one.
        if edge.records.why_missing() == Some(&Missing::NoData) {
            let text = format!(
                "the hosted zone of {} does not exist: check the configuration",
                edge.latency_record
            );
            return Some(reason(Verdict::Unknown, "dns", text));
        }
        return unseen(&edge.records, "dns", "routing records");
    };
    if records.is_empty() {
        let text = format!("{} has no routing records", edge.latency_record);
        return Some(reason(Verdict::Degraded, "dns", text));
    }
    let all_out = records
        .iter()
        .all(|record| edge.record_verdict(record, snapshot.at).in_service() == Some(false));
    if all_out {
        let text = "every routing record is unhealthy: Route 53 treats all of them as healthy";
        return Some(reason(Verdict::Degraded, "dns", text.into()));
    }
    let lost = edge.without_healthy_record(None, snapshot.at);
    (!lost.is_empty()).then(|| {
        let text = format!(
            "no healthy record is left for {}: Route 53 may answer these clients with an unhealthy one",
            lost.join(", ")
        );
        reason(Verdict::Degraded, "dns", text)
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
            let text = format!("{} does not resolve here: {why}", edge.latency_record);
            // A resolver that fails this machine alone fails no client.
            let (verdict, more) = match witness::clients(snapshot, edge.answers.at()) {
                Some(contrary) => (Verdict::Unknown, format!("; but {contrary}")),
                None => match witness::no_clients(snapshot) {
                    Some(why) => (Verdict::Degraded, format!(", and {why}")),
                    None => (Verdict::Unknown, String::new()),
                },
            };
            return Some(reason(verdict, "dns", format!("{text}{more}")));
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
    use super::super::fixture::{Fixture, REGIONS, ask_failed, headline, region};
    use super::*;
    use crate::{Distribution, DnsAnswer, Observed, Source};

    fn judged(change: impl FnOnce(&mut Fixture)) -> (Verdict, String) {
        let mut fixture = Fixture::healthy();
        change(&mut fixture);
        let judgement = fixture.judged().edge.judgement;
        headline(&judgement)
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
    fn a_domain_that_only_this_machine_does_not_reach_is_a_note() {
        let silent = |f: &mut Fixture| {
            f.0.edge.probe = Observed::default();
            ask_failed(&mut f.0.edge.probe, "connection refused");
        };
        let said = judged(silent);
        let words = "probe of api.orders.example.com failed: connection refused; but CloudFront counts 3000 requests a minute, 0.1 % of them answered 5xx: this machine's network may be the cause";
        assert_eq!(said, (Verdict::Unknown, words.into()));
        let nothing = |f: &mut Fixture| {
            silent(f);
            for metric in [Metric::EdgeRequests, Metric::Edge5xxRate] {
                ask_failed(f.0.edge.metrics.entry(metric), "time-out after 5 s");
            }
        };
        assert_eq!(judged(nothing).0, Verdict::Down, "it reaches the Regions");
        let said = judged(|f| {
            nothing(f);
            for code in REGIONS {
                ask_failed(&mut f.site(code).probe, "connection refused");
            }
        });
        assert_eq!(said.0, Verdict::Unknown, "{}", said.1);
        let said = judged(|f| {
            silent(f);
            f.edge(Metric::EdgeRequests, 0.0);
        });
        assert_eq!(said.0, Verdict::Down);
        assert!(
            said.1.contains("CloudFront counts no request"),
            "{}",
            said.1
        );
    }

    #[test]
    fn a_domain_that_this_machines_resolver_alone_does_not_know_is_not_down() {
        let unresolved = |f: &mut Fixture| {
            let edge = &mut f.0.edge;
            let why = || Missing::CouldNotAsk {
                why: "no such name".into(),
            };
            edge.probe = Observed::missing(why(), Source::resolver());
            edge.answers = Observed::missing(why(), Source::probe());
        };
        let said = judged(unresolved);
        assert_eq!(said.0, Verdict::Unknown, "CloudFront serves: {}", said.1);
        let said = judged(|f| {
            unresolved(f);
            for metric in [Metric::EdgeRequests, Metric::Edge5xxRate] {
                Fixture::no_data(&mut f.0.edge.metrics, metric);
            }
        });
        assert_eq!(
            said.0,
            Verdict::Unknown,
            "nobody else says anything: {}",
            said.1
        );
        assert!(said.1.contains("cannot be reached from here"), "{}", said.1);
        let said = judged(|f| {
            unresolved(f);
            f.edge(Metric::EdgeRequests, 0.0);
        });
        assert_eq!(said.0, Verdict::Down, "no client either: {}", said.1);
    }

    #[test]
    fn what_cloudfront_answers_out_of_its_cache_shows_no_region() {
        let cached = |f: &mut Fixture| {
            let mut report = f.0.edge.probe.current().unwrap().clone();
            report.own = Some(crate::OwnAnswer::Cached);
            f.0.edge.probe = Fixture::known(report);
        };
        assert_eq!(
            judged(cached).0,
            Verdict::Healthy,
            "CloudFront's figures show it"
        );
        let said = judged(|f| {
            cached(f);
            Fixture::no_data(&mut f.0.edge.metrics, Metric::EdgeRequests);
        });
        assert_eq!(said.0, Verdict::Unknown);
        assert!(said.1.contains("out of its cache"), "{}", said.1);
    }

    #[test]
    fn what_aws_says_does_not_exist_leaves_the_edge_unknown() {
        fn gone<T>(observed: &mut Observed<T>) {
            let source = Fixture::source("lambda:GetFunctionConfiguration");
            observed.renew(Err(Missing::NoData), Fixture::now(), source);
        }
        let said = judged(|f| gone(&mut f.0.edge.router.as_mut().unwrap().detail));
        let words = "there is no function orders-router in us-east-1: check the configuration";
        assert_eq!(said, (Verdict::Unknown, words.into()));
        let said = judged(|f| gone(&mut f.0.edge.records));
        assert_eq!(said.0, Verdict::Unknown);
        assert!(said.1.contains("hosted zone"), "{}", said.1);
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
                "every routing record is unhealthy: Route 53 treats all of them as healthy".into()
            )
        );
    }

    #[test]
    fn an_answer_that_leads_nowhere_good_is_told() {
        let answer = |region: Option<&str>, value: &str| DnsAnswer {
            vantage: "Frankfurt".into(),
            value: value.into(),
            region: region.map(self::region),
            ttl_s: Some(40),
            at: None,
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
