//! Functions that fail after somebody changed their code or their configuration.

use super::changed::{self, Change, What};
use super::failing::{Failing, One};
use super::logged::{Errors, Logged};
use super::told::{listed, since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{FunctionName, Site, format};
use jiff::SignedDuration;

/// A failure so soon after a change is hardly by chance.
const SOON: SignedDuration = SignedDuration::from_mins(10);
/// New errors that are this part of all speak for a change.
const MANY: f64 = 0.5;

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let all = Failing::of(evidence, site)?;
    let changed = |one: &One<'_>| change(evidence, site, one).is_some();
    let at_once = Failing::of(evidence, site)?.only(changed);
    let is_beside = at_once.is_none();
    let failing = at_once.or_else(|| beside(evidence, site)?.only(changed))?;
    let began = failing.began()?;
    let change = changed::of_functions(evidence, site, &failing.names(), began)?;
    let mut errors = Errors::of(evidence, &failing);
    if is_beside {
        errors = errors.map(|errors| errors.only(is_of_code));
    }
    let mut weighed = Weighed::new(evidence, &failing, errors.as_ref(), &change, began);
    weighed.beside = is_beside;
    if !is_beside {
        weighed.contradicts.extend(elsewhere(evidence, &failing));
        weighed.contradicts.extend(unknown(evidence, &failing));
        weighed.contradicts.extend(unchanged(evidence, &all));
    }
    let cause = if change.what == What::Configuration {
        "bad-configuration"
    } else {
        "bad-deployment"
    };
    let region = failing.region();
    let quoted = errors
        .as_ref()
        .and_then(|errors| Some(errors.share(errors.newest()?)));
    let quoted = quoted.unwrap_or_else(|| failing.much());
    let mut hypothesis = failing.hypothesis(evidence, cause);
    hypothesis.sentence = format!(
        "{} in {region}{}, {}: {quoted}",
        failing.fail(),
        since(Some(began)),
        change.clause,
    );
    (hypothesis.sure, hypothesis.why) = weighed.sure();
    hypothesis.supports.push(change.told.clone());
    hypothesis.supports.extend(weighed.supports);
    hypothesis.contradicts = weighed.contradicts;
    hypothesis.apart = Some(format!(
        "what the functions log: `gwctl logs --region {region} --errors`"
    ));
    if change.what != What::Configuration {
        let back = failing.names().into_iter();
        let back = back.map(|name| format!("gwctl rollback {name} --in {region}"));
        hypothesis.actions = back.chain(hypothesis.actions).collect();
    }
    Some(hypothesis)
}

/// What neither the database nor anybody else says who is asked.
fn is_of_code(logged: &Logged<'_>) -> bool {
    logged.says().is_none()
}

/// The functions that began to fail of their own code while they failed of something else.
fn beside<'a>(evidence: &Evidence<'a>, site: &'a Site) -> Option<Failing<'a>> {
    let limit = evidence.picture.thresholds.lambda_error_percent.warn;
    Failing::of(evidence, site)?.each(|one| {
        let errors = Errors::of(evidence, &Failing::single(site, one))?;
        let enough = errors.are_beyond((one.percent, limit), is_of_code);
        one.later(evidence, site, &errors, is_of_code)
            .filter(|_| enough)
    })
}

/// What speaks for the change and against it.
struct Weighed {
    supports: Vec<String>,
    contradicts: Vec<String>,
    /// Whether errors are new since then; none where no log tells.
    new_errors: Option<bool>,
    /// Whether the database says the same whatever the code is.
    by_database: bool,
    /// That no other Region has them; empty where there is none to compare with.
    elsewhere: &'static str,
    /// Whether they began to fail of it while they failed of something else.
    beside: bool,
    soon: bool,
}

impl Weighed {
    fn new(
        evidence: &Evidence<'_>,
        failing: &Failing<'_>,
        errors: Option<&Errors<'_>>,
        change: &Change,
        began: Onset,
    ) -> Self {
        let (mut supports, mut contradicts) = (Vec::new(), Vec::new());
        let by_database = errors.is_some_and(|errors| {
            let of_database = |what: super::words::Says| what.is_of_database();
            errors.part(|one| one.says().is_some_and(of_database)) >= MANY
        });
        let new_errors = errors.and_then(|errors| judge(errors, &mut supports, &mut contradicts));
        if let Some(errors) = errors.filter(|_| by_database) {
            let first = errors.all.first();
            contradicts.extend(first.map(|logged| {
                let quote = logged.quote();
                format!(
                    "the database itself says `{quote}`: that may have other reasons than the code"
                )
            }));
        }
        for name in failing.names() {
            let same = changed::same_code_elsewhere(evidence, failing.site, name);
            match (same, change.what) {
                (Some(false), What::Code | What::Unknown) => supports.push(format!(
                    "{}: {name} runs other code than in the other Regions",
                    failing.region()
                )),
                (Some(true), What::Code) => {
                    contradicts.push(format!("another Region runs the same code of {name}"));
                }
                (Some(true), What::Configuration) => supports.push(format!(
                    "{}: {name} runs the same code as in another Region",
                    failing.region()
                )),
                _ => {}
            }
        }
        Self {
            supports,
            contradicts,
            new_errors,
            by_database,
            elsewhere: match evidence.picture.sites.len() {
                1 => "",
                _ => ", and no other Region has them",
            },
            beside: false,
            soon: began.at.duration_since(change.at) <= SOON,
        }
    }

