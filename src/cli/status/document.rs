//! `gwctl.status/1`: the picture as JSON, with names that stay.
//!
//! Every observed thing is `{value, at, age_s, source, missing}`: `value` is null unless it is current;
//! `missing` is null or `{"reason": "no-data" | "could-not-ask" | "not-allowed" | "not-yet", …}`; a value
//! that could not be renewed stands under `last`, with `at` and `age_s` telling how old it is. Times end in
//! `_ms` or `_s`. A series' `at` is when its newest minute began, and its `age_s` counts from that minute's end;
//! a site's own `age_s` is that of the oldest figure in its row. New keys may come within a version; none changes its meaning or goes.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::figure::ms;
use super::region_switch;
use super::rows::{self, verdict_word};
use crate::fleet::{
    Cluster, Function, GlobalDatabase, HealthCheck, Judgement, Metric, Metrics, Observed, Point,
    ProbeReport, Reachability, Site, Snapshot, check_verdict, clean_line,
};

/// Name and version of what is printed.
const SCHEMA: &str = "gwctl.status/1";

/// The whole document.
pub fn document(picture: &Snapshot, simulated: bool) -> Value {
    let now = picture.at;
    let calls = picture.ledger.sum();
    let mut document = json!({
        "schema": SCHEMA,
        "fleet": picture.name,
        "at": now,
        "simulated": simulated,
        "complete": picture.complete,
        "identity": plain(&picture.identity, now),
        "accounts": accounts(picture, now),
        "edge": edge(picture, now),
        "database": database(&picture.database, now),
        "sites": picture.sites.iter().map(|one| site(picture, one)).collect::<Vec<_>>(),
        "changes": picture.changes,
        "cost": {
            "calls": picture.ledger.calls(),
            "failed": calls.failures(),
            "refused": calls.refused,
            "timed_out": calls.timed_out,
            "throttled": calls.throttled,
            "dollars": picture.ledger.dollars(),
            "dollars_per_hour": picture.dollars_per_hour,
            "pace": picture.pace,
        },
    });
    judged(&mut document, &picture.judgement);
    clean(document)
}

fn site(picture: &Snapshot, site: &Site) -> Value {
    let now = picture.at;
    let mut value = json!({
        "region": site.region,
        "endpoint": site.endpoint,
        "writer": picture.is_writer(&site.region),
        "age_s": picture.row_at(site).map(|at| age_s(at, now)),
        "traffic_share_percent": picture.traffic_share(&site.region).ok().map(|share| share.percent),
        "traffic_share": traffic(picture, site),
        "api": {
            "id": site.api.id,
            "stage": site.api.stage,
            "detail": plain(&site.api.detail, now),
            "metrics": api_metrics(picture, site),
        },
        "functions": site.functions.iter().map(|one| function(one, now)).collect::<Vec<_>>(),
        "concurrency": plain(&site.concurrency, now),
        "alarms": plain(&site.alarms, now),
        "certificate": certificate(&site.certificate, now),
        "stack": site.stack.as_ref().map(|stack| plain(stack, now)),
        "probe": probe(&site.probe, now),
        "reach": reach(&site.reach),
        "health_check": picture.edge.check(&site.region).map(|check| check.id.clone()),
        "replication_lag_ms": lag(picture, site),
        "columns": rows::cells(picture, site),
    });
    judged(&mut value, &site.judgement);
    value
}

/// The share of all requests, with the minute it is of, or why it is not known.
fn traffic(picture: &Snapshot, site: &Site) -> Value {
    let requests = site.api.metrics.get(Metric::ApiRequests);
    let share = picture.traffic_share(&site.region);
    let mut value = envelope(requests, picture.at, None);
    value["unit"] = json!("percent");
    match share {
        Ok(share) => {
            value["value"] = json!(share.percent);
            value["missing"] = Value::Null;
            aged(&mut value, share.at, picture.at);
        }
        Err(why) => value["missing"] = json!(why),
    }
    value
}

