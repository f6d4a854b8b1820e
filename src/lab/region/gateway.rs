//! API Gateway's HTTP API of one Region: HTTPS in front of the function, with IAM authorization where it is wanted, and
//! the access log (aws-facts §13.6).
//!
//! What clients are told when the function gives no answer: 500 if it failed, timed out or answered nonsense, 503 if it
//! was throttled or took longer than API Gateway waits. No source says the status for a throttled function: unverified.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use gwctl_fleet::Region;
use http::request::Parts;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsAcceptor;

use super::environment::Ending;
use super::event::{self, Arrival};
use super::function::{Function, Invoked, Outcome};
use super::lines::Log;
use super::routes::{self, ApiRoute, Chosen};
use super::served::{Counter, Served, keep};
use crate::gate::Gate;
use crate::sigv4::{self, Credentials, Scope, Signed, random_hex};

/// The longest that API Gateway waits for the function.
const INTEGRATION: Duration = Duration::from_secs(30);
/// The largest body that API Gateway takes, in bytes.
const LARGEST: usize = 10 << 20;
/// The longest that a client takes for its handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// Who may ask.
#[derive(Debug, Clone)]
pub enum Authorization {
    /// Everybody.
    None,
    /// Who signs with these; everybody on an open route.
    Iam(Credentials),
}

/// What a gateway is made of.
#[derive(Debug, Clone)]
pub struct GatewaySetup {
    /// Where it listens; port 0 for any that is free.
    pub address: SocketAddr,
    /// The names in its certificate: its custom domain, its own.
    pub names: Vec<String>,
    /// The API's id.
    pub api: String,
    pub routes: Vec<ApiRoute>,
    pub authorization: Authorization,
}

/// Everything that a request needs.
pub(super) struct Gateway {
    pub region: Region,
    pub setup: GatewaySetup,
    pub acceptor: TlsAcceptor,
    pub functions: Vec<Function>,
    pub log: Log,
    pub stream: Arc<str>,
    pub counter: Counter<Served>,
    pub open: Gate,
}

/// How a request ended.
struct Ended {
    response: Response<Full<Bytes>>,
    /// Bytes of the request's body.
    received: usize,
    invoked: Option<(Invoked, Duration)>,
    /// The response type of the gateway's own error.
    error: Option<&'static str>,
}

impl Gateway {
    /// Serves until the gate is cut.
    pub fn serve(self: &Arc<Self>, listener: TcpListener) {
        let (gateway, open) = (Arc::clone(self), self.open.token());
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = open.cancelled() => return,
                };
                let Ok((stream, peer)) = accepted else {
                    continue;
                };
                let (gateway, open) = (Arc::clone(&gateway), open.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = gateway.connection(stream, peer.ip()) => {}
                        () = open.cancelled() => {}
                    }
                });
            }
        });
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, source: IpAddr) {
        let _ = stream.set_nodelay(true);
        let Ok(Ok(stream)) = timeout(HANDSHAKE, self.acceptor.accept(stream)).await else {
            return;
        };
        let service = service_fn(move |request| {
            let gateway = Arc::clone(&self);
            async move { Ok::<_, Infallible>(gateway.answer(request, source).await) }
        });
        let _ = http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn answer(&self, request: Request<Incoming>, source: IpAddr) -> Response<Full<Bytes>> {
        let (at, began) = (Timestamp::now(), Instant::now());
        let id = request_id();
        let (parts, body) = request.into_parts();
        let chosen = routes::choose(&self.setup.routes, &parts.method, parts.uri.path());
        let route = chosen.as_ref().map(|(route, _)| route.key.as_str());
        let asked = (at, id.as_str(), source);
        let mut ended = self.handle(&parts, body, chosen.as_ref(), asked).await;
        let took = began.elapsed();
        let status = ended.response.status();
        if let Ok(id) = HeaderValue::from_str(&id) {
            ended.response.headers_mut().insert("apigw-requestid", id);
        }
        self.counter.count(|served| {
            served.requests += 1;
            served.client_errors += u64::from(status.is_client_error());
            served.server_errors += u64::from(status.is_server_error());
            let answered = ended.response.body().size_hint().lower();
            served.bytes += ended.received as u64 + answered;
            keep(&mut served.latency, took);
            if let Some((_, integration)) = &ended.invoked {
                keep(&mut served.integration_latency, *integration);
            }
        });
        self.log.write(
            &self.stream,
            Self::line(&parts, route, &ended, (at, took), (&id, source)),
        );
        ended.response
    }

    async fn handle(
        &self,
        parts: &Parts,
        body: Incoming,
        chosen: Option<&Chosen<'_>>,
        (at, id, source): (Timestamp, &str, IpAddr),
    ) -> Ended {
        if body.size_hint().lower() > LARGEST as u64 {
            return refusal(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request Entity Too Large",
                "REQUEST_TOO_LARGE",
            );
        }
        let Ok(body) = Limited::new(body, LARGEST).collect().await else {
            return refusal(StatusCode::BAD_REQUEST, "Bad Request", "BAD_REQUEST_BODY");
        };
        let body = body.to_bytes();
        let Some((route, variables)) = chosen else {
            return refusal(StatusCode::NOT_FOUND, "Not Found", "-").to(&body);
        };
        if let Authorization::Iam(credentials) = &self.setup.authorization
            && !route.open
        {
            let signed = Signed {
                method: &parts.method,
                path: parts.uri.path(),
                query: parts.uri.query().unwrap_or_default(),
                headers: &parts.headers,
                body: &body,
            };
            let scope = Scope {
                region: self.region.as_str(),
                service: "execute-api",
            };
            if let Err(why) = sigv4::verify(signed, scope, credentials, at) {
                tracing::debug!(region = %self.region, %why, "a request was refused");
                return refusal(StatusCode::FORBIDDEN, "Forbidden", "ACCESS_DENIED").to(&body);
            }
        }
        let trace = trace(parts, at);
        let arrival = Arrival {
            at,
            request_id: id,
            route: &route.key,
            variables,
            api: &self.setup.api,
            source,
            trace: &trace,
        };
        let event = event::event(parts, &body, &arrival).to_string();
        let Some(function) = self.functions.get(route.function) else {
            return refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal Server Error",
                "INTEGRATION_FAILURE",
            );
        };
        integrate(function, event, trace).await.to(&body)
    }

    /// A line of the access log, in the format of the stage in `region.yaml`.
    fn line(
        parts: &Parts,
        route: Option<&str>,
        ended: &Ended,
        (at, took): (Timestamp, Duration),
        (id, source): (&str, IpAddr),
    ) -> String {
        let lambda = ended
            .invoked
            .as_ref()
            .map(|(invoked, _)| invoked.id.as_str());
        let integration = ended
            .invoked
            .as_ref()
            .map(|(_, took)| took.as_millis().to_string());
        let agent = parts
            .headers
            .get("user-agent")
            .and_then(|agent| agent.to_str().ok());
        let answered = matches!(
            &ended.invoked,
            Some((
                Invoked {
                    outcome: Outcome::Ended(Ending::Answered(_)),
                    ..
                },
                _
            ))
        );
        let status = ended.response.status().as_str().to_owned();
        let integration_error =
            ended
                .invoked
                .as_ref()
                .and_then(|(invoked, _)| match &invoked.outcome {
                    Outcome::Throttled => Some("Rate Exceeded."),
                    Outcome::Ended(Ending::TimedOut) => Some("The function timed out."),
                    Outcome::Ended(Ending::Failed(_)) => Some("The function failed."),
                    Outcome::Dark => Some("The function is gone."),
                    Outcome::Ended(Ending::Answered(_)) => None,
                });
        json!({
            "requestId": id,
            "lambda": lambda.unwrap_or("-"),
            "t": at.as_millisecond().to_string(),
            "m": parts.method.as_str(),
            "route": route.unwrap_or("-"),
            "path": parts.uri.path(),
            "status": status,
            "lat": took.as_millis().to_string(),
            "ilat": integration.as_deref().unwrap_or("-"),
            "istatus": if answered { status.as_str() } else { "-" },
            "err": ended.error.unwrap_or("-"),
            "ierr": integration_error.unwrap_or("-"),
            "ip": source.to_string(),
            "ua": agent.unwrap_or("-"),
        })
        .to_string()
    }
}

