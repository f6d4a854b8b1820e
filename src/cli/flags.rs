//! Flags and values that many subcommands take.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};

/// Flags every subcommand takes. A flag wins over its environment variable, which wins over the file.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
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
    /// Allow changes; without it gwctl is read-only
    #[arg(
        long,
        global = true,
        env = "GWCTL_WRITE",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub write: bool,
    /// Record what the console sees, not only during incident pace (see `gwctl incident`)
    #[arg(
        long,
        global = true,
        env = "GWCTL_RECORD",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub record: bool,
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

/// Which simulated world.
#[derive(Debug, Clone, Args)]
pub struct Simulated {
    /// What happens there; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm")]
    pub scenario: String,
    /// How many times faster than real time the simulated time runs
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// The same seed gives the same run
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// What is accepted instead of the value that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAccepted {
    #[error("a number from 0.1 to 3600 is accepted")]
    Speed,
    #[error("a time such as 90s, 5m or 1h, up to 24h, is accepted")]
    Time,
    #[error("a time such as 30m, 2h or 7d, from 1m to 90d, is accepted")]
    Since,
    #[error("a time from 100ms is accepted")]
    TooShort,
}

fn speed(text: &str) -> Result<f64, NotAccepted> {
    match text.parse::<f64>() {
        Ok(speed) if (0.1..=3600.0).contains(&speed) => Ok(speed),
        _ => Err(NotAccepted::Speed),
    }
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

/// `90s`, `5m`, `1h`: up to a day.
pub fn moment(text: &str) -> Result<Duration, NotAccepted> {
    text.parse::<jiff::SignedDuration>()
        .ok()
        .and_then(|span| Duration::try_from(span).ok())
        .filter(|time| *time <= Duration::from_hours(24))
        .ok_or(NotAccepted::Time)
}

/// As [`moment`], and long enough to wait for something.
pub fn duration(text: &str) -> Result<Duration, NotAccepted> {
    match moment(text) {
        Ok(time) if time < Duration::from_millis(100) => Err(NotAccepted::TooShort),
        outcome => outcome,
    }
}

/// `30m`, `2h`, `7d`: as far back as `CloudTrail` keeps events (aws-facts §14.2).
pub fn since(text: &str) -> Result<Duration, NotAccepted> {
    const DAY: Duration = Duration::from_hours(24);
    let time = if let Some(days) = text.strip_suffix('d') {
        days.parse().ok().and_then(|days| DAY.checked_mul(days))
    } else {
        let span: Option<jiff::SignedDuration> = text.parse().ok();
        span.and_then(|span| Duration::try_from(span).ok())
    };
    let accepted = Duration::from_mins(1)..=DAY * 90;
    time.filter(|time| accepted.contains(time))
        .ok_or(NotAccepted::Since)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_words_and_bounded() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1h"), Ok(Duration::from_hours(1)));
        for bad in ["", "soon", "-5s", "0s", "48h"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
        assert_eq!(since("7d"), Ok(Duration::from_hours(168)));
        assert_eq!(since("90m"), Ok(Duration::from_mins(90)));
        for bad in ["", "d", "-1d", "0s", "91d", "99999999999d"] {
            assert!(since(bad).is_err(), "{bad}");
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
