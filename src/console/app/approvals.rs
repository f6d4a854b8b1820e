//! Plans that wait for approval, as the console knows them: what comes of them, and whether who sits here may approve.

use super::State;
use gwctl_actions::{Approval, Asked, NotApproved, Waiting};

/// What comes of plans that wait for approval.
#[derive(Debug, Clone)]
pub enum ApprovalNews {
    /// The plan begun in this console waits, and who approved it so far.
    Asked(Box<Asked>, Vec<Approval>),
    /// All plans of the fleet opened with this generation that wait.
    Waiting(u64, Vec<Waiting>),
    /// [`super::Effect::Approve`] ended, for the plan of this name.
    Approved(String, Result<(), String>),
}

impl State {
    /// The plans that who sits here could approve, and has not yet.
    pub fn to_approve(&self) -> impl Iterator<Item = &Waiting> {
        let waiting = self.guided.waiting.iter();
        waiting.filter(|one| self.why_not_approve(one).is_none())
    }

    /// Why who sits here cannot approve what waits; none where they can. It needs no right to change the fleet: who asked
    /// changes it.
    pub fn why_not_approve(&self, waiting: &Waiting) -> Option<String> {
        let asked = &waiting.asked;
        if self.waiting(&asked.id).is_none() {
            return Some(NotApproved::Over(asked.id.clone()).to_string());
        }
        if let Err(why) = &waiting.plan {
            return Some(why.clone());
        }
        let Some(identity) = self.live.identity.last() else {
            let why = "STS did not return who you are yet: gwctl cannot tell you from who asked";
            return Some(why.into());
        };
        if waiting.is_approved_by(&identity.arn) {
            return Some("you approved it already".into());
        }
        let refused = asked.admits(&identity.arn, self.clock).err();
        refused.map(|why| why.to_string())
    }

    /// The plan of this name, as long as it waits.
    pub fn waiting(&self, id: &str) -> Option<&Waiting> {
        let mut waiting = self.guided.waiting.iter();
        waiting.find(|one| one.asked.id == id)
    }
}
