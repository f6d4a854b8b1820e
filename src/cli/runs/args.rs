//! `gwctl runs` as it is asked for.

use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::actions::SHARED_TABLE;
use crate::cli::exit::Exit;
use crate::cli::flags::{Output, duration};

/// `gwctl runs`.
#[derive(Debug, Clone, Args)]
pub struct Runs {
    /// What to do with one of them; without it they are listed
    #[command(subcommand)]
    pub what: Option<What>,
    /// How to list them
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    /// Those of the simulated fleet
    #[arg(long, global = true)]
    pub demo: bool,
}

/// What to do with a run. It is named by its id, the beginning of it, or `last`.
#[derive(Debug, Clone, Subcommand)]
pub enum What {
    /// Print what happened in a run
    #[command(after_long_help = Exit::table())]
    Show {
        /// The run's id, the beginning of it, or `last`
        id: String,
        /// Go on printing until it is over
        #[arg(short, long)]
        follow: bool,
        /// How to print it; `json` is the present state of the run
        #[arg(short, long, value_name = "FORMAT", default_value = "table")]
        output: Output,
    },
    /// Go on with a run that was held or left
    #[command(after_long_help = Exit::table())]
    Resume(Resume),
    /// Offer a run to somebody else, who accepts it on another machine or in another terminal
    #[command(after_long_help = Exit::table())]
    Handover {
        /// The run's id, the beginning of it, or `last`
        id: String,
        /// Who shall go on: a name as `gwctl runs` shows it, or `name@machine`
        #[arg(required_unless_present = "withdraw")]
        to: Option<String>,
        /// Withdraw the offer
        #[arg(long, conflicts_with = "to")]
        withdraw: bool,
    },
    /// Accept a run that was offered to you, and go on with it
    #[command(after_long_help = Exit::table())]
    Accept(TakenUp),
    /// Approve a plan that somebody else asked for
    #[command(after_long_help = Exit::table())]
    Approve {
        /// The id of the plan that waits, the beginning of it, or `last`
        id: String,
        /// Confirm by naming the plan's target, for use without a terminal
        #[arg(long, value_name = "TARGET")]
        confirm: Option<String>,
    },
    /// Take back what a run did
    #[command(after_long_help = Exit::table())]
    Undo(Undo),
    /// End a run: what was done stays done
    Abandon {
        /// The run's id, the beginning of it, or `last`
        id: String,
        /// Why, for the report
        #[arg(long)]
        reason: String,
    },
    /// Write a note into a run's journal
    Note {
        /// The run's id, the beginning of it, or `last`
        id: String,
        /// What to write down
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Keep the team's journal of a run whose journal here differs, and write into it what this machine did alone
    Settle {
        /// The run's id, the beginning of it, or `last`
        id: String,
    },
    /// Check that a run's journal is whole and unchanged
    Verify {
        /// The run's id, the beginning of it, or `last`
        id: String,
    },
    /// Print a run's report
    Report {
        /// The run's id, the beginning of it, or `last`
        id: String,
        /// How to print it
        #[arg(short, long, value_name = "FORMAT", default_value = "markdown")]
        output: Format,
    },
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Markdown,
    /// `gwctl.report/1`, for programs.
    Json,
}

/// How a run is taken up.
#[derive(Debug, Clone, Args)]
pub struct TakenUp {
    /// The run's id, the beginning of it, or `last`
    pub id: String,
    /// How to print it; `json` prints the journal's records, one a line
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    /// How long to wait for the complete picture before it goes on
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
}

/// `gwctl runs resume`.
#[derive(Debug, Clone, Args)]
pub struct Resume {
    #[command(flatten)]
    pub taken_up: TakenUp,
    /// Try this held step again; gwctl first checks whether it is done
    #[arg(long, value_name = "STEP")]
    pub retry: Vec<String>,
    /// Skip this step
    #[arg(long, value_name = "STEP", requires = "reason")]
    pub skip: Vec<String>,
    /// Waive this check by name: `shared-table` goes on while the table that the team shares does not answer
    #[arg(long, value_name = "CHECK", requires = "reason", value_parser = [SHARED_TABLE])]
    pub waive: Vec<String>,
    /// Why steps are skipped, or a check is waived
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Go on past the step that waits for the operator
    #[arg(long = "continue")]
    pub go_on: bool,
    /// Go on although an abort criterion was met, for this reason
    #[arg(long, value_name = "TEXT")]
    pub overrule: Option<String>,
}

/// `gwctl runs undo`.
#[derive(Debug, Clone, Args)]
pub struct Undo {
    #[command(flatten)]
    pub taken_up: TakenUp,
    /// Confirm by naming the plan's target, for use without a terminal
    #[arg(long, value_name = "TARGET")]
    pub confirm: Option<String>,
}