/// Asks the function.
async fn integrate(function: &Function, event: String, trace: String) -> Ended {
    let asked = Instant::now();
    let Ok(invoked) = timeout(INTEGRATION, function.invoke(event.into(), trace)).await else {
        return refusal(
            StatusCode::SERVICE_UNAVAILABLE,
            "Service Unavailable",
            "INTEGRATION_TIMEOUT",
        );
    };
    let integration = asked.elapsed();
    let response = match &invoked.outcome {
        Outcome::Ended(Ending::Answered(answer)) => event::reply(answer),
        Outcome::Throttled => Some(message(
            StatusCode::SERVICE_UNAVAILABLE,
            "Service Unavailable",
        )),
        Outcome::Ended(Ending::Failed(_) | Ending::TimedOut) | Outcome::Dark => None,
    };
    let failed = || message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
    let error = matches!(invoked.outcome, Outcome::Throttled) || response.is_none();
    Ended {
        response: response.unwrap_or_else(failed),
        received: 0,
        invoked: Some((invoked, integration)),
        error: error.then_some("INTEGRATION_FAILURE"),
    }
}

impl Ended {
    /// Of a request with this body.
    fn to(self, body: &Bytes) -> Self {
        Self {
            received: body.len(),
            ..self
        }
    }
}

fn refusal(status: StatusCode, text: &str, error: &'static str) -> Ended {
    Ended {
        response: message(status, text),
        received: 0,
        invoked: None,
        error: Some(error),
    }
}

/// An answer of the gateway's own.
fn message(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(
        json!({ "message": text }).to_string(),
    )));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert("content-type", HeaderValue::from_static("application/json"));
    response
}

/// The client's trace, or a new one.
fn trace(parts: &Parts, at: Timestamp) -> String {
    let given = parts
        .headers
        .get("x-amzn-trace-id")
        .and_then(|trace| trace.to_str().ok());
    given.map_or_else(
        || {
            format!(
                "Root=1-{:08x}-{}",
                at.as_second(),
                random_hex(12).unwrap_or_default()
            )
        },
        str::to_owned,
    )
}

/// As API Gateway names its requests: fifteen characters and a sign of equality.
fn request_id() -> String {
    use base64::Engine as _;
    let drawn = random_hex(6).unwrap_or_else(|_| "0".repeat(12));
    let mut id = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(drawn);
    id.truncate(15);
    format!("{id}=")
}
