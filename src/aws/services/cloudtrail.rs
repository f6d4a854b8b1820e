//! `CloudTrail`'s event history: who changed what (aws-facts §14.2). One page a call: whoever asks keeps to the API's
//! rate, and keeps what was read when a later page fails.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::services::cloudtrail_record::Told;
use crate::transport::error::AwsError;
use crate::transport::json::{JsonService, Target};
use crate::transport::session::Session;
use gwctl_fleet::{Region, TrailRecord};

const SERVICE: &str = "cloudtrail";
const TARGET: Target = Target {
    prefix: "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
    version: "1.1",
};
/// Events a page, the most that AWS gives (aws-facts §14.2).
const PAGE: u32 = 50;

/// The event history of one Region.
#[derive(Clone)]
pub struct CloudTrail {
    service: JsonService,
}

/// Some events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailPage {
    pub records: Vec<TrailRecord>,
    /// Events that have no time or no name: nobody can say what they are.
    pub unreadable: usize,
    /// Asks for the next page, which may be there although this one is empty; none on the last.
    pub next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Events {
    events: Option<Vec<Told>>,
    next_token: Option<String>,
}

impl Session {
    /// The event history of `region`, of the workload's account unless the session asks another.
    pub fn cloudtrail(&self, region: &Region) -> CloudTrail {
        CloudTrail {
            service: self.json(SERVICE, "CloudTrail", region),
        }
    }
}

impl CloudTrail {
    /// A page of the calls between the two moments that were to change something.
    pub async fn changes(
        &self,
        between: (Timestamp, Timestamp),
        page: Option<&str>,
    ) -> Result<TrailPage, AwsError> {
        self.look_up(("ReadOnly", "false"), Some(between), page)
            .await
    }

    /// The newest fifty calls of the event `name`, such as `UpdateFunctionCode20150331v2`, as far back as is kept.
    pub async fn named(&self, name: &str) -> Result<TrailPage, AwsError> {
        self.look_up(("EventName", name), None, None).await
    }

    async fn look_up(
        &self,
        (key, value): (&str, &str),
        between: Option<(Timestamp, Timestamp)>,
        page: Option<&str>,
    ) -> Result<TrailPage, AwsError> {
        let mut body = json!({
            "LookupAttributes": [{ "AttributeKey": key, "AttributeValue": value }],
            "MaxResults": PAGE,
        });
        if let Some((from, to)) = between {
            body["StartTime"] = json!(from.as_second());
            body["EndTime"] = json!(to.as_second());
        }
        if let Some(token) = page {
            body["NextToken"] = json!(token);
        }
        let told: Events = self.service.call(TARGET, "LookupEvents", &body).await?;
        let here = &self.service.caller.region;
        let all = told.events.unwrap_or_default();
        let count = all.len();
        let records = all.into_iter().filter_map(|event| event.record(here));
        let records: Vec<TrailRecord> = records.collect();
        Ok(TrailPage {
            unreadable: count - records.len(),
            records,
            next: told.next_token.filter(|token| !token.is_empty()),
        })
    }
}
