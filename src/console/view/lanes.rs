//! Steps as a graph: when each should begin and end when those that need not wait for each other run
//! side by side, and bars that show it.

use std::collections::BTreeMap;

use ratatui::text::Span;

use super::scene::Scene;
use super::theme::Role;
use gwctl_actions::{RunState, Step, StepStatus};

/// One step's place in time, in seconds from the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lane {
    /// When it begins.
    pub begins: u64,
    /// When it ends.
    pub ends: u64,
}

/// Places of `steps` by what each should take; steps come after those they name.
pub fn planned(steps: &[&Step]) -> Vec<Lane> {
    let mut ends: BTreeMap<&str, u64> = BTreeMap::new();
    steps
        .iter()
        .map(|step| {
            let begins = step
                .after
                .iter()
                .filter_map(|id| ends.get(id.as_str()))
                .max()
                .copied()
                .unwrap_or(0);
            let lane = Lane {
                begins,
                ends: begins + step.expected_s,
            };
            ends.insert(&step.id, lane.ends);
            lane
        })
        .collect()
}

/// Numbers of the steps that `step` waits for, as `1, 2`.
pub fn after(steps: &[&Step], step: &Step) -> Option<String> {
    let numbers: Vec<String> = steps
        .iter()
        .enumerate()
        .filter(|(_, other)| step.after.contains(&other.id))
        .map(|(index, _)| (index + 1).to_string())
        .collect();
    (!numbers.is_empty()).then(|| numbers.join(", "))
}

/// The end of the last lane.
pub fn total(lanes: &[Lane]) -> u64 {
    lanes.iter().map(|lane| lane.ends).max().unwrap_or(0).max(1)
}

/// A lane as a bar in `width` cells of which `total` seconds fill all.
pub fn bar(
    scene: &Scene<'_>,
    lane: Lane,
    total: u64,
    width: usize,
    full: bool,
    role: Role,
) -> Vec<Span<'static>> {
    let at = |s: u64| ((s as f64 / total as f64) * width as f64).round() as usize;
    let from = at(lane.begins).min(width.saturating_sub(1));
    let to = at(lane.ends).clamp(from + 1, width.max(from + 1));
    let glyphs = scene.theme.glyphs;
    let mark = if full {
        // Not the whole cell: lanes must not run into each other.
        glyphs.column[6]
    } else {
        glyphs.horizontal
    };
    vec![
        Span::raw(" ".repeat(from)),
        scene.span(mark.repeat(to - from), role),
        Span::raw(" ".repeat(width.saturating_sub(to))),
    ]
}

/// Mark, word and role of a step's status: told apart without colour as well.
pub fn status(scene: &Scene<'_>, run: &RunState, id: &str) -> (&'static str, &'static str, Role) {
    let glyphs = scene.theme.glyphs;
    let word = crate::app::status_word(run, id);
    match run.status(id) {
        StepStatus::Waiting => (glyphs.dot, word, Role::Faint),
        StepStatus::Running => (glyphs.cursor, word, Role::Accent),
        StepStatus::Held if word == "asks" => (glyphs.marks.could_not_ask, word, Role::Degraded),
        StepStatus::Held => (glyphs.down, word, Role::Down),
        StepStatus::Done => (glyphs.healthy, word, Role::Healthy),
        StepStatus::Skipped | StepStatus::Left => (glyphs.unknown, word, Role::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_wait_runs_side_by_side() {
        let lanes = [
            Lane {
                begins: 0,
                ends: 60,
            },
            Lane {
                begins: 60,
                ends: 90,
            },
        ];
        assert_eq!(total(&lanes), 90);
        assert_eq!(total(&[]), 1, "nothing is divided by nothing");
    }
}
