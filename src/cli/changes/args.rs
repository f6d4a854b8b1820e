//! `gwctl changes`: its arguments.

use std::time::Duration;

use clap::Args;

use crate::cli::flags::{Output, since};
use crate::cli::looked_at::LookedAt;

/// `gwctl changes`.
#[derive(Debug, Clone, Args)]
pub struct Changes {
    /// How far back to look, such as 30m, 2h or 7d; CloudTrail keeps 90 days
    #[arg(long, value_name = "TIME", default_value = "2h", value_parser = since)]
    pub since: Duration,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    #[command(flatten)]
    pub fleet: LookedAt,
}
