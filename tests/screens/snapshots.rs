//! Every screen at the sizes that matter, as text; the Fleet screen with its styles.

use std::collections::BTreeMap;
use std::fmt::Write;

use gwctl::console::app::{Overlay, Screen};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

use super::looks::{drawn, screens};
use super::sample;

pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];

fn dark() -> Theme {
    Theme::load("dark", None, Depth::True, false).unwrap()
}

pub fn keep(name: &str, what: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, what));
}

/// A letter a cell, the same for the same style, and what the letters stand for.
fn styles(buffer: &Buffer) -> String {
    let mut letters: BTreeMap<String, char> = BTreeMap::new();
    let mut next = ('a'..='z').chain('A'..='Z');
    let mut out = String::new();
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        for cell in row {
            let style = describe(cell.fg, cell.bg, cell.modifier, cell.symbol() == " ");
            let letter = *letters
                .entry(style)
                .or_insert_with(|| next.next().unwrap_or('?'));
            out.push(letter);
        }
        out.push('\n');
    }
    let mut by_letter: Vec<(char, String)> = letters
        .into_iter()
        .map(|(style, letter)| (letter, style))
        .collect();
    by_letter.sort();
    for (letter, style) in by_letter {
        let _ = writeln!(out, "{letter}: {style}");
    }
    out
}

/// A blank shows no foreground: only its ground and what reverses it count.
fn describe(fg: Color, bg: Color, modifier: Modifier, blank: bool) -> String {
    let modifier = if blank {
        modifier & (Modifier::REVERSED | Modifier::UNDERLINED)
    } else {
        modifier
    };
    let fg = if blank {
        String::new()
    } else {
        format!("{fg} ")
    };
    format!("{fg}on {bg} {modifier:?}")
}

#[test]
fn every_screen_of_a_bad_day_at_every_size() {
    let theme = dark();
    for size in SIZES {
        for screen in screens() {
            let mut state = sample::state(sample::bad_day(), size);
            sample::go(&mut state, screen.clone());
            keep(
                &format!("bad-day-{}-{}x{}", screen.name(), size.0, size.1),
                &text(&drawn(&state, &theme)),
            );
        }
    }
}

#[test]
fn members_of_other_kinds_at_every_size() {
    for size in SIZES {
        let mut state = sample::state(sample::other_databases(), size);
        sample::go(&mut state, Screen::Database);
        let (width, height) = size;
        keep(
            &format!("other-databases-{width}x{height}"),
            &text(&drawn(&state, &dark())),
        );
    }
}

#[test]
fn a_calm_fleet_in_a_small_terminal_with_its_styles() {
    let state = sample::state(sample::fleet(&sample::THREE), (80, 24));
    let buffer = drawn(&state, &dark());
    keep(
        "calm-fleet-80x24",
        &format!("{}\n{}", text(&buffer), styles(&buffer)),
    );
}

#[test]
fn a_bad_day_of_the_fleet_with_its_styles() {
    let state = sample::state(sample::bad_day(), (120, 40));
    let buffer = drawn(&state, &dark());
    keep("bad-day-fleet-120x40-styles", &styles(&buffer));
}

#[test]
fn nothing_seen_yet_claims_nothing() {
    let mut state = sample::state(sample::nothing_yet(), (120, 40));
    for screen in screens() {
        state.history.go(screen.clone());
        let shown = text(&drawn(&state, &dark()));
        if screen == Screen::Fleet {
            keep("nothing-yet-fleet-120x40", &shown);
        }
        assert!(!shown.contains("healthy"), "{shown}");
    }
}

#[test]
fn help_tells_what_the_marks_mean() {
    let mut state = sample::state(sample::fleet(&sample::THREE), (120, 60));
    state.overlay = Some(Overlay::Help {
        help: gwctl::console::app::Help::default(),
        scroll: 0,
    });
    let shown = text(&drawn(&state, &dark()));
    for words in [
        "no data",
        "could not ask",
        "not allowed",
        "not asked yet",
        "the figure is zero",
    ] {
        assert!(shown.contains(words), "{words}\n{shown}");
    }
}
