//! CloudWatch Logs: what the log groups of the last minutes hold, by `FilterLogEvents`.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::transport::error::AwsError;
use crate::transport::json::{JsonService, Target};
use crate::transport::reply;
use crate::transport::session::Session;
use gwctl_fleet::Region;
use gwctl_fleet::logs::{LogEvent, clean_event};

pub(crate) const TARGET: Target = Target {
    prefix: "Logs_20140328",
    version: "1.1",
};
const ACTION: &str = "FilterLogEvents";

/// Events that AWS puts on one page at most (aws-facts §13.1).
const PAGE: usize = 10_000;

/// CloudWatch Logs in one Region.
#[derive(Clone)]
pub struct Logs {
    logs: JsonService,
}

impl Session {
    /// CloudWatch Logs in `region`.
    pub fn logs(&self, region: &Region) -> Logs {
        Logs {
            logs: self.json("logs", "CloudWatch Logs", region),
        }
    }
}

/// How much is read of one group at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    pub events: usize,
    /// Of messages.
    pub bytes: usize,
    /// Calls: pages may be empty.
    pub pages: usize,
}

/// What is asked of a group.
#[derive(Debug, Clone)]
pub struct LogQuestion<'a> {
    pub group: &'a str,
    /// Inclusive.
    pub since: Timestamp,
    /// Inclusive.
    pub until: Timestamp,
    /// A filter pattern (aws-facts §13.4); none means every event.
    pub pattern: Option<&'a str>,
    /// Whether a bound leaves out the newest; otherwise it leaves out the oldest.
    pub oldest_first: bool,
    pub bound: Bound,
}

/// Why not everything was read.
#[derive(Debug, Clone)]
pub enum Cut {
    /// So many events, or bytes of them, were read as may be.
    Bound(Bound),
    /// So many calls were made as may be; their pages may have been empty (aws-facts §13.1).
    Calls(Bound),
    /// A later page was refused or did not come.
    Failed(AwsError),
}

/// What a group told.
#[derive(Debug, Clone)]
pub struct LogAnswer {
    /// Oldest first.
    pub events: Vec<LogEvent>,
    /// From when on every event that was there is among them.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Why that is not the time asked for.
    pub cut: Option<Cut>,
    /// Events that were left out because they have no time.
    pub undated: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    events: Option<Vec<Event>>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "eventId")]
    id: Option<String>,
    timestamp: Option<i64>,
    ingestion_time: Option<i64>,
    log_stream_name: Option<String>,
    message: Option<String>,
}

impl Logs {
    /// How many `FilterLogEvents` the account may send in this Region each second (aws-facts §13.2).
    pub fn most_a_second(region: &Region) -> f64 {
        match region.as_str() {
            "us-east-1" => 25.0,
            "ap-northeast-3" | "ap-southeast-3" | "ca-west-1" | "eu-central-1" | "il-central-1" => {
                5.0
            }
            _ => 10.0,
        }
    }

    /// What `question` finds, page by page in its order. `turn` is awaited before every page: the Region's rate is the
    /// account's.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] where there is no such group. Where a later page fails, what was read is kept
    /// and the failure is the [`Cut`].
    pub async fn filter<F: Future<Output = ()>>(
        &self,
        question: &LogQuestion<'_>,
        turn: impl Fn() -> F,
    ) -> Result<LogAnswer, AwsError> {
        let mut read = Read::default();
        let mut next = None;
        let mut pages = 0;
        let cut = loop {
            if read.is_full(&question.bound) {
                break Some(Cut::Bound(question.bound));
            }
            if pages >= question.bound.pages {
                break Some(Cut::Calls(question.bound));
            }
            turn().await;
            let page = match self.page(question, next.as_deref()).await {
                Ok(page) => page,
                Err(error) if pages == 0 => return Err(error),
                Err(error) => break Some(Cut::Failed(error)),
            };
            pages += 1;
            read.take(page.events.unwrap_or_default());
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                break None;
            }
        };
        Ok(read.answer(question, cut))
    }

    async fn page(&self, question: &LogQuestion<'_>, next: Option<&str>) -> Result<Page, AwsError> {
        let mut body = json!({
            "logGroupName": question.group,
            "startTime": question.since.as_millisecond(),
            "endTime": question.until.as_millisecond(),
            "limit": question.bound.events.clamp(1, PAGE),
            "startFromHead": question.oldest_first,
        });
        if let Some(pattern) = question.pattern {
            body["filterPattern"] = pattern.into();
        }
        if let Some(next) = next {
            body["nextToken"] = next.into();
        }
        self.logs.call(TARGET, ACTION, &body).await
    }
}

/// What was read so far.
#[derive(Default)]
struct Read {
    events: Vec<LogEvent>,
    bytes: usize,
    undated: usize,
}

impl Read {
    fn is_full(&self, bound: &Bound) -> bool {
        self.events.len() >= bound.events || self.bytes >= bound.bytes
    }

    fn take(&mut self, events: Vec<Event>) {
        for event in events {
            let message = event.message.unwrap_or_default();
            self.bytes += message.len();
            match event.timestamp.and_then(moment) {
                Some(at) => self.events.push(LogEvent {
                    id: reply::name_or_empty(event.id.as_deref()),
                    at,
                    ingested: event.ingestion_time.and_then(moment),
                    stream: reply::name_or_empty(event.log_stream_name.as_deref()),
                    message: clean_event(&message),
                }),
                None => self.undated += 1,
            }
        }
    }

    /// Which time a cut answer covers is told by its order: not everything that speaks the protocol gives the newest
    /// first (aws-facts §13.3).
    fn answer(mut self, question: &LogQuestion<'_>, cut: Option<Cut>) -> LogAnswer {
        let (mut since, mut until) = (question.since, question.until);
        if cut.is_some() {
            match (self.events.first(), self.events.last()) {
                (Some(first), Some(last))
                    if first.at < last.at || (first.at == last.at && question.oldest_first) =>
                {
                    until = last.at;
                }
                (Some(_), Some(last)) => since = last.at,
                // Empty pages alone: nothing is known of any time.
                _ => since = until,
            }
        }
        // Events of one moment stay in the order they were written in.
        if let (Some(first), Some(last)) = (self.events.first(), self.events.last())
            && first.at > last.at
        {
            self.events.reverse();
        }
        self.events.sort_by_key(|event| event.at);
        LogAnswer {
            events: self.events,
            since,
            until,
            cut,
            undated: self.undated,
        }
    }
}

fn moment(ms: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(ms).ok()
}
