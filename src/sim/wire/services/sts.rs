//! AWS STS: who is asking, and the roles that they may assume.

use crate::wire::accounts;
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::world::State;

pub fn call(operation: &str, world: &State, ask: &Ask) -> Answer {
    match operation {
        "GetCallerIdentity" => Ok(accounts::caller_identity(world, ask)),
        "GetSessionToken" => accounts::session_token(world, ask),
        "AssumeRole" => accounts::assume_role(world, ask),
        other => Err(Fault::unimplemented(other)),
    }
}
