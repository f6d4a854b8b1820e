//! The fleet's own API, asked by its operator: one write that proves that a Region can write.

use std::time::Duration;

use aws_credential_types::provider::ProvideCredentials as _;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;

use crate::transport::call::Caller;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::plain::{Plain, send};
use crate::transport::receipt::ChangeReceipt;
use crate::transport::session::Session;
use gwctl_fleet::Region;

/// How long an answer may take: as long as API Gateway waits for a function.
const PATIENCE: Duration = Duration::from_secs(30);

const ACTION: &str = "Invoke";

/// The API of the fleet in one Region.
pub struct Invoke {
    caller: Caller,
    session: Session,
}

impl Session {
    /// The fleet's own API in `region`.
    pub fn invoke(&self, region: &Region) -> Invoke {
        Invoke {
            caller: self.caller("execute-api", region),
            session: self.clone(),
        }
    }
}

impl Invoke {
    /// POSTs once to `url` with `key` as the `Idempotency-Key`; a receipt tells the status of a success. Signed
    /// where the API authorises by IAM.
    pub async fn post(
        &self,
        url: &str,
        key: &str,
        signed: bool,
    ) -> Result<ChangeReceipt, AwsError> {
        let body = serde_json::json!({ "smoke": key }).to_string();
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key.to_owned()),
            (
                "user-agent",
                concat!("gwctl/", env!("CARGO_PKG_VERSION")).to_owned(),
            ),
        ];
        if signed {
            headers.extend(self.signature(url, &body).await?);
        }
        let plain = Plain {
            action: ACTION,
            method: "POST",
            url,
            headers,
            body,
            within: PATIENCE,
            signed,
        };
        let answer = send(&self.session, &self.caller, plain).await;
        // The API answered for itself: it took no write.
        let answer = answer.map_err(|error| AwsError {
            in_doubt: error.in_doubt && error.code.as_deref() != Some("ServerError"),
            ..error
        })?;
        Ok(ChangeReceipt {
            id: answer.status.to_string(),
            request_id: None,
        })
    }

    /// What proves who asks (`SigV4`, `execute-api`): only the host and these headers are signed.
    async fn signature(
        &self,
        url: &str,
        body: &str,
    ) -> Result<Vec<(&'static str, String)>, AwsError> {
        let failed = |why: String| self.caller.fail(ErrorKind::Credentials, ACTION, why);
        let keys = self.caller.credentials.provide_credentials().await;
        let identity = keys.map_err(|error| failed(error.to_string()))?.into();
        let now = self.caller.signing_time().present();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.caller.region.as_str())
            .name("execute-api")
            .time(now)
            .settings(SigningSettings::default())
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let request = SignableRequest::new(
            "POST",
            url,
            std::iter::empty(),
            SignableBody::Bytes(body.as_bytes()),
        );
        let signed = request.and_then(|request| sign(request, &parameters.into()));
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
}
