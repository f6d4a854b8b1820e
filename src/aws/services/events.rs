//! Amazon EventBridge: one event to one bus (aws-facts §17.1).

use serde::Deserialize;
use serde_json::{Value, json};

use crate::services::secrets::{no_region, region_of};
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::json::Target;
use crate::transport::reply;
use crate::transport::session::Session;

const TARGET: Target = Target {
    prefix: "AWSEvents",
    version: "1.1",
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Put {
    failed_entry_count: Option<u64>,
    entries: Option<Vec<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    error_code: Option<String>,
    error_message: Option<String>,
}

impl Session {
    /// Puts an event of `source` on the bus `arn`, once, with the session's own credentials.
    ///
    /// # Errors
    /// The call failed, or it succeeded and the event was refused all the same.
    pub async fn put_event(
        &self,
        arn: &str,
        (source, kind): (&str, &str),
        detail: &Value,
    ) -> Result<(), AwsError> {
        const ACTION: &str = "PutEvents";
        let region = region_of(arn).ok_or_else(|| no_region("events", ACTION))?;
        let service = self.own().json("events", "EventBridge", &region);
        let entry = json!({
            "EventBusName": arn,
            "Source": source,
            "DetailType": kind,
            "Detail": detail.to_string(),
        });
        let body = json!({ "Entries": [entry] });
        let put: Put = service.call_once(TARGET, ACTION, &body).await?;
        let entries = put.entries.unwrap_or_default();
        let failed = entries.into_iter().find(|entry| entry.error_code.is_some());
        // It answers 200 for an event that it refuses.
        match (failed, put.failed_entry_count) {
            (None, Some(0)) => Ok(()),
            (failed, _) => {
                let code = failed.as_ref().and_then(|entry| entry.error_code.clone());
                let code = code.unwrap_or_else(|| "no reason given".into());
                let said = failed
                    .and_then(|entry| entry.error_message)
                    .unwrap_or_default();
                let told = format!("the event was refused: {code} {said}");
                let kind = if code.contains("Throttl") || code.starts_with("Internal") {
                    ErrorKind::Throttled
                } else {
                    ErrorKind::Other
                };
                let told = reply::message(&told);
                Err(service.caller.fail(kind, ACTION, told))
            }
        }
    }
}
