//! The fleet's own API, asked by its operator: one write that proves that a Region can write.

use std::time::Duration;

use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::plain::{Kind, Plain, USER_AGENT, once_within, send};
use crate::transport::receipt::ChangeReceipt;
use crate::transport::session::Session;
use crate::transport::signature::{ToSign, signature};
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
            ("user-agent", USER_AGENT.to_owned()),
        ];
        if signed {
            let signed = ToSign {
                service: "execute-api",
                region: &self.caller.region,
                method: "POST",
                url,
                headers: &[],
                body: &body,
            };
            headers.extend(signature(&self.caller, ACTION, signed).await?);
        }
        let plain = Plain {
            action: ACTION,
            operation: ACTION,
            method: "POST",
            url,
            headers,
            body,
            within: once_within(PATIENCE),
            attempts: 1,
            kind: if signed { Kind::Signed } else { Kind::Open },
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
}
