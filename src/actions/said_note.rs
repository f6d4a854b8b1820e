//! A note on a run by anybody of the team. One process writes a journal: where one drives the run, the note is said to it
//! and it writes it down, with the name of who said it. Nobody needs the lease of acting for that. Where none does, this
//! process has the lease for a moment.

use std::time::Duration;

use jiff::Timestamp;

use super::annotate::write_note;
use super::engine::shared::pause;
use super::{Folder, NotStarted, Operator, Order, RunContext, RunState};
use gwctl_store::{RunOf, SaidNote, Store, digest};

/// How often it is looked whether the note is written.
const LOOK: Duration = Duration::from_secs(1);
/// How often at most: whoever drives a run listens every few seconds.
const LOOKS: u32 = 20;
/// Characters of a note: it is an item of the table, a line of the journal, and read by people.
const MOST: usize = 4_000;

/// What became of a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// This process wrote it into the journal.
    Here,
    /// This other one did, which drives the run.
    By(String),
    /// It was said to this other one, which has not written it yet: it does when it goes on, or who takes over does.
    Said(String),
}

impl Noted {
    /// In a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::Here => "written into the run's journal".into(),
            Self::By(who) => {
                format!("written into the run's journal by the gwctl of {who}, in your name")
            }
            Self::Said(who) => format!(
                "said to the gwctl of {who}, which has not written it yet: it does as soon as it answers, or who takes over does"
            ),
        }
    }
}

/// Notes `text` on the run `id`, also when the run is over.
///
/// # Errors
/// The note can neither be said nor written: what the table or the disk answered; or somebody acts on the fleet with
/// another run, while none drives this one.
pub async fn note(
    folder: &Folder,
    store: &dyn Store,
    id: &str,
    text: &str,
    operator: &Operator,
    at: Timestamp,
) -> Result<Noted, NotStarted> {
    let text: String = text.chars().take(MOST).collect();
    let by = operator.word();
    let seed = format!("{by} {text} {}", std::process::id());
    let note = SaidNote {
        name: format!(
            "{}-{}",
            at.strftime("%Y%m%dT%H%M%S%3f"),
            digest(seed.as_bytes())
        ),
        by,
        text,
    };
    let mut said = None;
    for _ in 0..LOOKS {
        let state = state(folder, store, id).await?;
        if state.has_note(&note.name) {
            return Ok(said.map_or(Noted::Here, Noted::By));
        }
        let Some(driver) = driver(store, &state).await else {
            write_note(folder, store, id, Order::said(&note), operator, at).await?;
            folder.files().forget_note(id, &note.name);
            return Ok(Noted::Here);
        };
        if said.is_none() {
            let heard = store.say_note(id, &note).await;
            heard.map_err(|why| NotStarted::NotNoted {
                id: id.to_owned(),
                why: why.to_string(),
            })?;
        }
        said = Some(driver);
        pause(store, LOOK).await;
    }
    Ok(Noted::Said(said.unwrap_or_default()))
}

/// As [`note`], on the fleet that `run_context` is about.
///
/// # Errors
/// As there.
pub async fn note_here(
    folder: &Folder,
    run_context: &RunContext,
    id: &str,
    text: &str,
    operator: &Operator,
) -> Result<Noted, NotStarted> {
    let (store, at) = (folder.store(run_context), run_context.clock.now());
    note(folder, &*store, id, text, operator, at).await
}

/// The run, with what the team's other machines wrote of it.
async fn state(folder: &Folder, store: &dyn Store, id: &str) -> Result<RunState, NotStarted> {
    let read = || {
        let state = folder.state(id);
        state.map_err(|broken| NotStarted::Resume(broken.into()))
    };
    let known = read()?;
    // What a table does not answer now is asked again, or shows when the note is said.
    drop(folder.bring(store, &known.plan.binding.domain).await);
    read()
}

/// Who drives the run now, as far as can be told.
async fn driver(store: &dyn Store, run: &RunState) -> Option<String> {
    let (id, domain) = (run.id.as_str(), run.plan.binding.domain.as_str());
    let driver = store.driver(RunOf { id, domain }).await.ok()??;
    Some(driver.operator)
}
