//! Commands of one's own, from the configuration: a program with its arguments, filled in from the row under the
//! cursor. There is no shell: an argument stays one argument, whatever is in it.

use std::fmt::Write as _;

use super::{Key, State, Subject};
use gwctl_fleet::Region;

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
    const fn needs(self) -> &'static str {
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
    /// Whether it can be run at all.
    pub fn check(&self) -> Result<(), NotACommand> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let named = !self.name.is_empty() && !self.name.starts_with('-');
        if !named || !self.name.chars().all(plain) {
            return Err(NotACommand::Name(self.name.clone()));
        }
        if super::palette::is_command(&self.name) {
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
enum Part<'a> {
    Text(&'a str),
    Place(&'a str, Placeholder),
}

fn parts(argument: &str) -> Result<Vec<Part<'_>>, NotACommand> {
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

/// Why a command is not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotRun {
    #[error(transparent)]
    Wrong(#[from] NotACommand),
    #[error("`{{{name}}}` is not known here: {needs}")]
    Unknown { name: String, needs: &'static str },
    /// A program could take it for one of its options, or a terminal for an order.
    #[error(
        "`{{{name}}}` is not given to a program: its value begins with `-`, or has control characters"
    )]
    Unsafe { name: String },
}

/// The program and its arguments, filled in from where one is.
pub(super) fn filled(command: &OwnCommand, state: &State) -> Result<Vec<String>, NotRun> {
    let mut argv = Vec::new();
    for argument in &command.run {
        let mut text = String::new();
        for part in parts(argument)? {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Place(name, place) => text.push_str(&value(state, name, place)?),
            }
        }
        argv.push(text);
    }
    Ok(argv)
}

/// What stands for a placeholder. It may come from AWS, where others choose names.
fn value(state: &State, name: &str, place: Placeholder) -> Result<String, NotRun> {
    let name = || name.to_owned();
    let known = known(state, place).filter(|value| !value.is_empty());
    let known = known.ok_or_else(|| NotRun::Unknown {
        name: name(),
        needs: place.needs(),
    })?;
    let odd = |c: char| gwctl_fleet::clean_line(c.encode_utf8(&mut [0; 4])) != c.to_string();
    if known.starts_with('-') || known.chars().any(|c| c.is_control() || odd(c)) {
        return Err(NotRun::Unsafe { name: name() });
    }
    Ok(known)
}

fn known(state: &State, place: Placeholder) -> Option<String> {
    let subject = state.selected().map(|row| row.subject);
    let spec = state.guided.spec.as_deref();
    match place {
        Placeholder::Fleet => Some(state.fleet.clone()),
        Placeholder::Account => Some(state.shown.identity.last()?.account.clone()),
        Placeholder::Domain => Some(spec?.domain.clone()),
        Placeholder::Distribution => Some(spec?.edge.distribution.clone()),
        Placeholder::Region => region(state, subject.as_ref()).map(|region| region.to_string()),
        Placeholder::Function => match subject? {
            Subject::Function(region, index) => {
                let site = state.shown.site(&region)?;
                Some(site.functions.get(index)?.name.clone())
            }
            _ => None,
        },
        Placeholder::Alarm => match subject? {
            Subject::Alarm(region, index) => {
                let alarms = state.shown.site(&region)?.alarms.last()?;
                Some(alarms.get(index)?.name.clone())
            }
            _ => None,
        },
        Placeholder::Cluster => Some(member(state, subject.as_ref())?.cluster.clone()),
        Placeholder::Arn => Some(member(state, subject.as_ref())?.arn.clone()),
    }
}

fn region(state: &State, subject: Option<&Subject>) -> Option<Region> {
    let of_row = subject.and_then(|subject| subject.region().cloned());
    of_row.or_else(|| state.region_at_hand())
}

fn member<'a>(state: &'a State, subject: Option<&Subject>) -> Option<&'a gwctl_fleet::Member> {
    match subject? {
        Subject::Member(region) => state.shown.database.topology.last()?.member(region),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use super::super::sample::{console, keys, region};
    use super::*;

    fn command(run: &[&str]) -> OwnCommand {
        OwnCommand {
            name: "tail".into(),
            key: None,
            run: run.iter().map(ToString::to_string).collect(),
            about: String::new(),
            changes: false,
        }
    }

    #[test]
    fn what_is_no_command_is_told_with_what_is_accepted() {
        for (run, said) in [
            (&[][..], "there is no program to run"),
            (&["{region}"], "the program has a placeholder"),
            (
                &["aws", "{regoin}"],
                "no placeholder `{regoin}`; accepted are {account}",
            ),
            (&["aws", "{region"], "`{` without a name"),
        ] {
            let error = command(run).check().unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let named = |name: &str| OwnCommand {
            name: name.into(),
            ..command(&["aws"])
        };
        assert_eq!(named("tail").check(), Ok(()));
        assert_eq!(
            named("quit").check(),
            Err(NotACommand::Taken("quit".into()))
        );
        assert_eq!(named("-x").check(), Err(NotACommand::Name("-x".into())));
    }

    #[test]
    fn an_argument_stays_one_argument_whatever_is_in_it() {
        let mut state = console();
        keys(&mut state, "3 j");
        let run = ["aws", "--id={cluster}", "{region} {fleet}", "$(x); {arn}"];
        let argv = filled(&command(&run), &state).unwrap();
        assert_eq!(
            argv,
            [
                "aws",
                "--id=orders-eu-west-1",
                "eu-west-1 orders",
                "$(x); arn:aws:rds:eu-west-1:123456789012:cluster:orders-eu-west-1",
            ]
        );
    }

    #[test]
    fn what_is_not_known_where_one_is_is_told() {
        let state = console();
        let error = filled(&command(&["aws", "{function}"]), &state).unwrap_err();
        assert!(
            error.to_string().contains("put the cursor on a function"),
            "{error}"
        );
    }

    #[test]
    fn a_value_that_a_program_could_take_for_an_option_is_refused() {
        for name in [
            "-rf",
            "--profile=other",
            "a\u{1b}]0;b",
            "a\nb",
            "a\u{202e}b",
        ] {
            let mut state = console();
            let mut picture = gwctl_fleet::Snapshot::clone(&state.shown);
            let site = &mut picture.sites[0];
            assert_eq!(site.region, region("us-east-1"));
            site.functions[0].name = name.into();
            state.shown = std::sync::Arc::new(picture);
            keys(&mut state, "2 tab");
            let error = filled(&command(&["aws", "{function}"]), &state).unwrap_err();
            assert!(matches!(error, NotRun::Unsafe { .. }), "{name:?}: {error}");
        }
    }
}
