//! What lies over a screen: help, command line, filter, faults, themes, votes, details.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::approvals;
use super::command_line;
use super::freshness::{Show, cells};
use super::help::help_window;
use super::menus;
use super::paint;
use super::popup::{list, scrolled, window};
use super::scene::Scene;
use super::theme::Role;
use super::wizard;
use super::written::broken;
use crate::app::{Action, FaultEntry, Further, Overlay};
use gwctl_fleet::{Observed, Verdict, Vote, format};

/// Draws the open overlay, if any.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some(overlay) = &scene.state.overlay else {
        return;
    };
    match overlay {
        Overlay::Help { help, scroll } => help_window(scene, area, buf, help, *scroll),
        Overlay::Palette(palette) => command_line::command_line(scene, area, buf, palette),
        Overlay::Filter { input, error, .. } => {
            command_line::filter_line(scene, area, buf, input, error.as_deref());
        }
        Overlay::Faults { list, row } => faults(scene, area, buf, list, *row),
        Overlay::Themes { row, .. } => themes(scene, area, buf, *row),
        Overlay::Menu { offers, row } => menus::actions(scene, area, buf, offers, *row),
        Overlay::Wizard(open) => wizard::draw(scene, area, buf, open),
        Overlay::Several => super::several::draw(scene, area, buf),
        Overlay::Ask(asked) => menus::ask(scene, area, buf, asked),
        Overlay::Runs { list, row } => menus::runs(scene, area, buf, list.as_deref(), *row),
        Overlay::Waiting { row } => approvals::waiting(scene, area, buf, *row),
        Overlay::Quit { row } => menus::quit(scene, area, buf, *row),
        Overlay::Votes {
            check,
            votes,
            scroll,
        } => votes_window(scene, area, buf, check, votes, *scroll),
        Overlay::Sort { columns, row } => sort(scene, area, buf, columns, *row),
        Overlay::Ran(ran) => super::ran::draw(scene, area, buf, ran),
        Overlay::Written(shown) => super::written::draw(scene, area, buf, shown),
        Overlay::Detail {
            title,
            cells,
            further,
            scroll,
        } => detail(scene, area, buf, (title, further), cells, *scroll),
    }
}

fn faults(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    entries: &[FaultEntry],
    cursor: usize,
) {
    let widest = entries.iter().map(|entry| cells(&entry.id)).max();
    let widest = widest.unwrap_or(0);
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
                scene.span(format!("{:<widest$} ", entry.id), Role::Title),
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

/// What the focused list can be sorted by.
fn sort(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    columns: &[&'static str],
    cursor: usize,
) {
    let panel = scene.state.focused();
    let by = scene.state.sorted_by(panel);
    let own = if by.is_none() { "  now" } else { "" };
    let glyphs = scene.theme.glyphs;
    let mut lines = vec![Line::from(vec![
        scene.span("  its own order", Role::Text),
        scene.span(own, Role::Muted),
    ])];
    lines.extend(columns.iter().map(|name| {
        let now = by.as_ref().filter(|by| by.column == *name);
        let said = now.map(|by| {
            if by.descending {
                "  highest first; Enter turns it"
            } else {
                "  lowest first; Enter turns it"
            }
        });
        let mark = match scene.state.shows(panel, name) {
            Some(true) => glyphs.healthy,
            Some(false) | None => " ",
        };
        Line::from(vec![
            scene.span(format!("{mark} "), Role::Healthy),
            scene.span(*name, Role::Title),
            scene.span(said.unwrap_or_default(), Role::Muted),
        ])
    }));
    lines.push(Line::from(scene.span(
        format!("Space shows a column ({}) or hides it", glyphs.healthy),
        Role::Muted,
    )));
    let title = format!("Sort {} by", panel.title());
    let size = (48, lines.len() as u16 + 2);
    let inner = window(scene, area, buf, size, &title);
    list(scene, inner, buf, &lines, cursor);
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
    (title, further): (&str, &Further),
    pairs: &[(&'static str, String)],
    scroll: usize,
) {
    let title = keyed(scene, title, further);
    if further.raw {
        return json(scene, area, buf, &title, &further.json, scroll);
    }
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
    let inner = window(scene, area, buf, (width, lines.len() as u16 + 2), &title);
    scrolled(scene, inner, buf, &lines, scroll);
}

/// A heading with the keys that the window takes.
fn keyed(scene: &Scene<'_>, title: &str, further: &Further) -> String {
    let mut title = title.to_owned();
    if !further.json.is_empty() {
        let other = if further.raw { "in words" } else { "as JSON" };
        let _ = write!(title, "   {} {other}", scene.key(Action::Raw));
    }
    if further.url.is_some() {
        let _ = write!(title, "   {} AWS console", scene.key(Action::Link));
    }
    title
}

/// A thing as gwctl holds it.
fn json(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    title: &str,
    json: &[String],
    scroll: usize,
) {
    let width = area.width.saturating_sub(4).min(120);
    let pieces = json
        .iter()
        .flat_map(|line| broken(line, width.saturating_sub(4)));
    let lines: Vec<Line<'_>> = pieces
        .map(|piece| Line::from(scene.span(piece, Role::Text)))
        .collect();
    let inner = window(scene, area, buf, (width, lines.len() as u16 + 2), title);
    scrolled(scene, inner, buf, &lines, scroll);
}
