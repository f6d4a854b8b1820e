//! Which distribution is the fleet's: the one that answers for the name, or the one that stands in front of it.

use super::edge::{candidates, distributions_of};
use gwctl_fleet::{ListedDistribution, RecordSet};

/// The distributions that answer for `domain`; where there is none, those that have it as their origin.
pub(super) fn answering<'a>(
    domain: &str,
    records: &[RecordSet],
    all: &'a [ListedDistribution],
) -> Vec<&'a ListedDistribution> {
    let found = distributions_of(domain, records, all);
    if found.is_empty() {
        return all.iter().filter(|one| asks(one, domain)).collect();
    }
    found
}

/// Whether the distribution sends requests to `name`: as an origin, or as what its router is told.
fn asks(distribution: &ListedDistribution, name: &str) -> bool {
    let names = candidates(name, Some(distribution), &[]);
    names.iter().any(|one| one == name)
}

/// The name that clients use where `asked` is what `distribution` sends requests to: its first alternate domain name
/// of one host, or CloudFront's own name. None where clients use `asked` itself.
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
    let mut hosts = one.aliases.iter().filter(|name| !name.starts_with("*."));
    Some(hosts.next().unwrap_or(&one.domain).clone())
}
