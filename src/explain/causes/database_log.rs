//! What the log that a cluster exports says of a hypothesis.

use super::logged::{BEFORE, minute, quote};
use super::words::Says;
use crate::evidence::Evidence;
use crate::hypothesis::Hypothesis;
use gwctl_fleet::logs::{DATABASE_LOG, Pattern};
use gwctl_fleet::{Region, format};

/// Adds the database's own words to each hypothesis that its words can tell.
pub(crate) fn add(evidence: &Evidence<'_>, hypotheses: &mut [Hypothesis]) {
    for one in hypotheses {
        let Some(words) = Says::of_cause(one.cause) else {
            continue;
        };
        let began = one
            .since
            .map_or(i64::MIN, |onset| minute(onset.at - BEFORE));
        let sites = evidence.picture.sites.iter().map(|site| &site.region);
        let regions: Vec<&Region> = match &one.region {
            Some(region) => vec![region],
            None => sites.collect(),
        };
        let told: Vec<String> = regions
            .into_iter()
            .filter_map(|region| told(evidence, region, words, began))
            .collect();
        one.supports.extend(told);
    }
}

/// What the cluster in `region` logs most often of what `words` say, since the minute `began`.
fn told(evidence: &Evidence<'_>, region: &Region, words: &[Says], began: i64) -> Option<String> {
    let count = |pattern: &Pattern| pattern.count_of(region, DATABASE_LOG, |at| at >= began);
    let says = |pattern: &&Pattern| {
        Says::of(pattern).is_some_and(|said| said.is_of_database() && words.contains(&said))
    };
    let (pattern, count) = evidence
        .patterns
        .iter()
        .filter(says)
        .map(|pattern| (pattern, count(pattern)))
        .filter(|(_, count)| *count > 0)
        .max_by_key(|(_, count)| *count)?;
    Some(format!(
        "{region}: the log of the database itself says `{}` ({} times since then)",
        quote(pattern),
        format::count(count as f64)
    ))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{BEGAN, Fixture, HERE, THERE, WRITE};
    use super::*;

    const BY_CLIENT: &str = "error: sorry, too many clients already";
    const BY_SERVER: &str = "FATAL: 53300: sorry, too many clients already";

    fn told(place: (&str, &str), said: &str, span: (i64, i64)) -> Vec<String> {
        let mut fixture = Fixture::failing();
        fixture.logs((HERE, WRITE), BY_CLIENT, (BEGAN, 0), 9);
        fixture.logs(place, said, span, 4);
        let first = fixture.explained().hypotheses.swap_remove(0);
        assert_eq!(first.cause, "connections-exhausted");
        let own = first.supports.into_iter();
        own.filter(|line| line.contains("the database itself"))
            .collect()
    }

    #[test]
    fn the_databases_own_words_are_quoted_beside_those_of_the_functions() {
        let lines = told((HERE, DATABASE_LOG), BY_SERVER, (BEGAN, 0));
        let expected = format!(
            "{HERE}: the log of the database itself says `{BY_SERVER}` (32 times since then)"
        );
        assert_eq!(lines, [expected]);
    }

    #[test]
    fn what_it_says_elsewhere_or_of_something_else_or_said_before_is_no_evidence() {
        for (place, said, span) in [
            ((THERE, DATABASE_LOG), BY_SERVER, (BEGAN, 0)),
            ((HERE, "orders-read"), BY_SERVER, (BEGAN, 0)),
            ((HERE, DATABASE_LOG), BY_SERVER, (30, 20)),
            ((HERE, DATABASE_LOG), "ERROR: deadlock detected", (BEGAN, 0)),
        ] {
            assert_eq!(
                told(place, said, span),
                [""; 0],
                "{place:?} {said} {span:?}"
            );
        }
    }
}
