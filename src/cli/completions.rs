//! `gwctl completions`: the shell's own script.

use clap::CommandFactory;
use clap_complete::{Shell as Target, generate};

use super::args::{Cli, Shell};
use super::exit::Exit;
use super::failure::Failure;
use super::output::print;

/// Prints the script of `shell`.
pub fn run(shell: Shell) -> Result<Exit, Failure> {
    let target = match shell {
        Shell::Bash => Target::Bash,
        Shell::Zsh => Target::Zsh,
        Shell::Fish => Target::Fish,
        Shell::Power => Target::PowerShell,
        Shell::Elvish => Target::Elvish,
    };
    let mut script = Vec::new();
    generate(target, &mut Cli::command(), "gwctl", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Success)
}
