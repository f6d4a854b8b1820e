//! Invalidations: a caller's reference makes each of them once.

use super::{counted, find};
use crate::wire::fault::Fault;
use crate::wire::reply::Reply;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{Value, shape};
use crate::world::model::{Invalidation, Resources};
use crate::world::{InvalidationRefused, State};

pub fn create(world: &mut State, ask: &Ask) -> Answer {
    let id = find(&world.resources, ask, "DistributionId")?.id.clone();
    let reference = ask.input.need("CallerReference")?;
    let given = ask
        .input
        .get("Paths")
        .ok_or_else(|| Fault::missing("Paths"))?;
    let paths: Vec<String> = given
        .texts("Items")
        .into_iter()
        .map(str::to_owned)
        .collect();
    if given
        .int("Quantity")?
        .and_then(|count| usize::try_from(count).ok())
        != Some(paths.len())
    {
        let message = "The value of Quantity and the size of Items don't match.";
        return Err(Fault::bad("InconsistentQuantities", message));
    }
    if paths.is_empty() || paths.iter().any(|path| !path.starts_with('/')) {
        let message = "Your request contains one or more invalid invalidation paths.";
        return Err(Fault::bad("InvalidArgument", message));
    }
    let made = world.account().invalidate(&id, reference, paths);
    let made = made.map_err(|InvalidationRefused| {
        let message = "An invalidation with this caller reference and other paths exists already.";
        Fault::bad("InvalidationBatchAlreadyExists", message)
    })?;
    Ok(Reply::payload("Invalidation", shown(&made)))
}

pub fn get(world: &Resources, ask: &Ask) -> Answer {
    let distribution = find(world, ask, "DistributionId")?;
    let id = ask.input.need("Id")?;
    let mut all = world.invalidations.iter();
    let found = all.find(|one| one.distribution == distribution.id && one.id == id);
    let found = found.ok_or_else(|| {
        Fault::not_found(
            "NoSuchInvalidation",
            "The specified invalidation does not exist.",
        )
    })?;
    Ok(Reply::payload("Invalidation", shown(found)))
}

fn shown(one: &Invalidation) -> Value {
    let paths = one.paths.iter().map(Value::from).collect();
    shape! {
        "Id": &one.id,
        "Status": &one.status,
        "CreateTime": one.created,
        "InvalidationBatch": shape! {
            "Paths": counted("Path", paths),
            "CallerReference": &one.caller_reference,
        },
    }
}
