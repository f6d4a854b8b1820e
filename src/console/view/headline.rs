//! The Fleet screen's first line: what most likely happened, who is hit, what to do.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::freshness::cells;
use super::paint;
use super::scene::{Scene, area_of};
use super::theme::Role;
use crate::app::{Action, NextStep, Screen, Target};
use gwctl_actions::{Intent, Mode};
use gwctl_fleet::Verdict;

/// Draws it, and says what is left below.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) -> Rect {
    let place = Rect { height: 1, ..area };
    let line = written(scene, place.width);
    paint::line(buf, place.x, place.y, place.width, &line);
    let target = Target::Tab(Screen::Explain);
    scene.hits.targets.push((area_of(place), target));
    Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    }
}

/// What happened, as many of its circumstances as fit, and at its end always what to do.
fn written(scene: &Scene<'_>, width: u16) -> Line<'static> {
    let headline = &scene.state.explained.headline;
    let (key, next) = next(scene);
    let end = match &key {
        Some(key) if next.is_empty() => cells("; press ") + cells(key),
        Some(key) => cells(&next) + cells("; : press ") + cells(key),
        None if next.is_empty() => 0,
        None => cells(&next) + cells("; "),
    };
    let room = usize::from(width).saturating_sub(4 + end);
    let mut text = shortened(&paint::safe(&headline.what), room);
    for (index, more) in headline.more.iter().enumerate() {
        let joint = match index {
            _ if more.starts_with('(') => "",
            0 => ":",
            _ => ",",
        };
        let longer = format!("{text}{joint} {}", paint::safe(more));
        if cells(&longer) > room {
            break;
        }
        text = longer;
    }
    let role = match headline.verdict {
        Verdict::Healthy => Role::Text,
        _ => Role::Title,
    };
    let mut spans = vec![
        Span::raw(" "),
        scene.mark(headline.verdict),
        Span::raw(" "),
        scene.span(text, role),
    ];
    if !next.is_empty() {
        spans.push(scene.span(format!("; {next}"), Role::Text));
    }
    if let Some(key) = key {
        let joint = if next.is_empty() { "; " } else { ": " };
        spans.push(scene.span(format!("{joint}press "), Role::Muted));
        spans.push(scene.span(key, Role::Accent));
    }
    Line::from(spans)
}

/// In `room` cells: rather without the time than with half of it.
fn shortened(text: &str, room: usize) -> String {
    if cells(text) <= room {
        return text.to_owned();
    }
    let timeless = text.split_once(" since ").map_or(text, |(what, _)| what);
    if cells(timeless) <= room {
        return timeless.to_owned();
    }
    paint::fitted(timeless, room).trim_end().to_owned()
}

/// The key to press, and what for.
fn next(scene: &Scene<'_>) -> (Option<String>, String) {
    let explained = &scene.state.explained;
    let best = explained.steps(0).into_iter().next();
    match best {
        _ if explained.headline.is_over && explained.headline.verdict != Verdict::Healthy => {
            (None, "nothing to do".into())
        }
        Some(NextStep::Guided(intent)) => (Some(scene.key(Action::Actions)), ordered(&intent)),
        _ if explained.headline.is_over => (None, String::new()),
        Some(step) if step.about().is_some() => (
            Some(scene.key(Action::Show(Screen::Explain.tab()))),
            step.words().replace(" --", " "),
        ),
        _ => (
            Some(scene.key(Action::Show(Screen::Explain.tab()))),
            String::new(),
        ),
    }
}

/// As an order: `fail over to eu-west-1`.
fn ordered(intent: &Intent) -> String {
    match intent {
        Intent::Promote(promote) => match promote.mode {
            Some(Mode::Failover) => format!("fail over to {}", promote.target),
            _ => format!("make {} the writer", promote.target),
        },
        other => format!("{} {}", other.name(), other.choice()),
    }
}
