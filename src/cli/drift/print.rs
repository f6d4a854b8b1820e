//! The report for people.

use std::fmt::Write as _;

use super::report::{Compared, Report, Resource};
use crate::fleet::{Missing, clean_line, clean_markdown};

/// Said of what no action explains.
const OPEN: &str = "not explained: check it";

/// Aligned, for a terminal.
pub fn table(report: &Report) -> String {
    let width = |part: fn(&Compared) -> usize| report.stacks.iter().map(part).max().unwrap_or(0);
    let regions = width(|one| one.stack.region.as_str().len());
    let names = width(|one| one.stack.name.chars().count());
    let mut text = String::new();
    for one in &report.stacks {
        let (region, name) = (one.stack.region.as_str(), clean_line(&one.stack.name));
        let _ = writeln!(text, "{region:<regions$}  {name:<names$}  {}", told(one));
        for resource in one.found.iter().flatten() {
            let _ = writeln!(text, "    {}", heading(resource));
            for (difference, why) in resource.drifted.differences.iter().zip(&resource.why) {
                let path = clean_line(&difference.path);
                let (expected, actual) = values(&difference.expected, &difference.actual);
                let _ = writeln!(text, "        {path}: {expected} → {actual}");
                let _ = writeln!(text, "            {}", why.unwrap_or(OPEN));
            }
        }
    }
    for (region, told) in &report.routing {
        let _ = writeln!(text, "{region:<regions$}  routing: {}", clean_line(told));
    }
    for (region, why) in &report.unlisted {
        let _ = writeln!(text, "{region:<regions$}  there may be more stacks: {why}");
    }
    text
}

/// For an incident channel.
pub fn markdown(report: &Report) -> String {
    let mut text = format!("## Drift of {}\n\n", clean_markdown(&report.fleet));
    for one in &report.stacks {
        let (region, name) = (&one.stack.region, clean_markdown(&one.stack.name));
        let _ = writeln!(
            text,
            "- **{region} {name}**: {}",
            clean_markdown(&told(one))
        );
        for resource in one.found.iter().flatten() {
            let _ = writeln!(text, "  - {}", clean_markdown(&heading(resource)));
            for (difference, why) in resource.drifted.differences.iter().zip(&resource.why) {
                let (expected, actual) = values(&difference.expected, &difference.actual);
                let line = format!("{}: {expected} → {actual}", clean_line(&difference.path));
                let why = why.map_or_else(|| format!("**{OPEN}**"), clean_markdown);
                let _ = writeln!(text, "    - {}: {why}", clean_markdown(&line));
            }
        }
    }
    for (region, told) in &report.routing {
        let _ = writeln!(text, "- **{region}**: routing: {}", clean_markdown(told));
    }
    for (region, why) in &report.unlisted {
        let why = clean_markdown(&why.to_string());
        let _ = writeln!(text, "- **{region}**: there may be more stacks: {why}");
    }
    text
}

fn told(one: &Compared) -> String {
    let verdict = one.verdict();
    match (&one.found, &one.incomplete) {
        (Err(Missing::NoData), _) => format!("{verdict}: there is no such stack"),
        (Err(Missing::NotAllowed { action: why } | Missing::CouldNotAsk { why }), _) => {
            format!("{verdict}: {}", clean_line(why))
        }
        (Err(why), _) => format!("{verdict}: {why}"),
        (Ok(_), Some(why)) => format!("{verdict}: CloudFormation: {}", clean_line(why)),
        (Ok(_), None) => verdict.into(),
    }
}

fn heading(resource: &Resource) -> String {
    let one = &resource.drifted;
    let gone = if one.differences.is_empty() {
        format!(": {OPEN}")
    } else {
        String::new()
    };
    clean_line(&format!(
        "{} {} ({}, {}){gone}",
        one.status, one.logical, one.kind, one.physical
    ))
}

/// What is not there is said so.
fn values(expected: &str, actual: &str) -> (String, String) {
    let word = |value: &str| match value {
        "" | "null" => "nothing".into(),
        value => clean_line(value),
    };
    (word(expected), word(actual))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit::Exit;
    use crate::fleet::{Drifted, FleetSpec, PropertyDifference, Region, Snapshot};
    use crate::observe::drift::{Stack, StackDrift};

    fn picture() -> Snapshot {
        let text = "domain = \"a.example.com\"\nglobal_cluster = \"orders\"\nsites = []\n\
            [edge]\ndistribution = \"E1\"\nhosted_zone = \"Z1\"\nlatency_record = \"l.example.com\"\n";
        let spec: FleetSpec = toml::from_str(text).unwrap();
        Snapshot::blank("orders", &spec, jiff::Timestamp::UNIX_EPOCH)
    }

    fn compared(name: &str, found: Result<Vec<Drifted>, Missing>) -> StackDrift {
        StackDrift {
            stack: Stack {
                region: Region::new("eu-west-1").unwrap(),
                name: name.into(),
                account: crate::fleet::Account::Workload,
            },
            found,
            incomplete: None,
        }
    }

    fn drifted(kind: &str, path: &str) -> Drifted {
        Drifted {
            logical: "Handler".into(),
            physical: "orders-handler".into(),
            kind: kind.into(),
            status: "MODIFIED".into(),
            differences: vec![PropertyDifference {
                path: path.into(),
                expected: "10".into(),
                actual: String::new(),
            }],
        }
    }

    fn report(all: Vec<StackDrift>) -> Report {
        Report::new("orders", all, Vec::new(), &picture())
    }

    #[test]
    fn what_could_not_be_asked_is_not_clean_and_what_is_open_is_worse() {
        let lambda = "AWS::Lambda::Function";
        let clean = || compared("clean", Ok(Vec::new()));
        let code = || compared("code", Ok(vec![drifted(lambda, "/Code/S3Key")]));
        let open = || compared("open", Ok(vec![drifted(lambda, "/Timeout")]));
        let action = "cloudformation:DetectStackDrift".to_owned();
        let denied = || {
            compared(
                "denied",
                Err(Missing::NotAllowed {
                    action: action.clone(),
                }),
            )
        };
        assert_eq!(report(vec![clean(), code()]).exit(), Exit::Success);
        assert_eq!(report(vec![clean(), denied()]).exit(), Exit::Partial);
        assert_eq!(report(vec![denied(), open()]).exit(), Exit::Degraded);
        let text = table(&report(vec![clean(), code(), open(), denied()]));
        for line in [
            "clean   IN SYNC",
            "code    EXPLAINED",
            "open    DRIFTED",
            "/Timeout: 10 → nothing\n            not explained: check it",
            "denied  NOT ALLOWED: cloudformation:DetectStackDrift",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let unlisted = Report::new(
            "orders",
            Vec::new(),
            vec![(Region::global(), Missing::NotYet)],
            &picture(),
        );
        assert_eq!(unlisted.exit(), Exit::Partial);
    }

    #[test]
    fn what_was_deleted_is_never_explained() {
        let mut gone = drifted("AWS::Lambda::Function", "/Code/S3Key");
        gone.status = "DELETED".into();
        assert_eq!(
            report(vec![compared("a", Ok(vec![gone.clone()]))]).exit(),
            Exit::Degraded
        );
        gone.differences.clear();
        let report = report(vec![compared("a", Ok(vec![gone]))]);
        assert_eq!(report.exit(), Exit::Degraded);
        assert!(
            markdown(&report).contains("check it"),
            "{}",
            markdown(&report)
        );
    }
}
