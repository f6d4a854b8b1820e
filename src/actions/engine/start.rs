//! Beginning a run, and going on with one.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::listen::Listening;
use super::log::Log;
use super::order::Order;
use super::run::{Message, Run};
use super::shared::{self, Copied, Shared, TeamLease};
use super::shared_refused::SharedRefused;
use crate::four_eyes::{NotApproved, approved};
use crate::journal::{
    Entry, Folder, Followed, Journal, JournalError, NotBrought, Phase, ResumeError, RunState,
    SHARED_TABLE,
};
use crate::{
    Binding, Confirmation, Lately, LeaseHolder, NotConfirmed, Operator, Plan, RunContext, basis,
    run_name,
};
use gwctl_store::{LeaseRefused, Lock, Store};

/// A run in this process.
#[derive(Debug)]
pub struct Running {
    /// Its identifier.
    pub id: String,
    /// As it stands.
    pub state: watch::Receiver<Arc<RunState>>,
    /// Why the newest order was not obeyed.
    pub complaints: watch::Receiver<Option<String>>,
    /// To speak to it.
    pub control: Control,
    /// Ends when it is over or was left.
    pub task: JoinHandle<Result<(), JournalError>>,
}

/// Speaks to a run. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Control(mpsc::UnboundedSender<Message>);

impl Control {
    /// Gives an order; one that does not fit shows up among the complaints.
    pub fn order(&self, order: Order) {
        let _ = self.0.send(Message::Order(order));
    }

    /// Leaves the run as it is: what is being sent is heard out, and anybody can resume it.
    pub fn leave(&self) {
        let _ = self.0.send(Message::Leave);
    }
}

