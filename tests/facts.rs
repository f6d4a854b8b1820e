//! `src/aws/FACTS.md` holds the facts about AWS that somebody cites, and no others: every `§N` leads to a section,
//! every section is asked for, and every source is explained.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where a citation may stand.
const CITING: [&str; 4] = ["src", "tests", "benches", "README.md"];
/// Kinds of files that are read.
const READ: [&str; 6] = ["rs", "md", "yaml", "toml", "js", "py"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn facts() -> String {
    std::fs::read_to_string(root().join("src/aws/FACTS.md")).unwrap()
}

/// Every text file at `path`, but the facts and this test.
fn texts(path: &Path, into: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap().flatten() {
            texts(&entry.path(), into);
        }
        return;
    }
    let read = path
        .extension()
        .is_some_and(|kind| READ.iter().any(|read| kind == *read));
    if read && !path.ends_with("aws/FACTS.md") && !path.ends_with("tests/facts.rs") {
        into.push(path.to_owned());
    }
}

/// The number at the begin of `text`, such as `2` or `2.3`; a final dot belongs to the sentence.
fn number(text: &str) -> Option<String> {
    let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
    let whole = digits(text);
    let part = text[whole..].strip_prefix('.').map_or(0, digits);
    let end = if part > 0 { whole + 1 + part } else { whole };
    (whole > 0).then(|| text[..end].to_owned())
}

/// The sections that `text` cites.
fn citations(text: &str) -> impl Iterator<Item = String> {
    text.split('§').skip(1).filter_map(number)
}

/// The numbers of the headings, in their order.
fn headings(facts: &str) -> Vec<String> {
    let titles = facts.lines().filter_map(|line| {
        let title = line.strip_prefix("## ").or(line.strip_prefix("### "))?;
        Some(number(title).unwrap_or_else(|| panic!("a heading without a number: {line}")))
    });
    titles.collect()
}

/// The keys of the sources in `text`: the first word of each part of `[KEY page; KEY page]`, outside of code.
fn keys(text: &str) -> BTreeSet<&str> {
    let prose = text.split('`').step_by(2);
    let sources = prose.flat_map(|prose| prose.split('[').skip(1).map(inside));
    sources
        .flat_map(|source| source.split(';'))
        .filter_map(|part| part.split_whitespace().next())
        .collect()
}

/// What stands before the closing bracket.
fn inside(source: &str) -> &str {
    let (inside, _) = source
        .split_once(']')
        .unwrap_or_else(|| panic!("a source without an end, or with code in it: [{source}"));
    inside
}

/// The keys that the table of sources explains.
fn explained(facts: &str) -> BTreeSet<&str> {
    let (_, table) = facts.split_once("| Key | Where |\n").unwrap();
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next())
        .collect()
}

#[test]
fn every_citation_leads_to_a_section() {
    let facts = facts();
    let known: BTreeSet<String> = headings(&facts).into_iter().collect();
    let mut files = Vec::new();
    for place in CITING {
        texts(&root().join(place), &mut files);
    }
    files.push(root().join("src/aws/FACTS.md"));
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (line, text) in text.lines().enumerate() {
            let lost = citations(text).filter(|cited| !known.contains(cited));
            wrong.extend(lost.map(|cited| format!("{}:{}: §{cited}", file.display(), line + 1)));
        }
    }
    assert!(
        wrong.is_empty(),
        "src/aws/FACTS.md has no such section:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_section_is_cited() {
    let mut files = Vec::new();
    for place in CITING {
        texts(&root().join(place), &mut files);
    }
    let mut cited = BTreeSet::new();
    for file in files {
        cited.extend(citations(&std::fs::read_to_string(file).unwrap()));
    }
    let needed = |heading: &String| {
        let below = format!("{heading}.");
        cited.contains(heading) || cited.iter().any(|one| one.starts_with(&below))
    };
    let mut unread = headings(&facts());
    unread.retain(|heading| !needed(heading));
    assert!(
        unread.is_empty(),
        "nobody cites these sections of src/aws/FACTS.md: {unread:?}"
    );
}

#[test]
fn no_two_sections_have_one_number() {
    let mut seen = BTreeSet::new();
    for heading in headings(&facts()) {
        assert!(seen.insert(heading.clone()), "§{heading} stands twice");
    }
}

#[test]
fn every_source_is_explained_and_every_explained_source_is_used() {
    let facts = facts();
    assert_eq!(keys(&facts), explained(&facts));
}

#[test]
fn a_citation_and_a_source_are_read_as_they_are_written() {
    let cited: Vec<String> = citations("aws-facts §3.3, §10. And §2.3-§2.7; a § alone").collect();
    assert_eq!(cited, ["3.3", "10", "2.3", "2.7"]);
    let text = "fast [AUG one; B rds\nTwo], `[NOT this]`, slow [FIB]";
    assert_eq!(keys(text), BTreeSet::from(["AUG", "B", "FIB"]));
}
