//! What somebody changed before something began.

use super::runs::{OF_ALIAS, OF_LATEST, Runs, is_changed_by, is_detailed, runs};
use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::{Event, EventKind, Function, FunctionName, Site, format};
use jiff::{SignedDuration, Timestamp};
use std::ops::RangeInclusive;

/// A change so long before a failure may still be its cause: code that is seldom called fails late.
const BEFORE: SignedDuration = SignedDuration::from_mins(30);

/// When a change must have been made to be a cause: before the end of the period in which it began.
pub(super) fn window(began: Onset) -> RangeInclusive<Timestamp> {
    let latest = began.at + SignedDuration::from_secs(began.within_s);
    (began.at - BEFORE)..=latest
}

/// The newest event before it began that was not refused and that `wanted` takes.
pub(super) fn newest<'a>(
    evidence: &Evidence<'a>,
    began: Onset,
    wanted: impl Fn(&Event) -> bool,
) -> Option<&'a Event> {
    let window = window(began);
    let fits = |event: &&Event| !event.is_refused() && window.contains(&event.at) && wanted(event);
    let all = evidence.events.iter().filter(fits);
    all.max_by_key(|event| event.at)
}

/// Whether the event is the record of this call of this service: `rds:ModifyDBCluster`; Lambda's carry a version behind
/// it (aws-facts §14.3).
pub(super) fn is_call(event: &Event, call: &str) -> bool {
    let mut fields = event.fields.iter();
    let made = fields.find(|(name, _)| *name == "call");
    made.and_then(|(_, made)| made.strip_prefix(call))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// How far CloudTrail's time of a call may be from Lambda's.
const ROUNDED: SignedDuration = SignedDuration::from_mins(1);

/// What was changed of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Code,
    Configuration,
    /// One of both, or what is in front of it.
    Unknown,
}

/// A change that something may follow from.
pub(super) struct Change {
    pub(super) at: Timestamp,
    pub(super) what: What,
    /// `4 min after alice updated the code of orders-write in eu-west-1`.
    pub(super) clause: String,
    /// The change itself, as evidence.
    pub(super) told: String,
}

/// The newest change of one of `names`, or of the API in front of them, before `began`.
pub(super) fn of_functions(
    evidence: &Evidence<'_>,
    site: &Site,
    names: &[&str],
    began: Onset,
) -> Option<Change> {
    let by_event = by_event(evidence, site, names, began);
    let by_function = by_function(evidence, site, names, began);
    match (by_event, by_function) {
        // CloudTrail is late: what Lambda itself says may be newer.
        (Some(event), Some(function)) if function.at > event.at + ROUNDED => Some(function),
        (Some(event), _) => Some(event),
        (None, function) => function,
    }
}

fn by_event(evidence: &Evidence<'_>, site: &Site, names: &[&str], began: Onset) -> Option<Change> {
    let newest = newest(evidence, began, |event| {
        let here = event.region.as_ref() == Some(&site.region);
        here && match event.kind {
            EventKind::Function => names.iter().any(|name| is_changed_by(event, site, name)),
            EventKind::Api => event.is_own() && changes_what_is_called(event),
            EventKind::Stack => event.is_own(),
            _ => false,
        }
    })?;
    let what = if is_call(newest, "lambda:UpdateFunctionConfiguration") {
        What::Configuration
    } else if is_call(newest, OF_LATEST[0]) || OF_ALIAS.iter().any(|call| is_call(newest, call)) {
        What::Code
    } else {
        What::Unknown
    };
    Some(Change {
        at: newest.at,
        what,
        clause: format!("{} {}", after(newest.at, began), newest.sentence()),
        told: told(newest),
    })
}

/// Whether a call of API Gateway's may change which code requests come to, or how: not how many it takes, or from whom.
fn changes_what_is_called(event: &Event) -> bool {
    let mut fields = event.fields.iter();
    let lets_in = ["UpdateAuthorizer", "UpdateApiKey", "UpdateUsagePlan"];
    !fields.any(|(name, text)| match *name {
        "call" => lets_in.iter().any(|call| text.ends_with(call)),
        "parameter" => text.to_ascii_lowercase().contains("throttling"),
        _ => false,
    })
}

/// What Lambda says of the functions themselves: without who.
fn by_function(
    evidence: &Evidence<'_>,
    site: &Site,
    names: &[&str],
    began: Onset,
) -> Option<Change> {
    let changed = dated(site, names);
    let window = window(began);
    let (at, function) = changed
        .into_iter()
        .filter(|(at, _)| window.contains(at))
        .max_by_key(|(at, _)| *at)?;
    let name = &function.name;
    let what = match same_code_elsewhere(evidence, site, name) {
        Some(true) => What::Configuration,
        Some(false) => What::Code,
        None => What::Unknown,
    };
    let thing = match what {
        What::Configuration => "the configuration",
        What::Code => "the code",
        What::Unknown => "the code or configuration",
    };
    Some(Change {
        at,
        what,
        clause: format!("{} {thing} of {name} changed", after(at, began)),
        told: format!(
            "{}: Lambda says that {name} was changed in {}; who did it is not in CloudTrail yet",
            format::minute(at),
            site.region
        ),
    })
}

