//! Every text that a person can see, listed once and held to plain words: nothing of [`UNPLAIN`], and no sentence longer
//! than [`LONGEST`]. `cargo test --test gwctl -- texts --nocapture` prints the list, to be read aloud.

mod unplain;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use unplain::UNPLAIN;

/// Words of a sentence, at most.
const LONGEST: usize = 40;

/// Texts of the simulator that people read; all others are AWS's own words, or go over the wire.
const SIMULATED: [&str; 4] = [
    "sim/world/parts/faults.rs",
    "sim/world/scenario.rs",
    "sim/world/sim.rs",
    "sim/scenarios/",
];

/// `whole` is plain before what it describes, such as "the whole fleet".
const DESCRIBED: [&str; 2] = ["fleet", "stack"];

static UNPLAIN_PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let pattern = |word: &str| Regex::new(&format!(r"(?i)\b{}(?:[^\w-]|$)", regex::escape(word)));
    let all = UNPLAIN.iter();
    all.map(|(word, instead)| (pattern(word).unwrap(), *instead))
        .collect()
});
static IS_NO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)(\S+) (?:is|are) no (\w+)").unwrap());
static UNITS: LazyLock<Regex> = LazyLock::new(|| {
    let spelled = "seconds?|secs?|minutes?|mins|hours?|milliseconds?|percent";
    let glued = r"[\d}](?:%|(?:ms|secs?|mins?)\b)";
    Regex::new(&format!(r"{glued}|(?:^|[^\w-])\d+ (?:{spelled})\b")).unwrap()
});
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{[^{}]*\}").unwrap());
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z][a-z’'-]+").unwrap());

/// A text, and where it stands.
#[derive(Debug, PartialEq)]
struct Text {
    line: usize,
    text: String,
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file below `folder` whose name ends so.
fn files(folder: &Path, ends: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, ends));
        } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Whether people who use gwctl see what is in the file.
fn is_seen(inside: &str) -> bool {
    let simulated = inside.starts_with("sim/");
    let tests = inside.contains("/tests/") || inside.ends_with("tests.rs");
    // Made for tests alone.
    let stand_in = ["fixture.rs", "console/app/sample.rs"];
    !tests
        && !stand_in.iter().any(|end| inside.ends_with(end))
        && (!simulated || SIMULATED.iter().any(|seen| inside.starts_with(seen)))
}

/// Whether it is a sentence or a part of one: two words at least, and not code of another kind.
fn is_prose(text: &str) -> bool {
    let bare = PLACEHOLDER.replace_all(text, "");
    let other = ["<", "{\"", "{ \"", "{\n", "[{", "%Y", "(?"];
    let actions = |word: &str| word.contains(':') && !word.ends_with(':');
    text.trim().contains(' ')
        && WORD.find_iter(&bare).count() >= 2
        && !other
            .iter()
            .any(|begin| text.trim_start().starts_with(begin))
        && !text.split(' ').all(actions)
}

/// Whether `code` ends before a string that is a pattern.
fn is_pattern(code: &str) -> bool {
    let code = code.trim_end_matches(['r', '#', ' ', '\n']);
    code.ends_with("Regex::new(") || code.ends_with("regex(")
}

/// The strings of Rust code, and the doc comments where `docs` become help. Tests, attributes and patterns are left out.
fn of_rust(code: &str, docs: bool) -> Vec<Text> {
    let code = code
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let bytes = code.as_bytes();
    let line = |at: usize| 1 + code[..at].matches('\n').count();
    let (mut found, mut at): (Vec<Text>, usize) = (Vec::new(), 0);
    while at < bytes.len() {
        let rest = &code[at..];
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            if let Some(doc) = rest[..end].strip_prefix("/// ").filter(|_| docs) {
                let (here, own) = (line(at), code[..at].rsplit('\n').next());
                let alone = own.is_some_and(|before| before.trim().is_empty());
                match found.last_mut().filter(|_| alone) {
                    // A sentence goes on in the next line.
                    Some(last) if last.line + 1 == here => {
                        last.line = here;
                        let _ = write!(last.text, " {doc}");
                    }
                    _ => found.push(Text {
                        line: here,
                        text: doc.to_owned(),
                    }),
                }
            }
            at += end;
        } else if rest.starts_with("#[") || rest.starts_with("#![") {
            // What these give is shown.
            let shown = ["#[error(", "#[command(", "#[arg(", "#[value("];
            at += if shown.iter().any(|begin| rest.starts_with(begin)) {
                2
            } else {
                attribute(rest)
            };
        } else if let Some((text, length)) = string(rest, code[..at].chars().next_back()) {
            if !is_pattern(&code[..at]) {
                let text = text.trim().to_owned();
                found.push(Text {
                    line: line(at),
                    text,
                });
            }
            at += length;
        } else {
            at += character(rest);
        }
    }
    found.retain(|text| is_prose(&text.text));
    found
}

