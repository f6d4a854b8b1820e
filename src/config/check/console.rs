//! What may be wrong with the console's table.

use std::collections::BTreeMap;

use super::{Findings, nearest};
use crate::console::app::{Keymap, KeymapError};
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
