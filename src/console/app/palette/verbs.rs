//! What can be said after `:`: the console's own verbs, and a verb for each guided action.

use std::borrow::Cow;

use super::not_understood::NotUnderstood;
use super::{Command, names_of_columns, pace, pick, region, shown_columns, sort, themes};
use crate::app::screen::Entrance;
use crate::app::{Filter, Logs, RANGES, SCREENS, State, Tab};
use gwctl_actions::guided::{self, ACTIONS, Description};

/// What a verb takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Fleet,
    Region,
    /// A Region the fleet is not in yet.
    NewRegion,
    Theme,
    Pace,
    Column,
    /// A column of the focused list.
    Sort,
    Text,
}

impl From<guided::Takes> for Takes {
    fn from(takes: guided::Takes) -> Self {
        match takes {
            guided::Takes::Nothing => Self::Nothing,
            guided::Takes::Region => Self::Region,
            guided::Takes::NewRegion => Self::NewRegion,
            guided::Takes::Text => Self::Text,
        }
    }
}

/// Reads the argument of a verb of the console's own.
type Read = fn(Option<&str>, &State) -> Result<Command, NotUnderstood>;

/// What a verb does.
#[derive(Clone, Copy)]
pub(super) enum Does {
    Console(Read),
    Guided(&'static Description),
    /// Shows a screen.
    Shows(Tab),
}

#[derive(Clone)]
pub(super) struct Verb {
    pub names: &'static [&'static str],
    pub takes: Takes,
    pub usage: Cow<'static, str>,
    pub about: &'static str,
    pub does: Does,
}

impl Verb {
    /// The command of a screen, where it has one.
    fn showing(screen: &Entrance) -> Option<Self> {
        let (names, about) = screen.command?;
        Some(Self {
            names,
            takes: Takes::Nothing,
            usage: format!(":{}", names[0]).into(),
            about,
            does: Does::Shows(screen.tab),
        })
    }

    fn of(action: &'static Description) -> Self {
        let usage = format!(":{} {}", action.name, action.arguments);
        Self {
            names: std::slice::from_ref(&action.name),
            takes: action.takes.into(),
            usage: usage.trim_end().to_owned().into(),
            about: action.menu,
            does: Does::Guided(action),
        }
    }
}

const fn verb(
    names: &'static [&'static str],
    takes: Takes,
    usage: &'static str,
    about: &'static str,
    read: Read,
) -> Verb {
    Verb {
        names,
        takes,
        usage: Cow::Borrowed(usage),
        about,
        does: Does::Console(read),
    }
}

/// What leads to the screens that are about something.
const PLACES: &[Verb] = &[
    verb(
        &["fleet"],
        Takes::Fleet,
        ":fleet [NAME]",
        "the Fleet screen, or another fleet",
        |name, state| {
            let fleet = name.map(|text| pick(text, "fleet", &state.fleets));
            Ok(Command::Fleet(fleet.transpose()?))
        },
    ),
    verb(
        &["mark"],
        Takes::Text,
        ":mark [REGION|NAMES]",
        "on Fleets, mark the fleets of a Region or of names such as shop-*",
        |which, _| Ok(Command::Mark(which.map(str::to_owned))),
    ),
    verb(
        &["region"],
        Takes::Region,
        ":region [NAME]",
        "a Region in depth",
        |name, state| {
            let known = name.map(|text| region(text, state));
            Ok(Command::Region(known.transpose()?))
        },
    ),
    verb(
        &["logs"],
        Takes::Text,
        ":logs [TIME]",
        "what the functions log; 3h and more asks Logs Insights",
        |typed, _| {
            let window = typed.map(|text| pick(text, "time", &Logs::windows()));
            Ok(Command::Logs(window.transpose()?))
        },
    ),
];