/// How long the attribute is that `rest` begins with.
fn attribute(rest: &str) -> usize {
    let (mut depth, mut at) = (0_i32, 0);
    while at < rest.len() {
        if let Some((_, length)) = string(&rest[at..], None) {
            at += length;
            continue;
        }
        match rest.as_bytes()[at] {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        at += character(&rest[at..]);
        if depth == 0 && rest[..at].ends_with(']') {
            break;
        }
    }
    at
}

/// The string that `rest` begins with, as it is printed, and its length in the code.
fn string(rest: &str, before: Option<char>) -> Option<(String, usize)> {
    let open = rest.find('"')?;
    let hashes = match &rest[..open] {
        "" | "b" => None,
        other => {
            let raw = other.strip_prefix('b').unwrap_or(other);
            let hashes = raw.strip_prefix('r')?;
            let in_name = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
            if in_name || hashes.chars().any(|letter| letter != '#') {
                return None;
            }
            Some(hashes)
        }
    };
    let body = &rest[open + 1..];
    if let Some(hashes) = hashes {
        let close = format!("\"{hashes}");
        let end = body.find(&close)?;
        return Some((body[..end].to_owned(), open + 1 + end + close.len()));
    }
    let mut text = String::new();
    let mut letters = body.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((text, open + 1 + at + 1)),
            '\\' => match letters.next()?.1 {
                'n' => text.push('\n'),
                // The sentence goes on after the indentation.
                '\n' => {
                    let blank = letters.as_str();
                    let skip = blank.len() - blank.trim_start().len();
                    for _ in 0..blank[..skip].chars().count() {
                        letters.next();
                    }
                }
                other => text.push(other),
            },
            other => text.push(other),
        }
    }
    None
}

/// How long the next letter is, or a literal of one such as `'"'`.
fn character(rest: &str) -> usize {
    let literal = ["'\"'", "'\\\"'", "'\\''", "'\\\\'"];
    let found = literal.iter().find(|one| rest.starts_with(**one));
    found.map_or_else(
        || rest.chars().next().map_or(1, char::len_utf8),
        |one| one.len(),
    )
}

/// Descriptions in templates, titles and explanations of scenarios.
fn of_data(text: &str) -> Vec<Text> {
    let keys = ["Description: ", "title = ", "explanation = "];
    let mut found: Vec<Text> = Vec::new();
    let (mut folded, mut quoted) = (false, false);
    for (number, line) in text.lines().enumerate() {
        let said = line.trim_matches(['"', ' ']);
        folded &= !said.is_empty() && !line.contains(": ");
        if folded || quoted {
            quoted &= !line.ends_with("\"\"\"");
            if let Some(last) = found.last_mut() {
                let joined = format!("{} {said}", last.text);
                joined.trim().clone_into(&mut last.text);
            }
            continue;
        }
        let value = keys.iter().find_map(|key| line.split_once(key));
        let Some((_, value)) = value.filter(|(before, _)| !before.contains('#')) else {
            continue;
        };
        (folded, quoted) = (value == ">-", value == "\"\"\"");
        let text = value.trim_matches(['"', ' ', '>', '-']).to_owned();
        let line = number + 1;
        found.push(Text { line, text });
    }
    found.retain(|text| is_prose(&text.text));
    found
}

/// What follows `#`, as in the example of a configuration.
fn of_comments(text: &str) -> Vec<Text> {
    let mut found: Vec<Text> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let parts: Vec<&str> = line.split("# ").collect();
        let [before @ .., said] = &parts[..] else {
            continue;
        };
        let is_setting = said.contains(" = ") || said.starts_with('[');
        if before.is_empty() || is_setting {
            continue;
        }
        let is_comment_alone = before
            .iter()
            .all(|part| part.trim_matches(['#', ' ']).is_empty());
        let (line, said) = (number + 1, said.trim());
        match found.last_mut() {
            Some(last) if last.line + 1 == line && is_comment_alone => {
                last.line = line;
                last.text = format!("{} {said}", last.text);
            }
            _ => found.push(Text {
                line,
                text: said.to_owned(),
            }),
        }
    }
    found.retain(|text| is_prose(&text.text));
    found
}

/// What of `text` is written with another unit than all others: `90 s`, `15 min`, `2 h`, `34 %`, a blank before each.
/// Minutes that are counted one by one, and what people type, such as `90s`, are no figures with a unit.
fn units(text: &str) -> Vec<String> {
    let text = &*PLACEHOLDER.replace_all(text, "{}");
    let typed = ["accepted", "such as", "--", ":range", "100ms to 60s"];
    if typed.iter().any(|word| text.contains(word)) {
        return Vec::new();
    }
    let found = UNITS.find_iter(text);
    found
        .map(|found| format!("the unit of `{}`", found.as_str().trim()))
        .collect()
}

