//! Requests that no SDK client sends: to services of which few operations are called, to the fleet's own API, and for a
//! file that AWS only tells the place of. Over the SDK's own HTTP client all the same: its proxies, its certificates,
//! or the simulator's door.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::classifiers::{
    HttpStatusCodeClassifier, TransientErrorClassifier,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::recorder::Recorder;
use crate::transport::reply;
use crate::transport::session::Session;
use crate::transport::truncated_reply::WholeReply;
use crate::transport::{json, query};

/// What AWS's logs and policies, and the fleet's own API, name the client by.
pub(crate) const USER_AGENT: &str = concat!("gwctl/", env!("CARGO_PKG_VERSION"));

/// One request, whole.
pub(crate) struct Plain<'a> {
    /// As IAM names it.
    pub(crate) action: &'static str,
    /// As the ledger names it.
    pub(crate) operation: &'static str,
    /// `GET`, `POST`.
    pub(crate) method: &'static str,
    /// Where to. It may say who may have what is there: it is never written down.
    pub(crate) url: &'a str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// How long one attempt may take, and all of them.
    pub(crate) within: TimeoutConfig,
    /// How many attempts at most: more than one for what only reads.
    pub(crate) attempts: u32,
    pub(crate) kind: Kind,
}

/// Whose rights decide, and how a refusal reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Open to whoever knows the URL: not counted.
    Open,
    /// The caller's own rights decide: such a call is counted, and a refusal is for lack of one.
    Signed,
    /// As `Signed`, in AWS's Query protocol, whose errors are XML.
    Query,
    /// As `Signed`, in one of AWS's JSON protocols.
    Json,
    /// As `Json`, under a condition: that it does not hold is an answer, and no error.
    Conditional,
}

impl Kind {
    const fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Conditional)
    }
}

/// Time-outs of a request that is sent once.
pub(crate) fn once_within(time: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_timeout(time)
        .operation_attempt_timeout(time)
        .build()
}

/// What came back.
#[derive(Debug)]
pub(crate) struct PlainReply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// AWS's own number of the request.
    pub(crate) request_id: Option<String>,
}

/// An answer that is no success.
#[derive(Debug, thiserror::Error)]
#[error("{}it was answered {status}", .meta.code().map(|code| format!("{code}: ")).unwrap_or_default())]
struct Refused {
    status: u16,
    meta: ErrorMetadata,
}

impl Refused {
    fn of(response: &HttpResponse, kind: Kind) -> Self {
        let status = response.status().as_u16();
        let body = response.body().bytes().unwrap_or_default();
        let told = match kind {
            Kind::Query => query::refusal(body),
            Kind::Json | Kind::Conditional => json::refusal(response.headers(), body),
            Kind::Open | Kind::Signed => None,
        };
        let meta = match told.or_else(|| by_status(status, kind)) {
            Some((code, message)) => ErrorMetadata::builder().code(code).message(message),
            None => ErrorMetadata::builder(),
        };
        Self {
            status,
            meta: meta.build(),
        }
    }
}

/// What a reply without a code is taken for. AWS's own refusals have one: without it a proxy answered for AWS.
fn by_status(status: u16, kind: Kind) -> Option<(String, String)> {
    let code = match status {
        429 => "TooManyRequestsException",
        _ if kind == Kind::Query || kind.is_json() => return None,
        401 | 403 if kind == Kind::Open => "Forbidden",
        401 | 403 => "AccessDenied",
        404 => "NotFound",
        // Between the API and what answers behind it: that may have done its part.
        502 | 504 => "ServiceUnavailable",
        500.. => "ServerError",
        _ => "BadRequest",
    };
    Some((code.into(), format!("it was answered {status}")))
}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

/// What is sent, as the serializer takes it: it is never printed.
struct Sent {
    path: String,
    method: &'static str,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sent")
    }
}

fn written(sent: Sent) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(sent.body));
    request.set_uri(sent.path)?;
    request.set_method(sent.method)?;
    for (name, value) in sent.headers {
        request.headers_mut().try_insert(name, value)?;
    }
    Ok(request)
}

fn read(response: &HttpResponse, kind: Kind) -> Result<PlainReply, OrchestratorError<Refused>> {
    let status = response.status();
    let refused = (!status.is_success()).then(|| Refused::of(response, kind));
    let answers = |refused: &Refused| {
        kind == Kind::Conditional && refused.code() == Some(json::CONDITION_FAILED)
    };
    if let Some(refused) = refused.filter(|refused| !answers(refused)) {
        return Err(OrchestratorError::operation(refused));
    }
    let body = response.body().bytes().unwrap_or_default();
    Ok(PlainReply {
        status: status.as_u16(),
        body: body.to_vec(),
        request_id: reply::request_id(response),
    })
}

/// Sends `plain`; anything but a success is an error.
pub(crate) async fn send(
    session: &Session,
    caller: &Caller,
    plain: Plain<'_>,
) -> Result<PlainReply, AwsError> {
    let wrong = |what: &str| caller.fail(ErrorKind::Other, plain.action, what.into());
    let place: http::Uri = plain.url.parse().map_err(|_| wrong("that is not a URL"))?;
    let (Some(scheme), Some(authority)) = (place.scheme_str(), place.authority()) else {
        return Err(wrong("the URL names no host"));
    };
    let near = matches!(place.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    // Where AWS is, the user may say as they like; anybody else is asked over TLS.
    let elsewhere = matches!(plain.kind, Kind::Open | Kind::Signed);
    if scheme != "https" && !near && elsewhere {
        return Err(wrong("the URL is without TLS"));
    }
    let client = session
        .http_client()
        .ok_or_else(|| wrong("there is no HTTP client"))?;
    let mut operation = Operation::builder()
        .service_name(caller.bucket())
        .operation_name(plain.operation)
        .http_client(client)
        .endpoint_url(&format!("{scheme}://{authority}"))
        .no_auth()
        .timeout_config(plain.within)
        .sleep_impl(session.sleep())
        .behavior_version(BehaviorVersion::latest());
    operation = match plain.attempts {
        0 | 1 => operation.no_retry(),
        most => operation
            .standard_retry(&RetryConfig::standard().with_max_attempts(most))
            .retry_classifier(HttpStatusCodeClassifier::default())
            .retry_classifier(TransientErrorClassifier::<Refused>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Refused>::new()),
    };
    if plain.kind != Kind::Open {
        operation = operation.interceptor(Recorder::of(caller));
    }
    if plain.kind == Kind::Query {
        operation = operation.interceptor(WholeReply);
    }
    let kind = plain.kind;
    let operation = operation
        .serializer(written)
        .deserializer(move |response| read(response, kind))
        .build();
    let sent = Sent {
        path: place
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned(),
        method: plain.method,
        headers: plain.headers,
        body: plain.body,
    };
    caller
        .ask(plain.action, Box::pin(operation.invoke(sent)))
        .await
}
