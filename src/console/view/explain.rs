//! The Explain screen: what may have happened, the worst first, and all about the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::absent::why_empty;
use super::fleet::split;
use super::items::{self, Item};
use super::paint;
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use crate::app::{NextStep, Panel, Side, Subject};
use gwctl_explain::{Hypothesis, Sureness};
use gwctl_fleet::{Missing, format};
use gwctl_observe::most_dollars;

const COLUMNS: &[Column] = &[
    Column::words("", 1, 0),
    Column::words("What", 30, 1).stretching(170),
    Column::words("Since", 6, 2),
    Column::words("Sure", 14, 3),
    Column::figure("Hit", 7, 4),
];

/// Cells of the labels before evidence.
const LABEL: usize = 9;
/// From this width on what to do stands beside the evidence.
const BESIDE: u16 = 110;

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let count = scene.state.count(Panel::Hypotheses) as u16;
    let height = (count.max(1) + 3).min(area.height / 3);
    let (top, rest) = split(area, height);
    hypotheses(scene, top, buf);
    if rest.height < 4 {
        return;
    }
    let steps = scene.state.explained.steps(scene.state.hypothesis()).len() as u16;
    if area.width >= BESIDE {
        let side = area.width * 2 / 5;
        let left = Rect {
            width: rest.width - side,
            ..rest
        };
        let right = Rect {
            x: left.right(),
            width: side,
            ..rest
        };
        evidence(scene, left, buf);
        let (first, second) = split(right, (2 * steps.max(1) + 2).min(right.height / 2));
        to_do(scene, first, buf);
        unseen(scene, second, buf);
    } else {
        let low = (rest.height / 4).max(3);
        let (first, low_part) = split(
            rest,
            rest.height.saturating_sub(low + steps.clamp(1, 3) + 2),
        );
        let (second, third) = split(low_part, steps.clamp(1, 3) + 2);
        evidence(scene, first, buf);
        to_do(scene, second, buf);
        unseen(scene, third, buf);
    }
}

fn hypotheses(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let aside = ages(scene, area.width);
    let panel = Panel::Hypotheses;
    let Some((grid, body)) = Grid::open_with(scene, area, buf, panel, COLUMNS, Some(aside)) else {
        return;
    };
    let visible = scene.visible(panel, body, buf);
    if visible.is_empty() {
        let text = why_empty(scene, panel, "hypothesis", [], nothing(scene));
        scene.nothing(body, buf, &text);
    }
    let explanation = &scene.state.explained.explanation;
    for (row, entry) in visible {
        if let Subject::Hypothesis(_, index) = entry.subject
            && let Some(one) = explanation.hypotheses.get(index)
        {
            hypothesis(scene, &grid, row, buf, one);
        }
    }
    scene.footing(area, buf, Some(panel));
}

