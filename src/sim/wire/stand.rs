//! What the loopback server answers besides AWS: readiness, the fleet's public endpoints as seen
//! from the operator's seat, and the faults.
//!
//! | request | answer |
//! |---|---|
//! | `GET /_gwctl/health` | 200 once the world runs |
//! | `GET /_gwctl/probe/REGION/PATH` | as the Region's endpoint would answer the operator |
//! | `POST /_gwctl/probe/REGION/PATH` | as the Region's endpoint would answer a write |
//! | `GET /_gwctl/probe/domain/PATH` | as the public domain would |
//! | `GET /_gwctl/package/REGION/FUNCTION` | a function's package, as Lambda tells the address of |
//! | `GET /_gwctl/faults` | every fault, active ones with their beginning, as JSON |
//! | `POST /_gwctl/faults/ID/start`, `…/end` | steers the world; the list again |

use http::{Method, Request, Response, StatusCode};

use super::codec::query::decode;
use super::endpoint;
use super::reply::http_date;
use crate::Sim;
use crate::world::ProbeOutcome;
use gwctl_fleet::Region;

/// Everything under this path is ours.
const PREFIX: &str = "/_gwctl/";

/// The answer to a request under `/_gwctl/`; `None` for all others.
pub async fn answer(sim: &Sim, request: &Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
    let path = request.uri().path().strip_prefix(PREFIX)?;
    let (what, rest) = path.split_once('/').unwrap_or((path, ""));
    Some(match (request.method(), what, rest) {
        (&Method::GET | &Method::HEAD, "health", _) => {
            json(sim, StatusCode::OK, &serde_json::json!({ "status": "ok" }))
        }
        (&Method::GET | &Method::HEAD, "probe", target) => probe(sim, target).await,
        (&Method::POST, "probe", target) => write(sim, target, request).await,
        // Where everything else that Lambda tells the address of is.
        (&Method::GET, "package", _) => return None,
        (&Method::GET, "faults", "") => faults(sim),
        (&Method::POST, "faults", change) => steer(sim, change),
        _ => complaint(sim, StatusCode::NOT_FOUND, "there is nothing here"),
    })
}

async fn probe(sim: &Sim, target: &str) -> Response<Vec<u8>> {
    let (place, path) = target.split_once('/').unwrap_or((target, ""));
    let Some(host) = host(sim, place) else {
        return complaint(
            sim,
            StatusCode::NOT_FOUND,
            &format!("no endpoint is called {place}"),
        );
    };
    match sim.probe(&format!("https://{host}/{path}")) {
        Ok(outcome) => {
            // The loopback has its own connection; what the world's network took is waited here.
            tokio::time::sleep(outcome.total()).await;
            served(sim, &outcome)
        }
        // A dead endpoint does not answer: neither does this one.
        Err(_) => std::future::pending().await,
    }
}

/// A write to an endpoint.
async fn write(sim: &Sim, target: &str, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let (place, path) = target.split_once('/').unwrap_or((target, ""));
    let answered = match host(sim, place) {
        Some(host) => {
            let path = format!("/{path}");
            endpoint::answer(sim, &host, request.method(), &path, request.headers()).await
        }
        None => None,
    };
    match answered {
        Some(Ok(answer)) => answer,
        Some(Err(_)) => std::future::pending().await,
        None => {
            let why = format!("no endpoint is called {place}");
            complaint(sim, StatusCode::NOT_FOUND, &why)
        }
    }
}

fn host(sim: &Sim, place: &str) -> Option<String> {
    let spec = sim.spec();
    if place == "domain" {
        return Some(spec.domain);
    }
    let region = Region::new(place).ok()?;
    let site = spec.sites.into_iter().find(|site| site.region == region);
    site.and_then(|site| site.endpoint).or_else(|| {
        // Built since.
        let state = sim.state();
        let mut names = state.resources.custom_domains.iter();
        let built = names.find(|name| name.region == region)?;
        Some(built.name.clone())
    })
}

fn served(sim: &Sim, outcome: &ProbeOutcome) -> Response<Vec<u8>> {
    let mut builder = Response::builder()
        .status(outcome.status)
        .header("content-type", "application/json")
        .header("date", http_date(sim.clock().now()));
    if let Some(region) = &outcome.served_by {
        builder = builder.header("x-gwctl-region", region);
    }
    let body = serde_json::json!({ "status": if outcome.status < 400 { "ok" } else { "error" } });
    builder
        .body(body.to_string().into_bytes())
        .unwrap_or_default()
}

fn faults(sim: &Sim) -> Response<Vec<u8>> {
    json(
        sim,
        StatusCode::OK,
        &serde_json::json!({ "faults": sim.faults() }),
    )
}

fn steer(sim: &Sim, change: &str) -> Response<Vec<u8>> {
    let (id, verb) = change.rsplit_once('/').unwrap_or((change, ""));
    let id = decode(id, false);
    let done = match verb {
        "start" => sim.start_fault(&id),
        "end" => sim.end_fault(&id),
        _ => {
            return complaint(
                sim,
                StatusCode::NOT_FOUND,
                "POST to /_gwctl/faults/ID/start or /_gwctl/faults/ID/end",
            );
        }
    };
    match done {
        Ok(()) => faults(sim),
        Err(error) => complaint(sim, StatusCode::NOT_FOUND, &error.to_string()),
    }
}

fn complaint(sim: &Sim, status: StatusCode, message: &str) -> Response<Vec<u8>> {
    json(sim, status, &serde_json::json!({ "message": message }))
}

fn json(sim: &Sim, status: StatusCode, body: &serde_json::Value) -> Response<Vec<u8>> {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("date", http_date(sim.clock().now()))
        .body(body.to_string().into_bytes())
        .unwrap_or_default()
}
