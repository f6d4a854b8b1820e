//! A run on the command line, from its first record to its last: lines as things happen, questions where
//! it needs its operator, and an end that says how to go on.

use std::sync::Arc;

use super::again::Again;
use super::ask::{Back, Line, Question, Typed, ask, show};
use super::events::{Events, closing};
use super::held::moving;
use super::paper::{Ink, Paper};
use super::stage::Stage;
use crate::actions::{Folder, Hold, Phase, RunState, Running, Tail, holds, keep_switches};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::{print, tell};
use crate::cli::runs::report::keep;
use crate::cli::stop_signals::StopSignals;

/// How to follow.
#[derive(Debug, Clone)]
pub struct Manner {
    /// Where lines go.
    pub paper: Paper,
    /// Records instead of lines.
    pub json: bool,
    /// Somebody can be asked.
    pub asks: bool,
    /// How gwctl is called again.
    pub again: Again,
}

/// As [`follow`], and keeps what is evacuated by a switch evacuated meanwhile.
pub async fn follow_and_keep(
    running: Running,
    stage: &Stage,
    manner: &Manner,
    from: Tail,
) -> Result<Exit, Failure> {
    tokio::select! {
        biased;
        exit = Box::pin(follow(running, &stage.folder, manner, from)) => exit,
        never = Box::pin(keep_switches(stage.run_context.clone())) => match never {},
    }
}

/// Follows `running` until it is over, or somebody leaves it, or nobody can say how to go on.
async fn follow(
    mut running: Running,
    folder: &Folder,
    manner: &Manner,
    from: Tail,
) -> Result<Exit, Failure> {
    // All of them leave the run resumable.
    let mut signals = StopSignals::listen()?;
    let mut desk = Desk::new(folder, manner, from);
    let mut left = false;
    // An order was given and not obeyed yet: what holds the run may be gone in a moment.
    let mut told = false;
    let mut complaints = running.complaints.clone();
    loop {
        let state = running.state.borrow_and_update().clone();
        desk.tell_news()?;
        if !left && !told && desk.needs_somebody(&state) {
            running.control.leave();
            left = true;
        }
        tokio::select! {
            biased;
            () = signals.any() => {
                if left {
                    tell("gwctl: left at once; the journal names the calls that were being sent");
                    return Ok(Exit::Held);
                }
                tell("\ngwctl: leaving the run resumable; waiting for the replies to calls already sent");
                running.control.leave();
                left = true;
            }
            line = desk.line(), if desk.asks() => match desk.answered(line.as_deref(), &state) {
                Some(Typed::Order(order)) => {
                    running.control.order(order);
                    told = true;
                }
                Some(Typed::Leave) => {
                    running.control.leave();
                    left = true;
                }
                _ => {}
            },
            Ok(()) = complaints.changed() => {
                told = false;
                if let Some(why) = complaints.borrow_and_update().as_ref() {
                    tell(format!("gwctl: that was not possible: {why}"));
                }
            }
            changed = running.state.changed() => {
                told = false;
                if changed.is_err() {
                    break;
                }
            }
        }
    }
    let outcome = running.task.await;
    desk.tell_news()?;
    let state = running.state.borrow().clone();
    match outcome {
        Ok(Ok(())) => desk.close(&state),
        Ok(Err(error)) => Err(Failure::new(error.to_string()).next(format!(
            "Nothing more was sent. `{}` goes on.",
            manner.again.command("resume", &state.id, "--write")
        ))),
        Err(defect) => Err(Failure::new(format!(
            "the run ended because of a defect in gwctl: {defect}"
        ))),
    }
}

/// Where lines go and answers come from.
struct Desk<'a> {
    folder: &'a Folder,
    manner: &'a Manner,
    tail: Tail,
    events: Option<Events>,
    question: Option<(Question, Line)>,
}

impl<'a> Desk<'a> {
    const fn new(folder: &'a Folder, manner: &'a Manner, tail: Tail) -> Self {
        Self {
            folder,
            manner,
            tail,
            events: None,
            question: None,
        }
    }

