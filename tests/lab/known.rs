//! The lab behind a console, seen from another terminal.

use std::path::Path;
use std::process::{Command, Output};

use gwctl::lab::DataPlane;

use crate::terminal::pty::{Console, GWCTL, Start};

/// gwctl with these arguments, of the user whose state is in `state`.
fn run(state: &str, args: &[&str]) -> Output {
    Command::new(GWCTL)
        .args(args)
        .env("XDG_STATE_HOME", state)
        .output()
        .unwrap()
}

#[test]
fn the_lab_of_a_console_is_the_users_only_one_and_ends_by_down() {
    if let Err(why) = DataPlane::possible() {
        eprintln!("LEFT OUT: {why}");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let state = home.path().to_str().unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut console = Console::start(&Start {
        args: &["demo", "--lab"],
        env: &[("XDG_STATE_HOME", state), ("PATH", &path)],
        ..Start::default()
    });
    console.wait_text(&["us-east-1", "Regions"]);
    let noted = std::fs::read_to_string(Path::new(state).join("gwctl/lab.json")).unwrap();
    let noted: serde_json::Value = serde_json::from_str(&noted).unwrap();
    let folder = noted["folder"].as_str().unwrap();

    let other = run(state, &["lab", "up"]);
    let refused = String::from_utf8_lossy(&other.stderr);
    assert!(refused.contains("a lab runs already"), "{refused}");

    // The console's fleet, from another terminal.
    let url = noted["url"].as_str().unwrap();
    let status = Command::new(GWCTL)
        .args(["status", "-o", "json"])
        .env("GWCTL_CONFIG", noted["config"].as_str().unwrap())
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "SIMULATED")
        .env("AWS_SECRET_ACCESS_KEY", "SIMULATED")
        .env("AWS_REGION", "us-east-1")
        .output()
        .unwrap();
    let seen = String::from_utf8_lossy(&status.stdout);
    assert!(seen.contains("ap-southeast-1"), "{status:?}");

    // The console is a child of this process, and gone once it was waited for.
    let down = std::thread::scope(|scope| {
        let down = scope.spawn(|| run(state, &["lab", "down"]));
        console.exit_code();
        down.join().unwrap()
    });
    assert!(down.status.success(), "{down:?}");
    console.assert_restored();
    assert!(!Path::new(folder).exists(), "{folder} is left");
    let none = run(state, &["lab", "status"]);
    assert_eq!(String::from_utf8_lossy(&none.stdout), "no lab runs\n");
}
