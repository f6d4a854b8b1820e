//! Which stacks are the fleet's, and what they tell: pure.

use std::collections::BTreeMap;

use gwctl_fleet::{Course, FLEET_TAG, Missing, ROLE_TAG, Region, StackDescription};

/// A stack of the fleet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundStack {
    /// Where it is.
    pub region: Region,
    /// What its tag `gwctl:role` says; none for a stack that somebody else's template made.
    pub role: Option<String>,
    /// The stack.
    pub formation: StackDescription,
}

/// What tells a fleet's stacks from those of another in the same account.
pub(super) struct Marks<'a> {
    /// The name clients use.
    pub(super) domain: &'a str,
    pub(super) distribution: Option<&'a str>,
    /// The distribution's own name, `d111111abcdef8.cloudfront.net`.
    pub(super) distribution_name: Option<&'a str>,
    pub(super) apis: BTreeMap<&'a Region, &'a str>,
}

/// The fleet's stacks among all of the Regions asked, and its name where they are tagged with it.
pub(super) fn of_fleet(
    all: &BTreeMap<Region, Result<Vec<StackDescription>, Missing>>,
    marks: &Marks<'_>,
) -> (Option<String>, Vec<FoundStack>) {
    let there = || {
        all.iter().flat_map(|(region, stacks)| {
            let stacks = stacks.as_deref().unwrap_or_default().iter();
            stacks
                .filter(|one| !matches!(Course::of(&one.status), Course::Gone | Course::Waiting))
                .map(move |one| (region, one))
        })
    };
    let name = there()
        .filter(|(region, stack)| is_marked(region, stack, marks))
        .find_map(|(_, stack)| stack.tags.get(FLEET_TAG))
        .cloned();
    let ours = there().filter(|(region, stack)| match stack.tags.get(FLEET_TAG) {
        Some(fleet) => Some(fleet) == name.as_ref(),
        None => is_marked(region, stack, marks),
    });
    let found = ours.map(|(region, stack)| FoundStack {
        region: region.clone(),
        role: stack.tags.get(ROLE_TAG).cloned(),
        formation: stack.clone(),
    });
    let found = found.collect();
    (name, found)
}

/// Whether a stack itself says that it is the fleet's: by the name clients use, the distribution or the
/// Region's API. CDK's stacks tell names and URLs where others tell identifiers.
fn is_marked(region: &Region, stack: &StackDescription, marks: &Marks<'_>) -> bool {
    let says = |value: &str| stack.outputs.values().any(|output| output == value);
    stack.parameters.get("DomainName").map(String::as_str) == Some(marks.domain)
        || marks.distribution.is_some_and(says)
        || marks.distribution_name.is_some_and(|name| {
            let mut outputs = stack.outputs.values();
            outputs.any(|output| host(output).eq_ignore_ascii_case(name))
        })
        || marks
            .apis
            .get(region)
            .is_some_and(|api| tells_api(stack, region, api))
}

/// Whether an output is the API's identifier, or a URL of it: `https://ID.execute-api.REGION.…`.
fn tells_api(stack: &StackDescription, region: &Region, api: &str) -> bool {
    let own = format!("{api}.execute-api.{region}.");
    let mut outputs = stack.outputs.values();
    outputs.any(|output| output == api || host(output).starts_with(&own))
}

/// The host of a URL, or the text itself where it is none.
fn host(output: &str) -> &str {
    let rest = output.split_once("://").map_or(output, |(_, rest)| rest);
    rest.split(['/', ':', '?']).next().unwrap_or_default()
}

/// The stack of one Region's part: tagged so, or else the only one that tells of the Region's API. Others print its URL
/// too, such as a monitor's: of several none is taken, and their names are the error.
pub(super) fn of_site<'a>(
    region: &Region,
    api: Option<&str>,
    stacks: &'a [FoundStack],
) -> Result<Option<&'a FoundStack>, Vec<&'a str>> {
    let here = || stacks.iter().filter(|one| one.region == *region);
    let tagged = here().find(|one| one.role.as_deref() == Some("region"));
    if tagged.is_some() {
        return Ok(tagged);
    }
    let tells = |one: &&FoundStack| {
        one.role.is_none() && api.is_some_and(|api| tells_api(&one.formation, region, api))
    };
    let telling: Vec<&FoundStack> = here().filter(tells).collect();
    match telling.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => {
            let names = several.iter().map(|one| one.formation.name.as_str());
            Err(names.collect())
        }
    }
}

/// What a stack of gwctl's own template tells under `key`.
pub(super) fn told<'a>(stack: Option<&'a FoundStack>, key: &str) -> Option<&'a str> {
    let value = stack?.formation.outputs.get(key)?;
    Some(value.as_str()).filter(|value| !value.is_empty())
}

/// A parameter that some stack of the fleet was given.
pub(super) fn given<'a>(stacks: &'a [FoundStack], key: &str) -> Option<&'a str> {
    let mut values = stacks
        .iter()
        .filter(|one| one.role.is_some())
        .filter_map(|one| one.formation.parameters.get(key));
    values.find(|value| !value.is_empty()).map(String::as_str)
}
