//! A run among several: it is followed to its end, a line for each step, and left resumable where it needs somebody.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::Fleet;
use crate::actions::{Phase, RunState, Running, StepState, holds, keep_switches};
use crate::cli::act::events::clock;
use crate::cli::act::held::moving;
use crate::cli::act::paper::{Ink, Paper, pad};
use crate::cli::act::stage::Stage;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Output;
use crate::cli::output::{print, tell};
use crate::cli::stop_signals::StopSignals;

/// How a fleet's run ended.
pub enum Ended {
    /// It never began: how that exits, and why.
    NotStarted(Exit, String),
    /// As its journal tells it.
    Ran(Arc<RunState>),
    /// It could not be written down any further.
    Broken(Arc<RunState>, String),
}

impl Ended {
    pub fn exit(&self) -> Exit {
        match self {
            Self::NotStarted(exit, _) => *exit,
            Self::Broken(..) => Exit::Failure,
            Self::Ran(state) => match state.phase() {
                Phase::Done => Exit::Success,
                _ => Exit::Held,
            },
        }
    }
}

/// The lines of all runs, in one place.
pub struct Lines {
    paper: Paper,
    silent: bool,
    /// Width of the longest name.
    names: usize,
}

impl Lines {
    pub fn new(fleets: &[Fleet], output: Output, paper: Paper) -> Self {
        let names = fleets.iter().map(|fleet| fleet.name.len());
        Self {
            paper,
            silent: output == Output::Json,
            names: names.max().unwrap_or(0),
        }
    }

    fn tell(&self, state: &RunState, ink: Ink, word: &str, text: &str) {
        if self.silent {
            return;
        }
        let at = clock(state.newest, state.begun);
        let (done, all) = state.steps_over();
        let line = format!(
            "{}  {}  {}  {done}/{all}  {text}",
            self.paper.ink(Ink::Faint, &format!("{at:>8}")),
            self.paper
                .ink(Ink::Bold, &pad(&state.plan.fleet, self.names)),
            self.paper.ink(ink, &pad(word, 8)),
        );
        // Whoever cannot read it any more is not helped by ending the runs.
        drop(print(&format!("{}\n", line.trim_end())));
    }
}

/// A wish to stop, for all runs at once.
pub fn stopping() -> Result<(AbortHandle, watch::Receiver<bool>), Failure> {
    let mut signals = StopSignals::listen()?;
    let (stop, stopped) = watch::channel(false);
    let waiting = tokio::spawn(async move {
        signals.any().await;
        tell("\ngwctl: leaving all runs resumable; waiting for the replies to calls already sent");
        stop.send_replace(true);
        // The receivers hear of it as long as there is a sender.
        std::future::pending::<()>().await;
    });
    Ok((waiting.abort_handle(), stopped))
}

/// Follows `running` to its end.
pub async fn drive(
    running: Running,
    stage: &Stage,
    lines: &Lines,
    stopped: watch::Receiver<bool>,
) -> Ended {
    tokio::select! {
        biased;
        ended = Box::pin(follow(running, lines, stopped)) => ended,
        never = Box::pin(keep_switches(stage.run_context.clone())) => match never {},
    }
}

async fn follow(mut running: Running, lines: &Lines, mut stopped: watch::Receiver<bool>) -> Ended {
    let mut told: BTreeSet<String> = BTreeSet::new();
    let mut left = false;
    let first = running.state.borrow().clone();
    lines.tell(&first, Ink::Bold, "begun", &format!("run {}", first.id));
    loop {
        let state = running.state.borrow_and_update().clone();
        for step in state.active() {
            let over = state.steps.get(&step.id).is_some_and(StepState::over);
            if over && told.insert(step.id.clone()) {
                lines.tell(&state, Ink::Busy, "step", &step.title);
            }
        }
        // Nobody is asked about one of many: it is left, and can be resumed by itself.
        if !left && state.phase() == Phase::Held && !moving(&state) {
            running.control.leave();
            left = true;
        }
        tokio::select! {
            biased;
            Ok(()) = stopped.changed(), if !left => {
                running.control.leave();
                left = true;
            }
            changed = running.state.changed() => if changed.is_err() { break },
        }
    }
    let outcome = running.task.await;
    let state = running.state.borrow().clone();
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(why)) => return Ended::Broken(state, why.to_string()),
        Err(why) => return Ended::Broken(state, format!("a defect in gwctl: {why}")),
    }
    if state.phase() == Phase::Done {
        lines.tell(&state, Ink::Good, "done", "");
    } else {
        let why = holds(&state).into_iter().next();
        let why = why.map_or_else(|| "left".to_owned(), |hold| hold.sentence());
        lines.tell(&state, Ink::Bad, "held", &why);
    }
    Ended::Ran(state)
}
