//! One request to the simulated AWS, whatever way it came.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{Request, Response};

use super::accounts::{self, Signer};
use super::endpoint;
use super::fault::Fault;
use super::mutation;
use super::packages;
use super::refusal;
use super::reply::{Envelope, Reply, http_date};
use super::route::{self, Address, RoutedRequest, Service};
use super::services::{self};
use super::trail;
use crate::Sim;
use crate::wire::services::ask::Ask;
use crate::world::{Admission, Dialect, How, Mutation, Refusal, State};
use gwctl_fleet::Region;

/// Takes whole requests, answers whole replies; a future that never ends is a Region that never
/// answers.
pub type Handler = Arc<
    dyn Fn(Request<Vec<u8>>) -> Pin<Box<dyn Future<Output = io::Result<Response<Vec<u8>>>> + Send>>
        + Send
        + Sync,
>;

/// The simulated AWS as a function.
pub fn handler(sim: Sim) -> Handler {
    Arc::new(move |request| {
        let sim = sim.clone();
        Box::pin(async move { answer(&sim, request).await })
    })
}

/// Answers one request as AWS would: after its time, or never, or with an error of the service's own.
pub async fn answer(sim: &Sim, request: Request<Vec<u8>>) -> io::Result<Response<Vec<u8>>> {
    let signed = request.headers().contains_key("authorization");
    let (parts, body) = request.into_parts();
    let host = host(&parts).to_owned();
    if let Some(answer) = packages::answer(sim, &host, &parts.uri).await {
        return answer;
    }
    let (method, path) = (&parts.method, parts.uri.path());
    if let Some(answer) = endpoint::answer(sim, &host, method, path, &parts.headers).await {
        return answer;
    }
    let Some(mut address) = route::address(&parts) else {
        return Ok(stranger(sim, &parts));
    };
    let dialect = sim.state().resources.dialect;
    if let Some(dialect) = dialect {
        let region = dialect.heard(address.region.as_str());
        address.region = Region::new(&region).unwrap_or(address.region);
    }
    // aws-facts §18.3: there is no such service, and so no such host.
    if dialect == Some(Dialect::AwsUsGov) && address.service == Service::CloudFront {
        return Err(io::ErrorKind::HostUnreachable.into());
    }
    let by = Signer::of(&parts);
    let request = Request::from_parts(parts, body);
    let asked = route::read(&address, &request).map(|asked| match dialect {
        Some(dialect) => RoutedRequest {
            input: asked.input.translated(&|text| dialect.heard(text)),
            ..asked
        },
        None => asked,
    });
    let operation = match &asked {
        Ok(asked) => asked.operation.clone(),
        Err((operation, _)) => operation.clone(),
    };
    let fate = fate(sim, &address, &operation, signed);
    let Some(Fate {
        after,
        refused,
        how,
    }) = fate
    else {
        return std::future::pending().await;
    };
    tokio::time::sleep(after).await;
    let answer = match (asked, refused) {
        _ if !signed => Err(refusal::unsigned(address.service, address.protocol)),
        (Ok(asked), Some(fault)) => {
            let mut world = sim.state();
            note(&mut world, &address, &asked, false);
            trail::keep(&mut world, &address, &asked, &by, Some(&fault));
            Err(fault)
        }
        (Ok(asked), None) => perform(sim, &address, &asked, host, &by),
        (Err((_, fault)), refused) => Err(refused.unwrap_or(fault)),
    };
    match how {
        Some(How::Hang | How::LoseReply) => std::future::pending().await,
        Some(How::BreakReply) => return Err(io::ErrorKind::ConnectionReset.into()),
        _ => {}
    }
    let request_id = request_id();
    let envelope = Envelope {
        service: address.service,
        protocol: address.protocol,
        operation: &operation,
        request_id: &request_id,
        now: sim.clock().now(),
    };
    Ok(envelope.write(match dialect {
        Some(dialect) => told(answer, dialect),
        None => answer,
    }))
}

/// The answer in the words of the world's partition.
fn told(answer: services::Answer, dialect: Dialect) -> services::Answer {
    let change = |text: &str| dialect.told(text);
    match answer {
        Ok(reply) => Ok(Reply {
            body: reply.body.translated(&change),
            ..reply
        }),
        Err(fault) => Err(Fault {
            message: change(&fault.message),
            ..fault
        }),
    }
}

