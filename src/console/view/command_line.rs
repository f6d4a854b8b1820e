//! The line at the bottom in which commands and filters are typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::freshness::cells;
use super::paint;
use super::popup::{clear, edit};
use super::prose::Prose;
use super::scene::{Scene, area_of};
use super::theme::Role;
use crate::app::{Palette, Target};

/// No text above the last line takes more lines.
const ABOVE: u16 = 5;

/// The line in which a filter is typed.
pub fn filter_line(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    input: &tui_input::Input,
    error: Option<&str>,
) {
    let place = last_line(area);
    let (cut, hint) = hint(
        place,
        "/",
        input,
        error,
        "regex   !inverse   -f fuzzy   column:value",
    );
    if let Some(error) = cut {
        say_above(scene, place, buf, error, Role::Down);
    }
    input_line(scene, place, buf, "/", input, hint);
}

pub const fn last_line(area: Rect) -> Rect {
    Rect {
        y: area.y + area.height.saturating_sub(1),
        height: 1,
        ..area
    }
}

/// What stands beside the typed line, and the error that does not fit there.
fn hint<'t>(
    place: Rect,
    prompt: &str,
    input: &tui_input::Input,
    error: Option<&'t str>,
    usual: &'t str,
) -> (Option<&'t str>, (&'t str, Role)) {
    match error {
        Some(error) if fits(place, prompt, input, error) => (None, (error, Role::Down)),
        cut => (cut, (usual, Role::Muted)),
    }
}

/// Whether `hint` stands whole beside what is typed.
fn fits(place: Rect, prompt: &str, input: &tui_input::Input, hint: &str) -> bool {
    cells(prompt) + cells(input.value()) + cells(hint) + 5 <= usize::from(place.width)
}

/// Writes above the line at `place` what does not fit into it. Says how many lines it took.
pub fn say_above(
    scene: &mut Scene<'_>,
    place: Rect,
    buf: &mut Buffer,
    text: &str,
    role: Role,
) -> u16 {
    let mut prose = Prose::new(scene, place.width.saturating_sub(2));
    prose.say(0, text, role);
    let lines = prose.lines;
    let height = (lines.len() as u16).min(ABOVE);
    let above = Rect {
        y: place.y.saturating_sub(height),
        height,
        ..place
    };
    clear(scene, above, buf);
    for (line, y) in lines.iter().zip(above.y..above.bottom()) {
        paint::line(buf, above.x + 1, y, above.width.saturating_sub(2), line);
    }
    height
}

/// The line at the bottom in which something is typed.
fn input_line(
    scene: &mut Scene<'_>,
    place: Rect,
    buf: &mut Buffer,
    prompt: &str,
    input: &tui_input::Input,
    hint: (&str, Role),
) {
    clear(scene, place, buf);
    scene.hits.targets.push((area_of(place), Target::Overlay));
    let (width, taken) = edit(scene, place, buf, prompt, input);
    let room = width.saturating_sub(taken + 3);
    if usize::from(room) >= cells(hint.0).min(20) {
        let length = cells(hint.0).min(usize::from(room)) as u16;
        paint::text(
            buf,
            place.right().saturating_sub(length + 1),
            place.y,
            length,
            hint.0,
            scene.style(hint.1),
        );
    }
}

/// The line in which a command is typed, and what completes it.
pub fn command_line(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, palette: &Palette) {
    let count = palette.suggestions.len().min(8) as u16;
    let place = last_line(area);
    let (cut, hint) = hint(
        place,
        ":",
        &palette.input,
        palette.error.as_deref(),
        "Tab completes, Enter runs, Esc leaves",
    );
    let said = cut.map_or(0, |error| say_above(scene, place, buf, error, Role::Down));
    if count > 0 {
        let height = count + 2;
        let list = Rect {
            x: area.x,
            y: place.y.saturating_sub(height + said),
            width: area.width.min(90),
            height,
        };
        clear(scene, list, buf);
        let all = palette.suggestions.len();
        let aside = (all > usize::from(count))
            .then(|| Line::from(scene.span(format!("{all}: \u{2193} goes on"), Role::Muted)));
        let inner = scene.frame(
            list,
            buf,
            &Line::from(scene.heading("Commands", true)),
            aside.as_ref(),
            true,
        );
        let chosen = palette.chosen.unwrap_or(usize::MAX);
        let first = palette
            .chosen
            .map_or(0, |chosen| (chosen + 1).saturating_sub(usize::from(count)));
        let widest = palette
            .suggestions
            .iter()
            .map(|suggestion| cells(&suggestion.line))
            .max()
            .unwrap_or(0)
            .min(40);
        for (index, (suggestion, y)) in palette
            .suggestions
            .iter()
            .enumerate()
            .skip(first)
            .zip(inner.y..inner.bottom())
            .map(|((index, suggestion), y)| (index, (suggestion, y)))
        {
            let row = Rect {
                y,
                height: 1,
                ..inner
            };
            if index == chosen {
                buf.set_style(row, scene.style(Role::Selection));
            }
            scene
                .hits
                .targets
                .push((area_of(row), Target::Entry(index)));
            let used = paint::text(
                buf,
                row.x + 1,
                y,
                widest as u16,
                &suggestion.line,
                scene.style(Role::Accent),
            );
            let at = row.x + 3 + (widest as u16).max(used);
            paint::text(
                buf,
                at,
                y,
                row.right().saturating_sub(at),
                &suggestion.about,
                scene.style(Role::Muted),
            );
        }
    }
    input_line(scene, place, buf, ":", &palette.input, hint);
}
