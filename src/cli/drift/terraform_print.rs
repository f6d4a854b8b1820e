//! What Terraform's files come to, for people.

use std::fmt::Write as _;

use super::terraform_report::{Of, Report, Section};
use crate::actions::terraform::{Action, Finding, Line, Reason, Verdict};
use crate::fleet::{clean_line, clean_markdown};

/// Aligned, for a terminal. What must never be applied comes first.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    for section in report.sections() {
        let _ = writeln!(text, "{}", head(report, section));
        for one in &section.judged.findings {
            let _ = writeln!(text, "\n{}  {}", one.verdict().words(), one.address);
            let _ = writeln!(text, "    {}", what(one));
            for reason in &one.reasons {
                let _ = writeln!(text, "    {}", said(reason));
                if let Some(advice) = &reason.advice {
                    let _ = writeln!(text, "      → {}", clean_line(advice));
                }
            }
            for line in &one.lines {
                let _ = writeln!(text, "        {}", difference(section, line));
            }
            if one.more > 0 {
                let _ = writeln!(text, "        and {} more", one.more);
            }
        }
        let closing = closing(section);
        if !closing.is_empty() {
            text.push('\n');
        }
        for line in closing {
            let _ = writeln!(text, "{}", clean_line(&line));
        }
    }
    if let Some(line) = unread(report) {
        let _ = writeln!(text, "{line}");
    }
    text
}

/// For an incident channel.
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    for section in report.sections() {
        let _ = writeln!(text, "## {}\n", clean_markdown(&head(report, section)));
        for one in &section.judged.findings {
            let verdict = one.verdict().words();
            let _ = writeln!(text, "- **{verdict}** {}", clean_markdown(&one.address));
            let _ = writeln!(text, "  - {}", clean_markdown(&what(one)));
            for reason in &one.reasons {
                let _ = writeln!(text, "  - {}", clean_markdown(&said(reason)));
                if let Some(advice) = &reason.advice {
                    let _ = writeln!(text, "    - {}", clean_markdown(advice));
                }
            }
            for line in &one.lines {
                let _ = writeln!(text, "    - {}", clean_markdown(&difference(section, line)));
            }
            if one.more > 0 {
                let _ = writeln!(text, "    - and {} more", one.more);
            }
        }
        for line in closing(section) {
            let _ = writeln!(text, "- {}", clean_markdown(&line));
        }
        text.push('\n');
    }
    if let Some(line) = unread(report) {
        let _ = writeln!(text, "- {}", clean_markdown(&line));
    }
    text
}

/// The two sides of a difference, each named where an arrow does not say it.
fn difference(section: &Section, line: &Line) -> String {
    let Line {
        path,
        before,
        after,
        forces_replacement,
    } = line;
    match section.of {
        Of::Plan if *forces_replacement => {
            format!("{path}: {before} → {after} (forces the replacement)")
        }
        Of::Plan => format!("{path}: {before} → {after}"),
        Of::State => format!("{path}: {before} in the state, {after} in AWS"),
    }
}

fn head(report: &Report, section: &Section) -> String {
    let kind = match section.of {
        Of::Plan => "Terraform plan",
        Of::State => "Terraform state",
    };
    let by = match section.terraform.as_str() {
        "" => String::new(),
        version => format!(", of Terraform {version}"),
    };
    let made = section
        .made
        .as_deref()
        .map_or(String::new(), |made| format!(", made {made}"));
    clean_line(&format!(
        "{kind} {}{by}{made}: fleet {}",
        section.file, report.fleet
    ))
}

fn what(one: &Finding) -> String {
    let action = match one.action {
        Action::Nothing => String::new(),
        action => format!(", {}", action.word()),
    };
    clean_line(&format!("{}{action}: {}", one.kind, one.part))
}

fn said(reason: &Reason) -> String {
    let by = match (&reason.run, reason.verdict) {
        (Some(run), _) if reason.text.contains(run.as_str()) => String::new(),
        (Some(run), Verdict::Explained) => format!("; explained by run {run}"),
        (Some(run), _) => format!("; run {run} did that"),
        (None, Verdict::Explained) => "; no run on this machine did it".into(),
        (None, _) => String::new(),
    };
    clean_line(&format!("{}{by}", reason.text))
}

/// What holds of all of it.
fn closing(section: &Section) -> Vec<String> {
    let judged = &section.judged;
    let mut lines = Vec::new();
    if section.of == Of::Plan && section.never() {
        lines.push(
            "Do not apply this plan. If a change is urgent, make a plan of it alone (-target=ADDRESS) and check that plan too: Terraform adds what it depends on."
                .into(),
        );
    }
    if section.of == Of::State && section.count(Verdict::Unexplained) > 0 {
        lines.push(
            "Before the next apply, make a plan and give it to `gwctl drift --terraform`: it says what Terraform would do about each difference."
                .into(),
        );
    }
    lines.extend(judged.notes.iter().cloned());
    lines.extend(section.unasked.iter().cloned());
    let settled = judged.settled.len();
    let foreign = judged.foreign;
    lines.push(match section.of {
        Of::Plan => format!(
            "Resources of the fleet that stay as they are: {settled}. Changes outside this fleet: {foreign}."
        ),
        Of::State => format!(
            "Resources of the fleet that agree with AWS: {settled}; not compared: {}. Resources outside this fleet: {foreign}.",
            judged.uncompared
        ),
    });
    lines
}

fn unread(report: &Report) -> Option<String> {
    let why = report.unread.as_deref()?;
    Some(clean_line(&format!(
        "The journals of runs could not be read ({why}): what a run explains may be missing."
    )))
}
