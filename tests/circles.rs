//! Files do not need each other in circles: what `use` and paths name is followed to the file that defines it, past
//! re-exports, and no circle is longer than [`LONGEST`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::layers::MAY_USE;

/// Files that define one thing together, such as a type and its parts.
const LONGEST: usize = 4;

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

static COMMENT: LazyLock<Regex> = LazyLock::new(|| regex(r"//[^\n]*"));
static TEXT: LazyLock<Regex> = LazyLock::new(|| regex(r#""(\\.|[^"\\])*""#));
static VISIBLE_IN: LazyLock<Regex> = LazyLock::new(|| regex(r"pub\(in [\w:]+\)"));
static USE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?s)(pub(?:\([a-z ]+\))?\s+)?\buse\s+([^;]+);"));
static PATH: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\b(?:crate|super|self|[a-z_]\w*)(?:::\w+)+"));
static CHILD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?m)^(#\[cfg\(test\)\]\s*)?(?:#\[path = "([^"]+)"\]\s*)?(?:pub(?:\([a-z ]+\))? )?mod (\w+);"#,
    )
});
static ITEM: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"\b(?:struct|enum|fn|trait|type|const|static|mod)\s+(\w+)|macro_rules!\s*(\w+)")
});

/// A module by its crate and path.
type Module = Vec<String>;

/// `use` of a path, perhaps under another name, perhaps for others to use from here.
struct Use {
    path: Vec<String>,
    name: String,
    is_public: bool,
}

struct Source {
    file: PathBuf,
    text: String,
    uses: Vec<Use>,
    /// What it defines itself.
    items: BTreeSet<String>,
}

impl Source {
    fn of(file: &Path, text: &str) -> Self {
        let text = code(text);
        let items = ITEM.captures_iter(&text);
        let items = items.filter_map(|item| item.get(1).or(item.get(2)));
        Self {
            file: file.to_owned(),
            uses: uses(&text),
            items: items.map(|name| name.as_str().to_owned()).collect(),
            text,
        }
    }
}

/// All modules of the workspace.
struct House(BTreeMap<Module, Source>);

fn words(path: &str) -> Vec<String> {
    let parts = path.split("::").map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(Into::into)
        .collect()
}

/// Code without comments, strings and tests.
fn code(text: &str) -> String {
    let text = COMMENT.replace_all(text, "");
    let text = TEXT.replace_all(&text, "");
    let text = VISIBLE_IN.replace_all(&text, "pub");
    let cut = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    text[..cut].to_owned()
}

/// The leaves of a `use` tree.
fn leaves(prefix: &[String], tree: &str, into: &mut Vec<(Vec<String>, String)>) {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        let (path, alias) = tree.split_once(" as ").unwrap_or((tree, ""));
        let path: Vec<String> = prefix.iter().cloned().chain(words(path)).collect();
        if let Some(last) = path.last().cloned() {
            let name = Some(alias.trim()).filter(|alias| !alias.is_empty());
            into.push((path, name.map_or(last, Into::into)));
        }
        return;
    };
    let head: Vec<String> = prefix.iter().cloned().chain(words(head)).collect();
    let inner = &rest[..rest.rfind('}').unwrap_or(rest.len())];
    let (mut depth, mut from) = (0, 0);
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                leaves(&head, &inner[from..at], into);
                from = at + 1;
            }
            _ => {}
        }
    }
    leaves(&head, &inner[from..], into);
}

fn uses(code: &str) -> Vec<Use> {
    let mut all = Vec::new();
    for found in USE.captures_iter(code) {
        let mut these = Vec::new();
        leaves(&[], &found[2], &mut these);
        all.extend(these.into_iter().map(|(path, name)| Use {
            path,
            name,
            is_public: found.get(1).is_some(),
        }));
    }
    all
}

