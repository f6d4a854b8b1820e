//! Functions that fail in one Region for a reason that neither a change nor what they log names.

use super::changed;
use super::failing::Failing;
use super::logged::Errors;
use super::ours;
use super::told::since;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::Site;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let failing = Failing::of(evidence, site)?;
    let (region, began) = (failing.region(), failing.began());
    let errors = Errors::of(evidence, &failing);
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
    Some(hypothesis)
}
