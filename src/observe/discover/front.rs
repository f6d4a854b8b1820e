//! Which distribution is the fleet's: the one that answers for the name, or the one that stands in front of it.

use super::NotDiscovered;
use super::edge::{candidates, distributions_of};
use gwctl_fleet::{ListedDistribution, RecordSet};

/// As [`super::Named::distribution`] says that none is meant.
pub(super) const NONE: &str = "none";

/// The one distribution that answers for `domain`, or stands in front of it, where there is one.
pub(super) fn the_distribution(
    domain: &str,
    records: &[RecordSet],
    all: &[ListedDistribution],
    meant: Option<&str>,
) -> Result<Option<ListedDistribution>, NotDiscovered> {
    let answering = distributions_of(domain, records, all);
    let found: Vec<_> = match meant {
        Some(NONE) => return Ok(None),
        Some(id) => all.iter().filter(|one| one.id == id).collect(),
        None if answering.is_empty() => all.iter().filter(|one| asks(one, domain)).collect(),
        None => answering.clone(),
    };
    let unclear = |one: &&&ListedDistribution| {
        meant.is_none() && answering.is_empty() && !is_the_way(one, domain)
    };
    let some_paths = found.iter().any(|one| unclear(&one));
    match found.as_slice() {
        [] => Ok(None),
        [one] if !some_paths => Ok(Some((*one).clone())),
        several => {
            let each = several.iter().map(|one| {
                let how = if unclear(&one) {
                    format!(": only some paths of {} lead to {domain}", name_of(one))
                } else {
                    String::new()
                };
                format!("{} ({}{how})", one.id, one.domain)
            });
            let none = some_paths.then(|| format!("{NONE} (clients use {domain} itself)"));
            Err(NotDiscovered::Several {
                domain: domain.into(),
                what: "distributions",
                candidates: each.chain(none).collect(),
                option: "--distribution",
            })
        }
    }
}

/// Whether all requests to the distribution go to `name`, or a router decides where they go. A website's distribution
/// may send some paths to an API that other clients call by its own name.
fn is_the_way(distribution: &ListedDistribution, name: &str) -> bool {
    let mut origins = distribution.default_origins.iter();
    distribution.router_arn.is_some() || origins.any(|own| own == name)
}

/// Its first alternate domain name of one host, or CloudFront's own name.
fn name_of(one: &ListedDistribution) -> &str {
    let mut hosts = one.aliases.iter().filter(|name| !name.starts_with("*."));
    hosts.next().unwrap_or(&one.domain)
}

/// Whether the distribution sends requests to `name`: as an origin, or as what its router is told.
fn asks(distribution: &ListedDistribution, name: &str) -> bool {
    let names = candidates(name, Some(distribution), &[]);
    names.iter().any(|one| one == name)
}

/// The name that clients use where `asked` is what `distribution` sends requests to. None where clients use `asked`
/// itself.
pub(super) fn public_name(
    asked: &str,
    records: &[RecordSet],
    distribution: Option<&ListedDistribution>,
) -> Option<String> {
    let one = distribution?;
    let answers = !distributions_of(asked, records, std::slice::from_ref(one)).is_empty();
    if answers || !asks(one, asked) {
        return None;
    }
    Some(name_of(one).to_owned())
}
