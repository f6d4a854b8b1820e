//! From `S` to a list in another order.

use super::super::{By, Gravity, Overlay, Panel, State, columns, palette, shown, sorted};
use super::cursor::settle;
use super::notice::notify;

/// Opens the choice of columns.
pub(super) fn choose(state: &mut State) {
    let panel = state.focused();
    let columns = palette::names_of_columns(state);
    if !sorted::may_be(panel) || columns.is_empty() {
        let text = format!("{} cannot be sorted", panel.title());
        return notify(state, text, Gravity::Info);
    }
    let by = state.sorted_by(panel);
    let place = by.and_then(|by| columns.iter().position(|name| *name == by.column));
    let row = place.map_or(0, |place| place + 1);
    state.overlay = Some(Overlay::Sort { columns, row });
}

/// Sorts by what is under the cursor of the choice; what the list is sorted by already turns around.
pub(super) fn chosen(state: &mut State) {
    let Some(Overlay::Sort { columns, row }) = state.overlay.take() else {
        return;
    };
    let panel = state.focused();
    let column = row.checked_sub(1).and_then(|place| columns.get(place));
    let before = state.sorted_by(panel);
    let descending = |name: &str| match &before {
        Some(by) if by.column == name => Some(!by.descending),
        _ => None,
    };
    if panel == Panel::Regions {
        // Its columns know by themselves which way stands the worst first.
        let sort = column.and_then(|name| columns::parse_sort(name).ok());
        state.sort = sort.map(|sort| gwctl_fleet::columns::Sort {
            descending: descending(sort.column.name).unwrap_or(sort.descending),
            ..sort
        });
    } else {
        let by = column.map(|name| By {
            column: (*name).to_owned(),
            descending: descending(name).unwrap_or(false),
        });
        by_rows(state, panel, by);
    }
    settle(state);
}

/// Shows or hides the column under the cursor of the choice, which stays open.
pub(super) fn show_or_hide(state: &mut State) {
    let Some(Overlay::Sort { columns, row }) = &state.overlay else {
        return;
    };
    let Some(name) = row.checked_sub(1).and_then(|place| columns.get(place)) else {
        return;
    };
    let (panel, name) = (state.focused(), *name);
    match state.shows(panel, name) {
        None => {
            let text = format!("`{name}` cannot be hidden");
            notify(state, text, Gravity::Info);
        }
        Some(true) if panel == Panel::Regions => state.columns.retain(|one| one.name != name),
        Some(false) if panel == Panel::Regions => {
            state.columns.extend(gwctl_fleet::columns::find(name));
        }
        Some(_) => {
            if let Some(heading) = shown::heading(panel, name) {
                let hidden = state.hidden.entry(state.spot(panel)).or_default();
                if !hidden.remove(heading) {
                    hidden.insert(heading);
                }
            }
        }
    }
}

/// Shows of the focused list those of its columns that `names` has; all of them where it has none.
pub(super) fn show_only(state: &mut State, names: &[String]) {
    let panel = state.focused();
    let all = shown::headings(panel).iter();
    let hidden =
        all.filter(|(cell, _)| !names.is_empty() && !names.iter().any(|name| name == cell));
    let hidden = hidden.map(|(_, heading)| *heading).collect();
    state.hidden.insert(state.spot(panel), hidden);
}

/// Sorts a list by what its rows say.
pub(super) fn by_rows(state: &mut State, panel: Panel, by: Option<By>) {
    let spot = state.spot(panel);
    match by {
        Some(by) => state.sorts.insert(spot, by),
        None => state.sorts.remove(&spot),
    };
}
