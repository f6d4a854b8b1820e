//! It writes when something changed, and only then.

use std::time::Duration;

use super::pty::Console;

#[test]
fn a_frozen_picture_costs_not_one_byte() {
    let mut console = Console::demo();
    console.wait_text(&["us-east-1", "healthy"]);
    console.press("\x06");
    console.wait_text(&["FROZEN"]);
    // The frame that shows the mark may still be on its way; one second's worth of silence ends it.
    while console.bytes_within(Duration::from_millis(1500)) > 0 {}
    assert_eq!(console.bytes_within(Duration::from_secs(3)), 0);
    console.press("\x06");
    console.wait_no_text(&["FROZEN"]);
}
