//! Messages to services that are not AWS's: one POST over the SDK's own HTTP client, with its proxies and certificates.
//! No redirect is followed, and the address is never written down: it often is a secret.

use std::sync::Arc;
use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;

use crate::transport::error::root_cause;
use crate::transport::network;
use crate::transport::plain::USER_AGENT;
use crate::transport::time::FleetSleep;
use gwctl_fleet::{Clock as _, SystemClock};

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Posts messages.
#[derive(Debug, Clone)]
pub struct WebClient {
    client: SharedHttpClient,
    patience: Duration,
}

/// One message, whole. It is never printed.
pub struct WebMessage {
    /// Where to: often a secret.
    pub url: String,
    /// Beside those that every message has.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebReply {
    /// HTTP's.
    pub status: u16,
    /// `Retry-After`, from when it was read on.
    pub retry_after: Option<Duration>,
    /// The first line of the body as it came: whoever shows it hides and cuts.
    pub text: String,
}

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPosted {
    #[error("the address is not a URL")]
    NotAUrl,
    #[error("the address is without TLS: it begins with http:// and is not on this machine")]
    WithoutTls,
    /// The message may have arrived.
    #[error("no answer within {} s", .0.as_secs_f64())]
    TimedOut(Duration),
    /// The text is as it came: whoever shows it hides and cuts.
    #[error("no connection: {0}")]
    NoConnection(String),
}

/// The serializer's and the deserializer's errors.
#[derive(Debug, thiserror::Error)]
#[error("never made")]
struct Never;

impl WebClient {
    /// Over the network.
    pub fn network() -> Self {
        Self {
            client: network::client().0,
            patience: PATIENCE,
        }
    }

    /// Through `client`, such as one that never leaves the process.
    pub const fn through(client: SharedHttpClient) -> Self {
        Self {
            client,
            patience: PATIENCE,
        }
    }

    /// As [`Self::network`], but an answer is waited for no longer than `patience`.
    #[must_use]
    pub fn patient_for(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Posts `message` once.
    ///
    /// # Errors
    /// Nothing came back. Whatever did, a refusal included, is a [`WebReply`].
    pub async fn post(&self, message: WebMessage) -> Result<WebReply, NotPosted> {
        let place: http::Uri = message.url.parse().map_err(|_| NotPosted::NotAUrl)?;
        let (Some(scheme), Some(authority)) = (place.scheme_str(), place.authority()) else {
            return Err(NotPosted::NotAUrl);
        };
        let near = matches!(place.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
        match scheme {
            "https" => {}
            "http" if near => {}
            "http" => return Err(NotPosted::WithoutTls),
            _ => return Err(NotPosted::NotAUrl),
        }
        let operation = Operation::builder()
            .service_name("web")
            .operation_name("Post")
            .http_client(self.client.clone())
            .endpoint_url(&format!("{scheme}://{authority}"))
            .no_auth()
            .no_retry()
            .sleep_impl(SharedAsyncSleep::new(FleetSleep(Arc::new(SystemClock))))
            .behavior_version(BehaviorVersion::latest())
            .serializer(written)
            .deserializer(|response| Ok::<_, OrchestratorError<Never>>(read(response)))
            .build();
        let path = place.path_and_query().map_or("/", |path| path.as_str());
        let sent = Sent {
            path: path.to_owned(),
            message,
        };
        let answered = tokio::time::timeout(self.patience, Box::pin(operation.invoke(sent))).await;
        match answered {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) => Err(NotPosted::NoConnection(root_cause(&error))),
            Err(_) => Err(NotPosted::TimedOut(self.patience)),
        }
    }
}

/// What is sent, as the serializer takes it: it is never printed.
struct Sent {
    path: String,
    message: WebMessage,
}

impl std::fmt::Debug for Sent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sent")
    }
}

fn written(sent: Sent) -> Result<HttpRequest, BoxError> {
    let mut request = HttpRequest::new(SdkBody::from(sent.message.body));
    request.set_uri(sent.path)?;
    request.set_method("POST")?;
    let own = [
        ("content-type", "application/json".to_owned()),
        ("user-agent", USER_AGENT.to_owned()),
    ];
    for (name, value) in own.into_iter().chain(sent.message.headers) {
        request.headers_mut().try_insert(name, value)?;
    }
    Ok(request)
}

fn read(response: &HttpResponse) -> WebReply {
    let after = response.headers().get("retry-after");
    let after = after.and_then(|after| retry_after(after.trim(), SystemClock.now()));
    let body = String::from_utf8_lossy(response.body().bytes().unwrap_or_default());
    WebReply {
        status: response.status().as_u16(),
        retry_after: after,
        text: body.lines().next().unwrap_or_default().to_owned(),
    }
}

/// How long `text` asks to wait: a number of seconds, or a date of HTTP.
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    // A moment that is over asks for no pause.
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_until_a_date() {
        let now: Timestamp = "2026-11-30T11:00:00Z".parse().unwrap();
        let asked = |text| retry_after(text, now).map(|pause| pause.as_secs());
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("Mon, 30 Nov 2026 11:30:00 GMT"), Some(1_800));
        assert_eq!(asked("Mon, 30 Nov 2026 10:00:00 GMT"), Some(0));
        assert_eq!(asked("soon"), None);
    }
}
