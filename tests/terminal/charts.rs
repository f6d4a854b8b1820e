//! The charts' cursor, through the whole program.

use super::pty::{Console, Start};

#[test]
fn the_arrows_read_a_minute_and_escape_returns_to_now() {
    let mut console = Console::start(&Start {
        args: &["demo", "--seed", "1", "--scenario", "bad-deploy"],
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "healthy"]);
    console.press("7");
    console.wait_text(&["1 h to now", "Timeline"]);
    console.press("\x1b[D\x1b[D");
    console.wait("a minute that is read", |screen| {
        let contents = screen.contents();
        contents.contains(" at ") && contents.contains(" UTC ") && !contents.contains("1 h to now")
    });
    console.press(")");
    console.wait_text(&["charts: 3 h"]);
    console.press("\x1b");
    console.wait_text(&["3 h to now"]);
    console.press("z");
    console.wait_text(&["API errors 5xx"]);
    console.press("\x1b");
    console.wait_text(&["Timeline"]);
}
