//! What zones, distributions and records tell: pure.

use std::collections::BTreeMap;

use gwctl_fleet::{
    CheckConfig, CheckKind, HostedZone, ListedDistribution, Partition, RecordSet, Region,
    RoutingRecord, SwitchSpec,
};

/// The header in which gwctl's own router is told its record set.
const LATENCY_HEADER: &str = "x-gwctl-latency-record";
/// The header in which it is told its Regions, `REGION=HOST,REGION=HOST`.
const REGIONS_HEADER: &str = "x-gwctl-regions";

/// Whether `name` is `zone` or below it.
fn within(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The zones that may hold `name`: those with the longest name that fits. Clients see public zones only, whatever
/// private ones there are. An account may have several of one name; only one of them is delegated to.
pub(super) fn zones_of<'a>(name: &str, zones: &'a [HostedZone]) -> Vec<&'a HostedZone> {
    let fitting = |private: bool| -> Vec<&HostedZone> {
        let fits = |zone: &&HostedZone| zone.private == private && within(name, &zone.name);
        let all: Vec<&HostedZone> = zones.iter().filter(fits).collect();
        let longest = all.iter().map(|zone| zone.name.len()).max();
        all.into_iter()
            .filter(|zone| Some(zone.name.len()) == longest)
            .collect()
    };
    let public = fitting(false);
    if public.is_empty() {
        fitting(true)
    } else {
        public
    }
}

/// Whether the alternate domain name `alias` stands for `domain`; `*` stands for one label.
fn covers(alias: &str, domain: &str) -> bool {
    alias == domain
        || alias
            .strip_prefix("*.")
            .is_some_and(|zone| domain.split_once('.').is_some_and(|(_, rest)| rest == zone))
}

/// The distributions that answer for `domain`: those its records lead to; else those with that alternate domain
/// name.
pub(super) fn distributions_of<'a>(
    domain: &str,
    records: &[RecordSet],
    all: &'a [ListedDistribution],
) -> Vec<&'a ListedDistribution> {
    let led_to = |one: &&ListedDistribution| {
        records.iter().any(|set| {
            let alias = set.alias.as_ref().map(|alias| alias.name.as_str());
            let values = set.values.iter().map(String::as_str);
            alias
                .into_iter()
                .chain(values)
                .any(|target| plain(target) == one.domain)
        })
    };
    let exact = |one: &&ListedDistribution| one.aliases.iter().any(|name| name == domain);
    let wild = |one: &&ListedDistribution| one.aliases.iter().any(|name| covers(name, domain));
    let ways: [&dyn Fn(&&ListedDistribution) -> bool; 3] = [&led_to, &exact, &wild];
    ways.iter()
        .map(|way| all.iter().filter(way).collect::<Vec<_>>())
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Whether the distribution tells its router that `name` is the latency record set: then it is, whatever else may
/// be one.
pub(super) fn is_told(name: &str, distribution: Option<&ListedDistribution>) -> bool {
    let origins = distribution.into_iter().flat_map(|one| &one.origins);
    origins
        .filter_map(|origin| origin.headers.get(LATENCY_HEADER))
        .any(|told| plain(told) == name)
}

fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

/// Names that may be the latency record set, the likeliest first: what the router is told, where the
/// origin is, and without a distribution the name itself and what it leads to.
pub(super) fn candidates(
    domain: &str,
    distribution: Option<&ListedDistribution>,
    records: &[RecordSet],
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: String| {
        if name.contains('.') && !names.contains(&name) {
            names.push(name);
        }
    };
    for origin in distribution.into_iter().flat_map(|one| &one.origins) {
        if let Some(name) = origin.headers.get(LATENCY_HEADER) {
            add(plain(name));
        }
    }
    for origin in distribution.into_iter().flat_map(|one| &one.origins) {
        add(plain(&origin.domain));
        // Other routers are told under names of their own, such as `target_origin` (aws-facts §5.1).
        let told = origin.headers.values().filter(|value| is_host(value));
        told.for_each(|value| add(plain(value)));
    }
    if distribution.is_none() {
        add(domain.to_owned());
        for set in records {
            let alias = set.alias.as_ref().map(|alias| alias.name.clone());
            alias
                .iter()
                .chain(&set.values)
                .filter(|name| is_host(name))
                .for_each(|name| add(plain(name)));
        }
    }
    names
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let text = text.trim_end_matches('.');
    text.contains('.')
        && text.split('.').all(label)
        && text
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()))
}

