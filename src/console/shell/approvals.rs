//! The plans of a fleet that wait for approval: looked for as long as the fleet is watched, and approved from here.

use std::time::Duration;

use tokio::task::AbortHandle;

use crate::app::{ApprovalNews, Msg};
use gwctl_actions::{Asked, Folder, Operator, RunContext, approve_here, waiting};

/// How often they are looked for. Those of other machines are brought by [`super::team::TeamWatch`].
const LOOK: Duration = Duration::from_secs(2);

/// Looks for them until it is dropped.
pub(super) struct ApprovalsWatch(AbortHandle);

impl Drop for ApprovalsWatch {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl ApprovalsWatch {
    /// What changes of them is told as news of the fleet opened with this generation. `tell` answers whether anybody still
    /// listens.
    pub fn begin(
        folder: Folder,
        run_context: RunContext,
        generation: u64,
        tell: impl Fn(Msg) -> bool + Send + 'static,
    ) -> Self {
        let looking = tokio::spawn(async move {
            let mut known = Vec::new();
            loop {
                let now = waiting(&folder, &run_context).await;
                if now != known {
                    known.clone_from(&now);
                    let news = ApprovalNews::Waiting(generation, now);
                    if !tell(Msg::Approvals(news)) {
                        return;
                    }
                }
                tokio::time::sleep(LOOK).await;
            }
        });
        Self(looking.abort_handle())
    }
}

/// Approves `asked`; news say what became of it, and what waits then.
pub(super) async fn approve(
    asked: Asked,
    (folder, operator): (Folder, Operator),
    run_context: RunContext,
    generation: u64,
    tell: impl Fn(Msg) -> bool,
) {
    let done = approve_here(&asked, &folder, &run_context, &operator).await;
    if done.is_ok() {
        let now = waiting(&folder, &run_context).await;
        tell(Msg::Approvals(ApprovalNews::Waiting(generation, now)));
    }
    let done = done.map_err(|why| why.to_string());
    tell(Msg::Approvals(ApprovalNews::Approved(asked.id, done)));
}
