//! `gwctl share` as it is asked for.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::fleet::Region;

/// `gwctl share`.
#[derive(Debug, Clone, Args)]
pub struct Share {
    #[command(subcommand)]
    pub what: What,
}

/// What to do with the table.
#[derive(Debug, Clone, Subcommand)]
pub enum What {
    /// Print the CloudFormation template of the table, how to deploy it, and the lines for the configuration
    Init(Init),
    /// Copy the journals of this machine into the table: those of before there was one, and those of runs that went on alone
    Push,
}

/// `gwctl share init`.
#[derive(Debug, Clone, Args)]
pub struct Init {
    /// The table's name
    #[arg(long, value_name = "NAME", default_value = "gwctl")]
    pub table: String,
    /// Its three Regions, of one set; the first is asked first [default: a set near the fleet's Regions]
    #[arg(long, value_name = "REGION,REGION,REGION", value_delimiter = ',')]
    pub regions: Vec<Region>,
    /// Put it into this Region alone: the lease shares the fate of that Region
    #[arg(long, value_name = "REGION", conflicts_with = "regions")]
    pub single_region: Option<Region>,
    /// Write the template into this file, which must not exist, instead of printing it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}
