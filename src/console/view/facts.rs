//! Lists of facts: a label and what is known.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::freshness::Shown;
use super::paint;
use super::scene::Scene;
use super::theme::Role;

/// One line of a list of facts.
pub enum Fact {
    /// A heading, with what is said beside it.
    Heading(&'static str, Line<'static>),
    /// A label and a value.
    Pair(&'static str, Line<'static>),
    /// A value under the label before.
    More(Line<'static>),
    /// A line of its own.
    Whole(Line<'static>),
    /// Space.
    Gap,
}

impl Fact {
    /// A label and a figure.
    pub fn of(label: &'static str, shown: Shown) -> Self {
        Self::Pair(label, Line::from(shown.span()))
    }
}

/// Puts facts together.
pub struct Facts<'s, 'a> {
    scene: &'s Scene<'a>,
    /// The lines so far.
    pub lines: Vec<Fact>,
}

impl<'s, 'a> Facts<'s, 'a> {
    /// None yet.
    pub fn new(scene: &'s Scene<'a>) -> Self {
        Self {
            scene,
            lines: Vec::new(),
        }
    }

    /// A heading with a space before it, unless it is the first.
    pub fn heading(&mut self, title: &'static str, beside: impl Into<Line<'static>>) {
        if !self.lines.is_empty() {
            self.lines.push(Fact::Gap);
        }
        self.lines.push(Fact::Heading(title, beside.into()));
    }

    /// A label and a figure.
    pub fn figure(&mut self, label: &'static str, shown: Shown) {
        self.lines.push(Fact::of(label, shown));
    }

    /// A label and words.
    pub fn words(&mut self, label: &'static str, text: impl Into<String>, role: Role) {
        self.lines
            .push(Fact::of(label, Shown::new(text, self.scene.theme, role)));
    }

    /// A label and several spans.
    pub fn spans(&mut self, label: &'static str, spans: Vec<Span<'static>>) {
        self.lines.push(Fact::Pair(label, Line::from(spans)));
    }
}

/// Draws as many as fit; without gaps where they would not fit otherwise.
pub fn draw(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, facts: &[Fact]) {
    let tight = facts.len() > usize::from(area.height);
    let label_width = facts
        .iter()
        .filter_map(|fact| match fact {
            Fact::Pair(label, _) => Some(label.len() as u16),
            _ => None,
        })
        .max()
        .unwrap_or(0)
        .min(area.width / 3);
    let mut y = area.y;
    for fact in facts {
        if y >= area.bottom() {
            break;
        }
        let (x, width) = (area.x + 1, area.width.saturating_sub(2));
        let indent = label_width + 2;
        match fact {
            Fact::Gap if tight => continue,
            Fact::Gap => {}
            Fact::Whole(line) => {
                paint::line(buf, x, y, width, line);
            }
            Fact::Heading(title, beside) => {
                let used = paint::text(buf, x, y, width, title, scene.style(Role::Title)) + 1;
                paint::line(buf, x + used, y, width.saturating_sub(used), beside);
            }
            Fact::Pair(label, value) => {
                paint::text(buf, x, y, label_width, label, scene.style(Role::Muted));
                paint::line(buf, x + indent, y, width.saturating_sub(indent), value);
            }
            Fact::More(value) => {
                paint::line(buf, x + indent, y, width.saturating_sub(indent), value);
            }
        }
        y += 1;
    }
}
