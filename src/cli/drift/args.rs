//! `gwctl drift`: its arguments.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::flags::{Output, duration};

/// `gwctl drift`.
#[derive(Debug, Clone, Args)]
pub struct Drift {
    /// Judge this plan of Terraform instead of comparing stacks: what `terraform show -json PLAN` printed
    #[arg(long, value_name = "FILE")]
    pub terraform: Option<PathBuf>,
    /// Compare this state of Terraform with AWS: what `terraform show -json` printed, or a terraform.tfstate
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
    /// How long CloudFormation may take to compare one stack
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = duration)]
    pub wait: Duration,
    /// Look at the simulated fleet instead
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated world; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "demo")]
    pub scenario: String,
    /// How far into the scenario to look, such as 90s, 5m or 1h
    #[arg(long, value_name = "TIME", default_value = "0s", requires = "demo", value_parser = crate::cli::flags::moment)]
    pub after: Duration,
    /// The same seed gives the same picture
    #[arg(long, value_name = "N", default_value_t = 1, requires = "demo")]
    pub seed: u64,
}
