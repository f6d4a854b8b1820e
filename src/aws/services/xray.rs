//! X-Ray: what the requests that were traced met on their way (aws-facts §15.3).

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::transport::error::AwsError;
use crate::transport::json::JsonService;
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::{Region, TracedNode};

/// Pages that are read: one node a function, and one each thing that it calls.
const PAGES: usize = 5;

/// X-Ray in one Region.
#[derive(Clone)]
pub struct XRay {
    service: JsonService,
}

impl Session {
    /// X-Ray in `region`.
    pub fn xray(&self, region: &Region) -> XRay {
        XRay {
            service: self.json("xray", "XRay", region),
        }
    }
}

impl XRay {
    /// Everything that traced requests met between the two moments: of all applications of the account in the Region. And
    /// whether there is more that was not read.
    pub async fn nodes(
        &self,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<(Vec<TracedNode>, bool), AwsError> {
        let mut nodes = Vec::new();
        let mut next: Option<String> = None;
        for _ in 0..PAGES {
            let mut body = json!({ "StartTime": from.as_second(), "EndTime": to.as_second() });
            if let Some(token) = &next {
                body["NextToken"] = json!(token);
            }
            let asked = self
                .service
                .read_by_post("GetServiceGraph", "/ServiceGraph", &body);
            let page: Graph = asked.await?;
            let found = page.services.unwrap_or_default().into_iter();
            nodes.extend(found.filter_map(Service::node));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok((nodes, false));
            }
        }
        Ok((nodes, true))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Graph {
    services: Option<Vec<Service>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Service {
    name: Option<String>,
    #[serde(rename = "Type")]
    kind: Option<String>,
    summary_statistics: Option<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    fault_statistics: Option<Faults>,
    total_count: Option<u64>,
    total_response_time: Option<f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Faults {
    total_count: Option<u64>,
}

impl Service {
    /// None of a node without a name, or that counted nothing: it tells nothing.
    fn node(self) -> Option<TracedNode> {
        let counted = self.summary_statistics?;
        let requests = counted.total_count.filter(|count| *count > 0)?;
        let seconds = counted.total_response_time;
        let seconds = seconds.filter(|time| time.is_finite() && *time >= 0.0);
        Some(TracedNode {
            name: reply::some_name(self.name.as_deref())?,
            kind: reply::some_name(self.kind.as_deref()).unwrap_or_default(),
            requests,
            failed: counted.fault_statistics?.total_count?,
            mean_ms: seconds.map(|all| all * 1_000.0 / requests as f64),
        })
    }
}
