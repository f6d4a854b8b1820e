//! Certificates that ended, or end soon.

use super::level::Level;
use super::made;
use super::told::{evacuate, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Certificate, Metric, Reason, Region, Verdict, checkers, format};

/// So much of the requests that came before: from here on downwards clients stay away.
const LEFT: f64 = 0.5;

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let picture = evidence.picture;
    let of_sites = picture.sites.iter().flat_map(|site| {
        site.judgement
            .reasons
            .iter()
            .map(|reason| (Some(&site.region), reason))
    });
    let of_edge = picture
        .edge
        .judgement
        .reasons
        .iter()
        .map(|reason| (None, reason));
    of_edge
        .chain(of_sites)
        .filter(|(_, reason)| reason.about == "certificate")
        .map(
            |(region, reason)| match (ended(evidence, region), reason.verdict) {
                (Some(end), Verdict::Down) => over(evidence, region, reason, end),
                _ => of(region, reason),
            },
        )
        .collect()
}

/// Since when clients refuse it: the end of its validity.
fn ended(evidence: &Evidence<'_>, region: Option<&Region>) -> Option<Onset> {
    let picture = evidence.picture;
    let certificate: Option<&Certificate> = match region {
        Some(region) => picture.site(region)?.certificate.current(),
        None => picture.edge.certificate.current(),
    };
    let end = certificate?.not_after.filter(|end| *end <= picture.at)?;
    Some(made::onset(end))
}

fn place(region: Option<&Region>) -> String {
    region.map_or_else(|| "at the edge".into(), |region| format!("in {region}"))
}

/// One that has ended: who does not get through any more.
fn over(
    evidence: &Evidence<'_>,
    region: Option<&Region>,
    reason: &Reason,
    ended: Onset,
) -> Hypothesis {
    let (felt, hit) = match region {
        Some(region) => felt_in(evidence, region),
        None => felt_at_edge(evidence),
    };
    let mut supports = vec![reason.text.clone()];
    supports.extend(felt.iter().map(|(told, _)| told.clone()));
    let began = felt
        .iter()
        .filter_map(|(_, since)| *since)
        .min_by_key(|since| since.at);
    let fits = began.is_some_and(|began| began.at.duration_since(ended.at).as_mins().abs() <= 3);
    let mut actions: Vec<String> =
        region.map_or_else(Vec::new, |region| evacuate(evidence, region));
    if region.is_none() {
        actions.push("gwctl certificate".into());
    }
    Hypothesis {
        cause: "certificate",
        region: region.cloned(),
        sentence: match region {
            Some(region) => format!(
                "The certificate of {region}'s endpoint ended at {}: CloudFront, and clients that come directly, refuse it",
                format::minute(ended.at)
            ),
            None => format!(
                "The certificate that clients meet at the edge ended at {}: they refuse it and send no request",
                format::minute(ended.at)
            ),
        },
        verdict: reason.verdict,
        hurts: true,
        since: Some(ended),
        sure: Sureness::High,
        why: if fits {
            "ACM tells when it ended, and requests changed in that minute".into()
        } else {
            "ACM tells when it ended; the figures do not show what became of requests".into()
        },
        supports,
        contradicts: Vec::new(),
        apart: Some("why ACM did not renew it: its validation record in DNS, or a certificate that was imported".into()),
        about: Vec::new(),
        hit_percent: hit,
        actions,
    }
}

/// What clients and CloudFront show of it, each with its beginning; and percent of all requests that fail.
type Felt = (Vec<(String, Option<Onset>)>, Option<f64>);

/// The edge cannot reach the Region: it answers 502, and the Region's API sees fewer requests.
fn felt_in(evidence: &Evidence<'_>, region: &Region) -> Felt {
    let picture = evidence.picture;
    let mut felt = Vec::new();
    let errors = Level::risen(&picture.edge.metrics, Metric::Edge5xxRate, picture.at, 2.0);
    felt.extend(errors.map(|level| {
        let told = format!(
            "CloudFront: {} of all requests are answered 5xx, {} before{}",
            format::percent(level.now),
            format::percent(level.before),
            since(Some(level.since))
        );
        (told, Some(level.since))
    }));
    let site = picture.site(region);
    let left = site.and_then(|site| Level::left(evidence, site, LEFT));
    felt.extend(left.map(|level| {
        let told = format!(
            "{region}: requests that reach the API fell from {} to {} a minute{}",
            format::count(level.before),
            format::count(level.now),
            since(Some(level.since))
        );
        (told, Some(level.since))
    }));
    let healthy = checkers(picture, region).is_some_and(|found| found.healthy);
    if healthy {
        let told = format!(
            "{region}: Route 53's checkers find it healthy, for they do not look at certificates"
        );
        felt.push((told, None));
    }
    (
        felt,
        errors.map(|level| (level.now - level.before).max(0.0)),
    )
}

/// Clients that refuse it send nothing: CloudFront counts fewer requests, and none that fails.
fn felt_at_edge(evidence: &Evidence<'_>) -> Felt {
    let picture = evidence.picture;
    let requests = picture.edge.metrics.get(Metric::EdgeRequests).current();
    let left = requests.and_then(|series| Level::fall(series, picture.at, LEFT));
    let told = left.map(|level| {
        let told = format!(
            "CloudFront: requests fell from {} to {} a minute{}",
            format::count(level.before),
            format::count(level.now),
            since(Some(level.since))
        );
        (told, Some(level.since))
    });
    let hit = left.map(|level| 100.0 * (1.0 - level.now / level.before.max(1.0)));
    (told.into_iter().collect(), hit)
}

fn of(region: Option<&Region>, reason: &Reason) -> Hypothesis {
    let place = place(region);
    let fails = reason.verdict == Verdict::Down;
    Hypothesis {
        cause: "certificate",
        region: region.cloned(),
        sentence: if fails {
            format!("Clients refuse the certificate {place}: {}", reason.text)
        } else {
            format!(
                "The certificate {place} needs care before it ends: {}",
                reason.text
            )
        },
        verdict: reason.verdict,
        hurts: fails,
        since: None,
        sure: Sureness::High,
        why: "ACM tells its last day and its status".into(),
        supports: vec![reason.text.clone()],
        contradicts: Vec::new(),
        apart: None,
        about: Vec::new(),
        hit_percent: None,
        actions: Vec::new(),
    }
}
