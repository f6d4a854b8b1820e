//! The parts that a report is made of, the same for every format; and markdown of them.

use std::fmt::Write as _;

use crate::fleet::clean_markdown;

/// One part.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Title(String),
    Heading(&'static str),
    Text(String),
    /// The first thing to read.
    Summary(Vec<String>),
    List(Vec<String>),
    /// Names and values.
    Facts(Vec<(&'static str, String)>),
    Table(Table),
    /// Where the charts are drawn, where the format can; the table says it where it cannot.
    Charts(Table),
}

/// Rows under their headings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Each with whether its cells are figures, which stand at the right.
    pub heads: Vec<(&'static str, bool)>,
    pub rows: Vec<Vec<String>>,
}

/// For pasting and for files.
pub fn markdown(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        match block {
            Block::Title(title) => {
                let _ = writeln!(text, "# {}", clean_markdown(title));
            }
            Block::Heading(heading) => {
                let _ = writeln!(text, "\n## {heading}");
            }
            Block::Text(said) => {
                let _ = writeln!(text, "\n{}", clean_markdown(said));
            }
            Block::Summary(lines) => {
                let _ = writeln!(text);
                for line in lines {
                    let _ = writeln!(text, "{}", clean_markdown(line));
                }
            }
            Block::List(lines) => list(&mut text, lines),
            Block::Facts(facts) => {
                let _ = writeln!(text, "\n| | |\n|---|---|");
                for (name, value) in facts {
                    let _ = writeln!(text, "| **{name}** | {} |", clean_markdown(value));
                }
            }
            Block::Table(rows) | Block::Charts(rows) => table(&mut text, rows),
        }
    }
    text
}

fn list(text: &mut String, lines: &[String]) {
    let _ = writeln!(text);
    for line in lines {
        let _ = writeln!(text, "- {}", clean_markdown(line));
    }
}

fn table(text: &mut String, table: &Table) {
    let heads: Vec<&str> = table.heads.iter().map(|(head, _)| *head).collect();
    let rules = table.heads.iter();
    let rules: Vec<&str> = rules
        .map(|(_, figures)| if *figures { "--:" } else { "---" })
        .collect();
    let _ = writeln!(text, "\n| {} |\n|{}|", heads.join(" | "), rules.join("|"));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| clean_markdown(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}
