//! Keys as the console names them, whatever terminal library read them.

use std::fmt;
use std::str::FromStr;

/// A key without its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Left,
    Right,
    Up,
    Down,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// A key with its modifiers. Shift is part of the character (`G`) or of the key (`BackTab`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The key.
    pub code: Code,
    /// Held with Ctrl.
    pub ctrl: bool,
    /// Held with Alt.
    pub alt: bool,
}

impl Key {
    /// `code` alone.
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// A character alone.
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// A character with Ctrl.
    pub const fn ctrl(c: char) -> Self {
        Self {
            code: Code::Char(c),
            ctrl: true,
            alt: false,
        }
    }
}

/// Names as they are written in the configuration; the first that fits is the one shown.
const NAMES: &[(&str, Code)] = &[
    ("Enter", Code::Enter),
    ("Return", Code::Enter),
    ("Esc", Code::Esc),
    ("Escape", Code::Esc),
    ("Shift-Tab", Code::BackTab),
    ("BackTab", Code::BackTab),
    ("Tab", Code::Tab),
    ("Backspace", Code::Backspace),
    ("Del", Code::Delete),
    ("Delete", Code::Delete),
    ("Ins", Code::Insert),
    ("Insert", Code::Insert),
    ("←", Code::Left),
    ("Left", Code::Left),
    ("→", Code::Right),
    ("Right", Code::Right),
    ("↑", Code::Up),
    ("Up", Code::Up),
    ("↓", Code::Down),
    ("Down", Code::Down),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PgUp", Code::PageUp),
    ("PageUp", Code::PageUp),
    ("PgDn", Code::PageDown),
    ("PageDown", Code::PageDown),
    ("Space", Code::Char(' ')),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "F{n}"),
            _ => Ok(()),
        }
    }
}

/// What was given for a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a key; accepted are a character (`q`, `G`, `/`), `enter`, `esc`, `tab`, \
     `shift-tab`, `space`, `backspace`, `del`, `ins`, `left`, `right`, `up`, `down`, `home`, `end`, \
     `pgup`, `pgdn`, `f1` to `f12`, each also after `ctrl-` or `alt-`"
)]
pub struct NotAKey(String);

impl FromStr for Key {
    type Err = NotAKey;

    /// Reads `q`, `G`, `ctrl-f`, `alt-x`, `esc`, `pgup`, `shift-tab`, `f5`, `space`.
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let mut rest = text.trim();
        let (mut ctrl, mut alt) = (false, false);
        loop {
            if let Some(after) = strip(rest, "ctrl-") {
                (ctrl, rest) = (true, after);
            } else if let Some(after) = strip(rest, "alt-") {
                (alt, rest) = (true, after);
            } else {
                break;
            }
        }
        let code = code(rest).ok_or_else(|| NotAKey(text.into()))?;
        // Terminals cannot tell Ctrl-F from Ctrl-Shift-F.
        let code = match code {
            Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
            code => code,
        };
        Ok(Self { code, ctrl, alt })
    }
}

fn strip<'text>(text: &'text str, prefix: &str) -> Option<&'text str> {
    let head = text.get(..prefix.len())?;
    let rest = &text[prefix.len()..];
    (head.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}

fn code(text: &str) -> Option<Code> {
    let mut chars = text.chars();
    if let (Some(c), None) = (chars.next(), chars.next()) {
        let arrow = NAMES
            .iter()
            .find(|(name, _)| *name == text)
            .map(|(_, code)| *code);
        return arrow.or((!c.is_control()).then_some(Code::Char(c)));
    }
    if let Some(n) = text
        .strip_prefix(['f', 'F'])
        .and_then(|n| n.parse::<u8>().ok())
    {
        return (1..=12).contains(&n).then_some(Code::F(n));
    }
    NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
        .map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_written_in_the_configuration() {
        for text in [
            "q",
            "G",
            "/",
            "-",
            "Ctrl-F",
            "Alt-x",
            "Esc",
            "PgUp",
            "Shift-Tab",
            "F5",
            "Space",
            "↓",
            "Ctrl--",
        ] {
            let key: Key = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
    }

    #[test]
    fn spelling_is_forgiving_and_nonsense_is_explained() {
        assert_eq!("CTRL-f".parse::<Key>().unwrap(), Key::ctrl('f'));
        assert_eq!(
            "pagedown".parse::<Key>().unwrap(),
            Key::plain(Code::PageDown)
        );
        for bad in ["", "ctrl-", "f13", "hyper-x", "\u{1b}", "qq"] {
            let error = bad.parse::<Key>().unwrap_err();
            assert_eq!(error, NotAKey(bad.into()));
        }
    }
}
