//! A program that gives the credentials and waits for somebody.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::pty::{Console, Start};
use crate::cli::harness::fleet;

/// Says what it waits for, notes that it was started, tries to take a key from the terminal.
const PROGRAM: &str = "#!/bin/sh
echo x >> \"$HOME/starts\"
printf 'Touch your key' >&2
while [ ! -e \"$HOME/touched\" ]; do sleep 0.1; done
echo '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"B\",\"Expiration\":\"2099-01-01T00:00:00Z\"}'
";

fn prepare(home: &Path, program: &str) {
    fs::create_dir_all(home.join(".aws")).unwrap();
    let helper = home.join("helper");
    fs::write(&helper, program).unwrap();
    fs::set_permissions(&helper, fs::Permissions::from_mode(0o755)).unwrap();
    let profile = format!(
        "[profile key]\nregion = us-east-1\ncredential_process = {}\n",
        helper.display()
    );
    fs::write(home.join(".aws/config"), profile).unwrap();
    fs::write(home.join("gwctl.toml"), fleet(&["us-east-1", "eu-west-1"])).unwrap();
}

fn console(home: &Path) -> Console {
    let config = home.join("gwctl.toml");
    Console::start(&Start {
        args: &["--config", config.to_str().unwrap()],
        env: &[
            ("HOME", home.to_str().unwrap()),
            ("PATH", &std::env::var("PATH").unwrap()),
            ("AWS_PROFILE", "key"),
            // Nobody listens there.
            ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ],
        size: (120, 30),
        ..Start::default()
    })
}

#[test]
fn it_runs_once_and_the_console_says_what_it_waits_for() {
    let home = tempfile::tempdir().unwrap();
    prepare(home.path(), PROGRAM);
    let mut console = console(home.path());
    console.wait_text(&["credential process of profile `key` says: Touch your key"]);
    // Everything is asked again, and waits for the same program.
    console.press("r");
    console.wait_text(&["asking everything again"]);
    console.press("?");
    console.wait_text(&["Screens"]);
    console.press("?");
    fs::write(home.path().join("touched"), "").unwrap();
    console.wait_no_text(&["Touch your key"]);
    assert_eq!(
        fs::read_to_string(home.path().join("starts")).unwrap(),
        "x\n"
    );
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}

#[test]
fn one_that_reads_the_terminal_takes_no_key_from_the_console() {
    let home = tempfile::tempdir().unwrap();
    let greedy = "#!/bin/sh\necho 'Code, please' >&2\nread code </dev/tty\necho \"$code\" >> \"$HOME/taken\"\n";
    prepare(home.path(), greedy);
    let mut console = console(home.path());
    console.wait_text(&["Code, please"]);
    for _ in 0..5 {
        console.press("?");
        console.wait_text(&["Screens"]);
        console.press("?");
        console.wait_no_text(&["Screens"]);
    }
    assert!(!home.path().join("taken").exists());
    console.press("q");
    assert_eq!(console.exit_code(), 0);
}
