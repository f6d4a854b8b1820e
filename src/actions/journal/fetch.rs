//! The journals of the team, brought into this machine's folder: a run of another machine is read, followed and resumed
//! like one of this machine's.

use std::fs::OpenOptions;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;

use super::clash::Clash;
use super::folder::Folder;
use super::{Broken, Entry, Record, file, private, sent};
use gwctl_aws::AwsError;
use gwctl_store::{Store, Team};

/// How many of the newest runs are looked at.
const NEWEST: usize = 50;

/// Two journals of one run: somebody went on with it without the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal of run {run} on this machine and the team's differ from line {line} on: nothing was sent. \
     `gwctl runs verify {run}` compares both; `gwctl runs settle {run} --write` keeps the team's"
)]
pub struct Diverged {
    /// Which run.
    pub run: String,
    /// The first line that differs, counted from 1.
    pub line: u64,
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
    Folder(#[from] gwctl_store::LeaseRefused),
}

impl Folder {
    /// Brings what the team's journals of the fleet `domain` say and this folder's do not, and who drives its run: nothing
    /// where each machine keeps its own files.
    ///
    /// # Errors
    /// Of journals that differ the first is told; the others are here.
    pub async fn bring(&self, store: &dyn Store, domain: &str) -> Result<(), NotBrought> {
        let Some(table) = store.table() else {
            return Ok(());
        };
        table.files.prepare()?;
        let team = &table.team;
        let runs = team.runs().await?.into_iter().rev();
        let runs = runs.filter(|run| run.domain == domain).take(NEWEST);
        let mut joined = Ok(());
        for run in runs {
            // Whoever drives it from this machine writes its journal; what is over does not change.
            if self.is_held_here(&run.id) || self.is_over(&run.id) {
                continue;
            }
            joined = joined.and(self.bring_run(team, &run.id).await?);
        }
        let leases = team.leases().await?;
        for lease in leases.iter().filter(|lease| lease.domain == domain) {
            drop(self.note_holder(lease));
        }
        Ok(joined?)
    }

