//! Why a list holds nothing, in words that keep apart what is not there, what could not be asked, and what a
//! filter hides.

use super::paint;
use super::scene::Scene;
use crate::app::Panel;
use gwctl_fleet::Missing;

/// Why the list of `panel` is empty: its filter hides all of its `things`; or what they were asked for with is
/// missing for the first of these reasons; or there are `none`.
pub fn why_empty<'m>(
    scene: &Scene<'_>,
    panel: Panel,
    things: &str,
    missing: impl IntoIterator<Item = Option<&'m Missing>>,
    none: &str,
) -> String {
    if scene.state.filter_hides(panel) {
        let filter = scene.state.filter(panel);
        return match filter.and_then(|filter| filter.not_a_column()) {
            Some(word) => {
                format!(
                    "no {things} matches the filter; no column is called {}",
                    paint::safe(word)
                )
            }
            None => format!("no {things} matches the filter"),
        };
    }
    why_missing(scene, missing, none)
}

/// As [`why_empty`], where there is no filter.
pub fn why_missing<'m>(
    scene: &Scene<'_>,
    missing: impl IntoIterator<Item = Option<&'m Missing>>,
    none: &str,
) -> String {
    match worst(missing) {
        None => none.into(),
        Some(why) => said(scene, why),
    }
}

/// A reason with its mark.
fn said(scene: &Scene<'_>, why: &Missing) -> String {
    format!("{} {why}", scene.theme.glyphs.marks.of(why))
}

/// The reason that says most: what cannot be asked before what was not asked yet. That AWS has none is no reason
/// to call a thing unknown.
fn worst<'m>(missing: impl IntoIterator<Item = Option<&'m Missing>>) -> Option<&'m Missing> {
    let rank = |why: &&Missing| match why {
        Missing::NoData => 0,
        Missing::NotYet => 1,
        Missing::CouldNotAsk { .. } => 2,
        Missing::NotAllowed { .. } => 3,
    };
    missing
        .into_iter()
        .flatten()
        .filter(|why| **why != Missing::NoData)
        .max_by_key(rank)
}
