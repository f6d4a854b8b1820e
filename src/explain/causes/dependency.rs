//! Functions that wait in vain for something that is not the database.

use super::failing::Failing;
use super::logged::{Errors, Logged};
use super::told::{beside_usual, most_since, since};
use super::words::{Says, host};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Metric, Site, format};

/// From this part of the errors on, time is what the functions fail of.
const MOST: f64 = 0.5;
/// As many times the usual duration is slow.
const SLOW: f64 = 2.0;
/// A database with that many times its usual load may be what is slow.
const BUSY: f64 = 1.5;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let limit = evidence.picture.thresholds.lambda_error_percent.warn;
    let failing = Failing::of(evidence, site)?.only(|one| {
        let errors = Errors::of(evidence, &Failing::single(site, *one));
        errors.is_some_and(|errors| is_most(&errors, (one.percent, limit)))
    })?;
    let began = failing.began()?;
    let errors = Errors::of(evidence, &failing)?;
    let slower = slower(evidence, &failing, began);
    if slower.is_empty() {
        return None;
    }
    let region = failing.region();
    let named = errors.all.iter().find_map(|logged| {
        let text = &logged.pattern.example.line.text;
        Some((logged, host(text).filter(|_| logged.is_new != Some(false))?))
    });
    let what = named.map_or("something", |(_, host)| host);
    let mut hypothesis = failing.hypothesis(evidence, "dependency-slow");
    hypothesis.sentence = format!(
        "{} in {region}{}, {}, because they wait too long for {what}",
        failing.fail(),
        since(Some(began)),
        failing.much()
    );
    let quoted = [
        errors.first(Says::TimedOut),
        named.map(|(logged, _)| logged),
    ];
    let mut quoted: Vec<String> = quoted
        .into_iter()
        .flatten()
        .map(|one| errors.told(one))
        .collect();
    quoted.dedup();
    hypothesis.supports.extend(quoted);
    hypothesis.supports.extend(slower);
    let (well, told) = database(evidence, site, began);
    if well == Some(false) {
        hypothesis.contradicts.extend(told);
    } else {
        hypothesis.supports.extend(told);
    }
    (hypothesis.sure, hypothesis.why) = match (named, well) {
        (Some(_), Some(true)) => (
            Sureness::High,
            "the errors name what did not answer in time, and the database is as busy as usual".into(),
        ),
        (Some(_), _) => (
            Sureness::Medium,
            "the errors name what did not answer in time; whether the database is slow is not known".into(),
        ),
        (None, Some(true)) => (
            Sureness::Medium,
            "functions take longer and time out, and the database is as busy as usual; nothing names what they wait for"
                .into(),
        ),
        (None, _) => (
            Sureness::Low,
            "functions take longer and time out; the database may be what they wait for".into(),
        ),
    };
    hypothesis.apart = Some(format!(
        "the first slow step of one request: `gwctl logs --region {region} --filter REQUEST_ID`"
    ));
    Some(hypothesis)
}

/// Whether time is what most invocations fail of, beside those that say something else and the errors of before.
fn is_most(errors: &Errors<'_>, of: (f64, f64)) -> bool {
    let is_other = |one: &Logged<'_>| {
        one.is_new == Some(false) || one.says().is_some_and(|says| says != Says::TimedOut)
    };
    let timed_out = errors.saying(Says::TimedOut);
    let enough = errors.are_beyond(of, |one| one.says() == Some(Says::TimedOut));
    enough && timed_out >= MOST * (1.0 - errors.part(is_other))
}

/// How much longer the functions take than before.
fn slower(evidence: &Evidence<'_>, failing: &Failing<'_>, began: Onset) -> Vec<String> {
    let each = failing.functions.iter().filter_map(|one| {
        let metrics = &one.function.metrics;
        let at = evidence.picture.at;
        let (_, usual) = beside_usual(metrics, Metric::FunctionDurationP95, began, at)?;
        // Who fails at once of something else makes them quick again.
        let most = most_since(metrics, Metric::FunctionDurationP95, began)?;
        (most >= SLOW * usual).then(|| {
            format!(
                "{}: {} takes up to {} (p95) since then, usually {}",
                failing.region(),
                one.function.name,
                format::millis(most),
                format::millis(usual)
            )
        })
    });
    each.collect()
}

/// Whether the database that answers the Region is as busy as usual, with its figures.
fn database(evidence: &Evidence<'_>, site: &Site, began: Onset) -> (Option<bool>, Option<String>) {
    let cluster = evidence.picture.database.clusters.get(&site.region);
    let known = cluster
        .and_then(|one| beside_usual(&one.metrics, Metric::DbCpu, began, evidence.picture.at));
    let Some((now, usual)) = known else {
        return (None, None);
    };
    let told = format!(
        "{}: the database's CPU is at {}, usually {}",
        site.region,
        format::percent(now),
        format::percent(usual)
    );
    (Some(now < BUSY * usual.max(10.0)), Some(told))
}
