//! Cursors stay on what they were on while lists change below them.

use super::super::state::Cursor;
use super::super::{Panel, Row, State};

/// Rows came, went or moved: every cursor of this screen stays on its row, or at least on a row.
pub(super) fn settle(state: &mut State) {
    for panel in state.screen().panels() {
        let before = state
            .cursors
            .get(&state.spot(*panel))
            .cloned()
            .unwrap_or_default();
        let rows = state.rows(*panel);
        let key = before.key.as_ref().or_else(|| unmoved(state, *panel));
        let same = key.and_then(|key| rows.iter().position(|row| &row.key == key));
        let cursor = at(same.unwrap_or(before.row), &rows, is_kept(*panel));
        drop(rows);
        state.cursors.insert(state.spot(*panel), cursor);
    }
}

/// Puts the cursor of `panel` on a row.
pub(super) fn point_at(state: &mut State, panel: Panel, row: usize) {
    let cursor = at(row, &state.rows(panel), is_kept(panel));
    state.cursors.insert(state.spot(panel), cursor);
}

/// Where the cursor of `panel` is before somebody moves it, where that is not the first row: among the fleets on the one
/// that is open, wherever that stands while the order is being made.
fn unmoved(state: &State, panel: Panel) -> Option<&String> {
    (panel == Panel::Fleets).then_some(&state.fleet)
}

/// Whether the cursor stays on its row though that is the first. What opens a fleet must not open another one because the
/// order changed a moment before.
fn is_kept(panel: Panel) -> bool {
    panel == Panel::Fleets
}

/// A cursor on a row. On the first one it stays first unless that is `kept`, whatever comes before: nobody chose that row,
/// and lists of what is newest are watched from their top.
fn at(row: usize, rows: &[Row<'_>], kept: bool) -> Cursor {
    let row = row.min(rows.len().saturating_sub(1));
    let chosen = rows.get(row).filter(|_| row > 0 || kept);
    let key = chosen.map(|row| row.key.clone());
    Cursor { row, key }
}
