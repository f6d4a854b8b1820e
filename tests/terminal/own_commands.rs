//! `[console.commands]`: a program of one's own from the console, without a shell.

use std::path::Path;

use super::pty::{Console, Start};
use crate::cli::harness::fleet;

/// Every file below a folder, as text.
fn written(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().is_dir() {
            text.push_str(&written(&entry.path()));
        } else {
            let bytes = std::fs::read(entry.path()).unwrap_or_default();
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    text
}

#[test]
fn a_program_gets_its_arguments_as_they_are_and_what_it_writes_is_shown_and_not_logged() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("gwctl.toml");
    let state = home.path().join("state");
    let commands = r#"
[console.commands.show]
key = "L"
run = ["printf", "%s|", "to ken", "$(id)", "{region}"]
about = "shows what it was given"

[console.commands.wait]
run = ["sleep", "600"]
"#;
    let orders = fleet(&["us-east-1", "eu-west-1"]);
    std::fs::write(&config, format!("{commands}\n{orders}")).unwrap();
    let mut console = Console::start(&Start {
        args: &["--config", config.to_str().unwrap()],
        env: &[
            // Nobody listens there.
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_ACCESS_KEY_ID", "A"),
            ("AWS_SECRET_ACCESS_KEY", "B"),
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("GWCTL_LOG", "trace"),
            ("XDG_STATE_HOME", state.to_str().unwrap()),
        ],
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "eu-west-1"]);
    console.press("jL");
    console.wait_text(&["to ken|$(id)|eu-west-1|", "ended with 0"]);
    console.press("\x1b");
    console.wait_no_text(&["ended with 0"]);
    // One that does not end by itself is ended with its window, and holds nothing up.
    console.press(":wait\r");
    console.wait_text(&["sleep 600", "Esc ends it"]);
    console.press("\x1b");
    console.wait_no_text(&["sleep 600"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    assert!(
        !written(&state).contains("to ken|"),
        "what it wrote was kept"
    );
}
