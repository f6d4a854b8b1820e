//! Whether the database that is planned can be ordered, and what gwctl chooses of it where the configuration
//! does not: the newest minor version, and the zones of the subnets.

use std::fmt::Display;

use super::architecture::{Architecture, Wanted};
use crate::Offers;
use crate::check::{Check, Finding};
use gwctl_fleet::{Offer, Region};
use gwctl_stacks::{Kind, Parameters, Template, family};

/// Zones that a subnet group needs.
const ZONES: usize = 2;

/// The newest minor version that every Region offers for global databases, of the major version that the
/// template has; none where a Region's offers are not known.
pub(super) fn newest(all: &Architecture<'_>, engine: &str) -> Option<String> {
    let mut regions = all.survey.offers.values();
    let lists: Option<Vec<&Vec<Offer>>> = regions
        .by_ref()
        .map(|offers| offers.versions.as_ref().ok())
        .collect();
    let lists = lists?;
    let template = Template::parse(&Kind::Region.template()).ok()?;
    let usual = template.parameters.get("EngineVersion")?.default.clone()?;
    let major = family(engine, &usual);
    let first = lists.first()?;
    let everywhere = |version: &str| {
        lists
            .iter()
            .all(|list| list.iter().any(|one| one.version == version && one.global))
    };
    let mut versions: Vec<&str> = first
        .iter()
        .map(|one| one.version.as_str())
        .filter(|version| everywhere(version))
        .collect();
    versions.sort_by_key(|version| Offer::numbers(version));
    let same_major = |version: &&&str| family(engine, version) == major;
    let newest = versions.iter().rev().find(same_major);
    // The template's major version is PostgreSQL's.
    let any = || versions.last().filter(|_| engine != "aurora-postgresql");
    newest.or_else(any).map(ToString::to_string)
}

/// Gives the subnets of a Region the first two zones that its database is offered in, unless the operator
/// named zones or a network of their own.
pub(super) fn choose_zones(all: &Architecture<'_>, region: &Region, parameters: &mut Parameters) {
    let given = |name: &str| parameters.get(name).is_some_and(|value| !value.is_empty());
    if given("ZoneA") || given("ZoneB") || given("VpcId") {
        return;
    }
    let version = parameters.get("EngineVersion");
    let offer = version.and_then(|version| offered(all, region, version));
    if let Some([first, second, ..]) = offer.map(|offer| offer.zones.as_slice()) {
        parameters.insert("ZoneA".into(), first.clone());
        parameters.insert("ZoneB".into(), second.clone());
    }
}

fn offered<'a>(all: &'a Architecture<'_>, region: &Region, version: &str) -> Option<&'a Offer> {
    let offers = all.survey.offers.get(region)?.versions.as_ref().ok()?;
    offers.iter().find(|one| one.version == version)
}

/// What a Region's stack asks of RDS and of the network, before it is built.
pub(super) fn checks(all: &Architecture<'_>, wanted: &Wanted) -> Vec<Check> {
    let own = &all.context.spec.build.templates;
    // gwctl does not know what a template of one's own makes of its parameters.
    if own.contains_key(Kind::Region.word()) {
        return Vec::new();
    }
    let mut checks = vec![order(all, wanted)];
    checks.extend(network(&wanted.parameters));
    checks
}

fn order(all: &Architecture<'_>, wanted: &Wanted) -> Check {
    let region = &wanted.region;
    let check = |finding, text: String| Check::new("orderable", finding, text);
    let unknown = |why: &dyn Display| {
        let text = format!("whether the database can be ordered in {region} is not known: {why}");
        check(Finding::Waivable, text)
    };
    let Some(offers) = all.survey.offers.get(region) else {
        return unknown(&"RDS was not asked");
    };
    let versions = match &offers.versions {
        Err(why) => return unknown(why),
        Ok(versions) => versions,
    };
    let Offers { engine, class, .. } = offers;
    let of = |name: &str| wanted.parameters.get(name).map(String::as_str);
    if of("Engine").is_some_and(|wanted| wanted != engine) {
        return unknown(&format!("gwctl asked RDS for {engine}"));
    }
    let Some(version) = of("EngineVersion") else {
        return unknown(&"no engine version is given");
    };
    let what = format!("{engine} {version} on {class}");
    let Some(offer) = versions.iter().find(|one| one.version == version) else {
        let known: Vec<&str> = versions.iter().map(|one| one.version.as_str()).collect();
        let known = if known.is_empty() {
            format!("no version of {engine} is offered on {class} there")
        } else {
            format!("offered on that class are {}", known.join(", "))
        };
        let text = format!("{what} cannot be ordered in {region}: {known}");
        return check(Finding::Fail, text);
    };
    if !offer.global {
        let text = format!("{what} cannot be in a global database in {region}");
        return check(Finding::Fail, text);
    }
    let zones = offer.zones.join(", ");
    if of("VpcId").is_none_or(str::is_empty) {
        if offer.zones.len() < ZONES {
            let text = format!(
                "{what} is offered in {region} in too few zones ({zones}): a cluster needs two"
            );
            return check(Finding::Fail, text);
        }
        let elsewhere = ["ZoneA", "ZoneB"].into_iter().filter_map(of).find(|zone| {
            let offered = offer.zones.iter().any(|one| one == zone);
            !zone.is_empty() && !offered
        });
        if let Some(zone) = elsewhere {
            let text = format!("{what} is not offered in {zone}, but in {zones}");
            return check(Finding::Fail, text);
        }
    }
    check(
        Finding::Pass,
        format!("{what} can be ordered in {region}: {zones}"),
    )
}

/// A network of one's own must be told whole.
fn network(parameters: &Parameters) -> Option<Check> {
    let given = |name: &str| parameters.get(name).is_some_and(|value| !value.is_empty());
    let parts = [
        "SubnetIds",
        "HandlerSecurityGroupIds",
        "ClusterSecurityGroupIds",
    ];
    if !given("VpcId") {
        let alone = parts.into_iter().find(|name| given(name))?;
        let text = format!("{alone} belongs to a network of your own: give `VpcId` too");
        return Some(Check::new("network", Finding::Fail, text));
    }
    if !given("VpcCidr") {
        let text = "`VpcId` is given without `VpcCidr`: the handler may reach the addresses of that range alone, and the database is there";
        return Some(Check::new("network", Finding::Fail, text));
    }
    Some(Check::of(
        "network",
        given("SubnetIds"),
        "the network is your own: its subnets must be in two zones, and you maintain its routes",
        Finding::Fail,
        "`VpcId` is given without `SubnetIds`: two subnets or more, in different zones",
    ))
}
