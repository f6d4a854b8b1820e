//! The last line of every screen: pace, money and calls; then what was said last, or the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::command_line::{last_line, say_above};
use super::freshness::cells;
use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::{Action, Gravity, HelpLine, Notice, OrderKind, Overlay, Screen};
use gwctl_fleet::{Outcome, Pace, format};

/// Pace, money, calls; then a notice, or else the keys.
pub fn status(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let footer = Footer::of(scene, area);
    paint::line(buf, area.x, area.y, area.width, &footer.left);
    let width = footer.kept.width() as u16;
    let end = area.right().saturating_sub(width);
    paint::line(buf, end, area.y, width, &footer.kept);
    match &scene.state.notice {
        Some(notice) if footer.holds(notice) => {
            let style = scene.style(role(notice));
            paint::text(buf, footer.x, area.y, footer.room, &notice.text, style);
        }
        // For the moment it has the line for itself; above it there may be a window.
        Some(notice) if footer.holds_alone(notice) || scene.state.overlay.is_some() => {
            let room = footer.alone;
            let text = paint::fitted(&notice.text, usize::from(room));
            let text = format!(" {text} ");
            paint::text(
                buf,
                area.x,
                area.y,
                room + 2,
                &text,
                scene.style(role(notice)),
            );
        }
        _ => {
            let hints = hints(scene, footer.room);
            let width = hints.width() as u16;
            let x = end.saturating_sub(width);
            paint::line(buf, x, area.y, width, &hints);
        }
    }
}

/// A notice that the footer cannot hold, in the lines above it: half a reason is none.
pub fn long_notice(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let place = last_line(area);
    let state = scene.state;
    let Some(notice) = state.notice.as_ref().filter(|_| state.overlay.is_none()) else {
        return;
    };
    if !Footer::of(scene, place).holds_alone(notice) {
        say_above(scene, place, buf, &notice.text, role(notice));
    }
}

const fn role(notice: &Notice) -> Role {
    match notice.gravity {
        Gravity::Error => Role::Down,
        Gravity::Info => Role::Accent,
    }
}

/// What stands in the last line, and the room between.
struct Footer {
    left: Line<'static>,
    kept: Line<'static>,
    x: u16,
    room: u16,
    /// The room without what stands left.
    alone: u16,
}

impl Footer {
    fn of(scene: &Scene<'_>, area: Rect) -> Self {
        let left = status_parts(scene, area.width);
        let used = (left.width() as u16).min(area.width) + 2;
        let room = area.width.saturating_sub(used);
        let kept = kept(scene, room);
        Self {
            x: area.x + used.min(area.width),
            room: room.saturating_sub(kept.width() as u16 + 1),
            alone: area.width.saturating_sub(kept.width() as u16 + 2),
            left,
            kept,
        }
    }

    fn holds(&self, notice: &Notice) -> bool {
        cells(&paint::safe(&notice.text)) <= usize::from(self.room)
    }

    fn holds_alone(&self, notice: &Notice) -> bool {
        cells(&paint::safe(&notice.text)) <= usize::from(self.alone)
    }
}

/// Cells from which on the keys that always stand there have words beside them.
const WORDED: u16 = 60;
/// The keys that always stand there.
const KEPT: [(Action, &str); 3] = [
    (Action::Help, "help"),
    (Action::Pace, "incident"),
    (Action::Quit, "quit"),
];

