//! `gwctl discover`: its arguments.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// `gwctl discover`.
#[derive(Debug, Clone, Args)]
pub struct Discover {
    /// The name clients use, such as api.example.com
    #[arg(value_name = "DOMAIN")]
    pub domain: String,
    /// The hosted zone that contains it, if several have the same name
    #[arg(long, value_name = "ID")]
    pub hosted_zone: Option<String>,
    /// The distribution that answers for it, if several could
    #[arg(long, value_name = "ID")]
    pub distribution: Option<String>,
    /// The latency record set, if several could be it
    #[arg(long, value_name = "NAME")]
    pub latency_record: Option<String>,
    /// Name the addresses that this state of Terraform has for what is found: what `terraform show -json` printed,
    /// or a terraform.tfstate
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "toml")]
    pub output: Format,
    /// Write it to this file, which must not exist yet [default: stdout]
    #[arg(long, value_name = "FILE")]
    pub write_to: Option<PathBuf>,
    /// Look in the simulated world instead
    #[arg(long)]
    pub demo: bool,
    /// What happens in the simulated world; `gwctl sim scenarios` lists them
    #[arg(long, value_name = "NAME", default_value = "calm", requires = "demo")]
    pub scenario: String,
    /// The same seed gives the same world
    #[arg(long, value_name = "N", default_value_t = 1, requires = "demo")]
    pub seed: u64,
}

/// How to print a fleet that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A configuration file.
    Toml,
    /// For programs.
    Json,
}
