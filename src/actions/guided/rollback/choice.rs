//! Which earlier version a function goes back to, and by which way.

use std::collections::BTreeSet;

use super::facts::FunctionFacts;
use crate::Refused;
use gwctl_fleet::{FunctionAlias, FunctionName, FunctionVersion, LATEST};

/// By which way a function's earlier version serves again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Its API calls this alias, which is led to another version: code and configuration.
    Alias(String),
    /// Its API calls `$LATEST`, which gets the code of another version.
    Latest,
}

/// What runs, what is to run, and why that.
#[derive(Debug, Clone)]
pub(super) struct Choice<'a> {
    pub way: Way,
    /// Of several versions that an alias leads to, the newest.
    pub running: &'a FunctionVersion,
    pub earlier: &'a FunctionVersion,
    pub why: String,
}

impl Way {
    /// The way that `what` names, or that the function's API goes.
    pub fn named(facts: &FunctionFacts, what: &str) -> Result<Self, Refused> {
        let name = FunctionName::of(what);
        if let Some(qualifier) = name.qualifier {
            return Self::by(name.name, qualifier);
        }
        if what.ends_with(&format!(":{LATEST}")) {
            return Ok(Self::Latest);
        }
        let name_it = format!(
            "Name what serves: `{0}:ALIAS`, or `{0}:{LATEST}` where no alias does.",
            name.name
        );
        let called = facts.invoked.as_ref().map_err(|why| {
            Refused::new(format!(
                "how its API calls {} is not known: {why}",
                name.name
            ))
            .instead(name_it.clone())
        })?;
        let ways: BTreeSet<Option<&str>> =
            called.iter().map(|one| one.qualifier.as_deref()).collect();
        let ways: Vec<Option<&str>> = ways.into_iter().collect();
        match ways.as_slice() {
            [None | Some(LATEST)] => Ok(Self::Latest),
            [Some(variable)] if variable.contains("${") => Err(Refused::new(format!(
                "a stage variable, {variable}, says which alias of {} its API calls",
                name.name
            ))
            .instead(name_it)),
            [Some(qualifier)] => Self::by(name.name, qualifier),
            [] => Err(Refused::new(format!(
                "no integration of the Region's API calls {}: what serves is not known",
                name.name
            ))
            .instead(name_it)),
            several => {
                let told = several.iter().map(|one| one.unwrap_or(LATEST));
                Err(Refused::new(format!(
                    "its API calls {} in several ways: {}",
                    name.name,
                    told.collect::<Vec<_>>().join(", ")
                ))
                .instead(name_it))
            }
        }
    }

    /// An alias can be led elsewhere; the number of a version cannot.
    fn by(function: &str, qualifier: &str) -> Result<Self, Refused> {
        if qualifier.parse::<u64>().is_err() {
            return Ok(Self::Alias(qualifier.into()));
        }
        Err(Refused::new(format!(
            "{function} is called by the number of a version, {qualifier}: nothing but the API's integration leads elsewhere"
        ))
        .instead("Change the integration and deploy the API, or let it call an alias, which gwctl can lead back."))
    }
}

/// What to go back to: `to`, or what [`before`] finds.
pub(super) fn choose<'a>(
    facts: &'a FunctionFacts,
    what: &str,
    to: Option<&str>,
) -> Result<Choice<'a>, Refused> {
    let name = FunctionName::of(what).name;
    let way = Way::named(facts, what)?;
    let unread = |what: &str, why: &crate::Unlearned| {
        Refused::new(format!("{what} could not be read: {why}"))
    };
    let published = facts.published.as_ref();
    let published = published.map_err(|why| unread(&format!("the versions of {name}"), why))?;
    let latest = || facts.latest.as_ref().map_err(|why| unread(name, why));
    let (running, shared) = match &way {
        Way::Latest => (latest()?, false),
        Way::Alias(alias) => {
            let found = facts.alias.as_ref();
            let found = found.and_then(|found| found.as_ref().ok()).ok_or_else(|| {
                let why = facts.alias.as_ref().and_then(|found| found.as_ref().err());
                let why = why.map_or_else(|| "it was not read".into(), ToString::to_string);
                Refused::new(format!(
                    "the alias {alias} of {name} could not be read: {why}"
                ))
            })?;
            (
                if leads(found, LATEST) {
                    latest()?
                } else {
                    newest_of(found, published, alias)?
                },
                !found.shared.is_empty(),
            )
        }
    };
    // A version has a configuration of its own, and one that shares its calls may have them all.
    let by_number = way != Way::Latest;
    let (earlier, why) = match to {
        Some(to) if shared && by_number && to == running.version => {
            (running, "you named it".into())
        }
        Some(to) => (
            asked_for(name, published, running, to, by_number)?,
            "you named it".into(),
        ),
        None => before(name, published, running)?,
    };
    Ok(Choice {
        way,
        running,
        earlier,
        why,
    })
}