/// What is said where nothing is accused.
fn nothing(scene: &Scene<'_>) -> &'static str {
    let explained = &scene.state.explained;
    match (
        scene.state.nothing_seen(),
        explained.rest.is_empty(),
        explained.unseen.is_empty(),
    ) {
        (true, ..) => "nothing has been seen yet",
        (_, false, _) => {
            "gwctl knows no cause of what is wrong; the Fleet screen lists it under Why"
        }
        (_, _, true) => "nothing that gwctl sees is wrong",
        (_, _, false) => "nothing is wrong with what gwctl sees, and it does not see everything",
    }
}

/// How old the evidence is, and what is still awaited.
fn ages(scene: &Scene<'_>, width: u16) -> Span<'static> {
    let state = scene.state;
    let (changes, errors) = (&state.timeline, &state.logged);
    let known = changes.happened.as_ref().map(|it| it.to);
    let changes = known.ok_or(changes.asking);
    let known = errors.errors.as_ref().map(|it| it.to);
    let errors = known.ok_or(errors.asking);
    let most = format::dollars(most_dollars(scene.snapshot.sites.len()));
    // Canaries and routes, which cost, are asked with the logs.
    let asking = [
        ("changes", changes, "changes".to_owned()),
        ("logs", errors, format!("logs (max {most})")),
    ];
    let (mut said, mut awaited) = (Vec::new(), Vec::new());
    for (what, asked, words) in asking {
        match asked {
            Ok(at) => said.push(format!("{what} {}", age(scene, at))),
            Err(Some(_)) => awaited.push(words),
            Err(None) => {}
        }
    }
    if !awaited.is_empty() {
        said.push(format!("asking {}", awaited.join(", ")));
    }
    // Where there is little room, what is awaited and what it costs is worth more than an age.
    let room = awaited.is_empty() || width >= BESIDE;
    if let Some(at) = scene.snapshot.oldest_at().filter(|_| room) {
        let what = if awaited.is_empty() {
            "oldest figure"
        } else {
            "figures"
        };
        said.insert(0, format!("{what} {}", age(scene, at)));
    }
    scene.span(said.join(", "), Role::Muted)
}

fn age(scene: &Scene<'_>, at: jiff::Timestamp) -> String {
    format::age(scene.now.duration_since(at))
}

fn hypothesis(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, one: &Hypothesis) {
    let since = one.since.map_or_else(String::new, |onset| {
        let earlier = if onset.is_seen { "" } else { "<" };
        format!("{earlier}{}", format::minute(onset.at))
    });
    let hit = one.hit_percent.map_or_else(String::new, format::percent);
    let mark = scene.theme.glyphs.verdict(one.verdict);
    let sure = match one.sure {
        Sureness::High => Role::Title,
        Sureness::Medium => Role::Text,
        Sureness::Low => Role::Muted,
    };
    let cells = [
        (mark, scene.theme.verdict(one.verdict)),
        (one.sentence.as_str(), scene.style(Role::Text)),
        (since.as_str(), scene.style(Role::Muted)),
        (one.sure.word(), scene.style(sure)),
    ];
    for (index, (text, style)) in cells.into_iter().enumerate() {
        if let Some(cell) = grid.cell(index, row) {
            paint::text(buf, cell.x, cell.y, cell.width, text, style);
        }
    }
    if let Some(cell) = grid.cell(4, row) {
        paint::right(
            buf,
            cell.x,
            cell.y,
            cell.width,
            &hit,
            scene.style(Role::Text),
        );
    }
}

fn evidence(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let lines = scene.state.explained.evidence(scene.state.hypothesis());
    let item = |scene: &Scene<'_>, subject: &Subject| {
        let Subject::Said(index) = subject else {
            return None;
        };
        let (side, text) = lines.get(*index)?;
        let first = *index == 0 || lines.get(index - 1)?.0 != *side;
        let word = if first { side.word() } else { "" };
        let (label, role) = match side {
            Side::Says => (String::new(), Role::Title),
            _ => (format!("{word:<LABEL$}"), Role::Text),
        };
        let label_role = match side {
            Side::For => Role::Accent,
            Side::Against => Role::Degraded,
            _ => Role::Muted,
        };
        Some(Item {
            label: scene.span(label, label_role),
            text: text.clone(),
            role,
        })
    };
    let none = "nothing has been seen yet";
    items::draw(scene, area, buf, Panel::Evidence, (None, none), item);
}

fn to_do(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let steps = scene.state.explained.steps(scene.state.hypothesis());
    let item = |scene: &Scene<'_>, subject: &Subject| {
        let Subject::ToDo(index) = subject else {
            return None;
        };
        let step = steps.get(*index)?;
        let text = match (step, step.about()) {
            (NextStep::Guided(_) | NextStep::Command(_), Some(about)) => {
                format!("{}: {about}", step.words())
            }
            (_, None) => format!("gwctl {}: Enter copies it", step.words()),
        };
        Some(Item {
            label: scene.span(format!("{} ", scene.theme.glyphs.cursor), Role::Accent),
            text,
            role: if *index == 0 { Role::Title } else { Role::Text },
        })
    };
    let explained = &scene.state.explained;
    let chosen = explained
        .explanation
        .hypotheses
        .get(scene.state.hypothesis());
    let is_mended_by_hand = chosen.is_some_and(|one| one.by_hand().is_some());
    let none = if explained.explanation.hypotheses.is_empty() && explained.rest.is_empty() {
        "nothing"
    } else if steps.is_empty() && is_mended_by_hand {
        "no guided action mends it; the evidence tells what to do by hand"
    } else {
        "no guided action mends it"
    };
    let aside = (!steps.is_empty()).then(|| Line::from(scene.span("Enter plans it", Role::Muted)));
    items::draw(scene, area, buf, Panel::ToDo, (aside, none), item);
}

fn unseen(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let explained = &scene.state.explained;
    let late: Vec<String> = scene
        .state
        .timeline
        .happened
        .iter()
        .flat_map(|happened| happened.lateness())
        .collect();
    let mark = scene
        .theme
        .glyphs
        .marks
        .of(&Missing::CouldNotAsk { why: String::new() });
    let item = |scene: &Scene<'_>, subject: &Subject| {
        let Subject::Said(index) = subject else {
            return None;
        };
        let (is_new, text) = explained.not_told().nth(*index)?;
        let (label, text) = if is_new {
            let text = format!("new, not explained yet: {text}");
            (scene.span("+ ", Role::Degraded), text)
        } else {
            (
                scene.span(format!("{mark} "), Role::Unknown),
                text.to_owned(),
            )
        };
        let role = Role::Text;
        Some(Item { label, text, role })
    };
    let none = match late.first() {
        Some(late) => format!("everything was answered; {late}"),
        None => "everything was answered".into(),
    };
    items::draw(scene, area, buf, Panel::Unseen, (None, &none), item);
}