/// How one looks.
const LOOKING: &[Verb] = &[
    verb(
        &["theme", "themes"],
        Takes::Theme,
        ":theme [NAME]",
        "choose a theme, with preview",
        |name, state| {
            let theme = name.map(|text| pick(text, "theme", &themes(state)));
            Ok(Command::Theme(theme.transpose()?))
        },
    ),
    verb(
        &["pace"],
        Takes::Pace,
        ":pace calm|incident",
        "how often to look",
        |word, _| Ok(Command::Pace(pace(word)?)),
    ),
    verb(
        &["mfa"],
        Takes::Text,
        ":mfa CODE",
        "give the code of the MFA device that is waited for",
        |code, _| match code {
            Some(code) if code.len() >= 6 && code.bytes().all(|b| b.is_ascii_digit()) => {
                Ok(Command::MfaCode(code.to_owned()))
            }
            _ => Err(NotUnderstood::MfaCode),
        },
    ),
    verb(
        &["note"],
        Takes::Text,
        ":note TEXT",
        "write a note into the run's journal, or into the recording",
        |text, _| match text {
            Some(text) => Ok(Command::Note(text.to_owned())),
            None => Err(NotUnderstood::NoNote),
        },
    ),
    verb(
        &["handover"],
        Takes::Text,
        ":handover NAME",
        "offer the run to somebody else, who drives it on",
        |name, _| match name {
            Some(name) => Ok(Command::HandOver(name.to_owned())),
            None => Err(NotUnderstood::NoName),
        },
    ),
    verb(
        &["range"],
        Takes::Text,
        ":range 15m|30m|1h|3h|12h|1d|7d",
        "how far back the charts reach",
        |text, _| {
            let wanted = text.unwrap_or_default();
            let known = RANGES.iter().position(|range| range.name == wanted);
            known.map(Command::Range).ok_or(NotUnderstood::NoRange)
        },
    ),
    verb(
        &["onset"],
        Takes::Nothing,
        ":onset",
        "read the minute in which it began, on the charts",
        |_, _| Ok(Command::Onset),
    ),
    verb(
        &["at"],
        Takes::Text,
        ":at HH:MM",
        "in a recording, to this time of day (UTC)",
        |text, _| match text.and_then(|text| text.parse().ok()) {
            Some(time) => Ok(Command::At(time)),
            None => Err(NotUnderstood::NoTime),
        },
    ),
    verb(
        &["refresh"],
        Takes::Nothing,
        ":refresh",
        "ask everything again now",
        |_, _| Ok(Command::Refresh),
    ),
    verb(
        &["freeze"],
        Takes::Nothing,
        ":freeze",
        "freeze the screen, or release it",
        |_, _| Ok(Command::Freeze),
    ),
    verb(
        &["filter"],
        Takes::Text,
        ":filter [EXPRESSION]",
        "filter the focused list; without one, all rows",
        |text, state| {
            let text = text.unwrap_or_default();
            let text = text.to_owned();
            match Filter::parse(&text, &names_of_columns(state)) {
                Ok(_) => Ok(Command::Filter(text)),
                Err(why) => Err(NotUnderstood::Filter { text, why }),
            }
        },
    ),
    verb(
        &["columns"],
        Takes::Column,
        ":columns [NAME…|default]",
        "choose the columns of the focused list; without one, list them",
        shown_columns,
    ),
    verb(
        &["sort"],
        Takes::Sort,
        ":sort [COLUMN [up|down]]",
        "sort the focused list; without one, its own order",
        sort,
    ),
    verb(
        &["faults"],
        Takes::Nothing,
        ":faults",
        "start and end faults of the simulated world",
        |_, _| Ok(Command::Faults),
    ),
    verb(
        &["copy"],
        Takes::Nothing,
        ":copy",
        "copy the row under the cursor",
        |_, _| Ok(Command::Copy),
    ),
    verb(
        &["snap"],
        Takes::Text,
        ":snap [FILE]",
        "save the screen as a picture: .svg, .png or .txt",
        |file, _| Ok(Command::Snap(file.map(ToOwned::to_owned))),
    ),
    verb(
        &["actions"],
        Takes::Nothing,
        ":actions",
        "what can be done here",
        |_, _| Ok(Command::Actions),
    ),
    verb(
        &["run"],
        Takes::Nothing,
        ":run",
        "the guided action under way",
        |_, _| Ok(Command::Run),
    ),
    verb(&["runs"], Takes::Nothing, ":runs", "all runs", |_, _| {
        Ok(Command::Runs)
    }),
    verb(
        &["approvals"],
        Takes::Nothing,
        ":approvals",
        "plans that wait for approval",
        |_, _| Ok(Command::Approvals),
    ),
    verb(
        &["arm"],
        Takes::Nothing,
        ":arm",
        "allow changes for 15 min",
        |_, _| Ok(Command::Arm),
    ),
    verb(
        &["disarm"],
        Takes::Nothing,
        ":disarm",
        "allow no changes any more",
        |_, _| Ok(Command::Disarm),
    ),
];

/// Around, and out.
const LEAVING: &[Verb] = &[
    verb(
        &["back"],
        Takes::Nothing,
        ":back",
        "back in history",
        |_, _| Ok(Command::Back),
    ),
    verb(
        &["forward"],
        Takes::Nothing,
        ":forward",
        "forward in history",
        |_, _| Ok(Command::Forward),
    ),
    verb(
        &["last"],
        Takes::Nothing,
        ":last",
        "the last place",
        |_, _| Ok(Command::Last),
    ),
    verb(
        &["help"],
        Takes::Nothing,
        ":help",
        "keys and commands",
        |_, _| Ok(Command::Help),
    ),
    verb(&["quit", "q"], Takes::Nothing, ":q", "quit", |_, _| {
        Ok(Command::Quit)
    }),
];

pub(super) fn verbs(has_faults: bool) -> impl Iterator<Item = Verb> {
    let acting = ACTIONS.iter().copied().map(Verb::of);
    PLACES
        .iter()
        .cloned()
        .chain(SCREENS.iter().filter_map(Verb::showing))
        .chain(LOOKING.iter().cloned())
        .chain(acting)
        .chain(LEAVING.iter().cloned())
        .filter(move |verb| has_faults || verb.names[0] != "faults")
}
