//! When one thing flaps, nothing else on the screen moves; *Why* takes the focus and scrolls.

use std::sync::Arc;

use gwctl::console::app::{Key, Msg, Panel, State, update};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::{Snapshot, judge};

use super::looks::drawn;
use super::sample;
use super::snapshots::SIZES;

fn shown(state: &State) -> String {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    text(&drawn(state, &theme))
}

/// On which line each of `words` stands.
fn places(shown: &str, words: &[&str]) -> Vec<Option<usize>> {
    let place = |word: &&str| shown.lines().position(|line| line.contains(word));
    words.iter().map(place).collect()
}

/// The same moment without the alarms of one Region.
fn quieter(picture: &Snapshot) -> Snapshot {
    let mut quieter = picture.clone();
    for site in &mut quieter.sites {
        if let Some(alarms) = site.alarms.last_mut() {
            alarms.clear();
        }
    }
    quieter.at += jiff::SignedDuration::from_secs(5);
    judge(&mut quieter);
    quieter
}

#[test]
fn rows_and_panels_stay_in_their_places_while_alarms_come_and_go() {
    let words = [
        "\u{256d} Why",
        "Alarms",
        "Changes",
        "us-east-1 ",
        "eu-west-1 ",
        "ap-southeast-1 ",
    ];
    for size in SIZES {
        let loud = sample::bad_day();
        let quiet = quieter(&loud);
        let mut state = sample::state(loud.clone(), size);
        update(&mut state, Msg::Key(Key::char('j')));
        let under = |state: &State| state.selected().map(|row| row.key);
        let (before, chosen) = (places(&shown(&state), &words), under(&state));
        for picture in [quiet.clone(), loud.clone(), quiet] {
            update(&mut state, Msg::Snapshot(0, Arc::new(picture)));
            assert_eq!(
                places(&shown(&state), &words),
                before,
                "{size:?}\n{}",
                shown(&state)
            );
            assert_eq!(under(&state), chosen);
        }
    }
}

#[test]
fn why_takes_the_focus_and_scrolls_to_its_last_line() {
    let mut state = sample::state(sample::bad_day(), (80, 24));
    update(&mut state, Msg::Key("tab".parse().unwrap()));
    assert_eq!(state.focused(), Panel::Why);
    let rows = state.rows(Panel::Why).len();
    assert!(rows > 1, "{rows}");
    update(&mut state, Msg::Key(Key::char('G')));
    assert_eq!(state.cursor(Panel::Why), rows - 1);
    let last = state.selected().unwrap().cells()[0].1.clone();
    let end: String = last.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let screen = shown(&state);
    assert!(screen.contains(&end), "{end} is not in:\n{screen}");
}
