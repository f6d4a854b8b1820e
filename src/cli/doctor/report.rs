//! What doctor found, in the order of one thing resting on another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::questions::Answer;
use crate::aws::{AwsError, ErrorKind};
use crate::config::Diagnostic;
use crate::fleet::{Reachability, Region, clean_line};

/// A clock further off than this is told; the SDK corrects for it, other tools may not.
const SKEW_MS: i64 = 30_000;

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Fine,
    Warning,
    Failed,
}

struct Line {
    mark: Mark,
    what: String,
    advice: Option<String>,
}

/// Sections with their lines.
#[derive(Default)]
pub struct Report {
    sections: Vec<(&'static str, Vec<Line>)>,
    policy: Option<String>,
}

impl Report {
    fn section(&mut self, title: &'static str) -> &mut Vec<Line> {
        self.sections.push((title, Vec::new()));
        let last = self.sections.len() - 1;
        &mut self.sections[last].1
    }

    /// How many checks failed.
    pub fn failures(&self) -> usize {
        self.sections
            .iter()
            .flat_map(|(_, lines)| lines)
            .filter(|line| line.mark == Mark::Failed)
            .count()
    }

    /// The configuration that was used, with what is worth a look in it.
    pub fn configuration(&mut self, loaded: &str, warnings: &[Diagnostic]) {
        let lines = self.section("Configuration");
        lines.push(fine(loaded));
        lines.extend(warnings.iter().map(|warning| {
            let what = format!(
                "{}:{}: {}",
                warning.file.display(),
                warning.line,
                warning.found
            );
            Line {
                mark: Mark::Warning,
                what,
                advice: None,
            }
        }));
    }

    /// What of the environment could not be used.
    pub fn environment(&mut self, complaint: Option<&str>) {
        if let Some(complaint) = complaint {
            let advice = Some(
                "Mend it or unset it; the system's certificates are used meanwhile.".to_owned(),
            );
            self.section("Environment").push(Line {
                mark: Mark::Failed,
                what: complaint.to_owned(),
                advice,
            });
        }
    }

    /// Nothing came back before the deadline.
    pub fn nothing_in_time(&mut self) {
        let advice = Some("Check the network, then wait longer: --timeout 60s.".to_owned());
        let line = Line {
            mark: Mark::Failed,
            what: "not every question was answered in time".to_owned(),
            advice,
        };
        self.section("Questions").push(line);
    }

    /// Who is asking.
    pub fn identity(&mut self, answers: &[Answer]) {
        let asked: Vec<&Answer> = answers
            .iter()
            .filter(|answer| answer.action == "sts:GetCallerIdentity")
            .collect();
        let lines = self.section("Credentials");
        match asked.iter().find(|answer| answer.outcome.is_ok()) {
            Some(answer) => lines.push(fine(&format!(
                "AWS knows them (asked in {})",
                answer.region
            ))),
            None => lines.extend(
                asked
                    .first()
                    .and_then(|answer| answer.outcome.as_ref().err())
                    .map(failed),
            ),
        }
    }

    /// How far this machine's clock is from AWS's.
    pub fn clock(&mut self, reached: &[(&Region, Reachability)]) {
        let skews = reached
            .iter()
            .filter_map(|(region, reach)| Some((reach.clock_skew_ms?, *region)));
        let worst = skews.max_by_key(|(skew, _)| skew.abs());
        let lines = self.section("Clock");
        lines.push(match worst {
            None => Line {
                mark: Mark::Warning,
                what: "no answer to compare it with".to_owned(),
                advice: None,
            },
            Some((skew, region)) if skew.abs() > SKEW_MS => Line {
                mark: Mark::Failed,
                what: format!("{} s off AWS's (in {region})", skew / 1_000),
                advice: Some(
                    "Set the clock, by NTP or chrony: AWS refuses signatures from another time."
                        .to_owned(),
                ),
            },
            Some((skew, region)) => fine(&format!(
                "within {:.1} s of AWS's (in {region})",
                (skew.abs() as f64 / 1e3).max(0.1)
            )),
        });
    }

    /// Every action, where it was answered and where it was not.
    pub fn questions(&mut self, answers: &[Answer]) {
        let mut by_action: BTreeMap<&str, Vec<&Answer>> = BTreeMap::new();
        for answer in answers {
            by_action.entry(&answer.action).or_default().push(answer);
        }
        let lines = self.section("Questions the dashboard asks");
        for (action, asked) in by_action {
            let regions: BTreeSet<&str> = asked
                .iter()
                .filter(|answer| answer.outcome.is_ok())
                .map(|answer| answer.region.as_str())
                .collect();
            if !regions.is_empty() {
                let regions: Vec<&str> = regions.into_iter().collect();
                lines.push(fine(&format!("{action}: {}", regions.join(", "))));
            }
            lines.extend(
                asked
                    .iter()
                    .filter_map(|answer| Some(unanswered(answer, answer.outcome.as_ref().err()?))),
            );
        }
    }

