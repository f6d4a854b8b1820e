//! Functions that fail in one Region for a reason that neither a change nor what they log names.

use super::changed;
use super::failing::{Failing, One};
use super::logged::{Errors, Logged};
use super::ours;
use super::told::since;
use super::words::Says;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::Site;

/// From this part of a function's errors on, what they say is not told by a cause that tells the others.
const OTHER: f64 = 0.1;

/// About those of the failing functions that are left: all that no cause is known of.
pub(super) fn look(evidence: &Evidence<'_>, failing: &Failing<'_>) -> Hypothesis {
    let site = failing.site;
    let (region, began) = (failing.region(), failing.began());
    let errors = Errors::of(evidence, failing);
    let mut hypothesis = failing.hypothesis(evidence, "functions-fail");
    hypothesis.sentence = format!(
        "{} in {region}{}, {}",
        failing.fail(),
        since(began),
        failing.much()
    );
    if let Some(errors) = &errors {
        let may = errors
            .all
            .iter()
            .filter(|logged| logged.is_new != Some(false));
        let told = may.take(2);
        hypothesis
            .supports
            .extend(told.map(|logged| errors.told(logged)));
    }
    let needed = began.map(|began| ours::lately(evidence, region, began));
    let needed = needed.into_iter().flatten();
    hypothesis.supports.extend(needed.map(ours::weighed));
    hypothesis.sure = Sureness::Medium;
    hypothesis.why = if errors.is_some() {
        "the failures are measured, and what they log names no cause that gwctl knows".into()
    } else {
        "the failures are measured; their reason is not in any figure".into()
    };
    hypothesis.contradicts = changed::untouched(evidence, site, &failing.names(), began);
    hypothesis.apart = Some(format!(
        "what the functions log: `gwctl logs --region {region} --errors`"
    ));
    hypothesis
}

/// The function by what none of `causes` tells; none where that is too little to be a trouble of its own, or no log tells.
pub(super) fn beside<'a>(
    evidence: &Evidence<'a>,
    site: &'a Site,
    one: One<'a>,
    causes: &[&Hypothesis],
) -> Option<One<'a>> {
    let errors = Errors::of(evidence, &Failing::single(site, one))?;
    let told = |logged: &Logged<'_>| causes.iter().any(|cause| tells(cause, site, logged));
    let is_other = |logged: &Logged<'_>| !told(logged);
    let limit = evidence.picture.thresholds.lambda_error_percent.warn;
    let enough =
        errors.part(is_other) >= OTHER && errors.are_beyond((one.percent, limit), is_other);
    enough.then(|| one.since_then(evidence, site, &errors, is_other))
}

/// Whether `cause` tells why a function of `site` logs this.
fn tells(cause: &Hypothesis, site: &Site, logged: &Logged<'_>) -> bool {
    let of_words = Says::of_cause(cause.cause);
    match of_words {
        Some(words) => words.iter().any(|what| logged.says() == Some(*what)),
        None => match cause.cause {
            // Where even they were logged before, it is about them all the same, and less surely.
            "bad-deployment" | "bad-configuration" => {
                logged.is_new != Some(false)
                    || logged.says().is_some()
                    || cause.sure == Sureness::Low
            }
            // They tell of the place as such. Elsewhere, what the database lacks follows from them, and nothing else.
            _ if cause.region.as_ref() == Some(&site.region) => true,
            _ => logged.says().is_some_and(Says::is_of_lost_writer),
        },
    }
}
