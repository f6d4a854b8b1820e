//! The layers, as far as the compiler does not check them: what a member's manifest may name, which
//! crates belong to one layer, what is pure, and how long a file may grow.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The members and what each may use, as drawn in `src/lib.rs`.
pub const MAY_USE: &[(&str, &[&str])] = &[
    ("fleet", &[]),
    // Everybody who reads a file may use it.
    ("files", &[]),
    ("stacks", &[]),
    ("explain", &["fleet"]),
    ("aws", &["fleet", "files"]),
    ("observe", &["aws", "fleet"]),
    // What a team shares is files, or a table of DynamoDB.
    ("store", &["aws", "fleet", "files"]),
    (
        "actions",
        &["observe", "store", "aws", "fleet", "stacks", "files"],
    ),
    // It tells what the journals say, in the plan's words.
    ("notify", &["actions", "aws", "fleet", "files"]),
    ("recording", &["actions", "observe", "fleet"]),
    (
        "console",
        &[
            "recording",
            "actions",
            "observe",
            "explain",
            "fleet",
            "files",
        ],
    ),
    // Both sides read templates the same way: gwctl to show what a stack comes to, the simulator to build it.
    ("sim", &["fleet", "stacks"]),
    // Real software in the place of what the simulator models.
    ("lab", &["sim", "fleet", "stacks"]),
];

/// The parts of the binary's own crate.
const OWN: &[&str] = &["cli", "config", "telemetry", "main", "lib"];

/// What the compiler would let the files of a layer name, and the map does not.
const APART: &[(&str, &[&str])] = &[
    (
        "console/app",
        &["crate::view", "crate::shell", "gwctl_files"],
    ),
    ("console/view", &["crate::shell"]),
    ("console/shell", &["gwctl_files"]),
    (
        "config",
        &[
            "crate::cli",
            "crate::sim",
            "crate::aws",
            "crate::actions",
            "crate::telemetry",
        ],
    ),
    (
        "telemetry",
        &[
            "crate::cli",
            "crate::config",
            "crate::console",
            "crate::actions",
            "crate::observe",
            "crate::aws",
            "crate::fleet",
            "crate::sim",
            "crate::stacks",
        ],
    ),
    (
        "main",
        &[
            "gwctl::config",
            "gwctl::telemetry",
            "gwctl::console",
            "gwctl::actions",
            "gwctl::observe",
            "gwctl::aws",
            "gwctl::fleet",
            "gwctl::files",
            "gwctl::sim",
            "gwctl::stacks",
        ],
    ),
];

/// Crates that only some layers may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("aws_sdk_", &["aws"]),
    ("aws_config::", &["aws"]),
    // The simulator encodes and decodes CBOR with the SDK's own codec.
    ("aws_smithy_", &["aws", "sim"]),
    (
        "ratatui",
        &["console/view", "console/shell", "console/lib", "cli"],
    ),
    ("crossterm::", &["console/shell", "cli"]),
    ("quick_xml::", &["sim"]),
    ("clap::", &["cli"]),
];

/// What the pure layers must not name at all.
const NEVER_IN: &[(&str, &[&str])] = &[
    (
        "fleet",
        &[
            "tokio",
            "std::fs",
            "std::net::Tcp",
            "async fn",
            "reqwest",
            "hyper",
        ],
    ),
    ("console/app", &["tokio", "std::fs", "async fn"]),
    // It writes into what it is given.
    ("recording", &["tokio", "std::fs", "async fn"]),
    // Nor may what reasons know in which world it does.
    ("explain", &["tokio", "std::fs", "async fn", "scenario"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file, by its path inside `src`.
fn sources() -> Vec<(String, PathBuf)> {
    fn walk(dir: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                into.push(path);
            }
        }
    }
    let root = root();
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    let inside = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    files
        .into_iter()
        .map(|path| (inside(&path), path))
        .collect()
}

/// Whether the file `inside` of `src` is of `layer`, such as `console/app`.
fn is_of(inside: &str, layer: &str) -> bool {
    let rest = inside.strip_prefix(layer);
    rest.is_some_and(|rest| rest.starts_with('/') || rest == ".rs")
}

/// Code without comment lines, so that prose may name anything.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines();
    let code: Vec<&str> = lines
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect();
    code.join("\n")
}

/// Whether `code` names `path` and no longer word that contains it.
fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back().unwrap_or(' ');
        let after = code[at + path.len()..].chars().next().unwrap_or(' ');
        let begins = !before.is_alphanumeric() && !['_', '"'].contains(&before);
        let ends = path.ends_with(['_', ':']) || !(after.is_alphanumeric() || after == '_');
        begins && ends
    })
}

#[test]
fn every_member_asks_for_the_layers_that_the_map_allows() {
    for (member, allowed) in MAY_USE {
        let manifest = root().join(member).join("Cargo.toml");
        let manifest: toml::Table = std::fs::read_to_string(manifest).unwrap().parse().unwrap();
        let ours = |section: &str| -> BTreeSet<String> {
            let section = manifest.get(section).and_then(toml::Value::as_table);
            let names = section.into_iter().flat_map(|table| table.keys());
            names
                .filter_map(|name| Some(name.strip_prefix("gwctl-")?.to_owned()))
                .collect()
        };
        let expected: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(ours("dependencies"), expected, "{member}");
        // A test of its own must not turn the map round either.
        assert!(ours("dev-dependencies").is_empty(), "{member}");
    }
}

#[test]
fn every_file_belongs_to_a_layer_of_the_map() {
    let members = MAY_USE.iter().map(|(name, _)| *name);
    let known: Vec<&str> = members.chain(OWN.iter().copied()).collect();
    for (inside, _) in sources() {
        let is_known = known.iter().any(|layer| is_of(&inside, layer));
        assert!(is_known, "src/{inside} belongs to no layer of the map");
    }
}

#[test]
fn what_is_kept_apart_within_a_crate_is_apart() {
    let mut wrong = Vec::new();
    for (inside, path) in sources() {
        let code = code(&path);
        for (layer, others) in APART.iter().filter(|(layer, _)| is_of(&inside, layer)) {
            let named = others.iter().filter(|other| names(&code, other));
            wrong.extend(named.map(|other| format!("src/{inside} ({layer}) names {other}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_owning_layer_names_a_crate() {
    let mut wrong = Vec::new();
    for (inside, path) in sources() {
        let code = code(&path);
        for (name, layers) in ONLY_IN {
            let own = layers.iter().any(|layer| is_of(&inside, layer));
            if !own && names(&code, name) {
                wrong.push(format!("src/{inside} names {name}"));
            }
        }
        for (pure, words) in NEVER_IN.iter().filter(|(pure, _)| is_of(&inside, pure)) {
            for word in words.iter().filter(|word| code.contains(**word)) {
                wrong.push(format!("src/{inside}: {pure} is pure but names {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_name_is_told_from_longer_ones() {
    let code = "use crate::view::draw; use ratatui::layout; let x = my_ratatui::y; aws_sdk_rds::X";
    assert!(names(code, "crate::view") && names(code, "ratatui::") && names(code, "aws_sdk_"));
    assert!(!names(code, "crate::vie") && !names("my_ratatui::y", "ratatui::"));
}

#[test]
fn long_files_give_their_reason() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter_map(|(inside, path)| {
            let text = std::fs::read_to_string(path).unwrap();
            let reason = text
                .lines()
                .next()
                .is_some_and(|first| first.contains("long because"));
            (text.lines().count() > 500 && !reason).then_some(inside)
        })
        .collect();
    assert!(
        long.is_empty(),
        "over 500 lines without `long because …` on the first line: {long:?}"
    );
}
