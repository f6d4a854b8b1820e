//! What a command of the configuration wrote, and how it ended.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::paint;
use super::popup::{scrolled, window};
use super::scene::Scene;
use super::theme::Role;
use super::written::broken;
use crate::app::{Ran, command_words};

/// Draws the window.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, ran: &Ran) {
    let width = area.width.saturating_sub(4).min(140);
    let room = width.saturating_sub(4);
    let (how, role, told) = match &ran.ended {
        None => ("runs; Esc ends it".to_owned(), Role::Accent, [].as_slice()),
        Some(Ok(wrote)) => {
            let role = if wrote.well { Role::Muted } else { Role::Down };
            (wrote.how.clone(), role, wrote.lines.as_slice())
        }
        Some(Err(why)) => (why.clone(), Role::Down, [].as_slice()),
    };
    let mut lines: Vec<Line<'static>> = Vec::new();
    for line in told {
        let pieces = broken(line, room).into_iter();
        lines.extend(pieces.map(|piece| Line::from(scene.span(piece, Role::Text))));
    }
    let how = paint::wrap(&paint::safe(&how), usize::from(room), 4);
    lines.extend(
        how.into_iter()
            .map(|line| Line::from(scene.span(line, role))),
    );
    let title = paint::cut(&command_words(&ran.argv), usize::from(room)).to_owned();
    let size = (width, (lines.len() as u16).saturating_add(2));
    let inner = window(scene, area, buf, size, &paint::safe(&title));
    scrolled(scene, inner, buf, &lines, ran.scroll);
}