/// What becomes of a call.
struct Fate {
    after: Duration,
    /// It does nothing and is answered so.
    refused: Option<Fault>,
    /// Somebody tampered with it.
    how: Option<How>,
}

/// `None`: nobody ever hears of it.
fn fate(sim: &Sim, address: &Address, operation: &str, signed: bool) -> Option<Fate> {
    let (service, protocol) = (address.service, address.protocol);
    let mut world = sim.state();
    let now = world.now();
    let refusing = |refusal: &Refusal| refusal::fault(service, protocol, refusal);
    match world.admit(service.iam(), operation, address.region.as_str(), now) {
        Admission::Hang => None,
        Admission::Refuse { after, refusal } => Some(Fate {
            after,
            refused: Some(refusing(&refusal)),
            how: None,
        }),
        Admission::Proceed { after } => {
            let how = signed
                .then(|| {
                    world
                        .control
                        .tampered(service.iam(), operation, &address.region)
                })
                .flatten();
            let refused = match &how {
                None | Some(How::LoseReply | How::BreakReply) => None,
                Some(How::Fail(code)) => Some(refusal::named(code)),
                Some(How::Throttle) => Some(refusing(&Refusal::Throttled)),
                Some(How::ServerError | How::Hang) => Some(refusal::internal(service)),
            };
            Some(Fate {
                after,
                refused,
                how,
            })
        }
    }
}

/// Keeps a change that was asked for in the world's record.
fn note(world: &mut State, address: &Address, asked: &RoutedRequest, accepted: bool) {
    if !mutation::changes(&asked.operation, &asked.input) {
        return;
    }
    let at = world.now();
    world.control.mutations.push(Mutation {
        at,
        service: address.service.iam(),
        operation: asked.operation.clone(),
        region: address.region.clone(),
        target: mutation::target(&asked.input),
        accepted,
        fingerprint: mutation::fingerprint(&asked.input),
    });
}

/// The host that a request came to.
fn host(parts: &http::request::Parts) -> &str {
    let named = parts.headers.get("host");
    let named = named.and_then(|value| value.to_str().ok());
    named.or_else(|| parts.uri.host()).unwrap_or_default()
}

fn perform(
    sim: &Sim,
    address: &Address,
    asked: &RoutedRequest,
    host: String,
    signer: &Signer,
) -> services::Answer {
    let mut world = sim.state();
    if let Some(fault) = accounts::refusal(&world, signer, address.service, asked) {
        note(&mut world, address, asked, false);
        trail::keep(&mut world, address, asked, signer, Some(&fault));
        return Err(fault);
    }
    let ask = Ask {
        region: address.region.clone(),
        input: asked.input.clone(),
        now: sim.clock().now(),
        host,
        signer: signer.clone(),
    };
    let answer = services::call(address.service, &asked.operation, &mut world, &ask);
    note(&mut world, address, asked, answer.is_ok());
    trail::keep(&mut world, address, asked, signer, answer.as_ref().err());
    match answer {
        Err(fault) if fault.unimplemented => {
            tracing::warn!(
                service = address.service.iam(),
                operation = asked.operation,
                "operation is not simulated"
            );
            Err(refusal::unknown_operation(
                address.service,
                address.protocol,
                &asked.operation,
            ))
        }
        answer => answer,
    }
}

/// A service that is not simulated: the error shape its request's form suggests.
fn stranger(sim: &Sim, parts: &http::request::Parts) -> Response<Vec<u8>> {
    let host = host(parts);
    tracing::warn!(method = %parts.method, host, path = parts.uri.path(), "service is not simulated");
    let fault = Fault::not_found(
        "UnknownOperationException",
        format!(
            "No simulated service answers {} {}",
            parts.method,
            parts.uri.path()
        ),
    );
    let body = serde_json::json!({ "__type": fault.code, "message": fault.message });
    Response::builder()
        .status(fault.status)
        .header("content-type", "application/json")
        .header("x-amzn-errortype", &fault.code)
        .header("x-amzn-requestid", request_id())
        .header("date", http_date(sim.clock().now()))
        .body(body.to_string().into_bytes())
        .unwrap_or_default()
}

/// A UUID's shape, counting up: no two replies share one.
fn request_id() -> String {
    static SERIAL: AtomicU64 = AtomicU64::new(1);
    let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
    let mixed = serial.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{serial:012x}",
        mixed >> 32,
        (mixed >> 16) & 0xffff,
        (mixed >> 4) & 0xfff,
        mixed & 0xfff
    )
}
