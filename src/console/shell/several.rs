//! One action on several fleets: each is looked at closely and planned by itself, and those that were confirmed run side
//! by side, each with its own journal and lease.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinSet, spawn_blocking};

use super::follow::{operator_on, stopped};
use crate::app::{Msg, SeveralNews, SeveralWish};
use crate::{Fleets, Opened};
use gwctl_actions::{
    Folder, Intent, Operator, Plan, RunContext, Running, Said, SharedTable, as_one_of_several,
    confirmed_with_others, keep_switches, plan_weighed, start,
};
use gwctl_observe::Observer;

/// How long a fleet may take until what is not known counts as unknown.
const PATIENCE: Duration = Duration::from_secs(20);

/// A fleet that is looked at to act on it.
#[derive(Clone)]
pub(super) struct Close {
    run_context: RunContext,
    /// Keeps its picture fresh for as long as anything needs it.
    observer: Arc<Observer>,
}

/// What comes of an action on several fleets.
pub(super) enum FromSeveral {
    /// A fleet is planned for by the action of this number, or left out: why.
    Planned(u64, Box<Close>, Result<Box<Plan>, String>),
    /// A run of it began.
    Runs(u64, Running, Box<Close>),
    /// News for the update.
    News(Msg),
}

/// The fleets that are planned for. What runs needs none of it.
#[derive(Default)]
pub(super) struct Several {
    /// Ends with this.
    planning: JoinSet<()>,
    planned: BTreeMap<String, Close>,
}

impl Several {
    /// Does what is wished for, or begins to: with the runs of a folder, and for who acts by the system's word.
    pub fn perform(
        &mut self,
        wish: SeveralWish,
        fleets: &dyn Fleets,
        basis: &(Folder, Operator),
        tell: impl Fn(FromSeveral) + Clone + Send + Sync + 'static,
    ) {
        match wish {
            SeveralWish::Plan {
                number,
                intent,
                fleets: names,
            } => {
                self.end();
                for name in &names {
                    let (basis, tell, intent) = (basis.clone(), tell.clone(), intent.clone());
                    let opening = fleets.beside(name);
                    self.planning.spawn(async move {
                        let close = Close::of(opening.await);
                        let planned = planned(&close, &intent, basis).await;
                        tell(FromSeveral::Planned(number, Box::new(close), planned));
                    });
                }
            }
            SeveralWish::EndPlanning => self.end(),
            SeveralWish::Start { number, plans } => {
                for plan in plans {
                    if let Some(close) = self.planned.remove(&plan.fleet) {
                        begin(number, plan, close, basis.clone(), tell.clone());
                    }
                }
                self.end();
            }
        }
    }

    /// A fleet is planned for, or left out: then nobody looks at it any longer.
    pub fn planned(
        &mut self,
        number: u64,
        close: Close,
        planned: Result<Box<Plan>, String>,
    ) -> Msg {
        let fleet = close.run_context.fleet.clone();
        if planned.is_ok() {
            self.planned.insert(fleet.clone(), close);
        }
        Msg::Several(number, SeveralNews::Planned(fleet, planned))
    }

    /// Nobody looks at the plans any longer.
    fn end(&mut self) {
        self.planning = JoinSet::new();
        self.planned.clear();
    }
}

impl Close {
    fn of(opened: Opened) -> Self {
        Self {
            run_context: opened.run_context,
            observer: Arc::new(opened.observer),
        }
    }

    /// What a run on it works with.
    pub const fn run_context(&self) -> &RunContext {
        &self.run_context
    }
}

/// The plan of one fleet on its first picture that says enough, or why it is left out.
async fn planned(
    close: &Close,
    intent: &Intent,
    (folder, system): (Folder, Operator),
) -> Result<Box<Plan>, String> {
    let run_context = &close.run_context;
    let picture = close.observer.first_to_plan_on(PATIENCE);
    let (_, table) = tokio::join!(picture, SharedTable::ask(run_context));
    let operator = operator_on(run_context, &system);
    let plan = plan_weighed(intent, run_context, &folder, table, PATIENCE).await;
    let plan = plan.map(|(_, plan)| plan);
    as_one_of_several(plan, run_context, Said::default(), &operator).map(Box::new)
}

/// Begins one of the plans: on a thread that may wait for the disk, for the journal is written on the way.
fn begin(
    number: u64,
    plan: Plan,
    close: Close,
    (folder, system): (Folder, Operator),
    tell: impl Fn(FromSeveral) + Send + 'static,
) {
    let runtime = tokio::runtime::Handle::current();
    spawn_blocking(move || {
        let operator = operator_on(&close.run_context, &system);
        let confirmation = confirmed_with_others(&plan, Said::default(), &operator);
        let run_context = close.run_context.clone();
        let started = start(&plan, &confirmation, run_context, &folder, &operator);
        tell(match runtime.block_on(started) {
            Ok(running) => FromSeveral::Runs(number, running, Box::new(close)),
            Err(why) => {
                let news = SeveralNews::NotBegun(plan.fleet.clone(), why.to_string());
                FromSeveral::News(Msg::Several(number, news))
            }
        });
    });
}

/// Tells what comes of a run until it ends. Its fleet is looked at as long.
pub(super) async fn tell(
    number: u64,
    mut running: Running,
    close: Close,
    tell: impl Fn(Msg) + Send + Sync,
) {
    let fleet = close.run_context.fleet.clone();
    let send = |news| tell(Msg::Several(number, news));
    let moves = async {
        loop {
            tokio::select! {
                biased;
                Ok(()) = running.state.changed() => {
                    let now = running.state.borrow_and_update().clone();
                    send(SeveralNews::Run(now));
                }
                Ok(()) = running.complaints.changed() => {
                    let why = running.complaints.borrow_and_update().clone();
                    if let Some(why) = why {
                        tell(Msg::Failed(format!("{fleet}: {why}")));
                    }
                }
                ended = &mut running.task => break ended,
            }
        }
    };
    let outcome = tokio::select! {
        biased;
        outcome = moves => outcome,
        never = Box::pin(keep_switches(close.run_context.clone())) => match never {},
    };
    send(SeveralNews::Stopped(fleet.clone(), stopped(outcome)));
    drop(close.observer);
}
