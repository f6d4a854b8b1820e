//! A health check that somebody changed, so that it fails though the API is well, or can fail no more.

use std::collections::BTreeSet;

use super::made;
use super::told::{since, unhealthy_since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{
    CheckConfig, CheckKind, CheckVerdict, Event, HealthCheck, Metric, Site, Verdict, format,
};
use jiff::SignedDuration;

/// Without points for so long, nothing is checked: a disabled check publishes none (aws-facts §1.2).
const SILENT: SignedDuration = SignedDuration::from_mins(4);

/// What a call may set of a check.
const SETTINGS: [&str; 9] = [
    "fullyQualifiedDomainName",
    "port",
    "resourcePath",
    "searchString",
    "enableSNI",
    "failureThreshold",
    "healthThreshold",
    "inverted",
    "disabled",
];

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let verdict = picture.edge.admission(region, picture.at)?;
    match verdict {
        CheckVerdict::Unhealthy => fails(evidence, site),
        // Forced out of DNS: an evacuation.
        CheckVerdict::DisabledUnhealthy => None,
        _ => blind(evidence, site),
    }
}

/// Unhealthy to Route 53, and well to everybody else.
fn fails(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let region = &site.region;
    let well = well(site)?;
    let began = unhealthy_since(evidence, region)?;
    let checks = evidence.picture.edge.followed(region);
    let odd: Vec<String> = checks
        .iter()
        .flat_map(|check| odd(evidence, site, check))
        .collect();
    let change = change(evidence, &checks).filter(|event| made::precedes(event.at, began));
    if odd.is_empty() && change.is_none() {
        return None;
    }
    let (sure, why) = match (odd.is_empty(), change) {
        (false, Some(_)) => (
            Sureness::High,
            "it failed within minutes of the change, it asks for something else than the other Regions' checks, and the API has no problems",
        ),
        (false, None) => (Sureness::Medium, made::NO_RECORD),
        (true, _) => (
            Sureness::Medium,
            "it failed within minutes of the change, and the API has no problems; its settings as gwctl sees them look like those of other Regions",
        ),
    };
    let sentence = format!(
        "DNS does not answer with {region}{}, though its API has no problems: {}",
        since(Some(began)),
        by(change, &odd)
    );
    let mut supports = odd;
    supports.push(well);
    supports.extend(change.map(|event| made::detailed(event, &SETTINGS)));
    Some(Hypothesis {
        sure,
        why: why.into(),
        since: Some(began),
        supports,
        ..blank(site, sentence)
    })
}

/// A check that looks at nothing any more cannot take the Region out of DNS when it must.
fn blind(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let checks = picture.edge.followed(region);
    let disabled = checks.iter().find(|check| {
        let config = check.config.current();
        config.is_some_and(|config| config.disabled && !config.inverted)
    })?;
    let change = change(evidence, &[*disabled]);
    let stopped = stopped(evidence, disabled);
    let began = stopped.or_else(|| change.map(|event| made::onset(event.at)))?;
    let change = change.filter(|event| made::precedes(event.at, began));
    let id = &disabled.id;
    let mut supports = vec![format!(
        "{region}: health check {id} is disabled: Route 53 counts it healthy, whatever the API does"
    )];
    supports.extend(stopped.map(|at| {
        format!(
            "{region}: health check {id} has no figures since {}",
            format::minute(at.at)
        )
    }));
    supports.extend(change.map(|event| made::detailed(event, &SETTINGS)));
    let by = match change {
        Some(event) => format!("{} disabled its health check", made::who(event)),
        None => "its health check is disabled".into(),
    };
    let sentence = format!(
        "Route 53 no longer checks {region}{}, and DNS goes on answering with it even if it fails: {by}",
        since(Some(began))
    );
    Some(Hypothesis {
        sure: if change.is_some() {
            Sureness::High
        } else {
            Sureness::Medium
        },
        why: if change.is_some() {
            "Route 53 tells the setting, and CloudTrail who changed it".into()
        } else {
            made::NO_RECORD.into()
        },
        since: Some(began),
        supports,
        ..blank(site, sentence)
    })
}

fn blank(site: &Site, sentence: String) -> Hypothesis {
    Hypothesis {
        cause: "health-check-changed",
        region: Some(site.region.clone()),
        sentence,
        verdict: Verdict::Degraded,
        hurts: false,
        since: None,
        sure: Sureness::Low,
        why: String::new(),
        supports: Vec::new(),
        contradicts: Vec::new(),
        apart: Some("what the checkers report: Enter on the check on the Edge screen; and whether the change was meant".into()),
        about: Vec::new(),
        hit_percent: None,
        actions: vec!["gwctl drift".into()],
    }
}

