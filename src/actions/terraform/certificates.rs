//! The certificates of a plan or a state beside those that serve.

use std::collections::BTreeSet;

use serde_json::Value;

use gwctl_fleet::{Certificate, Observed, Region};

use super::case::Case;
use super::compared::{Compared, Pair, current};
use super::evidence::Evidence;
use super::finding::{Reason, Verdict};
use super::values::{lookup, text, texts};

/// What serves in `region`, or at the distribution where there is none.
fn serving<'a>(
    region: Option<&Region>,
    evidence: &Evidence<'a>,
) -> Option<&'a Observed<Certificate>> {
    let snapshot = evidence.snapshot();
    match region {
        None => Some(&snapshot.edge.certificate),
        Some(region) => Some(&snapshot.site(region)?.certificate),
    }
}

/// A certificate of the state beside the one that serves.
pub(super) fn compare(
    region: Option<&Region>,
    values: &Value,
    evidence: &Evidence<'_>,
) -> Result<Compared, Compared> {
    let Some(live) = serving(region, evidence) else {
        return Ok(Compared::Nothing);
    };
    let live = current(live)?;
    let Some(arn) = text(values, "arn") else {
        return Ok(Compared::Nothing);
    };
    // One name may have a certificate in each Region: another Region's is not compared with this one.
    let place = |arn: &str| arn.split(':').nth(3).map(ToOwned::to_owned);
    if place(arn) != place(&live.arn) {
        return Ok(Compared::Nothing);
    }
    if arn != live.arn {
        return Ok(Compared::Pairs(vec![Pair::new(
            "arn",
            values,
            live.arn.clone(),
        )]));
    }
    Ok(Compared::Pairs(vec![
        Pair::new("domain_name", values, live.domain.clone()),
        names(values, live),
        Pair::new("status", values, live.status.clone()),
    ]))
}

/// With and without the main name among them: providers differ.
fn names(values: &Value, live: &Certificate) -> Pair {
    let sorted = |names: Vec<&str>| -> Value {
        let names: BTreeSet<String> = names.into_iter().map(str::to_ascii_lowercase).collect();
        names.into_iter().collect::<Vec<_>>().join(", ").into()
    };
    let mut stated = texts(lookup(values, "subject_alternative_names"));
    stated.extend(text(values, "domain_name"));
    let mut names: Vec<&str> = live.names.iter().map(String::as_str).collect();
    names.push(&live.domain);
    Pair::of("subject_alternative_names", sorted(stated), sorted(names))
}

/// Of a certificate that the plan deletes or replaces: whether it is the one that serves.
pub(super) fn deleted(
    case: &Case<'_>,
    region: Option<&Region>,
    evidence: &Evidence<'_>,
) -> Option<Reason> {
    let arn = text(&case.change.before, "arn")?;
    let live = serving(region, evidence)?;
    let text = match live.current() {
        Some(live) if live.arn == arn => return None,
        Some(live) => Reason::new(
            Verdict::Unexplained,
            format!(
                "Terraform would delete a certificate that does not serve: {} does",
                live.arn
            ),
        ),
        None => Reason::new(
            Verdict::Unjudged,
            "Terraform would delete a certificate; whether it serves could not be asked",
        ),
    };
    Some(text)
}
