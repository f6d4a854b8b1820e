//! However it ends, the terminal is as it was, and the exit code says how.

use std::process::{Command, Stdio};

use super::pty::{Console, Start, holds};

const FLEET: &[&str] = &["us-east-1", "eu-west-1", "ap-southeast-1"];

#[test]
fn quitting_gives_the_terminal_back() {
    for keys in ["q", ":q\r", "\x03"] {
        let mut console = Console::demo();
        console.wait_text(FLEET);
        assert!(
            holds(&console.bytes(), "\x1b[?1049h"),
            "the alternate screen"
        );
        console.press(keys);
        assert_eq!(console.exit_code(), 0, "{keys:?}");
        console.assert_restored();
    }
}

/// The time of day in the first line.
fn clock(screen: &vt100::Screen) -> String {
    let contents = screen.contents();
    let first = contents.lines().next().unwrap_or_default();
    first
        .split_whitespace()
        .find(|word| word.matches(':').count() == 2)
        .unwrap_or_default()
        .into()
}

#[test]
fn escape_never_quits() {
    let mut console = Console::demo();
    console.wait_text(FLEET);
    console.press("\x1b");
    // Two bytes at once would be another key: two changes of the clock keep them apart.
    for _ in 0..2 {
        let before = console.read(clock);
        console.wait("a new second", |screen| clock(screen) != before);
    }
    console.press("?");
    console.wait_text(&["Screens"]);
}

#[test]
fn a_signal_gives_the_terminal_back_and_shows_in_the_exit_code() {
    for (name, code) in [("TERM", 143), ("INT", 130), ("HUP", 129)] {
        let mut console = Console::demo();
        console.wait_text(FLEET);
        console.signal(name);
        assert_eq!(console.exit_code(), code, "{name}");
        console.assert_restored();
    }
}

#[test]
fn a_terminal_that_goes_away_ends_it() {
    let mut console = Console::demo();
    console.wait_text(FLEET);
    console.hang_up();
    assert_eq!(console.exit_code(), 129);
}

/// What a child has for an exit code that a signal ended.
const SIGNALLED: u32 = 1;

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_reported() {
    // What people install does not unwind (`-abort`): on another thread than the loop's, the loop ends first all the same.
    for (place, code) in [
        ("loop", 101),
        ("task", 101),
        ("loop-abort", SIGNALLED),
        ("task-abort", 101),
    ] {
        let env = [("GWCTL_TEST_PANIC", place)];
        let mut console = Console::start(&Start {
            env: &env,
            ..Start::default()
        });
        assert_eq!(console.exit_code(), code, "{place}");
        console.assert_restored();
        console.wait_text(&["a drill", "defect"]);
        let bytes = String::from_utf8_lossy(&console.bytes()).into_owned();
        let restored = bytes.rfind("\x1b[?1049l").unwrap();
        let reported = bytes.find("a drill").unwrap();
        assert!(
            restored < reported,
            "{place}: the report goes to the screen that stays"
        );
    }
}

#[test]
fn without_a_terminal_it_refuses_and_names_what_scripts_use() {
    let output = Command::new(env!("CARGO_BIN_EXE_gwctl"))
        .args(["demo", "--seed", "1"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("gwctl needs a terminal") && said.contains("gwctl status"),
        "{said}"
    );
    assert!(output.stdout.is_empty());
    assert!(!output.status.success());
}
