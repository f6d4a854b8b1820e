//! The `gwctl` binary: parse, dispatch, exit code; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    gwctl::cli::main()
}
