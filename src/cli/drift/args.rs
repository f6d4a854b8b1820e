//! `gwctl drift`: its arguments.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::cli::flags::{Output, duration};
use crate::cli::looked_at::LookedAt;

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
    #[command(flatten)]
    pub fleet: LookedAt,
}
