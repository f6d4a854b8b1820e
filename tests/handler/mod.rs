//! The reference handler: its bundle in a real Node against a real PostgreSQL, and that the bundle is of its sources.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::stacks::router::node;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// As `build.sh` does: `sha256sum *.mjs build.sh package.json package-lock.json | sha256sum`.
#[test]
fn the_bundle_is_that_of_its_sources() {
    let folder = root().join("src/stacks/handler");
    let entries = std::fs::read_dir(&folder).unwrap().flatten();
    let mut modules: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    modules.retain(|path| path.extension().is_some_and(|end| end == "mjs"));
    modules.sort();
    let others = ["build.sh", "package.json", "package-lock.json"].map(|name| folder.join(name));
    let mut sums = String::new();
    for path in modules.iter().chain(&others) {
        let name = path.file_name().unwrap().to_str().unwrap();
        let _ = writeln!(sums, "{}  {name}", hex(&std::fs::read(path).unwrap()));
    }
    let bundle = std::fs::read_to_string(folder.join("dist/index.js")).unwrap();
    let first = bundle.lines().next().unwrap();
    assert_eq!(
        first,
        format!(
            "// Made by build.sh. sources sha256:{}",
            hex(sums.as_bytes())
        ),
        "the bundle is older than its sources: run src/stacks/handler/build.sh"
    );
    assert!(bundle.len() <= 1024 * 1024, "{} bytes", bundle.len());
}

/// By a reader of zip files that is not ours.
#[test]
fn the_package_is_a_zip_file_with_the_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("handler.zip");
    std::fs::write(&path, &gwctl::stacks::handler::package().bytes).unwrap();
    let script = "\
import sys, zipfile
package = zipfile.ZipFile(sys.argv[1])
assert package.testzip() is None
one = package.getinfo('index.js')
assert one.external_attr >> 16 == 0o100644 and one.date_time[0] == 1980
sys.stdout.buffer.write(package.read(one))
";
    let done = Command::new("python3")
        .args(["-c", script])
        .arg(&path)
        .output()
        .unwrap();
    let bundle = std::fs::read(root().join("src/stacks/handler/dist/index.js")).unwrap();
    assert!(done.status.success(), "{done:?}");
    assert!(done.stdout == bundle);
}

#[test]
fn the_handler_passes_its_tests_against_a_real_postgresql() {
    let done = Command::new(node())
        .args(["--test-reporter=tap", "tests/handler/handler.test.mjs"])
        .current_dir(root())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout);
    let failed = String::from_utf8_lossy(&done.stderr);
    // What was left out and why, and the figures.
    for line in said.lines().filter(|line| line.starts_with("# ")) {
        if !line.starts_with("# Subtest") {
            println!("{line}");
        }
    }
    assert!(done.status.success(), "{said}\n{failed}");
    let count = |word: &str| {
        let mut lines = said.lines();
        lines.find_map(|line| line.strip_prefix(word)?.trim().parse::<u32>().ok())
    };
    let (passed, skipped) = (count("# pass").unwrap(), count("# skipped").unwrap());
    assert!(
        passed + skipped >= 23 && (skipped == 0 || passed == 1),
        "{said}"
    );
}
