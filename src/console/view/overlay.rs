//! What lies over a screen: help, command line, filter, faults, themes, votes, details.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};

use super::freshness::{Show, cells};
use super::help::help_window;
use super::menus;
use super::paint;
use super::scene::{Scene, area_of};
use super::theme::Role;
use super::wizard;
use crate::app::{FaultEntry, Overlay, Palette, Target, Window};
use gwctl_fleet::{Observed, Verdict, Vote, format};

/// Draws the open overlay, if any.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some(overlay) = &scene.state.overlay else {
        return;
    };
    match overlay {
        Overlay::Help { help, scroll } => help_window(scene, area, buf, help, *scroll),
        Overlay::Palette(palette) => command_line(scene, area, buf, palette),
        Overlay::Filter { input, error, .. } => {
            let hint = error.as_ref().map_or(
                ("regex   !inverse   -f fuzzy   column:value", Role::Muted),
                |error| (error.as_str(), Role::Down),
            );
            let place = Rect {
                y: area.bottom() - 1,
                height: 1,
                ..area
            };
            input_line(scene, place, buf, "/", input, hint);
        }
        Overlay::Faults { list, row } => faults(scene, area, buf, list, *row),
        Overlay::Themes { row, .. } => themes(scene, area, buf, *row),
        Overlay::Menu { offers, row } => menus::actions(scene, area, buf, offers, *row),
        Overlay::Wizard(open) => wizard::draw(scene, area, buf, open),
        Overlay::Ask(asked) => menus::ask(scene, area, buf, asked),
        Overlay::Runs { list, row } => menus::runs(scene, area, buf, list.as_deref(), *row),
        Overlay::Quit { row } => menus::quit(scene, area, buf, *row),
        Overlay::Votes {
            check,
            votes,
            scroll,
        } => votes_window(scene, area, buf, check, votes, *scroll),
        Overlay::Detail {
            title,
            cells,
            scroll,
        } => detail(scene, area, buf, title, cells, *scroll),
    }
}

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

