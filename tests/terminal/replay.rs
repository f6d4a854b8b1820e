//! A console that is recorded, and the recording in a console.

use std::path::{Path, PathBuf};

use super::pty::{Console, Start};

/// Opens the console on a recorded demo of `scenario`, with its state in `home`.
fn recorded(home: &Path, args: &[&str]) -> Console {
    let state = home.display().to_string();
    let console = Console::start(&Start {
        args,
        env: &[("XDG_STATE_HOME", &state)],
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "eu-west-1", " REC "]);
    console
}

fn replayed(home: &Path, size: (u16, u16), args: &[&str]) -> Console {
    let state = home.display().to_string();
    Console::start(&Start {
        args,
        env: &[("XDG_STATE_HOME", &state)],
        size,
        ..Start::default()
    })
}

fn recordings(home: &Path) -> Vec<PathBuf> {
    let folder = home.join("gwctl/demo/incidents");
    let files = std::fs::read_dir(folder).into_iter().flatten();
    files.map(|file| file.unwrap().path()).collect()
}

/// The pictures that the readers of a report get.
fn drawn_without_a_terminal(home: &Path, file: &Path) {
    let draw = |more: &[&str]| {
        let ran = std::process::Command::new(super::pty::GWCTL)
            .args(["screenshot", "-o", "txt", "--size", "120x40", "--replay"])
            .arg(file)
            .args(more)
            .env("XDG_STATE_HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env_remove("GWCTL_CONFIG")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (ran.status.code(), text(ran.stdout), text(ran.stderr))
    };
    let (code, shown, error) = draw(&["--screen", "edge"]);
    assert_eq!(code, Some(0), "{error}");
    for said in [
        "RECORDING",
        "RECORDED",
        "Routing records",
        "Could I fail over now?",
    ] {
        assert!(shown.contains(said), "{said} is not in:\n{shown}");
    }
    let (code, _, error) = draw(&["--at", "03:00"]);
    assert_eq!(code, Some(2), "{error}");
    assert!(error.contains("the recording goes from"), "{error}");
}

#[test]
fn what_was_recorded_is_scrubbed_on_every_screen_and_nothing_can_be_done_from_it() {
    let home = tempfile::tempdir().unwrap();
    let args = [
        "demo",
        "--record",
        "--scenario",
        "region-dark",
        "--speed",
        "60",
    ];
    let mut console = recorded(home.path(), &args);
    console.wait_text(&["down"]);
    console.press(":note called the network team\r");
    console.wait_text(&["written into the recording"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    let files = recordings(home.path());
    assert_eq!(files.len(), 1, "{files:?}");

    drawn_without_a_terminal(home.path(), &files[0]);
    let mut console = replayed(
        home.path(),
        (120, 40),
        &["replay", "--demo", "--theme", "light"],
    );
    console.wait_text(&["RECORDING", "RECORDED", "READ-ONLY", "stands", "us-east-1"]);
    let first = console.contents();
    console.press("}");
    console.wait("another verdict", |screen| screen.contents() != first);
    for (key, text) in [
        ("3", "Members"),
        ("4", "Routing records"),
        ("5", "Operations"),
    ] {
        console.press(key);
        console.wait_text(&["RECORDING", text]);
    }
    for refused in ["a", "r", "i", "n", ":evacuate eu-west-1\r"] {
        console.press(refused);
        console.wait_text(&["this is a recording: nothing can be asked or changed"]);
        console.press(":at 25:00\r");
        console.wait_text(&["`:at` takes a time of day"]);
        console.press("\x1b");
        console.wait_no_text(&["`:at` takes a time of day"]);
    }
    console.press("+++p");
    console.wait_text(&["60\u{d7}"]);
    console.wait_text(&["called the network team"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    console.assert_restored();
}

#[test]
fn incident_pace_is_recorded_and_calm_pace_is_not() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().display().to_string();
    let mut console = Console::start(&Start {
        env: &[("XDG_STATE_HOME", &state)],
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "calm pace"]);
    assert_eq!(recordings(home.path()).len(), 0);
    console.press("i");
    console.wait_text(&[" REC ", "incident pace"]);
    console.press("i");
    console.wait_no_text(&[" REC "]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
    let files = recordings(home.path());
    assert_eq!(files.len(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&files[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let console = replayed(
        home.path(),
        (80, 24),
        &["replay", files[0].to_str().unwrap()],
    );
    console.wait_text(&["RECORDING", "us-east-1"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_said_and_the_console_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let state = home.path().display().to_string();
    std::fs::create_dir_all(home.path().join("gwctl/demo")).unwrap();
    std::fs::write(home.path().join("gwctl/demo/incidents"), "in the way").unwrap();
    let mut console = Console::start(&Start {
        args: &["demo", "--record"],
        env: &[("XDG_STATE_HOME", &state)],
        ..Start::default()
    });
    console.wait_text(&["the recording stopped, and the console goes on"]);
    console.press("3");
    console.wait_text(&["Members"]);
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}
