//! Requests that no service models: a file that AWS only tells the place of, and the fleet's own API. Over the
//! SDK's own HTTP client all the same: its proxies, its certificates, or the simulator's door.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::timeout::TimeoutConfig;

use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::recorder::Recorder;
use crate::transport::session::Session;

/// One request, whole.
pub(crate) struct Plain<'a> {
    /// As IAM or the ledger names it.
    pub(crate) action: &'static str,
    /// `GET`, `POST`.
    pub(crate) method: &'static str,
    /// Where to. It may say who may have what is there: it is never written down.
    pub(crate) url: &'a str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    /// How long it may take.
    pub(crate) within: Duration,
    /// Whether the caller's own rights decide: such a call is counted, and a refusal is for lack of one.
    pub(crate) signed: bool,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct PlainReply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// An answer that is no success.
#[derive(Debug, thiserror::Error)]
#[error("{code}: it was answered {status}")]
struct Refused {
    status: u16,
    code: &'static str,
    meta: ErrorMetadata,
}

impl Refused {
    fn of(status: u16, signed: bool) -> Self {
        let code = match status {
            401 | 403 if signed => "AccessDenied",
            401 | 403 => "Forbidden",
            404 => "NotFound",
            429 => "TooManyRequestsException",
            // Between the API and what answers behind it: that may have done its part.
            502 | 504 => "ServiceUnavailable",
            500.. => "ServerError",
            _ => "BadRequest",
        };
        let meta = ErrorMetadata::builder()
            .code(code)
            .message(format!("it was answered {status}"));
        Self {
            status,
            code,
            meta: meta.build(),
        }
    }
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

fn read(response: &HttpResponse, signed: bool) -> Result<PlainReply, OrchestratorError<Refused>> {
    let status = response.status();
    if !status.is_success() {
        let refused = Refused::of(status.as_u16(), signed);
        return Err(OrchestratorError::operation(refused));
    }
    Ok(PlainReply {
        status: status.as_u16(),
        body: response.body().bytes().unwrap_or_default().to_vec(),
    })
}

/// Sends `plain` once; anything but a success is an error.
pub(crate) async fn send(
    session: &Session,
    caller: &Caller,
    plain: Plain<'_>,
) -> Result<PlainReply, AwsError> {
    let wrong = |what: &str| caller.fail(ErrorKind::Other, plain.action, what.into());
    let place: http::Uri = plain.url.parse().map_err(|_| wrong("that is no URL"))?;
    let (Some(scheme), Some(authority)) = (place.scheme_str(), place.authority()) else {
        return Err(wrong("the URL names no host"));
    };
    let near = matches!(place.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if scheme != "https" && !near {
        return Err(wrong("the URL is without TLS"));
    }
    let client = session
        .http_client()
        .ok_or_else(|| wrong("there is no HTTP client"))?;
    let timeouts = TimeoutConfig::builder()
        .operation_timeout(plain.within)
        .operation_attempt_timeout(plain.within)
        .build();
    let mut operation = Operation::builder()
        .service_name(caller.service)
        .operation_name(plain.action)
        .http_client(client)
        .endpoint_url(&format!("{scheme}://{authority}"))
        .no_auth()
        .no_retry()
        .timeout_config(timeouts)
        .sleep_impl(session.sleep())
        .behavior_version(BehaviorVersion::latest());
    if plain.signed {
        operation = operation.interceptor(Recorder {
            service: caller.service,
            region: caller.region.clone(),
            monitor: caller.monitor.clone(),
        });
    }
    let signed = plain.signed;
    let operation = operation
        .serializer(written)
        .deserializer(move |response| read(response, signed))
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