/// The recovery point of a secondary; null on the writer, which has none. In a silence of the writer the figure
/// grows with time: then `writer_last_heard`, and the lag `before_silence`, say what is known.
fn lag(picture: &Snapshot, site: &Site) -> Value {
    let (Some(metric), Some(cluster)) = (
        picture.database.lag_metric(),
        picture.database.clusters.get(&site.region),
    ) else {
        return Value::Null;
    };
    if picture.is_writer(&site.region) == Some(true) {
        return Value::Null;
    }
    let mut value = figure(&cluster.metrics, metric, picture.at);
    let silence = picture
        .database
        .lag_now(&site.region)
        .and_then(|lag| lag.silence);
    if let Some(silence) = silence {
        value["writer_last_heard"] = json!(silence.since);
        value["before_silence"] = json!(silence.lag_ms);
    }
    value
}

fn api_metrics(picture: &Snapshot, site: &Site) -> Value {
    let (metrics, now) = (&site.api.metrics, picture.at);
    let mut all = figures(metrics, now);
    for (name, failures) in [
        ("4xx_percent", Metric::Api4xx),
        ("5xx_percent", Metric::Api5xx),
    ] {
        let of_clients = picture.failing(site, failures);
        all[name] = share_as(of_clients, metrics, failures, Metric::ApiRequests, now);
    }
    all
}

fn function(function: &Function, now: Timestamp) -> Value {
    let mut metrics = figures(&function.metrics, now);
    metrics["error_percent"] = share(
        &function.metrics,
        Metric::FunctionErrors,
        Metric::FunctionInvocations,
        now,
    );
    metrics["throttle_percent"] = share(
        &function.metrics,
        Metric::FunctionThrottles,
        Metric::FunctionInvocations,
        now,
    );
    json!({ "name": function.name, "detail": plain(&function.detail, now), "metrics": metrics })
}

fn edge(picture: &Snapshot, now: Timestamp) -> Value {
    let edge = &picture.edge;
    let mut value = json!({
        "domain": edge.domain,
        "distribution_id": edge.distribution_id,
        "latency_record": edge.latency_record,
        "distribution": plain(&edge.distribution, now),
        "metrics": figures(&edge.metrics, now),
        "router": edge.router.as_ref().map(|router| json!({ "name": router.name, "detail": observed(&router.detail, now, router_detail) })),
        "certificate": certificate(&edge.certificate, now),
        "records": plain(&edge.records, now),
        "checks": edge.checks.values().map(|one| check(one, now)).collect::<Vec<_>>(),
        "region_switch": region_switch::told(edge, now),
        "answers": plain(&edge.answers, now),
        "answers_note": picture.answers_elsewhere(),
        "probe": probe(&edge.probe, now),
    });
    judged(&mut value, &edge.judgement);
    value
}

/// The version is that of the distribution's configuration; where it names none, none is known.
fn router_detail(detail: &crate::fleet::FunctionDetail) -> Value {
    let mut value = json!(detail);
    if detail.version == "$LATEST" {
        value["version"] = Value::Null;
    }
    value
}

fn check(check: &HealthCheck, now: Timestamp) -> Value {
    json!({
        "id": check.id,
        "verdict": verdict_word(check_verdict(check, now)),
        "config": plain(&check.config, now),
        "metrics": figures(&check.metrics, now),
    })
}

fn database(database: &GlobalDatabase, now: Timestamp) -> Value {
    let cluster = |(region, cluster): (&crate::fleet::Region, &Cluster)| {
        json!({
            "region": region,
            "id": cluster.id,
            "state": plain(&cluster.state, now),
            "metrics": figures(&cluster.metrics, now),
            "events": plain(&cluster.events, now),
            "proxies": plain(&cluster.proxies, now),
        })
    };
    let mut value = json!({
        "id": database.id,
        "topology": plain(&database.topology, now),
        "writer": database.topology.current().and_then(|topology| Some(topology.writer()?.region.clone())),
        "lag_metric": database.lag_metric(),
        "clusters": database.clusters.iter().map(cluster).collect::<Vec<_>>(),
    });
    judged(&mut value, &database.judgement);
    value
}

fn certificate(certificate: &Observed<crate::fleet::Certificate>, now: Timestamp) -> Value {
    observed(certificate, now, |one| {
        let mut value = json!(one);
        value["days_left"] = json!(one.days_left(now));
        value
    })
}

