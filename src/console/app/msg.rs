//! What comes in and what goes out: the only ways to change the state and the world.

use super::run_line::RunLine;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    ApprovalNews, FaultEntry, FleetsNews, Hits, Hold, Key, LogsPrice, LogsQuestion, NotKept,
    NotWatched, ProgramWrote, Replayed, Seek, SeveralNews, SeveralWish, Stopped, Told,
};
use gwctl_actions::{Asked, Binding, Conflict, Intent, Lately, Order, Plan, RunState, Tried};
use gwctl_fleet::{Event, FleetSpec, Observed, Pace, Snapshot, Vote};
use gwctl_observe::logs::Book;
use gwctl_observe::{Errors, Happened, Past, PastQuestion};

/// What a mouse did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gesture {
    /// The left button went down.
    Click,
    /// The wheel turned towards the top.
    WheelUp,
    /// The wheel turned towards the end.
    WheelDown,
}

/// Something happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// The console begins.
    Start,
    Key(Key),
    /// Text pasted at once.
    Paste(String),
    /// The mouse, at a column and row.
    Mouse(Gesture, u16, u16),
    /// The terminal has another size: columns, rows.
    Resize(u16, u16),
    /// The terminal's window came to the front.
    Focused,
    /// The clocks: the fleet's, and the wall's.
    Tick {
        /// The fleet's time.
        now: Timestamp,
        /// The wall's.
        wall: Timestamp,
    },
    /// [`Effect::Open`] began: the picture of nothing of that fleet, whether changes to it are refused, and the
    /// scenario of its world where it is simulated.
    Opening(u64, Arc<Snapshot>, bool, Option<String>),
    /// A new picture of the fleet that was opened with this generation.
    Snapshot(u64, Arc<Snapshot>),
    /// [`Effect::Open`] ended.
    Opened(u64, Result<(), NotWatched>),
    /// [`Effect::Votes`] ended.
    Votes(u64, Observed<Vec<Vote>>),
    /// [`Effect::AskHappened`] ended, for the fleet opened with this generation.
    Happened(u64, Box<Happened>),
    /// [`Effect::ReadRuns`] ended, likewise.
    RunEvents(u64, Vec<Event>),
    /// [`Effect::AskPast`] ended, likewise.
    Past(u64, Box<Past>),
    /// [`Effect::AskLogs`] with this number: what is known of the logs now.
    Logs(u64, Box<Book>),
    /// [`Effect::AskLogs`] with this number asked what Logs Insights will cost.
    LogsPrice(u64, LogsPrice),
    /// [`Effect::AskLogs`] with this number ended.
    LogsRead(u64),
    /// [`Effect::AskErrors`] ended, likewise.
    Errors(u64, Box<Errors>),
    /// What came of the other fleets.
    Fleets(FleetsNews),
    /// The faults of the simulated world, as they stand.
    Faults(Vec<FaultEntry>),
    /// What became of telling each target of the configuration.
    Told(Vec<Told>),
    /// Something the operator asked for did not work.
    Failed(String),
    /// What the configuration says of the fleet opened with this generation.
    Spec(u64, Arc<FleetSpec>),
    /// A run as it stands now, and who moves it.
    Run(Arc<RunState>, Hold),
    /// An unfinished run of the fleet was found when it was opened.
    Unfinished(u64, Arc<RunState>, Hold),
    /// This console's run stopped.
    RunStopped(Stopped),
    /// [`Effect::Start`] or [`Effect::Resume`] did not begin anything.
    NotStarted(String),
    /// Something came of the action on several fleets of this number.
    Several(u64, SeveralNews),
    /// Something came of plans that wait for approval.
    Approvals(ApprovalNews),
    /// [`Effect::ListRuns`] ended.
    Runs(Vec<RunLine>),
    /// What runs sent a moment ago, and what the table that the team shares answered.
    Lately(Lately),
    /// What this machine's journals and the team's do not agree on now.
    Conflicts(Vec<Conflict>),
    /// [`Effect::ReadTried`] ended, for the fleet opened with this generation.
    Tried(u64, Tried),
    /// [`Effect::LookUp`] ended.
    Found(Box<Intent>),
    /// [`Effect::Keep`] ended.
    Kept(Kept),
    /// The recording stands elsewhere now.
    Replayed(Box<Replayed>),
    /// Into which file the console is recorded from here on; none when it is recorded no more.
    Recording(Option<String>),
    /// What the operator asked for was done, in a sentence, or was not: why.
    Said(Result<String, String>),
    /// [`Effect::RunCommand`] with this number ended.
    CommandEnded(u64, Result<ProgramWrote, String>),
    /// A frame was drawn.
    Drawn(Hits),
}

