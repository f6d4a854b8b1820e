//! One file a subcommand.

use std::process::ExitCode;

/// Parses the arguments, runs, and turns the outcome into an exit code.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
