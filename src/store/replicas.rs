//! The Regions that hold the table, asked in turn: one that is dark delays nothing for long.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use gwctl_aws::{AwsError, ErrorKind, Table};
use gwctl_fleet::Region;

/// How long one Region may take before the next is asked beside it.
const PATIENCE: Duration = Duration::from_millis(300);

/// The table in each of its Regions.
#[derive(Clone)]
pub(crate) struct Replicas {
    tables: Arc<[Table]>,
    /// The one that answered last is asked first.
    first: Arc<AtomicUsize>,
}

impl Replicas {
    pub(crate) fn new(tables: Vec<Table>) -> Self {
        Self {
            tables: tables.into(),
            first: Arc::default(),
        }
    }

    pub(crate) fn regions(&self) -> impl Iterator<Item = &Region> {
        self.tables.iter().map(Table::region)
    }

    /// What the first Region answers that answers. Whatever is asked must be harmless twice: a question, or a change
    /// under a condition that its own effect makes false.
    ///
    /// # Errors
    /// What the first of them answered, where none answers.
    pub(crate) async fn ask<T, F>(&self, ask: impl Fn(Table) -> F) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let count = self.tables.len();
        let first = self.first.load(Ordering::Relaxed);
        let mut waiting = (0..count).map(|turn| (first + turn) % count);
        let mut asked = FuturesUnordered::new();
        let ask = &ask;
        let table = |at: usize| {
            let table = self.tables[at].clone();
            async move { (at, ask(table).await) }
        };
        asked.extend(waiting.next().map(table));
        let mut failed = None;
        loop {
            tokio::select! {
                biased;
                answer = asked.next() => match answer {
                    Some((at, Ok(answer))) => {
                        self.first.store(at, Ordering::Relaxed);
                        return Ok(answer);
                    }
                    Some((_, Err(error))) => {
                        failed = Some(telling(failed, error));
                        asked.extend(waiting.next().map(table));
                    }
                    None => break,
                },
                () = tokio::time::sleep(PATIENCE), if waiting.len() > 0 => {
                    asked.extend(waiting.next().map(table));
                }
            }
        }
        let none = "the configuration names no Region of the table";
        let (kind, nowhere) = (ErrorKind::NotSent, Region::global());
        Err(failed.unwrap_or_else(|| AwsError::own(kind, "dynamodb", "Query", &nowhere, none)))
    }
}

/// Of two failures the first, unless only the second was an answer.
fn telling(known: Option<AwsError>, error: AwsError) -> AwsError {
    match known {
        Some(known) if !known.kind.is_silence() || error.kind.is_silence() => known,
        _ => error,
    }
}
