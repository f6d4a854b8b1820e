//! What a console is started with, and how it ends.

use std::collections::BTreeMap;
use std::error::Error;
use std::future::Future;
use std::io::Write;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::mpsc;

use super::app::{FaultEntry, KeymapError, Mode, NotKept, OwnCommand, Told};
use super::view::ThemeError;
use gwctl_actions::{Folder, Intent, Operator, RunContext};
use gwctl_fleet::columns::Column;
use gwctl_fleet::{Clock, FleetSpec, Pace};
use gwctl_observe::Observer;
use gwctl_recording::{Head, Recording, RecordingError};

/// A fleet being opened.
pub type Opening = Pin<Box<dyn Future<Output = Opened> + Send>>;

/// A fleet that is watched, and what it takes to act on it.
pub struct Opened {
    /// Keeps the picture fresh.
    pub observer: Observer,
    /// For guided actions; its picture is the observer's.
    pub run_context: RunContext,
}

/// What a run built, being kept: whether its fleet is described differently now, and what was written where,
/// or why not; nothing where there was nothing to write.
pub type Keeping = Pin<Box<dyn Future<Output = (bool, Option<Result<String, NotKept>>)> + Send>>;

/// The fleets there are, opened when they are first shown: the first frame waits for nothing.
pub trait Fleets: Send + Sync {
    /// Their names, in the order to list them.
    fn names(&self) -> Vec<String>;

    /// What the configuration says of one.
    fn spec(&self, name: &str) -> Option<FleetSpec>;

    /// What happens in the world of one, where it is simulated.
    fn scenario(&self, _name: &str) -> Option<String> {
        None
    }

    /// Loads configuration and credentials, and starts to look at the fleet.
    fn open(&self, name: &str, pace: Pace) -> Opening;

    /// As [`Self::open`], at a calm pace and for nothing else than to be seen beside others: a short history, and
    /// nothing of what the credentials may change.
    fn look(&self, name: &str) -> Opening;

    /// As [`Self::open`], at the pace of an incident and beside the fleet on screen: to plan for it and to act on it.
    fn beside(&self, name: &str) -> Opening;

    /// Starts to look anew, at the fleet of `the run` as it is described now.
    fn reopen(&self, run_context: RunContext, pace: Pace) -> Opening;

    /// Reads back what `intent` built for the fleet of `the run`, and describes the fleet so from now on.
    fn keep(&self, run_context: RunContext, intent: Intent) -> Keeping;
}

/// Faults of the simulated world.
pub trait FaultPanel: Send + Sync {
    /// All of them, as they stand.
    fn list(&self) -> Vec<FaultEntry>;

    /// Starts or ends one. What goes wrong is the world's to tell.
    fn set(&self, id: &str, on: bool) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Makes a file for a recording that begins so; its name, for people.
pub type Create = dyn Fn(&Head) -> std::io::Result<(String, Box<dyn Write + Send>)> + Send + Sync;

/// How what the console sees is kept.
#[derive(Clone)]
pub struct Incidents {
    pub create: Arc<Create>,
    /// Whether everything is kept, not incident pace alone.
    pub always: bool,
}

/// What a console is started with.
pub struct Setup {
    /// The fleets there are.
    pub fleets: Arc<dyn Fleets>,
    /// The one to show first.
    pub fleet: String,
    /// Faults to start and end by hand; the demo's alone.
    pub faults: Option<Arc<dyn FaultPanel>>,
    /// Where the fleet lives.
    pub mode: Mode,
    /// Whether changes may be made, where the fleet's configuration does not forbid them.
    pub write: bool,
    /// The pace to start with.
    pub pace: Pace,
    /// Name of the theme.
    pub theme: String,
    /// The user's own themes.
    pub themes: Option<PathBuf>,
    /// The columns of the Fleet screen; none for those that are shown unless others are chosen.
    pub columns: Option<Vec<&'static Column>>,
    /// Draw with ASCII alone.
    pub ascii: bool,
    /// Whether to use colours; none follows the environment (`NO_COLOR`, `COLORTERM`, `TERM`).
    pub color: Option<bool>,
    /// Take clicks and the wheel.
    pub mouse: bool,
    /// Key to action name or `none`, laid over the defaults.
    pub keys: BTreeMap<String, String>,
    /// Commands of the operator's own.
    pub own: Vec<OwnCommand>,
    /// Where runs are kept.
    pub runs: Folder,
    /// Who acts, as long as AWS does not say it better.
    pub operator: Operator,
    /// How what it sees is kept; none where nothing is.
    pub incidents: Option<Incidents>,
    /// The recording to show instead of watching the fleet.
    pub recording: Option<Arc<Recording>>,
    /// What of the configuration's `[notify]` is wrong and left out, each in a line.
    pub untold: Vec<String>,
    /// What becomes of telling others what its runs do; none where nobody is told.
    pub told: Option<mpsc::UnboundedReceiver<ToldNews>>,
    /// Whose time it is.
    pub clock: Arc<dyn Clock>,
}

/// What becomes of telling others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToldNews {
    /// Write this to the terminal: it draws nothing.
    Ring(String),
    /// Somebody was not reached, in words.
    Failed(String),
    /// What became of the newest message to each target.
    Came(Vec<Told>),
}

/// How a console ended, and what it left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// How.
    pub outcome: Outcome,
    /// The runs that were begun here and are not over.
    pub left: Vec<String>,
}

/// How a console ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The operator quit.
    Quit,
    /// A signal of this number ended it. A terminal that went away counts as SIGHUP.
    Signal(i32),
}

impl Outcome {
    /// 0, or 128 and the signal, as shells have it.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Quit => 0,
            Self::Signal(number) => u8::try_from(number).unwrap_or(0).saturating_add(128),
        }
    }
}

/// Why there was no console, or why it ended by itself. The terminal is restored in every case.
#[derive(Debug, thiserror::Error)]
pub enum ConsoleError {
    /// Input or output is a pipe or a file.
    #[error(
        "gwctl needs a terminal for its console, and {stream} is not a terminal; for scripts use `gwctl status`"
    )]
    NotATerminal {
        /// Which is not: `standard input` or `standard output`.
        stream: &'static str,
    },
    /// A terminal that can only print lines.
    #[error(
        "this terminal (TERM={term}) cannot show the console: it only prints lines; `gwctl status` prints the same picture"
    )]
    Dumb {
        /// What `TERM` says.
        term: String,
    },
    /// A terminal that does not say how large it is.
    #[error(
        "the terminal says that it has 0 columns and 0 rows, so there is no room for the console: `stty columns 120 rows 40` sets its size; `gwctl status` prints the same picture"
    )]
    NoSize,
    /// The fleet to show first does not exist.
    #[error("there is no fleet `{name}`; the configuration has {known}")]
    NoSuchFleet {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The configuration's `[keys]`.
    #[error(transparent)]
    Keys(#[from] KeymapError),
    /// The theme to start with.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The recording to show.
    #[error("the recording cannot be shown: {0}")]
    Recording(#[from] RecordingError),
    /// Reading from or writing to the terminal failed.
    #[error("the terminal failed while {doing}: {cause}")]
    Terminal {
        /// What was attempted.
        doing: &'static str,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A defect in gwctl.
    #[error(
        "gwctl stopped because of a defect in itself; nothing was changed by stopping\n{report}"
    )]
    Panicked {
        /// Message, place and, where asked for, the backtrace.
        report: String,
    },
}
