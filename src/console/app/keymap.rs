//! Which key does what: data, remappable. Help and footer are made from it, so that remaps show.

use super::help::{Help, HelpLine};
use std::collections::BTreeMap;

use super::action::{Action, Group};
use super::screen::actions;
use super::{Key, NotAKey};

/// What is wrong with the configuration's keys.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// No such action.
    #[error(
        "keys: `{key}` is given to `{name}`, which is not an action; accepted are {accepted}, and `none`"
    )]
    Action {
        key: String,
        /// What was found.
        name: String,
        /// All names.
        accepted: String,
    },
    /// No such key.
    #[error("keys: for the action `{action}`: {why}")]
    Key { action: String, why: NotAKey },
    /// One key, two actions.
    #[error("keys: `{key}` is given to `{first}` and to `{second}`; a key has one action")]
    Twice {
        key: Key,
        /// One action.
        first: String,
        /// The other.
        second: String,
    },
    /// The way out must stay.
    #[error("keys: `Ctrl-C` always quits and cannot be given to `{action}`")]
    Reserved {
        /// The action that wanted it.
        action: String,
    },
}

/// Which key does what.
#[derive(Debug, Clone)]
pub struct Keymap {
    keys: BTreeMap<Key, Action>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::new(&BTreeMap::new()).unwrap_or(Self {
            keys: BTreeMap::new(),
        })
    }
}

impl Keymap {
    /// The default keys with `overrides` laid over them: key to action name, or to `none`.
    ///
    /// # Errors
    /// Unknown keys and actions, and a key given twice.
    pub fn new(overrides: &BTreeMap<String, String>) -> Result<Self, KeymapError> {
        let mut keys = BTreeMap::new();
        for entry in actions() {
            // The defaults parse: a test holds them to it.
            keys.extend(
                entry
                    .keys
                    .iter()
                    .filter_map(|text| Some((text.parse::<Key>().ok()?, entry.action))),
            );
        }
        let mut given: BTreeMap<Key, &str> = BTreeMap::new();
        for (text, name) in overrides {
            let action = named(text, name)?;
            let key: Key = text.parse().map_err(|why| KeymapError::Key {
                action: name.clone(),
                why,
            })?;
            if key == Key::ctrl('c') && action != Some(Action::Quit) {
                return Err(KeymapError::Reserved {
                    action: name.clone(),
                });
            }
            if let Some(first) = given.insert(key, name) {
                return Err(KeymapError::Twice {
                    key,
                    first: first.into(),
                    second: name.clone(),
                });
            }
            match action {
                Some(action) => keys.insert(key, action),
                None => keys.remove(&key),
            };
        }
        Ok(Self { keys })
    }

    /// What `key` does.
    pub fn action(&self, key: Key) -> Option<Action> {
        self.keys.get(&key).copied()
    }

    /// The keys of `action`: the user's own first, then the defaults in their order.
    pub fn keys(&self, action: Action) -> Vec<Key> {
        let defaults = actions()
            .find(|entry| entry.action == action)
            .map_or(&[][..], |entry| entry.keys);
        let place = |key: &Key| defaults.iter().position(|text| text.parse() == Ok(*key));
        let mut keys: Vec<Key> = self
            .keys
            .iter()
            .filter(|(_, a)| **a == action)
            .map(|(k, _)| *k)
            .collect();
        keys.sort_by_key(place);
        keys
    }

    /// The few keys worth a place in the footer, in order of worth; an action without a key is left out.
    pub fn footer(&self, replays: bool) -> Vec<HelpLine> {
        const REPLAYS: &[(Action, &str)] = &[
            (Action::Help, "help"),
            (Action::Pause, "play"),
            (Action::PictureAfter, "step"),
            (Action::MinuteForward, "minute"),
            (Action::VerdictAfter, "verdict"),
            (Action::Faster, "faster"),
            (Action::Palette, "command"),
            (Action::Open, "open"),
            (Action::Back, "back"),
            (Action::Themes, "theme"),
            (Action::Quit, "quit"),
        ];
        const WORTH: &[(Action, &str)] = &[
            (Action::Help, "help"),
            (Action::Palette, "command"),
            (Action::Actions, "actions"),
            (Action::Filter, "filter"),
            (Action::Enlarge, "enlarge"),
            (Action::Open, "open"),
            (Action::Back, "back"),
            (Action::NextPanel, "panel"),
            (Action::Pace, "incident"),
            (Action::Freeze, "freeze"),
            (Action::Copy, "copy"),
            (Action::Themes, "theme"),
            (Action::Quit, "quit"),
        ];
        let worth = if replays { REPLAYS } else { WORTH };
        worth
            .iter()
            .filter_map(|(action, about)| {
                let key = self.keys(*action).into_iter().next()?;
                Some(HelpLine {
                    keys: key.to_string(),
                    about: (*about).into(),
                })
            })
            .collect()
    }

