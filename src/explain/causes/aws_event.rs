//! Several services of one Region that turn bad at once, without a change of ours.

use super::changed::told;
use super::level::Level;
use super::told::{aws_says, evacuate, hit, since};
use super::{changed, made, ours};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Call, Event, EventKind, Metric, Outcome, Region, Site, Verdict, format};
use jiff::Timestamp;

/// So many signs at least, of what is independent of each other.
const SIGNS: usize = 3;
/// They begin within so many minutes.
const AT_ONCE: i64 = 4;
/// So many times as slow as before.
const SLOW: f64 = 1.8;
/// Part of gwctl's calls to the Region that AWS could not answer, and the fewest of them that count.
const UNANSWERED: (f64, usize) = (0.06, 3);

/// One sign, and since when.
struct Sign {
    told: String,
    since: Option<Onset>,
}

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let region = &site.region;
    let signs = signs(evidence, site);
    let began = signs
        .iter()
        .filter_map(|sign| sign.since)
        .min_by_key(|onset| onset.at)?;
    let late = |onset: Onset| onset.at.duration_since(began.at).as_mins() > AT_ONCE;
    let confirmed = aws_says(evidence, region);
    let own = changed(evidence, site, began);
    if confirmed.is_none() {
        let apart = signs.iter().filter_map(|sign| sign.since).any(late);
        if signs.len() < SIGNS || apart || own.is_some() {
            return None;
        }
    }
    let others = evidence
        .picture
        .sites
        .iter()
        .filter(|other| other.region != *region);
    let mut against: Vec<String> = others
        .flat_map(|other| self::signs(evidence, other))
        .map(|sign| sign.told)
        .collect();
    let mut actions = evacuate(evidence, region);
    if evidence.picture.is_writer(region) == Some(true) {
        let members = evidence.picture.database.clusters.keys();
        let mut targets = members.filter(|member| *member != region);
        actions.extend(targets.next().map(|to| format!("gwctl promote {to}")));
    }
    let mut supports: Vec<String> = signs.into_iter().map(|sign| sign.told).collect();
    let unknown = unknown_since(evidence, region, began);
    let perhaps = ours::lately(evidence, region, began);
    let nothing = match unknown {
        Some(since) => changed::not_known("something", since),
        None if perhaps.is_empty() => "nothing of ours changed".into(),
        None => "no change there names anything of ours".into(),
    };
    match own {
        Some(change) => against.push(told(change)),
        None if unknown.is_none() && perhaps.is_empty() => supports.push(format!(
            "{region}: nobody changed anything of the fleet there in the half hour before"
        )),
        None => {}
    }
    against.extend(perhaps.into_iter().map(ours::weighed));
    let is_confirmed = confirmed.is_some();
    supports.extend(confirmed);
    Some(Hypothesis {
        cause: "aws-impaired",
        region: Some(region.clone()),
        sentence: format!(
            "AWS itself has trouble in {region}{}: {}",
            since(Some(began)),
            if is_confirmed {
                "AWS Health confirms it".into()
            } else {
                format!("several services turned bad at once, and {nothing}")
            }
        ),
        verdict: site.judgement.verdict.max(Verdict::Degraded),
        hurts: true,
        since: Some(began),
        sure: match (is_confirmed, against.is_empty(), unknown) {
            (true, true, _) => Sureness::High,
            (true, false, _) | (false, true, None) => Sureness::Medium,
            (false, ..) => Sureness::Low,
        },
        why: if is_confirmed {
            "AWS itself tells of trouble there with a service that the fleet is made of".into()
        } else {
            "they have nothing in common but the Region. AWS Health has not confirmed it: it often tells of trouble tens of minutes late".into()
        },
        supports,
        contradicts: against,
        apart: (!is_confirmed)
            .then(|| "AWS's own word: health.aws.amazon.com, often tens of minutes late".into()),
        about: Vec::new(),
        hit_percent: hit(evidence, site),
        actions,
    })
}

