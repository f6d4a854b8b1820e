//! `gwctl status --all`: every fleet of the configuration, a row each, and the exit code of the worst.

use std::fmt::Write;
use std::sync::Arc;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::args::Status;
use super::figure::{MARKS, moment};
use super::runs::Runs;
use super::table::{explain, paint};
use super::{Report, bring};
use crate::cli::act::stage;
use crate::cli::clock;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Output};
use crate::cli::output::{colored, print, tell};
use crate::cli::runtime::run_async;
use crate::cli::settings::Settings;
use crate::cli::simulated_fleets;
use crate::cli::target::{Target, complete};
use crate::fleet::columns::whole;
use crate::fleet::format::dollars_per_hour;
use crate::fleet::{FleetSpec, Metric, Snapshot, Verdict, clean, clean_line, clean_markdown};
use crate::observe::Together;

/// Name and version of the JSON; each of its `fleets` is a `gwctl.status/1`.
const SCHEMA: &str = "gwctl.status-all/1";
/// Longest name of a fleet.
const LONGEST: usize = 40;
const HEADS: [&str; 11] = [
    "FLEET", "VERDICT", "REGIONS", "REQ", "P90", "P99", "5XX", "LAG", "AGE", "COST", "WHO ACTS",
];
/// Columns of words; the others are figures, which stand right.
const WORDS: [usize; 4] = [0, 1, 2, 10];

/// Asks all of them at once, waits, prints.
pub fn run(global: &Global, args: &Status) -> Result<Exit, Failure> {
    let reports = reports(global, args)?;
    let exit = worst(&reports);
    let text = match args.output {
        Output::Table => table(&reports, colored(global.color)),
        Output::Json => format!("{:#}\n", document(&reports, exit, args.fleet.demo)),
        Output::Markdown => markdown(&reports),
    };
    print(&text)?;
    Ok(exit)
}

fn reports(global: &Global, args: &Status) -> Result<Vec<Report>, Failure> {
    if args.fleet.demo {
        return simulated_fleets::stills(
            &args.fleet.still(),
            |_| true,
            async |targets| {
                let each = targets.iter().map(|target| complete(target, args.timeout));
                let pictures = join_all(each).await;
                let seen = pictures.into_iter().zip(&targets);
                Ok(seen
                    .map(|(picture, target)| Report::new(picture, &target.spec, None))
                    .collect())
            },
        );
    }
    let settings = Settings::read_for_all(global)?;
    settings.tell_warnings();
    let folder = stage::runs(false)?;
    run_async(async {
        let together = Together::new(clock::present());
        let mut targets = Vec::new();
        for name in settings.config.fleets.keys() {
            let fleet = Settings {
                fleet: name.clone(),
                ..settings.clone()
            };
            let mut target = Target::beside(&together, global, &fleet).await;
            target.refresh.probes = !args.no_probe;
            targets.push(target);
        }
        let each = targets.iter().map(|target| {
            let folder = &folder;
            async move {
                let (picture, brought) =
                    join(complete(target, args.timeout), bring(folder, target)).await;
                if let Err(why) = brought {
                    let name = &target.name;
                    tell(format!(
                        "gwctl: runs of {name} on other machines are not known: {why}"
                    ));
                }
                report(picture, &target.spec, Runs::of(folder, &target.spec))
            }
        });
        join_all(each).await
    })
}

fn report(picture: Arc<Snapshot>, spec: &FleetSpec, runs: Runs) -> Report {
    Report::new(picture, spec, Some(runs))
}

/// Down before degraded before unknown before partial: what serves worst comes first.
fn worst(reports: &[Report]) -> Exit {
    let order = [Exit::Down, Exit::Degraded, Exit::Unknown, Exit::Partial];
    let found = order
        .into_iter()
        .find(|exit| reports.iter().any(|report| report.exit == *exit));
    found.unwrap_or(Exit::Success)
}

/// The worst first; those that are alike stay in the configuration's order.
fn ordered(reports: &[Report]) -> Vec<&Report> {
    let mut all: Vec<&Report> = reports.iter().collect();
    all.sort_by_key(|report| std::cmp::Reverse(report.picture.judgement.verdict));
    all
}