    fn sure(&self) -> (Sureness, String) {
        if self.beside {
            let why = "these errors follow the change; the functions fail of something else as well, so that how many do of it \
                       is an estimate";
            return (Sureness::Medium, why.into());
        }
        if self.by_database {
            let why = "the failures follow the change, and it is the database that says them: the new code may be why, and so \
                       may something else";
            return (Sureness::Low, why.into());
        }
        let elsewhere = self.elsewhere;
        match (self.new_errors, self.contradicts.is_empty(), self.soon) {
            (Some(false), ..) => (
                Sureness::Low,
                "the failures follow the change, and their errors were there before it".into(),
            ),
            (_, false, _) => (
                Sureness::Medium,
                "the failures follow the change, and something speaks against it".into(),
            ),
            (Some(true), true, true) => (
                Sureness::High,
                format!(
                    "the failures follow the change within minutes, with errors that were not there before{elsewhere}"
                ),
            ),
            (None, true, true) => (
                Sureness::Medium,
                format!(
                    "the failures follow the change within minutes{elsewhere}; whether their errors are new, no log tells"
                ),
            ),
            (_, true, false) => (
                Sureness::Medium,
                "the failures follow the change, though not at once".into(),
            ),
        }
    }
}

/// Whether the errors are new; quotes them.
fn judge(
    errors: &Errors<'_>,
    supports: &mut Vec<String>,
    contradicts: &mut Vec<String>,
) -> Option<bool> {
    let most = MANY * errors.part(|_| true);
    let new = errors.part(|logged| logged.is_new == Some(true));
    let old = errors.part(|logged| logged.is_new == Some(false));
    if new >= most {
        supports.extend(errors.newest().map(|logged| errors.told(logged)));
        return Some(true);
    }
    if old >= most {
        let first = errors
            .all
            .iter()
            .find(|logged| logged.is_new == Some(false));
        contradicts.extend(
            first.map(|logged| format!("`{}` was logged before it began too", logged.quote())),
        );
        return Some(false);
    }
    supports.extend(errors.all.first().map(|logged| errors.told(logged)));
    None
}

/// What was changed before the function began to fail.
fn change(evidence: &Evidence<'_>, site: &Site, one: &One<'_>) -> Option<Change> {
    changed::of_functions(evidence, site, &[one.function.name.as_str()], one.since?)
}

/// Functions that fail as well, and that nobody changed.
fn unchanged(evidence: &Evidence<'_>, all: &Failing<'_>) -> Vec<String> {
    let region = all.region();
    let others = all.functions.iter();
    let others = others.filter(|one| change(evidence, all.site, one).is_none());
    others
        .map(|one| {
            let name = one.function.name.as_str();
            let unknown = one
                .since
                .and_then(|since| changed::unknown_since(evidence, all.site, &[name], since));
            let by = unknown.map_or_else(
                || "nobody changed it".into(),
                |since| changed::not_known("it", since),
            );
            format!("{region}: {name} fails too, and {by}")
        })
        .collect()
}

/// Other Regions where it is not known whether functions of the same names fail.
fn unknown(evidence: &Evidence<'_>, failing: &Failing<'_>) -> Vec<String> {
    let others = evidence.picture.sites.iter();
    let others = others.filter(|other| &other.region != failing.region());
    let lost = others.filter_map(|other| {
        let names = Failing::unknown(other, &failing.names());
        let region = &other.region;
        (!names.is_empty()).then(|| {
            format!(
                "whether {} fails in {region} too is not known",
                listed(&names)
            )
        })
    });
    lost.collect()
}

/// Other Regions where functions of the same names fail, and nobody changed them.
fn elsewhere(evidence: &Evidence<'_>, failing: &Failing<'_>) -> Vec<String> {
    let others = evidence.picture.sites.iter();
    let others = others.filter(|other| &other.region != failing.region());
    let failing_there = others.filter_map(|other| {
        let names = failing.names();
        let there = Failing::of(evidence, other)?;
        let there = there.only(|one| {
            let is_same = |name: &&str| FunctionName::of(name).name == one.function.own_name();
            names.iter().any(is_same)
        })?;
        let began = there.began()?;
        let changed = changed::of_functions(evidence, other, &there.names(), began);
        changed.is_none().then(|| {
            let since = format::minute(began.at);
            let unknown = changed::unknown_since(evidence, other, &there.names(), began);
            let by = unknown.map_or_else(
                || ", where nobody changed it".into(),
                |since| format!("; {}", changed::not_known("it there", since)),
            );
            format!("{} in {} since {since}{by}", there.fail(), other.region)
        })
    });
    failing_there.collect()
}