    /// Help for a screen where Enter does `enter`, with the keys in use, and `commands`.
    /// `replays` says whether a recording is shown.
    pub fn help(
        &self,
        enter: &str,
        (has_faults, replays): (bool, bool),
        commands: Vec<HelpLine>,
    ) -> Help {
        let section = |group: Group| {
            let lines = actions()
                .filter(|entry| {
                    entry.group == group && (has_faults || entry.action != Action::Faults)
                })
                .map(|entry| {
                    let keys = self.keys(entry.action);
                    let keys = keys
                        .iter()
                        .map(Key::to_string)
                        .collect::<Vec<_>>()
                        .join(" ");
                    let about = if entry.action == Action::Open {
                        enter
                    } else {
                        entry.about
                    };
                    HelpLine {
                        keys,
                        about: about.into(),
                    }
                })
                .filter(|line| !line.keys.is_empty())
                .collect();
            (group.title().to_string(), lines)
        };
        let groups = Group::ALL.into_iter();
        let shown = groups.filter(|group| match group {
            Group::Replay => replays,
            Group::Guided => !replays,
            _ => true,
        });
        let mut sections: Vec<_> = shown.map(section).collect();
        sections.push(("Commands".into(), commands));
        Help { sections }
    }
}

/// The action called `name`; nothing for `none`.
fn named(key: &str, name: &str) -> Result<Option<Action>, KeymapError> {
    if name == "none" {
        return Ok(None);
    }
    let entry = actions().find(|entry| entry.name == name);
    entry.map(|entry| Some(entry.action)).ok_or_else(|| {
        let accepted = actions()
            .map(|entry| entry.name)
            .collect::<Vec<_>>()
            .join(", ");
        KeymapError::Action {
            key: key.into(),
            name: name.into(),
            accepted,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::palette;

    fn remap(pairs: &[(&str, &str)]) -> Result<Keymap, KeymapError> {
        let overrides = pairs
            .iter()
            .map(|(key, name)| ((*key).to_string(), (*name).to_string()));
        Keymap::new(&overrides.collect())
    }

    #[test]
    fn every_default_key_parses_and_does_one_thing() {
        let keymap = remap(&[]).unwrap();
        for entry in actions() {
            assert_eq!(
                keymap.keys(entry.action).len(),
                entry.keys.len(),
                "{}",
                entry.name
            );
        }
    }

    #[test]
    fn a_remapped_key_moves_and_shows_in_help_and_footer() {
        let keymap = remap(&[("f", "filter"), ("/", "none"), ("ctrl-s", "filter")]).unwrap();
        assert_eq!(keymap.action(Key::char('f')), Some(Action::Filter));
        assert_eq!(keymap.action(Key::char('/')), None);
        assert!(
            keymap
                .footer(false)
                .iter()
                .any(|line| line.keys == "f" && line.about == "filter")
        );
        let help = keymap.help("open it", (false, false), palette::help(false));
        let all: Vec<_> = help.sections.iter().flat_map(|(_, lines)| lines).collect();
        assert!(all.iter().any(|line| line.keys == "f Ctrl-S"));
        assert!(
            all.iter()
                .any(|line| line.keys == "Enter" && line.about == "open it")
        );
    }

    #[test]
    fn a_key_taken_over_no_longer_does_what_it_did() {
        let keymap = remap(&[("q", "copy")]).unwrap();
        assert_eq!(keymap.action(Key::char('q')), Some(Action::Copy));
        assert_eq!(keymap.keys(Action::Quit), [Key::ctrl('c')]);
    }

    #[test]
    fn help_speaks_of_faults_only_where_there_are_any() {
        let keymap = Keymap::default();
        let speaks = |has_faults| {
            let help = keymap.help("", (has_faults, false), palette::help(has_faults));
            help.sections
                .iter()
                .flat_map(|(_, lines)| lines)
                .filter(|line| line.about.contains("fault"))
                .count()
        };
        assert_eq!(speaks(false), 0);
        assert_eq!(speaks(true), 2, "the key and the command");
    }

    #[test]
    fn mistakes_name_the_key_the_action_and_what_is_accepted() {
        let says = |pairs: &[(&str, &str)]| remap(pairs).unwrap_err().to_string();
        let error = says(&[("f", "fly")]);
        assert!(
            error.contains("`f`") && error.contains("`fly`") && error.contains("freeze"),
            "{error}"
        );
        let error = says(&[("hyper-q", "quit")]);
        assert!(
            error.contains("`quit`") && error.contains("`hyper-q`") && error.contains("ctrl-"),
            "{error}"
        );
        let error = says(&[("ctrl-x", "copy"), ("Ctrl-X", "quit")]);
        assert!(
            error.contains("`Ctrl-X`") && error.contains("`copy`") && error.contains("`quit`"),
            "{error}"
        );
        for other in ["copy", "none"] {
            let error = says(&[("ctrl-c", other)]);
            assert!(error.contains("Ctrl-C") && error.contains(other), "{error}");
        }
    }
}
