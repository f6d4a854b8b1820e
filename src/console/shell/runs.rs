//! Runs: beginning them, speaking to the one this console moves, following those of others. Journals
//! are files: everything that touches them happens beside the loop.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, spawn_blocking};

use super::approvals::{ApprovalsWatch, approve};
use super::arrival::Arrival;
use super::follow::{follow, hold, operator_on, stopped};
use super::team::{FromTheTeam, TeamWatch};
use crate::Fleets;
use crate::app::{ApprovalNews, Hold, Kept, Msg, RunLine};
use gwctl_actions::{
    Approval, Asked, Asking, Binding, Confirmation, Control, Folder, Intent, Lately, NotStarted,
    Operator, Order, Plan, RunContext, Running, SharedTable, Tried, accept, keep_switches,
    note_here, resume, start,
};
use gwctl_fleet::FleetSpec;
use gwctl_observe::Observer;

/// How long the table may take to hear that a plan waits no longer, when the console ends.
const WITHDRAW: Duration = Duration::from_secs(3);

/// What is needed to act on the fleet that is watched.
#[derive(Clone)]
pub(super) struct Means {
    /// For the engine.
    pub run_context: RunContext,
    /// Keeps its run's picture fresh for as long as the run lives.
    pub observer: Arc<Observer>,
    /// Keeps switches where they are, where this console may change things.
    #[expect(dead_code, reason = "it works while it lives")]
    pub keeper: Option<Arc<Keeper>>,
    /// Looks for plans that wait for approval.
    #[expect(dead_code, reason = "it works while it lives")]
    pub approvals: Arc<ApprovalsWatch>,
    /// Brings the runs of the team's other machines, where it shares a table.
    #[expect(dead_code, reason = "it works while it lives")]
    pub team: Option<Arc<TeamWatch>>,
}

/// Puts the positions of switches again for as long as it lives.
pub(super) struct Keeper(AbortHandle);

