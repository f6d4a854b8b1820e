//! What each column says.

use jiff::{SignedDuration, Timestamp};

use super::Moment;
use crate::{
    Certificate, CheckVerdict, Freshness, HealthCheck, Known, Metric, Missing, Observed, Reading,
    Region, RoutingRecord, Site, Tone, Turned, Unit, Verdict, format,
};

pub(super) fn region(_: &Moment<'_>, site: &Site) -> Reading {
    Reading::words(site.region.as_str(), Tone::Title)
}

pub(super) fn city(_: &Moment<'_>, site: &Site) -> Reading {
    match site.region.place() {
        Some(place) => Reading::words(place.city, Tone::Muted),
        None => Reading::nothing(Freshness::NoData),
    }
}

pub(super) fn verdict(_: &Moment<'_>, site: &Site) -> Reading {
    let verdict = site.judgement.verdict;
    Reading::words(verdict.word(), Tone::Verdict(verdict)).sorted_by(f64::from(verdict as u8))
}

pub(super) fn why(_: &Moment<'_>, site: &Site) -> Reading {
    let reasons = &site.judgement.reasons;
    let texts: Vec<&str> = reasons.iter().map(|reason| reason.text.as_str()).collect();
    Reading::words(texts.join("; "), Tone::Text)
}

/// Writer or reader.
pub fn role(moment: &Moment<'_>, region: &Region) -> Reading {
    let topology = &moment.snapshot.database.topology;
    let member = |topology: &crate::Topology| topology.member(region).map(|member| member.writer);
    let writer = moment.known(topology).and_then(member);
    let tone = match writer.value {
        Some(true) => Tone::Accent,
        _ => Tone::Text,
    };
    let word = |writer| (if writer { "writer" } else { "reader" }).into();
    Reading::of(writer, word)
        .because(topology.why_missing())
        .toned(tone)
}

pub(super) fn database_role(moment: &Moment<'_>, site: &Site) -> Reading {
    role(moment, &site.region)
}

pub(super) fn traffic(moment: &Moment<'_>, site: &Site) -> Reading {
    let (known, why) = shared(moment, site);
    Reading::figure(known, Unit::Percent, format::share).because(why.as_ref())
}

/// The Region's share of the traffic, as it is read, as well known as the requests of all Regions are.
pub fn traffic_known(moment: &Moment<'_>, site: &Site) -> Known<f64> {
    shared(moment, site).0
}

fn shared(moment: &Moment<'_>, site: &Site) -> (Known<f64>, Option<Missing>) {
    match moment.snapshot.traffic_share(&site.region) {
        Ok(share) => {
            let known = Known {
                value: Some(share.told),
                age: Some(moment.now.duration_since(share.at)),
                state: Freshness::Current,
            };
            (known, None)
        }
        Err(why) => (Known::nothing(Freshness::from(&why)), Some(why)),
    }
}

fn latency(moment: &Moment<'_>, site: &Site, metric: Metric) -> Reading {
    moment
        .reading(&site.api.metrics, metric)
        .beyond(moment.snapshot.thresholds.api_p99_ms)
}

pub(super) fn p50(moment: &Moment<'_>, site: &Site) -> Reading {
    latency(moment, site, Metric::ApiLatencyP50)
}

pub(super) fn p99(moment: &Moment<'_>, site: &Site) -> Reading {
    latency(moment, site, Metric::ApiLatencyP99)
}

pub(super) fn requests(moment: &Moment<'_>, site: &Site) -> Reading {
    let requests = Metric::ApiRequests;
    let known = moment.metric(&site.api.metrics, requests);
    Reading::figure(known, Unit::Count, format::of_a_minute)
        .because(site.api.metrics.get(requests).why_missing())
}

pub(super) fn failing(moment: &Moment<'_>, site: &Site) -> Reading {
    let metrics = &site.api.metrics;
    let why = |metric| metrics.get(metric).why_missing();
    Reading::figure(moment.failing(site), Unit::Percent, format::percent)
        .because(why(Metric::ApiRequests).or_else(|| why(Metric::Api5xx)))
        .beyond(moment.snapshot.thresholds.api_5xx_percent)
}

pub(super) fn function_errors(moment: &Moment<'_>, site: &Site) -> Reading {
    let known = function_errors_known(moment, site);
    let metrics = site.functions.iter().map(|function| &function.metrics);
    let whys = metrics.flat_map(|metrics| {
        [Metric::FunctionInvocations, Metric::FunctionErrors]
            .map(|metric| metrics.get(metric).why_missing())
    });
    let why = whys
        .flatten()
        .find(|why| Freshness::from(*why) == known.state);
    Reading::figure(known, Unit::Percent, format::percent)
        .because(why)
        .beyond(moment.snapshot.thresholds.lambda_error_percent)
}

