//! The versions of a function.

use super::{configuration, find, revision, unchanged};
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::page::page;
use crate::wire::value::{members, shape};
use crate::world::{Resources, State};

/// `ListVersionsByFunction`: `$LATEST`, and what was published, fifty a page at most (the API's model).
pub fn list(world: &Resources, ask: &Ask) -> Answer {
    let (function, _) = find(world, ask)?;
    let size = ask.input.int("MaxItems")?.unwrap_or(50).clamp(1, 50);
    let published = function.published.iter();
    let published = published.map(|one| configuration(one, &one.version.to_string(), ask));
    let all = std::iter::once(configuration(function, "$LATEST", ask)).chain(published);
    let page = page(all, ask.input.text("Marker"), size as usize)
        .ok_or_else(|| Fault::bad("InvalidParameterValueException", "Invalid Marker"))?;
    Ok(shape! { "Versions": members(page.items), "NextMarker": page.next }.into())
}

/// `PublishVersion`: nothing new where neither code nor configuration changed since the last version.
pub fn publish(world: &mut State, ask: &Ask) -> Answer {
    let (function, _) = find(&world.resources, ask)?;
    unchanged(ask, &revision(&function.arn, function.revision))?;
    let wanted = ask.input.text("CodeSha256");
    if wanted.is_some_and(|sha256| sha256 != function.code_sha256) {
        let message = "CodeSHA256 does not match the code of $LATEST.";
        return Err(Fault::bad("InvalidParameterValueException", message));
    }
    let name = function.name.clone();
    world.publish_function(&ask.region, &name);
    let (function, _) = find(&world.resources, ask)?;
    let newest = function.published.last().unwrap_or(function);
    Ok(configuration(newest, &newest.version.to_string(), ask).into())
}
