//! The lines of the journals: written by whoever has the lease, read by every machine (aws-facts §16.2).

use std::collections::BTreeMap;

use crate::hold::{Hold, Lost};
use crate::written::Outcome;
use crate::{SharedLease, Team};
use gwctl_aws::{AwsError, Item, Only};

/// The partition of the list of runs.
const RUNS: &str = "runs";
const LINES: &str = "lines";
const TOKEN: &str = "token";
const DOMAIN: &str = "domain";
/// Bytes of lines in one item: DynamoDB takes 400 KB with the names of the attributes (aws-facts §16.2).
const CHUNK: usize = 300 * 1_024;

/// A run that somebody of the team began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedRun {
    /// Its identifier.
    pub id: String,
    /// The fleet by the name that its clients use.
    pub domain: String,
}

/// Why lines are not in the table.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotShared {
    #[error(transparent)]
    Lost(#[from] Lost),
    /// There are others in their place.
    #[error("the shared journal has other lines from {0} on than this machine's")]
    Others(u64),
    /// A line is longer than an item may be.
    #[error("line {0} of the journal is longer than an item of DynamoDB may be")]
    TooLong(u64),
}

impl From<AwsError> for NotShared {
    fn from(error: AwsError) -> Self {
        Self::Lost(error.into())
    }
}

fn partition(run: &str) -> String {
    format!("run#{run}")
}

/// Sorts as the numbers do.
fn place(n: u64) -> String {
    format!("{n:08}")
}

impl Hold {
    /// Writes down that the run `id` on the fleet `domain` begins.
    pub async fn list(&self, id: &str, domain: &str) -> Result<(), NotShared> {
        let item = Item {
            pk: RUNS.into(),
            sk: id.to_owned(),
            attributes: [(DOMAIN.to_owned(), domain.to_owned())].into(),
        };
        match self.team().replicas.put(&item, Only::IfAbsent).await? {
            // It is listed, and that is all.
            Outcome::Ours | Outcome::Theirs(_) => Ok(()),
        }
    }

    /// Appends `lines`, of which the first is number `from` of the run `id`. Where some of them are there already, as after
    /// a write whose reply was lost, they must be the same.
    pub async fn append(&self, id: &str, from: u64, lines: &[String]) -> Result<(), NotShared> {
        if !self.is_fresh() {
            self.check().await?;
        }
        let (mut n, mut rest) = (from, lines);
        while !rest.is_empty() {
            let there = self.put(id, n, rest).await?;
            rest = rest.get(there..).unwrap_or_default();
            n += there as u64;
        }
        Ok(())
    }

    /// Writes the first of `lines`, as many as fit an item; how many of them stand there then.
    async fn put(&self, id: &str, n: u64, lines: &[String]) -> Result<usize, NotShared> {
        let written = &lines[..fitting(lines)];
        let text = written.join("\n");
        if text.len() > CHUNK {
            return Err(NotShared::TooLong(n));
        }
        let attributes: BTreeMap<String, String> = [
            (LINES.to_owned(), text),
            (TOKEN.to_owned(), self.token().to_string()),
        ]
        .into();
        let item = Item {
            pk: partition(id),
            sk: place(n),
            attributes,
        };
        match self.team().replicas.put(&item, Only::IfAbsent).await? {
            Outcome::Ours => Ok(written.len()),
            Outcome::Theirs(there) => {
                let there = there.as_ref().and_then(|item| item.text(LINES));
                let there: Vec<&str> =
                    there.map_or_else(Vec::new, |text| text.split('\n').collect());
                let same = |(ours, theirs): (&String, &&str)| ours == theirs;
                let known = !there.is_empty() && there.len() <= lines.len();
                if known && lines.iter().zip(&there).all(same) {
                    Ok(there.len())
                } else {
                    Err(NotShared::Others(n))
                }
            }
        }
    }
}

impl Team {
    /// The runs of the team, the oldest first.
    pub async fn runs(&self) -> Result<Vec<SharedRun>, AwsError> {
        let query = |table: gwctl_aws::Table| async move { table.query(RUNS, "").await };
        let items = self.replicas.ask(query).await?.into_iter();
        let runs = items.filter_map(|item| {
            Some(SharedRun {
                domain: item.text(DOMAIN)?.to_owned(),
                id: item.sk,
            })
        });
        Ok(runs.collect())
    }

    /// The lines of the run `id` from number `from` on, as they follow one another without a gap.
    pub async fn lines(&self, id: &str, from: u64) -> Result<Vec<String>, AwsError> {
        let (partition, place) = (&partition(id), &place(from));
        let query = |table: gwctl_aws::Table| async move { table.query(partition, place).await };
        let items = self.replicas.ask(query).await?;
        let mut lines = Vec::new();
        for item in items {
            let expected = from + lines.len() as u64;
            if item.sk.parse() != Ok(expected) {
                break;
            }
            let text = item.text(LINES).unwrap_or_default();
            lines.extend(text.split('\n').map(str::to_owned));
        }
        Ok(lines)
    }

    /// The newest lines of the run `id` that were appended together, and the number of the first of them; none where there
    /// is no line.
    pub async fn newest_lines(&self, id: &str) -> Result<Option<(u64, Vec<String>)>, AwsError> {
        let partition = &partition(id);
        let last = |table: gwctl_aws::Table| async move { table.last(partition).await };
        let item = self.replicas.ask(last).await?;
        Ok(item.and_then(|item| {
            let lines = item.text(LINES)?.split('\n');
            Some((item.sk.parse().ok()?, lines.map(str::to_owned).collect()))
        }))
    }

    /// Who acts on the fleet `domain` now, as far as the table tells: a holder that is gone is still named for as long as
    /// its lease lasts, and until somebody else takes it.
    pub async fn holder(&self, domain: &str) -> Result<Option<SharedLease>, AwsError> {
        let leases = self.leases().await?.into_iter();
        let mut held = leases.filter(|lease| !lease.free && lease.domain == domain);
        Ok(held.next())
    }
}

/// How many of `lines`, at least one, fit an item.
fn fitting(lines: &[String]) -> usize {
    let mut bytes = 0;
    let fits = lines.iter().take_while(|line| {
        bytes += line.len() + 1;
        bytes <= CHUNK
    });
    fits.count().max(1)
}
