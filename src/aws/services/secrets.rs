//! AWS Secrets Manager: one secret, for what tells people of a fleet.

use serde::Deserialize;
use serde_json::json;

use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::json::Target;
use crate::transport::session::Session;
use gwctl_fleet::Region;

const TARGET: Target = Target {
    prefix: "secretsmanager",
    version: "1.1",
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Given {
    secret_string: Option<String>,
}

impl Session {
    /// The text of the secret that `arn` names, with the session's own credentials. It is never written down.
    pub async fn secret(&self, arn: &str) -> Result<String, AwsError> {
        const ACTION: &str = "GetSecretValue";
        let region = region_of(arn).ok_or_else(|| no_region("secretsmanager", ACTION))?;
        let service = self
            .own()
            .json("secretsmanager", "Secrets Manager", &region);
        let body = json!({ "SecretId": arn });
        let given: Given = service.call(TARGET, ACTION, &body).await?;
        given
            .secret_string
            .ok_or_else(|| service.caller.garbled(ACTION, "no SecretString in it"))
    }
}

/// The Region in `arn`.
pub(crate) fn region_of(arn: &str) -> Option<Region> {
    Region::new(arn.split(':').nth(3)?).ok()
}

/// An ARN names no Region.
pub(crate) fn no_region(service: &'static str, action: &'static str) -> AwsError {
    let (kind, nowhere) = (ErrorKind::NotSent, Region::global());
    AwsError::own(kind, service, action, &nowhere, "the ARN names no Region")
}
