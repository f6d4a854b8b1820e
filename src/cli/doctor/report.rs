//! What doctor found, in the order of one thing resting on another.

mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::questions::QuestionOutcome;
use crate::aws::{Acting, AwsError, ErrorKind, off};
use crate::config::{Diagnostic, Untold};
use crate::fleet::{Account, Identity, Reachability, Region, clean_line};
use crate::store::Unfit;

/// Whether a table can hold a lease; and the Region that has all of it, where that is one.
pub type Fitness = Result<Result<Option<Region>, Unfit>, AwsError>;

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

    /// What of `[notify]` is wrong, and left out.
    pub fn untold(&mut self, untold: &[Untold]) {
        let lines = untold.iter().map(|one| Line {
            mark: Mark::Failed,
            what: one.line(),
            advice: Some(one.consequence()),
        });
        self.section("Configuration").extend(lines);
    }

    /// What of the environment could not be used.
    pub fn environment(&mut self, complaint: Option<&str>) {
        if let Some(complaint) = complaint {
            let advice = Some(
                "Correct it or unset it; gwctl uses the system's certificates meanwhile."
                    .to_owned(),
            );
            self.section("Environment").push(Line {
                mark: Mark::Failed,
                what: complaint.to_owned(),
                advice,
            });
        }
    }

    /// Some questions were still open at the deadline.
    pub fn out_of_time(&mut self) {
        let line = Line {
            mark: Mark::Failed,
            what: "some questions were not answered in time".to_owned(),
            advice: Some("Wait longer: `--timeout 60s`.".to_owned()),
        };
        match self.sections.last_mut() {
            Some((_, lines)) => lines.push(line),
            None => self.section("Questions").push(line),
        }
    }

    /// Who is asking; every refusal for the credentials' sake is this one failure.
    pub fn identity(&mut self, answers: &[QuestionOutcome], who: Option<&str>, acting: &Acting) {
        let refused: Vec<&AwsError> = answers
            .iter()
            .filter_map(|answer| answer.outcome.as_ref().err())
            .filter(|error| is_credentials(error))
            .collect();
        let lines = self.section("Credentials");
        if let Some(who) = who {
            lines.push(fine(who));
        }
        // Why there are none is told below, with what it cost.
        if let Ok(whose) = &acting.credentials {
            lines.push(fine(whose));
        }
        lines.extend(acting.route.iter().map(|way| fine(way)));
        match (refused.first(), who) {
            (Some(error), _) => lines.push(Line {
                mark: Mark::Failed,
                what: format!(
                    "{} ({} of {} questions refused)",
                    error.message,
                    refused.len(),
                    answers.len()
                ),
                advice: None,
            }),
            (None, None) => lines.push(Line {
                mark: Mark::Warning,
                what: "AWS did not return their identity".to_owned(),
                advice: None,
            }),
            (None, Some(_)) => {}
        }
    }

    /// The account of each part of the fleet, and what does not work without it.
    pub fn accounts(&mut self, accounts: &[(Account, String, Result<Identity, AwsError>)]) {
        if accounts.is_empty() {
            return;
        }
        let lines = self.section("Accounts");
        for (account, way, identity) in accounts {
            lines.push(match identity {
                Ok(who) => fine(&format!(
                    "{account}: {} as {} ({way})",
                    who.account, who.arn
                )),
                Err(error) => Line {
                    mark: Mark::Failed,
                    what: format!("{account} ({way}): {}", error.message),
                    advice: Some(format!(
                        "Until then {}. What is in the other accounts works.",
                        account.is_for()
                    )),
                },
            });
        }
    }

    /// How far this machine's clock is from AWS's; every refusal for its sake is this one failure.
    pub fn clock(&mut self, reached: &[(&Region, Reachability)], answers: &[QuestionOutcome]) {
        let refused = answers
            .iter()
            .filter(|answer| answer.outcome.as_ref().is_err_and(is_clock))
            .count();
        let cost = match refused {
            0 => String::new(),
            count => format!(" ({count} of {} questions refused)", answers.len()),
        };
        let skews = reached
            .iter()
            .filter_map(|(region, reach)| Some((reach.clock_skew_ms?, *region)));
        let worst = skews.max_by_key(|(skew, _)| skew.abs());
        let lines = self.section("Clock");
        lines.push(match worst {
            Some((skew, region)) if skew.abs() > SKEW_MS => Line {
                mark: Mark::Failed,
                what: format!("{} (in {region}){cost}", off(skew)),
                advice: Some(
                    "Set the clock, by NTP or chrony: AWS refuses signatures that are five minutes off. gwctl signs with AWS's time after a reply contained it; other tools may not."
                        .to_owned(),
                ),
            },
            _ if refused > 0 => Line {
                mark: Mark::Failed,
                what: format!("AWS does not accept the time of signatures{cost}"),
                advice: Some(advice(ErrorKind::Clock).to_owned()),
            },
            None => Line {
                mark: Mark::Warning,
                what: "no answer to compare it with".to_owned(),
                advice: None,
            },
            Some((skew, region)) => fine(&format!(
                "within {:.1} s of AWS's (in {region})",
                (skew.abs() as f64 / 1e3).max(0.1)
            )),
        });
    }

    /// Which Regions answer; every silence of one that does not is this one failure.
    pub fn regions(&mut self, reached: &[(&Region, Reachability)], answers: &[QuestionOutcome]) {
        let lines = self.section("Regions");
        for (region, reach) in reached {
            let silent = answers
                .iter()
                .filter(|answer| answer.region == **region && is_silence(answer))
                .count();
            lines.push(match (reach.answering(), reach.round_trip) {
                (Some(true), round_trip) => {
                    let took = round_trip
                        .map_or(String::new(), |took| format!(" in {} ms", took.as_millis()));
                    fine(&format!("{region} answers{took}"))
                }
                (Some(false), _) => Line {
                    mark: Mark::Failed,
                    what: format!(
                        "{region} does not answer: {} ({silent} questions without an answer)",
                        reach.last_error.as_deref().unwrap_or("no reason given")
                    ),
                    advice: silence(answers, region).map(|error| advice(error.kind).to_owned()),
                },
                (None, _) => Line {
                    mark: Mark::Warning,
                    what: format!("{region}: no call was sent"),
                    advice: None,
                },
            });
        }
    }

    /// Every action, where it was answered and where it was not.
    pub fn questions(&mut self, answers: &[QuestionOutcome], silent: &[&Region]) {
        let told_above = |answer: &QuestionOutcome| {
            answer
                .outcome
                .as_ref()
                .is_err_and(|error| is_credentials(error) || is_clock(error))
                || (silent.contains(&&answer.region) && is_silence(answer))
        };
        let mut by_action: BTreeMap<&str, Vec<&QuestionOutcome>> = BTreeMap::new();
        for answer in answers.iter().filter(|answer| !told_above(answer)) {
            by_action.entry(&answer.action).or_default().push(answer);
        }
        let lines = self.section("Questions the dashboard asks");
        for (action, asked) in by_action {
            let mut failures: BTreeMap<(String, String), BTreeSet<&str>> = BTreeMap::new();
            let mut answered: BTreeSet<&str> = BTreeSet::new();
            for answer in asked {
                match &answer.outcome {
                    Ok(()) => answered.insert(answer.region.as_str()),
                    Err(error) => failures
                        .entry(complaint(answer, error))
                        .or_default()
                        .insert(answer.region.as_str()),
                };
            }
            if !answered.is_empty() {
                lines.push(fine(&format!("{action}: {}", joined(&answered))));
            }
            lines.extend(failures.into_iter().map(|((what, advice), regions)| Line {
                mark: Mark::Failed,
                what: format!("{action} in {}: {what}", joined(&regions)),
                advice: Some(advice).filter(|advice| !advice.is_empty()),
            }));
        }
    }

    /// What nobody can ask in this partition, among the questions.
    pub fn not_asked(&mut self, lacks: Option<&str>) {
        let lines = self.sections.last_mut().map(|(_, lines)| lines);
        if let Some((lines, lacks)) = lines.zip(lacks) {
            lines.push(fine(&format!(
                "{lacks}: gwctl asks the zone's name servers instead, and needs DNS (port 53) to reach them"
            )));
        }
    }

    /// What of the database is unusual.
    pub fn database(&mut self, remarks: Vec<(bool, String)>) {
        if remarks.is_empty() {
            return;
        }
        let lines = self.section("Database");
        lines.extend(remarks.into_iter().map(|(stands_in_the_way, what)| Line {
            mark: if stands_in_the_way {
                Mark::Warning
            } else {
                Mark::Fine
            },
            what,
            advice: None,
        }));
    }

    /// The statement that would grant what is missing.
    pub fn missing_policy(&mut self, answers: &[QuestionOutcome]) {
        let refused = |answer: &&QuestionOutcome| {
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
            0 => writeln!(
                text,
                "The credentials allow everything that the dashboard asks."
            ),
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

fn wrong(what: String) -> Line {
    Line {
        mark: Mark::Failed,
        what,
        advice: None,
    }
}

/// What went wrong with one question, and what to do.
fn complaint(answer: &QuestionOutcome, error: &AwsError) -> (String, String) {
    match (&answer.names, error.kind) {
        (Some((key, value)), ErrorKind::NotFound) => (
            format!("there is no {} `{value}`", thing(key)),
            format!(
                "Check `{key}` in the configuration, and that these credentials are the right account's."
            ),
        ),
        _ => (error.message.clone(), advice(error.kind).to_owned()),
    }
}

/// What a key of the configuration names, in words.
fn thing(key: &str) -> &str {
    match key {
        "functions" | "router" => "function",
        "global_cluster" => "global cluster",
        "hosted_zone" => "hosted zone",
        "latency_record" => "latency record",
        other => other,
    }
}

fn is_credentials(error: &AwsError) -> bool {
    error.kind == ErrorKind::Credentials
}

fn is_clock(error: &AwsError) -> bool {
    error.kind == ErrorKind::Clock
}

fn is_silence(answer: &QuestionOutcome) -> bool {
    let silent = |error: &AwsError| {
        matches!(
            error.kind,
            ErrorKind::TimedOut | ErrorKind::Unreachable | ErrorKind::NotSent
        )
    };
    answer.outcome.as_ref().is_err_and(silent)
}

/// What the first silence in `region` was.
fn silence<'a>(answers: &'a [QuestionOutcome], region: &Region) -> Option<&'a AwsError> {
    let silent = |answer: &&QuestionOutcome| answer.region == *region && is_silence(answer);
    answers.iter().find(silent)?.outcome.as_ref().err()
}

