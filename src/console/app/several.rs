//! One action on several fleets: planned for each, confirmed once, run side by side.

use std::sync::Arc;

use tui_input::Input;

use super::{Hold, Shown, Stopped};
use gwctl_actions::{Intent, Phase, Plan, RunState, holds, word_for_several};
use gwctl_fleet::Region;

/// What came of one of the fleets.
#[derive(Debug, Clone)]
pub enum SeveralNews {
    /// Its plan, or why it is left out.
    Planned(String, Result<Box<Plan>, String>),
    /// Its run did not begin: why.
    NotBegun(String, String),
    /// Its run as it stands now.
    Run(Arc<RunState>),
    /// This console drives its run no longer.
    Stopped(String, Stopped),
}

/// What is to be done outside for an action on several fleets.
#[derive(Debug, Clone, PartialEq)]
pub enum SeveralWish {
    /// Look closely at these fleets and plan this for each; [`super::Msg::Several`] answers for each.
    Plan {
        number: u64,
        intent: Box<Intent>,
        fleets: Vec<String>,
    },
    /// Nobody looks at the plans any longer.
    EndPlanning,
    /// Begin these plans side by side: the Region and their count were typed.
    Start { number: u64, plans: Vec<Plan> },
}

/// How one of the fleets stands.
#[derive(Debug, Clone)]
pub enum Part {
    /// Its picture is not complete yet.
    Planning,
    /// It cannot do it: every reason.
    LeftOut(String),
    /// It can.
    Ready(Box<Plan>),
    /// It was confirmed, and no journal is written yet.
    Beginning,
    /// Its run did not begin: why.
    NotBegun(String),
    /// Its run, which this console drives.
    Runs(Arc<RunState>),
    /// Its run, which this console drives no longer, and why.
    Left(Arc<RunState>, Stopped),
}

/// One of the fleets.
#[derive(Debug, Clone)]
pub struct Member {
    pub fleet: String,
    pub part: Part,
}

/// Where one is with all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Each plan is looked at.
    Plans,
    /// The Region and the count are typed.
    Confirm,
    /// They run.
    Runs,
}

/// An action on several fleets.
#[derive(Debug, Clone)]
pub struct Several {
    /// News of another number are about other plans.
    pub number: u64,
    pub intent: Box<Intent>,
    /// What needs somebody stands first.
    pub members: Vec<Member>,
    /// US dollars an hour that looking at all of them closely is expected to cost.
    pub dollars_per_hour: f64,
    pub stage: Stage,
    /// The cursor.
    pub row: usize,
    /// What is typed to confirm.
    pub typed: Input,
    /// What was wrong with it.
    pub error: Option<String>,
    /// Put aside while something is typed after `:`.
    pub parked: bool,
}

impl Several {
    /// None of `fleets` is planned yet.
    pub fn new(number: u64, intent: Intent, fleets: Vec<String>, dollars_per_hour: f64) -> Self {
        let member = |fleet| Member {
            fleet,
            part: Part::Planning,
        };
        Self {
            number,
            intent: Box::new(intent),
            members: fleets.into_iter().map(member).collect(),
            dollars_per_hour,
            stage: Stage::Plans,
            row: 0,
            typed: Input::default(),
            error: None,
            parked: false,
        }
    }

    /// The Region that it is about.
    pub fn region(&self) -> Option<&Region> {
        self.intent.region()
    }

    /// What confirms it: the Region and how many fleets can do it.
    pub fn word(&self) -> String {
        word_for_several(&self.intent, self.ready())
    }

    /// How many can do it.
    pub fn ready(&self) -> usize {
        self.count(|part| matches!(part, Part::Ready(_)))
    }

    /// How many are of this kind.
    pub fn count(&self, is: impl Fn(&Part) -> bool) -> usize {
        self.members
            .iter()
            .filter(|member| is(&member.part))
            .count()
    }

    /// The one under the cursor.
    pub fn chosen(&self) -> Option<&Member> {
        self.members.get(self.row)
    }

    /// Whether they were confirmed: from there on it is about their runs.
    pub fn has_begun(&self) -> bool {
        self.stage == Stage::Runs
    }

    /// The run on `fleet`, and who moves it.
    pub fn on(&self, fleet: &str) -> Option<Shown> {
        let mut all = self.members.iter();
        all.find(|member| member.fleet == fleet)?.shown()
    }

