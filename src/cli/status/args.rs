//! `gwctl status`: its arguments.

use std::time::Duration;

use clap::Args;

use crate::cli::flags::{Output, duration};
use crate::cli::looked_at::LookedAt;

/// `gwctl status`.
#[derive(Debug, Clone, Args)]
pub struct Status {
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    /// All fleets of the configuration, a row each; with `--demo`, the simulated fleet and four others
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub fleet: LookedAt,
    /// How long to wait for the complete picture; what is missing then is printed as missing
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
    /// Do not send requests to the public endpoints; this saves the time that the slowest one takes to answer
    #[arg(long, conflicts_with = "demo")]
    pub no_probe: bool,
}