impl Keeper {
    pub fn begin(run_context: RunContext) -> Self {
        Self(tokio::spawn(keep_switches(run_context)).abort_handle())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(super) struct Runs {
    folder: Folder,
    operator: Operator,
    sender: mpsc::UnboundedSender<Arrival>,
    /// Speaks to this console's run.
    control: Option<Control>,
    /// What the newest run begun here works with.
    run_context: Option<RunContext>,
    /// Reads the journal of a run that is not this console's.
    following: Option<AbortHandle>,
    /// The runs begun here, for the lines that the shell is left with.
    begun: Vec<String>,
    /// Those of an action on several fleets, by their identifiers: what speaks to each, and what it works with.
    beside: BTreeMap<String, (Control, RunContext)>,
    /// The plan that waits for approval.
    asking: Option<(Asking, AbortHandle)>,
}

impl Runs {
    pub fn new(folder: Folder, operator: Operator, sender: mpsc::UnboundedSender<Arrival>) -> Self {
        Self {
            folder,
            operator,
            sender,
            control: None,
            run_context: None,
            following: None,
            begun: Vec::new(),
            beside: BTreeMap::new(),
            asking: None,
        }
    }

    /// Begins `plan`, once others approved it where its rules ask for that; [`Arrival::Running`] or a message says what
    /// became of it.
    pub fn start(&mut self, means: Option<Means>, plan: Box<Plan>, confirmation: Confirmation) {
        let (folder, operator) = (self.folder.clone(), self.operator(means.as_ref()));
        let waits = plan.approvals_needed() > 0 && confirmation.break_glass.is_none();
        let (sender, asking) = (self.sender.clone(), (folder.clone(), operator.clone()));
        let waiting = waits.then(|| (plan.clone(), means.clone()));
        let how = move |run_context| async move {
            start(&plan, &confirmation, run_context, &folder, &operator).await
        };
        let Some((plan, Some(known))) = waiting else {
            begin(&self.sender, means, how);
            return;
        };
        let (folder, operator) = asking;
        let asking = Asking::of(&known.run_context, folder);
        let (task, shared) = (asking.clone(), asking.clone());
        let waiting = tokio::spawn(async move {
            let tell = |msg| drop(sender.send(Arrival::Msg(msg)));
            let asked = |asked: &Asked, known: &[Approval]| {
                let news = ApprovalNews::Asked(Box::new(asked.clone()), known.to_vec());
                tell(Msg::Approvals(news));
            };
            match task.wait(&plan, &operator, asked).await {
                Ok(()) => begin(&sender, means, how),
                Err(why) => tell(Msg::NotStarted(why.to_string())),
            }
        });
        self.asking = Some((shared, waiting.abort_handle()));
    }

    /// The plan waits for approval no longer.
    pub fn stop_asking(&mut self) {
        if let Some((asking, waiting)) = self.asking.take() {
            waiting.abort();
            tokio::spawn(asking.end());
        }
    }

    /// The same, when the console ends: nobody shall approve what nobody begins.
    pub async fn end_asking(&mut self) {
        if let Some((asking, waiting)) = self.asking.take() {
            waiting.abort();
            // Where the table does not answer, it waits until its time is over, and nothing begins.
            drop(tokio::time::timeout(WITHDRAW, Box::pin(asking.end())).await);
        }
    }

    /// Approves somebody else's plan.
    pub fn approve(&self, means: Option<&Means>, generation: u64, asked: Asked) {
        let Some(known) = means else { return };
        let (run_context, sender) = (known.run_context.clone(), self.sender.clone());
        let by = (self.folder.clone(), self.operator(means));
        let tell = move |msg| sender.send(Arrival::Msg(msg)).is_ok();
        tokio::spawn(approve(asked, by, run_context, generation, tell));
    }

    /// Notes `text` on the run `id`, which another process drives, or none.
    pub fn note(&self, means: Option<&Means>, id: String, text: String) {
        let Some(known) = means else {
            let why = "the fleet is not open: nothing was written".to_owned();
            let _ = self.sender.send(Arrival::Msg(Msg::Failed(why)));
            return;
        };
        let (folder, operator) = (self.folder.clone(), self.operator(means));
        let (run_context, sender) = (known.run_context.clone(), self.sender.clone());
        tokio::spawn(async move {
            let noted = Box::pin(note_here(&folder, &run_context, &id, &text, &operator)).await;
            let said = noted.map(|noted| noted.words());
            let said = said.map_err(|why| why.to_string());
            let _ = sender.send(Arrival::Msg(Msg::Said(said)));
        });
    }

    /// Looks for plans that wait for approval for as long as the answer lives.
    pub fn with_approvals(&self, run_context: RunContext, generation: u64) -> ApprovalsWatch {
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        let tell = move |msg| sender.send(Arrival::Msg(msg)).is_ok();
        ApprovalsWatch::begin(folder, run_context, generation, tell)
    }

    /// Resumes a run that no process drives.
    pub fn resume(&self, means: Option<Means>, id: String, orders: Vec<Order>) {
        let (folder, operator) = (self.folder.clone(), self.operator(means.as_ref()));
        begin(&self.sender, means, move |run_context| async move {
            resume(&id, &orders, run_context, &folder, &operator).await
        });
    }

    /// Goes on with a run that its holder offers.
    pub fn accept(&self, means: Option<Means>, id: String) {
        let (folder, operator) = (self.folder.clone(), self.operator(means.as_ref()));
        begin(&self.sender, means, move |run_context| async move {
            accept(&id, run_context, &folder, &operator).await
        });
    }

    /// AWS's word for who acts wins over the system's.
    pub fn operator(&self, means: Option<&Means>) -> Operator {
        means.map_or_else(
            || self.operator.clone(),
            |means| operator_on(&means.run_context, &self.operator),
        )
    }

    /// A run began: from here on its state comes as messages.
    pub fn began(&mut self, running: Running, means: Means) -> Msg {
        self.stop_following();
        self.control = Some(running.control.clone());
        self.begun.push(running.id.clone());
        let now = running.state.borrow().clone();
        tokio::spawn(tell(running, means.observer, self.sender.clone()));
        self.run_context = Some(means.run_context);
        Msg::Run(now, Hold::Ours)
    }

    /// Has what the newest run begun here built kept where its fleet is described. That fleet may not be
    /// the one on screen any more.
    pub fn keep(&self, fleets: &dyn Fleets, run: String, intent: Intent) {
        let Some(run_context) = self.run_context.clone() else {
            return;
        };
        let fleet = run_context.fleet.clone();
        let keeping = fleets.keep(run_context, intent);
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let (changed, said) = keeping.await;
            let kept = Kept {
                run,
                fleet,
                changed,
                said,
            };
            let _ = sender.send(Arrival::Msg(Msg::Kept(kept)));
        });
    }

