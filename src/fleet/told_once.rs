//! One reason is told once, with everything that it concerns.

use crate::Reason;

/// Pairs of what was asked and why it got no answer, a sentence a reason: `edge: records; us-east-1: alarms (not allowed)`.
pub fn each_reason_once(pairs: impl IntoIterator<Item = (String, String)>) -> Vec<String> {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for (what, why) in pairs {
        match told.iter_mut().find(|(known, _)| is_same(known, &why)) {
            Some((_, all)) => all.push(what),
            None => told.push((why, vec![what])),
        }
    }
    let said = told.into_iter();
    said.map(|(why, all)| format!("{} ({why})", all.join("; ")))
        .collect()
}

/// The reasons of a whole fleet, a line each. Parts that could not be asked for one reason are in one line.
pub fn parts_once(reasons: &[Reason]) -> Vec<String> {
    let mut lines: Vec<Line<'_>> = Vec::new();
    for reason in reasons {
        let unasked = unasked_part(&reason.text);
        let same = |line: &&mut Line<'_>| match (line.why, unasked) {
            (Some(known), Some((_, why))) => is_same(known, why),
            _ => false,
        };
        match (lines.iter_mut().find(same), unasked) {
            (Some(line), Some((part, _))) => line.parts.push(part),
            _ => lines.push(Line {
                text: &reason.text,
                parts: unasked.map(|(part, _)| part).into_iter().collect(),
                why: unasked.map(|(_, why)| why),
            }),
        }
    }
    let line = |(index, line): (usize, &Line<'_>)| match line.why {
        Some(why) if line.parts.len() > 1 => {
            let parts = line.parts.join(", ");
            let told = |before: &Line<'_>| contains(before.text, why);
            if lines[..index].iter().any(told) {
                format!("{parts} unknown: AWS could not be asked for the same reason")
            } else {
                format!("{parts} unknown: AWS could not be asked: {why}")
            }
        }
        _ => line.text.to_owned(),
    };
    lines.iter().enumerate().map(line).collect()
}

/// The reasons of one part without those that repeat why nothing could be asked.
pub fn without_repeats(reasons: &[Reason]) -> impl Iterator<Item = &Reason> {
    let repeats = |(index, reason): &(usize, &Reason)| {
        let why = unasked(&reason.text).map(|(_, why)| why);
        let mut before = reasons[..*index].iter();
        why.is_some_and(|why| before.any(|before| contains(&before.text, why)))
    };
    let told = reasons.iter().enumerate();
    told.filter(move |one| !repeats(one))
        .map(|(_, reason)| reason)
}

struct Line<'a> {
    text: &'a str,
    parts: Vec<&'a str>,
    why: Option<&'a str>,
}

/// Of `edge unknown: CloudWatch in us-east-1 could not be asked: time-out (and 1 more)` the part, and why.
fn unasked_part(text: &str) -> Option<(&str, &str)> {
    let (part, rest) = text.split_once(" unknown: ")?;
    let (_, why) = unasked(rest)?;
    let without_count = why
        .strip_suffix(" more)")
        .and_then(|why| why.rsplit_once(" (and "));
    Some((part, without_count.map_or(why, |(why, _)| why)))
}

/// Of whom a question was asked in vain, and why.
fn unasked(text: &str) -> Option<(&str, &str)> {
    text.split_once(" could not be asked: ")
}

fn is_same(one: &str, other: &str) -> bool {
    bare(one) == bare(other)
}

fn contains(text: &str, why: &str) -> bool {
    bare(text).contains(&bare(why))
}

/// AWS's protocols write one code in two ways: `ExpiredToken`, `ExpiredTokenException`.
fn bare(why: &str) -> String {
    why.replace("Exception)", ")")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    fn reasons(texts: &[&str]) -> Vec<Reason> {
        let reason = |text: &&str| Reason {
            verdict: Verdict::Unknown,
            about: "region",
            text: (*text).to_owned(),
        };
        texts.iter().map(reason).collect()
    }

    #[test]
    fn parts_that_could_not_be_asked_for_one_reason_are_one_line() {
        let all = reasons(&[
            "us-east-1 down: 31 % of requests fail",
            "edge unknown: CloudWatch in us-east-1 could not be asked: expired (ExpiredToken): log in (and 1 more)",
            "eu-west-1 unknown: API Gateway in eu-west-1 could not be asked: expired (ExpiredTokenException): log in",
            "database unknown: RDS in eu-west-1 could not be asked: time-out after 5 s",
        ]);
        assert_eq!(
            parts_once(&all),
            [
                "us-east-1 down: 31 % of requests fail",
                "edge, eu-west-1 unknown: AWS could not be asked: expired (ExpiredToken): log in",
                "database unknown: RDS in eu-west-1 could not be asked: time-out after 5 s",
            ]
        );
        let all = reasons(&[
            "STS does not name the caller: time-out after 5 s",
            "edge unknown: CloudWatch in us-east-1 could not be asked: time-out after 5 s",
            "database unknown: RDS in eu-west-1 could not be asked: time-out after 5 s",
        ]);
        assert_eq!(
            parts_once(&all)[1..],
            ["edge, database unknown: AWS could not be asked for the same reason"]
        );
    }

    #[test]
    fn a_part_tells_once_why_nothing_could_be_asked() {
        let all = reasons(&[
            "AWS endpoints do not answer: no connection; never answered",
            "API Gateway in us-east-1 could not be asked: no connection",
            "RDS in us-east-1 could not be asked: throttled",
        ]);
        let told: Vec<&str> = without_repeats(&all).map(|one| one.text.as_str()).collect();
        assert_eq!(told, [all[0].text.as_str(), all[2].text.as_str()]);
    }

    #[test]
    fn questions_with_one_reason_are_one_sentence() {
        let pair = |what: &str, why: &str| (what.to_owned(), why.to_owned());
        let said = each_reason_once([
            pair("edge: records", "time-out"),
            pair("database: topology", "throttled"),
            pair("us-east-1: alarms", "time-out"),
        ]);
        assert_eq!(
            said,
            [
                "edge: records; us-east-1: alarms (time-out)",
                "database: topology (throttled)"
            ]
        );
    }
}
