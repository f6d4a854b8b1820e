//! What windows over the whole body have that lead through stages: the stages above, what is wrong and the keys below.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::paint;
use super::popup::{clear, edit};
use super::prose::Prose;
use super::scene::{Scene, area_of};
use super::theme::Role;
use crate::app::Target;

/// A key and what it does.
pub type Key = (String, &'static str);

/// The frame over the body, cleared: what is inside it.
pub fn window(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    (title, aside): (&Line<'_>, &Line<'_>),
) -> Rect {
    let body = Rect {
        y: area.y + 2,
        height: area.height.saturating_sub(3),
        ..area
    };
    scene.hits.targets.push((area_of(area), Target::Overlay));
    clear(scene, body, buf);
    scene.frame(body, buf, title, Some(aside), true)
}

/// `evacuate → Plan → Checks → Confirm`, the present stage marked.
pub fn stages<'a>(
    scene: &Scene<'_>,
    head: &str,
    stages: impl Iterator<Item = (&'a str, bool)>,
) -> Line<'static> {
    let arrow = scene.theme.glyphs.right;
    let mut spans = vec![scene.span(paint::safe(head).into_owned(), Role::Title)];
    for (word, present) in stages {
        spans.push(scene.span(format!(" {arrow} "), Role::Faint));
        let style = if present {
            scene.style(Role::Accent).add_modifier(Modifier::REVERSED)
        } else {
            scene.style(Role::Muted)
        };
        spans.push(Span::styled(format!(" {word} "), style));
    }
    Line::from(spans)
}

/// Draws what is wrong and which keys go on at the foot of `inner`: what is left above it.
pub fn foot(
    scene: &Scene<'_>,
    inner: Rect,
    buf: &mut Buffer,
    error: Option<&str>,
    keys: Vec<Key>,
) -> Rect {
    let mut prose = Prose::new(scene, inner.width.saturating_sub(2));
    prose.lines.push(Line::default());
    if let Some(error) = error {
        let mark = scene.span(format!("{} ", scene.theme.glyphs.down), Role::Down);
        prose.marked(0, &mark, error, Role::Down);
    }
    let mut spans = Vec::new();
    for (key, does) in keys {
        spans.push(scene.span(key, Role::Accent));
        spans.push(scene.span(format!(" {does}   "), Role::Muted));
    }
    prose.lines.push(Line::from(spans));
    let height = (prose.lines.len() as u16).min(inner.height / 2);
    let room = Rect {
        height: inner.height - height,
        ..inner
    };
    for (line, y) in prose.lines.iter().zip(room.bottom()..inner.bottom()) {
        paint::line(buf, inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
    room
}

/// The line in which a word is typed, below `height` lines of `area`.
pub fn typed(
    scene: &Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    height: u16,
    input: &tui_input::Input,
) {
    let place = Rect {
        y: area.y + height + 1,
        height: 1,
        ..area
    };
    edit(scene, place, buf, "> ", input);
}