fn document(reports: &[Report], exit: Exit, simulated: bool) -> Value {
    let dollars: f64 = reports
        .iter()
        .map(|report| report.picture.dollars_per_hour)
        .sum();
    let fleets: Vec<&Value> = reports.iter().map(|report| &report.document).collect();
    json!({
        "schema": SCHEMA,
        "simulated": simulated,
        "exit_code": exit.code(),
        "dollars_per_hour": dollars,
        "fleets": fleets,
    })
}

fn row(report: &Report) -> [String; 11] {
    let picture = &report.picture;
    let moment = moment(picture);
    let said = |reading: crate::fleet::Reading| reading.cell(&MARKS, usize::MAX);
    let regions = picture.sites.iter().map(|site| {
        let share = picture.traffic_share(&site.region);
        let share = share.map_or_else(
            |why| MARKS.of(&why).to_owned(),
            |share| format!("{:.0}%", share.told),
        );
        let bad = match site.judgement.verdict {
            Verdict::Healthy => String::new(),
            other => format!(" {other}"),
        };
        format!("{} {share}{bad}", site.region)
    });
    [
        clean(&picture.name, LONGEST),
        picture.judgement.verdict.word().to_owned(),
        regions.collect::<Vec<_>>().join(", "),
        said(whole::requests(&moment)),
        said(whole::latency(&moment, Metric::ApiLatencyP90)),
        said(whole::latency(&moment, Metric::ApiLatencyP99)),
        said(whole::failing(&moment)),
        said(whole::lag(&moment)),
        said(whole::age(&moment)),
        dollars_per_hour(picture.dollars_per_hour),
        clean_line(&report.runs.as_ref().map_or_else(String::new, Runs::acting)),
    ]
}

fn table(reports: &[Report], color: bool) -> String {
    let reports = ordered(reports);
    let rows: Vec<[String; 11]> = reports.iter().map(|report| row(report)).collect();
    let heads = HEADS.map(str::to_owned);
    let wide = |column: usize| {
        let cells = std::iter::once(&heads).chain(&rows);
        cells.map(|row| row[column].width()).max().unwrap_or(0)
    };
    let widths: [usize; 11] = std::array::from_fn(wide);
    let mut text = String::new();
    for (line, row) in std::iter::once(&heads).chain(&rows).enumerate() {
        let mut cells = String::new();
        for (column, cell) in row.iter().enumerate() {
            let gap = " ".repeat(widths[column] - cell.width());
            let padded = if WORDS.contains(&column) {
                format!("{cell}{gap}")
            } else {
                format!("{gap}{cell}")
            };
            let verdict = (column == 1)
                .then(|| Some(reports.get(line.checked_sub(1)?)?.picture.judgement.verdict))
                .flatten();
            let painted = verdict.map_or(padded.clone(), |verdict| paint(verdict, &padded, color));
            let _ = write!(cells, "{painted}  ");
        }
        let _ = writeln!(text, "{}", cells.trim_end());
    }
    text.push('\n');
    for report in &reports {
        why(&mut text, report);
    }
    let dollars = reports.iter().map(|one| one.picture.dollars_per_hour).sum();
    let _ = writeln!(
        text,
        "\n{} fleets; watching all of them costs {}",
        reports.len(),
        dollars_per_hour(dollars)
    );
    explain(&mut text, &rows.iter().flatten().collect::<Vec<_>>());
    text
}

/// The first reason of a fleet that is not healthy, and how much of it got no answer.
fn why(text: &mut String, report: &Report) {
    let name = clean(&report.picture.name, LONGEST);
    if let Some(reason) = report.picture.judgement.reasons.first() {
        let _ = writeln!(text, "{name}: {}", clean_line(&reason.text));
    }
    let unanswered = report.unanswered.len();
    if unanswered > 0 {
        // A simulated fleet ends with its process.
        let way = match report.runs {
            Some(_) => format!("; `gwctl --fleet {name} status` lists them"),
            None => String::new(),
        };
        let _ = writeln!(text, "{name}: {unanswered} questions got no answer{way}");
    }
}

fn markdown(reports: &[Report]) -> String {
    let mut text = format!("| {} | WHY |\n", HEADS.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(HEADS.len() + 1));
    for report in ordered(reports) {
        let cells = row(report).map(|cell| clean_markdown(&cell));
        let first = report.picture.judgement.reasons.first();
        let why = first.map_or_else(String::new, |reason| clean_markdown(&reason.text));
        let _ = writeln!(text, "| {} | {why} |", cells.join(" | "));
    }
    text
}