    pub fn order(&self, order: Order) {
        if let Some(control) = &self.control {
            control.order(order);
        }
    }

    pub fn leave(&self) {
        let beside = self.beside.values().map(|(control, _)| control);
        for control in self.control.iter().chain(beside) {
            control.leave();
        }
    }

    /// The runs begun in this process that are not over: what the shell is told at the end.
    pub fn left(&self) -> Vec<String> {
        let state = |id: &str| self.folder.state(id);
        let over = |id: &str| state(id).is_ok_and(|state| state.phase().over());
        let left = self.begun.iter().filter(|id| !over(id));
        left.cloned().collect()
    }

    /// A run of an action on several fleets began: it is spoken to once it is chosen.
    pub fn drive_beside(&mut self, running: &Running, run_context: RunContext) {
        let id = running.id.clone();
        self.begun.push(id.clone());
        self.beside
            .insert(id, (running.control.clone(), run_context));
    }

    /// Orders go to the run `id` from here on.
    pub fn speak(&mut self, id: &str) {
        self.stop_following();
        if let Some((control, run_context)) = self.beside.get(id) {
            self.control = Some(control.clone());
            self.run_context = Some(run_context.clone());
        }
    }

    /// Where runs are kept, and who acts by the system's word.
    pub fn basis(&self) -> (Folder, Operator) {
        (self.folder.clone(), self.operator.clone())
    }

    /// Looks for a run of `fleet` that is neither done nor given up.
    pub fn look_for_unfinished(&mut self, generation: u64, fleet: FleetSpec) {
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        spawn_blocking(move || {
            let Some(run) = folder.open_runs(&fleet).into_iter().next() else {
                return;
            };
            let hold = hold(&folder, &run.id);
            let _ = sender.send(Arrival::Unfinished(generation, Arc::new(run), hold));
        });
    }

    /// Brings the runs of the team's other machines for as long as the answer lives.
    pub fn with_the_team(&self, run_context: RunContext, generation: u64) -> Option<TeamWatch> {
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        let journals = folder.clone();
        TeamWatch::begin(folder, run_context, move |told| {
            let arrival = match told {
                FromTheTeam::Open(run) => {
                    let hold = hold(&journals, &run.id);
                    Arrival::Unfinished(generation, Arc::new(*run), hold)
                }
                FromTheTeam::Conflicts(found) => Arrival::Msg(Msg::Conflicts(found)),
                FromTheTeam::NotKnown(why) => {
                    let why = format!("runs on other machines are not known: {why}");
                    Arrival::Msg(Msg::Failed(why))
                }
            };
            sender.send(arrival).is_ok()
        })
    }

    /// Lists all runs.
    pub fn list(&self) {
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        spawn_blocking(move || {
            let line = |run: gwctl_actions::Summary| match run.state {
                Ok(state) => RunLine {
                    unattended: folder.holder(&run.id).is_none(),
                    id: run.id,
                    begun: Some(state.begun),
                    title: state.plan.title.clone(),
                    operator: state.operator.clone(),
                    phase: Some(state.phase()),
                    conflict: !folder.conflicts(&state.id).is_empty(),
                },
                Err(why) => RunLine {
                    id: run.id,
                    begun: None,
                    title: why.to_string(),
                    operator: String::new(),
                    phase: None,
                    conflict: false,
                    unattended: true,
                },
            };
            let runs = folder.runs().into_iter().map(line).collect();
            let _ = sender.send(Arrival::Msg(Msg::Runs(runs)));
        });
    }