/// Why a run does not begin, or go on.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// Somebody acts on the fleet, or the folder cannot be used.
    #[error(transparent)]
    Lease(#[from] LeaseRefused),
    /// Somebody of the team acts on it, or the table that the team shares cannot be used.
    #[error(transparent)]
    Shared(Box<SharedRefused>),
    #[error(transparent)]
    NotConfirmed(#[from] NotConfirmed),
    /// Nobody else approved it.
    #[error(transparent)]
    NotApproved(#[from] NotApproved),
    /// The fleet changed since the plan was made.
    #[error("the fleet changed since the plan was made: nothing was done; plan again")]
    Changed,
    /// Another run sent changes since the plan was made.
    #[error("run {0} changed the fleet since the plan was made: nothing was done; plan again")]
    ChangedBy(String),
    /// It was confirmed for another account or other resources.
    #[error("the run was confirmed for other resources: {}; nothing was sent", .0.join("; "))]
    Elsewhere(Vec<String>),
    /// The fleet is read-only.
    #[error("the fleet {0} is read-only by its configuration")]
    ReadOnly(String),
    /// The journal cannot be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The journal cannot be read.
    #[error(transparent)]
    Resume(#[from] ResumeError),
    /// It was to be undone, and its plan has no way back.
    #[error("run {id}: {why}")]
    NoWayBack {
        /// Which.
        id: String,
        /// In words.
        why: &'static str,
    },
    /// It was to be accepted, and nobody offers it.
    #[error("nobody offers run {0}: `gwctl runs resume` takes it over once no process drives it")]
    NotOffered(String),
    /// It was to be accepted by somebody else.
    #[error("run {id} is offered to {to}, and you are {you}: nothing was changed")]
    OfferedTo {
        /// Which.
        id: String,
        /// To whom.
        to: String,
        /// `operator@host`.
        you: String,
    },
    /// Nobody could be told that it is accepted.
    #[error("the process that drives run {id} could not be told that you accept it: {why}")]
    NotHeard {
        /// Which.
        id: String,
        /// In words.
        why: String,
    },
    /// A note could not be said to it.
    #[error("the process that drives run {id} could not be told your note: {why}")]
    NotNoted {
        /// Which.
        id: String,
        /// In words.
        why: String,
    },
    /// It acted on a simulated world that is no more.
    #[error("the simulated world of run {0} ended with its process: it cannot go on")]
    WorldEnded(String),
    /// It is over.
    #[error("run {id} is {}: it cannot go on", phase.word())]
    Over {
        /// Which.
        id: String,
        /// How it ended.
        phase: Phase,
    },
}

impl From<SharedRefused> for NotStarted {
    fn from(refused: SharedRefused) -> Self {
        Self::Shared(Box::new(refused))
    }
}

/// Begins `plan`. Must be called within a tokio runtime.
pub async fn start(
    plan: &Plan,
    confirmation: &Confirmation,
    run_context: RunContext,
    folder: &Folder,
    operator: &Operator,
) -> Result<Running, NotStarted> {
    if run_context.spec.read_only {
        return Err(NotStarted::ReadOnly(run_context.fleet));
    }
    plan.confirmed(confirmation)?;
    is_here(&plan.binding, &run_context)?;
    if basis::of(&run_context.snapshot()) != plan.basis {
        return Err(NotStarted::Changed);
    }
    let at = run_context.clock.now();
    let store = folder.store(&run_context);
    let mut confirmation = confirmation.clone();
    let id = approval(plan, &mut confirmation, (folder, &*store), at).await?;
    let id = id.unwrap_or_else(|| run_name::new(plan, at));
    let holder = holder(operator, &id, at);
    let lease = folder.lease(&plan.binding, &holder)?;
    let waived = confirmation.waives(plan, SHARED_TABLE);
    let taken = shared::take(&*store, folder, &plan.binding, holder, waived).await?;
    let lately = match still_right(plan, &run_context, folder, &id) {
        Ok(lately) => lately,
        Err(why) => {
            shared::let_go(taken).await;
            return Err(why);
        }
    };
    let mut journal = folder.begin(&id, &operator.word(), at, plan, &confirmation)?;
    let shared = match share(taken, folder, &journal, Copied::default()).await {
        Ok(shared) => shared,
        Err(why) => {
            never_began(&mut journal, run_context.clock.now(), &why)?;
            return Err(why.into());
        }
    };
    if !confirmation.approvals.is_empty() {
        // Where the table does not answer, it is seen to be too old.
        drop(store.end_asking(&id).await);
    }
    folder.tell(&run_context, Followed::Run(journal.watch()));
    let log = Log::of(journal, run_context, lately, shared);
    Ok(set_off(id, log, lease, (folder, store), &[]))
}

/// The table did not take a run that is written down here as begun: it ends, so that nobody takes it for one to go on with.
fn never_began(
    journal: &mut Journal,
    at: Timestamp,
    why: &SharedRefused,
) -> Result<(), JournalError> {
    let reason = format!("nothing was sent: {why}");
    let order = Order::Abandon { reason };
    journal.append(at, Entry::Ordered { order })?;
    let phase = Phase::Abandoned;
    journal.append(at, Entry::Ended { phase })
}

/// Sees that the plan has the approvals that its rules ask for, and writes them into what was confirmed. The name under
/// which it waited.
async fn approval(
    plan: &Plan,
    confirmation: &mut Confirmation,
    (folder, store): (&Folder, &dyn Store),
    at: Timestamp,
) -> Result<Option<String>, NotApproved> {
    if confirmation.break_glass.is_some() {
        return Ok(None);
    }
    let Some((asked, approvals)) = approved(plan, folder, store, at).await? else {
        return Ok(None);
    };
    confirmation.approvals = approvals;
    Ok(Some(asked.id))
}

/// Whether the plan is right now that nobody else acts: what is in the folder is all that was sent, and others may have
/// sent it while this process waited for the lease.
fn still_right(
    plan: &Plan,
    run_context: &RunContext,
    folder: &Folder,
    id: &str,
) -> Result<Lately, NotStarted> {
    if let Some(other) = folder.changed_beside(id, &plan.binding, plan.made_at) {
        return Err(NotStarted::ChangedBy(other));
    }
    let snapshot = run_context.snapshot();
    if basis::of(&snapshot) != plan.basis {
        return Err(NotStarted::Changed);
    }
    let lately = Lately::of(folder, &plan.binding, id, run_context.clock.now());
    match lately.refuses(plan, &snapshot) {
        None => Ok(lately),
        Some(check) => {
            let (name, text) = (check.name, check.text);
            Err(NotConfirmed::Refused { name, text }.into())
        }
    }
}

/// A run goes on where it was confirmed, and for what it was confirmed.
fn is_here(planned: &Binding, run_context: &RunContext) -> Result<(), NotStarted> {
    let now = Binding::of(&run_context.spec, &run_context.snapshot());
    let endpoint = run_context.session.endpoint();
    let differences = planned.differences(&now, endpoint.as_deref());
    if differences.is_empty() {
        Ok(())
    } else {
        Err(NotStarted::Elsewhere(differences))
    }
}

/// Goes on with the run `id`, giving `orders` first. A held step is looked at again.
pub async fn resume(
    id: &str,
    orders: &[Order],
    run_context: RunContext,
    folder: &Folder,
    operator: &Operator,
) -> Result<Running, NotStarted> {
    if run_context.spec.read_only {
        return Err(NotStarted::ReadOnly(run_context.fleet));
    }
    if folder.ended_with_its_world(id) {
        return Err(NotStarted::WorldEnded(id.into()));
    }
    let at = run_context.clock.now();
    let store = folder.store(&run_context);
    let alone = |order: &Order| matches!(order, Order::Alone { .. });
    let waived = orders.iter().any(alone);
    // It may have been begun on another machine.
    match folder.bring(&*store, &run_context.spec.domain).await {
        Err(NotBrought::Unavailable(_)) if waived => {}
        brought => brought.map_err(SharedRefused::from)?,
    }
    let left = folder
        .state(id)
        .map_err(|broken| NotStarted::Resume(broken.into()))?;
    let binding = &left.plan.binding;
    is_here(binding, &run_context)?;
    if binding.place.is_none() && left.first_change().is_none() {
        let why = "the account in which it was confirmed is not known, and nothing was sent yet: plan it again";
        return Err(NotStarted::Elsewhere(vec![why.into()]));
    }
    let holder = holder(operator, id, at);
    let lease = folder.lease(binding, &holder)?;
    let taken = shared::take(&*store, folder, binding, holder, waived).await?;
    // Whoever had the lease may have been waited for.
    let at = run_context.clock.now();
    let going_on = go_on(id, orders, (folder, taken.as_ref()), (operator, at)).await;
    let (journal, copied) = match going_on {
        Ok(going_on) => going_on,
        Err(why) => {
            shared::let_go(taken).await;
            return Err(why);
        }
    };
    let lately = Lately::of(folder, binding, id, at);
    let shared = share(taken, folder, &journal, copied).await?;
    folder.tell(&run_context, Followed::Run(journal.watch()));
    let log = Log::of(journal, run_context, lately, shared);
    Ok(set_off(id.into(), log, lease, (folder, store), orders))
}

/// The journal of the run `id`, to be written on, and what of it the team's table has.
async fn go_on(
    id: &str,
    orders: &[Order],
    (folder, taken): (&Folder, Option<&TeamLease>),
    (operator, at): (&Operator, Timestamp),
) -> Result<(Journal, Copied), NotStarted> {
    let copied = shared::copied(taken, folder, id).await?;
    let journal = folder.go_on(id, &operator.word(), at)?;
    let undoes = orders.contains(&Order::Undo);
    if let (true, Some(why)) = (undoes, journal.state().no_way_back()) {
        return Err(NotStarted::NoWayBack { id: id.into(), why });
    }
    let phase = journal.state().phase();
    if phase.over() && !(phase != Phase::Undone && undoes) {
        return Err(NotStarted::Over {
            id: id.into(),
            phase,
        });
    }
    Ok((journal, copied))
}

pub(crate) async fn share(
    lease: Option<TeamLease>,
    folder: &Folder,
    journal: &Journal,
    copied: Copied,
) -> Result<Option<Shared>, SharedRefused> {
    Ok(match lease {
        Some(lease) => Some(Shared::begin(lease, folder, journal.watch(), copied).await?),
        None => None,
    })
}

fn set_off(
    id: String,
    log: Log,
    lease: Lock,
    (folder, store): (&Folder, Arc<dyn Store>),
    orders: &[Order],
) -> Running {
    let (sender, messages) = mpsc::unbounded_channel();
    let state = log.watch();
    let (complaints, complained) = watch::channel(None);
    let listening = Listening::begin((folder.clone(), store), &id, &log, sender.downgrade());
    let mut run = Run {
        log,
        messages,
        lease,
        complaints,
        first: orders.to_vec(),
        _listening: listening,
    };
    let begun = run.set_out();
    Running {
        id,
        state,
        complaints: complained,
        control: Control(sender),
        task: tokio::spawn(run.run(begun)),
    }
}

pub(crate) fn holder(operator: &Operator, run: &str, since: Timestamp) -> LeaseHolder {
    LeaseHolder {
        operator: operator.name.clone(),
        host: operator.host.clone(),
        pid: std::process::id(),
        run: run.into(),
        since,
    }
}
