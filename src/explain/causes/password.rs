//! A database that refuses the functions' password.

use std::collections::BTreeSet;

use super::changed;
use super::failing::Failing;
use super::logged::Errors;
use super::ours;
use super::told::{listed, since, together};
use super::words::Says;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{Event, EventKind};

/// From this part of the errors on, they are what the functions fail of.
const MANY: f64 = 0.2;
/// Calls that give a database's user another password.
const CALLS: [&str; 5] = [
    "secretsmanager:RotateSecret",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecret",
    "rds:ModifyDBCluster",
    "rds:ModifyDBInstance",
];

pub(super) fn look(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    of(evidence).into_iter().collect()
}

fn of(evidence: &Evidence<'_>) -> Option<Hypothesis> {
    let refused: Vec<(Failing<'_>, Errors<'_>)> = evidence
        .picture
        .sites
        .iter()
        .filter_map(|site| {
            let failing = Failing::of(evidence, site)?;
            let failing = failing.saying(evidence, Says::Password, MANY)?;
            let errors = Errors::of(evidence, &failing)?;
            Some((failing, errors))
        })
        .collect();
    let (first, _) = refused.first()?;
    let began = together(refused.iter().filter_map(|(failing, _)| failing.began()));
    let everywhere = refused.len() > 1;
    let event = began.and_then(|began| change(evidence, began));
    let regions: Vec<&str> = refused
        .iter()
        .map(|(failing, _)| failing.region().as_str())
        .collect();
    let mut hypothesis = first.hypothesis(evidence, "password-refused");
    if everywhere {
        // Every Region is told apart; together they are the fleet's.
        hypothesis.region = None;
        let names: BTreeSet<&str> = refused.iter().flat_map(|(one, _)| one.names()).collect();
        hypothesis.about = names.into_iter().map(ToOwned::to_owned).collect();
        hypothesis.actions = Vec::new();
        hypothesis.verdict = refused
            .iter()
            .map(|(failing, _)| failing.verdict())
            .max()
            .unwrap_or(hypothesis.verdict);
        let each = refused
            .iter()
            .map(|(failing, _)| super::told::hit(evidence, failing.site));
        hypothesis.hit_percent = each.sum::<Option<f64>>();
        let measured = refused.iter().flat_map(|(failing, _)| failing.measured());
        hypothesis.supports = measured.collect();
    }
    hypothesis.since = began;
    hypothesis.sentence = format!(
        "The database refuses the password of the functions in {}{}{}",
        listed(&regions),
        since(began),
        after(event, began)
    );
    for (_, errors) in &refused {
        let told = errors.first(Says::Password).map(|one| errors.told(one));
        hypothesis.supports.extend(told);
    }
    hypothesis.supports.extend(event.map(ours::weighed));
    let released = began.and_then(|began| released(evidence, &refused, began));
    (hypothesis.sure, hypothesis.why) = match (event, everywhere) {
        (None, _) if released.is_some() => (
            Sureness::Medium,
            "the database says so itself; the functions were changed just before, and may have another password or user since"
                .into(),
        ),
        (Some(event), _) if event.is_own() => (
            Sureness::High,
            "the database says so itself, and somebody changed a password before".into(),
        ),
        (Some(_), true) => (
            Sureness::High,
            "the database says so itself, in several Regions at once, and somebody changed a secret before that may be ours"
                .into(),
        ),
        (Some(_), false) => (
            Sureness::Medium,
            "the database says so itself, in one Region, and somebody changed a secret before that may be ours".into(),
        ),
        (None, true) => (
            Sureness::High,
            "the database says so itself, in several Regions at once; who changed the password may not be in CloudTrail yet".into(),
        ),
        (None, false) => (
            Sureness::Medium,
            "the database says so itself, in one Region; the function's own setting may be wrong there".into(),
        ),
    };
    hypothesis.contradicts.extend(released);
    hypothesis.apart = Some(
        "which password the functions have: functions that read it at their start keep the old one until they start again"
            .into(),
    );
    Some(hypothesis)
}

/// What was changed of the functions before the database began to refuse them, in the words of the change.
fn released(
    evidence: &Evidence<'_>,
    refused: &[(Failing<'_>, Errors<'_>)],
    began: Onset,
) -> Option<String> {
    let each = refused.iter();
    each.filter_map(|(failing, _)| {
        changed::of_functions(evidence, failing.site, &failing.names(), began)
    })
    .map(|change| change.told)
    .next()
}

/// The newest change of a password: of one that is known to be the fleet's, or else of a secret in a Region of the fleet,
/// for which secret the functions read is not known.
fn change<'a>(evidence: &Evidence<'a>, began: Onset) -> Option<&'a Event> {
    let is_call = |event: &Event| CALLS.iter().any(|call| changed::is_call(event, call));
    let in_fleet = |event: &Event| {
        let region = event.region.as_ref();
        region.is_some_and(|region| evidence.picture.reach(region).is_some())
    };
    let own = changed::newest(evidence, began, |event| is_call(event) && event.is_own());
    own.or_else(|| {
        changed::newest(evidence, began, |event| {
            event.kind == EventKind::Access && is_call(event) && in_fleet(event)
        })
    })
}

fn after(event: Option<&Event>, began: Option<Onset>) -> String {
    let both = event.zip(began);
    both.map_or_else(String::new, |(event, began)| {
        let after = changed::after(event.at, began);
        format!(", {after} {}{}", event.sentence(), ours::doubt(event))
    })
}