/// Help, pace and the way out: whatever else is said. Nothing while a wizard says by itself which keys it takes.
fn kept(scene: &Scene<'_>, room: u16) -> Line<'static> {
    let mut parts: Vec<Span<'static>> = Vec::new();
    if says_its_keys(scene) {
        return Line::default();
    }
    let replays = scene.state.replay.is_some();
    for (action, about) in KEPT {
        if replays && action == Action::Pace {
            continue;
        }
        let Some(key) = scene.state.keymap.keys(action).into_iter().next() else {
            continue;
        };
        parts.push(scene.span(key.to_string(), Role::Accent));
        let about = if room >= WORDED { about } else { "" };
        parts.push(scene.span(format!(" {about}  ").replace("   ", " "), Role::Muted));
    }
    Line::from(parts)
}

/// Whether what lies over the screen says by itself which keys it takes.
const fn says_its_keys(scene: &Scene<'_>) -> bool {
    matches!(
        scene.state.overlay,
        Some(Overlay::Wizard(_) | Overlay::Several)
    )
}

fn status_parts(scene: &Scene<'_>, width: u16) -> Line<'static> {
    let ledger = &scene.snapshot.ledger;
    let sum = ledger.sum();
    let mut parts = Vec::new();
    if let Some(since) = scene.state.frozen {
        let text = format!(" FROZEN {} ", format::clock(since));
        parts.push(Span::styled(
            text,
            scene.style(Role::Degraded).add_modifier(Modifier::REVERSED),
        ));
    }
    let (pace, role) = match scene.state.pace {
        Pace::Calm => ("calm", Role::Text),
        Pace::Incident => ("incident", Role::Degraded),
    };
    if scene.state.recording.is_some() {
        parts.push(scene.span(" REC", Role::Down));
    }
    parts.push(scene.span(format!(" {pace} pace"), role));
    parts.push(scene.span(" · ", Role::Faint));
    parts.push(scene.span(
        format::dollars_per_hour(scene.snapshot.dollars_per_hour),
        Role::Text,
    ));
    parts.push(scene.span(" · ", Role::Faint));
    parts.push(scene.span(
        format!("{} calls", format::short_count(sum.calls as f64)),
        Role::Text,
    ));
    if sum.failures() > 0 {
        parts.push(scene.span(" · ", Role::Faint));
        let text = format!("{} failed", format::short_count(sum.failures() as f64));
        parts.push(scene.span(text, Role::Degraded));
    }
    let kinds = [
        (sum.refused, "refused"),
        (sum.timed_out, "timed out"),
        (sum.throttled, "throttled"),
    ];
    let kinds: Vec<String> = kinds
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", format::short_count(count as f64)))
        .collect();
    if width >= 100 && !kinds.is_empty() {
        parts.push(scene.span(format!(" ({})", kinds.join(", ")), Role::Muted));
    }
    if width >= 140 {
        let newest = ledger
            .recent()
            .next_back()
            .filter(|call| call.outcome != Outcome::Ok);
        if let Some(call) = newest {
            parts.push(scene.span(
                format!(" · last: {} in {}", call.operation, call.region),
                Role::Muted,
            ));
        }
    }
    Line::from(parts)
}

/// On the run screen what can be said to the run, then what is worth a place everywhere; nothing while
/// a wizard says by itself which keys it takes.
fn keys(scene: &Scene<'_>) -> Vec<HelpLine> {
    if says_its_keys(scene) {
        return Vec::new();
    }
    let run = scene.state.guided.run.as_ref();
    let orders = run
        .filter(|_| scene.state.screen() == &Screen::Run)
        .map(|run| scene.state.orders(run))
        .unwrap_or_default();
    // Rarely needed: the head of the run, help and `:` name it.
    let said = orders
        .into_iter()
        .filter(|kind| *kind != OrderKind::HandOver);
    let said = said.map(|kind| HelpLine {
        keys: scene.key(kind.action()),
        about: kind.word().into(),
    });
    let replaying = scene.state.replay.is_some();
    let footer = scene.state.keymap.footer(replaying).into_iter();
    let others = footer.filter(|line| KEPT.iter().all(|(_, about)| line.about != *about));
    let of_screen: &[(Action, &str)] = match scene.state.screen() {
        Screen::Timeline => &CHART_KEYS,
        Screen::Fleets => &FLEETS_KEYS,
        _ => &[],
    };
    let charts = of_screen.iter().map(|(action, about)| HelpLine {
        keys: scene.key(*action),
        about: (*about).into(),
    });
    let mut all: Vec<HelpLine> = said.chain(charts).chain(others).collect();
    let mut told = std::collections::BTreeSet::new();
    all.retain(|line| told.insert(line.keys.clone()));
    all
}

/// The keys of the list of fleets.
const FLEETS_KEYS: [(Action, &str); 2] =
    [(Action::Mark, "mark"), (Action::Actions, "act on marked")];

/// The keys of charts, where they are half of the screen.
const CHART_KEYS: [(Action, &str); 5] = [
    (Action::ChartLeft, "read"),
    (Action::Longer, "longer"),
    (Action::Enlarge, "enlarge"),
    (Action::Onset, "onset"),
    (Action::Continue, "compare"),
];

fn hints(scene: &Scene<'_>, room: u16) -> Line<'static> {
    let mut parts: Vec<Span<'static>> = Vec::new();
    let mut used = 1;
    for line in keys(scene) {
        let width = (line.keys.chars().count() + line.about.chars().count() + 3) as u16;
        if used + width > room {
            break;
        }
        used += width;
        parts.push(scene.span(line.keys, Role::Accent));
        parts.push(scene.span(format!(" {}  ", line.about), Role::Muted));
    }
    Line::from(parts)
}
