//! What changed in a Region's functions shortly before something began.

use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::{Event, EventKind, Site, format};
use jiff::{SignedDuration, Timestamp};

/// A change so long before a failure may still be its cause: code that is seldom called fails late.
const BEFORE: SignedDuration = SignedDuration::from_mins(30);

/// A change that something may follow from.
pub(super) struct Deployed {
    /// `4 min after alice updated the code of orders-write (13:53)`.
    pub(super) clause: String,
    /// The change itself, as evidence.
    pub(super) told: String,
}

/// The newest change of one of `names`, or of the API in front of them, shortly before `began`.
pub(super) fn before(
    evidence: &Evidence<'_>,
    site: &Site,
    names: &[&str],
    began: Option<Onset>,
) -> Option<Deployed> {
    let began = began?;
    let latest = began.at + SignedDuration::from_secs(began.within_s);
    let window = (began.at - BEFORE)..=latest;
    by_event(evidence, site, names, &window, began)
        .or_else(|| by_function(site, names, &window, began))
}

fn by_event(
    evidence: &Evidence<'_>,
    site: &Site,
    names: &[&str],
    window: &std::ops::RangeInclusive<Timestamp>,
    began: Onset,
) -> Option<Deployed> {
    let concerns = |event: &&Event| {
        let here = event.region.as_ref() == Some(&site.region);
        let kind = match event.kind {
            EventKind::Function => event
                .about
                .iter()
                .any(|about| names.iter().any(|name| about.contains(name))),
            EventKind::Api | EventKind::Stack => event.is_own(),
            _ => false,
        };
        here && kind && !event.is_refused() && window.contains(&event.at)
    };
    let newest = evidence
        .events
        .iter()
        .filter(concerns)
        .max_by_key(|event| event.at)?;
    Some(Deployed {
        clause: format!("{} {}", after(newest.at, began), newest.sentence()),
        told: format!("{}: {}", format::minute(newest.at), newest.sentence()),
    })
}

/// What Lambda says of the functions themselves: without who.
fn by_function(
    site: &Site,
    names: &[&str],
    window: &std::ops::RangeInclusive<Timestamp>,
    began: Onset,
) -> Option<Deployed> {
    let ours = site
        .functions
        .iter()
        .filter(|one| names.contains(&one.name.as_str()));
    let changed = ours.filter_map(|one| Some((one.detail.current()?.last_modified?, &one.name)));
    let (at, name) = changed.filter(|(at, _)| window.contains(at)).max()?;
    Some(Deployed {
        clause: format!(
            "{} the code or configuration of {name} changed",
            after(at, began)
        ),
        told: format!(
            "{}: Lambda says that {name} was changed in {}",
            format::minute(at),
            site.region
        ),
    })
}

/// `4 min after`.
fn after(at: Timestamp, began: Onset) -> String {
    let minutes = began.at.duration_since(at).as_mins();
    if minutes < 1 {
        "within a minute after".into()
    } else {
        format!("{minutes} min after")
    }
}

/// That none of them changed shortly before: against a deployment as the cause.
pub(super) fn untouched(site: &Site, names: &[&str], began: Option<Onset>) -> Vec<String> {
    let Some(began) = began else {
        return Vec::new();
    };
    let ours = site
        .functions
        .iter()
        .filter(|one| names.contains(&one.name.as_str()));
    let changed = ours.filter_map(|one| Some((one.detail.current()?.last_modified?, &one.name)));
    changed
        .map(|(at, name)| {
            let age = format::span(began.at.duration_since(at));
            format!(
                "{}: {name} was last changed {age} before it began",
                site.region
            )
        })
        .collect()
}
