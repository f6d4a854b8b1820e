//! `gwctl explain`: its arguments.

use std::time::Duration;

use clap::Args;

use crate::cli::flags::{Output, moment, since};

/// `gwctl explain`.
#[derive(Debug, Clone, Args)]
pub struct Explain {
    /// How far back to look for changes that may be the cause, such as 30m, 2h or 7d
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = since)]
    pub since: Duration,
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
}
