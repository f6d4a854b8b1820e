//! The RDS Data API: SQL without a connection into the VPC. It runs on a writer instance alone: on a secondary every call
//! fails, reads too (aws-facts §19.3).

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::transport::error::AwsError;
use crate::transport::json::JsonService;
use crate::transport::receipt::Receipt;
use crate::transport::session::Session;
use gwctl_fleet::Region;

/// How long a call may take: a statement has 45 s (aws-facts §19.3).
const PATIENCE: Duration = Duration::from_secs(50);

const ACTION: &str = "ExecuteStatement";
const PATH: &str = "/Execute";

/// Where a statement runs, and whose password it signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlPlace<'a> {
    /// ARN of the cluster.
    pub cluster: &'a str,
    /// ARN of a secret with username and password, in the cluster's Region.
    pub secret: &'a str,
    pub database: &'a str,
}

/// The Data API in one Region.
#[derive(Clone)]
pub struct DataApi {
    service: JsonService,
}

#[derive(Deserialize)]
struct Answer {
    records: Option<Vec<Vec<Value>>>,
}

impl Session {
    /// The Data API in `region`.
    pub fn data_api(&self, region: &Region) -> DataApi {
        DataApi {
            service: self.json("rds-data", "RDS Data", region),
        }
    }
}

impl DataApi {
    /// Whether `question`, a SELECT, answers one row with `true`.
    pub async fn holds(&self, place: &SqlPlace<'_>, question: &str) -> Result<bool, AwsError> {
        let body = body(place, question);
        let answer: Answer = self.service.read_by_post(ACTION, PATH, &body).await?;
        let rows = answer.records.unwrap_or_default();
        Ok(
            matches!(rows.as_slice(), [row] if row.first().is_some_and(|one| one["booleanValue"] == true)),
        )
    }

    /// Runs `statement`, which changes something, once.
    pub async fn execute(
        &self,
        place: &SqlPlace<'_>,
        statement: &str,
    ) -> Result<Receipt, AwsError> {
        let body = body(place, statement).to_string();
        self.service.post_change(ACTION, PATH, body, PATIENCE).await
    }
}

fn body(place: &SqlPlace<'_>, sql: &str) -> Value {
    json!({
        "resourceArn": place.cluster,
        "secretArn": place.secret,
        "database": place.database,
        "sql": sql,
    })
}
