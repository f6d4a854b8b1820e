//! The help of a subcommand: its own options, and the global ones in a line.

use clap::{Arg, Command, CommandFactory};

use super::args::Cli;

/// The command line as it is parsed. Completions and manual pages describe every option where it can be given.
pub fn command() -> Command {
    let all = Cli::command();
    let global: Vec<Arg> = all
        .get_arguments()
        .filter(|arg| arg.is_global_set())
        .cloned()
        .collect();
    all.mut_subcommands(|one| with_its_own(one, &global))
}

/// `command` and those below it, without the descriptions of the global options.
fn with_its_own(command: Command, global: &[Arg]) -> Command {
    let hidden = global.iter().map(|arg| arg.clone().hide(true));
    let command = command
        .args(hidden)
        .mut_subcommands(|one| with_its_own(one, global));
    let line = told(global);
    let long = match command.get_after_long_help() {
        Some(further) => format!("{line}\n\n{further}"),
        None => line.clone(),
    };
    command.after_help(line).after_long_help(long)
}

/// `Global options (gwctl --help describes them): --config, --fleet, …`.
fn told(global: &[Arg]) -> String {
    let names = global.iter().filter_map(|arg| arg.get_long());
    let names: Vec<String> = names.map(|name| format!("--{name}")).collect();
    format!(
        "Global options (`gwctl --help` describes them): {}",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help(words: &[&str]) -> String {
        let words = ["gwctl"].iter().chain(words).chain(&["--help"]);
        let answered = command().try_get_matches_from(words);
        answered.map_or_else(|help| help.to_string(), |_| String::new())
    }

    #[test]
    fn a_subcommand_describes_its_own_options_and_names_the_global_ones_in_a_line() {
        for words in [&["promote"][..], &["runs", "show"], &["sim", "serve"]] {
            let help = help(words);
            let lines: Vec<&str> = help
                .lines()
                .filter(|line| line.contains("--config"))
                .collect();
            assert_eq!(lines.len(), 1, "{help}");
            assert!(lines[0].starts_with("Global options ("), "{help}");
            assert!(!help.contains("The configuration file"), "{help}");
        }
        assert!(help(&["promote"]).contains("--mode <MODE>"));
        assert!(help(&[]).contains("The configuration file"));
    }

    #[test]
    fn a_global_option_is_taken_before_and_behind_a_subcommand() {
        use clap::FromArgMatches;
        for words in [
            &["gwctl", "--fleet", "orders", "runs", "show", "last"][..],
            &["gwctl", "runs", "--fleet", "orders", "show", "last"],
            &["gwctl", "runs", "show", "last", "--fleet", "orders"],
        ] {
            let matches = command().try_get_matches_from(words).unwrap();
            let cli = Cli::from_arg_matches(&matches).unwrap();
            assert_eq!(cli.global.fleet.as_deref(), Some("orders"), "{words:?}");
        }
    }
}
