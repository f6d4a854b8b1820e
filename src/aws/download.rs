//! What AWS only tells the place of: a file behind an address that is good for some minutes.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::timeout::TimeoutConfig;

use super::error::{AwsError, ErrorKind};
use super::line::Line;
use super::session::Session;

/// Not the file.
#[derive(Debug, thiserror::Error)]
#[error("HTTP {status}")]
struct Refused {
    status: u16,
    meta: ErrorMetadata,
}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.meta
    }
}

/// The file at `url`, over the SDK's own HTTP client: its proxies, its certificates, or the simulator's
/// door. `url` tells who may have it, and is never written down.
pub(super) async fn get(
    session: &Session,
    line: &Line,
    url: &str,
    within: Duration,
) -> Result<Vec<u8>, AwsError> {
    const ACTION: &str = "GetObject";
    let line = Line {
        service: "s3",
        ..line.clone()
    };
    let place: http::Uri = url
        .parse()
        .map_err(|_| line.garbled(ACTION, "no address to download from"))?;
    let (Some(scheme), Some(authority)) = (place.scheme_str(), place.authority()) else {
        return Err(line.garbled(ACTION, "no address to download from"));
    };
    let near = matches!(place.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    if scheme != "https" && !near {
        return Err(line.garbled(ACTION, "an address to download from without TLS"));
    }
    let Some(client) = session.http_client() else {
        return Err(line.fail(ErrorKind::NotSent, ACTION, "no HTTP client".into()));
    };
    let path = place.path_and_query().map_or("/", |path| path.as_str());
    let operation = Operation::builder()
        .service_name("s3")
        .operation_name(ACTION)
        .http_client(client)
        .endpoint_url(&format!("{scheme}://{authority}"))
        .no_auth()
        .no_retry()
        .timeout_config(
            TimeoutConfig::builder()
                .operation_timeout(within)
                .operation_attempt_timeout(within)
                .build(),
        )
        .sleep_impl(session.sleep())
        .behavior_version(BehaviorVersion::latest())
        .serializer(|path: String| {
            let mut request = HttpRequest::empty();
            request.set_uri(path)?;
            Ok(request)
        })
        .deserializer(|response: &HttpResponse| {
            let status = response.status();
            if !status.is_success() {
                let code = format!("HTTP{}", status.as_u16());
                return Err(OrchestratorError::operation(Refused {
                    status: status.as_u16(),
                    meta: ErrorMetadata::builder().code(code).build(),
                }));
            }
            Ok(response.body().bytes().unwrap_or_default().to_vec())
        })
        .build();
    line.ask(ACTION, Box::pin(operation.invoke(path.to_owned())))
        .await
}
