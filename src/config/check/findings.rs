//! What was found, and where in the file.

use crate::config::Level;

/// Something wrong with the value at `path`; array elements by their number.
#[derive(Debug)]
pub struct Finding {
    pub level: Level,
    pub path: Vec<String>,
    pub found: String,
    pub accepted: Option<String>,
    pub meant: Option<String>,
    /// Its line may hold a secret: it is not shown.
    pub secret: bool,
}

/// Collects findings below one path.
pub(super) struct Findings<'a> {
    pub(super) list: &'a mut Vec<Finding>,
    pub(super) path: Vec<String>,
}

impl Findings<'_> {
    pub(super) fn below(&mut self, keys: &[&str]) -> Findings<'_> {
        let path = self
            .path
            .iter()
            .cloned()
            .chain(keys.iter().map(ToString::to_string))
            .collect();
        Findings {
            list: self.list,
            path,
        }
    }

    pub(super) fn add(
        &mut self,
        level: Level,
        key: &str,
        found: String,
        accepted: Option<&str>,
    ) -> &mut Finding {
        let mut path = self.path.clone();
        path.extend(Some(key.to_owned()).filter(|key| !key.is_empty()));
        self.list.push(Finding {
            level,
            path,
            found,
            accepted: accepted.map(str::to_owned),
            meant: None,
            secret: false,
        });
        let last = self.list.len() - 1;
        &mut self.list[last]
    }

    pub(super) fn error(
        &mut self,
        key: &str,
        found: impl Into<String>,
        accepted: &str,
    ) -> &mut Finding {
        self.add(Level::Error, key, found.into(), Some(accepted))
    }

    pub(super) fn warn(&mut self, key: &str, found: impl Into<String>) -> &mut Finding {
        self.add(Level::Warning, key, found.into(), None)
    }
}