/// Of the versions that an alias shares its calls between, the newest: that is what was deployed last.
fn newest_of<'a>(
    alias: &FunctionAlias,
    published: &'a [FunctionVersion],
    name: &str,
) -> Result<&'a FunctionVersion, Refused> {
    let mut all = published.iter();
    let found = all.find(|one| leads(alias, &one.version));
    found.ok_or_else(|| {
        Refused::new(format!(
            "the alias {name} leads to version {}, which Lambda does not list",
            alias.version
        ))
    })
}

fn leads(alias: &FunctionAlias, version: &str) -> bool {
    version == alias.version || alias.shared.contains_key(version)
}

/// The version `to`, where going there changes something.
pub(super) fn asked_for<'a>(
    name: &str,
    published: &'a [FunctionVersion],
    running: &FunctionVersion,
    to: &str,
    same_code_will_do: bool,
) -> Result<&'a FunctionVersion, Refused> {
    let known = || {
        let numbers = published.iter().take(8).map(|one| one.version.as_str());
        numbers.collect::<Vec<_>>().join(", ")
    };
    let found = published.iter().find(|one| one.version == to);
    let found = found.ok_or_else(|| {
        Refused::new(format!("{name} has no published version `{to}`"))
            .instead(format!("The newest are {}.", known()))
    })?;
    let same = if same_code_will_do {
        found.version == running.version
    } else {
        found.code.sha256 == running.code.sha256
    };
    if same {
        let what = if same_code_will_do {
            ""
        } else {
            "the code of "
        };
        return Err(Refused::new(format!(
            "{name} runs {what}version {to} already"
        )));
    }
    Ok(found)
}

/// The newest version that was published before what runs. A version is code and configuration (aws-facts §14.6): of
/// one that runs by its number the next lower one will do, whatever code it has. What is not published takes the code
/// of a version alone: that must be another.
pub(super) fn before<'a>(
    name: &str,
    published: &'a [FunctionVersion],
    running: &FunctionVersion,
) -> Result<(&'a FunctionVersion, String), Refused> {
    if published.is_empty() {
        return Err(Refused::new(format!(
            "{name} has no published version: Lambda keeps no earlier code"
        ))
        .instead(
            "Deploy the earlier code the way you deploy, or `gwctl evacuate` the Region meanwhile. With a version \
             published at each deployment (`Publish`), gwctl can go back.",
        ));
    }
    let same = |one: &&FunctionVersion| one.code.sha256 == running.code.sha256;
    // What runs unpublished is newer than every version.
    let own = running.number().or_else(|| {
        let published = published.iter().find(same);
        published.and_then(FunctionVersion::number)
    });
    let older = |one: &&FunctionVersion| match (one.number(), own) {
        (Some(number), Some(own)) => number < own,
        (number, None) => number.is_some(),
        (None, Some(_)) => false,
    };
    let by_number = running.number().is_some();
    let mut passed: Vec<&str> = Vec::new();
    for one in published.iter().filter(older) {
        if by_number && same(&one) {
            let why = "the newest published before what runs, with the same code: its configuration comes back";
            return Ok((one, why.into()));
        }
        if !same(&one) {
            let mut why = "the newest published before what runs, with other code".to_owned();
            if !passed.is_empty() {
                why = format!(
                    "{why}; {} has the same code as what runs",
                    passed.join(", ")
                );
            }
            return Ok((one, why));
        }
        passed.push(&one.version);
    }
    let numbers = published.iter().take(8).map(|one| one.version.as_str());
    let other = if by_number { "" } else { " with other code" };
    Err(Refused::new(format!(
        "no version of {name} was published before what runs{other}; there are {}",
        numbers.collect::<Vec<_>>().join(", ")
    ))
    .instead("Name another version with `--to`, or deploy the earlier code the way you deploy."))
}
