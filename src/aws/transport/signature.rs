//! Signs requests that no SDK client sends (Signature Version 4).

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;

use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use gwctl_fleet::Region;

/// What is signed. The host is, always.
pub(crate) struct ToSign<'a> {
    /// As the signature names the service: `execute-api`, `iam`.
    pub(crate) service: &'a str,
    /// The Region that the signature is for.
    pub(crate) region: &'a Region,
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    /// Headers that are signed beside the host.
    pub(crate) headers: &'a [(&'static str, String)],
    pub(crate) body: &'a str,
}

/// The headers that prove who asks.
pub(crate) async fn signature(
    caller: &Caller,
    action: &'static str,
    request: ToSign<'_>,
) -> Result<Vec<(&'static str, String)>, AwsError> {
    let failed = |why: String| caller.fail(ErrorKind::Credentials, action, why);
    // Says why there are none; the provider's own error says only that there are none.
    caller
        .credentials
        .ready()
        .await
        .map_err(|why| failed(why.to_string()))?;
    let credentials = caller.credentials.provide_credentials().await;
    let identity = credentials
        .map_err(|error| failed(error.to_string()))?
        .into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(request.region.as_str())
        .name(request.service)
        .time(caller.signing_time().present())
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let headers = request.headers.iter();
    let signable = SignableRequest::new(
        request.method,
        request.url,
        headers.map(|(name, value)| (*name, value.as_str())),
        SignableBody::Bytes(request.body.as_bytes()),
    );
    let signed = signable.and_then(|request| sign(request, &parameters.into()));
    let (instructions, _) = signed
        .map_err(|error| failed(error.to_string()))?
        .into_parts();
    let headers = instructions.headers();
    Ok(headers
        .filter_map(|(name, value)| {
            // The client writes the host itself.
            let name = ["authorization", "x-amz-date", "x-amz-security-token"]
                .into_iter()
                .find(|known| *known == name)?;
            Some((name, value.to_owned()))
        })
        .collect())
}
