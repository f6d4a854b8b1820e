//! `gwctl lab`: the whole architecture as real software on this machine, with the simulated AWS as its control plane.

pub mod args;
mod drill;
mod file;
mod known;
mod running;
mod status;
mod table;
mod up;

pub use known::KnownLab;

use self::args::Lab;
use super::exit::Exit;
use super::failure::Failure;
use super::runtime::run_async;

/// Runs, shows, tries or ends a lab.
pub fn run(what: &Lab) -> Result<Exit, Failure> {
    match what {
        Lab::Up(args) => run_async(up::up(args))?,
        Lab::Status(args) => status::print_status(*args),
        Lab::Drill(args) => drill::run(args),
        Lab::Down => run_async(up::down())?,
    }
}
