//! The guided actions, one file each: a struct of an action's arguments that says everything of the action,
//! from its name to its plan. The console, its menus and help, the list of runs, policies and the command
//! line read what is listed in `actions!`. The other files are what plans are made of. Pure, but for what is
//! looked up before planning.
//!
//! A new action is a file that implements [`Action`], its three lines here, its arguments among those of
//! the command line (`cli/act/args.rs`), and how a journal writes it (`tests.rs`).

mod action;
mod admission;
mod answers;
mod architecture;
mod buildable;
mod building;
mod certificate;
mod code;
mod connections;
mod database_user;
mod down;
mod drain;
mod drill;
mod evacuate;
mod fallback;
mod fleet_name;
mod invalidate;
mod muting;
mod no_way;
mod orderable;
mod password;
mod preconditions;
mod promote;
mod provision;
mod proxies;
mod quotas;
mod record_change;
mod records_told;
mod region_switch;
mod remains;
mod restore;
mod retire;
mod rollback;
mod shift;
mod strength;
#[cfg(test)]
mod tests;
mod up;
mod way;
mod ways;
mod weights;
mod wellness;

use serde::{Deserialize, Serialize};

use super::Mechanism;
use super::arguments::{ArgumentError, Regions};
use super::draft::{Draft, PlanContext};
use super::policy::purpose::Purpose;
use super::refused::Refused;
use super::rehearsal::{Before, Places, Rehearsal};
use super::survey::Surveyor;
use action::Action;
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::{Assumption, Means};
use gwctl_fleet::{Region, Snapshot};

pub use action::{Built, LookUp, Opening, Question, Takes};
pub use certificate::{AttachCertificate, CertificateFacts};
pub use down::Down;
pub use drain::Drain;
pub use drill::{CALM, Drill};
pub use evacuate::Evacuate;
pub use invalidate::Invalidate;
pub use promote::Promote;
pub use provision::Provision;
pub use restore::Restore;
pub use retire::Retire;
pub use rollback::{Deployment, Found, FunctionFacts, Rollback, RouterFacts, StageFacts};
pub use up::Up;

pub(super) use preconditions::{admission, serves};
pub(super) use region_switch::NAME as REGION_SWITCH;
pub(super) use wellness::{Moved, bears};

/// What is known of an action before anybody asks for it.
pub struct Description {
    /// As its subcommand and its verb are called.
    pub name: &'static str,
    /// What it does, in a line.
    pub about: &'static str,
    /// The same as short as a menu needs it.
    pub menu: &'static str,
    /// Its arguments as words; what is in brackets may be left out.
    pub arguments: &'static str,
    /// An example of them.
    pub example: &'static str,
    /// What the first of them is.
    pub takes: Takes,
    /// Which policy allows what it calls.
    pub purpose: Purpose,
    means: &'static [&'static [Means]],
    /// Reads its arguments.
    pub parse: fn(&[&str], &dyn Regions) -> Result<Intent, ArgumentError>,
    /// What could be asked of it where a Region is selected, possible or not: planning tells.
    pub offers: fn(&Snapshot, &Region) -> Vec<Intent>,
    /// How a menu leads to it where nothing is offered, in a fleet that is unbuilt or not.
    pub opening: fn(bool) -> Opening<Intent>,
    /// How it is tried on a simulated fleet.
    pub rehearsals: fn(&Places) -> Vec<Rehearsal<Intent>>,
}

impl Description {
    /// Whether its steps may rely on `means` of the assumption ledger.
    pub fn relies_on(&self, means: Means) -> bool {
        self.means.iter().any(|some| some.contains(&means))
    }

    const fn of<A: Action>() -> Self
    where
        Intent: From<A>,
    {
        Self {
            name: A::NAME,
            about: A::ABOUT,
            menu: A::MENU,
            arguments: A::ARGUMENTS,
            example: A::EXAMPLE,
            takes: A::TAKES,
            purpose: A::PURPOSE,
            means: A::RELIES_ON,
            parse: |words, regions| A::parse(words, regions).map(Intent::from),
            offers: |snapshot, region| all(A::offers(snapshot, region)),
            opening: |unbuilt| A::opening(unbuilt).of(),
            rehearsals: |places| {
                A::rehearsals(places)
                    .into_iter()
                    .map(Rehearsal::of)
                    .collect()
            },
        }
    }
}

fn all<A>(actions: Vec<A>) -> Vec<Intent>
where
    Intent: From<A>,
{
    actions.into_iter().map(Intent::from).collect()
}

