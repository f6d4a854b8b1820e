//! A plan that waits for the approval of others, until it may begin or is withdrawn.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::four_eyes::{NotApproved, approvals, ask_approval};
use super::{Approval, Asked, Folder, Followed, Operator, Plan, RunContext};
use gwctl_store::Store;

/// How often it is looked for approvals.
const LOOK: Duration = Duration::from_secs(2);

/// Cheap to clone.
#[derive(Clone)]
pub struct Asking {
    run_context: RunContext,
    folder: Folder,
    store: Arc<dyn Store>,
    /// The name under which it waits, once it does.
    id: Arc<Mutex<Option<String>>>,
}

impl Asking {
    /// On the fleet that `run_context` is about.
    pub fn of(run_context: &RunContext, folder: Folder) -> Self {
        Self {
            store: folder.store(run_context),
            run_context: run_context.clone(),
            folder,
            id: Arc::default(),
        }
    }

    /// Waits until `plan` has the approvals that its rules ask for. `tell` hears at each look who approved it.
    ///
    /// # Errors
    /// It was not approved in time, or cannot wait at all.
    pub async fn wait(
        &self,
        plan: &Plan,
        operator: &Operator,
        tell: impl Fn(&Asked, &[Approval]),
    ) -> Result<(), NotApproved> {
        let store = &*self.store;
        let picture = self.run_context.snapshot();
        let identity = picture.identity.last();
        let arn = identity.map(|identity| identity.arn.as_str());
        let clock = &self.run_context.clock;
        let asked = ask_approval(plan, store, (operator, arn), clock.now()).await?;
        self.folder
            .tell(&self.run_context, Followed::Waits(asked.clone().into()));
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked.id.clone());
        loop {
            // What the table does not answer now is asked again.
            let known = approvals(&asked, store).await.unwrap_or_default();
            tell(&asked, &known);
            if known.len() >= asked.needed as usize {
                return Ok(());
            }
            if clock.now() > asked.until() {
                store.end_asking(&asked.id).await?;
                return Err(NotApproved::Expired(asked.id));
            }
            self.run_context.sleep(LOOK).await;
        }
    }

    /// It is withdrawn.
    pub async fn end(self) {
        let id = {
            let mut id = self.id.lock().unwrap_or_else(PoisonError::into_inner);
            id.take()
        };
        if let Some(id) = id {
            // Where the table does not answer, it waits until its time is over, and nothing begins.
            drop(self.store.end_asking(&id).await);
        }
    }
}