fn probe(probe: &Observed<ProbeReport>, now: Timestamp) -> Value {
    observed(probe, now, |one| {
        json!({
            "status": one.status,
            "dns_ms": ms(one.dns),
            "connect_ms": ms(one.connect),
            "tls_ms": one.tls.map(ms),
            "first_byte_ms": ms(one.first_byte),
            "total_ms": ms(one.total()),
            "served_by": one.served_by,
        })
    })
}

fn reach(reach: &Reachability) -> Value {
    json!({
        "answering": reach.answering(),
        "round_trip_ms": reach.round_trip.map(ms),
        "last_answer": reach.last_answer,
        "last_silence": reach.last_silence,
        "silent_calls": reach.silent_calls,
        "last_error": reach.last_error,
        "clock_skew_ms": reach.clock_skew_ms,
    })
}

/// Puts verdict and reasons into `value`.
fn judged(value: &mut Value, judgement: &Judgement) {
    value["verdict"] = json!(judgement.verdict);
    value["reasons"] = json!(judgement.reasons);
}

fn figures(metrics: &Metrics, now: Timestamp) -> Value {
    let one = |(metric, _): (Metric, _)| (name(metric), figure(metrics, metric, now));
    Value::Object(metrics.iter().map(one).collect())
}

/// `api_latency_p99`, `edge_5xx_rate`.
fn name(metric: Metric) -> String {
    match json!(metric) {
        Value::String(name) => name
            .replace('-', "_")
            .replace("4xx", "_4xx")
            .replace("5xx", "_5xx"),
        _ => metric.title().to_owned(),
    }
}

/// The newest settled point, with its unit. `at` is when its period began; its age counts from the period's end.
fn figure(metrics: &Metrics, metric: Metric, now: Timestamp) -> Value {
    let series = metrics.get(metric);
    let point = series.last().and_then(|series| series.settled(now));
    let mut value = envelope(
        series,
        now,
        point.map(|point| (json!(point.value), point.at)),
    );
    value["unit"] = json!(metric.unit());
    if let Some(point) = point {
        value["age_s"] = json!(age_s(end(series, point.at), now));
    }
    if point.is_none() && value["missing"].is_null() {
        value["missing"] = json!({ "reason": "no-data" });
    }
    value
}

fn share(metrics: &Metrics, part: Metric, whole: Metric, now: Timestamp) -> Value {
    share_as(metrics.percent(part, whole, now), metrics, part, whole, now)
}

fn share_as(
    point: Option<Point>,
    metrics: &Metrics,
    part: Metric,
    whole: Metric,
    now: Timestamp,
) -> Value {
    let blamed = if metrics.get(whole).why_missing().is_some() {
        whole
    } else {
        part
    };
    let mut value = envelope(metrics.get(blamed), now, None);
    value["unit"] = json!("percent");
    if let Some(point) = point {
        value["value"] = json!(point.value);
        value["missing"] = Value::Null;
        aged(&mut value, point.at, now);
        value["age_s"] = json!(age_s(end(metrics.get(whole), point.at), now));
    } else if value["missing"].is_null() {
        value["missing"] = json!({ "reason": "no-data" });
    }
    value
}

/// The account of each part of the fleet, where these are several.
fn accounts(picture: &Snapshot, now: Timestamp) -> Vec<Value> {
    let each = picture.accounts.iter().map(|seen| {
        json!({
            "account": seen.account.to_string(),
            "way": seen.way,
            "identity": plain(&seen.identity, now),
        })
    });
    each.collect()
}

pub(super) fn plain<T: Serialize>(observed: &Observed<T>, now: Timestamp) -> Value {
    self::observed(observed, now, |value| json!(value))
}

pub(super) fn observed<T>(
    observed: &Observed<T>,
    now: Timestamp,
    show: impl FnOnce(&T) -> Value,
) -> Value {
    let last = observed.last().map(show).zip(observed.at());
    envelope(observed, now, last)
}

