//! It writes when something changed, and only then.

use std::time::Duration;

use super::pty::{Console, Start};

#[test]
fn a_frozen_picture_costs_not_one_byte() {
    let mut console = Console::demo();
    console.wait_text(&["us-east-1", "healthy"]);
    console.press("\x06");
    console.wait_text(&["FROZEN"]);
    // The frame that shows the mark may still be on its way; so may the repair of the screen, which comes
    // every 20 seconds: two silent pieces in a row are never further apart than that.
    let mut silent = 0;
    for _ in 0..20 {
        let bytes = console.bytes_within(Duration::from_millis(1500));
        silent = if bytes == 0 { silent + 1 } else { 0 };
        if silent == 3 {
            break;
        }
    }
    assert_eq!(
        silent, 3,
        "a picture that stands still is written again and again"
    );
    console.press("\x06");
    console.wait_no_text(&["FROZEN"]);
}

#[test]
fn a_world_that_runs_fast_is_not_drawn_faster_than_anybody_reads() {
    let console = Console::start(&Start {
        args: &[
            "demo",
            "--seed",
            "1",
            "--speed",
            "20",
            "--scenario",
            "bad-day",
        ],
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "eu-west-1"]);
    // The first figures show one by one: those frames are not counted.
    console.bytes_within(Duration::from_secs(3));
    let before = frames(&console.bytes());
    console.bytes_within(Duration::from_secs(5));
    // Five pictures a second, and the clock's own frame.
    let drawn = frames(&console.bytes()) - before;
    assert!(drawn <= 5 * 6 + 4, "{drawn} frames in 5 seconds");
}

fn frames(bytes: &[u8]) -> usize {
    let end = b"\x1b[?2026l";
    bytes
        .windows(end.len())
        .filter(|window| window == end)
        .count()
}
