//! `gwctl incident` as it is asked for.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::flags::{Output, moment, since};
use crate::cli::looked_at::LookedAt;

/// `gwctl incident`.
#[derive(Debug, Clone, Args)]
pub struct Incident {
    /// What to do
    #[command(subcommand)]
    pub what: What,
    /// Those of simulated fleets
    #[arg(long, global = true)]
    pub demo: bool,
}

/// What to do with recordings.
#[derive(Debug, Clone, Subcommand)]
pub enum What {
    /// List the recordings of this machine
    List {
        /// How to print it
        #[arg(short, long, value_name = "FORMAT", default_value = "table")]
        output: Output,
    },
    /// Tell an incident for people who were not there: what, since when, who was hit, why, what was done
    Report(Report),
    /// Copy a recording, for others to replay
    Export(Export),
}

/// `gwctl incident export`.
#[derive(Debug, Clone, Args)]
pub struct Export {
    /// A recording: a file, or its name in the folder; `last` is the newest
    #[arg(value_name = "FILE", default_value = "last")]
    pub file: PathBuf,
    /// Where to write the copy [default: beside this folder's prompt, under the recording's name]
    #[arg(long, value_name = "FILE")]
    pub to: Option<PathBuf>,
    /// Leave out account ids, names of people, addresses and log lines
    #[arg(long)]
    pub redact: bool,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For pasting, and for files.
    Markdown,
    /// One page that loads nothing, with charts.
    Html,
    /// `gwctl.incident/1`, for programs.
    Json,
}

/// `gwctl incident report`.
#[derive(Debug, Clone, Args)]
pub struct Report {
    /// A recording: a file, or its name in the folder; `last` is the newest
    #[arg(value_name = "FILE", default_value = "last", conflicts_with = "since")]
    pub file: PathBuf,
    /// Look at the fleet now instead, and so far back, such as 30m, 2h or 7d
    #[arg(long, value_name = "TIME", value_parser = since)]
    pub since: Option<Duration>,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "markdown")]
    pub output: Format,
    /// Leave out account ids, names of people, addresses and log lines
    #[arg(long)]
    pub redact: bool,
    /// With `--demo --since`: what happens in the simulated world; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "since")]
    pub scenario: String,
    /// With `--demo --since`: how far into the scenario to look, such as 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "0s", requires = "since", value_parser = moment)]
    pub after: Duration,
    /// With `--demo --since`: the same seed gives the same answer
    #[arg(long, value_name = "N", default_value_t = 1, requires = "since")]
    pub seed: u64,
}

impl Report {
    /// The fleet that a live look is at.
    pub fn looked_at(&self, demo: bool) -> LookedAt {
        LookedAt {
            demo,
            scenario: self.scenario.clone(),
            after: self.after,
            seed: self.seed,
        }
    }
}