fn envelope<T>(observed: &Observed<T>, now: Timestamp, last: Option<(Value, Timestamp)>) -> Value {
    let source = observed
        .source()
        .map(|source| json!({ "api": source.api, "region": source.region }));
    let mut value = json!({
        "value": null,
        "at": null,
        "age_s": null,
        "source": source,
        "missing": observed.why_missing(),
    });
    if let Some((last, at)) = last {
        let key = if observed.why_missing().is_none() {
            "value"
        } else {
            "last"
        };
        value[key] = last;
        aged(&mut value, at, now);
    }
    value
}

fn aged(value: &mut Value, at: Timestamp, now: Timestamp) {
    value["at"] = json!(at);
    value["age_s"] = json!(age_s(at, now));
}

/// Seconds, to a tenth.
fn age_s(at: Timestamp, now: Timestamp) -> f64 {
    let tenths = (now.duration_since(at).as_secs_f64() * 10.0).round();
    tenths.max(0.0) / 10.0
}

/// The end of the period that begins at `at`.
fn end(series: &Observed<std::sync::Arc<crate::fleet::Series>>, at: Timestamp) -> Timestamp {
    let period = series.last().map(|series| series.period);
    let period = period.and_then(|period| jiff::SignedDuration::try_from(period).ok());
    period.map_or(at, |period| at + period)
}

/// Strings from AWS steer nothing, wherever the document is shown.
fn clean(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(clean_line(&text)),
        Value::Array(values) => values.into_iter().map(clean).collect(),
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .map(|(key, value)| (clean_line(&key), clean(value)))
                .collect(),
        ),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::{Missing, Point, Region, Series, Source};
    use std::sync::Arc;
    use std::time::Duration;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn source() -> Source {
        Source {
            api: "cloudwatch:GetMetricData",
            region: Some(Region::global()),
        }
    }

    fn requests(answer: Result<Vec<(i64, f64)>, Missing>) -> Metrics {
        let mut metrics = Metrics::default();
        let points = |points: Vec<(i64, f64)>| {
            points.into_iter().map(|(second, value)| Point {
                at: at(second),
                value,
            })
        };
        let series = answer.map(|all| Arc::new(Series::new(Duration::from_mins(1), points(all))));
        metrics
            .entry(Metric::ApiRequests)
            .renew(series, at(120), source());
        metrics
    }

    #[test]
    fn zero_no_data_could_not_ask_and_not_allowed_are_four_things() {
        let figure = |answer| figure(&requests(answer), Metric::ApiRequests, at(120));
        let zero = figure(Ok(vec![(0, 7.0), (60, 0.0)]));
        assert_eq!(
            (&zero["value"], &zero["missing"], &zero["age_s"]),
            (&json!(0.0), &Value::Null, &json!(0.0))
        );
        assert_eq!(
            zero["source"],
            json!({ "api": "cloudwatch:GetMetricData", "region": "us-east-1" })
        );
        for (why, reason) in [
            (Missing::NoData, "no-data"),
            (
                Missing::CouldNotAsk {
                    why: "timed out".into(),
                },
                "could-not-ask",
            ),
            (
                Missing::NotAllowed {
                    action: "cloudwatch:GetMetricData".into(),
                },
                "not-allowed",
            ),
        ] {
            let figure = figure(Err(why));
            assert_eq!(
                (&figure["value"], &figure["missing"]["reason"]),
                (&Value::Null, &json!(reason))
            );
        }
    }

    #[test]
    fn a_value_that_could_not_be_renewed_is_history_not_the_present() {
        let mut seen = Observed::known(5, at(0), source());
        seen.renew(
            Err(Missing::CouldNotAsk {
                why: "timed out".into(),
            }),
            at(60),
            source(),
        );
        let seen = plain(&seen, at(90));
        assert_eq!(seen["value"], Value::Null);
        assert_eq!((&seen["last"], &seen["age_s"]), (&json!(5), &json!(90.0)));
    }

    #[test]
    fn no_string_of_the_document_steers_a_terminal() {
        assert_eq!(
            clean(json!({ "a\u{1b}": ["x\u{7}\u{202e}y"] })),
            json!({ "a": ["xy"] })
        );
    }
}