fn command_line(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, palette: &Palette) {
    let count = palette.suggestions.len().min(8) as u16;
    let place = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    if count > 0 {
        let height = count + 2;
        let list = Rect {
            x: area.x,
            y: place.y.saturating_sub(height),
            width: area.width.min(90),
            height,
        };
        clear(scene, list, buf);
        let inner = scene.frame(
            list,
            buf,
            &Line::from(scene.heading("Commands", true)),
            None,
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
    let hint = palette.error.as_ref().map_or(
        ("Tab completes, Enter runs, Esc leaves", Role::Muted),
        |error| (error.as_str(), Role::Down),
    );
    input_line(scene, place, buf, ":", &palette.input, hint);
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

fn faults(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    entries: &[FaultEntry],
    cursor: usize,
) {
    let lines: Vec<Line<'_>> = entries
        .iter()
        .map(|entry| {
            let (mark, role, word) = if entry.active {
                (scene.theme.glyphs.down, Role::Down, "on ")
            } else {
                (scene.theme.glyphs.unknown, Role::Faint, "off")
            };
            Line::from(vec![
                scene.span(format!("{mark} {word}  "), role),
                scene.span(format!("{:<28} ", entry.id), Role::Title),
                scene.span(entry.title.clone(), Role::Muted),
            ])
        })
        .collect();
    let inner = window(
        scene,
        area,
        buf,
        (88, lines.len() as u16 + 2),
        "Faults of the simulated world: Enter starts and ends",
    );
    if lines.is_empty() {
        scene.nothing(inner, buf, "this world has no faults to start");
    }
    list(scene, inner, buf, &lines, cursor);
}

fn themes(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, cursor: usize) {
    let lines: Vec<Line<'_>> = scene
        .state
        .themes
        .iter()
        .map(|entry| {
            Line::from(vec![
                scene.span(format!("{:<18} ", entry.name), Role::Title),
                scene.span(entry.origin.clone(), Role::Muted),
            ])
        })
        .collect();
    let inner = window(scene, area, buf, (56, lines.len() as u16 + 5), "Theme");
    let entries = Rect {
        height: inner.height.saturating_sub(3),
        ..inner
    };
    list(scene, entries, buf, &lines, cursor);
    let y = entries.bottom();
    paint::text(
        buf,
        inner.x + 2,
        y,
        inner.width.saturating_sub(3),
        &scene.theme.about,
        scene.style(Role::Muted),
    );
    let mut x = inner.x + 2;
    for verdict in [
        Verdict::Healthy,
        Verdict::Degraded,
        Verdict::Down,
        Verdict::Unknown,
    ] {
        let text = format!("{} {verdict}", scene.theme.glyphs.verdict(verdict));
        x += paint::text(
            buf,
            x,
            y + 1,
            inner.right().saturating_sub(x),
            &text,
            scene.theme.verdict(verdict),
        ) + 3;
    }
    let mut x = inner.x + 2;
    for index in 0..6 {
        x += paint::text(
            buf,
            x,
            y + 2,
            inner.right().saturating_sub(x),
            &scene.theme.glyphs.bar[8].repeat(6),
            scene.theme.series(index),
        ) + 1;
    }
}

fn votes_window(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    check: &str,
    votes: &Observed<Vec<Vote>>,
    scroll: usize,
) {
    let known = scene.known(votes);
    let mut lines = Vec::new();
    if let Some(all) = known.value {
        let healthy = all.iter().filter(|vote| vote.healthy()).count();
        lines.push(Line::from(scene.span(
            format!("{healthy} of {} checkers say healthy", all.len()),
            Role::Title,
        )));
        lines.push(Line::default());
        for vote in all {
            let (mark, role) = if vote.healthy() {
                (scene.theme.glyphs.healthy, Role::Healthy)
            } else {
                (scene.theme.glyphs.down, Role::Down)
            };
            let address = vote
                .checker
                .map_or_else(String::new, |address| address.to_string());
            let age = vote
                .at
                .map_or_else(String::new, |at| format::age(scene.now.duration_since(at)));
            lines.push(Line::from(vec![
                scene.span(format!("{mark} "), role),
                scene.span(format!("{:<16}", vote.region), Role::Text),
                scene.span(format!("{address:<16}{age:>4}  "), Role::Muted),
                scene.span(vote.status.clone(), Role::Text),
            ]));
        }
    } else {
        let why = votes
            .why_missing()
            .map_or_else(String::new, ToString::to_string);
        lines.push(Line::from(
            scene.span(format!("{} {why}", known.mark(scene.theme)), Role::Muted),
        ));
    }
    let inner = window(
        scene,
        area,
        buf,
        (96, lines.len() as u16 + 2),
        &format!("Votes on health check {check}"),
    );
    scrolled(scene, inner, buf, &lines, scroll);
}

fn detail(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    title: &str,
    pairs: &[(&'static str, String)],
    scroll: usize,
) {
    let label = pairs.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let width = area.width.saturating_sub(4).min(100);
    let room = usize::from(width).saturating_sub(label + 6);
    let mut lines = Vec::new();
    for (name, value) in pairs {
        let wrapped = paint::wrap(value, room, 12);
        let first = wrapped
            .first()
            .cloned()
            .unwrap_or_else(|| scene.theme.glyphs.marks.no_data.into());
        lines.push(Line::from(vec![
            scene.span(format!("{name:<label$}  "), Role::Muted),
            scene.span(first, Role::Text),
        ]));
        for more in wrapped.into_iter().skip(1) {
            lines.push(Line::from(vec![
                Span::raw(" ".repeat(label + 2)),
                scene.span(more, Role::Text),
            ]));
        }
    }
    let inner = window(scene, area, buf, (width, lines.len() as u16 + 2), title);
    scrolled(scene, inner, buf, &lines, scroll);
}
