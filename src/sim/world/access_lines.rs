//! The access log of a Region's API: a line for every request whose function wrote lines, with the same request id, and
//! a line for some of those of Route 53's health checkers (aws-facts §13.6, §20.2).

use super::log_lines::{Done, Ending, LogGroup, WrittenEvent, moment};
use super::names;
use super::rng::Rng;
use crate::world::parts::logbook::Slot;

/// The format of every stage's access log.
pub const ACCESS_FORMAT: &str = r#"{"requestId":"$context.requestId","lambda":"$context.integration.requestId","t":"$context.requestTimeEpoch","m":"$context.httpMethod","route":"$context.routeKey","path":"$context.path","status":"$context.status","istatus":"$context.integration.status","lat":"$context.responseLatency","err":"$context.error.message","ip":"$context.identity.sourceIp","ua":"$context.identity.userAgent"}"#;

/// Between two lines of checkers, in milliseconds: about one request in two seconds asks an endpoint that is checked
/// every 30 seconds (aws-facts §20.2).
const CHECKED_MS: i64 = 2_000;
/// Longest time until CloudWatch Logs has a line, in milliseconds.
const LATE_MS: f64 = 4_000.0;

/// What is written of a request.
struct Request<'a> {
    at: i64,
    lambda: &'a str,
    method: &'a str,
    route: &'a str,
    path: &'a str,
    ending: Ending,
    took_ms: f64,
    agent: &'a str,
}

/// The lines of `slot`, oldest first.
pub(super) fn events(group: &LogGroup, slot: &Slot) -> Vec<WrittenEvent> {
    let mut rng = Rng::new(group.seed, &format!("access {} {}", group.region, slot.end));
    let mut events = Vec::new();
    for (function, done) in group.done(slot) {
        let order = 100_000 + rng.bits() % 900_000;
        let path = format!("/orders/{order}");
        let reads = function == names::FUNCTIONS[0];
        let Done {
            id,
            ended,
            took_ms,
            ending,
            ..
        } = &done;
        let request = Request {
            at: *ended,
            lambda: id,
            method: if reads { "GET" } else { "POST" },
            route: if reads {
                "GET /orders/{id}"
            } else {
                "POST /orders"
            },
            path: if reads { &path } else { "/orders" },
            ending: *ending,
            took_ms: took_ms + 4.0,
            agent: "orders-app/4.2",
        };
        events.push(written(&mut rng, group, slot, &request));
    }
    let begin = (slot.end - slot.length) * 1_000;
    let check = names::uuid(group.seed, &format!("check {}", group.region));
    let agent =
        format!("Amazon-Route53-Health-Check-Service (ref {check}; report http://amzn.to/1vsZADi)");
    // Longer slots are of the time before the world began: thinned.
    let step = CHECKED_MS.max(slot.length * 1_000 / 30);
    for turn in 0..(slot.length * 1_000 / step) {
        let request = Request {
            at: begin + turn * step + (rng.uniform() * step as f64) as i64,
            lambda: "-",
            method: "GET",
            route: "GET /health",
            path: "/health",
            ending: Ending::Well,
            took_ms: 3.0 + 4.0 * rng.uniform(),
            agent: &agent,
        };
        events.push(written(&mut rng, group, slot, &request));
    }
    events.sort_by_key(|event| event.at);
    events
}

fn written(rng: &mut Rng, group: &LogGroup, slot: &Slot, request: &Request<'_>) -> WrittenEvent {
    // What the function returned, where it returned anything, is another thing than what the API answers.
    let (status, returned, error) = match request.ending {
        Ending::Well => ("200", "200", "-"),
        Ending::Failed => ("500", "-", "Internal Server Error"),
        Ending::Caught => ("500", "500", "-"),
    };
    let id = names::token(group.seed, &format!("{} {}", request.at, rng.bits()), 15);
    let message = serde_json::json!({
        "requestId": format!("{id}="),
        "lambda": request.lambda,
        "t": request.at.to_string(),
        "m": request.method,
        "route": request.route,
        "path": request.path,
        "status": status,
        "istatus": returned,
        "lat": format!("{:.0}", request.took_ms),
        "err": error,
        "ip": format!("198.51.100.{}", 1 + rng.bits() % 250),
        "ua": request.agent,
    });
    let late = (rng.uniform() * LATE_MS) as i64;
    WrittenEvent {
        id: format!("{:014}{:042}", request.at, rng.bits()),
        at: request.at,
        ingested: (slot.end * 1_000).max(request.at) + late,
        stream: format!(
            "{} {}",
            group.function,
            moment(slot.end * 1_000)[..10].to_owned()
        ),
        message: message.to_string(),
    }
}
