//! Any size, any state: drawing never panics and never leaves its place.

use gwctl::console::app::{Chart, FaultEntry, Help, HelpLine, Overlay, Palette, Panel, Suggestion};
use gwctl::console::view::picture::{Picture, text};
use gwctl::console::view::{Depth, Theme, draw_into};
use gwctl::fleet::{Region, Snapshot};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::looks::{drawn, screens};
use super::sample;

fn everywhere() -> Snapshot {
    let all: Vec<&str> = Region::all()
        .map(|region| region.place().unwrap().code)
        .collect();
    sample::fleet(&all)
}

pub fn overlays() -> Vec<Option<Overlay>> {
    let help = Help {
        sections: vec![(
            "Move".into(),
            vec![
                HelpLine {
                    keys: "j".into(),
                    about: "down".into()
                };
                40
            ],
        )],
    };
    let fault = FaultEntry {
        id: "region-dark:eu-west-1".into(),
        title: "Region dark".into(),
        active: true,
    };
    let suggestion = Suggestion {
        line: "fleet orders".into(),
        about: "look at another fleet".into(),
    };
    vec![
        None,
        Some(Overlay::Help { help, scroll: 7 }),
        Some(Overlay::Palette(Palette {
            suggestions: vec![suggestion; 12],
            chosen: Some(9),
            ..Palette::default()
        })),
        Some(Overlay::Filter {
            input: "a".repeat(300).into(),
            before: String::new(),
            error: Some("unclosed group".into()),
        }),
        Some(Overlay::Faults {
            list: vec![fault; 30],
            row: 29,
        }),
        Some(Overlay::Themes {
            row: 2,
            before: "dark".into(),
        }),
        Some(Overlay::Votes {
            check: "hc".into(),
            votes: gwctl::fleet::Observed::default(),
            scroll: 900,
        }),
        Some(Overlay::Detail {
            title: "Row".into(),
            cells: vec![("name", "long ".repeat(80))],
            further: Box::default(),
            scroll: 3,
        }),
    ]
}

#[test]
fn too_small_a_terminal_is_told_so() {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    let shown = text(&drawn(&sample::state(sample::bad_day(), (40, 10)), &theme));
    assert!(
        shown.contains("terminal too small: 40×10") && shown.contains("need 60×16"),
        "{shown}"
    );
    let least = text(&drawn(&sample::state(sample::bad_day(), (60, 16)), &theme));
    assert!(
        least.contains("eu-west-1") && least.contains("down"),
        "{least}"
    );
}

#[test]
fn no_cell_at_all_is_a_size_too() {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    for (width, height) in [(0, 0), (1, 1), (0, 24), (80, 0), (2, 200), (300, 2)] {
        let state = sample::state(sample::bad_day(), (width, height));
        let buffer = drawn(&state, &theme);
        let picture = Picture::new(&buffer, theme.look("small"));
        assert!(picture.svg().ends_with("</svg>\n"));
    }
}

#[test]
fn nothing_is_drawn_outside_the_area_given() {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    for overlay in overlays() {
        for screen in screens() {
            let mut state = sample::state(everywhere(), (90, 30));
            sample::go(&mut state, screen);
            state.overlay.clone_from(&overlay);
            let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 40));
            draw_into(&mut buffer, Rect::new(5, 5, 90, 30), &state, &theme);
            let outside = |index: usize| {
                let (x, y) = (index % 100, index / 100);
                !(5..95).contains(&x) || !(5..35).contains(&y)
            };
            let stray = buffer
                .content
                .iter()
                .enumerate()
                .filter(|(index, cell)| outside(*index) && cell.symbol() != " ");
            assert_eq!(stray.count(), 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_size_is_drawn(
        width in 0u16..230, height in 0u16..80, screen in 0usize..5, overlay in 0usize..8,
        picture in 0usize..4, panel in 0usize..3, row in 0usize..60, zoomed in any::<bool>(), ascii in any::<bool>(),
    ) {
        let snapshot = match picture {
            0 => sample::bad_day(),
            1 => sample::nothing_yet(),
            2 => sample::fleet(&["us-east-1"]),
            _ => everywhere(),
        };
        let theme = Theme::load("dark", None, Depth::True, ascii).unwrap();
        let mut state = sample::state(snapshot, (width, height));
        state.history.go(screens().swap_remove(screen));
        let here = state.screen().clone();
        let panels = here.panels();
        let focused: Panel = panels[panel % panels.len()];
        state.focus.insert(here.clone(), focused);
        state.cursors.entry((here, focused)).or_default().row = row;
        state.zoom = zoomed.then_some(Chart::Latency);
        state.overlay = overlays().swap_remove(overlay);
        let buffer = drawn(&state, &theme);
        // What was drawn is fed back, as the console does: the next frame must take it.
        state.hits = draw_into(&mut buffer.clone(), buffer.area, &state, &theme);
        drawn(&state, &theme);
    }
}
