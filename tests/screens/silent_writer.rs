//! A writer that fell silent looks the same on every screen: down, and for how long nobody has heard of it.

use gwctl::console::app::Screen;
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
