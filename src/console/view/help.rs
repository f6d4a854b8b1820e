//! Help: the keys of the screen, and what the marks mean.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::freshness::cells;
use super::paint;
use super::popup::{scrolled, window};
use super::scene::Scene;
use super::theme::Role;
use crate::app::{Help, HelpLine};
use gwctl_fleet::Verdict;

/// Cells that a column needs so that most lines are whole.
const COLUMN: u16 = 62;
/// Most columns side by side: beyond that nobody finds a line again.
const MOST: u16 = 3;
/// Blanks between columns.
const GAP: u16 = 3;

/// The window of help: as many columns as the screen is wide, and no line cut.
pub fn help_window(
    scene: &mut Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    help: &Help,
    scroll: usize,
) {
    let room = area.width.saturating_sub(8);
    let columns = ((room + GAP) / (COLUMN + GAP)).clamp(1, MOST);
    let width = ((room + GAP) / columns).saturating_sub(GAP).min(84);
    let mut lines = notifications(scene, usize::from(width));
    for (title, entries) in &help.sections {
        lines.extend(section(scene, title, entries, usize::from(width)));
        lines.push(Line::default());
    }
    lines.extend(legend(scene, usize::from(width)));
    let lines = beside_each_other(lines, usize::from(columns), usize::from(width));
    let wide = columns * (width + GAP) - GAP + 4;
    let height = lines.len() as u16 + 2;
    let inner = window(scene, area, buf, (wide, height), "Help");
    scrolled(scene, inner, buf, &lines, scroll);
}

/// One section: keys to the left, what they do beside them.
fn section(
    scene: &Scene<'_>,
    title: &str,
    entries: &[HelpLine],
    width: usize,
) -> Vec<Line<'static>> {
    let keys = entries.iter().map(|line| cells(&line.keys)).max();
    let keys = keys.unwrap_or(8).min(width * 2 / 5);
    let mut lines = vec![Line::from(scene.span(title.to_owned(), Role::Title))];
    for entry in entries {
        let key = scene.span(entry.keys.clone(), Role::Accent);
        lines.extend(told(scene, key, &entry.about, (keys, width)));
    }
    lines
}

/// A mark or a key, and what it means, in as many lines as that takes.
fn told(
    scene: &Scene<'_>,
    key: Span<'static>,
    about: &str,
    (keys, width): (usize, usize),
) -> Vec<Line<'static>> {
    let lead = 2 + keys + 2;
    let mut lines = Vec::new();
    // A key that is longer than its column has a line of its own.
    let own = cells(&key.content) > keys;
    let wrapped = paint::wrap(about, width.saturating_sub(lead), 8);
    let pad = " ".repeat(keys.saturating_sub(cells(&key.content)) + 2);
    let mut first = Some(vec![Span::raw("  "), key, Span::raw(pad)]);
    if own {
        lines.extend(first.take().map(Line::from));
    }
    for text in wrapped {
        let mut spans = first
            .take()
            .unwrap_or_else(|| vec![Span::raw(" ".repeat(lead))]);
        spans.push(scene.span(text, Role::Text));
        lines.push(Line::from(spans));
    }
    lines.extend(first.map(Line::from));
    lines
}

/// The same lines in columns of the same height, read from top to bottom and then to the right. No column ends with a
/// heading, and none begins with a blank.
fn beside_each_other(
    lines: Vec<Line<'static>>,
    columns: usize,
    width: usize,
) -> Vec<Line<'static>> {
    if columns < 2 {
        return lines;
    }
    let is_blank = |line: &Line<'_>| line.width() == 0;
    let is_heading = |line: &Line<'_>| line.spans.len() == 1;
    let each = lines.len().div_ceil(columns);
    let mut rest = lines;
    let mut stacks: Vec<Vec<Line<'static>>> = Vec::new();
    for place in 0..columns {
        let begin = rest.iter().position(|line| !is_blank(line));
        rest.drain(..begin.unwrap_or(rest.len()));
        let mut end = if place + 1 == columns {
            rest.len()
        } else {
            each.min(rest.len())
        };
        while end > 1
            && end < rest.len()
            && (is_heading(&rest[end - 1]) || is_blank(&rest[end - 1]))
        {
            end -= 1;
        }
        let further = rest.split_off(end);
        stacks.push(std::mem::replace(&mut rest, further));
    }
    let height = stacks.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| {
        let mut spans = Vec::new();
        for (place, stack) in stacks.iter().enumerate() {
            let line = stack.get(at);
            spans.extend(line.into_iter().flat_map(|line| line.spans.clone()));
            if place + 1 < columns {
                let used = line.map_or(0, Line::width);
                let pad = (width + usize::from(GAP)).saturating_sub(used);
                spans.push(Span::raw(" ".repeat(pad)));
            }
        }
        Line::from(spans)
    };
    (0..height).map(row).collect()
}

/// What became of the newest message to each target of the configuration.
fn notifications(scene: &Scene<'_>, width: usize) -> Vec<Line<'static>> {
    let all = &scene.state.told;
    if all.is_empty() {
        return Vec::new();
    }
    let names = all.iter().map(|one| cells(&one.target)).max().unwrap_or(0);
    let names = names.min(width * 2 / 5);
    let mut lines = vec![Line::from(scene.span("Notifications", Role::Title))];
    for one in all {
        let name = scene.span(paint::safe(&one.target).into_owned(), Role::Accent);
        let words = paint::safe(&one.words(scene.now)).into_owned();
        lines.extend(told(scene, name, &words, (names, width)));
    }
    lines.push(Line::default());
    lines
}

/// What the marks mean.
fn legend(scene: &Scene<'_>, width: usize) -> Vec<Line<'static>> {
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
        let mark = scene.span(mark, role);
        lines.extend(told(scene, mark, about, (6, width)));
    }
    lines
}
