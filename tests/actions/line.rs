//! A line to AWS on which changes arrive twice, or looks fail the first time.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex};

use gwctl::aws::Session;
use gwctl::sim::{Sim, wire};
use http::{Method, Request};

use super::trial::Line;
use crate::observe::stand::answered_by;

/// The session a run calls AWS through.
pub async fn session(sim: &Sim, line: Line, clear: &Session) -> Session {
    let inner = wire::handler(sim.clone());
    let handler: wire::Handler = match line {
        Line::Clear => return clear.clone(),
        Line::Twice { second } => {
            let sim = sim.clone();
            Arc::new(move |request: Request<Vec<u8>>| {
                let (inner, sim) = (inner.clone(), sim.clone());
                Box::pin(async move {
                    let made = sim.state().control.mutations.len();
                    let first = inner(request.clone()).await?;
                    if sim.state().control.mutations.len() == made {
                        return Ok(first);
                    }
                    let again = inner(request).await?;
                    Ok(if second { again } else { first })
                })
            })
        }
        Line::Blind => {
            let seen: Arc<Mutex<HashMap<String, u32>>> = Arc::default();
            Arc::new(move |request: Request<Vec<u8>>| {
                let (inner, seen) = (inner.clone(), seen.clone());
                Box::pin(async move {
                    if looks(&request) {
                        let mut seen = seen.lock().unwrap();
                        let times = seen.entry(kind(&request)).or_default();
                        *times += 1;
                        // The SDK tries a look twice.
                        if *times <= 2 {
                            return Err(io::ErrorKind::ConnectionReset.into());
                        }
                    }
                    inner(request).await
                })
            })
        }
    };
    answered_by(handler, sim).await
}

/// What tells two kinds of looks apart: the operation, where, and for REST the resource.
fn kind(request: &Request<Vec<u8>>) -> String {
    let host = request.uri().host().unwrap_or_default();
    let path = request.uri().path();
    format!("{host} {path} {}", action(request).unwrap_or_default())
}

/// Query's action.
fn action(request: &Request<Vec<u8>>) -> Option<String> {
    let body = std::str::from_utf8(request.body()).ok()?;
    let start = body.find("Action=")? + "Action=".len();
    Some(body[start..].chars().take_while(|c| *c != '&').collect())
}

fn looks(request: &Request<Vec<u8>>) -> bool {
    let path = request.uri().path();
    let named = |name: &str| {
        ["Get", "List", "Describe"]
            .iter()
            .any(|verb| name.starts_with(verb))
    };
    request.method() == Method::GET
        || action(request).is_some_and(|name| named(&name))
        || path
            .rsplit_once("/operation/")
            .is_some_and(|(_, name)| named(name))
}
