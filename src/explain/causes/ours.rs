//! Changes of permissions, secrets and networks. Not all that the fleet needs is known by name: what names nothing of the
//! fleet may be the fleet's all the same.

use super::changed::{told, window};
use crate::evidence::Evidence;
use crate::onset::Onset;
use gwctl_fleet::{Event, EventKind, Region};

/// How many are told, the newest.
const TOLD: usize = 2;

/// Those of `region`, and of IAM, which has no Region (aws-facts §14.2), shortly before `began`: the newest, oldest first.
pub(super) fn lately<'a>(evidence: &Evidence<'a>, region: &Region, began: Onset) -> Vec<&'a Event> {
    let window = window(began);
    let fits = |event: &&Event| {
        let kind = matches!(event.kind, EventKind::Access | EventKind::Network);
        let here = event.region.as_ref().is_none_or(|of| of == region);
        let made = event.fields.iter().any(|(name, _)| *name == "call");
        kind && here && made && !event.is_refused() && window.contains(&event.at)
    };
    let mut all: Vec<&Event> = evidence.events.iter().filter(fits).collect();
    all.sort_by_key(|event| event.at);
    all.split_off(all.len().saturating_sub(TOLD))
}

/// What is said behind a change that may be another's.
pub(super) fn doubt(event: &Event) -> &'static str {
    if event.is_own() {
        ""
    } else {
        ", which may be ours"
    }
}

/// [`told`], with the doubt.
pub(super) fn weighed(event: &Event) -> String {
    format!("{}{}", told(event), doubt(event))
}
