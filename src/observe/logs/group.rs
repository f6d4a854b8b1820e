//! Reading one group: the newest lines, every error, and where not all errors were read, the oldest as well.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::read::unsearched;
use super::{GroupRead, LogsAsked, missing};
use crate::limiter::Limiter;
use gwctl_aws::{AwsError, Bound, Cut, ErrorKind, LogAnswer, LogQuestion, Logs};
use gwctl_fleet::Missing;

/// Of one group, when errors or a text are searched for.
const SEARCH: Bound = Bound {
    events: 10_000,
    bytes: 8 << 20,
    pages: 30,
};
/// Of one group, for its newest lines of any kind.
const NEWEST: Bound = Bound {
    events: 2_000,
    bytes: 1 << 20,
    pages: 5,
};

/// Of one group where not all errors were read: the oldest of them, which tell whether a newer one is new.
const OLDEST: Bound = Bound {
    events: 200,
    bytes: 1 << 20,
    pages: 3,
};

/// Of one group, at each end of the time, when the begin of a trouble is looked for.
const END: Bound = Bound {
    events: 1_500,
    bytes: 2 << 20,
    pages: 10,
};

/// Reads one group.
pub(super) struct GroupReader<'a> {
    pub logs: Logs,
    pub limiter: Arc<Limiter>,
    pub group: String,
    pub asked: &'a LogsAsked,
    /// The filter pattern of errors; none where they cannot be searched for.
    pub errors: Option<String>,
    /// Whether the begin of a trouble is looked for: as much of the oldest as of the newest, and what is missing
    /// between them is no cut.
    pub ends: bool,
    /// Counts the calls.
    pub calls: AtomicUsize,
}

impl GroupReader<'_> {
    /// What it holds of what is asked; none where there is no such group.
    pub async fn read(&self) -> Result<Option<GroupRead>, Missing> {
        let asked = self.asked;
        let read = if let Some(text) = &asked.filter {
            let found = self.newest(Some(&quoted(text)), SEARCH).await;
            found.map(|found| GroupRead::searched(found, asked))
        } else if asked.errors {
            self.errors().await
        } else {
            self.everything().await
        };
        match read {
            Ok(read) => Ok(Some(read)),
            Err(AwsError {
                kind: ErrorKind::NotFound,
                ..
            }) => Ok(None),
            Err(error) => Err(missing(error)),
        }
    }

    /// The newest lines, and all errors.
    async fn everything(&self) -> Result<GroupRead, AwsError> {
        let newest = self.newest(None, NEWEST).await?;
        let lines = Some((newest.since, newest.until));
        if newest.cut.is_none() || self.errors.is_none() {
            return Ok(GroupRead {
                lines,
                ..GroupRead::searched(newest, self.asked)
            });
        }
        // More lines than are read: errors are searched for in all of the time.
        let found = match self.errors().await {
            Ok(errors) => errors.with(newest.events),
            Err(error) => GroupRead {
                cut: vec![format!(
                    "errors could not be searched for: {}",
                    error.message
                )],
                ..GroupRead::searched(newest, self.asked)
            },
        };
        Ok(GroupRead { lines, ..found })
    }

    /// The newest errors, and where there are more, the oldest as well: what is among both is not new.
    async fn errors(&self) -> Result<GroupRead, AwsError> {
        let Some(pattern) = self.errors.as_deref() else {
            let newest = self.newest(None, NEWEST).await?;
            return Ok(GroupRead::searched(newest, self.asked));
        };
        let (search, oldest) = if self.ends {
            (END, END)
        } else {
            (SEARCH, OLDEST)
        };
        let found = self.newest(Some(pattern), search).await?;
        // Where both ends hold as many errors as are wanted, what is between them is not missed.
        let enough = matches!(found.cut, Some(Cut::Bound(_)));
        let found = GroupRead::searched(found, self.asked);
        if found.cut.is_empty() || found.errors.0 <= self.asked.since {
            return Ok(found);
        }
        let oldest = LogQuestion {
            until: found.errors.0,
            oldest_first: true,
            ..self.question(Some(pattern), oldest)
        };
        Ok(match self.ask(&oldest).await {
            Ok(answer) => {
                let mut cut = found.cut.clone();
                if self.ends && enough {
                    cut.clear();
                }
                match &answer.cut {
                    Some(Cut::Failed(error)) => {
                        cut.push(format!("the rest could not be read: {}", error.message));
                    }
                    Some(Cut::Calls(bound)) if self.ends => {
                        let span = (answer.since, answer.until);
                        cut.push(unsearched(bound.pages, span, self.asked));
                    }
                    None if self.ends => cut.clear(),
                    _ => {}
                }
                GroupRead {
                    oldest: Some((answer.since, answer.until)),
                    cut,
                    ..found.with(answer.events)
                }
            }
            // The answer says already that not everything was read.
            Err(_) => found,
        })
    }

    async fn newest(&self, pattern: Option<&str>, bound: Bound) -> Result<LogAnswer, AwsError> {
        self.ask(&self.question(pattern, bound)).await
    }

    fn question<'q>(&'q self, pattern: Option<&'q str>, bound: Bound) -> LogQuestion<'q> {
        LogQuestion {
            group: &self.group,
            since: self.asked.since,
            until: self.asked.until,
            pattern,
            oldest_first: false,
            bound,
        }
    }

    async fn ask(&self, question: &LogQuestion<'_>) -> Result<LogAnswer, AwsError> {
        self.logs.filter(question, || self.turn()).await
    }

    async fn turn(&self) {
        self.limiter.turn().await;
        self.calls.fetch_add(1, Ordering::Relaxed);
    }
}

/// A text as one term of a filter pattern.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
