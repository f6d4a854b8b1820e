//! Everything a key can do, by name: long because every key stands here once, with what it does.

/// A tab by its place among the screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tab(pub(super) u8);

/// What a key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    Up,
    Down,
    Top,
    Bottom,
    PageUp,
    PageDown,
    NextPanel,
    PreviousPanel,
    Open,
    Back,
    Show(Tab),
    LastPlace,
    HistoryBack,
    HistoryForward,
    Palette,
    Filter,
    Sort,
    Copy,
    Mark,
    Raw,
    Link,
    Request,
    Follow,
    CountBy,
    Shorter,
    Longer,
    ChartLeft,
    ChartRight,
    Enlarge,
    Onset,
    Agree,
    Refresh,
    Pace,
    Freeze,
    Themes,
    Faults,
    Actions,
    Waive,
    Mechanism,
    Pause,
    Retry,
    Skip,
    Continue,
    Overrule,
    Undo,
    Abandon,
    Note,
    TakeOver,
    HandOver,
    Accept,
    Approvals,
    PictureBefore,
    PictureAfter,
    MinuteBack,
    MinuteForward,
    VerdictBefore,
    VerdictAfter,
    Faster,
    Redraw,
    Suspend,
    Help,
    Quit,
}

/// A group of help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// The cursor and the focus.
    Move,
    /// From screen to screen.
    Screens,
    Lists,
    /// The charts, and how far back is looked.
    Charts,
    /// Guided actions and their run.
    Guided,
    /// Through a recording.
    Replay,
    /// The fleet and the console.
    Console,
}

impl Group {
    /// All of them, in the order of help.
    pub const ALL: [Self; 7] = [
        Self::Move,
        Self::Screens,
        Self::Lists,
        Self::Charts,
        Self::Guided,
        Self::Replay,
        Self::Console,
    ];

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Move => "Move",
            Self::Screens => "Screens",
            Self::Lists => "Lists",
            Self::Charts => "Charts",
            Self::Guided => "Actions and runs",
            Self::Replay => "Recording",
            Self::Console => "Console",
        }
    }
}

/// An action as the configuration, help and the key map know it.
#[derive(Debug)]
pub struct Entry {
    pub action: Action,
    /// Its name in the configuration's `[keys]`.
    pub name: &'static str,
    /// Its keys unless remapped.
    pub keys: &'static [&'static str],
    /// Where help lists it.
    pub group: Group,
    /// What it does, in a few words.
    pub about: &'static str,
}

pub(super) const fn entry(
    action: Action,
    name: &'static str,
    keys: &'static [&'static str],
    group: Group,
    about: &'static str,
) -> Entry {
    Entry {
        action,
        name,
        keys,
        group,
        about,
    }
}

/// Those that help lists before the ones that show a screen.
pub(super) const BEFORE: &[Entry] = &[
    entry(Action::Up, "up", &["k", "up"], Group::Move, "row up"),
    entry(
        Action::Down,
        "down",
        &["j", "down"],
        Group::Move,
        "row down",
    ),
    entry(Action::Top, "top", &["g", "home"], Group::Move, "first row"),
    entry(
        Action::Bottom,
        "bottom",
        &["G", "end"],
        Group::Move,
        "last row",
    ),
    entry(
        Action::PageUp,
        "page-up",
        &["pgup", "ctrl-b"],
        Group::Move,
        "page up",
    ),
    entry(
        Action::PageDown,
        "page-down",
        &["pgdn"],
        Group::Move,
        "page down",
    ),
    entry(
        Action::NextPanel,
        "next-panel",
        &["tab", "l"],
        Group::Move,
        "next panel",
    ),
    entry(
        Action::PreviousPanel,
        "previous-panel",
        &["shift-tab", "h"],
        Group::Move,
        "previous panel",
    ),
    entry(
        Action::Open,
        "open",
        &["enter"],
        Group::Screens,
        "open what is under the cursor",
    ),
    entry(
        Action::Back,
        "back",
        &["esc"],
        Group::Screens,
        "one level back; never quits",
    ),
];

