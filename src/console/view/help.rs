//! Help: the keys of the screen, and what the marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::freshness::cells;
use super::popup::{scrolled, window};
use super::scene::Scene;
use super::theme::Role;
use crate::app::Help;
use gwctl_fleet::Verdict;

/// The window of help.
pub fn help_window(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    help: &Help,
    scroll: usize,
) {
    let mut lines = Vec::new();
    let width = help
        .sections
        .iter()
        .flat_map(|(_, lines)| lines)
        .map(|line| cells(&line.keys))
        .max()
        .unwrap_or(8)
        .min(26);
    for (title, entries) in &help.sections {
        lines.push(Line::from(scene.span(title.clone(), Role::Title)));
        for entry in entries {
            let pad = " ".repeat(width.saturating_sub(cells(&entry.keys)));
            lines.push(Line::from(vec![
                scene.span(format!("  {}{pad}  ", entry.keys), Role::Accent),
                scene.span(entry.about.clone(), Role::Text),
            ]));
        }
        lines.push(Line::default());
    }
    lines.extend(legend(scene));
    let height = lines.len() as u16 + 2;
    let inner = window(scene, area, buf, (84, height), "Help");
    scrolled(scene, inner, buf, &lines, scroll);
}

/// What the marks mean.
fn legend(scene: &Scene<'_>) -> Vec<Line<'static>> {
    let glyphs = scene.theme.glyphs;
    let mut lines = vec![Line::from(scene.span("What the marks mean", Role::Title))];
    let mut verdicts = vec![Span::raw("  ")];
    for verdict in [
        Verdict::Healthy,
        Verdict::Degraded,
        Verdict::Down,
        Verdict::Unknown,
    ] {
        verdicts.push(scene.mark(verdict));
        verdicts.push(scene.span(format!(" {verdict}   "), Role::Text));
    }
    lines.push(Line::from(verdicts));
    let entries = [
        ("0", Role::Text, "AWS was asked, and the figure is zero"),
        (
            glyphs.marks.no_data,
            Role::Faint,
            "no data: AWS was asked, and has none (no traffic, not configured)",
        ),
        (
            glyphs.marks.could_not_ask,
            Role::Muted,
            "could not ask: no answer; the last known value follows it, dimmed, with its age",
        ),
        (
            glyphs.marks.not_allowed,
            Role::Unknown,
            "not allowed: AWS refused; the reason names the IAM action",
        ),
        (
            glyphs.marks.not_yet,
            Role::Faint,
            "not asked yet, or the first answer is still under way",
        ),
        (
            "42 ms",
            Role::Faint,
            "dimmed without a mark: answered, but the value is of long ago",
        ),
        (
            glyphs.events.change,
            Role::Accent,
            "on the time axis of a chart: somebody changed something",
        ),
        (
            glyphs.events.turn,
            Role::Degraded,
            "an alarm, a health check or a verdict turned",
        ),
        (
            glyphs.events.run,
            Role::Traffic,
            "gwctl did something, as its journal tells",
        ),
        (glyphs.events.note, Role::Text, "somebody wrote a note"),
        (
            "in OUT",
            Role::Text,
            "DNS answers with the Region, or does not; * has no health check, ! has a disabled one, which Route 53 considers healthy (in) or, inverted, unhealthy (OUT)",
        ),
    ];
    for (mark, role, about) in entries {
        let pad = " ".repeat(8usize.saturating_sub(cells(mark)));
        lines.push(Line::from(vec![
            scene.span(format!("  {mark}{pad}"), role),
            scene.span(about, Role::Text),
        ]));
    }
    lines
}
