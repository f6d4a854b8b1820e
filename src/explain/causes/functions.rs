//! Functions that fail in one Region: after a change of their own, or for a reason that figures do not tell.

use super::deployment::{self, Deployed};
use super::told::{evacuate, hit, listed, reasons, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Function, Metric, Site, Verdict, format};

/// Failed, of all.
const SHARE: (Metric, Metric) = (Metric::FunctionErrors, Metric::FunctionInvocations);

/// Fewer failures in a minute than this are no sign, of more invocations than that.
const SOME: f64 = 3.0;
const FEW: f64 = 20.0;

/// A function beyond its limit.
struct Failing<'a> {
    function: &'a Function,
    percent: f64,
    since: Option<Onset>,
}

fn failing<'a>(evidence: &Evidence<'_>, site: &'a Site) -> Vec<Failing<'a>> {
    let picture = evidence.picture;
    let limit = picture.thresholds.lambda_error_percent.warn;
    let beyond = |function: &'a Function| {
        let share = function.metrics.percent(SHARE.0, SHARE.1, picture.at)?;
        let count = |metric| function.metrics.beside(metric, share.at, picture.at);
        // One failure among the requests of health checkers is none of the function's.
        let single = count(SHARE.0)? < SOME && count(SHARE.1)? > FEW;
        (share.value > limit && !single).then(|| Failing {
            function,
            percent: share.value,
            since: Onset::of_share(&function.metrics, SHARE, picture.at, limit),
        })
    };
    site.functions.iter().filter_map(beyond).collect()
}

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let failing = failing(evidence, site);
    let worst = failing.iter().map(|one| one.percent).reduce(f64::max)?;
    let began = failing
        .iter()
        .filter_map(|one| one.since)
        .min_by_key(|onset| onset.at);
    let names: Vec<&str> = failing
        .iter()
        .map(|one| one.function.name.as_str())
        .collect();
    let deployed = deployment::before(evidence, site, &names, began);
    let region = &site.region;
    let mut supports: Vec<String> = failing
        .iter()
        .map(|one| {
            let share = format::percent(one.percent);
            format!(
                "{region}: {share} of {}'s invocations fail{}",
                one.function.name,
                since(one.since)
            )
        })
        .collect();
    supports.extend(reasons(site, &["errors", "probe"]));
    let (cause, sentence, sure, why) =
        said(evidence, site, &names, worst, began, deployed.as_ref());
    let mut contradicts = Vec::new();
    match &deployed {
        Some(deployed) => supports.push(deployed.told.clone()),
        None => contradicts.extend(deployment::untouched(site, &names, began)),
    }
    let fails =
        |reason: &gwctl_fleet::Reason| reason.about == "errors" || reason.about == "functions";
    let verdicts = site.judgement.reasons.iter().filter(|reason| fails(reason));
    Some(Hypothesis {
        cause,
        region: Some(region.clone()),
        sentence,
        verdict: verdicts
            .map(|reason| reason.verdict)
            .max()
            .unwrap_or(Verdict::Degraded),
        hurts: true,
        since: began,
        sure,
        why,
        supports,
        contradicts,
        apart: Some(format!(
            "what the functions log: `gwctl logs --region {region} --errors`"
        )),
        hit_percent: hit(evidence, site),
        actions: evacuate(evidence, region),
    })
}

fn said(
    evidence: &Evidence<'_>,
    site: &Site,
    names: &[&str],
    worst: f64,
    began: Option<Onset>,
    deployed: Option<&Deployed>,
) -> (&'static str, String, Sureness, String) {
    let (region, who) = (&site.region, listed(names));
    let (verb, whose) = match names.len() {
        1 => ("fails", "its"),
        _ => ("fail", "their"),
    };
    let much = format!("up to {} of {whose} invocations", format::percent(worst));
    let what = format!("{who} {verb} in {region}{}, {much}", since(began));
    let elsewhere = evidence
        .picture
        .sites
        .iter()
        .filter(|other| other.region != *region)
        .any(|other| !failing(evidence, other).is_empty());
    match deployed {
        Some(deployed) => (
            "bad-deployment",
            format!("{what}: {}", deployed.clause),
            if elsewhere {
                Sureness::Medium
            } else {
                Sureness::High
            },
            if elsewhere {
                "the failures follow the change, but functions fail in other Regions too".into()
            } else {
                "the failures follow the change within minutes, and no other Region has them".into()
            },
        ),
        None => (
            "functions-fail",
            what,
            Sureness::Medium,
            "the failures are measured; their reason is not in any figure".into(),
        ),
    }
}
