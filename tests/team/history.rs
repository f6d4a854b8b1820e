//! What operators did, as outsiders saw it, and whether one lease explains it: Wing and Gong's check of linearizability.

use std::sync::Mutex;

use todc_utils::linearizability::WGLChecker;
use todc_utils::linearizability::history::{Action, History as Actions};
use todc_utils::specifications::Specification;

/// Something that was done under a hold, and came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The lease was taken, by whomever.
    Taken { hold: u64 },
    /// The table said that the hold still has it.
    Proved { hold: u64 },
    /// A change reached AWS.
    Sent { hold: u64 },
}

/// The lease as everybody must be able to think of it: one value that changes at a moment.
struct OneLease;

impl Specification for OneLease {
    /// The hold that has it; none at first.
    type State = Option<u64>;
    type Operation = Step;

    fn init() -> Self::State {
        None
    }

    fn apply(step: &Step, has: &Self::State) -> (bool, Self::State) {
        match *step {
            // A holder that gives no sign is taken over: from outside that may be at any time, but never back.
            Step::Taken { hold } => (has.is_none_or(|has| has != hold), Some(hold)),
            Step::Proved { hold } | Step::Sent { hold } => (*has == Some(hold), *has),
        }
    }
}

/// When something began, or came about.
#[derive(Debug, Clone, Copy)]
enum Event {
    Begun(usize),
    Ended(usize, Step),
}

/// Everything that was done, in the order in which it began and ended.
#[derive(Debug, Default)]
pub struct History(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    events: Vec<Event>,
    begun: usize,
    holds: u64,
}

impl History {
    /// Something begins; what is never ended did not come about, or nobody knows.
    pub fn begin(&self) -> usize {
        let mut known = self.0.lock().unwrap();
        known.begun += 1;
        let number = known.begun;
        known.events.push(Event::Begun(number));
        number
    }

    pub fn end(&self, begun: usize, step: Step) {
        let mut known = self.0.lock().unwrap();
        known.events.push(Event::Ended(begun, step));
    }

    /// Something that takes no time.
    pub fn at_once(&self, step: Step) {
        let begun = self.begin();
        self.end(begun, step);
    }

    /// The number of a hold that was had just now.
    pub fn new_hold(&self) -> u64 {
        let mut known = self.0.lock().unwrap();
        known.holds += 1;
        known.holds
    }

    /// How often the lease was taken.
    pub fn holds(&self) -> u64 {
        self.0.lock().unwrap().holds
    }

    /// Whether one lease explains it all.
    pub fn judge(&self) -> Result<(), String> {
        let known = self.0.lock().unwrap();
        let step = |number: usize| {
            known.events.iter().find_map(|event| match event {
                Event::Ended(ended, step) if *ended == number => Some(*step),
                _ => None,
            })
        };
        // Each has a process of its own: what one operator does may overlap where its requests do.
        let actions = known.events.iter().filter_map(|event| match *event {
            Event::Begun(number) => Some((number, Action::Call(step(number)?))),
            Event::Ended(number, step) => Some((number, Action::Response(step))),
        });
        let actions: Vec<_> = actions.collect();
        if actions.is_empty()
            || WGLChecker::<OneLease>::is_linearizable(Actions::from_actions(actions.clone()))
        {
            return Ok(());
        }
        Err(format!("no lease explains {actions:?}"))
    }
}

#[test]
fn a_change_after_somebody_else_took_over_is_explained_by_no_lease() {
    let history = History::default();
    let take = |hold| history.at_once(Step::Taken { hold });
    take(1);
    history.at_once(Step::Sent { hold: 1 });
    let taking = history.begin();
    history.at_once(Step::Sent { hold: 1 });
    history.end(taking, Step::Taken { hold: 2 });
    history.at_once(Step::Proved { hold: 2 });
    assert_eq!(history.judge(), Ok(()));
    history.at_once(Step::Sent { hold: 1 });
    assert!(history.judge().is_err());
}