/// Failed invocations of the worst function, in percent; one that is not known hides which is the worst.
pub fn function_errors_known(moment: &Moment<'_>, site: &Site) -> Known<f64> {
    let (errors, all) = (Metric::FunctionErrors, Metric::FunctionInvocations);
    let functions = site.functions.iter();
    let shares = functions.map(|function| moment.percent(&function.metrics, errors, all));
    Known::worst(shares)
}

/// For how long the secondary there has heard nothing of the writer; none while it does.
pub fn silent_for(moment: &Moment<'_>, region: &Region) -> Option<SignedDuration> {
    let silence = moment.snapshot.database.lag_now(region)?.silence?;
    Some(moment.now.duration_since(silence.since))
}

/// Replication lag of the secondary there; the writer has none, and one that hears nothing of the writer tells for
/// how long.
pub fn lag(moment: &Moment<'_>, region: &Region) -> Reading {
    let database = &moment.snapshot.database;
    if moment.snapshot.is_writer(region) == Some(true) {
        return Reading::words("writer", Tone::Faint).sorted_by(0.0);
    }
    if let Some(silent) = silent_for(moment, region) {
        return Reading::words(
            format!("silent {}", format::rough(silent)),
            Tone::Judged(Verdict::Degraded),
        )
        .or_narrow(format!("silent {}", format::age(silent)))
        .sorted_by(silent.as_secs_f64() * 1e3);
    }
    let thresholds = &moment.snapshot.thresholds;
    let (known, why) = match database.lag(region) {
        Some(lag) => (
            Known::series(lag, moment.now, thresholds),
            lag.why_missing(),
        ),
        None => (
            Known::nothing(moment.known(&database.topology).state),
            database.topology.why_missing(),
        ),
    };
    Reading::figure(known, Unit::Millis, format::millis)
        .because(why)
        .beyond(thresholds.replication_lag_ms)
}

pub(super) fn database_lag(moment: &Moment<'_>, site: &Site) -> Reading {
    lag(moment, &site.region)
}

/// Whether DNS answers with a Region, and the verdict behind it.
pub fn dns(moment: &Moment<'_>, region: &Region) -> (Reading, CheckVerdict) {
    let edge = &moment.snapshot.edge;
    let records = moment.known(&edge.records);
    if records.state != Freshness::Current {
        let reading = Reading::of(records, |_| String::new()).because(edge.records.why_missing());
        return (reading, CheckVerdict::Unknown);
    }
    let Some(verdict) = edge.admission(region, moment.now) else {
        let none = Reading::words("no routing record", Tone::Judged(Verdict::Degraded));
        return (none.or_narrow("none"), CheckVerdict::Unknown);
    };
    let check = edge.check(region);
    match turned(moment, region, verdict, check) {
        Some(turned) => by_answers(turned, moment.now),
        None => (admitted(moment, verdict, check), verdict),
    }
}

/// What DNS answers with, where that is newer than the figure by which `verdict` says otherwise: CloudWatch has it
/// minutes later (aws-facts §1.3).
fn turned(
    moment: &Moment<'_>,
    region: &Region,
    verdict: CheckVerdict,
    check: Option<&HealthCheck>,
) -> Option<Turned> {
    let by_figure = matches!(verdict, CheckVerdict::Healthy | CheckVerdict::Unhealthy);
    let turned = *moment.snapshot.edge.turned.get(region)?;
    let figures = check?.metrics.get(Metric::CheckStatus).last()?;
    let newer = turned.at > figures.newest()?.at;
    (by_figure && newer && verdict.in_service() != Some(turned.answers)).then_some(turned)
}

fn by_answers(turned: Turned, now: Timestamp) -> (Reading, CheckVerdict) {
    let ago = format::age(now.duration_since(turned.at));
    let (text, narrow, verdict, tone) = if turned.answers {
        let text = "in service: DNS answers with it again";
        (text, "in", CheckVerdict::Healthy, Verdict::Healthy)
    } else {
        let text = "out of service: DNS no longer answers with it";
        (text, "OUT", CheckVerdict::Unhealthy, Verdict::Down)
    };
    let text = format!("{text}, seen {ago} ago; the figure of its health check is older");
    let reading = Reading::words(text, Tone::Judged(tone)).or_narrow(narrow);
    (reading, verdict)
}

pub(super) fn in_dns(moment: &Moment<'_>, site: &Site) -> Reading {
    dns(moment, &site.region).0
}

/// Whether DNS answers with one record.
pub fn record_dns(moment: &Moment<'_>, record: &RoutingRecord) -> Reading {
    let edge = &moment.snapshot.edge;
    let check = record.check().and_then(|id| edge.checks.get(id));
    admitted(moment, edge.record_verdict(record, moment.now), check)
}

