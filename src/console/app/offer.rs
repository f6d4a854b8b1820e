//! One line of the menu of guided actions: an action with its plan, or why there is none.

use gwctl_actions::guided::{CALM, Question};
use gwctl_actions::{Finding, Intent, Plan, Refused};

/// One line of the menu.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The action's name.
    pub action: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// What Enter does.
    pub way: Way,
    /// The plan, or why there is none; nothing where something must be given or looked up first.
    pub planned: Option<Result<Box<Plan>, Refused>>,
}

/// The way from an offer to a plan.
#[derive(Debug, Clone)]
pub enum Way {
    /// Everything is given: it is planned, after a look at what must be looked up.
    Plain(Intent),
    /// This is asked first.
    Asked(Intent, Question),
    /// The command line opens with this in it, and completes it; what is asked for there, in a clause.
    Line(String, &'static str),
}

impl Way {
    pub(super) fn to(intent: Intent) -> Self {
        match intent.question() {
            Some(question) => Self::Asked(intent, question),
            None => Self::Plain(intent),
        }
    }
}

impl Offer {
    /// What is asked for, where that is given.
    pub(super) fn intent(&self) -> Option<Intent> {
        match &self.way {
            Way::Plain(intent) | Way::Asked(intent, _) => Some(intent.clone()),
            Way::Line(..) => None,
        }
    }

    /// Why it cannot be done now.
    pub fn refused(&self) -> Option<String> {
        match self.planned.as_ref()? {
            Err(refused) => Some(refused.why.clone()),
            Ok(plan) => red(plan).or_else(|| not_today(plan)),
        }
    }
}

/// Why a drill is not for today, which can only be waived by name.
pub(super) fn not_today(plan: &Plan) -> Option<String> {
    let calm = plan.checks.iter().find(|check| check.name == CALM)?;
    (calm.finding > Finding::Pass).then(|| calm.text.clone())
}

/// The first check of `plan` that cannot be waived.
pub fn red(plan: &Plan) -> Option<String> {
    plan.checks
        .iter()
        .find(|check| check.finding == Finding::Fail)
        .map(|check| check.text.clone())
}
