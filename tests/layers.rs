//! The house keeps its shape: who may import whom, and how long a file may grow.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The layers and what each may use, as drawn in `src/lib.rs`. A path is the longest prefix that fits.
const MAY_USE: &[(&str, &[&str])] = &[
    ("fleet", &[]),
    // Everybody who reads a file may use it.
    ("files", &[]),
    ("aws", &["fleet", "files"]),
    ("observe", &["aws", "fleet"]),
    ("stacks", &[]),
    ("actions", &["observe", "aws", "fleet", "stacks", "files"]),
    ("console/app", &["actions", "observe", "fleet"]),
    (
        "console/view",
        &["console/app", "actions", "observe", "fleet", "files"],
    ),
    (
        "console/shell",
        &[
            "console",
            "console/view",
            "console/app",
            "actions",
            "observe",
            "fleet",
        ],
    ),
    (
        "console",
        &[
            "console/shell",
            "console/view",
            "console/app",
            "actions",
            "observe",
            "fleet",
        ],
    ),
    // Both sides read templates the same way: gwctl to show what a stack comes to, the simulator to build it.
    ("sim", &["fleet", "stacks"]),
    (
        "config",
        &[
            "fleet",
            "files",
            "console",
            "console/app",
            "console/view",
            "observe",
            "stacks",
        ],
    ),
    ("telemetry", &["files"]),
    (
        "cli",
        &[
            "console",
            "console/app",
            "console/view",
            "actions",
            "observe",
            "aws",
            "fleet",
            "files",
            "stacks",
            "sim",
            "config",
            "telemetry",
        ],
    ),
    ("main", &["cli"]),
];

/// Crates that only some layers may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("aws_sdk_", &["aws"]),
    ("aws_config", &["aws"]),
    // The simulator encodes and decodes CBOR with the SDK's own codec.
    ("aws_smithy_", &["aws", "sim"]),
    (
        "ratatui",
        &["console/view", "console/shell", "console", "cli"],
    ),
    ("crossterm", &["console/shell", "cli"]),
    ("quick_xml", &["sim"]),
    ("clap", &["cli"]),
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
];

fn sources() -> Vec<(String, PathBuf)> {
    fn walk(dir: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(dir)
            .expect("readable source tree")
            .flatten()
        {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                into.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let inside = path
                .strip_prefix(&root)
                .expect("inside src")
                .to_string_lossy()
                .into_owned();
            (inside, path)
        })
        .filter(|(inside, _)| inside != "lib.rs")
        .collect()
}

/// The layer a module path such as `console/app/state` belongs to.
fn layer(path: &str) -> Option<&'static str> {
    MAY_USE
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| path == *name || path.starts_with(&format!("{name}/")))
        .max_by_key(|name| name.len())
}

/// Code without comment lines, so that prose may name anything.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("readable source file");
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .fold(String::new(), |mut all, line| {
            all.push_str(line);
            all.push('\n');
            all
        })
}

/// Every `crate::a::b` in the code, as `a/b`, nested braces of a `use` included.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code
        .match_indices("crate::")
        .chain(code.match_indices("gwctl::"))
    {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at..];
        let path = &rest[rest.find("::").map_or(0, |colons| colons + 2)..];
        collect(path, "", &mut found);
    }
    found
}

/// Takes one level of a path apart: `a::{b, c::d}` gives `a/b` and `a/c`.
fn collect(path: &str, above: &str, found: &mut BTreeSet<String>) {
    if let Some(group) = path.strip_prefix('{') {
        let (mut depth, mut start) = (0_i32, 0);
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => {
                    collect(group[start..at].trim(), above, found);
                    return;
                }
                '}' => depth -= 1,
                ',' if depth == 0 => {
                    collect(group[start..at].trim(), above, found);
                    start = at + 1;
                }
                _ => {}
            }
        }
        return;
    }
    let name: String = path
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    if name.is_empty() {
        return;
    }
    let here = if above.is_empty() {
        name.clone()
    } else {
        format!("{above}/{name}")
    };
    // Two levels tell the layers of the console apart.
    match path[name.len()..].strip_prefix("::") {
        Some(deeper) if above.is_empty() && name == "console" => {
            collect(deeper, &here, found);
        }
        _ => {}
    }
    found.insert(here);
}

#[test]
fn every_layer_imports_only_what_the_map_allows() {
    let mut wrong = Vec::new();
    for (inside, path) in sources() {
        let module = inside.trim_end_matches(".rs").trim_end_matches("/mod");
        let own =
            layer(module).unwrap_or_else(|| panic!("src/{inside} belongs to no layer of the map"));
        let allowed = MAY_USE
            .iter()
            .find(|(name, _)| *name == own)
            .map_or(&[][..], |(_, uses)| *uses);
        for import in imports(&code(&path)) {
            // `crate::console::app::X` also reads as an import of `console`: the longest layer counts.
            let Some(used) = layer(&import) else { continue };
            let shorter = used == "console"
                && ["console/app", "console/view", "console/shell"].contains(&own);
            if used != own && !allowed.contains(&used) && !shorter {
                wrong.push(format!("src/{inside} ({own}) uses {used}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "against the map in src/lib.rs:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn only_the_owning_layer_names_a_crate() {
    let mut wrong = Vec::new();
    for (inside, path) in sources() {
        let module = inside.trim_end_matches(".rs").trim_end_matches("/mod");
        let own = layer(module).unwrap_or_default();
        let code = code(&path);
        for (name, layers) in ONLY_IN {
            let named = code.match_indices(name).any(|(at, _)| {
                let before = code[..at].chars().next_back().unwrap_or(' ');
                let rest = &code[at + name.len()..];
                let whole = name.ends_with('_') || rest.starts_with("::");
                whole && !before.is_alphanumeric() && before != '_' && before != '"'
            });
            if named && !layers.contains(&own) {
                wrong.push(format!("src/{inside} ({own}) names {name}"));
            }
        }
        for (pure, words) in NEVER_IN.iter().filter(|(pure, _)| *pure == own) {
            for word in words.iter().filter(|word| code.contains(**word)) {
                wrong.push(format!("src/{inside}: {pure} is pure but names {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn long_files_give_their_reason() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter_map(|(inside, path)| {
            let text = std::fs::read_to_string(path).expect("readable source file");
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

#[test]
fn the_import_reader_sees_through_braces() {
    let seen = imports(
        "use crate::{fleet::Region, console::{app::State, view}};\nlet x = crate::aws::Session;",
    );
    let expected = ["aws", "console", "console/app", "console/view", "fleet"];
    assert_eq!(
        seen.iter().map(String::as_str).collect::<Vec<_>>(),
        expected
    );
}
