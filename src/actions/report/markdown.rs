//! A report for people: to paste into a change record or a postmortem.

use std::fmt::Write;

use jiff::{SignedDuration, Timestamp};

use super::charts::spark;
use super::{Charts, Harm, Report, Tally};
use crate::format::{self, count, in_words, millis, seconds};
use crate::journal::StepStatus;
use gwctl_fleet::format::stopwatch;
use gwctl_fleet::{Region, clean_markdown as plain};

/// Longest chart in cells.
const CHART: usize = 40;

/// The whole report.
pub fn draw(report: &Report) -> String {
    let mut text = String::new();
    head(&mut text, report);
    harm(&mut text, &report.harm);
    steps(&mut text, report);
    figures(&mut text, report);
    let deviations: Vec<String> = report
        .deviations
        .iter()
        .map(|one| format!("{} **{}** {}", time(one.at), one.kind, plain(&one.what)))
        .collect();
    list(
        &mut text,
        "Deviations",
        &deviations,
        "None: nothing was held, waived, skipped or retried, and no step took much longer than expected.",
    );
    let notes: Vec<String> = report
        .notes
        .iter()
        .map(|note| {
            format!(
                "{} {}: {}",
                time(note.at),
                plain(&note.by),
                plain(&note.text)
            )
        })
        .collect();
    list(&mut text, "Notes", &notes, "None.");
    let drift: Vec<String> = report
        .drift
        .iter()
        .map(|change| {
            format!(
                "{}: {} → {}",
                plain(&change.what),
                plain(&change.before),
                plain(&change.after)
            )
        })
        .collect();
    list(
        &mut text,
        "What infrastructure code will now see as drift",
        &drift,
        if report.ended.is_some() {
            "Nothing: everything is as it was."
        } else {
            "Not known yet: the run is not over."
        },
    );
    timeline(&mut text, report);
    text
}

fn head(text: &mut String, report: &Report) {
    let _ = writeln!(text, "# {}\n", plain(&report.title));
    let ended = report.ended.map_or_else(
        || "not over".into(),
        |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
    );
    let rows = [
        ("outcome", report.outcome.to_owned()),
        ("fleet", report.fleet.clone()),
        ("run", report.run.clone()),
        ("operators", report.operators.join(", ")),
        (
            "begun",
            report.begun.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        ),
        ("ended", ended),
        (
            "took",
            format!(
                "{}; {} was expected, {} one step after another",
                span(report.took_s),
                report.expected.words(),
                seconds(report.one_by_one_s)
            ),
        ),
        (
            "recovery time",
            format!("{} ({})", report.recovery.sentence(), report.recovery.why),
        ),
        (
            "done after recovery",
            report
                .recovery
                .afterwards_sentence()
                .unwrap_or_else(|| "nothing".into()),
        ),
        ("requests failed", failed(&report.harm)),
        (
            "recovery point",
            format!(
                "{} ({})",
                report.recovery_point.sentence(),
                report.recovery_point.why
            ),
        ),
        ("plan", format!("{}, gwctl {}", report.plan, report.gwctl)),
    ];
    let _ = writeln!(text, "| | |\n|---|---|");
    for (name, value) in rows {
        let _ = writeln!(text, "| **{name}** | {} |", plain(&value));
    }
}

/// `18,399 of 3,201,222 (0.57 %) …`, in the head's line.
fn failed(harm: &Harm) -> String {
    match (&harm.clients, &harm.worst) {
        (Some(clients), worst) => {
            let worst = worst.as_ref().map_or_else(String::new, |worst| {
                format!(
                    "; the worst minute was {}, {} of its requests",
                    worst.at.strftime("%H:%MZ"),
                    percent(worst.percent)
                )
            });
            let all = if clients.minutes < clients.of {
                format!(
                    " in the {} minutes of {} that are counted",
                    clients.minutes, clients.of
                )
            } else {
                String::new()
            };
            format!(
                "{}, as clients saw it at CloudFront{all}{worst}",
                share(clients)
            )
        }
        (None, _) if harm.regions.is_empty() => "not known: no figures were read".into(),
        (None, _) => {
            let sum = |of: fn(&Tally) -> f64| harm.regions.values().map(of).sum::<f64>();
            format!(
                "not known for clients; the Regions counted {} of {}, without requests that no Region answered",
                count(sum(|tally| tally.failed)),
                count(sum(|tally| tally.requests))
            )
        }
    }
}

/// `18,399 of 3,201,222 (0.57 %)`.
fn share(tally: &Tally) -> String {
    format!(
        "{} of {} ({})",
        count(tally.failed),
        count(tally.requests),
        some(tally.failed_percent, percent)
    )
}

fn some(value: Option<f64>, show: fn(f64) -> String) -> String {
    value.map_or_else(|| "not known".into(), show)
}

fn percent(value: f64) -> String {
    in_words(&format::percent(value))
}

fn times(factor: f64) -> String {
    if factor < 10.0 {
        format!("{factor:.1} ×")
    } else {
        format!("{factor:.0} ×")
    }
}

