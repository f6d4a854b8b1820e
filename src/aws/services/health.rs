//! AWS Health: what AWS tells of its own trouble (aws-facts §14.5). One page a call: whoever asks keeps a rate, and
//! keeps what was read when a later page fails.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::transport::error::AwsError;
use crate::transport::json::{Epoch, JsonService, Target};
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::{HealthEvent, Region, clean};

const TARGET: Target = Target {
    prefix: "AWSHealth_20160804",
    version: "1.1",
};
/// Events a page, the most that AWS gives (aws-facts §14.5).
const PAGE: u32 = 100;
/// Most ARNs that `DescribeEventDetails` takes, and most Regions of a filter, in AWS's model of the service.
const MOST: usize = 10;
/// Longest text of an event that is kept, in characters.
const WORDS: usize = 2_000;
/// How AWS answers where the account has no support plan for it (aws-facts §14.5).
const NOT_SUBSCRIBED: &str = "SubscriptionRequiredException";

/// One of AWS Health's endpoints.
#[derive(Clone)]
pub struct Health {
    service: JsonService,
}

/// Some events, last told first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthPage {
    pub events: Vec<HealthEvent>,
    /// Events that have no ARN or no time: nobody can say what they are.
    pub unreadable: usize,
    /// Asks for the next page, which may be there although this one is empty; none on the last.
    pub next: Option<String>,
}

impl AwsError {
    /// Whether AWS refused because the account has no support plan for the API.
    pub fn needs_support_plan(&self) -> bool {
        self.code.as_deref() == Some(NOT_SUBSCRIBED)
    }
}

impl Session {
    /// AWS Health's endpoint in `region`: of the two one answers with older data (aws-facts §14.5).
    pub fn health(&self, region: &Region) -> Health {
        Health {
            service: self.json("health", "Health", region),
        }
    }
}

impl Health {
    /// A page of the issues and scheduled changes in `regions` and in all of the world that AWS told of since `since`
    /// and that are under way or over. Services are not filtered here: AWS lists their names nowhere.
    pub async fn events(
        &self,
        regions: &[Region],
        since: Timestamp,
        page: Option<&str>,
    ) -> Result<HealthPage, AwsError> {
        let mut filter = json!({
            "eventTypeCategories": ["issue", "scheduledChange"],
            "eventStatusCodes": ["open", "closed"],
            "lastUpdatedTimes": [{ "from": since.as_second() }],
        });
        // More than that are not filtered: whoever asks looks at the Region anyway.
        if regions.len() < MOST {
            let names = regions.iter().map(Region::as_str).chain([GLOBAL]);
            filter["regions"] = names.collect();
        }
        let mut body = json!({ "filter": filter, "maxResults": PAGE });
        if let Some(token) = page {
            body["nextToken"] = json!(token);
        }
        let told: Events = self.service.call(TARGET, "DescribeEvents", &body).await?;
        let all = told.events.unwrap_or_default();
        let count = all.len();
        let events: Vec<HealthEvent> = all.into_iter().filter_map(Told::event).collect();
        Ok(HealthPage {
            unreadable: count - events.len(),
            events,
            next: told.next_token.filter(|token| !token.is_empty()),
        })
    }

    /// AWS's newest words on each of these events, ten at most; none of an event that it refuses to tell of.
    pub async fn words(&self, arns: &[String]) -> Result<HashMap<String, String>, AwsError> {
        let arns = &arns[..arns.len().min(MOST)];
        let body = json!({ "eventArns": arns });
        let call = self.service.call(TARGET, "DescribeEventDetails", &body);
        let told: Details = call.await?;
        let told = told.successful_set.unwrap_or_default().into_iter();
        let words = told.filter_map(|one| {
            let words = one.event_description?.latest_description?;
            Some((reply::name(&one.event?.arn?), clean(words.trim(), WORDS)))
        });
        Ok(words.collect())
    }
}

/// How AWS Health names the whole world.
const GLOBAL: &str = "global";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Events {
    events: Option<Vec<Told>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    arn: Option<String>,
    service: Option<String>,
    event_type_code: Option<String>,
    event_type_category: Option<String>,
    region: Option<String>,
    start_time: Option<Epoch>,
    end_time: Option<Epoch>,
    last_updated_time: Option<Epoch>,
    status_code: Option<String>,
    event_scope_code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Details {
    successful_set: Option<Vec<Detail>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Detail {
    event: Option<Told>,
    event_description: Option<Description>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    latest_description: Option<String>,
}

impl Told {
    /// None of an event without ARN, service, status or time, or of a Region that is none.
    fn event(self) -> Option<HealthEvent> {
        let text = |text: Option<String>| reply::some_name(text.as_deref());
        let region = match self.region.as_deref() {
            None | Some(GLOBAL | "") => None,
            Some(region) => Some(Region::new(region).ok()?),
        };
        Some(HealthEvent {
            arn: text(self.arn)?,
            service: text(self.service)?,
            code: text(self.event_type_code).unwrap_or_default(),
            category: text(self.event_type_category).unwrap_or_default(),
            region,
            from: self.start_time?.moment()?,
            until: self.end_time.and_then(Epoch::moment),
            updated: self.last_updated_time.and_then(Epoch::moment),
            status: text(self.status_code)?,
            public: self.event_scope_code.as_deref() == Some("PUBLIC"),
            words: String::new(),
        })
    }
}
