//! The filter of a list: `text` is a regular expression, `!text` its inverse, `-f text` fuzzy,
//! and `column:text` (also `!column:text`) looks at one column only.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use regex::{Regex, RegexBuilder};

use super::Row;

/// Why what was typed is no filter.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NotAFilter {
    /// No regular expression.
    #[error("{0}")]
    Syntax(regex_syntax::ast::ErrorKind),
    /// One that stands for nothing, such as a class of characters that nobody knows.
    #[error("{0}")]
    Meaning(regex_syntax::hir::ErrorKind),
    /// One that takes too much.
    #[error("{0}")]
    Refused(regex::Error),
}

impl NotAFilter {
    /// In the words of the parser: those of `regex` draw arrows below the expression.
    fn of(expression: &str, error: regex::Error) -> Self {
        match regex_syntax::Parser::new().parse(expression) {
            Err(regex_syntax::Error::Parse(error)) => Self::Syntax(error.kind().clone()),
            Err(regex_syntax::Error::Translate(error)) => Self::Meaning(error.kind().clone()),
            _ => Self::Refused(error),
        }
    }
}

/// A filter that parsed.
#[derive(Debug, Clone)]
pub struct Filter {
    text: String,
    inverse: bool,
    column: Option<String>,
    /// A word before the colon that is no column.
    stray: Option<String>,
    pattern: Expression,
}

#[derive(Debug, Clone)]
enum Expression {
    Regex(Regex),
    Fuzzy(Pattern),
}

impl Filter {
    /// Reads what was typed; nothing at all is no filter. `columns` are the names that may stand
    /// before a colon: any other word there is part of the expression.
    pub fn parse(text: &str, columns: &[&str]) -> Result<Option<Self>, NotAFilter> {
        let trimmed = text.trim();
        if let Some(words) = trimmed.strip_prefix("-f") {
            if words.trim().is_empty() {
                return Ok(None);
            }
            let pattern = Pattern::parse(words.trim(), CaseMatching::Ignore, Normalization::Smart);
            return Ok(Some(Self::new(
                trimmed,
                false,
                None,
                Expression::Fuzzy(pattern),
            )));
        }
        let (inverse, rest) = match trimmed.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (column, expression) = split_column(rest, columns);
        if expression.is_empty() {
            return Ok(None);
        }
        let regex = RegexBuilder::new(expression)
            .case_insensitive(true)
            .size_limit(1 << 20)
            .build()
            .map_err(|error| NotAFilter::of(expression, error))?;
        Ok(Some(Self::new(
            trimmed,
            inverse,
            column,
            Expression::Regex(regex),
        )))
    }

    fn new(text: &str, inverse: bool, column: Option<String>, pattern: Expression) -> Self {
        let stray = match (&column, &pattern) {
            (None, Expression::Regex(_)) => text
                .trim_start_matches('!')
                .split_once(':')
                .map(|(word, _)| word.trim())
                .filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()))
                .filter(|word| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
                .map(Into::into),
            _ => None,
        };
        Self {
            text: text.into(),
            inverse,
            column,
            stray,
            pattern,
        }
    }

    /// The word before the colon, where it looks like the name of a column and is none.
    pub fn not_a_column(&self) -> Option<&str> {
        self.stray.as_deref()
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether `row` stays.
    pub fn keeps(&self, row: &Row<'_>) -> bool {
        let found = match &self.pattern {
            Expression::Regex(regex) => self.looked_at(row).any(|cell| regex.is_match(cell)),
            Expression::Fuzzy(pattern) => {
                let whole = row
                    .cells()
                    .iter()
                    .map(|(_, text)| text.as_str())
                    .collect::<Vec<_>>();
                let mut buffer = Vec::new();
                let mut matcher = Matcher::new(Config::DEFAULT);
                let haystack = whole.join(" ");
                pattern
                    .score(Utf32Str::new(&haystack, &mut buffer), &mut matcher)
                    .is_some()
            }
        };
        found != self.inverse
    }

    fn looked_at<'row>(&self, row: &'row Row<'_>) -> impl Iterator<Item = &'row str> {
        row.cells()
            .iter()
            .filter(|(name, _)| self.column.as_deref().is_none_or(|column| column == *name))
            .map(|(_, text)| text.as_str())
    }
}

/// A column may be cut short (`v:down` for `verdict:down`) as long as one column alone begins so.
fn split_column<'text>(text: &'text str, columns: &[&str]) -> (Option<String>, &'text str) {
    let Some((word, rest)) = text.split_once(':') else {
        return (None, text);
    };
    let word = word.trim().to_ascii_lowercase();
    if word.is_empty() {
        return (None, text);
    }
    let exact = columns.iter().find(|column| **column == word);
    let mut begun = columns.iter().filter(|column| column.starts_with(&word));
    let column = exact.or_else(|| begun.next().filter(|_| begun.next().is_none()));
    match column {
        Some(column) => (Some((*column).to_string()), rest.trim_start()),
        None => (None, text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Subject;
    use super::*;

    const COLUMNS: &[&str] = &["region", "verdict", "role", "p50", "p99"];

    fn row<'a>(region: &'a str, verdict: &'a str) -> Row<'a> {
        let cells = || vec![("region", region.into()), ("verdict", verdict.into())];
        Row::new(region, Subject::Change(0), cells)
    }

    fn kept(filter: &str) -> Vec<&'static str> {
        let filter = Filter::parse(filter, COLUMNS).unwrap();
        [
            ("us-east-1", "healthy"),
            ("eu-west-1", "down"),
            ("ap-southeast-1", "unknown"),
        ]
        .into_iter()
        .filter(|(region, verdict)| {
            filter
                .as_ref()
                .is_none_or(|filter| filter.keeps(&row(region, verdict)))
        })
        .map(|(region, _)| region)
        .collect()
    }

    #[test]
    fn every_spelling_of_a_filter_keeps_what_it_should() {
        let cases: &[(&str, &[&str])] = &[
            ("", &["us-east-1", "eu-west-1", "ap-southeast-1"]),
            ("!", &["us-east-1", "eu-west-1", "ap-southeast-1"]),
            ("-f", &["us-east-1", "eu-west-1", "ap-southeast-1"]),
            ("EAST", &["us-east-1", "ap-southeast-1"]),
            ("^us|^eu", &["us-east-1", "eu-west-1"]),
            ("!east", &["eu-west-1"]),
            ("verdict:down", &["eu-west-1"]),
            ("v:down", &["eu-west-1"]),
            ("!verdict:healthy", &["eu-west-1", "ap-southeast-1"]),
            ("region:down", &[]),
            ("-f apse1", &["ap-southeast-1"]),
            ("-f euw down", &["eu-west-1"]),
            ("p:1", &[]),
        ];
        for (filter, expected) in cases {
            assert_eq!(&kept(filter), expected, "{filter}");
        }
    }

    #[test]
    fn a_broken_expression_is_explained_in_one_line() {
        for (text, why) in [
            ("(", "unclosed group"),
            (r"\p{Orders}", "Unicode property not found"),
            ("(?:.{99}){99}", "size limit"),
        ] {
            let error = Filter::parse(text, COLUMNS).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains('\n'), "{error}");
        }
    }
}