/// What became of what a run built or took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub run: String,
    pub fleet: String,
    /// Whether the fleet is described differently now.
    pub changed: bool,
    /// What was written where, or why not; nothing where there was nothing to write.
    pub said: Option<Result<String, NotKept>>,
}

/// Something to do outside.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Put this into the clipboard.
    Copy(String),
    /// Save what is on the screen as a picture in this file, or in one named after the time; [`Msg::Said`] answers.
    Snap(Option<String>),
    /// Write the whole screen again, over what another program may have written on it.
    Repaint,
    /// Give the terminal to the shell, and stand still until it is given back.
    Suspend,
    /// Look at the fleet at this pace.
    SetPace(Pace),
    /// Sign in with the code of the MFA device that is waited for.
    MfaCode(String),
    /// Ask everything again now.
    Refresh,
    /// Ask for the checkers' votes on this health check; answer with this generation.
    Votes(u64, String),
    /// Ask what happened in the last so much time; answer with this generation.
    AskHappened(u64, SignedDuration),
    /// Read in the journals what runs of the fleet did from then on; answer with this generation.
    ReadRuns(u64, Timestamp),
    /// Ask for series of the past; answer with this generation.
    AskPast(u64, PastQuestion),
    /// Read the logs; [`Msg::Logs`] answers as often as something comes.
    AskLogs(LogsQuestion),
    /// Nobody waits for the logs any more.
    StopLogs,
    /// Ask what the functions log as errors; answer with this generation.
    AskErrors(u64),
    /// Watch the fleet of this name instead, at this pace; answer with this generation.
    Open(u64, String, Pace),
    /// Begin this plan, confirmed by what was typed and waived.
    Start {
        /// The plan that was shown.
        plan: Box<Plan>,
        /// As typed.
        typed: String,
        /// Names of waived checks.
        waived: Vec<String>,
        /// Why it begins without the approval that the rules ask for.
        break_glass: Option<String>,
    },
    /// Something for an action on several fleets.
    Several(SeveralWish),
    /// Orders go to the run of this identifier from here on: one of several that this console drives.
    Speak(String),
    /// The plan that waits for approval is withdrawn.
    StopAsking,
    /// Approve this plan of somebody else, of the fleet opened with this generation; [`ApprovalNews::Approved`] answers.
    Approve(u64, Box<Asked>),
    /// Tell this console's run.
    Order(Order),
    /// Resume a run that no process drives, giving these orders first.
    Resume {
        /// Which.
        id: String,
        /// What it is told first.
        orders: Vec<Order>,
    },
    /// Accept the run of this identifier, which its holder offers, and go on with it.
    Accept(String),
    /// Leave this console's run so that anybody can resume it; [`Msg::RunStopped`] answers.
    LeaveRun,
    /// Read back what this console's run built, and keep it where its fleet is described; [`Msg::Kept`] answers.
    Keep {
        run: String,
        /// What it built or took away.
        intent: Box<Intent>,
    },
    /// Watch the fleet of this name, the one opened with this generation, anew as it is described now.
    Reopen(u64, String, Pace),
    /// Go elsewhere in the recording that is shown; [`Msg::Replayed`] answers.
    Seek(Seek),
    /// Write this down in the recording under way.
    Note(String),
    /// Note this on the run of this identifier, which this console does not drive; [`Msg::Said`] answers.
    NoteRun(String, String),
    ListRuns,
    /// Read in the journals what was sent a moment ago to the same resources; [`Msg::Lately`] answers.
    ReadLately(Box<Binding>),
    /// Read in the journals what was tried with the fleet of this name, opened with this generation; [`Msg::Tried`] answers.
    ReadTried(u64, String),
    /// Show a run by its journal, and follow it.
    Follow(String),
    /// Look up what a plan must know that no picture holds.
    LookUp(Box<Intent>),
    /// Run this program with these arguments; [`Msg::CommandEnded`] answers.
    RunCommand(u64, Vec<String>),
    /// Nobody waits for the program any more.
    EndCommand,
    ListFaults,
    /// List the fleets of the configuration; [`Msg::Fleets`] answers.
    ListFleets,
    /// Look at the fleets that are not on screen, and at who acts on which, or no longer; [`Msg::Fleets`] answers as
    /// often as something comes.
    LookAtFleets(bool),
    /// Start or end a fault, then list them.
    SetFault {
        /// Which.
        id: String,
        /// Whether it shall be on.
        on: bool,
    },
}
