//! One file a subcommand.

mod act;
mod args;
mod changes;
mod clock;
mod completions;
mod config;
mod console;
mod demo;
mod discover;
mod doctor;
mod drift;
mod environment;
mod exit;
mod explain;
mod failure;
mod flags;
mod iam_policy;
mod incident;
mod info;
mod lab;
mod logs;
mod looked_at;
mod man;
mod mfa;
mod notified;
mod operator;
mod output;
mod own_options;
mod rehearsal;
mod rehearse;
mod replay;
mod runs;
mod runtime;
mod screenshot;
mod settings;
mod share;
mod sim;
mod simulated;
mod simulated_fleets;
mod status;
mod stop_signals;
mod target;
mod terraform_file;
mod verbose;
mod watch;
mod which_fleet;

use std::process::ExitCode;

use clap::FromArgMatches;

use args::{Cli, Command};
use exit::Exit;
use failure::Failure;
use flags::Global;

use crate::config::Paths;
use crate::telemetry;

/// Parses the arguments, runs, and turns the outcome into an exit code.
pub fn main() -> ExitCode {
    let ready = environment::without_empty().and_then(|()| parse());
    let outcome = match ready {
        Ok(Ok(cli)) => log(&cli.global).and_then(|_log| run(&cli)),
        Ok(Err(answered)) => return answered,
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            failure.tell();
            failure.exit.into()
        }
    }
}

/// What is asked for; or how it ended where clap has answered already: with help, the version or wrong usage.
fn parse() -> Result<Result<Cli, ExitCode>, Failure> {
    let matches = own_options::command().try_get_matches();
    let error = match matches.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => return Ok(Ok(cli)),
        Err(error) => error,
    };
    if let Some(failure) = environment::wrong_variable(&error) {
        return Err(failure);
    }
    let _ = error.print();
    let exit = if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Success
    };
    Ok(Err(exit.into()))
}

/// Starts the log. Without a place for it gwctl works all the same, and says so.
fn log(global: &Global) -> Result<Option<telemetry::Log>, Failure> {
    let filter = telemetry::filter(&global.log_level).map_err(|why| {
        Failure::usage(format!("`{}` is not a log level: {why}", global.log_level))
            .next("Accepted: error, warn, info, debug, trace, or a filter such as `gwctl=debug`.")
    })?;
    let Ok(paths) = Paths::find(None) else {
        return Ok(None);
    };
    match telemetry::start(&paths.log(), filter) {
        Ok(log) => Ok(Some(log)),
        Err(error) => {
            output::tell(format!("gwctl: warning: no log will be written: {error}"));
            Ok(None)
        }
    }
}

fn run(cli: &Cli) -> Result<Exit, Failure> {
    let global = &cli.global;
    let calls_nobody = cli.command.as_ref().and_then(Command::calls_nobody);
    if let Some(said) = calls_nobody.filter(|_| global.verbose) {
        output::tell(format!("gwctl: {said}"));
    }
    match &cli.command {
        // The one says how to call what is found; the other has several fleets.
        Some(Command::Discover(_) | Command::Demo(_)) => {}
        Some(command) if command.is_simulated() => simulated::only_its_fleet(global)?,
        _ => {}
    }
    match &cli.command {
        None => console::run(global),
        Some(Command::Demo(args)) => demo::run(global, args),
        Some(Command::Status(args)) => status::run(global, args),
        Some(Command::Guided(action)) => act::run(global, &action.requested()),
        Some(Command::Runs(args)) => runs::run(global, args),
        Some(Command::Share(args)) => share::run(global, args),
        Some(Command::Rehearse(args)) => rehearse::run(args),
        Some(Command::Sim(what)) => sim::run(what),
        Some(Command::Lab(what)) => lab::run(what),
        Some(Command::Doctor(args)) => doctor::run(global, args),
        Some(Command::IamPolicy(args)) => iam_policy::run(global, args),
        Some(Command::Drift(args)) => drift::run(global, args),
        Some(Command::Changes(args)) => changes::run(global, args),
        Some(Command::Explain(args)) => explain::run(global, args),
        Some(Command::Logs(args)) => logs::run(global, args),
        Some(Command::Watch(args)) => watch::run(global, args),
        Some(Command::Replay(args)) => replay::run(global, args),
        Some(Command::Incident(args)) => incident::run(global, args),
        Some(Command::Discover(args)) => discover::run(global, args),
        Some(Command::Screenshot(args)) => screenshot::run(global, args),
        Some(Command::Info) => info::run(global),
        Some(Command::Config(what)) => config::run(global, what),
        Some(Command::Completions { shell }) => completions::run(*shell),
        Some(Command::Man { dir }) => man::run(dir.as_deref()),
    }
}
