//! The command line: what can be asked, and its help.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::act::args::Guided;
use super::exit::Exit;
use super::flags::{Global, Output, Simulated, duration};
use super::status::args::Status;

/// Operations console for one API served from several AWS Regions.
///
/// Without a subcommand it opens the console on the configured fleet. `gwctl demo` opens it on an embedded
/// simulated AWS: no configuration, no credentials, no network.
#[derive(Debug, Parser)]
#[command(name = "gwctl", version, about, long_about, after_long_help = Exit::table(), max_term_width = 110)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Open the console on a simulated three-Region fleet: no configuration, no credentials, no network
    Demo(Simulated),
    /// Print how the fleet is doing, and exit with a code that says it
    #[command(after_long_help = Exit::table())]
    Status(Status),
    #[command(flatten)]
    Guided(Guided),
    /// List the runs of actions, or show, resume, undo or report one
    #[command(visible_alias = "run", after_long_help = Exit::table())]
    Runs(super::runs::args::Runs),
    /// Set up the table that a team shares, or copy this machine's journals into it
    #[command(after_long_help = Exit::table())]
    Share(super::share::args::Share),
    /// Run the failover drill in simulated worlds, and print what each world counted
    Rehearse(Rehearse),
    /// Serve the embedded simulated AWS to other programs, or list its scenarios
    #[command(subcommand)]
    Sim(Sim),
    /// Run the whole architecture as real software on this machine: PostgreSQL, handlers, router, clients
    #[command(subcommand)]
    Lab(super::lab::args::Lab),
    /// Check configuration, credentials, clock, permissions and every Region's reachability
    #[command(after_long_help = Exit::table())]
    Doctor(Doctor),
    /// Find a fleet by the name that clients use, and write its configuration
    #[command(after_long_help = Exit::table())]
    Discover(super::discover::args::Discover),
    /// Show how the fleet's stacks differ from their templates, and which differences an action explains
    #[command(after_long_help = Exit::table())]
    Drift(super::drift::args::Drift),
    /// Say what most likely happened, with the evidence for and against it
    #[command(visible_alias = "why", after_long_help = Exit::table())]
    Explain(super::explain::args::Explain),
    /// Print what changed lately, who changed it, and what could not be asked
    #[command(visible_alias = "events", after_long_help = Exit::table())]
    Changes(super::changes::args::Changes),
    /// Show what the functions of every Region log: errors grouped into patterns, or the lines themselves
    #[command(visible_alias = "log", after_long_help = Exit::table())]
    Logs(super::logs::args::Logs),
    /// Watch without a terminal: tell who is to be told, print changes of verdicts, serve figures
    #[command(after_long_help = Exit::table())]
    Watch(super::watch::args::Watch),
    /// Open the console on a recording of an incident: scrub through it, play it, look at every screen as it was
    Replay(super::replay::Replay),
    /// List the recordings of incidents, report one, or copy one for others
    #[command(visible_alias = "incidents")]
    Incident(super::incident::args::Incident),
    /// Print the IAM policy with the least permissions for the calls that gwctl makes
    IamPolicy(super::iam_policy::args::IamPolicy),
    /// Draw any screen of the simulated fleet as a picture, without a terminal
    Screenshot(super::screenshot::ScreenshotArgs),
    /// Print all paths in use, and versions
    Info,
    /// Make, check or describe the configuration file
    #[command(subcommand)]
    Config(Config),
    /// Print the completion script of a shell
    #[command(visible_alias = "completion")]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page, or write those of all subcommands into a folder
    Man {
        /// Where to write one page a subcommand
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

impl Command {
    /// Whether it looks at a simulated world.
    pub fn is_simulated(&self) -> bool {
        match self {
            Self::Demo(_) | Self::Rehearse(_) | Self::Sim(_) | Self::Lab(_) => true,
            Self::Status(args) => args.fleet.demo,
            Self::Doctor(args) => args.demo,
            Self::Drift(args) => args.fleet.demo,
            Self::Changes(args) => args.fleet.demo,
            Self::Explain(args) => args.fleet.demo,
            Self::Logs(args) => args.fleet.demo,
            Self::Discover(args) => args.demo,
            Self::IamPolicy(args) => args.demo,
            Self::Guided(action) => action.requested().options.on.demo,
            Self::Runs(args) => args.demo,
            Self::Incident(args) => args.demo,
            _ => false,
        }
    }

    /// Why AWS is not called at all, where it is not.
    pub fn calls_nobody(&self) -> Option<&'static str> {
        match self {
            Self::Info
            | Self::Config(_)
            | Self::Completions { .. }
            | Self::Man { .. }
            | Self::Replay(_)
            | Self::Screenshot(_)
            | Self::Share(super::share::args::Share {
                what: super::share::args::What::Init(_),
            }) => Some("nothing is asked of AWS"),
            simulated => simulated
                .is_simulated()
                .then_some("AWS is simulated: no credentials, no network"),
        }
    }
}