impl House {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut house = Self(BTreeMap::new());
        for (member, _) in MAY_USE {
            house.walk(vec![(*member).into()], &root.join(member).join("lib.rs"));
        }
        house.walk(vec!["gwctl".into()], &root.join("lib.rs"));
        house
    }

    fn walk(&mut self, module: Module, file: &Path) {
        let text = std::fs::read_to_string(file).unwrap();
        let stem = file.file_stem().unwrap().to_string_lossy();
        let folder = file.parent().unwrap();
        let below = match &*stem {
            "mod" | "lib" => folder.to_owned(),
            other => folder.join(other),
        };
        for found in CHILD.captures_iter(&text) {
            if found.get(1).is_some() {
                continue;
            }
            let name = &found[3];
            let named = found.get(2).map(|path| folder.join(path.as_str()));
            let usual = [
                below.join(format!("{name}.rs")),
                below.join(name).join("mod.rs"),
            ];
            let there = named.into_iter().chain(usual).find(|path| path.exists());
            if let Some(path) = there {
                let mut inner = module.clone();
                inner.push(name.into());
                self.walk(inner, &path);
            }
        }
        self.0.insert(module, Source::of(file, &text));
    }

    /// Where `path`, written in `module`, leads to; none outside the workspace.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        let join = |mut base: Module| {
            base.extend(rest.iter().cloned());
            base
        };
        match first.as_str() {
            "crate" => return Some(join(vec![module[0].clone()])),
            "self" => return Some(join(module.clone())),
            "super" => {
                let above = module[..module.len() - 1].to_vec();
                return match rest.first().map(String::as_str) {
                    Some("super") => self.absolute(&above, rest),
                    _ => Some(join(above)),
                };
            }
            name if name.starts_with("gwctl_") => return Some(join(vec![name[6..].into()])),
            _ => {}
        }
        let mut child = module.clone();
        child.push(first.clone());
        if self.0.contains_key(&child) {
            return Some(join(child));
        }
        let import = self.0[module].uses.iter().find(|one| &one.name == first)?;
        let is_ours = ["crate", "self", "super"].contains(&import.path[0].as_str());
        is_ours
            .then(|| self.absolute(module, &import.path))?
            .map(join)
    }

    /// The module that defines what is at `path`.
    fn definer(&self, path: &Module, depth: usize) -> Option<Module> {
        let inside = (1..=path.len())
            .rev()
            .find(|n| self.0.contains_key(&path[..*n]))?;
        let (module, rest) = (path[..inside].to_vec(), &path[inside..]);
        let Some((name, more)) = rest.split_first() else {
            return Some(module);
        };
        let source = &self.0[&module];
        if depth > 12 || source.items.contains(name) {
            return Some(module);
        }
        let exported = source
            .uses
            .iter()
            .filter(|one| &one.name == name || one.name == "*");
        for one in exported {
            let (onward, tail) = match one.name.as_str() {
                "*" => (&one.path[..one.path.len() - 1], rest),
                _ => (&one.path[..], more),
            };
            let Some(mut next) = self.absolute(&module, onward) else {
                continue;
            };
            next.extend(tail.iter().cloned());
            if &next != path
                && let Some(found) = self.definer(&next, depth + 1)
            {
                return Some(found);
            }
        }
        Some(module)
    }

    /// The modules that the code of `module` names.
    fn needs(&self, module: &Module) -> BTreeSet<Module> {
        let source = &self.0[module];
        let imported = source.uses.iter().filter(|one| !one.is_public);
        let mut paths: Vec<Vec<String>> = imported
            .map(|one| match one.name.as_str() {
                "*" => one.path[..one.path.len() - 1].to_vec(),
                _ => one.path.clone(),
            })
            .collect();
        let body = USE.replace_all(&source.text, "");
        paths.extend(PATH.find_iter(&body).map(|found| words(found.as_str())));
        let ours = |path: &Vec<String>| self.definer(&self.absolute(module, path)?, 0);
        let needed = paths.iter().filter_map(ours);
        needed.filter(|other| other != module).collect()
    }

    /// Everything that `start` needs, and what that needs.
    fn reach<'a>(
        needs: &'a BTreeMap<&'a Module, BTreeSet<Module>>,
        start: &'a Module,
    ) -> BTreeSet<&'a Module> {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(module) = next.pop() {
            next.extend(needs[module].iter().filter(|other| seen.insert(*other)));
        }
        seen
    }
}

#[test]
fn no_circle_of_files_is_longer_than_four() {
    let house = House::read();
    let needs: BTreeMap<&Module, BTreeSet<Module>> = house
        .0
        .keys()
        .map(|module| (module, house.needs(module)))
        .collect();
    assert!(needs.len() > 400, "{} files", needs.len());
    let reach: BTreeMap<&Module, BTreeSet<&Module>> = needs
        .keys()
        .map(|module| (*module, House::reach(&needs, module)))
        .collect();
    let mut long = BTreeSet::new();
    for (module, reached) in &reach {
        let back = |other: &&Module| reach[*other].contains(module);
        let circle: Vec<&Module> = reached.iter().copied().filter(back).collect();
        if circle.len() > LONGEST {
            let names = circle
                .iter()
                .map(|module| house.0[*module].file.display().to_string());
            long.insert(names.collect::<Vec<_>>().join("\n  "));
        }
    }
    assert!(
        long.is_empty(),
        "circles of files:\n  {}",
        long.into_iter().collect::<Vec<_>>().join("\n\n  ")
    );
}

#[test]
fn a_circle_through_a_re_export_is_seen() {
    let mut house = House(BTreeMap::new());
    for (module, text) in [
        ("fleet", "mod a;\nmod b;\npub use a::One;\npub use b::Two;"),
        ("fleet::a", "use super::Two;\npub struct One(Two);"),
        ("fleet::b", "use crate::One;\npub struct Two(One);"),
    ] {
        house
            .0
            .insert(words(module), Source::of(Path::new(module), text));
    }
    let needs = |module: &str| house.needs(&words(module));
    assert_eq!(needs("fleet::a"), BTreeSet::from([words("fleet::b")]));
    assert_eq!(needs("fleet::b"), BTreeSet::from([words("fleet::a")]));
}
