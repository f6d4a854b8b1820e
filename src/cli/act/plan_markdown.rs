//! A plan for pasting into a change request or an incident channel.

use std::fmt::Write;

use crate::actions::expected_recovery;
use crate::actions::format::seconds;
use crate::actions::{Plan, Standing};
use crate::fleet::clean_markdown as plain;

/// The whole plan.
pub fn draw(plan: &Plan) -> String {
    let mut text = String::new();
    let made = plan.made_at.strftime("%Y-%m-%d %H:%M:%SZ");
    let _ = writeln!(text, "### Plan: {}", plain(&plan.title));
    let _ = writeln!(
        text,
        "\n_fleet {}, as seen {made}, by gwctl {}_\n",
        plain(&plan.fleet),
        env!("CARGO_PKG_VERSION")
    );
    let _ = writeln!(
        text,
        "- **takes** {}; one step after another {}",
        plan.expected().words(),
        plan.clone().one_by_one().expected().likely(),
    );
    if let Some(recovery) = expected_recovery(plan) {
        let objective = seconds(plan.rules.rto_s);
        let _ = writeln!(
            text,
            "- **recovery** {}; objective {objective}",
            recovery.words()
        );
    }
    if let Some(choice) = &plan.mechanism {
        let _ = writeln!(
            text,
            "- **mechanism** {}: {}",
            choice.mechanism,
            plain(&choice.why)
        );
        for (other, why) in &choice.out {
            let _ = writeln!(text, "  - not {other}: {}", plain(why));
        }
    }
    if let Some(advice) = &plan.advice {
        let why = plain(&advice.why.join("; "));
        let _ = writeln!(text, "- **advice** {}: {why}", advice.mode.word());
    }
    if let Some(loss) = &plan.data_loss {
        let _ = writeln!(text, "- **data loss** {}", plain(&loss.sentence()));
    }
    if let Some(step) = plan.steps.iter().find(|step| step.no_return) {
        let _ = writeln!(text, "- **point of no return**: {}", plain(&step.id));
    }
    steps(&mut text, plan);
    let _ = writeln!(text, "\n**Checks**\n");
    for check in &plan.checks {
        let _ = writeln!(
            text,
            "- {} **{}**: {}",
            check.finding.word(),
            plain(&check.name),
            plain(&check.text)
        );
    }
    for (head, lines) in [
        ("Notes", plan.notes.clone()),
        (
            "To undo it",
            plan.inverse.iter().map(|step| step.title.clone()).collect(),
        ),
    ] {
        if !lines.is_empty() {
            let _ = writeln!(text, "\n**{head}**\n");
        }
        for line in lines {
            let _ = writeln!(text, "- {}", plain(&line));
        }
    }
    text
}

fn steps(text: &mut String, plan: &Plan) {
    let _ = writeln!(
        text,
        "\n| # | step | what | after | changes | calls | needs | takes |"
    );
    let _ = writeln!(text, "|{}", "---|".repeat(8));
    for (n, step) in plan.steps.iter().enumerate() {
        let change = step.change.as_ref().map_or_else(String::new, |change| {
            format!("{}: {} → {}", change.what, change.before, change.after)
        });
        let mut calls: Vec<String> = step.calls.iter().map(ToString::to_string).collect();
        calls.extend(plan.accounts_of(step).map(|all| format!("account {all}")));
        let needs: Vec<String> = step
            .needs
            .iter()
            .map(|need| match &need.standing {
                Standing::Stands => format!("{} ✓", need.on),
                Standing::Unproven(_) => format!("{} ~", need.on),
                Standing::Broken(why) => format!("{} ✗ {why}", need.on),
            })
            .collect();
        let row = [
            step.id.clone(),
            step.title.clone(),
            step.after.join(", "),
            change,
            calls.join(", "),
            needs.join(", "),
            step.expected().words(),
        ];
        let _ = writeln!(
            text,
            "| {} | {} |",
            n + 1,
            row.map(|cell| plain(&cell)).join(" | ")
        );
    }
}