    /// Which Regions answer.
    pub fn regions(&mut self, reached: &[(&Region, Reachability)]) {
        let lines = self.section("Regions");
        for (region, reach) in reached {
            lines.push(match (reach.answering(), reach.round_trip) {
                (Some(true), round_trip) => {
                    let took = round_trip
                        .map_or(String::new(), |took| format!(" in {} ms", took.as_millis()));
                    fine(&format!("{region} answers{took}"))
                }
                (Some(false), _) => Line {
                    mark: Mark::Failed,
                    what: format!(
                        "{region} does not answer: {}",
                        reach.last_error.as_deref().unwrap_or("no reason given")
                    ),
                    advice: Some(advice(ErrorKind::TimedOut).to_owned()),
                },
                (None, _) => Line {
                    mark: Mark::Warning,
                    what: format!("{region}: no call got as far as being sent"),
                    advice: None,
                },
            });
        }
    }

    /// The statement that would grant what is missing.
    pub fn missing_policy(&mut self, answers: &[Answer]) {
        let refused = |answer: &&Answer| {
            answer
                .outcome
                .as_ref()
                .is_err_and(|error| error.kind == ErrorKind::NotAllowed)
        };
        let missing: BTreeSet<&str> = answers
            .iter()
            .filter(refused)
            .map(|answer| answer.action.as_str())
            .collect();
        if !missing.is_empty() {
            let statement =
                serde_json::json!({ "Effect": "Allow", "Action": missing, "Resource": "*" });
            self.policy = Some(format!(
                "This statement would grant what is missing:\n  {statement}"
            ));
        }
    }

    /// All of it.
    pub fn draw(&self, color: bool) -> String {
        let mut text = String::new();
        for (title, lines) in &self.sections {
            let _ = writeln!(text, "{title}");
            for line in lines {
                let _ = writeln!(
                    text,
                    "  {}  {}",
                    paint(line.mark, color),
                    clean_line(&line.what)
                );
                if let Some(advice) = &line.advice {
                    let _ = writeln!(text, "        {}", clean_line(advice));
                }
            }
            text.push('\n');
        }
        if let Some(policy) = &self.policy {
            let _ = writeln!(text, "{policy}\n");
        }
        let _ = match self.failures() {
            0 => writeln!(text, "Everything the dashboard needs is there."),
            1 => writeln!(text, "1 check failed."),
            count => writeln!(text, "{count} checks failed."),
        };
        text
    }
}

fn fine(what: &str) -> Line {
    Line {
        mark: Mark::Fine,
        what: what.to_owned(),
        advice: None,
    }
}

fn failed(error: &AwsError) -> Line {
    Line {
        mark: Mark::Failed,
        what: error.to_string(),
        advice: Some(advice(error.kind).to_owned()).filter(|it| !it.is_empty()),
    }
}

fn unanswered(answer: &Answer, error: &AwsError) -> Line {
    match (&answer.names, error.kind) {
        (Some((key, value)), ErrorKind::NotFound) => Line {
            mark: Mark::Failed,
            what: format!(
                "{}: there is no {key} `{value}` in {}",
                answer.action, answer.region
            ),
            advice: Some(format!(
                "Check `{key}` in the configuration, and that these credentials are the right account's."
            )),
        },
        _ => failed(error),
    }
}

/// What to do; the errors of AWS's own adapters already say it for credentials and permissions.
const fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotAllowed => "Add the action to the role's policy; the statement below does.",
        ErrorKind::Credentials | ErrorKind::RegionNotEnabled => "",
        ErrorKind::Throttled => {
            "Other callers use up this account's rate; try again, or ask AWS for a higher one."
        }
        ErrorKind::TimedOut => {
            "Check network, VPN and proxy; if others of the account see the same, the Region itself is in trouble and shows as unknown."
        }
        ErrorKind::Unreachable => {
            "Check network, DNS and proxy, and AWS_ENDPOINT_URL where it is set."
        }
        ErrorKind::NotSent => "Not sent after earlier calls to the Region went unanswered.",
        ErrorKind::NotFound => {
            "Check its name in the configuration, and that these credentials are the right account's."
        }
        ErrorKind::Garbled => "Is AWS_ENDPOINT_URL, or a proxy, answering in AWS's place?",
        ErrorKind::Other => "The log has the details; see `gwctl info` for where it is.",
    }
}

fn paint(mark: Mark, color: bool) -> String {
    let (word, code) = match mark {
        Mark::Fine => ("ok  ", "32"),
        Mark::Warning => ("note", "33"),
        Mark::Failed => ("FAIL", "1;31"),
    };
    if color {
        format!("\x1b[{code}m{word}\x1b[0m")
    } else {
        word.to_owned()
    }
}
