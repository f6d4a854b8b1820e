//! Which run is meant: its id, the beginning of it, or `last`.

use crate::actions::{Folder, RunState, Summary};
use crate::cli::failure::Failure;

/// The whole id.
pub fn find(folder: &Folder, word: &str) -> Result<String, Failure> {
    let ids: Vec<String> = folder
        .runs()
        .into_iter()
        .map(|Summary { id, .. }| id)
        .collect();
    one(&ids, word).map_err(|failure| {
        failure.next(format!(
            "`gwctl runs` lists those in {}.",
            folder.path().display()
        ))
    })
}

/// The run as its journal tells it.
pub fn state(folder: &Folder, id: &str) -> Result<RunState, Failure> {
    folder
        .state(id)
        .map_err(|broken| Failure::new(broken.to_string()))
}

/// `ids` is sorted, the newest first.
fn one(ids: &[String], word: &str) -> Result<String, Failure> {
    let meant: Vec<&String> = match word {
        "last" => ids.iter().take(1).collect(),
        exact if ids.iter().any(|id| id == exact) => ids.iter().filter(|id| *id == exact).collect(),
        begin => ids.iter().filter(|id| id.starts_with(begin)).collect(),
    };
    match meant.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(Failure::usage(format!("there is no run `{word}`"))),
        several => {
            let names: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
            Err(Failure::usage(format!(
                "`{word}` matches several: {}",
                names.join(", ")
            )))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_by_a_beginning_only_it_has_or_as_the_last() {
        let ids = ["20261124-2", "20261124-1", "20261123-1"].map(String::from);
        let named = |word: &str| one(&ids, word).ok();
        assert_eq!(named("last").as_deref(), Some("20261124-2"));
        assert_eq!(named("20261123").as_deref(), Some("20261123-1"));
        assert_eq!(named("20261124-1").as_deref(), Some("20261124-1"));
        assert_eq!(named("20261124"), None);
        assert_eq!(named("2025"), None);
        assert!(one(&[], "last").is_err());
    }
}
