//! What another program writes on the terminal does not stay.

use super::pty::Console;

const MESSAGE: &str = "\r\nBroadcast message from root@bastion:\r\nThe system will reboot now!\r\n";

#[test]
fn a_key_and_a_window_that_comes_back_draw_the_screen_anew() {
    for wish in ["\x0c", "\x1b[I"] {
        let mut console = Console::demo();
        console.wait_text(&["us-east-1", "healthy"]);
        console.scribble(MESSAGE);
        console.wait_text(&["Broadcast"]);
        console.press(wish);
        console.wait_no_text(&["Broadcast", "reboot"]);
        console.wait_text(&["us-east-1", "healthy"]);
    }
}

#[test]
fn the_screen_repairs_itself_even_where_nothing_else_is_drawn() {
    let mut console = Console::demo();
    console.wait_text(&["us-east-1", "healthy"]);
    console.press("\x06");
    console.wait_text(&["FROZEN"]);
    let lines = console.contents();
    console.scribble(MESSAGE);
    console.wait_text(&["Broadcast"]);
    console.wait("the screen as it was", |screen| screen.contents() == lines);
}