/// From when on changes there may be missing. IAM's records are in the partition's first Region (aws-facts §14.2).
fn unknown_since(evidence: &Evidence<'_>, region: &Region, began: Onset) -> Option<Timestamp> {
    let home = evidence.picture.partition();
    let home = home.place("iam", &Region::global());
    let window = changed::window(began);
    let asked = [region, &home].into_iter();
    asked
        .filter_map(|region| evidence.unknown_since(region, &window))
        .min()
}

fn signs(evidence: &Evidence<'_>, site: &Site) -> Vec<Sign> {
    let all = [
        functions(evidence, site),
        slow(evidence, site),
        behind(evidence, &site.region),
        calls(evidence, &site.region),
    ];
    all.into_iter().flatten().collect()
}

fn functions(evidence: &Evidence<'_>, site: &Site) -> Option<Sign> {
    let (picture, region) = (evidence.picture, &site.region);
    let limit = picture.thresholds.lambda_error_percent.warn;
    let share = (Metric::FunctionErrors, Metric::FunctionInvocations);
    let failing = site.functions.iter().filter_map(|function| {
        let percent = function
            .metrics
            .percent(share.0, share.1, picture.at)?
            .value;
        let since = Onset::of_share(&function.metrics, share, picture.at, limit)?;
        (percent > limit).then_some((percent, since))
    });
    let (percent, began) = failing.min_by_key(|(_, since)| since.at)?;
    Some(Sign {
        told: format!(
            "{region}: {} of the functions' invocations fail{}",
            format::percent(percent),
            since(Some(began))
        ),
        since: Some(began),
    })
}

fn slow(evidence: &Evidence<'_>, site: &Site) -> Option<Sign> {
    let metrics = &site.api.metrics;
    let level = Level::risen(
        metrics,
        Metric::ApiIntegrationLatencyP50,
        evidence.picture.at,
        SLOW,
    )?;
    Some(Sign {
        told: format!(
            "{}: the functions answer after {} where they took {} before{}",
            site.region,
            format::millis(level.now),
            format::millis(level.before),
            since(Some(level.since))
        ),
        since: Some(level.since),
    })
}

fn behind(evidence: &Evidence<'_>, region: &Region) -> Option<Sign> {
    let picture = evidence.picture;
    let limit = picture.thresholds.replication_lag_ms.warn;
    let series = picture.database.lag(region)?.current()?;
    let began = Onset::of(series, picture.at, |lag| lag > limit)?;
    let lag = series.settled(picture.at)?.value;
    Some(Sign {
        told: format!(
            "{region}: its database is {} behind the writer{}",
            format::millis(lag),
            since(Some(began))
        ),
        since: Some(began),
    })
}

/// What AWS's own APIs there could not answer. Since when is not known: gwctl asks only while it runs.
fn calls(evidence: &Evidence<'_>, region: &Region) -> Option<Sign> {
    let newest = evidence.picture.ledger.recent();
    let here: Vec<&Call> = newest.filter(|call| call.region == *region).collect();
    // Refused or declined is an answer.
    let unanswered = |call: &&&Call| matches!(call.outcome, Outcome::TimedOut | Outcome::Failed);
    let (calls, failed) = (here.len(), here.iter().filter(unanswered).count());
    let part = failed as f64 / calls.max(1) as f64;
    (part >= UNANSWERED.0 && failed >= UNANSWERED.1).then(|| Sign {
        told: format!(
            "{region}: AWS's own APIs could not answer {failed} of gwctl's newest {calls} calls"
        ),
        since: None,
    })
}

/// A change of ours there that came before: then it may be the cause.
fn changed<'a>(evidence: &Evidence<'a>, site: &Site, began: Onset) -> Option<&'a Event> {
    let ours = |event: &&Event| {
        let kind = matches!(
            event.kind,
            EventKind::Function
                | EventKind::Api
                | EventKind::Stack
                | EventKind::Database
                | EventKind::Network
                | EventKind::Access
        );
        // The database's own events follow from its trouble.
        let call = event.fields.iter().any(|(name, _)| *name == "call");
        kind && call
            // Roles have no Region.
            && event.region.as_ref().is_none_or(|of| *of == site.region)
            && event.is_own()
            && !event.is_refused()
            && made::precedes(event.at, began)
    };
    evidence.events.iter().find(ours)
}