/// As [`BEFORE`], and after those that show a screen.
pub(super) const AFTER: &[Entry] = &[
    entry(
        Action::LastPlace,
        "last-place",
        &["-"],
        Group::Screens,
        "last place",
    ),
    entry(
        Action::HistoryBack,
        "history-back",
        &["["],
        Group::Screens,
        "back in history",
    ),
    entry(
        Action::HistoryForward,
        "history-forward",
        &["]"],
        Group::Screens,
        "forward in history",
    ),
    entry(
        Action::Filter,
        "filter",
        &["/"],
        Group::Lists,
        "filter: regex, !inverse, -f fuzzy, column:value",
    ),
    entry(
        Action::Sort,
        "sort",
        &["S"],
        Group::Lists,
        "sort by a column; the same again turns the order",
    ),
    entry(
        Action::Copy,
        "copy",
        &["y"],
        Group::Lists,
        "copy the row (OSC 52)",
    ),
    entry(
        Action::Mark,
        "mark",
        &["space"],
        Group::Lists,
        "Fleets: mark the fleet for an action on several; elsewhere: page down",
    ),
    entry(
        Action::Raw,
        "raw",
        &["v"],
        Group::Lists,
        "as JSON; on the Logs screen the line as it was written",
    ),
    entry(
        Action::Link,
        "link",
        &["o"],
        Group::Lists,
        "copy where AWS's console shows it",
    ),
    entry(
        Action::Request,
        "request",
        &["e"],
        Group::Lists,
        "Logs: every line of the request",
    ),
    entry(
        Action::Follow,
        "follow",
        &["f"],
        Group::Lists,
        "Logs: ask for new lines all the time, or not",
    ),
    entry(
        Action::CountBy,
        "count-by",
        &["B"],
        Group::Lists,
        "Logs: count by function, route, method, status; then patterns",
    ),
    entry(
        Action::ChartLeft,
        "chart-left",
        &["left"],
        Group::Charts,
        "read the minute before; without charts: previous panel",
    ),
    entry(
        Action::ChartRight,
        "chart-right",
        &["right"],
        Group::Charts,
        "read the next minute; without charts: next panel",
    ),
    entry(
        Action::Shorter,
        "shorter",
        &["("],
        Group::Charts,
        "look at a shorter time: charts, logs",
    ),
    entry(
        Action::Longer,
        "longer",
        &[")"],
        Group::Charts,
        "look at a longer time: charts, logs",
    ),
    entry(
        Action::Enlarge,
        "enlarge",
        &["z"],
        Group::Charts,
        "enlarge the chart; again: the next one; Esc: back",
    ),
    entry(
        Action::Onset,
        "onset",
        &["b"],
        Group::Charts,
        "read the minute in which it began",
    ),
    entry(
        Action::Agree,
        "agree",
        &["$"],
        Group::Lists,
        "Logs: ask Logs Insights at the price shown",
    ),
    entry(
        Action::Actions,
        "actions",
        &["a"],
        Group::Guided,
        "what can be done here",
    ),
    entry(
        Action::Waive,
        "waive",
        &["w"],
        Group::Guided,
        "waive a check by name",
    ),
    entry(
        Action::Mechanism,
        "mechanism",
        &["m"],
        Group::Guided,
        "plan with the next mechanism",
    ),
    entry(
        Action::Pause,
        "pause",
        &["p"],
        Group::Guided,
        "pause the run, or go on",
    ),
    entry(
        Action::Retry,
        "retry",
        &["R"],
        Group::Guided,
        "try the held step again",
    ),
    entry(
        Action::Skip,
        "skip",
        &["s"],
        Group::Guided,
        "skip the held step, with a reason",
    ),
    entry(
        Action::Continue,
        "continue",
        &["c"],
        Group::Guided,
        "go on past a step that asks; elsewhere compare charts with before",
    ),
    entry(
        Action::Overrule,
        "overrule",
        &["O"],
        Group::Guided,
        "go on over an abort criterion, with a reason",
    ),
    entry(
        Action::Undo,
        "undo",
        &["u"],
        Group::Guided,
        "take back what was done",
    ),
    entry(
        Action::Abandon,
        "abandon",
        &["X"],
        Group::Guided,
        "end the run; what was done stays",
    ),
    entry(
        Action::Note,
        "note",
        &["n"],
        Group::Guided,
        "write a note into the journal",
    ),
    entry(
        Action::TakeOver,
        "take-over",
        &["T"],
        Group::Guided,
        "resume a run that was left",
    ),
    entry(
        Action::HandOver,
        "hand-over",
        &["H"],
        Group::Guided,
        "offer the run to somebody else, or withdraw the offer",
    ),
    entry(
        Action::Accept,
        "accept",
        &["A"],
        Group::Guided,
        "accept a run that is offered to you",
    ),
    entry(
        Action::Approvals,
        "approvals",
        &["W"],
        Group::Guided,
        "plans that wait for approval",
    ),
    entry(
        Action::PictureBefore,
        "picture-before",
        &[","],
        Group::Replay,
        "picture before",
    ),
    entry(
        Action::PictureAfter,
        "picture-after",
        &["."],
        Group::Replay,
        "next picture",
    ),
    entry(
        Action::MinuteBack,
        "minute-back",
        &["<"],
        Group::Replay,
        "a minute back; without a recording half of the charts' time",
    ),
    entry(
        Action::MinuteForward,
        "minute-forward",
        &[">"],
        Group::Replay,
        "a minute on; without a recording half of the charts' time",
    ),
    entry(
        Action::VerdictBefore,
        "verdict-before",
        &["{"],
        Group::Replay,
        "last change of a verdict",
    ),
    entry(
        Action::VerdictAfter,
        "verdict-after",
        &["}"],
        Group::Replay,
        "next change of a verdict",
    ),
    entry(
        Action::Faster,
        "faster",
        &["+"],
        Group::Replay,
        "play faster: 1, 5, 20, 60, 300 times",
    ),
    entry(
        Action::Palette,
        "palette",
        &[":"],
        Group::Console,
        "command line",
    ),
    entry(
        Action::Refresh,
        "refresh",
        &["r"],
        Group::Console,
        "ask everything again now",
    ),
    entry(
        Action::Pace,
        "pace",
        &["i"],
        Group::Console,
        "incident pace on and off",
    ),
    entry(
        Action::Freeze,
        "freeze",
        &["ctrl-f"],
        Group::Console,
        "freeze the screen; collecting goes on",
    ),
    entry(Action::Themes, "themes", &["t"], Group::Console, "themes"),
    entry(
        Action::Faults,
        "faults",
        &["F"],
        Group::Console,
        "start and end faults of the simulated world",
    ),
    entry(
        Action::Redraw,
        "redraw",
        &["ctrl-l"],
        Group::Console,
        "draw the screen again",
    ),
    entry(
        Action::Suspend,
        "suspend",
        &["ctrl-z"],
        Group::Console,
        "back to the shell; `fg` returns",
    ),
    entry(Action::Help, "help", &["?"], Group::Console, "this help"),
    entry(
        Action::Quit,
        "quit",
        &["q", "ctrl-c"],
        Group::Console,
        "quit",
    ),
];
