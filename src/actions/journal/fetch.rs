//! The journals of the team, brought into this machine's folder: a run of another machine is read, followed and resumed
//! like one of this machine's.

use std::io::Write;

use jiff::Timestamp;

use super::folder::Folder;
use super::{Entry, Record, Reply, file, private};
use gwctl_aws::AwsError;
use gwctl_store::Team;

/// How many of the newest runs are looked at.
const NEWEST: usize = 50;

/// Two journals of one run: somebody went on with it without the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal of run {run} on this machine and the team's differ from line {line} on: nothing was sent. \
     `gwctl runs verify {run}` shows both; abandon the run on the machine that has the wrong one"
)]
pub struct Diverged {
    /// Which run.
    pub run: String,
    /// The first line that differs, counted from 1.
    pub line: usize,
}

/// Why the journals of the team are not in this folder.
#[derive(Debug, thiserror::Error)]
pub enum NotBrought {
    #[error("the shared table is not available: {0}")]
    Unavailable(#[from] AwsError),
    #[error(transparent)]
    Diverged(#[from] Diverged),
    /// The folder cannot be made.
    #[error(transparent)]
    Folder(#[from] super::folder::LeaseRefused),
}

impl Folder {
    /// Brings what the team's journals of the fleet `domain` say and this folder's do not, and who drives its run.
    ///
    /// # Errors
    /// Of journals that differ the first is told; the others are here.
    pub async fn bring(&self, team: &Team, domain: &str) -> Result<(), NotBrought> {
        self.prepare()?;
        let runs = team.runs().await?.into_iter().rev();
        let runs = runs.filter(|run| run.domain == domain).take(NEWEST);
        let mut joined = Ok(());
        for run in runs {
            // Whoever drives it from this machine writes its journal; what is over does not change.
            if self.is_held_here(&run.id) || self.is_over(&run.id) {
                continue;
            }
            let theirs = team.lines(&run.id, 0).await?;
            joined = joined.and(self.join(&run.id, &theirs));
        }
        let leases = team.leases().await?;
        for lease in leases.iter().filter(|lease| lease.domain == domain) {
            drop(self.note_holder(lease));
        }
        Ok(joined?)
    }

    /// Whether the run `id` is over. Asked of many runs each second: of most the last line tells it.
    fn is_over(&self, id: &str) -> bool {
        let text = gwctl_files::read(&self.journal(id)).unwrap_or_default();
        let last = file::lines(&text)
            .0
            .pop()
            .map(serde_json::from_slice::<Record>);
        let ended = matches!(last, Some(Ok(record)) if matches!(record.entry, Entry::Ended { .. }));
        // Notes may follow the end.
        ended || self.state(id).is_ok_and(|state| state.phase().over())
    }

    /// Adds to the journal of run `id` what the table has more of it. A journal that has more itself stays as it is; one
    /// that differs is set aside, unless it tells of a change that only this machine sent.
    pub(crate) fn join(&self, id: &str, theirs: &[String]) -> Result<(), Diverged> {
        let ours = self.lines(id, 0);
        let mut both = ours.iter().zip(theirs);
        if let Some(at) = both.position(|(ours, theirs)| ours != theirs) {
            let diverged = || Diverged {
                run: id.to_owned(),
                line: at + 1,
            };
            let (_, alone) = ours.split_at(at);
            // A folder that cannot be written keeps what it has.
            if sent(alone) || self.set_aside(id).is_err() {
                return Err(diverged());
            }
            tracing::warn!(
                run = id,
                line = at + 1,
                "this machine's journal differed and was set aside"
            );
            return self.join(id, theirs);
        }
        let more = theirs.get(ours.len()..).unwrap_or_default();
        if !more.is_empty() {
            // A folder that cannot be written shows when a run is to begin in it.
            drop(self.add(id, more));
        }
        Ok(())
    }

    /// Keeps the journal of run `id` under another name.
    fn set_aside(&self, id: &str) -> std::io::Result<()> {
        let name = format!("{}-set-aside", Timestamp::now().strftime("%Y%m%dT%H%M%S"));
        std::fs::rename(self.journal(id), self.journal(id).with_extension(name))
    }

    fn add(&self, id: &str, lines: &[String]) -> std::io::Result<()> {
        let mut text = lines.join("\n");
        text.push('\n');
        let mut file = private().create(true).append(true).open(self.journal(id))?;
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }

    /// The whole lines of the journal of run `id` from number `from` on; none where there is no journal.
    pub(crate) fn lines(&self, id: &str, from: u64) -> Vec<String> {
        let text = gwctl_files::read(&self.journal(id)).unwrap_or_default();
        let (lines, _) = file::lines(&text);
        let skipped = usize::try_from(from).unwrap_or(usize::MAX);
        let kept = lines.into_iter().skip(skipped);
        kept.map(|line| {
            String::from_utf8_lossy(line)
                .trim_end_matches('\n')
                .to_owned()
        })
        .collect()
    }
}

/// Whether one of `lines` tells of a change that was sent without the table. What a process was about to send when it
/// ended is not sent before the table has it.
fn sent(lines: &[String]) -> bool {
    let mut open = false;
    for line in lines {
        match serde_json::from_str::<Record>(line).map(|record| record.entry) {
            Ok(Entry::Sending { .. }) => open = true,
            Ok(Entry::Replied { reply, .. }) => {
                if open && !matches!(reply, Reply::Refused { .. }) {
                    return true;
                }
                open = false;
            }
            _ => {}
        }
    }
    false
}
