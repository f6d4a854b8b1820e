//! The store of one machine, and what its processes say to one another with both stores: files beside the journals.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::digest::digest;
use crate::store::{Answer, RunOf, Store};
use crate::{LeaseHolder, LeaseRefused, SaidNote};

/// How the name of a file ends that says a plan waits, and one that says who accepted a run.
const ASKED: &str = ".asked";
const ACCEPTED: &str = ".accepted";
/// What stands in the names of approvals and of notes, between what they are of and their own.
const APPROVAL: &str = ".approval-";
const SAID: &str = ".note-";

/// The folder of the journals, for what is kept beside them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Files {
    path: PathBuf,
}

/// Who accepted which offer of a run.
#[derive(Serialize, Deserialize)]
struct Accepted {
    offer: String,
    by: String,
}

/// An identifier is a file's name and never a path.
pub fn file_name(id: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || c == '-';
    id.chars().map(|c| if kept(c) { c } else { '_' }).collect()
}

impl Files {
    /// Those in `path`; it is made when first needed.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the folder where there is none.
    pub fn prepare(&self) -> Result<(), LeaseRefused> {
        let mut builder = DirBuilder::new();
        let made = gwctl_files::private_folder(builder.recursive(true)).create(&self.path);
        made.map_err(|cause| LeaseRefused::Io {
            path: self.path.clone(),
            cause,
        })
    }

    /// The documents of the plans that wait, as far as this machine knows.
    pub fn asked(&self) -> Vec<String> {
        self.texts(|name| name.ends_with(ASKED))
    }

    /// Keeps the document of the plan called `id`, which waits.
    pub fn keep_asked(&self, id: &str, text: &str) -> std::io::Result<()> {
        self.keep(&self.named(id, ASKED, ""), text)
    }

    /// The plan called `id` waits no longer.
    pub fn forget_asked(&self, id: &str) {
        drop(std::fs::remove_file(self.named(id, ASKED, "")));
    }

    /// The notes that were said of the run `id` on this machine, the oldest first.
    pub fn notes(&self, id: &str) -> Vec<SaidNote> {
        let begin = format!("{}{SAID}", file_name(id));
        let texts = self.texts(|name| name.starts_with(&begin)).into_iter();
        let read = texts.filter_map(|text| serde_json::from_str(&text).ok());
        let mut notes: Vec<SaidNote> = read.collect();
        notes.sort_by(|a, b| a.name.cmp(&b.name));
        notes
    }

    /// The note of this name is in the journal.
    pub fn forget_note(&self, id: &str, name: &str) {
        drop(std::fs::remove_file(self.named(id, SAID, name)));
    }

    /// Whoever goes on with the run `id` has no use for what was said to the process before.
    pub fn forget_acceptance(&self, id: &str) {
        drop(std::fs::remove_file(self.named(id, ACCEPTED, "")));
    }

    fn named(&self, id: &str, kind: &str, own: &str) -> PathBuf {
        let name = format!("{}{kind}{}", file_name(id), file_name(own));
        self.path.join(name)
    }

    /// The texts of the files that are `meant` by their names. One that cannot be read tells nothing.
    fn texts(&self, meant: impl Fn(&str) -> bool) -> Vec<String> {
        let entries = std::fs::read_dir(&self.path).into_iter().flatten();
        let named = entries.flatten().filter(|entry| {
            let name = entry.file_name();
            meant(&name.to_string_lossy())
        });
        named
            .filter_map(|entry| gwctl_files::read_to_string(&entry.path()).ok())
            .collect()
    }

    /// Writes `text` to `path`, as private as a journal. Whole or not at all: another process may look at any time.
    fn keep(&self, path: &Path, text: &str) -> std::io::Result<()> {
        self.prepare().map_err(std::io::Error::other)?;
        let being_written = self.path.join(format!("kept-{}.new", fastrand::u64(..)));
        let mut options = OpenOptions::new();
        gwctl_files::private(&mut options);
        options.create(true).write(true).truncate(true);
        let mut file = options.open(&being_written)?;
        file.write_all(text.as_bytes())?;
        std::fs::rename(being_written, path)
    }
}

/// Files answer at once.
fn at_once<'a, T: Send + 'a>(answer: std::io::Result<T>) -> Answer<'a, T> {
    Box::pin(std::future::ready(answer.map_err(Into::into)))
}

impl Store for Files {
    fn driver<'a>(&'a self, run: RunOf<'a>) -> Answer<'a, Option<LeaseHolder>> {
        at_once(Ok(self.holder(run.id)))
    }

    fn say_note<'a>(&'a self, id: &'a str, note: &'a SaidNote) -> Answer<'a, ()> {
        let text = serde_json::to_string(note).unwrap_or_default();
        at_once(self.keep(&self.named(id, SAID, &note.name), &text))
    }

    fn said_notes<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<SaidNote>> {
        at_once(Ok(self.notes(id)))
    }

    fn ask_approval<'a>(&'a self, id: &'a str, text: &'a str) -> Answer<'a, ()> {
        at_once(self.keep_asked(id, text))
    }

    fn end_asking<'a>(&'a self, id: &'a str) -> Answer<'a, ()> {
        self.forget_asked(id);
        at_once(Ok(()))
    }

    fn approve<'a>(&'a self, id: &'a str, who: &'a str, text: &'a str) -> Answer<'a, ()> {
        let file = self.named(id, APPROVAL, &digest(who.as_bytes()));
        at_once(self.keep(&file, text))
    }

    fn approvals<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<String>> {
        let begin = format!("{}{APPROVAL}", file_name(id));
        at_once(Ok(self.texts(|name| name.starts_with(&begin))))
    }

    fn accept<'a>(&'a self, id: &'a str, offer: &'a str, by: &'a str) -> Answer<'a, ()> {
        let (offer, by) = (offer.to_owned(), by.to_owned());
        let text = serde_json::to_string(&Accepted { offer, by }).unwrap_or_default();
        at_once(self.keep(&self.named(id, ACCEPTED, ""), &text))
    }

    fn acceptance<'a>(&'a self, id: &'a str, offer: &'a str) -> Answer<'a, Option<String>> {
        let text = gwctl_files::read_to_string(&self.named(id, ACCEPTED, ""));
        let said = text.ok().and_then(|text| serde_json::from_str(&text).ok());
        let said = said.filter(|said: &Accepted| said.offer == offer);
        at_once(Ok(said.map(|said| said.by)))
    }
}
