//! The command line: what can be asked, and its help.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::act::args::Guided;
use super::exit::Exit;

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

/// Flags every subcommand takes. A flag wins over its environment variable, which wins over the file.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The configuration file
    #[arg(
        long,
        value_name = "FILE",
        global = true,
        env = "GWCTL_CONFIG",
        hide_env_values = true
    )]
    pub config: Option<PathBuf>,
    /// The fleet to look at, by its name in the configuration
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        env = "GWCTL_FLEET",
        hide_env_values = true
    )]
    pub fleet: Option<String>,
    /// Named profile of the AWS configuration [default: the fleet's own, then `AWS_PROFILE`]
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        env = "GWCTL_PROFILE",
        hide_env_values = true
    )]
    pub profile: Option<String>,
    /// Theme by name: one shipped with gwctl, or a file in the themes folder (see `gwctl info`)
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        env = "GWCTL_THEME",
        hide_env_values = true
    )]
    pub theme: Option<String>,
    /// Allow changes; without it gwctl only looks
    #[arg(
        long,
        global = true,
        env = "GWCTL_WRITE",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub write: bool,
    /// Complete mouse support in the console; the terminal's own selection then needs Shift
    #[arg(
        long,
        global = true,
        env = "GWCTL_MOUSE",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub mouse: bool,
    /// Say on stderr whose credentials are used, in which account, and by which endpoint and proxy
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// What goes to the log file: error, warn, info, debug, trace, or a tracing filter
    #[arg(
        long,
        value_name = "LEVEL",
        global = true,
        env = "GWCTL_LOG",
        default_value = "info",
        hide_env_values = true
    )]
    pub log_level: String,
    /// When to use colour; `auto` follows the terminal and `NO_COLOR`
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        env = "GWCTL_COLOR",
        default_value = "auto",
        hide_env_values = true
    )]
    pub color: Color,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Whatever stdout is.
    Always,
    /// Not at all.
    Never,
}

impl Color {
    /// Whether to use it; none leaves it to terminal and environment.
    pub const fn wish(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::Always => Some(true),
            Self::Never => Some(false),
        }
    }
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
    #[command(after_long_help = Exit::table())]
    Runs(super::runs::args::Runs),
    /// Run the failover drill in simulated worlds, and print what each counted of it
    Rehearse(Rehearse),
    /// The embedded simulated AWS
    #[command(subcommand)]
    Sim(Sim),
    /// Check configuration, credentials, clock, permissions and every Region's reachability
    #[command(after_long_help = Exit::table())]
    Doctor(Doctor),
    /// Find a fleet by the name clients use, and write its configuration
    #[command(after_long_help = Exit::table())]
    Discover(super::discover::args::Discover),
    /// Say what of the fleet's stacks is not as CloudFormation left it, and which of it an action explains
    #[command(after_long_help = Exit::table())]
    Drift(super::drift::args::Drift),
    /// Print the IAM policy of the least that gwctl needs: of what it really calls
    IamPolicy(super::iam_policy::args::IamPolicy),
    /// Draw any screen of the simulated fleet as a picture, without a terminal
    Screenshot(super::screenshot::ScreenshotArgs),
    /// Print every path in use, and versions
    Info,
    /// Make, check or describe the configuration file
    #[command(subcommand)]
    Config(Config),
    /// Print the completion script of a shell
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

/// Which simulated world.
#[derive(Debug, Clone, Args)]
pub struct Simulated {
    /// What happens there; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm")]
    pub scenario: String,
    /// How many times faster than the clock on the wall its time runs
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// The same seed gives the same run
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.1..=3600.0).contains(&speed) => Ok(speed),
        _ => Err("a number from 0.1 to 3600 is accepted".into()),
    }
}

/// `gwctl status`.
#[derive(Debug, Clone, Args)]
pub struct Status {
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    /// Look at the simulated fleet instead
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated world; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "demo")]
    pub scenario: String,
    /// How far into the scenario to look, such as 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "0s", requires = "demo", value_parser = moment)]
    pub after: Duration,
    /// The same seed gives the same picture
    #[arg(long, value_name = "N", default_value_t = 1, requires = "demo")]
    pub seed: u64,
    /// How long to wait for the complete picture; what is missing then is printed as missing
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
    /// Do not send a request to the public endpoints: quicker, by the time that the farthest one takes to answer
    #[arg(long, conflicts_with = "demo")]
    pub no_probe: bool,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Aligned columns for people.
    Table,
    /// For programs.
    Json,
    /// For pasting into an incident channel.
    Markdown,
}

/// `gwctl rehearse`.
#[derive(Debug, Clone, Args)]
pub struct Rehearse {
    /// In which worlds; all without it. `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME")]
    pub scenario: Vec<String>,
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
    /// Serve the simulated AWS on loopback, for any other gwctl, boto3 or AWS CLI, until interrupted
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
    /// Print what gwctl takes AWS to do although nobody could verify it, and what this account shows of it;
    /// without names and account ids, so that it can be given to others
    #[arg(long)]
    pub assumptions: bool,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t = Output::Table, requires = "assumptions")]
    pub output: Output,
}

/// `gwctl config`.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Write a complete, commented example; never over an existing file
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

/// `90s`, `5m`, `1h`: up to a day.
pub(super) fn moment(text: &str) -> Result<Duration, String> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|span| Duration::try_from(span).ok())
        .filter(|time| *time <= Duration::from_hours(24))
        .ok_or_else(|| "a time such as 90s, 5m or 1h, up to 24h, is accepted".to_owned())
}

/// As [`moment`], and long enough to wait for something.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    match moment(text) {
        Ok(time) if time < Duration::from_millis(100) => {
            Err("a time from 100ms is accepted".into())
        }
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_are_short_words_and_bounded() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h"), Ok(Duration::from_hours(1)));
        for bad in ["", "soon", "-5s", "0s", "48h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn speed_stays_within_what_the_world_can_do() {
        assert_eq!(speed("60"), Ok(60.0));
        for bad in ["0", "-1", "nan", "inf", "1e9", "fast"] {
            assert!(speed(bad).is_err(), "{bad}");
        }
    }
}