/// Whether another Region runs the same code of this function; none where no checksum tells.
pub(super) fn same_code_elsewhere(
    evidence: &Evidence<'_>,
    site: &Site,
    name: &str,
) -> Option<bool> {
    let sum = |site: &Site| {
        let mut functions = site.functions.iter();
        let name = FunctionName::of(name).name;
        let function = functions.find(|one| one.own_name() == name)?;
        if !is_detailed(site, function) {
            return None;
        }
        function.detail.current()?.code_sha256.clone()
    };
    let here = sum(site)?;
    let others = evidence.picture.sites.iter();
    let others: Vec<String> = others
        .filter(|other| other.region != site.region)
        .filter_map(sum)
        .collect();
    (!others.is_empty()).then(|| others.contains(&here))
}

/// An event, as evidence.
pub(super) fn told(event: &Event) -> String {
    format!("{}: {}", format::minute(event.at), event.sentence())
}

/// `4 min after`.
pub(super) fn after(at: Timestamp, began: Onset) -> String {
    let minutes = began.at.duration_since(at).as_mins();
    if minutes < 1 {
        "within a minute after".into()
    } else {
        format!("{minutes} min after")
    }
}

/// `, 4 min after alice updated the code of orders-write in eu-west-1`; nothing where no change, or no onset, is known.
pub(super) fn clause(event: Option<&Event>, began: Option<Onset>) -> String {
    let both = event.zip(began);
    both.map_or_else(String::new, |(event, began)| {
        format!(", {} {}", after(event.at, began), event.sentence())
    })
}

/// Those of `names` of which what runs is dated by Lambda, with when it was last changed.
fn dated<'a>(site: &'a Site, names: &[&str]) -> Vec<(Timestamp, &'a Function)> {
    let ours = site.functions.iter();
    let ours = ours.filter(|one| names.contains(&one.name.as_str()) && is_detailed(site, one));
    ours.filter_map(|one| Some((one.detail.current()?.last_modified?, one)))
        .collect()
}

/// That none of them changed shortly before: against a deployment as the cause. Neither does what nobody runs yet.
pub(super) fn untouched(
    evidence: &Evidence<'_>,
    site: &Site,
    names: &[&str],
    began: Option<Onset>,
) -> Vec<String> {
    let Some(began) = began else {
        return Vec::new();
    };
    let changed = dated(site, names).into_iter();
    let old = changed.filter(|(at, _)| *at < began.at).map(|(at, one)| {
        let age = format::span(began.at.duration_since(at));
        format!(
            "{}: {} was last changed {age} before it began",
            site.region, one.name
        )
    });
    let staged = names
        .iter()
        .filter_map(|name| staged(evidence, site, name, began));
    old.chain(staged).collect()
}

/// The newest change of `$LATEST` of a function of which an alias runs.
fn staged(evidence: &Evidence<'_>, site: &Site, name: &str, began: Onset) -> Option<String> {
    let Runs::Published(alias) = runs(site, name) else {
        return None;
    };
    let event = newest(evidence, began, |event| {
        let here = event.region.as_ref() == Some(&site.region);
        here && event.is_about(FunctionName::of(name).name)
            && OF_LATEST.iter().any(|call| is_call(event, call))
    })?;
    Some(format!(
        "{}: that is $LATEST, and requests run what the alias {alias} leads to",
        told(event)
    ))
}

/// From when on it is not known whether somebody changed one of `names` before `began`; none where it is known. Lambda
/// itself dates a change of code or configuration at once (aws-facts §14.1), and tells nothing of aliases.
pub(super) fn unknown_since(
    evidence: &Evidence<'_>,
    site: &Site,
    names: &[&str],
    began: Onset,
) -> Option<Timestamp> {
    let since = evidence.unknown_since(&site.region, &window(began))?;
    let dated = dated(site, names);
    let is_known = |name: &&str| {
        let mut all = dated.iter().filter(|(_, one)| one.name == **name);
        let asked_after = |one: &Function| one.detail.at().is_some_and(|at| at >= began.at);
        runs(site, name) == Runs::Latest && all.any(|(_, one)| asked_after(one))
    };
    (!names.iter().all(is_known)).then_some(since)
}

/// What is said where that is not known.
pub(super) fn not_known(thing: &str, since: Timestamp) -> String {
    format!(
        "whether anybody changed {thing} since {} is not known yet",
        format::minute(since)
    )
}
