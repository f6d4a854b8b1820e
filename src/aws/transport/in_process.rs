//! An HTTP client for the SDK that never leaves the process: the simulator's door.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;

/// A request or reply, whole.
pub type Transport = Result<http::Response<Vec<u8>>, std::io::Error>;

/// Answers requests that the SDK signed and serialised. A future that never ends is a Region that
/// never answers.
pub type Handler = Arc<
    dyn Fn(http::Request<Vec<u8>>) -> Pin<Box<dyn Future<Output = Transport> + Send>> + Send + Sync,
>;

/// The SDK HTTP client that hands every request to `handler`.
pub fn in_process(handler: Handler) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InProcess(handler));
    http_client_fn(move |_, _| connector.clone())
}

struct InProcess(Handler);

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let handler = self.0.clone();
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            // Everything gwctl sends is in memory; nothing streams.
            let request = request.map(|body| body.bytes().map(<[u8]>::to_vec).unwrap_or_default());
            let reply = handler(request)
                .await
                .map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(reply.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}
