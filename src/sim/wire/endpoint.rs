//! The fleet's own API as its operator writes to it: a write is taken where the world's database takes it.

use std::io;

use http::{HeaderMap, Method, Response, StatusCode};

use crate::Sim;
use crate::world::{How, Mutation, State};
use gwctl_fleet::Region;

/// The answer to a POST to the fleet's API at `host`; `None` for any other host or method.
pub async fn answer(
    sim: &Sim,
    host: &str,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Option<io::Result<Response<Vec<u8>>>> {
    let region = sim.state().region_of_host(host)?;
    if method != Method::POST {
        return None;
    }
    let how = sim
        .state()
        .control
        .tampered("execute-api", "Invoke", &region);
    let outcome = match &how {
        Some(How::Fail(_)) => Ok(StatusCode::BAD_REQUEST),
        Some(How::Throttle) => Ok(StatusCode::TOO_MANY_REQUESTS),
        Some(How::ServerError) => Ok(StatusCode::INTERNAL_SERVER_ERROR),
        Some(How::Hang) => std::future::pending().await,
        None | Some(How::LoseReply | How::BreakReply) => written(sim, host, path),
    };
    let Ok(status) = outcome else {
        // Nobody answers there.
        return std::future::pending().await;
    };
    note(
        &mut sim.state(),
        &region,
        path,
        headers,
        status.is_success(),
    );
    match how {
        Some(How::LoseReply) => return std::future::pending().await,
        Some(How::BreakReply) => return Some(Err(io::ErrorKind::ConnectionReset.into())),
        _ => {}
    }
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    Some(Ok(response))
}

fn written(sim: &Sim, host: &str, path: &str) -> Result<StatusCode, String> {
    let status = sim.state().write(&format!("https://{host}{path}"))?;
    Ok(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY))
}

fn note(world: &mut State, region: &Region, path: &str, headers: &HeaderMap, accepted: bool) {
    let key = headers.get("idempotency-key");
    let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default();
    let fingerprint = Mutation::fingerprint_of(key);
    let known = |one: &Mutation| one.service == "execute-api" && one.fingerprint == fingerprint;
    if accepted
        && world
            .control
            .mutations
            .iter()
            .any(|one| one.accepted && known(one))
    {
        // The handler knows the key: it was one write.
        return;
    }
    let at = world.now();
    world.control.mutations.push(Mutation {
        at,
        service: "execute-api",
        operation: "Invoke".into(),
        region: region.clone(),
        target: path.to_owned(),
        accepted,
        fingerprint,
    });
}
