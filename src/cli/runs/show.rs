//! `gwctl runs show`: what happened in a run, and what happens.

use std::time::Duration;

use serde::Serialize;

use super::list::standing_alone;
use crate::actions::{Conflict, Folder, Phase, RunState, holds};
use crate::cli::act::again::Again;
use crate::cli::act::events::{Events, closing};
use crate::cli::act::paper::{Ink, Paper};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Output;
use crate::cli::output::{print, tell};
use crate::fleet::clean_line;

/// How often a run in another process is looked at.
const PACE: Duration = Duration::from_millis(500);

/// The run's present state, and on what this machine and the team do not agree.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    state: &'a RunState,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflicts: Vec<Conflict>,
}

/// Prints it; with `follow` until it is over, or its process is gone.
pub fn show(
    folder: &Folder,
    id: &str,
    follow: bool,
    output: Output,
    paper: Paper,
    again: &Again,
) -> Result<Exit, Failure> {
    if output == Output::Json && !follow {
        let state = super::find::state(folder, id)?;
        let document = Document {
            state: &state,
            conflicts: folder.conflicts(id),
        };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::new(format!("cannot write the run: {error}")))?;
        print(&format!("{text}\n"))?;
        return Ok(exit(state.phase()));
    }
    let mut tail = folder.tail(id);
    let mut events = None;
    loop {
        // Before the records are read: a process that ends wrote its last ones before.
        let holder = events.is_some().then(|| folder.holder(id));
        let records = tail
            .read()
            .map_err(|broken| Failure::new(broken.to_string()))?;
        let Some(state) = tail.state() else {
            return Err(Failure::new(format!("the journal of {id} is empty")));
        };
        if output != Output::Json && events.is_none() {
            head(state, paper)?;
        }
        let events = events.get_or_insert_with(|| Events::of(state, paper));
        for record in &records {
            if output == Output::Json {
                let text = serde_json::to_string(record).unwrap_or_default();
                print(&format!("{text}\n"))?;
            } else if let Some(line) = events.line(record, &state.plan) {
                print(&format!("{line}\n"))?;
            }
        }
        let phase = state.phase();
        let gone = matches!(&holder, Some(None));
        if phase.over() || !follow || gone {
            if output != Output::Json {
                ending(folder, state, phase, paper, again)?;
            }
            return Ok(exit(phase));
        }
        std::thread::sleep(PACE);
    }
}

fn head(state: &RunState, paper: Paper) -> Result<(), Failure> {
    let begun = state.begun.strftime("%Y-%m-%d %H:%M:%SZ");
    let title = paper.ink(Ink::Bold, &paper.hang(0, &state.plan.title));
    let at = format!(
        "fleet {}, run {}, begun {begun}",
        state.plan.fleet, state.id
    );
    print(&format!(
        "{title}\n{}\n\n",
        paper.ink(Ink::Faint, &clean_line(&at))
    ))
}

fn ending(
    folder: &Folder,
    state: &RunState,
    phase: Phase,
    paper: Paper,
    again: &Again,
) -> Result<(), Failure> {
    for told in standing_alone(state, folder) {
        print(&format!(
            "\n{}\n",
            paper.ink(Ink::Bad, &paper.hang(0, &told))
        ))?;
    }
    if phase.over() {
        return print(&format!("\n{}\n", closing(state)));
    }
    if let Some(holder) = folder.holder(&state.id) {
        tell(format!(
            "\n{} drives it now.",
            clean_line(&holder.to_string())
        ));
        return Ok(());
    }
    tell("\nThe run was left: no process drives it now.");
    again.tell(folder, state, &holds(state), paper);
    Ok(())
}

/// What a run's phase is to a script.
pub const fn exit(phase: Phase) -> Exit {
    match phase {
        Phase::Undone => Exit::Undone,
        Phase::Abandoned => Exit::Abandoned,
        Phase::Held => Exit::Held,
        Phase::Done | Phase::Running | Phase::Paused | Phase::Undoing => Exit::Success,
    }
}
