//! Lines of a log in full, in a window of their own.

use gwctl_fleet::format;
use gwctl_fleet::logs::Placed;
use gwctl_observe::logs::Book;

/// Lines of a log, each whole with its stack trace.
#[derive(Debug, Clone)]
pub struct Written {
    /// What they are.
    pub title: String,
    /// Oldest first.
    pub lines: Vec<Placed>,
    /// What may be missing among them, a sentence each.
    pub notes: Vec<String>,
    /// Whether they are shown as they were written.
    pub raw: bool,
    /// First visible line.
    pub scroll: usize,
}

impl Written {
    /// One line.
    pub fn line(placed: &Placed, raw: bool) -> Self {
        let at = format::clock(placed.at);
        Self {
            title: format!("{} {} {at}Z", placed.region, placed.source),
            lines: vec![placed.clone()],
            notes: Vec::new(),
            raw,
            scroll: 0,
        }
    }

    /// Every line of the request that `placed` belongs to, as far as they were read; none where it names no request.
    pub fn request(book: &Book, placed: &Placed) -> Option<Self> {
        let id = placed.line.request_id.as_deref()?;
        let is_its =
            |one: &&Placed| one.line.request_id.as_deref() == Some(id) || one.raw.contains(id);
        let all = book.lines.iter().map(AsRef::as_ref);
        let lines: Vec<Placed> = all.filter(is_its).cloned().collect();
        let mut notes = vec![
            "other services write other ids: only lines that hold this id are known to belong to it".to_owned(),
        ];
        notes.extend(book.gaps());
        Some(Self {
            title: format!("Request {id}"),
            lines,
            notes,
            raw: false,
            scroll: 0,
        })
    }

    /// As text to paste.
    pub fn text(&self) -> String {
        let all: Vec<&str> = self.lines.iter().map(|one| one.raw.trim_end()).collect();
        all.join("\n")
    }
}
