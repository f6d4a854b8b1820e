//! One step, from the first look to the last.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::afresh;
use super::log::Log;
use crate::journal::{Entry, JournalError, Reply};
use crate::needs::standing;
use crate::task::{Context, Next, Observation, Sent};
use crate::{Dependency, PlannedCall, Standing, Step, format};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_fleet::StackEvent;

/// How long state is read before a change whose reply was lost counts as not made.
const SETTLE: SignedDuration = SignedDuration::from_secs(10);
/// How long AWS may take to show a change it accepted.
const SHOWN: SignedDuration = SignedDuration::from_secs(30);
/// How long a step may be impossible to judge.
const BLIND: SignedDuration = SignedDuration::from_secs(60);
/// How often a call is sent again that AWS refused for its rate: refused, it was not made.
const THROTTLED: u32 = 6;

/// What is known of the change the step sends.
#[derive(Debug, Clone, PartialEq)]
enum Change {
    /// Not sent, or refused.
    NotMade,
    /// AWS took it.
    Accepted {
        at: Timestamp,
        receipt: Option<String>,
    },
    /// It may have been made.
    Open { since: Timestamp, why: String },
}

/// Drives `step` until it is done or held. Stops between looks when `leave` says so, and leaves the step
/// under way: the process that resumes the run first reads the state.
pub(super) async fn drive(
    step: Step,
    log: Log,
    leave: CancellationToken,
) -> Result<(), JournalError> {
    let mut driver = Driver::new(step, log);
    loop {
        match driver.turn().await? {
            Turn::Over => return Ok(()),
            Turn::Wait(pause) => {
                tokio::select! {
                    biased;
                    () = leave.cancelled() => return Ok(()),
                    () = driver.log.run_context.sleep(pause) => {}
                }
            }
        }
    }
}

enum Turn {
    Over,
    Wait(Duration),
}

struct Driver {
    step: Step,
    log: Log,
    /// When the step first began, in whichever process.
    since: Timestamp,
    /// When this process took it up.
    taken_up: Timestamp,
    change: Change,
    underway: bool,
    blind: Option<Timestamp>,
    throttled: u32,
    /// The operator ordered a retry.
    retried: bool,
    /// The operation of the newest change.
    sent: Option<String>,
    stack_log: Mutex<Vec<StackEvent>>,
    saw: Option<String>,
}

impl Driver {
    fn new(step: Step, log: Log) -> Self {
        let now = log.run_context.clock.now();
        let state = log.state();
        let known = state.steps.get(&step.id);
        let newest =
            known.and_then(|known| known.calls[known.settled.min(known.calls.len())..].last());
        let change = match newest.map(|call| &call.reply) {
            None | Some(Some((_, Reply::Refused { .. }))) => Change::NotMade,
            Some(Some((at, Reply::Accepted { receipt, .. }))) => Change::Accepted {
                at: *at,
                receipt: receipt.clone(),
            },
            Some(Some((_, Reply::Unknown { why, .. }))) => Change::Open {
                since: now,
                why: why.clone(),
            },
            Some(None) => Change::Open {
                since: now,
                why: "the process that sent it ended before the reply".into(),
            },
        };
        Self {
            since: known.and_then(|known| known.started).unwrap_or(now),
            taken_up: now,
            step,
            log,
            change,
            underway: false,
            blind: None,
            throttled: 0,
            retried: known.is_some_and(|known| known.retried),
            sent: newest.map(|call| call.call.operation.clone()),
            stack_log: Mutex::default(),
            saw: None,
        }
    }

    fn now(&self) -> Timestamp {
        self.log.run_context.clock.now()
    }

    async fn turn(&mut self) -> Result<Turn, JournalError> {
        let seen = self.probe().await;
        // This process may have slept while it looked: what is said of the run is for whoever has it now.
        if self.is_taken().await {
            return Ok(Turn::Over);
        }
        self.tell_log()?;
        if !matches!(seen, Observation::Unknown(_)) {
            self.blind = None;
        }
        match seen {
            Observation::Done(text) => {
                self.log.say(Entry::Done {
                    step: self.step.id.clone(),
                    text,
                })?;
                return Ok(Turn::Over);
            }
            Observation::Next(next) => return self.next(next).await,
            Observation::Ask(text) => return self.hold(text, true),
            Observation::Wrong(why) => return self.hold(why, false),
            Observation::Underway(text) => {
                // Only what the change itself set in motion can fail later.
                self.underway |= self.change != Change::NotMade;
                self.tell(text)?;
            }
            Observation::Unknown(why) => {
                let since = *self.blind.get_or_insert(self.now());
                if self.now().duration_since(since) > BLIND {
                    return self.hold(format!("cannot tell whether it is done: {why}"), false);
                }
                self.tell(why)?;
            }
            Observation::NotDone(text) => return self.not_done(text).await,
        }
        self.wait()
    }

