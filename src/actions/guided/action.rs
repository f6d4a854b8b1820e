//! What every guided action says of itself: one struct of its arguments in one file, and this.

use crate::arguments::{AnyRegion, ArgumentError, Regions};
use crate::draft::{Draft, PlanContext};
use crate::policy::purpose::Purpose;
use crate::rehearsal::{Places, Rehearsal};
use crate::survey::Surveyor;
use crate::{Mechanism, Refused};
use gwctl_aws::AwsError;
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{Region, Snapshot};

/// Every action can do this; `actions!` hands on to it.
pub(crate) trait Action: Clone {
    /// As its subcommand and its verb are called.
    const NAME: &'static str;
    /// What it does, in a line.
    const ABOUT: &'static str;
    /// The same as short as a menu needs it.
    const MENU: &'static str = Self::ABOUT;
    /// Its arguments as words, such as `REGION [MECHANISM]`; what is in brackets may be left out.
    const ARGUMENTS: &'static str;
    /// An example of them.
    const EXAMPLE: &'static str;
    /// What the first of them is.
    const TAKES: Takes;
    /// Which policy allows what it calls.
    const PURPOSE: Purpose;
    /// What of the assumption ledger its steps may rely on.
    const RELIES_ON: &'static [&'static [Means]];
    /// Whether it brings back what was lost: only then is there a recovery time to speak of.
    const RECOVERS: bool = false;

    /// Reads its arguments.
    fn parse(words: &[&str], regions: &dyn Regions) -> Result<Self, ArgumentError>;

    /// What is said where the words are too few or too many.
    fn usage() -> ArgumentError {
        let with = |words: &str| format!("{} {words}", Self::NAME).trim_end().to_owned();
        ArgumentError::Usage {
            usage: with(Self::ARGUMENTS),
            example: with(Self::EXAMPLE),
        }
    }

    /// The Region it is about, where it is about one.
    fn region(&self) -> Option<&Region> {
        None
    }

    /// What it is about, for the list of runs.
    fn target(&self) -> String {
        self.region().map(ToString::to_string).unwrap_or_default()
    }

    /// What it is about, where an operator chooses between several of it.
    fn choice(&self) -> String {
        self.region().map(ToString::to_string).unwrap_or_default()
    }

    /// What an operator who takes it from a menu is asked first.
    fn question(&self) -> Option<Question> {
        None
    }

    /// The same with the answer to its question.
    fn answered(&self, words: &[&str]) -> Result<Self, ArgumentError> {
        Self::parse(words, &AnyRegion)
    }

    /// What could be asked of it where `region` is selected, possible or not: planning tells. For an
    /// action on the whole fleet, the same wherever.
    fn offers(snapshot: &Snapshot, region: &Region) -> Vec<Self>;

    /// The ways of it that an operator chooses between.
    fn variants(self, _snapshot: &Snapshot) -> Vec<Self> {
        vec![self]
    }

    /// How a menu leads to it where nothing is offered; `unbuilt` says that there is no fleet yet.
    fn opening(_unbuilt: bool) -> Opening<Self> {
        Opening::None
    }

    /// How it is tried on a simulated fleet; at least one way, every mechanism and mode among them.
    fn rehearsals(places: &Places) -> Vec<Rehearsal<Self>>;

    /// What planning, which is pure, must be told first.
    fn look_up(&self) -> Option<LookUp> {
        None
    }

    /// The same once it was told.
    async fn looked_up(self, _surveyor: &Surveyor<'_>) -> Result<Self, AwsError> {
        Ok(self)
    }

    /// The same where no stack is there yet, for those who ask only what it would call.
    #[must_use]
    fn on_bare_ground(self) -> Self {
        self
    }

    fn plan(&self, context: &PlanContext<'_>) -> Result<Draft, Refused>;

    /// The same by another mechanism, where it shifts traffic by one of several.
    fn by(&self, _mechanism: Mechanism) -> Option<Self> {
        None
    }

    /// The Region that loses traffic.
    fn leaves(&self) -> Option<&Region> {
        None
    }

    /// The Region that becomes the writer's.
    fn promotes(&self) -> Option<&Region> {
        None
    }

    /// What there is once it is done, where it builds something or takes it away.
    fn built(&self) -> Option<Built<'_>> {
        None
    }
}

/// What the first argument of an action is: it is completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// There is none.
    Nothing,
    /// A Region of the fleet.
    Region,
    /// A Region the fleet is not in yet.
    NewRegion,
    /// Anything else.
    Text,
}

/// What an operator is asked before there is a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The heading.
    pub title: String,
    /// What is asked.
    pub text: &'static str,
    /// That it will be asked, in a clause.
    pub announced: &'static str,
    /// The answer that stands in the line first.
    pub answer: String,
}

/// How a menu leads to an action that no picture offers.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening<A> {
    /// It does not.
    None,
    /// To this, perhaps after a question.
    With(A),
    /// Its arguments are typed in the console's command line; what is asked for there, in a clause.
    Typed(&'static str),
}

impl<A> Opening<A> {
    pub(super) fn of<B: From<A>>(self) -> Opening<B> {
        match self {
            Self::None => Opening::None,
            Self::With(action) => Opening::With(action.into()),
            Self::Typed(what) => Opening::Typed(what),
        }
    }
}

/// What is looked up before an action is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LookUp {
    /// What ACM says of a certificate.
    Certificate,
    /// Which stacks there are.
    Stacks,
    /// Which versions there are.
    Versions,
}

impl LookUp {
    /// While it is under way.
    pub const fn underway(self) -> &'static str {
        match self {
            Self::Certificate => "asking ACM about the certificate",
            Self::Stacks => "asking CloudFormation which stacks there are",
            Self::Versions => "asking AWS which versions there are, and who deployed them",
        }
    }

    /// Before it begins.
    pub const fn announced(self) -> &'static str {
        match self {
            Self::Certificate => "gwctl first asks ACM about the certificate",
            Self::Stacks => "gwctl first asks CloudFormation which stacks exist",
            Self::Versions => "gwctl first asks which versions exist",
        }
    }
}

/// What there is once an action is done that builds something or takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Built<'a> {
    /// The whole fleet.
    Fleet,
    /// The fleet, in this Region too.
    With(&'a Region),
    /// The fleet, but not in this Region.
    Without(&'a Region),
    /// No fleet.
    Nothing,
}
