//! The command line: what can be said after `:`, how it is completed, and what it means.

mod not_understood;
mod verbs;

use std::collections::BTreeSet;
use std::fmt::Display;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use self::not_understood::NotUnderstood;
use self::verbs::{Does, Takes, Verb, verbs};
use super::{By, OwnCommand, Panel, Screen, State, Suggestion, Tab, columns, shown, sorted};
use crate::app::help::HelpLine;
use gwctl_actions::Intent;
use gwctl_actions::arguments::{AnyRegion, ArgumentError, NotPicked, Regions};
use gwctl_actions::guided::{ACTIONS, Description};
use gwctl_fleet::columns::{Column, Sort};
use gwctl_fleet::{Pace, Region};

/// How many completions are worth showing.
const SHOWN: usize = 8;

/// What a command that was not understood would take: `usage: :pace calm|incident`; nothing of a verb that nobody knows.
pub fn usage(line: &str, state: &State) -> Option<String> {
    let line = line.trim().trim_start_matches(':').trim_start();
    let word = line.split(char::is_whitespace).next()?;
    let verb = find(word, state.has_faults).ok()?;
    Some(format!("usage: {}", verb.usage))
}

/// A command that was understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    Fleet(Option<String>),
    Region(Option<Region>),
    /// The Logs screen, and how far back.
    Logs(Option<String>),
    Show(Tab),
    Guided(Box<Intent>),
    /// Mark the fleets of a Region, or of a name; nothing takes the marks away.
    Mark(Option<String>),
    Actions,
    Run,
    Runs,
    Approvals,
    Arm,
    Disarm,
    Theme(Option<String>),
    Pace(Pace),
    MfaCode(String),
    Refresh,
    Freeze,
    Filter(String),
    Note(String),
    /// Offer the run to somebody.
    HandOver(String),
    /// A time of day, in a recording.
    At(jiff::civil::Time),
    /// One of the charts' ranges, by its place.
    Range(usize),
    Onset,
    Columns(Option<Vec<&'static Column>>),
    /// Columns of the focused list, by the names of its cells, where it is not that of the Regions: none of them stands
    /// for all, and nothing for the choice of them.
    ListColumns(Option<Vec<String>>),
    Sort(Option<Sort>),
    /// Of the focused list, where it is not that of the Regions.
    SortList(Option<By>),
    Faults,
    Copy,
    Snap(Option<String>),
    /// A command of the configuration, by name.
    Own(String),
    Back,
    Forward,
    Last,
    Help,
    Quit,
}

/// The commands' part of help.
pub fn help(has_faults: bool) -> Vec<HelpLine> {
    verbs(has_faults)
        .map(|verb| HelpLine {
            keys: verb.usage.into_owned(),
            about: verb.about.into(),
        })
        .collect()
}

/// The commands of the configuration, for help.
pub fn own_help(state: &State) -> Vec<HelpLine> {
    let line = |own: &OwnCommand| {
        let key = own.key.map(|key| format!("{key} "));
        HelpLine {
            keys: format!("{}:{}", key.unwrap_or_default(), own.name),
            about: own_about(own),
        }
    };
    state.own.iter().map(line).collect()
}

fn own_about(own: &OwnCommand) -> String {
    let about = if own.about.is_empty() {
        own.run.join(" ")
    } else {
        own.about.clone()
    };
    let changes = if own.changes {
        " (changes; asks first)"
    } else {
        ""
    };
    format!("{about}{changes}")
}

/// The names of the guided actions.
pub fn action_names() -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().map(|action| action.name)
}

/// Whether gwctl has a command of this name.
pub fn is_command(name: &str) -> bool {
    verbs(true).any(|verb| verb.names.contains(&name))
}

/// Reads a command line without its colon. A verb may be cut short as long as it stays the only
/// one that begins so; an empty line is not a command.
pub fn parse(line: &str, state: &State) -> Result<Option<Command>, NotUnderstood> {
    let line = line.trim().trim_start_matches(':').trim_start();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    if word.is_empty() {
        return Ok(None);
    }
    if state.own.iter().any(|own| own.name == word) {
        return match rest {
            "" => Ok(Some(Command::Own(word.to_owned()))),
            _ => Err(NotUnderstood::OwnArgument {
                name: word.to_owned(),
                found: rest.to_owned(),
            }),
        };
    }
    let verb = find(word, state.has_faults)?;
    let argument = (!rest.is_empty()).then_some(rest);
    if verb.takes == Takes::Nothing && argument.is_some() {
        return Err(NotUnderstood::Argument {
            verb: verb.names[0],
            found: rest.into(),
        });
    }
    match verb.does {
        Does::Guided(action) => guided(action, rest, state),
        Does::Console(read) => read(argument, state),
        Does::Shows(tab) => Ok(Command::Show(tab)),
    }
    .map(Some)
}

fn guided(action: &Description, rest: &str, state: &State) -> Result<Command, NotUnderstood> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let intent = (action.parse)(&words, &Known(state))?;
    Ok(Command::Guided(Box::new(intent)))
}