fn harm(text: &mut String, harm: &Harm) {
    let _ = writeln!(text, "\n## Failed requests\n");
    let _ = writeln!(
        text,
        "By AWS's own figures from {} to {}. 4xx includes 429: AWS has no separate count of it.\n",
        time(harm.from),
        time(harm.until)
    );
    let _ = writeln!(
        text,
        "| counted by | minutes | requests | failed (5xx) | share before | 4xx | more 4xx than usual | throttled by Lambda |"
    );
    let _ = writeln!(text, "|---|--:|--:|--:|--:|--:|--:|--:|");
    let edge = harm
        .clients
        .iter()
        .map(|tally| ("CloudFront: clients", tally));
    let sites = harm.regions.iter();
    let sites = sites.map(|(region, tally)| (region.as_str(), tally));
    for (by, tally) in edge.chain(sites) {
        let cells = [
            by.to_owned(),
            format!("{} of {}", tally.minutes, tally.of),
            count(tally.requests),
            share(tally),
            some(tally.before_percent, percent),
            some(tally.refused, count),
            some(tally.refused_more, count),
            some(tally.throttled, count),
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    if let Some(worst) = &harm.worst {
        let _ = writeln!(
            text,
            "\nThe worst minute was {}: {} of {} requests failed ({}), by {}.",
            worst.at.strftime("%H:%MZ"),
            count(worst.failed),
            count(worst.requests),
            percent(worst.percent),
            worst.by
        );
    }
    if !harm.missing.is_empty() {
        let _ = writeln!(
            text,
            "\nMissing, because CloudWatch did not show it before the run's newest record (it shows a minute one to three minutes late), or because it could not be read:\n"
        );
        for missing in &harm.missing {
            let _ = writeln!(text, "- {missing}");
        }
    }
}

fn steps(text: &mut String, report: &Report) {
    let _ = writeln!(text, "\n## Steps, planned and actual\n");
    let _ = writeln!(
        text,
        "| step | what | status | began, planned | began | takes, planned | took | of plan | held | last seen |"
    );
    let _ = writeln!(text, "|---|---|---|--:|--:|--:|--:|--:|--:|---|");
    for step in &report.steps {
        let cells = [
            plain(&step.id),
            plain(&step.title),
            word(step.status).into(),
            step.planned_begin_s
                .map(|s| clock(s.cast_signed()))
                .unwrap_or_default(),
            step.begin_s.map(clock).unwrap_or_default(),
            seconds(step.planned_s),
            step.actual_s.map(span).unwrap_or_default(),
            step.factor
                .filter(|factor| *factor >= 1.05)
                .map(times)
                .unwrap_or_default(),
            if step.held_s > 0 {
                span(step.held_s)
            } else {
                String::new()
            },
            plain(step.saw.as_deref().unwrap_or_default()),
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

const fn word(status: StepStatus) -> &'static str {
    match status {
        StepStatus::Waiting => "not begun",
        StepStatus::Running => "under way",
        StepStatus::Held => "held",
        StepStatus::Done => "done",
        StepStatus::Skipped => "skipped",
        StepStatus::Left => "left as it was",
    }
}

fn figures(text: &mut String, report: &Report) {
    let _ = writeln!(text, "\n## Figures before, during and after\n");
    if report.figures.is_empty() {
        let _ = writeln!(text, "None were kept.");
        return;
    }
    let _ = writeln!(
        text,
        "One cell is a minute or more, from zero to the highest value; `·` means no data.\n"
    );
    let _ = writeln!(
        text,
        "| Region | figure | before | chart | lowest | highest | after |"
    );
    let _ = writeln!(text, "|---|---|--:|---|--:|--:|--:|");
    for (region, charts) in &report.figures {
        site(text, region, charts);
    }
}

/// A name, the values, and how one is written.
type Row<'a> = (&'static str, &'a [Option<f64>], &'a dyn Fn(f64) -> String);

fn site(text: &mut String, region: &Region, charts: &Charts) {
    let rows: [Row<'_>; 5] = [
        ("requests a minute", &charts.requests, &count),
        ("5xx", &charts.errors_percent, &percent),
        ("4xx", &charts.refused_percent, &percent),
        ("p99", &charts.p99_ms, &millis),
        ("replication lag", &charts.lag_ms, &millis),
    ];
    for (name, values, show) in rows {
        if values.iter().all(Option::is_none) {
            continue;
        }
        let known = || values.iter().flatten().copied();
        let show = |value: Option<f64>| value.map_or_else(|| "no data".into(), show);
        let _ = writeln!(
            text,
            "| {region} | {name} | {} | `{}` | {} | {} | {} |",
            show(values.first().copied().flatten()),
            spark(values, CHART),
            show(known().reduce(f64::min)),
            show(known().reduce(f64::max)),
            show(values.last().copied().flatten()),
        );
    }
}

fn list(text: &mut String, head: &str, lines: &[String], none: &str) {
    let _ = writeln!(text, "\n## {head}\n");
    if lines.is_empty() {
        let _ = writeln!(text, "{none}");
    }
    for line in lines {
        let _ = writeln!(text, "- {line}");
    }
}

fn timeline(text: &mut String, report: &Report) {
    let _ = writeln!(text, "\n## Timeline\n");
    let _ = writeln!(
        text,
        "| time | elapsed | who | step | what | call | request | outcome |"
    );
    let _ = writeln!(text, "|---|--:|---|---|---|---|---|---|");
    for moment in &report.timeline {
        let some = |text: &Option<String>| plain(text.as_deref().unwrap_or_default());
        let cells = [
            time(moment.at),
            clock(moment.elapsed_s),
            plain(&moment.by),
            some(&moment.step),
            plain(&moment.what),
            some(&moment.call),
            some(&moment.request_id),
            some(&moment.outcome),
        ];
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

fn time(at: Timestamp) -> String {
    at.strftime("%H:%M:%SZ").to_string()
}

fn clock(s: i64) -> String {
    format!("+{}", stopwatch(SignedDuration::from_secs(s)))
}

fn span(s: i64) -> String {
    seconds(u64::try_from(s).unwrap_or(0))
}
