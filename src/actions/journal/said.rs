//! Notes that another process of this machine says to the one that drives a run: a file each beside the journal.

use std::io::Write as _;
use std::path::PathBuf;

use super::folder::{Folder, file_name};
use gwctl_store::SaidNote;

const SAID: &str = ".note-";

impl Folder {
    /// Says `note` to the process of this machine that drives the run `id`.
    pub(crate) fn say_note(&self, id: &str, note: &SaidNote) -> std::io::Result<()> {
        let path = self.said(id, &note.name);
        // Whole or not at all: the other process may look at any time.
        let being_written = self.path().join(format!("note-{}.new", std::process::id()));
        let mut options = super::private();
        options.create(true).write(true).truncate(true);
        let mut file = options.open(&being_written)?;
        file.write_all(&serde_json::to_vec(note)?)?;
        std::fs::rename(being_written, path)
    }

    /// The notes that were said of the run `id` on this machine, the oldest first.
    pub(crate) fn said_notes(&self, id: &str) -> Vec<SaidNote> {
        let begin = format!("{}{SAID}", file_name(id));
        let entries = std::fs::read_dir(self.path()).into_iter().flatten();
        let named = entries.flatten().filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with(&begin)
        });
        let read = named.filter_map(|entry| {
            let text = gwctl_files::read(&entry.path()).ok()?;
            serde_json::from_slice(&text).ok()
        });
        let mut notes: Vec<SaidNote> = read.collect();
        notes.sort_by(|a, b| a.name.cmp(&b.name));
        notes
    }

    /// The note of this name is in the journal.
    pub(crate) fn forget_note(&self, id: &str, name: &str) {
        drop(std::fs::remove_file(self.said(id, name)));
    }

    fn said(&self, id: &str, name: &str) -> PathBuf {
        let name = format!("{}{SAID}{}", file_name(id), file_name(name));
        self.path().join(name)
    }
}
