//! Asks which fleet is meant, where the configuration has several.

use std::fmt::Write as _;
use std::io::{BufRead as _, Write as _};

use super::failure::Failure;
use crate::config::Config;

/// The fleet that the operator names, by its number or its name.
pub fn ask(config: &Config) -> Result<String, Failure> {
    let names: Vec<&str> = config.fleets.keys().map(String::as_str).collect();
    let mut out = std::io::stderr().lock();
    let mut lines = std::io::stdin().lock().lines();
    let failed = |error: std::io::Error| Failure::io("ask which fleet is meant", &error);
    out.write_all(list(config).as_bytes()).map_err(failed)?;
    loop {
        out.write_all(b"Number or name: ").map_err(failed)?;
        out.flush().map_err(failed)?;
        let Some(line) = lines.next().transpose().map_err(failed)? else {
            let why = Failure::usage("no fleet was chosen");
            return Err(why.next(format!("Name one with --fleet: {}.", names.join(", "))));
        };
        if let Some(name) = meant(&names, line.trim()) {
            return Ok(name.to_owned());
        }
        let most = names.len();
        let text = format!("That is neither a number from 1 to {most} nor a name of the list.\n");
        out.write_all(text.as_bytes()).map_err(failed)?;
    }
}

fn list(config: &Config) -> String {
    let width = config.fleets.keys().map(String::len).max().unwrap_or(0);
    let mut text =
        "The configuration has several fleets, and none is its `default_fleet`:\n".to_owned();
    for (index, (name, fleet)) in config.fleets.iter().enumerate() {
        let regions: Vec<&str> = fleet
            .sites
            .iter()
            .map(|site| site.region.as_str())
            .collect();
        let _ = writeln!(
            text,
            "{:>4}  {name:<width$}  {}  {}",
            index + 1,
            fleet.domain,
            regions.join(", ")
        );
    }
    text
}

fn meant<'a>(names: &[&'a str], typed: &str) -> Option<&'a str> {
    let by_number = || names.get(typed.parse::<usize>().ok()?.checked_sub(1)?);
    let by_name = names.iter().find(|name| **name == typed);
    by_name.or_else(by_number).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_or_a_name_is_a_fleet_and_nothing_else_is() {
        let names = ["orders", "shop", "3"];
        assert_eq!(meant(&names, "1"), Some("orders"));
        assert_eq!(meant(&names, "shop"), Some("shop"));
        assert_eq!(meant(&names, "3"), Some("3"));
        for typed in ["", "0", "4", "sho", "-1"] {
            assert_eq!(meant(&names, typed), None, "{typed}");
        }
    }
}
