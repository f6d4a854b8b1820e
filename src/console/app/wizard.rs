//! The way to a run: what is offered where one is, and the plan, its checks and its confirmation.

use std::collections::BTreeSet;

use tui_input::Input;

use super::State;
use gwctl_actions::guided::{ACTIONS, CALM, Description, Opening, Question};
use gwctl_actions::{Finding, Intent, Plan, Refused, plan, remedies};
use gwctl_fleet::{Missing, Region};

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
    fn to(intent: Intent) -> Self {
        match intent.question() {
            Some(question) => Self::Asked(intent, question),
            None => Self::Plain(intent),
        }
    }
}

impl Offer {
    /// What is asked for, where that is given.
    fn intent(&self) -> Option<Intent> {
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
fn not_today(plan: &Plan) -> Option<String> {
    let calm = plan.checks.iter().find(|check| check.name == CALM)?;
    (calm.finding > Finding::Pass).then(|| calm.text.clone())
}

/// The first check of `plan` that nobody can waive.
pub fn red(plan: &Plan) -> Option<String> {
    plan.checks
        .iter()
        .find(|check| check.finding == Finding::Fail)
        .map(|check| check.text.clone())
}

/// What should be done first about what is wrong, wherever one is; then what could be done where `region` is
/// selected. All planned at once.
pub fn offers(state: &State, region: &Region) -> Vec<Offer> {
    let urgent: Vec<Offer> = remedies(&state.live)
        .into_iter()
        .map(|remedy| offer(state, remedy.intent))
        .filter(|offer| offer.refused().is_none())
        .collect();
    let first: Vec<Intent> = urgent.iter().filter_map(Offer::intent).collect();
    let here = ACTIONS.iter().flat_map(|action| {
        let mut offers: Vec<Offer> = (action.offers)(&state.live, region)
            .into_iter()
            .flat_map(|intent| intent.variants(&state.live))
            .map(|intent| offer(state, intent))
            .collect();
        if offers.is_empty() {
            offers.extend(unplanned(state, action));
        }
        offers
    });
    let rest: Vec<Offer> = here
        .filter(|offer| offer.intent().is_none_or(|intent| !first.contains(&intent)))
        .collect();
    urgent.into_iter().chain(rest).collect()
}

/// Why nothing can be looked up first: AWS does not say who is asking.
fn unheard(state: &State) -> Option<Refused> {
    match state.live.identity.why_missing()? {
        why @ (Missing::CouldNotAsk { .. } | Missing::NotAllowed { .. }) => Some(Refused {
            why: format!("AWS cannot be asked: {why}"),
            instead: None,
        }),
        Missing::NotYet | Missing::NoData => None,
    }
}

/// What is offered of an action of which no picture says what to ask for.
fn unplanned(state: &State, action: &Description) -> Option<Offer> {
    let way = match (action.opening)(unbuilt(state)) {
        Opening::None => return None,
        Opening::With(intent) => Way::to(intent),
        Opening::Typed(what) => Way::Line(format!("{} ", action.name), what),
    };
    Some(Offer {
        action: action.name,
        about: action.menu,
        way,
        planned: unheard(state).map(Err),
    })
}

/// Whether the configuration names nothing that would be there once the fleet is built.
fn unbuilt(state: &State) -> bool {
    state.guided.spec.as_ref().is_some_and(|spec| {
        spec.edge.distribution.is_empty() && spec.sites.iter().all(|site| site.api.is_empty())
    })
}

fn offer(state: &State, intent: Intent) -> Offer {
    let action = intent.description();
    Offer {
        action: action.name,
        about: action.menu,
        // What must be looked up first is planned once it was.
        planned: if intent.must_be_looked_up() {
            unheard(state).map(Err)
        } else {
            Some(planned(state, &intent).map(Box::new))
        },
        way: Way::to(intent),
    }
}

/// The plan for `intent` on the newest picture.
pub fn planned(state: &State, intent: &Intent) -> Result<Plan, Refused> {
    let Some(spec) = &state.guided.spec else {
        return Err(Refused {
            why: "the fleet is not open yet".into(),
            instead: None,
        });
    };
    plan(&state.fleet, spec, &state.live, intent)
}

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
        }
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
