//! A writer whose data stopped looks the same on every screen: down, with the time since the last replication.

use gwctl::console::app::{Panel, Screen};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};
use gwctl::fleet::Verdict;

use super::looks::drawn;
use super::sample;
use super::snapshots::SIZES;

fn shown(screen: Screen, size: (u16, u16)) -> String {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    let mut state = sample::state(sample::writer_gone(), size);
    state.history.go(screen);
    text(&drawn(&state, &theme))
}

#[test]
fn the_database_screen_calls_it_down_as_the_fleet_screen_does() {
    let snapshot = sample::writer_gone();
    assert_eq!(snapshot.sites[0].judgement.verdict, Verdict::Down);
    assert_eq!(snapshot.database.judgement.verdict, Verdict::Down);
    for size in SIZES {
        let fleet = shown(Screen::Fleet, size);
        assert!(fleet.contains("■ us-east-1"), "{fleet}");
        let database = shown(Screen::Database, size);
        assert!(database.contains("■ us-east-1"), "{database}");
        assert!(!database.contains("○ us-east-1"), "{database}");
    }
}

#[test]
fn the_map_tells_a_silence_and_no_lag() {
    for size in [(120, 40), (200, 60)] {
        let fleet = shown(Screen::Fleet, size);
        assert!(fleet.contains(" silent 14 min "), "{fleet}");
        assert!(!fleet.contains("12min"), "{fleet}");
    }
}

#[test]
fn the_row_that_is_copied_tells_a_silence_and_no_lag() {
    for (screen, panel) in [
        (Screen::Fleet, Panel::Regions),
        (Screen::Database, Panel::Members),
    ] {
        let mut state = sample::state(sample::writer_gone(), (80, 24));
        state.history.go(screen);
        let all = state.rows(panel);
        let said = |region: &str| {
            let row = all.iter().find(|row| row.key == region).unwrap();
            let lag = row.cells().iter().find(|(name, _)| *name == "lag").unwrap();
            lag.1.clone()
        };
        assert_eq!(said("eu-west-1"), "silent 14 min");
        assert_eq!(said("us-east-1"), "writer");
    }
}
