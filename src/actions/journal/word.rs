//! What another process of this machine says to the one that drives a run: a file beside the journal.

use std::io::Write as _;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::folder::Folder;

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "word", rename_all = "kebab-case")]
pub(crate) enum Word {
    /// Offer the run to somebody.
    HandOver {
        /// To whom.
        to: String,
    },
    /// Offer it no longer.
    Withdraw,
}

impl Folder {
    /// Says `word` to the process that drives the run `id`. The newest word counts.
    pub(crate) fn say(&self, id: &str, word: &Word) -> std::io::Result<()> {
        let path = self.word(id);
        // Whole or not at all: the other process may look at any time.
        let being_written = path.with_extension(format!("word-{}", std::process::id()));
        let mut options = super::private();
        options.create(true).write(true).truncate(true);
        let mut file = options.open(&being_written)?;
        file.write_all(&serde_json::to_vec(word)?)?;
        std::fs::rename(being_written, path)
    }

    /// What was said last to the process that drives the run `id`; it is heard once.
    pub(crate) fn hear(&self, id: &str) -> Option<Word> {
        let path = self.word(id);
        let heard = path.with_extension("heard");
        std::fs::rename(path, &heard).ok()?;
        let text = gwctl_files::read(&heard).ok()?;
        drop(std::fs::remove_file(heard));
        serde_json::from_slice(&text).ok()
    }

    fn word(&self, id: &str) -> PathBuf {
        self.journal(id).with_extension("word")
    }
}
