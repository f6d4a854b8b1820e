//! Commands of one's own, from the configuration: a program with its arguments, filled in from the row under the
//! cursor. There is no shell: an argument stays one argument, whatever is in it.

use std::fmt::Write as _;

use super::Key;

/// A command of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCommand {
    /// What `:` takes.
    pub name: String,
    /// The key that runs it; none where it has none.
    pub key: Option<Key>,
    /// The program and its arguments, with their placeholders.
    pub run: Vec<String>,
    /// What it does, in a few words.
    pub about: String,
    /// Whether it changes something: then its name is typed to confirm it.
    pub changes: bool,
}

/// What may stand in an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    Account,
    Alarm,
    Arn,
    Cluster,
    Distribution,
    Domain,
    Fleet,
    Function,
    Region,
}

impl Placeholder {
    /// All of them, by name.
    pub const ALL: [(&'static str, Self); 9] = [
        ("account", Self::Account),
        ("alarm", Self::Alarm),
        ("arn", Self::Arn),
        ("cluster", Self::Cluster),
        ("distribution", Self::Distribution),
        ("domain", Self::Domain),
        ("fleet", Self::Fleet),
        ("function", Self::Function),
        ("region", Self::Region),
    ];

    fn of(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(known, _)| *known == name).map(|(_, it)| it)
    }

    /// What the cursor has to be on.
    pub(super) const fn needs(self) -> &'static str {
        match self {
            Self::Alarm => "put the cursor on an alarm",
            Self::Arn | Self::Cluster => "put the cursor on a member of the database",
            Self::Function => "put the cursor on a function",
            Self::Region => "put the cursor on a Region",
            Self::Account => "AWS did not tell the account yet",
            Self::Distribution | Self::Domain | Self::Fleet => "the configuration does not name it",
        }
    }
}

/// Why something in the configuration is no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotACommand {
    #[error("`{0}` cannot name a command; accepted are lower-case letters, digits and `-`")]
    Name(String),
    #[error("`:{0}` is a command of gwctl; accepted are other names")]
    Taken(String),
    #[error("there is no program to run; accepted are a program and its arguments")]
    Empty,
    #[error("the program has a placeholder; accepted are placeholders in its arguments")]
    Program,
    #[error("there is no placeholder `{{{0}}}`; accepted are {accepted}", accepted = accepted())]
    Placeholder(String),
    #[error("`{{` without a name and `}}` behind it; accepted are {accepted}", accepted = accepted())]
    Brace,
}

fn accepted() -> String {
    let names = Placeholder::ALL.map(|(name, _)| format!("{{{name}}}"));
    names.join(", ")
}

impl OwnCommand {
    /// Whether it can be run at all, where `taken` tells which names gwctl has itself.
    pub fn check(&self, taken: impl Fn(&str) -> bool) -> Result<(), NotACommand> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let named = !self.name.is_empty() && !self.name.starts_with('-');
        if !named || !self.name.chars().all(plain) {
            return Err(NotACommand::Name(self.name.clone()));
        }
        if taken(&self.name) {
            return Err(NotACommand::Taken(self.name.clone()));
        }
        let [program, arguments @ ..] = self.run.as_slice() else {
            return Err(NotACommand::Empty);
        };
        if program.trim().is_empty() {
            return Err(NotACommand::Empty);
        }
        if program.contains('{') {
            return Err(NotACommand::Program);
        }
        arguments.iter().try_for_each(|text| parts(text).map(drop))
    }
}

/// A piece of an argument.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    Place(&'a str, Placeholder),
}

pub(super) fn parts(argument: &str) -> Result<Vec<Part<'_>>, NotACommand> {
    let mut parts = Vec::new();
    let mut rest = argument;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or(NotACommand::Brace)?;
        let known = Placeholder::of(name);
        let known = known.ok_or_else(|| NotACommand::Placeholder(name.to_owned()))?;
        parts.extend([Part::Text(before), Part::Place(name, known)]);
        rest = behind;
    }
    parts.push(Part::Text(rest));
    Ok(parts)
}

/// A program with its arguments as a person reads it: what holds a blank stands in quotes.
pub fn words(argv: &[String]) -> String {
    let mut out = String::new();
    for word in argv {
        let gap = if out.is_empty() { "" } else { " " };
        let quote = if word.is_empty() || word.contains(' ') {
            "'"
        } else {
            ""
        };
        let _ = write!(out, "{gap}{quote}{word}{quote}");
    }
    out
}

/// What a program wrote, in a window of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// Which one: answers of others are dropped.
    pub number: u64,
    /// As it was run.
    pub argv: Vec<String>,
    /// What it wrote and how it ended; none while it runs.
    pub ended: Option<Result<Written, String>>,
    /// First visible line.
    pub scroll: usize,
}

/// What a program wrote, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Both streams, without control characters.
    pub lines: Vec<String>,
    /// `ended with 0`, `ended by signal 9`.
    pub how: String,
    /// Whether it ended well.
    pub well: bool,
}
