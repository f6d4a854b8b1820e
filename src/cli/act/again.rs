//! How gwctl is called again for a run: what is printed can be run as printed.

use std::fmt::Write as _;

use super::held::commands;
use super::paper::{Ink, Paper};
use crate::actions::{Folder, Hold, RunState};
use crate::cli::flags::Global;
use crate::cli::output::tell;

/// The flags that this call had, and the next one needs.
#[derive(Debug, Clone)]
pub struct Again {
    flags: String,
    /// The run's fleet is simulated, and gone once its process is.
    simulated: bool,
}

impl Again {
    /// As gwctl was called with `global`.
    pub fn of(global: &Global, simulated: bool) -> Self {
        let mut flags = String::new();
        if let Some(file) = &global.config {
            let _ = write!(flags, " --config {}", quoted(&file.to_string_lossy()));
        }
        if let Some(profile) = &global.profile {
            let _ = write!(flags, " --profile {}", quoted(profile));
        }
        Self { flags, simulated }
    }

    /// `gwctl runs resume ID MORE --write …`.
    pub fn command(&self, verb: &str, id: &str, more: &str) -> String {
        let more = if more.is_empty() {
            String::new()
        } else {
            format!(" {more}")
        };
        format!("gwctl runs {verb} {id}{more}{}", self.flags)
    }

    /// Says what holds a run that no process drives, and how to resume it.
    pub fn tell(&self, folder: &Folder, state: &RunState, holds: &[Hold], paper: Paper) {
        for hold in holds {
            tell(paper.ink(Ink::Bad, &paper.hang(0, &hold.sentence())));
        }
        tell(self.way(folder, state, holds).trim_end());
    }

    /// How to go on.
    fn way(&self, folder: &Folder, state: &RunState, holds: &[Hold]) -> String {
        if self.simulated {
            let journal = folder.path().join(format!("{}.jsonl", state.id));
            return format!(
                "The simulated fleet ends with its process, and the run with it. Its journal: {}",
                journal.display()
            );
        }
        if holds.is_empty() {
            return format!("To go on: {}", self.command("resume", &state.id, "--write"));
        }
        commands(self, state, holds)
    }
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_one_word_to_a_shell() {
        assert_eq!(quoted("/home/ada/gwctl.toml"), "/home/ada/gwctl.toml");
        assert_eq!(quoted("/home/ada l/it's"), r"'/home/ada l/it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
