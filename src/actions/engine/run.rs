//! The run: begins what is ready, obeys the operator, watches the abort criteria.

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::abort;
use super::drive::drive;
use super::listen::Listening;
use super::log::Log;
use super::order::Order;
use super::shared::Shared;
use crate::figures::{Minutes, WritesBlocked};
use crate::journal::{Entry, JournalError, Phase, StepStatus};
use gwctl_store::{Lock, SaidNote};

/// What reaches the run from outside.
pub(super) enum Message {
    /// The operator said something.
    Order(Order),
    /// Stop without ending: it can be resumed.
    Leave,
    /// The offer that this hash names was accepted.
    Accepted {
        /// `operator@host`.
        by: String,
        offer: String,
    },
    /// Somebody who does not drive the run noted something.
    Noted(SaidNote),
}

pub(super) struct Run {
    pub(super) log: Log,
    pub(super) messages: mpsc::UnboundedReceiver<Message>,
    /// Held as long as the run is.
    pub(super) lease: Lock,
    /// Why an order was not obeyed, for those who watch.
    pub(super) complaints: watch::Sender<Option<String>>,
    /// Orders to obey before anything else.
    pub(super) first: Vec<Order>,
    /// Hears what others say to it.
    pub(super) _listening: Listening,
}

pub(super) type Steps = JoinSet<Result<(), JournalError>>;

/// Lets every step come to its next look and stop there; what is being sent is heard out.
async fn hear_out(steps: &mut Steps, stop: &CancellationToken) -> Result<(), JournalError> {
    stop.cancel();
    while let Some(ended) = steps.join_next().await {
        if let Ok(outcome) = ended {
            outcome?;
        }
    }
    Ok(())
}

/// Waits until another machine of the team has taken the run over.
async fn taken_over(shared: Option<&Shared>) -> String {
    match shared {
        Some(shared) => shared.taken().await,
        None => std::future::pending().await,
    }
}

/// Waits until the table that the operator waived has all lines.
async fn rejoined(shared: Option<&Shared>) {
    match shared {
        Some(shared) => shared.rejoined().await,
        None => std::future::pending().await,
    }
}

/// How often the figures go into the journal.
const SAMPLE: SignedDuration = SignedDuration::from_secs(60);
/// How far back they are written again: minutes appear late, and change for a while (aws-facts §1.3).
const AGAIN: SignedDuration = SignedDuration::from_mins(5);
/// How many minutes before the run are kept beside those of it.
const BEFORE: SignedDuration = SignedDuration::from_mins(6);

impl Run {
    /// Obeys the first orders and takes up what another process left: done before anybody sees the run, so
    /// that nobody takes it for what it was.
    pub(super) fn set_out(&mut self) -> Result<(Steps, CancellationToken), JournalError> {
        let (mut steps, stop) = (Steps::new(), CancellationToken::new());
        for order in std::mem::take(&mut self.first) {
            self.obey(order)?;
        }
        // What another process left under way, or held for a reason that may be gone.
        let left: Vec<String> = self.left_behind();
        self.begin(&left, &mut steps, &stop)?;
        Ok((steps, stop))
    }

    /// Runs until it is over, or somebody leaves it.
    pub(super) async fn run(
        mut self,
        begun: Result<(Steps, CancellationToken), JournalError>,
    ) -> Result<(), JournalError> {
        let (mut steps, mut stop) = begun?;
        let mut picture = self.log.run_context.picture.clone();
        let mut watching = true;
        let mut sampled = Timestamp::MIN;
        loop {
            let state = self.log.state();
            if state.outcome.is_some() {
                break;
            }
            if !state.paused && state.tripped().is_none() {
                let ready: Vec<String> = state
                    .ready()
                    .into_iter()
                    .map(|step| step.id.clone())
                    .collect();
                self.begin(&ready, &mut steps, &stop)?;
                if steps.is_empty() && state.finished() {
                    let phase = if state.undoing {
                        Phase::Undone
                    } else {
                        Phase::Done
                    };
                    self.sample(&mut sampled, true)?;
                    self.log.say(Entry::Ended { phase })?;
                    break;
                }
            }
            // In this order, whatever is ready at once: the same seed gives the same run.
            tokio::select! {
                biased;
                Some(ended) = steps.join_next() => match ended {
                    Ok(outcome) => outcome?,
                    Err(failed) => std::panic::resume_unwind(failed.into_panic()),
                },
                message = self.messages.recv() => match message {
                    None | Some(Message::Leave) => {
                        hear_out(&mut steps, &stop).await?;
                        break;
                    }
                    Some(Message::Accepted { by, offer }) => {
                        if self.is_offered(&offer) {
                            hear_out(&mut steps, &stop).await?;
                            self.log.say(Entry::HandedOver { to: by })?;
                            break;
                        }
                    }
                    Some(Message::Noted(note)) => self.log.note(&note)?,
                    Some(Message::Order(order)) => {
                        let ends = match order {
                            Order::Undo => self.log.state().no_way_back().is_none(),
                            Order::Abandon { .. } => true,
                            _ => false,
                        };
                        if ends {
                            // What is being sent is heard out; nothing else begins.
                            hear_out(&mut steps, &stop).await?;
                            stop = CancellationToken::new();
                        }
                        self.obey(order)?;
                    }
                },
                taken = taken_over(self.log.shared.as_deref()) => {
                    // Nothing can be sent any more, and what is written down here nobody reads.
                    hear_out(&mut steps, &stop).await?;
                    return Err(JournalError::TakenOver(taken));
                }
                () = rejoined(self.log.shared.as_deref()) => self.rejoined()?,
                changed = picture.changed(), if watching => {
                    // Once nobody looks any more, steps and orders go on alone.
                    watching = changed.is_ok();
                    self.watch_criteria()?;
                    self.sample(&mut sampled, false)?;
                }
            }
        }
        if let Some(shared) = self.log.shared.clone() {
            if shared.meet().await {
                self.rejoined()?;
            }
            shared.end().await;
        }
        drop(self.lease);
        Ok(())
    }

