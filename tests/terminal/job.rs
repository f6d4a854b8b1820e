//! The console as a job of a shell: stopped, and gone on with.

use std::process::Command;

use super::pty::{Console, GWCTL, Start};

const FLEET: &[&str] = &["us-east-1", "eu-west-1", "ap-southeast-1"];

/// A shell with job control, and the console as its job; where it can, the console's process id.
fn job() -> (Console, String) {
    let mut shell = Console::start(&Start {
        program: "/bin/sh",
        args: &["-i"],
        env: &[
            ("PS1", "shell> "),
            ("PATH", "/usr/bin:/bin"),
            ("GWCTL", GWCTL),
        ],
        ..Start::default()
    });
    shell.wait_text(&["shell>"]);
    shell.press("set -m; $GWCTL demo --seed 1 & echo pid=$!.\r");
    // The command itself is on the screen as well.
    let pid = |text: &str| {
        let said = text.rsplit("pid=").next()?.split('.').next()?;
        said.parse::<u32>().ok().map(|pid| pid.to_string())
    };
    shell.wait("the job's number", |screen| {
        pid(&screen.contents()).is_some()
    });
    let pid = pid(&shell.contents()).unwrap();
    shell.press("fg\r");
    shell.wait_text(FLEET);
    (shell, pid)
}

fn is_the_shells(screen: &vt100::Screen) -> bool {
    !screen.alternate_screen() && !screen.hide_cursor()
}

/// The shell waits for a line: what is typed before goes to whoever still has the terminal.
fn asks(screen: &vt100::Screen) -> bool {
    let contents = screen.contents();
    let last = contents.trim_end().lines().next_back();
    is_the_shells(screen) && last.is_some_and(|line| line.trim_end() == "shell>")
}

#[test]
fn suspended_it_gives_the_terminal_back_and_takes_it_again() {
    let (mut shell, pid) = job();
    for stop in ["key", "signal"] {
        if stop == "key" {
            shell.press("\x1a");
        } else {
            let sent = Command::new("kill").args(["-TSTP", &pid]).status();
            assert!(sent.unwrap().success());
        }
        shell.wait(stop, asks);
        // The shell edits and echoes lines again.
        shell.press("echo at=$((6*7))\r");
        shell.wait_text(&["at=42"]);
        shell.press("fg\r");
        shell.wait("the console", vt100::Screen::alternate_screen);
        shell.wait_text(FLEET);
        shell.press("?");
        shell.wait_text(&["Screens"]);
        shell.press("?");
        shell.wait_no_text(&["Screens"]);
    }
    shell.press("q");
    shell.wait("the shell", asks);
    shell.press("exit\r");
    assert_eq!(shell.exit_code(), 0);
}

#[test]
fn stopped_without_a_word_it_still_takes_the_terminal_again() {
    let (mut shell, pid) = job();
    let sent = Command::new("kill").args(["-STOP", &pid]).status();
    assert!(sent.unwrap().success());
    // What a shell does when a program left its terminal in disorder.
    shell.wait("the shell's prompt", |screen| {
        screen.contents().contains("shell>")
    });
    // In the modes that the console left, no other character ends a line.
    shell.press("stty sane; printf '\\033[?1049l\\033[?25h'\n");
    shell.wait("the shell", is_the_shells);
    shell.press("fg\r");
    shell.wait("the console", vt100::Screen::alternate_screen);
    shell.press("\x0c");
    shell.wait_text(FLEET);
    shell.press("q");
    shell.wait("the shell", is_the_shells);
}

#[test]
fn without_a_shell_to_go_back_to_it_says_so() {
    let mut console = Console::demo();
    console.wait_text(FLEET);
    console.press("\x1a");
    console.wait_text(&["there is no shell to go back to"]);
    console.signal("TSTP");
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}
