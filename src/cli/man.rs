//! `gwctl man`: manual pages out of the command line's own help.

use std::path::Path;

use clap::CommandFactory;
use clap_mangen::{Man, generate_to};

use super::args::Cli;
use super::exit::Exit;
use super::failure::Failure;
use super::output::print;

/// Prints the main page, or writes all of them into `dir`.
pub fn run(dir: Option<&Path>) -> Result<Exit, Failure> {
    match dir {
        Some(dir) => write_all(dir)?,
        None => print_main()?,
    }
    Ok(Exit::Success)
}

fn write_all(dir: &Path) -> Result<(), Failure> {
    let written = std::fs::create_dir_all(dir).and_then(|()| generate_to(Cli::command(), dir));
    let attempt = || format!("write the manual pages to {}", dir.display());
    written.map_err(|error| Failure::io(attempt(), &error))
}

fn print_main() -> Result<(), Failure> {
    let mut page = Vec::new();
    Man::new(Cli::command())
        .render(&mut page)
        .map_err(|error| Failure::io("render the manual page", &error))?;
    print(&String::from_utf8_lossy(&page))
}