    /// Reads what runs sent a moment ago to what `binding` names, and asks the table that the team shares.
    pub fn lately(&self, means: Option<&Means>, binding: Binding) {
        let Some(run_context) = means.map(|means| means.run_context.clone()) else {
            return;
        };
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        let now = run_context.clock.now();
        let read = spawn_blocking(move || Lately::of(&folder, &binding, "", now));
        tokio::spawn(async move {
            let Ok(lately) = read.await else { return };
            let send = |lately| sender.send(Arrival::Msg(Msg::Lately(lately)));
            // The table may take its time.
            if run_context.spec.shared.is_some() {
                let _ = send(lately.clone());
                let table = SharedTable::ask(&run_context).await;
                let _ = send(lately.and_table(table));
            } else {
                let _ = send(lately);
            }
        });
    }

    /// Reads what was tried with a fleet.
    pub fn tried(&self, generation: u64, fleet: FleetSpec) {
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        spawn_blocking(move || {
            let tried = Tried::of(&folder, &fleet);
            let _ = sender.send(Arrival::Msg(Msg::Tried(generation, tried)));
        });
    }

    /// What runs of the fleet did from `from` on.
    pub fn events(&self, generation: u64, means: &Means, from: Timestamp) {
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        let fleet = means.run_context.spec.clone();
        spawn_blocking(move || {
            let events = folder.events(&fleet, from);
            let _ = sender.send(Arrival::Msg(Msg::RunEvents(generation, events)));
        });
    }

    /// Shows a run by its journal, and keeps reading it while it can change.
    pub fn follow(&mut self, id: String) {
        self.stop_following();
        let (folder, sender) = (self.folder.clone(), self.sender.clone());
        let tell = move |msg| sender.send(Arrival::Msg(msg)).is_ok();
        self.following = Some(tokio::spawn(follow(folder, id, tell)).abort_handle());
    }

    fn stop_following(&mut self) {
        if let Some(following) = self.following.take() {
            following.abort();
        }
    }
}

/// Has `how` begin a run; [`Arrival::Running`] or a message says what became of it.
fn begin<F>(
    sender: &mpsc::UnboundedSender<Arrival>,
    means: Option<Means>,
    how: impl FnOnce(RunContext) -> F + Send + 'static,
) where
    F: Future<Output = Result<Running, NotStarted>> + Send + 'static,
{
    let sender = sender.clone();
    let Some(means) = means else {
        let why = "the fleet is not open: nothing can be done to it".into();
        let _ = sender.send(Arrival::Msg(Msg::NotStarted(why)));
        return;
    };
    // The journal is written on the way: on a thread that may wait for the disk.
    let runtime = tokio::runtime::Handle::current();
    spawn_blocking(move || {
        let arrival = match runtime.block_on(how(means.run_context.clone())) {
            Ok(running) => Arrival::Running(running, Box::new(means)),
            Err(why) => Arrival::Msg(Msg::NotStarted(why.to_string())),
        };
        let _ = sender.send(arrival);
    });
}

/// Sends what changes of the run in this process until it ends. The observer lives as long.
async fn tell(
    mut running: Running,
    observer: Arc<Observer>,
    sender: mpsc::UnboundedSender<Arrival>,
) {
    let send = |msg| drop(sender.send(Arrival::Msg(msg)));
    let outcome = loop {
        tokio::select! {
            biased;
            Ok(()) = running.state.changed() => {
                let now = running.state.borrow_and_update().clone();
                send(Msg::Run(now, Hold::Ours));
            }
            Ok(()) = running.complaints.changed() => {
                let why = running.complaints.borrow_and_update().clone();
                if let Some(why) = why {
                    send(Msg::Failed(why));
                }
            }
            ended = &mut running.task => break ended,
        }
    };
    send(Msg::RunStopped(stopped(outcome)));
    drop(observer);
}
