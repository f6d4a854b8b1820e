//! Help, version, completions, manual, info: what needs neither configuration nor AWS.

use std::io::Write;
use std::process::{Command, Stdio};

use super::harness::{Home, Ran, installed};

#[test]
fn help_names_every_subcommand_and_every_exit_code() {
    let help = Home::new().run(&["--help"]);
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    for word in [
        "demo",
        "status",
        "sim",
        "doctor",
        "info",
        "config",
        "completions",
        "man",
        "--write",
        "GWCTL_FLEET",
        "Exit codes:",
    ] {
        assert!(help.out.contains(word), "{word} is not in:\n{}", help.out);
    }
    for code in [" 0 ", " 1 ", " 2 ", " 3 ", "10 ", "11 ", "12 ", "13 "] {
        assert!(help.out.contains(code), "exit code {code}");
    }
}

#[test]
fn version_is_the_packages() {
    let version = Home::new().run(&["--version"]);
    assert_eq!(
        (version.code, version.out.trim()),
        (0, concat!("gwctl ", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn a_wrong_command_line_exits_2_and_says_what_is_accepted() {
    for (args, says) in [
        (&["stauts"][..], "status"),
        (&["status", "-o", "yaml"], "json"),
        (&["demo", "--speed", "0"], "0.1 to 3600"),
        (&["demo", "--seed", "lucky"], "lucky"),
        (&["status", "--scenario", "calm"], "--demo"),
        (&["status", "--timeout", "soon"], "90s"),
        (&["sim"], "serve"),
        (&["sim", "serve", "--port", "70000"], "70000"),
        (&["--log-level", "loud", "info"], "debug"),
        (&["completions", "cmd"], "powershell"),
    ] {
        let ran = Home::new().run(args);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (2, ""),
            "{args:?}: {}",
            ran.err
        );
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}

#[test]
fn every_shell_gets_a_script_that_knows_the_subcommands() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = home.run(&["completions", shell]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(
            ran.out.contains("doctor") && ran.out.contains("fleet"),
            "{shell}"
        );
        if ["bash", "zsh", "fish"].contains(&shell) && installed(shell) {
            let mut check = Command::new(shell)
                .arg("-n")
                .stdin(Stdio::piped())
                .spawn()
                .unwrap();
            check
                .stdin
                .take()
                .unwrap()
                .write_all(ran.out.as_bytes())
                .unwrap();
            assert!(check.wait().unwrap().success(), "{shell} -n");
        }
    }
}

#[test]
fn manual_pages_are_written_for_every_subcommand() {
    let home = Home::new();
    let main = home.run(&["man"]);
    assert!(main.out.contains(".TH gwctl"), "{}", main.out);
    assert!(
        main.out.contains("Exit codes:"),
        "the manual documents the exit codes"
    );

    let ran = home.run(&["man", "--dir", home.path("pages").to_str().unwrap()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for page in [
        "gwctl.1",
        "gwctl-status.1",
        "gwctl-sim-serve.1",
        "gwctl-config-init.1",
    ] {
        assert!(home.path("pages").join(page).is_file(), "{page}");
    }
}

#[test]
fn info_prints_the_paths_the_environment_asks_for() {
    let home = Home::new();
    let ran = home.run(&["info"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for (name, path) in [
        ("config", home.path("config/gwctl/config.toml")),
        ("themes", home.path("config/gwctl/themes")),
        ("state", home.path("state/gwctl")),
        ("log", home.path("state/gwctl/gwctl.log")),
    ] {
        let row = ran.out.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(row.contains(path.to_str().unwrap()), "{row}");
    }
    let mut plain = home.command(&["info"]);
    plain
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_STATE_HOME");
    let plain = Ran::of(plain.output().unwrap());
    assert!(
        plain
            .out
            .contains(home.path(".config/gwctl/config.toml").to_str().unwrap()),
        "{}",
        plain.out
    );
    assert!(
        plain
            .out
            .contains(home.path(".local/state/gwctl/gwctl.log").to_str().unwrap()),
        "{}",
        plain.out
    );
}

#[test]
fn the_flag_wins_over_the_variable_and_the_variable_over_the_usual_place() {
    let home = Home::new();
    let run = |args: &[&str]| {
        Ran::of(
            home.command(args)
                .env("GWCTL_CONFIG", "/x/variable.toml")
                .output()
                .unwrap(),
        )
    };
    let by_variable = run(&["info"]);
    assert!(
        by_variable.out.contains("/x/variable.toml"),
        "{}",
        by_variable.out
    );
    let by_flag = run(&["info", "--config", "/x/flag.toml"]);
    assert!(
        by_flag.out.contains("/x/flag.toml") && !by_flag.out.contains("variable.toml"),
        "{}",
        by_flag.out
    );
}

#[test]
fn info_shows_what_steers_aws_and_no_secret() {
    let home = Home::new();
    let mut command = home.command(&["info"]);
    command
        .env("AWS_PROFILE", "oncall")
        .env("AWS_SECRET_ACCESS_KEY", "hunter2")
        .env("AWS_SESSION_TOKEN", "hunter3");
    let ran = Ran::of(command.output().unwrap());
    assert!(ran.out.contains("oncall"), "{}", ran.out);
    assert!(!ran.out.contains("hunter"), "{}", ran.out);
}

#[test]
fn an_unwritable_state_folder_is_a_warning_and_nothing_more() {
    let home = Home::new();
    std::fs::write(home.path("state"), "a file where a folder should be").unwrap();
    let ran = home.run(&["info"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.err.contains("warning: no log will be written") && ran.err.contains("gwctl.log"),
        "{}",
        ran.err
    );
}

#[test]
fn a_reader_that_closes_the_pipe_is_no_error() {
    let home = Home::new();
    let mut child = home
        .command(&["config", "schema"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}