    /// Waits for the next look, or holds when the time is over.
    fn wait(&self) -> Result<Turn, JournalError> {
        let left = i64::try_from(self.step.timeout_s).unwrap_or(i64::MAX);
        if self.now().duration_since(self.taken_up).as_secs() > left {
            let saw = self.saw.as_deref().unwrap_or("nothing");
            let after = format::seconds(self.step.timeout_s);
            return self.hold(format!("not done after {after}; last seen: {saw}"), false);
        }
        Ok(Turn::Wait(self.step.task.pace()))
    }

    async fn not_done(&mut self, text: String) -> Result<Turn, JournalError> {
        match self.change.clone() {
            Change::NotMade => self.apply().await,
            Change::Accepted { .. } if self.underway => self.hold(
                format!("it was started, and did not complete: {text}"),
                false,
            ),
            Change::Accepted { at, .. } if self.now().duration_since(at) > SHOWN => {
                self.hold(format!("AWS accepted the call, but {text}"), false)
            }
            Change::Open { since, .. } if self.now().duration_since(since) <= SETTLE => {
                self.tell(format!("the reply was lost; reading state: {text}"))?;
                self.wait()
            }
            // It sets a state: once more changes nothing more.
            Change::Open { .. } if self.step.task.idempotent() => self.apply().await,
            Change::Open { why, .. } => {
                let waited = format::span(SETTLE);
                self.hold(format!("the reply was lost ({why}) and after {waited} {text}: a retry sends it again"), false)
            }
            Change::Accepted { .. } => {
                self.tell(text)?;
                self.wait()
            }
        }
    }

    /// What was sent before did its part, unless the same is due again: then it may only not show yet.
    async fn next(&mut self, next: Next) -> Result<Turn, JournalError> {
        let again = self.sent.as_deref() == Some(next.operation);
        let patience = match self.change {
            Change::Accepted { at, .. } => Some((at, SHOWN)),
            Change::Open { since, .. } => Some((since, SETTLE)),
            Change::NotMade => None,
        };
        match patience.filter(|_| again) {
            Some((from, limit)) if self.now().duration_since(from) <= limit => {
                self.tell(format!("{} does not show yet", next.operation))?;
                self.wait()
            }
            Some((_, limit)) if matches!(self.change, Change::Accepted { .. }) => {
                let waited = format::span(limit);
                self.hold(
                    format!(
                        "AWS accepted {}, but after {waited} its effect does not show",
                        next.operation
                    ),
                    false,
                )
            }
            _ => {
                self.underway = false;
                self.transmit(self.call(Some(next.operation)), next.what)
                    .await
            }
        }
    }

    async fn probe(&self) -> Observation {
        let receipt = match &self.change {
            Change::Accepted { receipt, .. } => receipt.as_deref(),
            _ => None,
        };
        let context = Context {
            run: &self.log.run_context,
            since: self.since,
            taken_up: self.taken_up,
            receipt,
            sent: self.sent.as_deref(),
            log: &self.stack_log,
        };
        self.step.task.probe(&context).await
    }

