//! The arguments of `gwctl lab`.

use clap::{Args, Subcommand};

/// `gwctl lab`.
#[derive(Debug, Subcommand)]
pub enum Lab {
    /// Start PostgreSQL, handlers, router and clients of three Regions, and serve the simulated AWS to gwctl, until
    /// interrupted
    Up(Load),
    /// Say whether a lab runs, and what its Regions do
    Status,
    /// Run the failover drill in a lab of its own, and compare what its clients saw with the simulator
    Drill(Drill),
    /// End the lab that runs
    Down,
}

/// What the clients of a lab send.
#[derive(Debug, Clone, Copy, Args)]
pub struct Load {
    /// Requests a second, of all clients together
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rate: u32,
    /// The same seed gives the same mix of requests
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
}

/// `gwctl lab drill`.
#[derive(Debug, Clone, Copy, Args)]
pub struct Drill {
    #[command(flatten)]
    pub load: Load,
    /// First end everything in the writer's Region by SIGKILL: database, functions, API
    #[arg(long)]
    pub unplanned: bool,
}
