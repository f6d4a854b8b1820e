//! The certificates of a plan or a state beside those that serve.

use std::collections::BTreeSet;

use serde_json::Value;

use gwctl_fleet::{Certificate, Observed, Region, Wire, Wired};

use super::case::Case;
use super::compared::{Compared, Pair, current};
use super::evidence::Evidence;
use super::finding::{Reason, Verdict};
use super::known::Known;
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
    if Region::of_arn(arn) != Region::of_arn(&live.arn) {
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

/// Whether an API uses a certificate.
enum Use {
    /// An API of the fleet in its Region.
    Serves,
    /// The fleet's API there has another one, or the fleet has none there.
    Idle,
    Unknown,
}

/// The custom domain name to ask for in the Region of a certificate: the Regions may share it, and then no picture has
/// the certificates of theirs.
pub(super) fn name(values: &Value, known: &Known<'_>) -> Option<Wire> {
    let region = Region::of_arn(text(values, "arn")?)?;
    known.spec.sites.iter().find(|one| one.region == region)?;
    let name = text(values, "domain_name")?.to_ascii_lowercase();
    (!name.starts_with('*')).then_some(Wire::Name { region, name })
}

fn used(arn: &str, values: &Value, evidence: &Evidence<'_>) -> Use {
    let Some(region) = Region::of_arn(arn) else {
        return Use::Unknown;
    };
    let Some(site) = evidence.snapshot().site(&region) else {
        return Use::Idle;
    };
    let serves = |own: &str| if own == arn { Use::Serves } else { Use::Idle };
    if let Some(own) = site.certificate.current() {
        return serves(&own.arn);
    }
    let told = name(values, &evidence.known).map(|wire| evidence.wired(&wire));
    match told {
        Some(Ok(Wired::Name { name, .. })) => {
            name.certificate_arn.as_deref().map_or(Use::Unknown, serves)
        }
        _ => Use::Unknown,
    }
}

/// Of a certificate that the plan deletes or replaces: none where it serves.
pub(super) fn deleted(
    case: &Case<'_>,
    region: Option<&Region>,
    evidence: &Evidence<'_>,
) -> Option<Reason> {
    let arn = text(&case.change.before, "arn")?;
    let live = serving(region, evidence)?.current();
    if live.is_some_and(|live| live.arn == arn) {
        return None;
    }
    let used = used(arn, &case.change.before, evidence);
    let there = Region::of_arn(arn);
    let told = match (used, live) {
        (Use::Serves, _) => return None,
        (Use::Idle, Some(live)) if Region::of_arn(&live.arn) == there => Reason::new(
            Verdict::Unexplained,
            format!(
                "Terraform would delete a certificate that does not serve: {} does",
                live.arn
            ),
        ),
        (Use::Idle, _)
            if there
                .as_ref()
                .is_some_and(|there| evidence.snapshot().site(there).is_some()) =>
        {
            Reason::new(
                Verdict::Unexplained,
                "Terraform would delete a certificate that does not serve: the API of its Region has another one",
            )
        }
        _ => Reason::new(
            Verdict::Unjudged,
            format!(
                "Terraform would delete a certificate{}; whether it serves could not be asked",
                there.map_or_else(String::new, |there| format!(" in {there}"))
            ),
        ),
    };
    Some(told)
}
