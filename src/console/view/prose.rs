//! Lines of sentences and labelled facts, broken to a width: what windows with much to say are made of.

use ratatui::text::{Line, Span};

use super::freshness::cells;
use super::paint;
use super::scene::Scene;
use super::theme::Role;

/// Lines being written.
pub struct Prose<'s, 'a> {
    scene: &'s Scene<'a>,
    width: usize,
    /// The lines so far.
    pub lines: Vec<Line<'static>>,
}

/// No text is longer than this many lines.
const MOST: usize = 40;

impl<'s, 'a> Prose<'s, 'a> {
    /// For `width` cells.
    pub const fn new(scene: &'s Scene<'a>, width: u16) -> Self {
        Self {
            scene,
            width: width as usize,
            lines: Vec::new(),
        }
    }

    /// A blank line, never two and never first.
    pub fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// A heading after a blank line, and something beside it.
    pub fn heading(&mut self, title: &str, beside: &str) {
        self.gap();
        self.lines.push(Line::from(vec![
            self.scene.span(title.to_owned(), Role::Accent),
            self.scene.span(format!("  {beside}"), Role::Muted),
        ]));
    }

    /// A sentence, broken, each line `indent` cells in.
    pub fn say(&mut self, indent: usize, text: &str, role: Role) {
        self.marked(indent, &Span::raw(""), text, role);
    }

    /// A sentence after a mark; its further lines stand under its first word, or a little in where
    /// the mark is long.
    pub fn marked(&mut self, indent: usize, mark: &Span<'static>, text: &str, role: Role) {
        let lead = mark.width();
        if lead * 4 > self.width && lead > 0 {
            self.after_long(indent, mark, text, role);
        } else {
            self.aligned(indent, mark, text, role);
        }
    }

    /// As [`Prose::marked`], always under the first word: for columns.
    pub fn aligned(&mut self, indent: usize, mark: &Span<'static>, text: &str, role: Role) {
        let lead = mark.width();
        let room = self.width.saturating_sub(indent + lead);
        for (index, piece) in paint::wrap(&paint::safe(text), room, MOST)
            .into_iter()
            .enumerate()
        {
            let first = if index == 0 {
                mark.clone()
            } else {
                Span::raw(" ".repeat(lead))
            };
            self.push(indent, first, piece, role);
        }
    }

    /// As [`Prose::marked`], broken as one sentence with the mark.
    fn after_long(&mut self, indent: usize, mark: &Span<'static>, text: &str, role: Role) {
        let room = self.width.saturating_sub(indent + 2);
        let whole = format!("{}{}", mark.content, paint::safe(text));
        let own = mark.content.trim_end();
        for (index, piece) in paint::wrap(&whole, room, MOST).into_iter().enumerate() {
            match piece.strip_prefix(own).filter(|_| index == 0) {
                Some(rest) => {
                    let first = Span::styled(own.to_owned(), mark.style);
                    self.push(indent, first, rest.to_owned(), role);
                }
                None => self.push(indent + 2 * index.min(1), Span::raw(""), piece, role),
            }
        }
    }

    fn push(&mut self, indent: usize, mark: Span<'static>, text: String, role: Role) {
        self.lines.push(Line::from(vec![
            Span::raw(" ".repeat(indent)),
            mark,
            self.scene.span(text, role),
        ]));
    }

    /// `label  text`, the texts of one block under each other.
    pub fn fact(&mut self, label: &str, width: usize, text: &str, role: Role) {
        let pad = width.saturating_sub(cells(label)) + 2;
        let mark = self
            .scene
            .span(format!("{label}{}", " ".repeat(pad)), Role::Muted);
        self.aligned(1, &mark, text, role);
    }
}
