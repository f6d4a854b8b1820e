//! The panel "could I fail over now?": a line a target where it is well, and what stands against it where it is not.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::freshness::cells;
use super::items::{self, Item};
use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::{Could, Panel, Screen, Subject};
use gwctl_actions::{Answer, Expected};

/// Cells of a Region's name.
const NAME: usize = 15;
/// Checks that are told on a target's lines where they are wide; one alone where they are not.
const MOST: usize = 3;
/// What a plan says of a step that something forbids, between its title and the reason.
const STEP: &str = " cannot be done: ";
/// Cells from which on lines are wide.
const WIDE: usize = 100;

/// Lines that the panel wants in an area of `width` cells, its frame included.
pub fn height(scene: &Scene<'_>, width: u16) -> u16 {
    let room = usize::from(width.saturating_sub(4));
    let lines = |could: &Could| {
        let text = text(scene, could, room);
        paint::wrap(&text, room.saturating_sub(NAME + 2), 12)
            .len()
            .max(1)
    };
    let all = scene.state.standing.all(scene.state.screen());
    let lines: usize = all.iter().map(lines).sum();
    lines.max(1) as u16 + 2
}

/// Draws the panel.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let room = usize::from(area.width.saturating_sub(4));
    let all = scene.state.standing.all(scene.state.screen());
    let aside = scene.state.standing.lease().map(|lease| {
        let lease = paint::fitted(&paint::safe(&lease), usize::from(area.width / 2));
        Line::from(scene.span(lease, Role::Muted))
    });
    let none = match scene.state.screen() {
        Screen::Database if scene.snapshot.database.id.is_empty() => "no global database",
        Screen::Database if scene.state.guided.spec.is_some() => {
            "no other member could be the writer"
        }
        _ => "not planned yet",
    };
    let item = |scene: &Scene<'_>, subject: &Subject| {
        let Subject::Could(region) = subject else {
            return None;
        };
        let could = all.iter().find(|could| could.region == *region)?;
        let (mark, role) = answered(scene, could.ready.answer);
        Some(Item {
            label: Span::styled(
                format!("{mark} {region:<NAME$} ", region = region.as_str()),
                scene.style(role),
            ),
            text: text(scene, could, room),
            role: Role::Text,
        })
    };
    items::draw(scene, area, buf, Panel::Readiness, (aside, none), item);
}

fn answered(scene: &Scene<'_>, answer: Answer) -> (&'static str, Role) {
    let glyphs = scene.theme.glyphs;
    match answer {
        Answer::Yes => (glyphs.healthy, Role::Healthy),
        Answer::YesLook => (glyphs.degraded, Role::Degraded),
        Answer::Waived => (glyphs.unknown, Role::Unknown),
        Answer::No => (glyphs.down, Role::Down),
    }
}

/// The answer, and what it rests on as far as a line holds it; or what stands against it.
fn text(scene: &Scene<'_>, could: &Could, room: usize) -> String {
    let ready = &could.ready;
    if ready.answer == Answer::Yes {
        return well(scene, could, room);
    }
    let most = if room < WIDE { 1 } else { MOST };
    let all = reasons(ready.checks.iter().map(|check| check.text.as_str()));
    let shown = all.iter().take(most);
    // Where there is little room, the first clause: Enter opens all of it.
    let clause = |text: &str| match text.split_once("; ") {
        Some((first, _)) if room < WIDE => first.to_owned(),
        _ => text.to_owned(),
    };
    let told: Vec<String> = shown.map(|text| clause(text)).collect();
    let more = match all.len().saturating_sub(most) {
        0 => String::new(),
        more => format!(" (and {more} more)"),
    };
    format!(
        "{}: {}{more}",
        lead(could, Expected::likely),
        told.join("; ")
    )
}

/// What stands against it, each reason once: what one dependency forbids is counted.
fn reasons<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut all: Vec<(&str, &str, usize)> = Vec::new();
    for text in texts {
        let why = text.split_once(STEP).map_or(text, |(_, why)| why);
        match all.iter_mut().find(|(_, known, _)| *known == why) {
            Some((_, _, count)) => *count += 1,
            None => all.push((text, why, 1)),
        }
    }
    let told = all.into_iter().map(|(text, why, count)| match count {
        1 => text.to_owned(),
        _ => format!("{count} steps cannot be done: {why}"),
    });
    told.collect()
}

/// `yes by switchover, about 60 s`; `time` tells how long it takes.
fn lead(could: &Could, time: impl Fn(Expected) -> String) -> String {
    let ready = &could.ready;
    let by = ready.how.as_ref().map(|how| format!(" by {how}"));
    let by = by.unwrap_or_default();
    match ready.answer {
        Answer::Yes => {
            let about = ready.expected.map(|took| format!(", about {}", time(took)));
            format!("yes{by}{}", about.unwrap_or_default())
        }
        Answer::YesLook => format!("yes{by}, but look"),
        Answer::Waived => format!("only{by} and if waived"),
        Answer::No => "no".to_owned(),
    }
}

/// One line, however narrow.
fn well(scene: &Scene<'_>, could: &Could, room: usize) -> String {
    let room = room.saturating_sub(NAME + 3);
    // The range stands where the first fact has room beside it.
    let first = could.ready.facts.first().map_or(0, |fact| cells(fact) + 3);
    let mut line = lead(could, Expected::short);
    if cells(&line) + first > room {
        line = lead(could, Expected::likely);
    }
    let tried = could.tried_words(scene.now);
    let facts = could.ready.facts.iter().cloned();
    let parts = facts.chain((!tried.is_empty()).then_some(tried));
    for part in parts {
        // Without its Region, where there is no room for that.
        let short = part.split(" in ").next().unwrap_or(&part);
        let fits = |part: &&str| cells(&line) + cells(part) + 3 <= room;
        match [part.as_str(), short].iter().find(|part| fits(part)) {
            Some(part) => line = format!("{line} \u{b7} {part}"),
            None => break,
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_dependency_forbids_is_told_once() {
        let texts = [
            "Switch the writer cannot be done: rds does not answer",
            "lag is not known",
            "The endpoint moves cannot be done: rds does not answer",
            "The probe cannot be done: no route",
        ];
        assert_eq!(
            reasons(texts.into_iter()),
            [
                "2 steps cannot be done: rds does not answer",
                "lag is not known",
                "The probe cannot be done: no route",
            ]
        );
    }
}