fn admitted(moment: &Moment<'_>, verdict: CheckVerdict, check: Option<&HealthCheck>) -> Reading {
    use Verdict::{Degraded, Down, Healthy};
    let (text, narrow, tone) = match verdict {
        CheckVerdict::Healthy => ("in service", "in", Tone::Judged(Healthy)),
        CheckVerdict::Unhealthy => ("out of service", "OUT", Tone::Judged(Down)),
        CheckVerdict::DisabledHealthy => {
            ("in service, check disabled", "in !", Tone::Judged(Degraded))
        }
        CheckVerdict::DisabledUnhealthy => (
            "out of service, check disabled and inverted",
            "OUT !",
            Tone::Judged(Down),
        ),
        CheckVerdict::Unchecked => ("in service, no health check", "in *", Tone::Muted),
        CheckVerdict::Standby => ("standby", "stby", Tone::Muted),
        CheckVerdict::Partly => ("partly in service", "part", Tone::Judged(Degraded)),
        CheckVerdict::Unknown => {
            let Some(check) = check else {
                return Reading::nothing(Freshness::NotYet);
            };
            let state = moment.metric(&check.metrics, Metric::CheckStatus).state;
            let why = check.metrics.get(Metric::CheckStatus).why_missing();
            return Reading::nothing(state).because(why);
        }
    };
    Reading::words(text, tone).or_narrow(narrow)
}

pub(super) fn probe(moment: &Moment<'_>, site: &Site) -> Reading {
    // How long an earlier one took says nothing of one that fails.
    if let Some(Missing::CouldNotAsk { why }) = site.probe.why_missing() {
        let (text, narrow) = failure(why);
        let failed = Reading::words(text, Tone::Judged(Verdict::Unknown)).or_narrow(narrow);
        return Reading {
            unit: Some(Unit::Millis),
            ..failed
        };
    }
    let report = moment.known(&site.probe);
    let failing = report.value.is_some_and(|report| report.status >= 500);
    let known = report.map(|report| report.total().as_secs_f64() * 1e3);
    let reading = Reading::figure(known, Unit::Millis, format::millis)
        .because(site.probe.why_missing())
        .beyond(moment.snapshot.thresholds.probe_ms);
    if failing {
        reading.toned(Tone::Judged(Verdict::Down))
    } else {
        reading
    }
}

/// How a probe failed, in a word or two.
fn failure(why: &str) -> (&'static str, &'static str) {
    let words = [
        ("timed out", ("timed out", "timeout")),
        ("no answer in time", ("timed out", "timeout")),
        ("refused", ("refused", "refused")),
    ];
    let known = words.into_iter().find(|(said, _)| why.contains(said));
    known.map_or(("failed", "failed"), |(_, word)| word)
}

pub(super) fn http(moment: &Moment<'_>, site: &Site) -> Reading {
    let known = moment.known(&site.probe).map(|report| report.status);
    let tone = match known.value {
        Some(500..) => Tone::Judged(Verdict::Down),
        Some(400..500) => Tone::Judged(Verdict::Degraded),
        _ => Tone::Text,
    };
    let amount = known.value.map(f64::from);
    Reading {
        amount,
        ..Reading::of(known, |status| status.to_string())
    }
    .because(site.probe.why_missing())
    .toned(tone)
}

/// Days a certificate has left.
pub fn certificate(moment: &Moment<'_>, certificate: &Observed<Certificate>) -> Reading {
    let limit = moment.snapshot.thresholds.certificate_days;
    let days = moment
        .lasting(certificate)
        .and_then(|certificate| certificate.days_left(moment.now));
    let tone = match days.value {
        Some(days) if (days as f64) < limit.critical => Tone::Judged(Verdict::Down),
        Some(days) if (days as f64) < limit.warn => Tone::Judged(Verdict::Degraded),
        _ => Tone::Text,
    };
    let amount = days.value.map(|days| days as f64);
    Reading {
        amount,
        ..Reading::of(days, format::days)
    }
    .because(certificate.why_missing())
    .toned(tone)
}

pub(super) fn own_certificate(moment: &Moment<'_>, site: &Site) -> Reading {
    certificate(moment, &site.certificate)
}

/// How old the oldest figure of a Region's row is.
pub fn row_age(moment: &Moment<'_>, site: &Site) -> Reading {
    let Some(at) = moment.snapshot.row_at(site) else {
        // No figure was ever known: as for the requests, it is not asked yet, or nobody answers.
        let requests = moment.reading(&site.api.metrics, Metric::ApiRequests);
        return Reading::nothing(requests.freshness).because(requests.why.as_ref());
    };
    let age = moment.now.duration_since(at);
    let old = age.as_secs_f64() > moment.snapshot.thresholds.metric_stale_s;
    let tone = if old {
        Tone::Judged(Verdict::Degraded)
    } else {
        Tone::Muted
    };
    Reading::words(format::age(age), tone).sorted_by(age.as_secs_f64())
}
