//! The aliases of a function.

use std::collections::BTreeMap;

use super::{find, revision, unchanged};
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, members, shape};
use crate::world::model::{Alias, Function};
use crate::world::{Resources, State};

fn shown(function: &Function, name: &str, alias: &Alias) -> Value {
    let arn = format!("{}:{name}", function.arn);
    let weights = alias.shared.iter();
    let weights = weights.map(|(version, share)| (version.to_string().into(), (*share).into()));
    let weights = Value::Map(weights.collect());
    let routing =
        (!alias.shared.is_empty()).then(|| shape! { "AdditionalVersionWeights": weights });
    shape! {
        "AliasArn": &arn,
        "Name": name,
        "FunctionVersion": alias.version.to_string(),
        "Description": "",
        "RoutingConfig": routing,
        "RevisionId": revision(&arn, alias.revision),
    }
}

/// `FunctionName` alone, without a qualifier, names the function.
fn named<'a>(world: &'a Resources, ask: &Ask) -> Result<(&'a Function, &'a str, &'a Alias), Fault> {
    let (function, _) = find(world, ask)?;
    let name = ask.input.need("Name")?;
    let found = function.aliases.get_key_value(name);
    let (name, alias) = found.ok_or_else(|| {
        let message = format!("Cannot find alias arn: {}:{name}", function.arn);
        Fault::not_found("ResourceNotFoundException", message)
    })?;
    Ok((function, name, alias))
}

/// `GetAlias`.
pub fn get(world: &Resources, ask: &Ask) -> Answer {
    let (function, name, alias) = named(world, ask)?;
    Ok(shown(function, name, alias).into())
}

/// `ListAliases`.
pub fn list(world: &Resources, ask: &Ask) -> Answer {
    let (function, _) = find(world, ask)?;
    let all = function.aliases.iter();
    let all = all.map(|(name, alias)| shown(function, name, alias));
    Ok(shape! { "Aliases": members(all) }.into())
}

/// `UpdateAlias`: what is not given stays.
pub fn update(world: &mut State, ask: &Ask) -> Answer {
    let (function, name, alias) = named(&world.resources, ask)?;
    let arn = format!("{}:{name}", function.arn);
    unchanged(ask, &revision(&arn, alias.revision))?;
    let missing = |version: &str| {
        let message = format!("Function not found: {}:{version}", function.arn);
        Fault::not_found("ResourceNotFoundException", message)
    };
    let known = |version: &str| {
        let number = version.parse().ok();
        let number = number.filter(|number| function.at(*number).is_some());
        number.ok_or_else(|| missing(version))
    };
    let version = ask.input.text("FunctionVersion").map(known).transpose()?;
    let weights = ask.input.get("RoutingConfig");
    let weights = weights.and_then(|routing| routing.get("AdditionalVersionWeights"));
    let shared = match weights {
        Some(Value::Map(weights)) => {
            let mut shared = BTreeMap::new();
            for (version, share) in weights {
                shared.insert(known(version)?, share.as_float("AdditionalVersionWeights")?);
            }
            Some(shared)
        }
        _ => None,
    };
    let changed = Alias {
        version: version.unwrap_or(alias.version),
        shared: shared.unwrap_or_else(|| alias.shared.clone()),
        revision: alias.revision + 1,
    };
    let (function, name) = (function.name.clone(), name.to_owned());
    world.lead_alias(&ask.region, &function, &name, changed);
    let (function, name, alias) = named(&world.resources, ask)?;
    Ok(shown(function, name, alias).into())
}
