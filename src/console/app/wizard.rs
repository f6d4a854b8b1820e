//! The way to a run: what is offered where one is, and the plan, its checks and its confirmation.

use crate::app::offer::red;
use std::collections::BTreeSet;

use tui_input::Input;

use gwctl_actions::{Approval, Asked, Finding, Plan, Waiting};

/// Where in the wizard one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// What will be done.
    Plan,
    /// What must hold first.
    Checks,
    /// The target's name is typed.
    Confirm,
}

impl Part {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Plan, Self::Checks, Self::Confirm];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Plan => "Plan",
            Self::Checks => "Checks",
            Self::Confirm => "Confirm",
        }
    }

    pub(super) const fn before(self) -> Option<Self> {
        match self {
            Self::Plan => None,
            Self::Checks => Some(Self::Plan),
            Self::Confirm => Some(Self::Checks),
        }
    }
}

/// One plan on its way to a run.
#[derive(Debug, Clone)]
pub struct Wizard {
    /// What is shown is what will run.
    pub plan: Box<Plan>,
    /// Where one is.
    pub part: Part,
    /// Names of waived checks.
    pub waived: BTreeSet<String>,
    /// The cursor among the checks.
    pub row: usize,
    /// First visible line of the plan.
    pub scroll: usize,
    /// What is typed to confirm.
    pub typed: Input,
    /// What was wrong with it, or what changed meanwhile.
    pub error: Option<String>,
    /// The run is being started.
    pub starting: bool,
    /// It waits for the approval of others, and who approved it so far.
    pub asked: Option<(Box<Asked>, Vec<Approval>)>,
    /// It is somebody else's and waits: here it is read and approved, not begun.
    pub approves: Option<Box<Waiting>>,
}

impl Wizard {
    /// At the beginning, with `plan`.
    pub fn new(plan: Plan) -> Self {
        Self {
            plan: Box::new(plan),
            part: Part::Plan,
            waived: BTreeSet::new(),
            row: 0,
            scroll: 0,
            typed: Input::default(),
            error: None,
            starting: false,
            asked: None,
            approves: None,
        }
    }

    /// At the beginning, with a plan that waits for approval.
    ///
    /// # Errors
    /// Why the plan cannot be shown.
    pub fn approving(waiting: Waiting) -> Result<Self, String> {
        let plan = waiting.plan.clone()?;
        let checks = plan.checks.iter();
        // Otherwise who asked could not have confirmed it.
        let waived = checks.filter(|check| check.finding == Finding::Waivable);
        Ok(Self {
            waived: waived.map(|check| check.name.clone()).collect(),
            approves: Some(Box::new(waiting)),
            ..Self::new(*plan)
        })
    }

    /// Whether it is open to approve the plan of this name.
    pub fn approves_plan(&self, id: &str) -> bool {
        let approves = self.approves.as_ref();
        approves.is_some_and(|waiting| waiting.asked.id == id)
    }

    /// Whether the plan follows the newest picture: not while it begins or waits, nor where exactly this one is approved.
    pub(super) const fn is_replanned(&self) -> bool {
        !self.starting && self.approves.is_none()
    }

    /// Why it cannot go on to be confirmed.
    pub fn blocked(&self) -> Option<String> {
        if let Some(why) = red(&self.plan) {
            return Some(why);
        }
        let open: Vec<&str> = self
            .plan
            .checks
            .iter()
            .filter(|check| check.finding == Finding::Waivable)
            .filter(|check| !self.waived.contains(&check.name))
            .map(|check| check.name.as_str())
            .collect();
        (!open.is_empty()).then(|| format!("not waived yet: {}", open.join(", ")))
    }

    /// Takes a newer plan for the same intent. Once one is confirming, only when it is another plan,
    /// and then the operator looks at it again: what is confirmed is what was shown.
    pub fn refresh(&mut self, plan: Plan) {
        if self.part == Part::Confirm {
            if self.still(&plan) {
                return;
            }
            self.turn_to(Part::Plan);
            self.error = Some("the fleet changed: this is another plan, look at it again".into());
        }
        *self.plan = plan;
    }

    /// Whether `newer` would do the same on the same state, and nothing stands in its way that did
    /// not before.
    fn still(&self, newer: &Plan) -> bool {
        let does = |plan: &Plan| -> Vec<_> {
            let steps = plan.steps.iter();
            steps
                .map(|step| (step.id.clone(), step.after.clone(), step.calls.clone()))
                .collect()
        };
        let in_the_way = |plan: &Plan| -> BTreeSet<String> {
            let checks = plan.checks.iter();
            checks
                .filter(|check| check.finding >= Finding::Waivable)
                .map(|check| check.name.clone())
                .collect()
        };
        newer.basis == self.plan.basis
            && does(newer) == does(&self.plan)
            && in_the_way(newer).is_subset(&in_the_way(&self.plan))
    }

    /// Shows another part from its beginning. What was typed to confirm is forgotten: who turned away and back
    /// types it again.
    pub(super) fn turn_to(&mut self, part: Part) {
        self.part = part;
        self.scroll = 0;
        self.typed.reset();
    }
}
