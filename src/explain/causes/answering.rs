//! Functions whose API answers 5xx while Lambda counts their invocations as successes: a handler that catches its error
//! and returns status 500 did not fail for Lambda (aws-facts §1.2, §13.6).

use super::failing::{By, Failing, One, SOME};
use super::logged::Errors;
use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::{Metric, Site};

/// Answered with 5xx, of all.
const SHARE: (Metric, Metric) = (Metric::Api5xx, Metric::ApiRequests);
/// At least this part of the 5xx must be of invocations that succeeded: the others are API Gateway's own.
const OWN: f64 = 0.5;

/// The functions of `site` that log errors since its API answers more 5xx than its limit allows; all of them where no
/// log tells. Empty where the answers are not theirs, or where that is not known.
pub(super) fn functions<'a>(evidence: &Evidence<'a>, site: &'a Site) -> Vec<One<'a>> {
    let Some(percent) = answered(evidence, site) else {
        return Vec::new();
    };
    let limit = evidence.picture.thresholds.api_5xx_percent.warn;
    let since = Onset::of_share(&site.api.metrics, SHARE, evidence.picture.at, limit);
    let all: Vec<One<'a>> = site
        .functions
        .iter()
        .map(|function| One {
            function,
            by: By::Answers,
            percent,
            since,
        })
        .collect();
    let logs = |one: &One<'a>| Errors::of(evidence, &Failing::single(site, *one)).is_some();
    let logging: Vec<One<'a>> = all.iter().copied().filter(logs).collect();
    if logging.is_empty() { all } else { logging }
}

/// Percent of the requests that the API answers with 5xx, where it is beyond its limit and mostly the functions' own.
fn answered(evidence: &Evidence<'_>, site: &Site) -> Option<f64> {
    let (picture, metrics) = (evidence.picture, &site.api.metrics);
    let share = metrics.percent(SHARE.0, SHARE.1, picture.at)?;
    let of_api = |metric| metrics.beside(metric, share.at, picture.at);
    let (failed, requests) = (of_api(SHARE.0)?, of_api(SHARE.1)?);
    if share.value <= picture.thresholds.api_5xx_percent.warn || failed < SOME {
        return None;
    }
    let mut succeeded = 0.0;
    for function in &site.functions {
        let count = |metric| function.metrics.beside(metric, share.at, picture.at);
        succeeded += count(Metric::FunctionInvocations)? - count(Metric::FunctionErrors)?;
    }
    // So many of the requests at least did both: succeed in Lambda, and get 5xx.
    let own = succeeded + failed - requests;
    (own >= OWN * failed).then_some(share.value)
}
