//! Help uses the width there is, explains columns and marks, and cuts nothing.

use gwctl::console::app::{Key, Msg, Overlay, Panel, State, update};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};

use super::looks::drawn;
use super::sample;
use super::snapshots::{SIZES, keep};

fn shown(state: &State) -> String {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    text(&drawn(state, &theme))
}

/// Everything that help says, however often one has to turn the page.
fn pages(size: (u16, u16)) -> (State, Vec<String>) {
    let mut state = sample::state(sample::fleet(&sample::THREE), size);
    update(&mut state, Msg::Key(Key::char('?')));
    let mut pages: Vec<String> = Vec::new();
    loop {
        let theme = Theme::load("dark", None, Depth::True, false).unwrap();
        let area = ratatui::layout::Rect::new(0, 0, size.0, size.1);
        let mut buffer = ratatui::buffer::Buffer::empty(area);
        let hits = gwctl::console::view::draw_into(&mut buffer, area, &state, &theme);
        update(&mut state, Msg::Drawn(hits));
        let page = text(&buffer);
        if pages.last() == Some(&page) {
            return (state, pages);
        }
        pages.push(page);
        update(&mut state, Msg::Key("pgdn".parse().unwrap()));
    }
}

#[test]
fn no_line_of_help_is_cut_at_any_size() {
    for size in SIZES {
        let (state, pages) = pages(size);
        let Some(Overlay::Help { help, .. }) = &state.overlay else {
            panic!("{:?}", state.overlay);
        };
        let all: String = pages.join("\n");
        let missing: Vec<&str> = help
            .sections
            .iter()
            .flat_map(|(_, lines)| lines)
            .flat_map(|line| line.about.split(' ').chain([line.keys.as_str()]))
            .filter(|word| !all.contains(word))
            .collect();
        assert!(missing.is_empty(), "{size:?} {missing:?}");
        assert!(!all.contains('\u{2026}') || all.matches('\u{2026}').count() <= 8 * pages.len());
        keep(&format!("help-{}x{}", size.0, size.1), &pages[0]);
    }
}

#[test]
fn a_wide_screen_shows_all_of_help_in_columns() {
    let (_, pages) = pages((200, 60));
    assert!(pages.len() <= 2, "{} pages", pages.len());
    let beside = |line: &str| line.matches("  ").count() > 6 && line.contains("row up");
    assert!(pages[0].lines().any(beside), "{}", pages[0]);
}

#[test]
fn help_explains_the_columns_of_the_list_one_is_in() {
    let mut state = sample::state(sample::fleet(&sample::THREE), (120, 40));
    update(&mut state, Msg::Key(Key::char('?')));
    let sections = |state: &State| match &state.overlay {
        Some(Overlay::Help { help, .. }) => help.sections.clone(),
        other => panic!("{other:?}"),
    };
    let all = sections(&state);
    let (_, columns) = all
        .iter()
        .find(|(title, _)| title == "Columns of Regions")
        .unwrap();
    assert_eq!(columns.len(), state.columns.len());
    assert!(columns.iter().all(|line| !line.about.is_empty()));
    for key in ["?", "4"] {
        update(&mut state, Msg::Key(key.parse().unwrap()));
    }
    assert_eq!(state.focused(), Panel::Records);
    update(&mut state, Msg::Key(Key::char('?')));
    let all = sections(&state);
    let (_, names) = all
        .iter()
        .find(|(title, _)| title == "Columns of Routing records")
        .unwrap();
    assert!(
        names[0].about.starts_with("region, routing, set,"),
        "{names:?}"
    );
    let _ = shown(&state);
}
