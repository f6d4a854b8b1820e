//! Terminals of every size.

use super::pty::{Console, Start, holds};

#[test]
fn too_small_is_said_and_large_enough_is_drawn_again() {
    let console = Console::demo();
    console.wait_text(&["us-east-1"]);
    console.resize(40, 10);
    console.wait_text(&["too small", "40"]);
    console.resize(80, 24);
    console.wait_text(&["us-east-1", "eu-west-1", "ap-southeast-1"]);
    console.wait_no_text(&["too small"]);
}

#[test]
fn a_terminal_without_a_single_cell_is_survived() {
    let mut console = Console::demo();
    console.wait_text(&["us-east-1"]);
    console.resize(0, 0);
    console.resize(1, 1);
    console.resize(80, 24);
    console.wait_text(&["us-east-1", "eu-west-1"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.assert_restored();
}

#[test]
fn a_terminal_that_begins_without_cells_is_drawn_once_it_has_some() {
    let console = Console::start(&Start {
        size: (0, 0),
        ..Start::default()
    });
    console.resize(80, 24);
    console.wait_text(&["us-east-1", "eu-west-1"]);
}

#[test]
fn a_terminal_that_never_says_its_size_is_refused_with_a_way_out() {
    let mut console = Console::start(&Start {
        size: (0, 0),
        ..Start::default()
    });
    assert_ne!(console.exit_code(), 0);
    console.wait_bytes("stty columns 120 rows 40");
    console.wait_bytes("gwctl status");
    assert!(!holds(&console.bytes(), "\x1b[?1049h"));
}

#[test]
fn the_environment_may_say_the_size_instead() {
    let console = Console::start(&Start {
        size: (0, 0),
        env: &[("COLUMNS", "100"), ("LINES", "30")],
        ..Start::default()
    });
    console.wait_bytes("ap-southeast-1");
}

#[test]
fn a_terminal_that_only_prints_lines_is_refused_with_a_way_out() {
    let mut console = Console::start(&Start {
        env: &[("TERM", "dumb")],
        ..Start::default()
    });
    assert_ne!(console.exit_code(), 0);
    console.wait_text(&["TERM=dumb", "gwctl status"]);
    assert!(!holds(&console.bytes(), "\x1b"), "not one escape sequence");
}
