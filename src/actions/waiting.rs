//! The plans of a fleet that wait for approval, as everybody of its team sees them; and approving one from here.

use super::four_eyes::{NotApproved, approvals, approve, person};
use super::{Approval, Asked, Folder, Operator, Plan, RunContext};

/// A plan that waits for approval.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// Who asks, since when, for what.
    pub asked: Asked,
    /// What would be done, or why it cannot be shown.
    pub plan: Result<Box<Plan>, String>,
    /// Who approved it so far; none where the table did not answer.
    pub approvals: Option<Vec<Approval>>,
}

impl Waiting {
    /// Whether who AWS knows as `arn` approved it already.
    pub fn is_approved_by(&self, arn: &str) -> bool {
        let mut known = self.approvals.iter().flatten();
        known.any(|one| person(&one.arn) == person(arn))
    }
}

/// The plans of the fleet that `run_context` is about that wait now, as far as this machine knows. The oldest first.
pub async fn waiting(folder: &Folder, run_context: &RunContext) -> Vec<Waiting> {
    let (store, now) = (folder.store(run_context), run_context.clock.now());
    let domain = &run_context.spec.domain;
    let mut waiting = Vec::new();
    for asked in folder.asked().into_iter().rev() {
        if asked.domain != *domain || now > asked.until() {
            continue;
        }
        waiting.push(Waiting {
            plan: asked.plan().map(Box::new).map_err(|why| why.to_string()),
            approvals: approvals(&asked, &*store).await.ok(),
            asked,
        });
    }
    waiting
}

/// Approves the plan that waits as `asked`, as who AWS says this process is.
///
/// # Errors
/// It is one's own, waits no longer, or its approval cannot be kept.
pub async fn approve_here(
    asked: &Asked,
    folder: &Folder,
    run_context: &RunContext,
    operator: &Operator,
) -> Result<(), NotApproved> {
    let picture = run_context.snapshot();
    let identity = picture.identity.last().ok_or(NotApproved::Nobody)?;
    let (store, by) = (folder.store(run_context), (operator, identity.arn.as_str()));
    approve(asked, &*store, by, run_context.clock.now()).await
}
