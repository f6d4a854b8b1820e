//! The words of a query, each with its place.

/// What a query is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// A name, a number, or a name in backticks.
    Plain(String),
    /// `"text"` or `'text'`.
    Quoted(String),
    /// `/expression/`.
    Regex(String),
    /// `|`, `,`, `(`, `<=` and their like.
    Sign(&'static str),
}

/// Why a query is none, and between which characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    pub message: String,
    pub begin: usize,
    pub end: usize,
}

impl Malformed {
    pub fn new(message: impl Into<String>, (begin, end): (usize, usize)) -> Self {
        Self {
            message: message.into(),
            begin,
            end,
        }
    }
}

/// A word, and where it stands.
pub type Placed = (Word, (usize, usize));

/// Longer ones first.
const SIGNS: [&str; 14] = [
    "!=", "<=", ">=", "=~", "|", ",", "(", ")", "[", "]", "=", "<", ">", "*",
];

/// Splits `text`.
pub fn words(text: &str) -> Result<Vec<Placed>, Malformed> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let (word, length) = match first {
            '"' | '\'' => {
                let (text, length) = closed(rest, first, true).ok_or_else(|| open(at, text))?;
                (Word::Quoted(text), length)
            }
            '/' => {
                let (text, length) = closed(rest, '/', false).ok_or_else(|| open(at, text))?;
                (Word::Regex(text), length)
            }
            '`' => {
                let (text, length) = closed(rest, '`', true).ok_or_else(|| open(at, text))?;
                (Word::Plain(text), length)
            }
            _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
                Some(sign) => (Word::Sign(sign), sign.len()),
                None => plain(rest).ok_or_else(|| {
                    Malformed::new(format!("unexpected symbol found {first}"), (at, at + 1))
                })?,
            },
        };
        words.push((word, (at, at + length)));
        at += length;
    }
    Ok(words)
}

fn open(at: usize, text: &str) -> Malformed {
    Malformed::new("a quoted text does not end", (at, text.len()))
}

/// What stands between two marks, and how long it is with them. In an expression an escaped mark is the mark, and every
/// other backslash stays.
fn closed(text: &str, mark: char, escapes: bool) -> Option<(String, usize)> {
    let mut inner = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        if c == mark {
            return Some((inner, at + c.len_utf8()));
        }
        if c == '\\' {
            let (_, next) = chars.next()?;
            if !escapes && next != mark {
                inner.push('\\');
            }
            inner.push(next);
        } else {
            inner.push(c);
        }
    }
    None
}

fn plain(text: &str) -> Option<(Word, usize)> {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '@' | '.' | '_' | '-');
    let end = text.find(|c| !inside(c)).unwrap_or(text.len());
    (end > 0).then(|| (Word::Plain(text[..end].to_owned()), end))
}
