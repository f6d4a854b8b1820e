//! A key, token or certificate that functions use elsewhere and that has reached its end: nobody changed anything.

use std::collections::BTreeSet;

use super::changed::untouched;
use super::failing::Failing;
use super::logged::Errors;
use super::told::{hit, listed, since, together};
use super::words::{Says, host};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};

/// From this part of the errors on, they are what the functions fail of.
const MANY: f64 = 0.2;

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    of(evidence).into_iter().collect()
}

fn of(evidence: &Evidence<'_>) -> Option<Hypothesis> {
    let sites = evidence.picture.sites.iter();
    let refused: Vec<(Failing<'_>, Errors<'_>)> = sites
        .filter_map(|site| {
            let failing = Failing::of(evidence, site)?;
            let failing = failing.saying(evidence, Says::Expired, MANY)?;
            let errors = Errors::of(evidence, &failing)?;
            Some((failing, errors))
        })
        .collect();
    let (first, errors) = refused.first()?;
    let quoted = errors.first(Says::Expired)?;
    let began = together(refused.iter().filter_map(|(failing, _)| failing.began()));
    let regions: Vec<&str> = refused
        .iter()
        .map(|(one, _)| one.region().as_str())
        .collect();
    let names: BTreeSet<&str> = refused.iter().flat_map(|(one, _)| one.names()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let everywhere = refused.len() > 1;
    let at = host(&quoted.pattern.example.line.text);
    let at = at.map_or_else(String::new, |host| format!(" at {host}"));
    let verb = if names.len() == 1 { "fails" } else { "fail" };
    let mut hypothesis = first.hypothesis(evidence, "credential-expired");
    hypothesis.sentence = format!(
        "{} {verb} in {}{}, because a credential that they use{at} has expired: {}",
        listed(&names),
        listed(&regions),
        since(began),
        errors.share(quoted)
    );
    hypothesis.since = began;
    hypothesis.supports = refused
        .iter()
        .flat_map(|(failing, _)| failing.measured())
        .chain(
            refused
                .iter()
                .filter_map(|(_, errors)| errors.first(Says::Expired).map(|one| errors.told(one))),
        )
        .collect();
    if everywhere {
        hypothesis.region = None;
        hypothesis.about = names.iter().copied().map(ToOwned::to_owned).collect();
        // No other Region has a credential that is valid: leaving this one does not help.
        hypothesis.actions = Vec::new();
        let verdicts = refused.iter().map(|(failing, _)| failing.verdict());
        hypothesis.verdict = verdicts.max().unwrap_or(hypothesis.verdict);
        let each = refused
            .iter()
            .map(|(failing, _)| hit(evidence, failing.site));
        hypothesis.hit_percent = each.sum::<Option<f64>>();
    }
    hypothesis
        .supports
        .extend(untouched(evidence, first.site, &first.names(), began));
    (hypothesis.sure, hypothesis.why) = if everywhere {
        (
            Sureness::High,
            "the errors say so, and several Regions have them since the same time".into(),
        )
    } else {
        (
            Sureness::Medium,
            "the errors say so, in one Region: its functions may have another credential than those of the others".into(),
        )
    };
    hypothesis.apart = Some(
        "when the credential ends, where it is issued; functions that read it at their start keep the old one until they start \
         again"
            .into(),
    );
    Some(hypothesis)
}
