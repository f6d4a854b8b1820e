//! What can lie over a screen.

use super::fault_entry::FaultEntry;
use super::suggestion::Suggestion;
use tui_input::Input;

use super::{Further, Help, Offer, OrderKind, Ran, Wizard, Written};
use crate::app::run_line::RunLine;
use gwctl_actions::Intent;
use gwctl_fleet::{Observed, Vote};

/// A window over the screen that takes the keys while it is open.
#[derive(Debug, Clone)]
pub enum Overlay {
    /// The keys of the present screen and all commands.
    Help {
        /// What is shown, out of the key map.
        help: Help,
        /// First visible line.
        scroll: usize,
    },
    /// `:`.
    Palette(Palette),
    /// `/`: the filter of the focused panel, applied while it is typed.
    Filter {
        /// The line.
        input: Input,
        /// What stood there before, for Esc.
        before: String,
        /// Why what stands there is no filter.
        error: Option<String>,
    },
    /// Faults of the simulated world.
    Faults {
        /// All of them.
        list: Vec<FaultEntry>,
        /// The cursor.
        row: usize,
    },
    /// Themes; the one under the cursor is applied at once.
    Themes {
        /// The cursor in [`super::State::themes`].
        row: usize,
        /// What to return to on Esc.
        before: String,
    },
    /// The checkers' votes on a health check.
    Votes {
        /// Its id.
        check: String,
        /// The votes; [`gwctl_fleet::Missing::NotYet`] while they are asked for.
        votes: Observed<Vec<Vote>>,
        /// First visible line.
        scroll: usize,
    },
    /// What can be done where one is.
    Menu {
        /// All of it, possible or not.
        offers: Vec<Offer>,
        /// The cursor.
        row: usize,
    },
    /// A plan on its way to a run.
    Wizard(Box<Wizard>),
    /// The plans, the confirmation or the runs of an action on several fleets: [`super::Guided::several`].
    Several,
    /// Something that must be typed first.
    Ask(Box<Ask>),
    /// The runs there were.
    Runs {
        /// All of them, the newest first; none while they are read.
        list: Option<Vec<RunLine>>,
        /// The cursor.
        row: usize,
    },
    /// The plans that wait for approval: [`super::Guided::waiting`].
    Waiting {
        /// The cursor.
        row: usize,
    },
    /// A run is under way: stay, or leave it?
    Quit {
        /// The cursor: 0 stays.
        row: usize,
    },
    /// What the focused list is to be sorted by.
    Sort {
        /// Names of its columns.
        columns: Vec<&'static str>,
        /// The cursor: 0 is the list's own order.
        row: usize,
    },
    /// What a command of the configuration wrote.
    Ran(Box<Ran>),
    /// Lines of a log in full.
    Written(Box<Written>),
    /// All columns of one row in full.
    Detail {
        /// The panel's heading.
        title: String,
        /// Column and value.
        cells: Vec<(&'static str, String)>,
        /// What there is beside them.
        further: Box<Further>,
        /// First visible line.
        scroll: usize,
    },
}

/// A line that is asked for.
#[derive(Debug, Clone)]
pub struct Ask {
    /// For what.
    pub what: PromptFor,
    /// The line.
    pub input: Input,
    /// What was wrong with it.
    pub error: Option<String>,
}

/// What a line is asked for.
#[derive(Debug, Clone)]
pub enum PromptFor {
    /// Words for an order, about a step where it is about one.
    Order(OrderKind, Option<String>),
    /// The arguments of an action.
    Arguments(Box<Intent>),
    /// The name of a command of the configuration that changes something; the program with its arguments.
    Command(String, Vec<String>),
}

/// The command line.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    /// What is typed.
    pub input: Input,
    /// What it could become, best first.
    pub suggestions: Vec<Suggestion>,
    /// The suggestion that Tab put in the line.
    pub chosen: Option<usize>,
    /// Why the last line was refused.
    pub error: Option<String>,
    /// How far back in the history Up went.
    pub recalled: Option<usize>,
}