/// `alice changed its health check, which now asks for …`.
fn by(change: Option<&Event>, odd: &[String]) -> String {
    let first = odd
        .first()
        .and_then(|odd| odd.split_once(": "))
        .map(|(_, what)| what);
    match (change, first) {
        (Some(event), Some(what)) => {
            format!("{} changed its health check, and {what}", made::who(event))
        }
        (Some(event), None) => {
            let set = made::details(event, &SETTINGS);
            let set = if set.is_empty() {
                String::new()
            } else {
                format!(" ({set})")
            };
            format!("{} changed its health check{set}", made::who(event))
        }
        (None, what) => what.unwrap_or("its health check was changed").to_owned(),
    }
}

/// That the API is well, as gwctl's own request sees it; none where it is not, or that is not known.
fn well(site: &Site) -> Option<String> {
    let report = site.probe.current().filter(|report| report.status < 400)?;
    let region = &site.region;
    Some(format!(
        "{region}: gwctl's own request to the endpoint was answered {}",
        report.status
    ))
}

/// The newest change of one of the checks.
fn change<'a>(evidence: &Evidence<'a>, checks: &[&HealthCheck]) -> Option<&'a Event> {
    let of_them = |event: &&Event| {
        let mut about = event.about.iter();
        about.any(|about| {
            checks
                .iter()
                .any(|check| check.id.eq_ignore_ascii_case(about))
        })
    };
    let all = made::calls(evidence, "route53:UpdateHealthCheck").filter(of_them);
    all.max_by_key(|event| event.at)
}

/// Since when the check has no figures, where it had some before.
fn stopped(evidence: &Evidence<'_>, check: &HealthCheck) -> Option<Onset> {
    let series = check.metrics.get(Metric::CheckStatus).current()?;
    let last = series.newest()?.at;
    let silent = evidence.picture.at.duration_since(last) > SILENT;
    silent.then(|| made::onset(last + SignedDuration::from_mins(1)))
}

/// How the settings of a check of the Region differ from those that all other Regions' checks of its kind share.
fn odd(evidence: &Evidence<'_>, site: &Site, check: &HealthCheck) -> Vec<String> {
    let Some((asks, own)) = check
        .config
        .current()
        .and_then(|own| Some((asks(own)?, own)))
    else {
        return Vec::new();
    };
    let edge = &evidence.picture.edge;
    let sites = evidence.picture.sites.iter();
    let others = sites.filter(|other| other.region != site.region);
    let checks = others.flat_map(|other| edge.followed(&other.region));
    let peers: Vec<&CheckConfig> = checks
        .filter_map(|check| check.config.current())
        .filter(|config| self::asks(config).is_some())
        .collect();
    if peers.is_empty() {
        return Vec::new();
    }
    let (region, id) = (&site.region, &check.id);
    let mut odd = Vec::new();
    let theirs: BTreeSet<&str> = peers.iter().filter_map(|peer| self::asks(peer)).collect();
    if let [usual] = theirs.into_iter().collect::<Vec<_>>().as_slice()
        && *usual != asks
    {
        odd.push(format!(
            "{region}: health check {id} asks for {asks}, those of other Regions for {usual}"
        ));
    }
    if own.inverted && peers.iter().all(|peer| !peer.inverted) {
        odd.push(format!(
            "{region}: health check {id} is inverted: it is unhealthy while the API answers well"
        ));
    }
    let limits: BTreeSet<i32> = peers.iter().map(|peer| peer.failure_threshold).collect();
    if let [usual] = limits.into_iter().collect::<Vec<_>>().as_slice()
        && *usual != own.failure_threshold
    {
        let now = own.failure_threshold;
        odd.push(format!("{region}: health check {id} turns after {now} answers, those of other Regions after {usual}"));
    }
    odd
}

/// The port and path that an endpoint check asks for: `:443/health`.
fn asks(config: &CheckConfig) -> Option<&str> {
    match &config.kind {
        CheckKind::Endpoint { target, .. } => {
            let start = target.find([':', '/']).unwrap_or(target.len());
            Some(&target[start..])
        }
        _ => None,
    }
}