/// The actions, behind one door.
macro_rules! actions {
    ($($name:ident),* $(,)?) => {
        /// One guided action with its arguments.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "action", rename_all = "kebab-case")]
        pub enum Intent { $($name($name)),* }

        /// All of them, in the order menus show them.
        pub const ACTIONS: &[&Description] = &[$(&$name::DESCRIPTION),*];

        $(
            impl $name {
                /// What is known of it before anybody asks for it.
                pub const DESCRIPTION: Description = Description::of::<Self>();
            }

            impl From<$name> for Intent {
                fn from(action: $name) -> Self { Self::$name(action) }
            }
        )*

        impl Intent {
            /// What is known of its kind.
            pub const fn description(&self) -> &'static Description {
                match self { $(Self::$name(_) => &$name::DESCRIPTION),* }
            }

            /// Whether it brings back what was lost: only then is there a recovery time to speak of.
            pub const fn recovers(&self) -> bool {
                match self { $(Self::$name(_) => $name::RECOVERS),* }
            }

            /// The Region it is about, where it is about one.
            pub fn region(&self) -> Option<&Region> {
                match self { $(Self::$name(action) => action.region()),* }
            }

            /// What it is about, for the list of runs.
            pub fn target(&self) -> String {
                match self { $(Self::$name(action) => action.target()),* }
            }

            /// What it is about, where an operator chooses between several of its kind.
            pub fn choice(&self) -> String {
                match self { $(Self::$name(action) => action.choice()),* }
            }

            /// What an operator who takes it from a menu is asked first.
            pub fn question(&self) -> Option<Question> {
                match self { $(Self::$name(action) => action.question()),* }
            }

            /// The same with the answer to its question.
            pub fn answered(&self, answer: &str) -> Result<Self, ArgumentError> {
                let words: Vec<&str> = answer.split_whitespace().collect();
                match self { $(Self::$name(action) => action.answered(&words).map(Self::from)),* }
            }

            /// The ways of it that an operator chooses between.
            pub fn variants(self, snapshot: &Snapshot) -> Vec<Self> {
                match self { $(Self::$name(action) => all(action.variants(snapshot))),* }
            }

            /// What planning, which is pure, must be told first.
            pub fn look_up(&self) -> Option<LookUp> {
                match self { $(Self::$name(action) => action.look_up()),* }
            }

            /// The same where no stack is there yet, for those who ask only what it would call.
            #[must_use]
            pub fn on_bare_ground(self) -> Self {
                match self { $(Self::$name(action) => action.on_bare_ground().into()),* }
            }

            /// The same by another mechanism, where it shifts traffic by one of several.
            pub fn by(&self, mechanism: Mechanism) -> Option<Self> {
                match self { $(Self::$name(action) => action.by(mechanism).map(Self::from)),* }
            }

            /// What there is once it is done, where it builds something or takes it away.
            pub fn built(&self) -> Option<Built<'_>> {
                match self { $(Self::$name(action) => action.built()),* }
            }

            /// The Region that loses traffic.
            pub(super) fn leaves(&self) -> Option<&Region> {
                match self { $(Self::$name(action) => action.leaves()),* }
            }

            /// The Region that becomes the writer's.
            pub(super) fn promotes(&self) -> Option<&Region> {
                match self { $(Self::$name(action) => action.promotes()),* }
            }

            pub(super) async fn looked_up(self, surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
                match self { $(Self::$name(action) => Box::pin(action.looked_up(surveyor)).await.map(Self::from)),* }
            }

            pub(super) fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused> {
                match self { $(Self::$name(action) => action.plan(context)),* }
            }
        }
    };
}

actions!(
    Evacuate,
    Promote,
    Drain,
    Restore,
    Drill,
    Rollback,
    Invalidate,
    AttachCertificate,
    Up,
    Provision,
    Retire,
    Down,
);

/// The names of the actions that may rely on `row`, in the alphabet's order.
pub fn relying_on(row: &Assumption) -> Vec<&'static str> {
    let relies = |action: &&Description| row.on.iter().any(|on| action.relies_on(*on));
    let all = ACTIONS.iter().copied();
    let mut names: Vec<&str> = all.filter(relies).map(|action| action.name).collect();
    names.sort_unstable();
    names
}

impl Intent {
    /// Reads an action's name and arguments.
    pub fn read(line: &str, regions: &dyn Regions) -> Result<Self, ArgumentError> {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let mut all = ACTIONS.iter();
        let action = all.find(|action| action.name == name).ok_or_else(|| {
            let all: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
            ArgumentError::Action {
                name: name.into(),
                accepted: all.join(", "),
            }
        })?;
        (action.parse)(&words.collect::<Vec<_>>(), regions)
    }

    /// The action's name, as its subcommand and its verb are called.
    pub const fn name(&self) -> &'static str {
        self.description().name
    }

    /// Whether planning it, which is pure, must be told something first.
    pub fn must_be_looked_up(&self) -> bool {
        self.look_up().is_some()
    }
}

impl From<Before> for Intent {
    fn from(before: Before) -> Self {
        match before {
            Before::Evacuated(region, mechanism) => Evacuate {
                region,
                mechanism: Some(mechanism),
            }
            .into(),
            Before::Provisioned(region) => Provision::of(region).into(),
            Before::Built => Up { found: None }.into(),
        }
    }
}
