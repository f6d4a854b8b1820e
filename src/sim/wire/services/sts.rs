//! AWS STS: who is asking.

use crate::wire::fault::Fault;
use crate::wire::services::ask::Answer;
use crate::wire::value::shape;
use crate::world::Resources;

pub fn call(operation: &str, world: &Resources) -> Answer {
    match operation {
        "GetCallerIdentity" => Ok(shape! {
            "Arn": &world.caller.arn,
            "UserId": &world.caller.user_id,
            "Account": &world.caller.account,
        }
        .into()),
        other => Err(Fault::unimplemented(other)),
    }
}