    /// Prints what was written since.
    fn tell_news(&mut self) -> Result<(), Failure> {
        let records = self
            .tail
            .read()
            .map_err(|broken| Failure::new(broken.to_string()))?;
        let Some(state) = self.tail.state() else {
            return Ok(());
        };
        let paper = self.manner.paper;
        let events = self.events.get_or_insert_with(|| Events::of(state, paper));
        let mut text = String::new();
        for record in &records {
            if self.manner.json {
                text.push_str(&serde_json::to_string(record).unwrap_or_default());
                text.push('\n');
            } else if let Some(line) = events.line(record, &state.plan) {
                text.push_str(&line);
                text.push('\n');
            }
        }
        if !self.manner.json
            && let Some(line) = events.milestone(state)
        {
            text.push_str(&line);
            text.push('\n');
        }
        if text.is_empty() {
            return Ok(());
        }
        if let Some((question, _)) = &self.question {
            // Under what was asked, and the question once more.
            tell("");
            print(&text)?;
            show(&question.prompt(&state.plan.confirm));
            return Ok(());
        }
        print(&text)
    }

    /// Asks when the run is held. True when there is nobody to ask and nothing more will happen.
    fn needs_somebody(&mut self, state: &Arc<RunState>) -> bool {
        if state.phase() != Phase::Held {
            return false;
        }
        if !self.manner.asks {
            return !moving(state);
        }
        if self.question.is_none()
            && let Some(hold) = holds(state).into_iter().next()
        {
            self.put(Question::What(hold, Back::of(state)), state);
        }
        false
    }

    fn put(&mut self, question: Question, state: &RunState) {
        if let Question::What(hold, _) = &question {
            let ink = if matches!(hold, Hold::Gate { .. }) {
                Ink::Warn
            } else {
                Ink::Bad
            };
            let paper = self.manner.paper;
            tell(format!(
                "\n{}",
                paper.ink(ink, &paper.hang(0, &hold.sentence()))
            ));
        }
        let line = ask(&question.prompt(&state.plan.confirm));
        self.question = Some((question, line));
    }

    const fn asks(&self) -> bool {
        self.question.is_some()
    }

    /// The next line of the operator.
    async fn line(&mut self) -> Option<String> {
        match &mut self.question {
            Some((_, line)) => line.await.unwrap_or_default(),
            None => std::future::pending().await,
        }
    }

    fn answered(&mut self, line: Option<&str>, state: &Arc<RunState>) -> Option<Typed> {
        let (question, _) = self.question.take()?;
        match question.answer(line, &state.plan.confirm) {
            Typed::Ask(further) => {
                self.put(further, state);
                None
            }
            Typed::Again(why) => {
                tell(why);
                None
            }
            meant => Some(meant),
        }
    }

    /// The last words, and how to exit.
    fn close(&self, state: &RunState) -> Result<Exit, Failure> {
        let phase = state.phase();
        let exit = match phase {
            Phase::Done => Exit::Success,
            Phase::Undone => Exit::Undone,
            Phase::Abandoned => Exit::Abandoned,
            _ => Exit::Held,
        };
        if phase.over() {
            // The run ended as it ended, whether or not its report can be written.
            let kept = match keep(self.folder, &state.id) {
                Ok(path) => format!("Report: {}", path.display()),
                Err(failure) => failure.to_string(),
            };
            if !self.manner.json {
                print(&format!("\n{}\n{kept}\n", closing(state)))?;
            }
            return Ok(exit);
        }
        if let Some(to) = &state.handed_to {
            let follow = self.manner.again.command("show", &state.id, "--follow");
            tell(format!(
                "\nHanded over to {to}. `{follow}` shows what happens."
            ));
            return Ok(Exit::Success);
        }
        self.how_to_go_on(state);
        Ok(exit)
    }

    fn how_to_go_on(&self, state: &RunState) {
        tell("");
        let Manner { again, paper, .. } = self.manner;
        again.tell(self.folder, state, &holds(state), *paper);
    }
}