/// The Regions by the picture: parts of their names do.
struct Known<'a>(&'a State);

impl Regions for Known<'_> {
    fn of_fleet(&self, text: &str) -> Result<Region, ArgumentError> {
        Ok(region(text, self.0)?)
    }

    fn of_database(&self, text: &str) -> Result<Region, ArgumentError> {
        self.of_fleet(text).or_else(|unknown| {
            let named = self.0.members().find(|region| region.as_str() == text);
            named.cloned().ok_or(unknown)
        })
    }

    fn new_to_fleet(&self, text: &str) -> Result<Region, ArgumentError> {
        let region = AnyRegion.new_to_fleet(text)?;
        // Known here and now: nobody needs to be asked which stacks there are.
        if self.0.regions().any(|known| *known == region) {
            return Err(ArgumentError::Already(region));
        }
        Ok(region)
    }
}

fn find(word: &str, has_faults: bool) -> Result<Verb, NotUnderstood> {
    let lower = word.to_ascii_lowercase();
    if let Some(verb) = verbs(has_faults).find(|verb| verb.names.contains(&lower.as_str())) {
        return Ok(verb);
    }
    let begun: Vec<_> = verbs(has_faults)
        .filter(|verb| verb.names[0].starts_with(&lower))
        .collect();
    match begun.as_slice() {
        [verb] => Ok(verb.clone()),
        [] => Err(NotUnderstood::NoCommand(word.into())),
        several => Err(NotUnderstood::Several {
            word: word.into(),
            names: several
                .iter()
                .map(|verb| format!(":{}", verb.names[0]))
                .collect(),
        }),
    }
}

fn region(text: &str, state: &State) -> Result<Region, NotPicked> {
    let what = if of_marked(state) {
        "Region of the marked fleets"
    } else {
        "Region of this fleet"
    };
    pick(text, what, &regions(state))
}

/// Whether the marked fleets are meant, not the one that is shown.
fn of_marked(state: &State) -> bool {
    *state.screen() == Screen::Fleets && !state.overview.marked.is_empty()
}

/// The Regions that may be meant.
fn regions(state: &State) -> Vec<Region> {
    if !of_marked(state) {
        return state.regions().cloned().collect();
    }
    let overview = &state.overview;
    let pictures = overview.pictures(&state.shown).into_iter();
    let marked = pictures.filter(|picture| overview.marked.contains(&picture.name));
    let sites = marked.flat_map(|picture| &picture.sites);
    let all: BTreeSet<Region> = sites.map(|site| site.region.clone()).collect();
    all.into_iter().collect()
}

fn pace(argument: Option<&str>) -> Result<Pace, NotUnderstood> {
    match argument.map(str::to_ascii_lowercase).as_deref() {
        Some("calm") => Ok(Pace::Calm),
        Some("incident") => Ok(Pace::Incident),
        Some(other) => Err(NotUnderstood::Pace(other.into())),
        None => Err(NotUnderstood::NoPace),
    }
}

fn themes(state: &State) -> Vec<String> {
    state
        .themes
        .iter()
        .map(|theme| theme.name.clone())
        .collect()
}

/// The column names of the focused list.
pub(super) fn names_of_columns(state: &State) -> Vec<&'static str> {
    let rows = state.all_rows(state.focused());
    rows.first()
        .map(|row| row.cells().iter().map(|(name, _)| *name).collect())
        .unwrap_or_default()
}

/// What `:columns` asks for: of the Regions any columns, of other lists those of their table.
fn shown_columns(names: Option<&str>, state: &State) -> Result<Command, NotUnderstood> {
    let panel = state.focused();
    if panel == Panel::Regions {
        return Ok(Command::Columns(names.map(columns::parse).transpose()?));
    }
    let all: Vec<String> = shown::headings(panel)
        .iter()
        .map(|(cell, _)| (*cell).to_owned())
        .collect();
    if all.is_empty() {
        return Err(NotUnderstood::NoColumns(panel.title()));
    }
    let Some(names) = names.filter(|names| names.trim() != "default") else {
        return Ok(Command::ListColumns(names.map(|_| Vec::new())));
    };
    let words = names.split([' ', ',']).filter(|word| !word.is_empty());
    let picked: Result<Vec<String>, NotPicked> = words
        .map(|word| pick(word, "column of this list", &all))
        .collect();
    Ok(Command::ListColumns(Some(picked?)))
}

/// What `:sort` asks for: of the Regions by what they are worth, of other lists by what their rows say.
fn sort(by: Option<&str>, state: &State) -> Result<Command, NotUnderstood> {
    let panel = state.focused();
    if panel == Panel::Regions {
        return Ok(Command::Sort(by.map(columns::parse_sort).transpose()?));
    }
    if !sorted::may_be(panel) {
        return Err(NotUnderstood::CannotSort(panel.title()));
    }
    let Some(by) = by else {
        return Ok(Command::SortList(None));
    };
    let (word, way) = by.split_once(char::is_whitespace).unwrap_or((by, ""));
    let names: Vec<String> = names_of_columns(state)
        .into_iter()
        .map(str::to_owned)
        .collect();
    Ok(Command::SortList(Some(By {
        column: pick(word, "column of this list", &names)?,
        descending: columns::way(way)?.unwrap_or(false),
    })))
}

