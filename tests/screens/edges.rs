//! What stands at the edges of every screen: the tabs, and what is said at its foot.

use gwctl::console::app::{Hold, Msg, State, update};
use gwctl::console::view::picture::text;
use gwctl::console::view::{Depth, Theme};

use super::looks::drawn;
use super::sample::{self, run};

fn shown(state: &State) -> String {
    let theme = Theme::load("dark", None, Depth::True, false).unwrap();
    text(&drawn(state, &theme))
}

const WHY: &str = "no promotion is needed: us-east-1 is down: 5xx 85.2 %, critical limit 20 %; its database answers: its \
                   endpoints of AWS answer, and its replication is 124 ms behind";

#[test]
fn what_the_last_line_cannot_hold_is_told_whole_above_it() {
    for width in [60, 80, 120, 160, 240] {
        let mut state = sample::state(sample::fleet(&sample::THREE), (width, 24));
        update(&mut state, Msg::Failed(WHY.into()));
        let shown = shown(&state);
        let words: Vec<&str> = shown.split_whitespace().collect();
        let told = words.join(" ");
        assert!(told.contains(WHY), "{width}:\n{shown}");
        let last = shown.lines().last().unwrap();
        assert!(last.contains('?') && last.contains('q'), "{width}: {last}");
    }
}

#[test]
fn a_window_is_not_covered_by_what_is_said() {
    let mut state = run::writing(sample::fleet(&sample::THREE), (80, 24));
    run::press(&mut state, ":evacuate eu-west-1\n");
    let keys = |state: &State| {
        let shown = shown(state);
        let line = shown.lines().find(|line| line.contains("Enter checks"));
        line.map(ToOwned::to_owned)
    };
    let before = keys(&state);
    assert!(before.is_some());
    update(&mut state, Msg::Failed(WHY.into()));
    assert_eq!(keys(&state), before);
    assert!(shown(&state).contains("no promotion is needed: us-east-1 is down"));
}

#[test]
fn the_tab_of_a_run_pushes_no_other_one_out() {
    for width in [80, 90, 100, 120] {
        let mut state = run::writing(sample::fleet(&sample::THREE), (width, 24));
        state.read_only = true;
        run::shown(&mut state, run::running(), Hold::Ours);
        for armed in [false, true] {
            if armed {
                run::press(&mut state, ":arm\n");
            }
            let shown = shown(&state);
            let tabs = shown.lines().nth(1).unwrap();
            for key in ["1 ", "2 ", "3 ", "4 ", "5 ", "6 ", "7 Time", "8 Logs", "x "] {
                assert!(tabs.contains(key), "{width}: {key} is not in {tabs}");
            }
            assert!(
                tabs.contains(if armed { "ARMED" } else { "READ-ONLY" }),
                "{tabs}"
            );
        }
    }
}
