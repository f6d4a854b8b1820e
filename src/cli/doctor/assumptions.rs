//! `gwctl doctor --assumptions`: what gwctl takes AWS to do although nobody could verify it, and what
//! this account shows of each.
//!
//! A user may give the output to anybody: it names Regions and AWS's own words, no account and no resource.

use std::fmt::Write as _;

use serde_json::json;

use crate::actions::guided::relying_on;
use crate::cli::act::paper::{Ink, Paper, pad};
use crate::cli::flags::Output;
use crate::fleet::assumptions::{ASSUMPTIONS, Assumption, Means, Shown};
use crate::fleet::{Snapshot, clean_markdown};

/// The version of the document that `-o json` prints.
const SCHEMA: &str = "gwctl.assumptions/1";

/// A row and what the account shows of it.
struct Row {
    row: &'static Assumption,
    shown: Shown,
}

/// The ledger, held against `picture`, as `output` wants it.
pub fn draw(picture: &Snapshot, output: Output, paper: Paper) -> String {
    let rows: Vec<Row> = ASSUMPTIONS
        .iter()
        .map(|row| Row {
            row,
            shown: row.check.map_or_else(
                || Shown::Silent("reads do not show it".into()),
                |check| check(picture),
            ),
        })
        .collect();
    let text = match output {
        Output::Table => table(&rows, paper),
        Output::Json => format!("{:#}\n", document(&rows)),
        Output::Markdown => markdown(&rows),
    };
    without_accounts(&text)
}

/// Whether the account contradicts some row.
pub fn contradicted(picture: &Snapshot) -> bool {
    ASSUMPTIONS
        .iter()
        .filter_map(|row| Some(row.check?(picture)))
        .any(|shown| matches!(shown, Shown::Differs(_)))
}

fn word(shown: &Shown) -> (&'static str, &'static str, Ink, &str) {
    match shown {
        Shown::Holds(text) => ("✓", "holds", Ink::Good, text),
        Shown::Differs(text) => ("✗", "differs", Ink::Bad, text),
        Shown::Silent(text) => ("·", "not shown", Ink::Faint, text),
    }
}

fn summary(rows: &[Row]) -> String {
    let count = |wanted: &str| {
        rows.iter()
            .filter(|row| word(&row.shown).1 == wanted)
            .count()
    };
    format!(
        "{} behaviours of AWS that gwctl relies on and that could not be verified. In this account {} hold, {} differ, \
         {} do not show. Nothing was changed.",
        rows.len(),
        count("holds"),
        count("differs"),
        count("not shown"),
    )
}

fn relying(row: &Assumption) -> String {
    let mut who = relying_on(row);
    if row.on.contains(&Means::Dashboard) {
        who.insert(0, "the dashboard");
    }
    who.join(", ")
}

fn table(rows: &[Row], paper: Paper) -> String {
    let mut text = paper.hang(0, &summary(rows));
    text.push('\n');
    for Row { row, shown } in rows {
        let (glyph, said, ink, here) = word(shown);
        let head = format!("{} {}", pad(row.id, 32), pad(row.sure.word(), 10));
        let _ = writeln!(
            text,
            "\n{} {}",
            paper.ink(ink, &pad(&format!("{glyph} {said}"), 11)),
            paper.ink(Ink::Bold, head.trim_end()),
        );
        let _ = writeln!(text, "  {}", paper.hang(2, row.sentence));
        let _ = writeln!(text, "  {}", paper.hang(2, &format!("Here: {here}.")));
        for said in [
            format!("Relied on by: {}.", relying(row)),
            format!("Read in: {}.", row.read_in()),
        ] {
            let _ = writeln!(text, "  {}", paper.ink(Ink::Faint, &paper.hang(2, &said)));
        }
    }
    text
}

fn markdown(rows: &[Row]) -> String {
    let mut text = format!(
        "{}\n\n| id | how sure | source | AWS does | here | relied on by |\n|---|---|---|---|---|---|\n",
        summary(rows)
    );
    for Row { row, shown } in rows {
        let (_, said, _, here) = word(shown);
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | **{said}**: {} | {} |",
            row.id,
            row.sure.word(),
            row.read_in(),
            clean_markdown(row.sentence),
            clean_markdown(here),
            relying(row),
        );
    }
    text
}

fn document(rows: &[Row]) -> serde_json::Value {
    let all: Vec<_> = rows
        .iter()
        .map(|Row { row, shown }| {
            let (_, said, _, here) = word(shown);
            json!({
                "id": row.id,
                "sentence": row.sentence,
                "source": row.read_in(),
                "sure": row.sure.word(),
                "relied_on_by": { "dashboard": row.on.contains(&Means::Dashboard), "actions": relying_on(row) },
                "here": { "verdict": said, "evidence": here },
            })
        })
        .collect();
    json!({ "schema": SCHEMA, "version": env!("CARGO_PKG_VERSION"), "assumptions": all })
}

/// `text` with every account id taken out: nothing puts one there, and nothing shall.
fn without_accounts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = String::new();
    let settle = |digits: &mut String, out: &mut String| {
        out.push_str(if digits.len() == 12 {
            "ACCOUNT"
        } else {
            digits
        });
        digits.clear();
    };
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
        } else {
            settle(&mut digits, &mut out);
            out.push(letter);
        }
    }
    settle(&mut digits, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_is_taken_out_and_other_numbers_stay() {
        assert_eq!(
            without_accounts("arn:aws:iam::123456789012:role/x at 1764300000 for 1234567890123"),
            "arn:aws:iam::ACCOUNT:role/x at 1764300000 for 1234567890123"
        );
    }
}