/// `gwctl rehearse`.
#[derive(Debug, Clone, Args)]
pub struct Rehearse {
    /// Scenarios to rehearse [default: all]; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME")]
    pub scenario: Vec<String>,
    /// Instead of drills: compare what `gwctl explain` says of each world with what is really wrong in it
    #[arg(long, conflicts_with = "seed")]
    pub explain: bool,
    /// How many seeds of every scenario to explain
    #[arg(long, value_name = "N", default_value_t = 20, requires = "explain")]
    pub seeds: u64,
    /// How many calm days to explain, each at another hour
    #[arg(long, value_name = "N", default_value_t = 200, requires = "explain")]
    pub calm: u64,
    /// How many pairs of troubles to explain, drawn from all of them
    #[arg(long, value_name = "N", default_value_t = 100, requires = "explain")]
    pub pairs: usize,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    /// The same seed gives the same rehearsal
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// `gwctl sim`.
#[derive(Debug, Subcommand)]
pub enum Sim {
    /// Serve the simulated AWS on loopback for other gwctl processes, boto3 or the AWS CLI, until interrupted
    Serve(Serve),
    /// List the scenarios
    Scenarios,
}

/// `gwctl sim serve`.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    #[command(flatten)]
    pub world: Simulated,
    /// An account without a fleet: `gwctl up` builds one there
    #[arg(long)]
    pub empty: bool,
    /// Loopback port; 0 takes a free one
    #[arg(long, value_name = "P", default_value_t = 0)]
    pub port: u16,
    /// Where to write the fleet file its clients need [default: a file named for the port in gwctl's state folder]
    #[arg(long, value_name = "FILE")]
    pub fleet_file: Option<PathBuf>,
}

/// `gwctl doctor`.
#[derive(Debug, Clone, Args)]
pub struct Doctor {
    /// Examine the simulated fleet instead
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated world
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "demo")]
    pub scenario: String,
    /// How long to wait for all answers
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
    /// Send a test to everybody whom the configuration names under `[notify]`, and say whether it arrived
    #[arg(long, conflicts_with_all = ["demo", "assumptions"])]
    pub notify: bool,
    /// Print what gwctl assumes about AWS without verification, and what this account shows of it; without names and
    /// account ids, so that you can give it to others
    #[arg(long)]
    pub assumptions: bool,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t = Output::Table, requires = "assumptions")]
    pub output: Output,
}

/// `gwctl config`.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Write a complete, commented example; never overwrite a file
    Init,
    /// Check the configuration and say where it is wrong
    Check,
    /// Print its JSON schema, for editors
    Schema,
}

/// Shells completions exist for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU Bash.
    Bash,
    /// Z shell.
    Zsh,
    /// fish.
    Fish,
    /// Microsoft's.
    #[value(name = "powershell")]
    Power,
    /// Elvish.
    Elvish,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