    /// The run is not alone any more.
    fn rejoined(&self) -> Result<(), JournalError> {
        if self.log.state().alone.is_some() {
            self.log.say(Entry::Rejoined)?;
        }
        Ok(())
    }

    fn left_behind(&self) -> Vec<String> {
        let state = self.log.state();
        if state.paused || state.tripped().is_some() || state.outcome.is_some() {
            return Vec::new();
        }
        let behind = |id: &str| match state.status(id) {
            StepStatus::Running => true,
            StepStatus::Held => state.steps.get(id).is_some_and(|step| !step.gate),
            _ => false,
        };
        state
            .active()
            .filter(|step| behind(&step.id))
            .map(|step| step.id.clone())
            .collect()
    }

    /// Begins steps: seen as begun before the next look at what is ready.
    fn begin(
        &self,
        ids: &[String],
        steps: &mut Steps,
        stop: &CancellationToken,
    ) -> Result<(), JournalError> {
        let state = self.log.state();
        for id in ids {
            if let Some(step) = state.plan.step(id) {
                self.log.say(Entry::Started { step: id.clone() })?;
                steps.spawn(drive(step.clone(), self.log.clone(), stop.clone()));
            }
        }
        Ok(())
    }

    fn obey(&self, order: Order) -> Result<(), JournalError> {
        let refused = (order == Order::Undo)
            .then(|| self.log.state().no_way_back())
            .flatten();
        if let Some(why) = refused {
            self.complaints.send_replace(Some(why.into()));
            return Ok(());
        }
        let abandons = matches!(order, Order::Abandon { .. });
        let entry = match order {
            Order::HandOver { to } => self.log.offer(&to),
            Order::Withdraw if self.log.state().offered.is_none() => {
                let why = "there is no offer to withdraw";
                self.complaints.send_replace(Some(why.into()));
                return Ok(());
            }
            Order::Withdraw => Entry::Withdrawn,
            order => Entry::Ordered { order },
        };
        match self.log.say(entry) {
            Ok(()) if abandons => self.log.say(Entry::Ended {
                phase: Phase::Abandoned,
            }),
            Ok(()) => Ok(()),
            // An order that does not fit is the operator's mistake, not the end of the run.
            Err(JournalError::Illegal(why)) => {
                self.complaints.send_replace(Some(why.to_string()));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the offer that the hash `offer` names stands.
    fn is_offered(&self, offer: &str) -> bool {
        let state = self.log.state();
        let offered = state.offered.as_ref();
        offered.is_some_and(|offered| offered.what.journal == offer)
    }

    fn watch_criteria(&self) -> Result<(), JournalError> {
        let state = self.log.state();
        if state.undoing || state.outcome.is_some() {
            return Ok(());
        }
        for (criterion, text) in abort::met(
            &state,
            &self.log.run_context.snapshot(),
            self.log.run_context.clock.now(),
        ) {
            if state.trips.iter().all(|trip| trip.criterion != criterion) {
                self.log.say(Entry::Tripped { criterion, text })?;
            }
        }
        Ok(())
    }

    /// Writes down what was counted since the last time; at the end, and when it is taken up, all of it.
    fn sample(&self, sampled: &mut Timestamp, end: bool) -> Result<(), JournalError> {
        let at = self.log.run_context.clock.now();
        let first = *sampled == Timestamp::MIN;
        if !end && !first && at.duration_since(*sampled) < SAMPLE {
            return Ok(());
        }
        let state = self.log.state();
        let begun = state.begun;
        let from = if end || first {
            // Where the writer fell silent before, from then on.
            let silent = state.plan.data_loss.as_ref();
            let silent = silent.and_then(|loss| loss.silent_since);
            silent.map_or(begun, |since| since.min(begun)) - BEFORE
        } else {
            *sampled - AGAIN
        };
        *sampled = at;
        let snapshot = self.log.run_context.snapshot();
        self.log.say(Entry::Figures {
            minutes: Minutes::of(&snapshot, from),
            blocked: WritesBlocked::of(&snapshot, begun),
        })
    }
}
