//! `gwctl incident`: what was recorded, told and handed on.

pub mod args;
pub mod file;
mod list;
mod report;
mod told;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use crate::config::Paths;
use args::{Incident, What};

/// Does what was asked with recordings.
pub fn run(global: &Global, args: &Incident) -> Result<Exit, Failure> {
    let folder = file::folder(&Paths::find(None)?, args.demo);
    match &args.what {
        What::List { output } => list::list(&folder, *output),
        What::Report(report) => told::report(global, &folder, report, args.demo),
        What::Export(args) => list::export(&folder, args),
    }
}
