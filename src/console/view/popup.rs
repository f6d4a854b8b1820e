//! What windows over a screen are made of: a cleared frame, lines that scroll, a list with a cursor, a line editor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Line;

use super::paint;
use super::scene::{Scene, area_of};
use super::theme::Role;
use crate::app::{Target, Window};

/// A window in the middle, cleared, with a frame; says what is inside.
pub fn window(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    size: (u16, u16),
    title: &str,
) -> Rect {
    let width = size.0.min(area.width.saturating_sub(4));
    let height = size.1.min(area.height.saturating_sub(3));
    let x = area.x + (area.width - width) / 2;
    // Between the header, which always shows, and the status bar.
    let y = area.y + 2 + (area.height.saturating_sub(3 + height)) / 2;
    let place = Rect {
        x,
        y,
        width,
        height,
    };
    scene.hits.targets.push((area_of(area), Target::Overlay));
    clear(scene, place, buf);
    scene.frame(
        place,
        buf,
        &Line::from(scene.heading(title.to_string(), true)),
        None,
        true,
    )
}

pub fn clear(scene: &Scene<'_>, place: Rect, buf: &mut Buffer) {
    let style = scene.style(Role::Background).patch(scene.style(Role::Text));
    for y in place.top()..place.bottom() {
        for x in place.left()..place.right() {
            if let Some(cell) = buf.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
}

/// Lines that scroll; tells the state how many there are and fit.
pub fn scrolled(
    scene: &mut Scene<'_>,
    inner: Rect,
    buf: &mut Buffer,
    lines: &[Line<'_>],
    scroll: usize,
) {
    let height = usize::from(inner.height);
    let offset = scroll.min(lines.len().saturating_sub(height));
    scene.hits.windows.push(Window {
        panel: None,
        offset,
        height,
        len: lines.len(),
    });
    for (line, y) in lines.iter().skip(offset).zip(inner.y..inner.bottom()) {
        paint::line(buf, inner.x + 1, y, inner.width.saturating_sub(2), line);
    }
    footing(scene, inner, buf);
}

/// Writes below `inner` which of its lines show, when not all of them fit.
pub fn footing(scene: &Scene<'_>, inner: Rect, buf: &mut Buffer) {
    let frame = Rect {
        x: inner.x.saturating_sub(1),
        y: inner.y.saturating_sub(1),
        width: inner.width + 2,
        height: inner.height + 2,
    };
    scene.footing(frame, buf, None);
}

/// A line editor: a prompt, what is typed, the cursor. Says how many cells the text takes.
pub fn edit(
    scene: &Scene<'_>,
    place: Rect,
    buf: &mut Buffer,
    prompt: &str,
    input: &tui_input::Input,
) -> (u16, u16) {
    let used = paint::text(
        buf,
        place.x + 1,
        place.y,
        place.width,
        prompt,
        scene.style(Role::Accent),
    ) + 1;
    let width = place.width.saturating_sub(used + 1);
    let scroll = input.visual_scroll(usize::from(width));
    let shown: String = input.value().chars().skip(scroll).collect();
    let x = place.x + used;
    let taken = paint::text(buf, x, place.y, width, &shown, scene.style(Role::Text));
    let cursor = x + input.visual_cursor().saturating_sub(scroll) as u16;
    if let Some(cell) = buf.cell_mut((cursor, place.y)) {
        cell.set_style(Style::new().add_modifier(Modifier::REVERSED));
    }
    (width, taken)
}

/// A list with a cursor, each entry a line.
pub fn list(
    scene: &mut Scene<'_>,
    inner: Rect,
    buf: &mut Buffer,
    lines: &[Line<'_>],
    cursor: usize,
) {
    let height = usize::from(inner.height);
    let offset = scene.state.hits.offset(None, cursor, height, lines.len());
    scene.hits.windows.push(Window {
        panel: None,
        offset,
        height,
        len: lines.len(),
    });
    footing(scene, inner, buf);
    for (index, (line, y)) in lines
        .iter()
        .enumerate()
        .skip(offset)
        .zip(inner.y..inner.bottom())
        .map(|((index, line), y)| (index, (line, y)))
    {
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        if index == cursor {
            buf.set_style(row, scene.style(Role::Selection));
            paint::text(
                buf,
                row.x,
                y,
                1,
                scene.theme.glyphs.cursor,
                scene.style(Role::Accent),
            );
        }
        scene
            .hits
            .targets
            .push((area_of(row), Target::Entry(index)));
        paint::line(buf, row.x + 2, y, row.width.saturating_sub(2), line);
    }
}
