//! An environment variable that is empty is one that is not set: `.env` files and CI systems write it so.
//!
//! clap, the SDK and what the SDK reads inside its credentials' providers each take an empty value for a value, and some
//! panic on it. Only a process that starts without the variable is safe from all of them, so gwctl starts itself anew,
//! in the same process, without those that are empty.

use std::ffi::{OsStr, OsString};
use std::process::Command;

use clap::CommandFactory as _;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::Cli;
use super::failure::Failure;

/// Variables that gwctl or the SDK reads, besides those that begin with `AWS_` or `GWCTL_`.
const OTHERS: [&str; 17] = [
    "ALL_PROXY",
    "COLUMNS",
    "HOME",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "LINES",
    "NO_PROXY",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// Goes on without the variables that are empty. Returns where there is none.
pub fn without_empty() -> Result<(), Failure> {
    let empty: Vec<OsString> = std::env::vars_os()
        .filter(|(name, value)| is_blank(value) && is_ours(name))
        .map(|(name, _)| name)
        .collect();
    let Some(first) = empty.first() else {
        return Ok(());
    };
    let mut arguments = std::env::args_os();
    let called = arguments.next().unwrap_or_else(|| "gwctl".into());
    let failed = |error: &std::io::Error| {
        let name = first.to_string_lossy();
        Failure::io(format!("start without {name}, which is empty"), error)
            .next(format!("Unset it: `unset {name}`."))
    };
    let mut again = Command::new(std::env::current_exe().map_err(|error| failed(&error))?);
    again.args(arguments);
    for name in &empty {
        again.env_remove(name);
    }
    Err(failed(&instead(again, &called)))
}

/// Becomes `program`, called as this one was; the error where that fails.
#[cfg(unix)]
fn instead(mut program: Command, called: &OsStr) -> std::io::Error {
    use std::os::unix::process::CommandExt as _;
    program.arg0(called).exec()
}

/// A system that cannot replace a program by another runs that, and ends as it does.
#[cfg(not(unix))]
fn instead(mut program: Command, _: &OsStr) -> std::io::Error {
    match program.status() {
        Ok(status) => std::process::exit(status.code().unwrap_or(1)),
        Err(error) => error,
    }
}

fn is_blank(value: &OsStr) -> bool {
    value.to_str().is_some_and(|value| value.trim().is_empty())
}

fn is_ours(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("AWS_") || name.starts_with("GWCTL_") || OTHERS.contains(&name.as_ref())
}

/// The failure for a value that clap refuses and nobody typed: it came from a variable, which is named.
pub fn wrong_variable(error: &clap::Error) -> Option<Failure> {
    if !matches!(
        error.kind(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation
    ) {
        return None;
    }
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let flag = flag.split([' ', '=']).next()?;
    let typed = |argument: OsString| argument.to_string_lossy().starts_with(flag);
    if std::env::args_os().skip(1).any(typed) {
        return None;
    }
    let cli = Cli::command();
    let argument = cli
        .get_arguments()
        .find(|argument| argument.get_long() == flag.strip_prefix("--"))?;
    let name = argument.get_env()?.to_string_lossy();
    let value = std::env::var_os(name.as_ref())?;
    let accepted = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => values.join(", "),
        _ => "1, yes, true, on; 0, no, false, off".into(),
    };
    Some(
        Failure::usage(format!(
            "{name} is `{}`, which is not understood",
            value.to_string_lossy()
        ))
        .next(format!("Accepted: {accepted}.")),
    )
}