/// The Regions and their names as gwctl's own router is told them: one that takes no traffic now, and so
/// has no record, is among them.
pub(super) fn told_regions(distribution: Option<&ListedDistribution>) -> BTreeMap<Region, String> {
    let origins = distribution.into_iter().flat_map(|one| &one.origins);
    let told = origins.filter_map(|origin| origin.headers.get(REGIONS_HEADER));
    told.flat_map(|list| list.split(','))
        .filter_map(|pair| {
            let (region, host) = pair.split_once('=')?;
            let host = is_host(host).then(|| plain(host))?;
            Some((Region::new(region.trim()).ok()?, host))
        })
        .collect()
}

/// The name that a Region's record sends requests to, whether at once or through a weighted group.
pub(super) fn target_of(record: &RoutingRecord) -> &str {
    let region = record.region.as_ref().map(Region::as_str);
    let own = |set: &&gwctl_fleet::GroupMember| region == Some(set.set_identifier.as_str());
    let of_group = record.group.iter().find(own).or(record.group.first());
    let member = record.primary().or(of_group);
    member.map_or(&record.target, |member| &member.target)
}

/// The checks that decide over a record: that on it, and those it counts.
fn checks_of<'a>(
    record: &'a RoutingRecord,
    all: &'a BTreeMap<String, CheckConfig>,
) -> Vec<&'a CheckConfig> {
    let Some(root) = record.check().and_then(|id| all.get(id)) else {
        return Vec::new();
    };
    let children = match &root.kind {
        CheckKind::Calculated { children, .. } => children.as_slice(),
        _ => &[],
    };
    let below = children.iter().filter_map(|id| all.get(id));
    std::iter::once(root).chain(below).collect()
}

/// The evacuation switch of a record.
pub(super) fn switch_of(
    record: &RoutingRecord,
    all: &BTreeMap<String, CheckConfig>,
) -> Option<SwitchSpec> {
    checks_of(record, all)
        .into_iter()
        .find_map(|check| match &check.kind {
            CheckKind::Alarm { name, region } => Some(SwitchSpec {
                alarm: name.clone(),
                region: Region::new(region).ok()?,
            }),
            _ => None,
        })
}

/// ARN of the routing control that a record follows.
pub(super) fn control_of<'a>(
    record: &'a RoutingRecord,
    all: &'a BTreeMap<String, CheckConfig>,
) -> Option<&'a str> {
    checks_of(record, all)
        .into_iter()
        .find_map(|check| match &check.kind {
            CheckKind::RecoveryControl { control } => Some(control.as_str()),
            _ => None,
        })
}

/// Host and path that the checkers ask for.
pub(super) fn asked_by_checkers(
    record: &RoutingRecord,
    all: &BTreeMap<String, CheckConfig>,
) -> Option<(String, String)> {
    checks_of(record, all)
        .into_iter()
        .find_map(|check| match &check.kind {
            CheckKind::Endpoint { target, .. } => {
                let (host, path) = target.split_once('/').unwrap_or((target, ""));
                let host = host.split(':').next().unwrap_or(host);
                is_host(host).then(|| (plain(host), format!("/{path}")))
            }
            _ => None,
        })
}

/// The API id in API Gateway's own name of an API, `ID.execute-api.REGION.amazonaws.com`; another partition has another
/// suffix (aws-facts §18.3).
pub(super) fn api_in(host: &str, region: &Region) -> Option<String> {
    let suffix = Partition::of(region).dns_suffix();
    let id = host.strip_suffix(&format!(".execute-api.{region}.{suffix}"))?;
    // `d-` begins what custom domain names lead to.
    let fine = !id.starts_with("d-") && id.bytes().all(|b| b.is_ascii_alphanumeric());
    fine.then(|| id.to_owned())
}
