//! A plan for people: everything that will happen, what it depends on, and what it cannot take back.

use std::fmt::Write as _;

use super::paper::{Ink, Paper, pad};
use crate::actions::expected_recovery;
use crate::actions::format::seconds;
use crate::actions::{Becomes, Finding, Need, Plan, Standing, Step};
use crate::fleet::clean_line;

/// Width of the labels.
const LABEL: usize = 12;
/// Cells of the bar that shows when a step runs.
const BAR: usize = 16;

/// The whole plan.
pub fn draw(plan: &Plan, paper: Paper) -> String {
    let mut text = String::new();
    let mut line = |one: String| {
        text.push_str(one.trim_end());
        text.push('\n');
    };
    line(paper.ink(Ink::Bold, &paper.hang(0, &plan.title)));
    let made = plan.made_at.strftime("%Y-%m-%d %H:%M:%SZ");
    let at = format!(
        "fleet {}, as seen {made}; nothing is changed yet",
        plan.fleet
    );
    line(paper.ink(Ink::Faint, &clean_line(&at)));
    line(String::new());
    for (label, value, ink) in summary(plan) {
        line(pair(&label, &value, ink, paper));
    }
    head("Changes", &mut line, paper);
    changes(plan, &mut line, paper);
    head("Steps", &mut line, paper);
    steps(plan, &mut line, paper);
    head("Checks", &mut line, paper);
    for check in &plan.checks {
        let (glyph, ink) = finding(check.finding);
        let mark = paper.ink(ink, &format!("{glyph} {:<5}", check.finding.word()));
        let said = format!("{}: {}", check.name, check.text);
        line(format!("  {mark}  {}", paper.hang(11, &said)));
    }
    if !plan.notes.is_empty() {
        head("Notes", &mut line, paper);
        for note in &plan.notes {
            line(format!("  {}", paper.hang(2, note)));
        }
    }
    head("To undo it", &mut line, paper);
    if plan.inverse.is_empty() {
        line("  It cannot be undone.".into());
    }
    for step in &plan.inverse {
        let of = step.undoes.as_deref().unwrap_or("all");
        let said = format!("{} ({})", step.title, step.expected().words());
        let lead = pad(
            &format!("  {of}"),
            2 + id_width(&plan.inverse, undone, paper),
        );
        line(format!("{lead}  {}", paper.hang(0, &said)));
    }
    text
}

fn undone(step: &Step) -> &str {
    step.undoes.as_deref().unwrap_or("all")
}

fn head(title: &str, line: &mut impl FnMut(String), paper: Paper) {
    line(String::new());
    line(paper.ink(Ink::Bold, title));
}

fn pair(label: &str, value: &str, ink: Ink, paper: Paper) -> String {
    let lead = paper.ink(Ink::Faint, &pad(label, LABEL));
    format!("{lead}{}", paper.ink(ink, &paper.hang(LABEL, value)))
}

/// The lines everybody must read.
fn summary(plan: &Plan) -> Vec<(String, String, Ink)> {
    let mut lines = Vec::new();
    let mut say = |label: &str, value: String, ink| lines.push((label.to_owned(), value, ink));
    let (all, single) = (plan.expected(), plan.clone().one_by_one().expected());
    if let Some(recovery) = expected_recovery(plan) {
        let objective = seconds(plan.rules.rto_s);
        let until = format!("{}; objective: {objective}", recovery.words());
        say("recovery", until, Ink::Plain);
    }
    let mut takes = all.words();
    if all.likely_s != single.likely_s {
        let one_by_one = single.likely();
        let _ = write!(
            takes,
            ", independent steps in parallel; one step after another {one_by_one}"
        );
    }
    say("takes", takes, Ink::Plain);
    for (n, held) in plan.binding.accounts.iter().enumerate() {
        let label = if n == 0 { "accounts" } else { "" };
        say(label, held.to_string(), Ink::Plain);
    }
    if let Some(choice) = &plan.mechanism {
        say(
            "mechanism",
            format!("{}: {}", choice.mechanism, choice.why),
            Ink::Plain,
        );
        if !choice.also.is_empty() {
            let words: Vec<&str> = choice.also.iter().map(|other| other.word()).collect();
            say(
                "",
                format!("would also work: {}", words.join(", ")),
                Ink::Faint,
            );
        }
        for (other, why) in &choice.out {
            say("", format!("not {other}: {why}"), Ink::Faint);
        }
    }
    if let Some(advice) = &plan.advice {
        say(
            "advice",
            format!("{}: {}", advice.mode.word(), advice.why.join("; ")),
            Ink::Plain,
        );
        for (mode, why) in &advice.refused {
            say("", format!("not {}: {why}", mode.word()), Ink::Faint);
        }
    }
    if let Some(loss) = &plan.data_loss {
        say("data loss", loss.sentence(), Ink::Bad);
    }
    if let Some(step) = plan.steps.iter().find(|step| step.no_return) {
        let said = format!("after `{}` is sent, undo must first complete it", step.id);
        say("no way back", said, Ink::Warn);
    }
    lines
}