/// The one of `all` that is called `word`, or the only one whose name holds it.
fn pick<T: Clone + Display>(word: &str, what: &'static str, all: &[T]) -> Result<T, NotPicked> {
    if let Some(one) = all.iter().find(|one| one.to_string() == word) {
        return Ok(one.clone());
    }
    let lower = word.to_lowercase();
    let holding: Vec<&T> = all
        .iter()
        .filter(|one| one.to_string().to_lowercase().contains(&lower))
        .collect();
    let word = word.to_owned();
    match holding.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(NotPicked::None {
            word,
            what,
            accepted: all.iter().map(ToString::to_string).collect(),
        }),
        several => Err(NotPicked::Several {
            word,
            names: several.iter().map(ToString::to_string).collect(),
        }),
    }
}

/// What `line` could become, best first.
pub fn suggest(line: &str, state: &State) -> Vec<Suggestion> {
    let line = line.trim_start().trim_start_matches(':').trim_start();
    if line.trim().is_empty() {
        return own(state)
            .chain(verbs(state.has_faults).map(|verb| Suggestion {
                line: verb.names[0].into(),
                about: verb.about.into(),
            }))
            .collect();
    }
    let pattern = Pattern::parse(line.trim(), CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    // After the blank, what the verb takes is asked for: the verb itself stands there already.
    let complete = line.ends_with(char::is_whitespace);
    let mut scored: Vec<_> = candidates(state)
        .into_iter()
        .filter(|candidate| !complete || candidate.line != line.trim())
        .filter_map(|candidate| {
            let score = pattern.score(Utf32Str::new(&candidate.line, &mut buffer), &mut matcher)?;
            let begins = candidate.line.starts_with(line.trim());
            Some((
                // Where one goes comes before what one changes.
                (
                    !begins,
                    changes(&candidate.line),
                    std::cmp::Reverse(score),
                    candidate.line.len(),
                ),
                candidate,
            ))
        })
        .collect();
    scored.sort_by_key(|(rank, _)| *rank);
    scored
        .into_iter()
        .map(|(_, candidate)| candidate)
        .take(SHOWN)
        .collect()
}

/// Whether a line asks for a guided action.
fn changes(line: &str) -> bool {
    let verb = line.split(' ').next().unwrap_or_default();
    ACTIONS.iter().any(|action| action.name == verb)
}

fn own(state: &State) -> impl Iterator<Item = Suggestion> {
    state.own.iter().map(|own| Suggestion {
        line: own.name.clone(),
        about: own_about(own),
    })
}

fn candidates(state: &State) -> Vec<Suggestion> {
    let mut all: Vec<Suggestion> = own(state).collect();
    for verb in verbs(state.has_faults) {
        let name = verb.names[0];
        all.push(Suggestion {
            line: name.into(),
            about: verb.about.into(),
        });
        let mut with = |values: &mut dyn Iterator<Item = (String, String)>| {
            all.extend(values.map(|(value, about)| Suggestion {
                line: format!("{name} {value}"),
                about,
            }));
        };
        match verb.takes {
            Takes::Nothing | Takes::Text => {}
            Takes::Fleet => with(
                &mut state
                    .fleets
                    .iter()
                    .map(|f| (f.clone(), "show this fleet".into())),
            ),
            Takes::Region => with(&mut regions(state).iter().map(placed)),
            Takes::NewRegion => with(
                &mut Region::all()
                    .filter(|region| !state.regions().any(|known| known == region))
                    .map(|region| placed(&region)),
            ),
            Takes::Theme => with(
                &mut state
                    .themes
                    .iter()
                    .map(|t| (t.name.clone(), t.origin.clone())),
            ),
            Takes::Column | Takes::Sort if state.focused() == Panel::Regions => {
                all.extend(columns::suggestions(name));
            }
            Takes::Column => {
                let names = shown::headings(state.focused()).iter();
                with(&mut names.map(|(cell, _)| ((*cell).to_owned(), "show it".into())));
            }
            Takes::Sort => {
                let names = names_of_columns(state).into_iter();
                with(&mut names.map(|column| (column.to_owned(), "sort by it".into())));
            }
            Takes::Pace => with(
                &mut [
                    ("calm", "everyday watching"),
                    ("incident", "faster; metrics no faster than their period"),
                ]
                .into_iter()
                .map(|(pace, about)| (pace.into(), about.into())),
            ),
        }
    }
    all
}

/// A Region and where it is.
fn placed(region: &Region) -> (String, String) {
    let place = region
        .place()
        .map_or_else(String::new, |place| place.name.into());
    (region.to_string(), place)
}
