//! What may be wrong with the console's table.

use std::collections::BTreeMap;

use super::findings::Findings;
use crate::config::Console;
use crate::config::nearest;
use crate::console::app::{Key, Keymap, KeymapError, Placeholder, is_command};
use crate::fleet::columns::{ALL, find};

pub(super) fn columns<'n>(chosen: impl Iterator<Item = &'n String>, at: &mut Findings<'_>) {
    let all: Vec<&str> = ALL.iter().map(|column| column.name).collect();
    for (index, name) in chosen.enumerate() {
        if find(name).is_none() {
            let meant = nearest(name, all.iter().copied()).map(str::to_owned);
            at.error(
                &index.to_string(),
                format!("there is no column `{name}`"),
                &all.join(", "),
            )
            .meant = meant;
        }
    }
}

pub(super) fn keys(keys: &BTreeMap<String, String>, at: &mut Findings<'_>) {
    let mut fine = true;
    for (key, action) in keys {
        let Err(error) = Keymap::new(&[(key.clone(), action.clone())].into()) else {
            continue;
        };
        fine = false;
        let at = &mut at.below(&["keys"]);
        match error {
            KeymapError::Action { name, accepted, .. } => {
                let names = accepted
                    .split(['`', ',', ' '])
                    .filter(|name| !name.is_empty());
                let meant = nearest(&name, names).map(str::to_owned);
                at.error(key, format!("`{name}` is not an action"), &accepted)
                    .meant = meant;
            }
            other => {
                let said = other.to_string();
                let (found, accepted) = said
                    .split_once("; accepted are ")
                    .unwrap_or((&said, "a free key"));
                at.error(key, found, accepted);
            }
        }
    }
    // One key spelt in two ways shows only when all are seen together.
    if let Some(error) = Keymap::new(keys).err().filter(|_| fine) {
        at.error("keys", error.to_string(), "each key once");
    }
}

/// Commands of one's own: each can be run, and no key does two things.
pub(super) fn commands(console: &Console, at: &mut Findings<'_>) {
    let keymap = Keymap::new(&console.keys).unwrap_or_default();
    let mut keys: BTreeMap<Key, &str> = BTreeMap::new();
    for (name, command) in &console.commands {
        let at = &mut at.below(&[name]);
        let own = match command.named(name) {
            Ok(own) => own,
            Err(error) => {
                let said = error.to_string();
                let (found, accepted) = parted(&said);
                at.error("key", found, accepted);
                continue;
            }
        };
        if let Err(error) = own.check(is_command) {
            let said = error.to_string();
            let (found, accepted) = parted(&said);
            let (key, meant) = match &error {
                crate::console::app::NotACommand::Name(_)
                | crate::console::app::NotACommand::Taken(_) => ("", None),
                crate::console::app::NotACommand::Placeholder(name) => {
                    let names = Placeholder::ALL.iter().map(|(name, _)| *name);
                    (
                        "run",
                        nearest(name, names).map(|name| format!("{{{name}}}")),
                    )
                }
                _ => ("run", None),
            };
            at.error(key, found, accepted).meant = meant;
        }
        let Some(key) = own.key else { continue };
        if keymap.action(key).is_some() {
            let found = format!("the key {key} does something else already");
            let accepted =
                format!("another key; `\"{key}\" = \"none\"` under [console.keys] frees it");
            at.error("key", found, &accepted);
        }
        if let Some(first) = keys.insert(key, name) {
            let found = format!("the key {key} is that of `{first}` too");
            at.error("key", found, "each key once");
        }
    }
}

/// What was found, and what is accepted.
fn parted(said: &str) -> (&str, &str) {
    said.split_once("; accepted are ").unwrap_or((said, ""))
}
