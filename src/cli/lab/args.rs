//! The arguments of `gwctl lab`.

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::flags::Output;

/// `gwctl lab`.
#[derive(Debug, Subcommand)]
pub enum Lab {
    /// Start PostgreSQL, handlers, router and clients of three Regions, and serve the simulated AWS to gwctl, until
    /// interrupted
    Up(Load),
    /// Say what runs, where it is and what is dead; exit code 1 where a part is
    Status(Status),
    /// Run the failover drill in a lab of its own, and compare what its clients saw with the simulator
    Drill(Drill),
    /// End the lab that runs
    Down,
}

/// What the clients of a lab send.
#[derive(Debug, Clone, Copy, Args)]
pub struct Load {
    /// Requests a second, of all clients together
    #[arg(long, value_name = "N", default_value_t = RATE, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rate: u32,
    /// The same seed gives the same mix of requests
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Who may call the APIs: everybody, or who signs with the lab's credentials; then the routers sign
    #[arg(long, value_enum, default_value_t)]
    pub authorization: Authorization,
}

/// What the APIs of a lab ask of their callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum Authorization {
    /// Nothing.
    #[default]
    None,
    /// A signature of version 4 with the lab's credentials.
    Iam,
}

/// `gwctl lab status`.
#[derive(Debug, Clone, Copy, Args)]
pub struct Status {
    /// How to print it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: Output,
}

/// Requests a second of a lab that nobody chose a rate for: two cores bear them beside a console.
const RATE: u32 = 60;

impl Default for Load {
    fn default() -> Self {
        Self {
            rate: RATE,
            seed: 1,
            authorization: Authorization::None,
        }
    }
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