    /// How many runs stand as the worst of them does, which is `.0`; and how many runs there are.
    pub fn worst(&self) -> Option<(Shown, usize, usize)> {
        let runs: Vec<Shown> = self.members.iter().filter_map(Member::shown).collect();
        let worst = runs.first()?.clone();
        let alike =
            |run: &&Shown| (run.state.phase(), &run.hold) == (worst.state.phase(), &worst.hold);
        Some((worst.clone(), runs.iter().filter(alike).count(), runs.len()))
    }

    /// The one whose run has this identifier.
    pub fn of_run(&self, id: &str) -> Option<&Member> {
        let mut all = self.members.iter();
        all.find(|member| member.run().is_some_and(|run| run.id == id))
    }

    /// Whether this console drives one of the runs, or begins one.
    pub fn is_live(&self) -> bool {
        self.members.iter().any(Member::is_live)
    }

    /// Why nothing can be confirmed yet.
    pub(super) fn blocked(&self) -> Option<&'static str> {
        if self.count(|part| matches!(part, Part::Planning)) > 0 {
            Some("not every fleet is planned yet")
        } else if self.ready() == 0 {
            Some("none of the fleets can do it: nothing was changed")
        } else {
            None
        }
    }

    /// `fleet` stands so now. The cursor stays on its fleet.
    pub(super) fn put(&mut self, fleet: &str, part: Part) {
        let under = self.chosen().map(|member| member.fleet.clone());
        let mut all = self.members.iter_mut();
        let Some(member) = all.find(|member| member.fleet == fleet) else {
            return;
        };
        member.part = part;
        self.members.sort_by_key(|member| member.part.rank());
        let mut all = self.members.iter();
        // On the first row it stays first: what needs somebody comes there.
        if self.row > 0
            && let Some(row) = all.position(|member| Some(&member.fleet) == under.as_ref())
        {
            self.row = row;
        }
    }

    /// Every fleet that is ready begins; their plans.
    pub(super) fn begin(&mut self) -> Vec<Plan> {
        let mut plans = Vec::new();
        for member in &mut self.members {
            if let Part::Ready(plan) = &member.part {
                plans.push(*plan.clone());
                member.part = Part::Beginning;
            }
        }
        self.stage = Stage::Runs;
        self.row = 0;
        self.typed.reset();
        self.members.sort_by_key(|member| member.part.rank());
        plans
    }
}

impl Member {
    /// Its run, where it has one.
    pub const fn run(&self) -> Option<&Arc<RunState>> {
        match &self.part {
            Part::Runs(run) | Part::Left(run, _) => Some(run),
            _ => None,
        }
    }

    /// Its fleet, and the identifier of its run, where it has one.
    pub fn named(&self) -> (&str, Option<&str>) {
        (&self.fleet, self.run().map(|run| run.id.as_str()))
    }

    /// Its run as the run screen shows it, where it has one.
    pub fn shown(&self) -> Option<Shown> {
        let hold = match &self.part {
            Part::Runs(_) => Hold::Ours,
            _ => Hold::Nobody,
        };
        Some(Shown {
            state: Arc::clone(self.run()?),
            hold,
            seen: true,
        })
    }

    /// Whether this console drives its run, or begins it.
    pub fn is_live(&self) -> bool {
        match &self.part {
            Part::Beginning => true,
            Part::Runs(run) => !run.phase().over(),
            _ => false,
        }
    }

    /// Why it is left out, did not begin or is held, in a sentence.
    pub fn why(&self) -> Option<String> {
        match &self.part {
            Part::LeftOut(why) | Part::NotBegun(why) | Part::Left(_, Stopped::Failed(why)) => {
                Some(why.clone())
            }
            Part::Left(_, Stopped::TakenOver(to)) => {
                Some(format!("{to}: this machine can no longer send"))
            }
            Part::Runs(run) | Part::Left(run, Stopped::Left) => {
                let first = holds(run).into_iter().next();
                first.map(|hold| hold.sentence())
            }
            Part::Planning | Part::Ready(_) | Part::Beginning => None,
        }
    }
}

impl Part {
    /// What cannot be done comes first, then what needs somebody, what moves, and what is done.
    fn rank(&self) -> u8 {
        match self {
            Self::NotBegun(_) => 0,
            Self::Left(run, _) if !run.phase().over() => 0,
            Self::Runs(run) if run.phase() == Phase::Held => 0,
            Self::LeftOut(_) => 1,
            Self::Planning | Self::Beginning => 2,
            Self::Runs(run) if !run.phase().over() => 2,
            Self::Ready(_) | Self::Runs(_) | Self::Left(..) => 3,
        }
    }
}
