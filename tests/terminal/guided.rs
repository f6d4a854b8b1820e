//! Guided actions, from a key to the end, in a terminal.

use super::pty::{Console, Start};
use crate::cli::served::Served;

/// Fast enough to see an evacuation through in seconds.
const FAST: &[&str] = &["demo", "--seed", "1", "--speed", "120", "--write"];

/// As far as the line in which the target's name is typed.
fn up_to_confirmation(console: &mut Console) {
    console.press("a");
    console.wait_text(&["Actions in us-east-1"]);
    console.press("\r");
    console.wait_text(&["Before and after", "Mechanism"]);
    console.press("\r");
    console.wait_text(&["not-the-last"]);
    console.press("\r");
}

#[test]
fn an_evacuation_goes_from_the_menu_to_done() {
    let mut console = Console::living(FAST);
    up_to_confirmation(&mut console);
    console.wait_text(&["Type us-east-1 to start it."]);
    console.press("us-east-1\r");
    console.wait_text(&["Changes sent", "accepted", "PutMetricData"]);
    console.wait_text(&["DONE", "4 of 4 finished"]);
    // Seen from elsewhere as well.
    console.press("1");
    console.wait_text(&["evacuate", "done", "World"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.assert_restored();
}

#[test]
fn a_wrong_name_starts_nothing_and_says_so() {
    let mut console = Console::living(FAST);
    up_to_confirmation(&mut console);
    console.wait_text(&["Type us-east-1"]);
    console.press("us-east\r");
    console.wait_text(&["`us-east` is not `us-east-1`: nothing was changed"]);
    console.press("-1\r");
    console.wait_text(&["Changes sent"]);
}

#[test]
fn read_only_shows_everything_and_says_how_to_open_it() {
    let mut console = Console::living(&["demo", "--seed", "1"]);
    console.wait_text(&["READ-ONLY"]);
    up_to_confirmation(&mut console);
    console.wait_text(&["read-only", ":arm", "--write"]);
    console.press("us-east-1\r");
    console.wait_text(&["read-only"]);
    console.press(":arm\r");
    console.wait_text(&["ARMED", "Type us-east-1"]);
}

/// A fleet that goes on when a console ends, as AWS does, and where journals are kept.
struct Shared {
    served: Served,
    state: tempfile::TempDir,
}

impl Shared {
    fn new() -> Self {
        Self {
            served: Served::start(&["--seed", "1", "--speed", "4"]),
            state: tempfile::tempdir().unwrap(),
        }
    }

    fn console(&self) -> Console {
        let mut env = self.served.exports();
        env.push(("XDG_STATE_HOME", self.state.path().to_str().unwrap()));
        Console::start(&Start {
            args: &["--write"],
            env: &env,
            ..Start::default()
        })
    }

    /// One that has begun to evacuate.
    fn acting(&self) -> Console {
        let mut console = self.console();
        begin_to_evacuate(&mut console);
        console
    }
}

/// From the first picture to a change that AWS took.
fn begin_to_evacuate(console: &mut Console) {
    console.wait_text(&["us-east-1", "healthy"]);
    console.wait_no_text(&["first look under way"]);
    up_to_confirmation(console);
    console.wait_text(&["Type us-east-1"]);
    console.press("us-east-1\r");
    console.wait_text(&["RUNNING", "accepted"]);
}

#[test]
fn quitting_asks_and_leaves_a_run_that_is_found_again() {
    let shared = Shared::new();
    let mut console = shared.acting();
    console.press("q");
    console.wait_text(&["A run is under way"]);
    console.press("\r");
    console.wait_no_text(&["A run is under way"]);
    console.press("qj\r");
    assert_eq!(console.exit_code(), 0);
    console.assert_restored();
    console.wait_text(&["was left", "runs resume"]);

    let mut again = shared.console();
    again.wait_text(&["unfinished", "6 opens it"]);
    again.press("6");
    again.wait_text(&["No process drives this run", "T take over"]);
    again.wait_no_text(&["connecting"]);
    again.press("T");
    again.wait_no_text(&["No process drives this run"]);
    again.wait_text(&["u undo"]);
}

#[test]
fn a_demos_run_ends_with_its_world_and_the_next_demo_does_not_offer_it() {
    let home = tempfile::tempdir().unwrap();
    let env = [("XDG_STATE_HOME", home.path().to_str().unwrap())];
    let start = Start {
        args: &["demo", "--seed", "1", "--speed", "4", "--write"],
        env: &env,
        ..Start::default()
    };
    let mut console = Console::start(&start);
    begin_to_evacuate(&mut console);
    console.press("q");
    console.wait_text(&[
        "A run is under way",
        "simulated world ends with this console",
    ]);
    console.press("j\r");
    assert_eq!(console.exit_code(), 0);
    console.wait_text(&["was left", "ended with this console"]);

    let mut again = Console::start(&start);
    again.wait_text(&["us-east-1", "healthy"]);
    again.wait_no_text(&["first look under way"]);
    again.press(":runs\r");
    again.wait_text(&["Evacuate us-east-1", "left"]);
    again.wait_no_text(&["unfinished"]);
    // Opened from the list it cannot be taken over either.
    again.press("\r");
    again.wait_text(&["No process drives this run"]);
    again.press("T");
    again.wait_text(&["the simulated world of run", "ended"]);
}

#[test]
fn a_second_console_sees_the_run_live_and_may_take_it_over_once_the_first_is_gone() {
    let shared = Shared::new();
    let mut first = shared.acting();

    let mut second = shared.console();
    second.wait_text(&["in another gwctl"]);
    second.press("6");
    second.wait_text(&["drives this run", "accepted"]);
    second.press("p");
    second.wait_text(&["only shown here"]);
    // What is said to the first is seen in the second.
    first.press("n");
    first.wait_text(&["One line for the journal"]);
    first.press("seen by both\r");
    second.press("\t\t");
    second.wait_text(&["seen by both"]);
    first.signal("KILL");
    second.wait_text(&["No process drives this run", "T take over"]);
    second.press("T");
    second.wait_no_text(&["No process drives this run"]);
    second.wait_text(&["u undo"]);
}