fn changes(plan: &Plan, line: &mut impl FnMut(String), paper: Paper) {
    let changes = plan.changes();
    if changes.is_empty() {
        line("  none".into());
    }
    for change in changes {
        let said = format!("{}: {} → {}", change.what, change.before, change.after);
        line(format!("  {}", paper.hang(4, &said)));
    }
}

/// The column of ids, as wide as the longest that does not burst it.
fn id_width(steps: &[Step], id: impl Fn(&Step) -> &str, paper: Paper) -> usize {
    let most = if paper.columns() < 100 { 18 } else { 34 };
    steps
        .iter()
        .map(|step| id(step).len())
        .filter(|width| *width <= most)
        .max()
        .unwrap_or(most)
}

fn steps(plan: &Plan, line: &mut impl FnMut(String), paper: Paper) {
    let id = id_width(&plan.steps, |step| &step.id, paper);
    let total = plan.expected_s().max(1);
    let begins = plan.begins_s();
    for (n, step) in plan.steps.iter().enumerate() {
        let number = format!("{:>3}", n + 1);
        let begin = begins.get(step.id.as_str()).copied().unwrap_or(0);
        let bar = bar(begin, step.expected_s, total);
        let time = pad(&step.expected().short(), 14);
        let turn = if step.no_return {
            "  point of no return"
        } else {
            ""
        };
        line(format!(
            "{number} {}  {}  {time}{}",
            paper.ink(Ink::Bold, &pad(&step.id, id)),
            paper.ink(Ink::Busy, &bar),
            paper.ink(Ink::Warn, turn)
        ));
        line(format!("    {}", paper.hang(4, &step.title)));
        if !step.after.is_empty() {
            detail("after", &step.after.join(", "), Ink::Faint, line, paper);
        }
        let calls: Vec<String> = step
            .calls
            .iter()
            .map(|call| {
                let does = if call.mutates { " (changes)" } else { "" };
                format!("{call}{does}")
            })
            .collect();
        if !calls.is_empty() {
            detail("calls", &calls.join(", "), Ink::Faint, line, paper);
        }
        if let Some(accounts) = plan.accounts_of(step) {
            detail("account", &accounts, Ink::Faint, line, paper);
        }
        for (glyph, word, ink, what) in needs(&step.needs) {
            detail(word, &format!("{glyph} {what}"), ink, line, paper);
        }
        resources(step, line, paper);
    }
}

/// What becomes of each resource of a stack.
fn resources(step: &Step, line: &mut impl FnMut(String), paper: Paper) {
    let widest = step.parts().iter().map(|part| part.id.len()).max();
    for part in step.parts() {
        let (sign, ink) = match part.action {
            Becomes::Add => ("+", Ink::Good),
            Becomes::Modify => ("~", Ink::Warn),
            Becomes::Remove => ("-", Ink::Bad),
        };
        let kept = part
            .kept
            .as_ref()
            .map_or_else(String::new, |policy| format!("  on deletion: {policy}"));
        line(format!(
            "      {} {}  {}",
            paper.ink(ink, sign),
            pad(&part.id, widest.unwrap_or(0)),
            paper.ink(Ink::Faint, &format!("{}{kept}", part.kind)),
        ));
    }
}

fn detail(label: &str, text: &str, ink: Ink, line: &mut impl FnMut(String), paper: Paper) {
    let lead = paper.ink(Ink::Faint, &pad(&format!("    {label}"), 14));
    line(format!("{lead}{}", paper.ink(ink, &paper.hang(14, text))));
}

/// What it depends on, by how that stands.
fn needs(needs: &[Need]) -> Vec<(&'static str, &'static str, Ink, String)> {
    let mut works = Vec::new();
    let mut unproven = Vec::new();
    let mut broken = Vec::new();
    for need in needs {
        match &need.standing {
            Standing::Stands => works.push(need.on.to_string()),
            Standing::Unproven(why) => unproven.push(format!("{} ({why})", need.on)),
            Standing::Broken(why) => broken.push(format!("{} ({why})", need.on)),
        }
    }
    [
        ("✗", "broken", Ink::Bad, broken),
        ("✓", "works", Ink::Good, works),
        ("~", "untested", Ink::Faint, unproven),
    ]
    .into_iter()
    .filter(|(.., whats)| !whats.is_empty())
    .map(|(glyph, word, ink, whats)| (glyph, word, ink, whats.join(", ")))
    .collect()
}

/// When the step runs within the whole.
fn bar(begin: u64, length: u64, total: u64) -> String {
    let cell = |at: u64| (at as f64 / total as f64 * BAR as f64).round() as usize;
    let from = cell(begin).min(BAR - 1);
    let to = cell(begin + length).clamp(from + 1, BAR);
    (0..BAR)
        .map(|at| {
            if (from..to).contains(&at) {
                '█'
            } else {
                '·'
            }
        })
        .collect()
}

/// Glyph and colour of a finding.
pub const fn finding(finding: Finding) -> (&'static str, Ink) {
    match finding {
        Finding::Pass => ("✓", Ink::Good),
        Finding::Warn => ("!", Ink::Warn),
        Finding::Waivable => ("?", Ink::Warn),
        Finding::Fail => ("✗", Ink::Bad),
    }
}
