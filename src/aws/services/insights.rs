//! CloudWatch Logs Insights: a question is started, asked for its answer, and stopped when nobody waits for it: AWS
//! charges for what it scans until it ends (aws-facts §13.3).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::services::logs::TARGET;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::json::JsonService;
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::Region;
use gwctl_fleet::logs::{StoredGroup, clean_event};

/// Log groups that are listed of one prefix at most.
const LISTED: usize = 50;

/// CloudWatch Logs Insights in one Region.
#[derive(Clone)]
pub struct Insights {
    logs: JsonService,
}

impl Session {
    /// CloudWatch Logs Insights in `region`.
    pub fn insights(&self, region: &Region) -> Insights {
        Insights {
            logs: self.json("logs", "CloudWatch Logs", region),
        }
    }
}

/// How far a question has come (aws-facts §13.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryState {
    /// It waits for its turn.
    Scheduled,
    /// The rows so far are a part.
    Running,
    Complete,
    Failed,
    Cancelled,
    /// AWS ended it after an hour.
    Timeout,
    Unknown,
}

impl QueryState {
    fn of(word: Option<&str>) -> Self {
        match word {
            Some("Scheduled") => Self::Scheduled,
            Some("Running") => Self::Running,
            Some("Complete") => Self::Complete,
            Some("Failed") => Self::Failed,
            Some("Cancelled") => Self::Cancelled,
            Some("Timeout") => Self::Timeout,
            _ => Self::Unknown,
        }
    }

    /// Whether there is more to wait for.
    pub const fn goes_on(self) -> bool {
        matches!(self, Self::Scheduled | Self::Running | Self::Unknown)
    }

    /// As AWS writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::Running => "Running",
            Self::Complete => "Complete",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
            Self::Timeout => "Timeout",
            Self::Unknown => "Unknown",
        }
    }
}

/// One row of an answer: values by the names of their fields, cleaned.
pub type QueryRow = BTreeMap<String, String>;

/// An answer, or what there is of it.
#[derive(Debug, Clone)]
pub struct QueryAnswer {
    pub state: QueryState,
    pub rows: Vec<QueryRow>,
    /// Bytes that were scanned so far: these are charged.
    pub scanned: Option<u64>,
    /// Events that matched, whether they are among the rows or not.
    pub matched: Option<u64>,
}

/// What is asked in one Region.
#[derive(Debug, Clone, Copy)]
pub struct QueryQuestion<'a> {
    /// Names of log groups; at most 50 (aws-facts §13.1).
    pub groups: &'a [String],
    pub query: &'a str,
    /// Inclusive, in whole seconds.
    pub since: Timestamp,
    /// Inclusive, in whole seconds.
    pub until: Timestamp,
    /// Most rows; a page holds 10,000 (aws-facts §13.1).
    pub rows: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    query_id: Option<String>,
}

#[derive(Deserialize)]
struct Field {
    field: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    bytes_scanned: Option<f64>,
    records_matched: Option<f64>,
}

#[derive(Deserialize)]
struct Answered {
    status: Option<String>,
    results: Option<Vec<Vec<Field>>>,
    statistics: Option<Statistics>,
}

#[derive(Deserialize)]
struct Stopped {
    success: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Groups {
    log_groups: Option<Vec<Group>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    log_group_name: Option<String>,
    creation_time: Option<i64>,
    stored_bytes: Option<i64>,
    retention_in_days: Option<i64>,
}

impl Insights {
    /// How many `StartQuery`, and how many `GetQueryResults`, the account may send in one Region each second
    /// (aws-facts §13.2).
    pub const MOST_A_SECOND: f64 = 10.0;

    /// Starts `question`; returns the id of the query. It is sent once: a second one would be charged as well.
    ///
    /// # Errors
    /// [`ErrorKind::Throttled`] where the rate or the number of queries at once is exceeded.
    pub async fn start(&self, question: &QueryQuestion<'_>) -> Result<String, AwsError> {
        let body = json!({
            "logGroupNames": question.groups,
            "queryString": question.query,
            "startTime": question.since.as_second(),
            "endTime": question.until.as_second(),
            "limit": question.rows,
        });
        let started: Started = self.logs.call_once(TARGET, "StartQuery", &body).await?;
        let id = started.query_id.and_then(|id| reply::exact(&id));
        let none = || self.logs.caller.garbled("StartQuery", "no queryId in it");
        id.ok_or_else(none)
    }

    /// What there is of the answer to query `id`.
    pub async fn results(&self, id: &str) -> Result<QueryAnswer, AwsError> {
        let body = json!({ "queryId": id });
        let told: Answered = self.logs.call(TARGET, "GetQueryResults", &body).await?;
        let rows = told.results.unwrap_or_default().into_iter();
        let statistics = told.statistics;
        let whole = |figure: Option<f64>| figure.filter(|one| *one >= 0.0).map(|one| one as u64);
        Ok(QueryAnswer {
            state: QueryState::of(told.status.as_deref()),
            rows: rows.map(row).collect(),
            scanned: whole(statistics.as_ref().and_then(|one| one.bytes_scanned)),
            matched: whole(statistics.as_ref().and_then(|one| one.records_matched)),
        })
    }

    /// Stops query `id`; whether it was still running.
    pub async fn stop(&self, id: &str) -> Result<bool, AwsError> {
        let body = json!({ "queryId": id });
        let stopped: Stopped = self.logs.call(TARGET, "StopQuery", &body).await?;
        Ok(stopped.success == Some(true))
    }

    /// What AWS says it stores of the log group `name`; none where there is no such group.
    pub async fn stored(&self, name: &str) -> Result<Option<StoredGroup>, AwsError> {
        let body = json!({ "logGroupNamePrefix": name, "limit": LISTED });
        let told: Groups = match self.logs.call(TARGET, "DescribeLogGroups", &body).await {
            Err(error) if error.kind == ErrorKind::NotFound => return Ok(None),
            told => told?,
        };
        // The group itself comes before those whose names begin with its name.
        let mut all = told.log_groups.unwrap_or_default().into_iter();
        let found = all.find(|group| group.log_group_name.as_deref() == Some(name));
        Ok(found.map(|group| StoredGroup {
            bytes: group
                .stored_bytes
                .and_then(|bytes| u64::try_from(bytes).ok()),
            created: group
                .creation_time
                .and_then(|ms| Timestamp::from_millisecond(ms).ok()),
            kept_days: group
                .retention_in_days
                .and_then(|days| u32::try_from(days).ok()),
        }))
    }
}

fn row(fields: Vec<Field>) -> QueryRow {
    let pairs = fields.into_iter().filter_map(|field| {
        let name = reply::name_or_empty(field.field.as_deref());
        Some((name, clean_event(&field.value?)))
    });
    pairs.collect()
}