fn joined(regions: &BTreeSet<&str>) -> String {
    regions.iter().copied().collect::<Vec<_>>().join(", ")
}

/// What to do; the errors of AWS's own adapters already say it for credentials and permissions.
const fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotAllowed => {
            "If it is missing from the role's policies, the statement below grants it."
        }
        ErrorKind::Clock => "Set the clock, by NTP or chrony.",
        ErrorKind::Forbidden | ErrorKind::Credentials | ErrorKind::RegionNotEnabled => "",
        ErrorKind::Throttled => {
            "Other callers use up this account's request rate; try again, or ask AWS to increase it."
        }
        ErrorKind::TimedOut => {
            "Check network, VPN and proxy. If others of the account see the same, the Region has a problem and shows as unknown."
        }
        ErrorKind::Unreachable => {
            "Check network, DNS and proxy, and AWS_ENDPOINT_URL where it is set."
        }
        ErrorKind::NotSent => "Not sent, because earlier calls to the Region got no answer.",
        ErrorKind::NotFound => {
            "Check its name in the configuration, and that these credentials are the right account's."
        }
        ErrorKind::Conflict => "Somebody else is changing it: run this again.",
        ErrorKind::Garbled => "Check whether AWS_ENDPOINT_URL, or a proxy, answers instead of AWS.",
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

#[cfg(test)]
mod tests {
    use super::thing;

    #[test]
    fn what_a_key_names_is_told_in_words_and_never_shortened() {
        let keys = ["functions", "router", "global_cluster", "api", "dns"];
        let things = keys.map(thing);
        assert_eq!(
            things,
            ["function", "function", "global cluster", "api", "dns"]
        );
    }
}