/// All texts by their file.
fn all() -> Vec<(String, Vec<Text>)> {
    let mut all = Vec::new();
    for path in files(&src(), &[".rs", ".yaml", ".toml"]) {
        let inside = path.strip_prefix(src()).unwrap();
        let inside = inside.to_string_lossy().replace('\\', "/");
        if !is_seen(&inside) || inside.ends_with("Cargo.toml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let help = ["Parser", "Args", "Subcommand", "ValueEnum"];
        let derives =
            |line: &str| line.contains("derive(") && help.iter().any(|one| line.contains(one));
        let texts = if path.extension().is_some_and(|kind| kind == "rs") {
            of_rust(
                &text,
                inside.starts_with("cli/") && text.lines().any(derives),
            )
        } else if inside.ends_with("example.toml") {
            of_comments(&text)
        } else {
            of_data(&text)
        };
        if !texts.is_empty() {
            all.push((inside, texts));
        }
    }
    all
}

/// What of `text` is not plain.
fn faults(text: &str) -> Vec<String> {
    let text = &*PLACEHOLDER.replace_all(text, "{}");
    let mut faults = Vec::new();
    for (pattern, instead) in UNPLAIN_PATTERNS.iter() {
        for found in pattern.find_iter(text) {
            let next = text[found.end()..].split(' ').next().unwrap_or_default();
            let described = found.as_str().to_lowercase().starts_with("the whole")
                && DESCRIBED.iter().any(|thing| next.starts_with(thing));
            if !described {
                faults.push(format!("`{}`, not `{instead}`", found.as_str().trim()));
            }
        }
    }
    for found in IS_NO.captures_iter(text) {
        if !found[1].eq_ignore_ascii_case("there") && &found[2] != "longer" {
            faults.push(format!("`{}`, not `is not a`", found[0].trim()));
        }
    }
    let sentences = text.split(['\n', ';']).flat_map(|line| line.split(". "));
    for sentence in sentences {
        let words = sentence.split_whitespace().count();
        if words > LONGEST {
            faults.push(format!("{words} words in a sentence: {sentence}"));
        }
    }
    faults
}

#[test]
fn every_text_is_plain() {
    let all = all();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, texts) in &all {
        println!("\n{file}");
        for Text { line, text } in texts {
            println!("  {line}: {}", text.replace('\n', "\n      "));
            count += 1;
            let mut faults = faults(text);
            faults.extend(units(text));
            wrong.extend(faults.iter().map(|fault| format!("{file}:{line}: {fault}")));
        }
    }
    println!("\n{count} texts");
    assert!(count > 2_000, "{count} texts were found");
    assert!(
        wrong.is_empty(),
        "{} faults:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_the_documents_say_is_plain() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut wrong = Vec::new();
    for name in [
        "README.md",
        ".github/CONTRIBUTING.md",
        ".github/CHANGELOG.md",
    ] {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        // Code and quoted output stand between backquotes; a paragraph is one line here.
        let prose: String = text.split("```").step_by(2).collect();
        for paragraph in prose.split("\n\n").filter(|text| !text.contains('|')) {
            let faults = faults(&paragraph.replace("\n- ", ". ").replace('\n', " "));
            wrong.extend(faults.iter().map(|fault| format!("{name}: {fault}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_riddle_is_found_where_it_stands() {
    #[allow(
        clippy::needless_raw_string_hashes,
        reason = "the text holds a raw string of its own"
    )]
    let code = r##"
/// us-east-1 serves nobody.
fn why() -> String {
    let quote = '"';
    let pattern = Regex::new(r"lest it (be)");
    let text = format!("{region} serves nobody, \
                        lest it be");
    let raw = r#"the "whole""#;
    text
}

#[expect(dead_code, reason = "in vain")]
#[error("`{0}` is no time")]

#[cfg(test)]
mod tests {
    const OTHER: &str = "thereof nobody";
}
"##;
    let texts = of_rust(code, false);
    let told: Vec<&str> = texts.iter().map(|text| text.text.as_str()).collect();
    assert_eq!(
        told,
        [
            "{region} serves nobody, lest it be",
            "the \"whole\"",
            "`{0}` is no time"
        ]
    );
    assert_eq!(texts[0].line, 6);
    let with_help = of_rust(code, true);
    assert_eq!(with_help[0].text, "us-east-1 serves nobody.");
    assert_eq!(faults(told[0]).len(), 2);
    assert_eq!(faults("`{0}` is no time").len(), 1);
    assert!(faults("there is no stack, and the whole fleet serves").is_empty());
    assert_eq!(faults(&"word ".repeat(LONGEST + 1)).len(), 1);
    assert!(faults(&"word ".repeat(LONGEST)).is_empty());
    let yaml =
        "Description: The switch.\n  Description: >-\n    It serves\n    nobody.\n  Type: String\n";
    assert_eq!(of_data(yaml)[1].text, "It serves nobody.");
}

#[test]
fn a_figure_has_its_unit_behind_a_blank_and_in_short() {
    for wrong in [
        "it takes 15 minutes",
        "34% fail",
        "p99 is {p99}ms",
        "at most 2 secs",
    ] {
        assert_eq!(units(wrong).len(), 1, "{wrong}");
    }
    for right in [
        "it takes 15 min, at most 90 s",
        "34 % fail, p99 132 ms",
        "in {} minutes of {}",
        "a time such as 90s is accepted",
        "us-east-1 minutes",
    ] {
        assert_eq!(units(right), Vec::<String>::new(), "{right}");
    }
}