    /// Brings the journal of the run `id`. Only what is missing here is asked for: the newest line holds the hash of the one
    /// before it, and so on to the first, so that where one line is the same, all before it are.
    async fn bring_run(&self, team: &Team, id: &str) -> Result<Result<(), Diverged>, AwsError> {
        let Some((first, newest)) = team.newest_lines(id).await? else {
            return Ok(Ok(()));
        };
        let (ours, _) = self.lines_behind(id, 0);
        let (here, first) = (ours.len(), usize::try_from(first).unwrap_or(usize::MAX));
        let there = first.saturating_add(newest.len());
        if here >= there {
            if ours.get(there - 1) == newest.last() {
                return Ok(Ok(()));
            }
        } else {
            let more = match here.checked_sub(first) {
                Some(known) => newest[known..].to_vec(),
                None => team.lines(id, here as u64).await?,
            };
            if follows(ours.last(), more.first()) {
                // A folder that cannot be written shows when a run is to begin in it.
                drop(self.add(id, &more));
                return Ok(Ok(()));
            }
        }
        // Somebody went on without the table, or the lines here end within some that were appended together.
        let theirs = team.lines(id, 0).await?;
        Ok(self.join(id, &theirs))
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
    /// that differs is set aside, unless it tells of a change that only this machine sent. Either is kept as a conflict
    /// for people to see.
    pub(crate) fn join(&self, id: &str, theirs: &[String]) -> Result<(), Diverged> {
        let (ours, _) = self.lines_behind(id, 0);
        if let Some(line) = differ(&ours, theirs) {
            let at = usize::try_from(line - 1).unwrap_or(usize::MAX);
            let now = Timestamp::now();
            // A folder that cannot be written keeps what it has.
            let nothing = sent(&ours, at).is_empty();
            let kept = nothing.then(|| self.set_aside(id).ok()).flatten();
            let Some(file) = kept else {
                self.note_clash(id, Clash::Lines { line }, now);
                let run = id.to_owned();
                return Err(Diverged { run, line });
            };
            self.note_clash(id, Clash::SetAside { line, file }, now);
            return self.join(id, theirs);
        }
        let more = theirs.get(ours.len()..).unwrap_or_default();
        if !more.is_empty() {
            // A folder that cannot be written shows when a run is to begin in it.
            drop(self.add(id, more));
        }
        Ok(())
    }

    /// Keeps the journal of run `id` under another name, which is returned.
    pub(crate) fn set_aside(&self, id: &str) -> std::io::Result<String> {
        let ending = format!("{}-set-aside", Timestamp::now().strftime("%Y%m%dT%H%M%S"));
        let kept = self.journal(id).with_extension(ending);
        std::fs::rename(self.journal(id), &kept)?;
        let name = kept.file_name().unwrap_or_default();
        Ok(name.to_string_lossy().into_owned())
    }

    fn add(&self, id: &str, lines: &[String]) -> std::io::Result<()> {
        let mut text = lines.join("\n");
        text.push('\n');
        let mut file = private().create(true).append(true).open(self.journal(id))?;
        file.write_all(text.as_bytes())?;
        file.sync_data()
    }

    /// The whole lines of the journal of run `id` behind its first `bytes`, and where they end; none where there is no
    /// journal.
    pub(crate) fn lines_behind(&self, id: &str, bytes: u64) -> (Vec<String>, u64) {
        let text = self.read_behind(id, bytes).unwrap_or_default();
        let (lines, _) = file::lines(&text);
        let end = bytes + lines.iter().map(|line| line.len() as u64).sum::<u64>();
        let lines = lines.into_iter().map(|line| {
            String::from_utf8_lossy(line)
                .trim_end_matches('\n')
                .to_owned()
        });
        (lines.collect(), end)
    }

    fn read_behind(&self, id: &str, bytes: u64) -> std::io::Result<Vec<u8>> {
        let mut file = gwctl_files::open(OpenOptions::new().read(true), &self.journal(id))?;
        file.seek(SeekFrom::Start(bytes))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        Ok(text)
    }
}

/// Whether `next` is the line of a journal behind `last`, by its hash.
fn follows(last: Option<&String>, next: Option<&String>) -> bool {
    let read = |line: &String| serde_json::from_str::<Record>(line).ok();
    let Some(next) = next.and_then(read) else {
        return false;
    };
    match last.map(read) {
        None => next.n == 0,
        Some(last) => last.is_some_and(|last| next.n == last.n + 1 && next.prev == last.hash),
    }
}

/// The first of the lines that both have and that differ, counted from 1.
pub(crate) fn differ(ours: &[String], theirs: &[String]) -> Option<u64> {
    let mut both = ours.iter().zip(theirs);
    let at = both.position(|(ours, theirs)| ours != theirs)?;
    Some(at as u64 + 1)
}

/// How this machine's journal of a run and the team's compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// The table has no line of it.
    Absent,
    /// They are the same.
    Same,
    /// The table lacks so many lines.
    Behind(u64),
    /// The table has so many more.
    Ahead(u64),
    /// They differ from this line on, counted from 1.
    Differ(u64),
}

impl Folder {
    /// Compares this machine's journal of the run `id` with the team's lines, whose chain is checked.
    ///
    /// # Errors
    /// The team's chain is broken.
    pub fn compare(&self, id: &str, theirs: &[String]) -> Result<Compared, Broken> {
        let mut last: Option<Record> = None;
        let place = Path::new("the shared table");
        for (at, line) in theirs.iter().enumerate() {
            last = Some(file::record(place, at, line.as_bytes(), last.as_ref())?);
        }
        let (ours, _) = self.lines_behind(id, 0);
        let (here, there) = (ours.len() as u64, theirs.len() as u64);
        Ok(match differ(&ours, theirs) {
            Some(line) => Compared::Differ(line),
            None if theirs.is_empty() => Compared::Absent,
            None if there < here => Compared::Behind(here - there),
            None if there > here => Compared::Ahead(there - here),
            None => Compared::Same,
        })
    }
}