    /// What of the stack's own log is new.
    fn tell_log(&self) -> Result<(), JournalError> {
        let lines = std::mem::take(
            &mut *self
                .stack_log
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        if lines.is_empty() {
            return Ok(());
        }
        let state = self.log.state();
        let known = state.steps.get(&self.step.id).map(|step| &step.events);
        for line in lines {
            if known.is_none_or(|known| !known.contains(&line.id)) {
                let step = self.step.id.clone();
                self.log.say(Entry::Stack { step, line })?;
            }
        }
        Ok(())
    }

    async fn apply(&mut self) -> Result<Turn, JournalError> {
        let Some(what) = self.step.task.sends() else {
            return self.wait();
        };
        self.transmit(self.call(None), what).await
    }

    async fn transmit(&mut self, call: PlannedCall, what: String) -> Result<Turn, JournalError> {
        let snapshot = self.log.run_context.snapshot();
        // That a permission was refused before is no ground to refuse a retry: it may have been granted
        // since, and only the call itself can tell.
        let granted = |on: &Dependency| self.retried && matches!(on, Dependency::Permission { .. });
        for need in self.step.needs.iter().filter(|need| !granted(&need.on)) {
            if let Standing::Broken(why) = standing(&need.on, &snapshot) {
                return self.hold(
                    format!("not sent: {} is not available: {why}", need.on),
                    false,
                );
            }
        }
        let refused = afresh::refuses(&self.step, &call, &self.log, self.retried);
        if let Some(why) = Box::pin(refused).await {
            return self.hold(format!("not sent: {why}"), false);
        }
        let step = self.step.id.clone();
        let operation = call.operation.clone();
        self.log.say(Entry::Sending {
            step: step.clone(),
            call,
            what,
        })?;
        if let Some((why, unavailable)) = self.not_admitted().await {
            // Written down and not sent: whoever goes on need not look for it.
            self.log.say(Entry::Replied {
                step,
                reply: Reply::Refused {
                    why: why.clone(),
                    request_id: None,
                },
            })?;
            return self.hold_for(why, false, unavailable);
        }
        let outcome = self
            .step
            .task
            .apply(&operation, &self.log.run_context)
            .await;
        self.sent = Some(operation);
        let now = self.now();
        let reply = reply(&outcome);
        self.change = match &reply {
            Reply::Accepted { receipt, .. } => Change::Accepted {
                at: now,
                receipt: receipt.clone(),
            },
            Reply::Unknown { why, .. } => Change::Open {
                since: now,
                why: why.clone(),
            },
            Reply::Refused { .. } => Change::NotMade,
        };
        self.log.say(Entry::Replied {
            step,
            reply: reply.clone(),
        })?;
        match (&reply, outcome) {
            (Reply::Refused { .. }, Err(error))
                if self.step.task.passes(&error) && self.throttled < THROTTLED =>
            {
                self.throttled += 1;
                Ok(Turn::Wait(Duration::from_millis(
                    500 << self.throttled.min(5),
                )))
            }
            (Reply::Refused { why, .. }, outcome) => {
                let silent = self.met_silence(&outcome);
                self.hold_for(why.clone(), false, silent)
            }
            _ => self.wait(),
        }
    }

    async fn is_taken(&self) -> bool {
        match &self.log.shared {
            Some(shared) => shared.is_taken().await,
            None => false,
        }
    }

    /// Why nothing may be sent, where the team shares a table, and whether that is because it does not answer.
    async fn not_admitted(&self) -> Option<(String, bool)> {
        let admitted = self.log.shared.as_ref()?.admits().await;
        let why = admitted.err()?;
        Some((format!("not sent: {why}"), why.is_unavailable()))
    }

    /// Whether the call was not sent because the table that the team shares did not answer right before it.
    fn met_silence(&self, outcome: &Result<Sent, AwsError>) -> bool {
        let unsent = matches!(outcome, Err(error) if error.kind == ErrorKind::NotSent);
        let shared = self.log.shared.as_ref();
        unsent && shared.is_some_and(|shared| shared.was_silent())
    }

    /// The call of the step that changes something: the only one, or the one named.
    fn call(&self, operation: Option<&str>) -> PlannedCall {
        let fits = |call: &&PlannedCall| {
            call.mutates && operation.is_none_or(|operation| call.operation == operation)
        };
        let calls = &self.step.calls;
        // What only another try needs is not among the planned: it goes where the planned go.
        let beside = || {
            let first = calls.iter().find(|call| call.mutates)?;
            Some(PlannedCall {
                operation: operation?.into(),
                ..first.clone()
            })
        };
        let known = calls.iter().find(fits).cloned();
        known.or_else(beside).unwrap_or_else(|| PlannedCall {
            service: "gwctl".into(),
            operation: self.step.id.clone(),
            region: gwctl_fleet::Region::global(),
            mutates: true,
        })
    }

    fn hold(&self, why: String, gate: bool) -> Result<Turn, JournalError> {
        self.hold_for(why, gate, false)
    }

    fn hold_for(&self, why: String, gate: bool, table: bool) -> Result<Turn, JournalError> {
        self.log.say(Entry::Held {
            step: self.step.id.clone(),
            why,
            gate,
            table,
        })?;
        Ok(Turn::Over)
    }

    /// Writes down what is seen, once it is something else.
    fn tell(&mut self, text: String) -> Result<(), JournalError> {
        if self.saw.as_ref() != Some(&text) {
            self.log.say(Entry::Saw {
                step: self.step.id.clone(),
                text: text.clone(),
            })?;
            self.saw = Some(text);
        }
        Ok(())
    }
}

fn reply(outcome: &Result<Sent, AwsError>) -> Reply {
    match outcome {
        Ok(sent) => Reply::Accepted {
            request_id: sent.request_id.clone(),
            receipt: sent.receipt.clone(),
        },
        Err(error) if error.outcome_unknown() => Reply::Unknown {
            why: error.to_string(),
            request_id: error.request_id.clone(),
        },
        Err(error) => Reply::Refused {
            why: error.to_string(),
            request_id: error.request_id.clone(),
        },
    }
}
