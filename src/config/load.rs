//! Reads the file; turns the parser's complaints into ours.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::read::{Misfit, read};
use super::{Config, Diagnostic, Level, Untold, check, nearest, untold};

/// A configuration that can be used, and what is worth a look in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// What it says.
    pub config: Config,
    /// Where it was read.
    pub file: PathBuf,
    /// What is worth a look.
    pub warnings: Vec<Diagnostic>,
    /// What of `[notify]` is wrong, and left out.
    pub untold: Vec<Untold>,
}

/// Why there is no usable configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file does not exist.
    #[error("there is no configuration file at {}", .file.display())]
    Absent {
        /// The path looked at.
        file: PathBuf,
    },
    /// The file could not be read.
    #[error("cannot read the configuration file {}: {why}", .file.display())]
    Unreadable {
        /// The path.
        file: PathBuf,
        /// The system's words.
        why: String,
    },
    /// The file is wrong; errors and warnings in the order of the file.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
    Wrong(Vec<Diagnostic>),
}

impl ConfigError {
    /// In one line, without the place in the file.
    pub fn headline(&self) -> String {
        match self {
            Self::Wrong(found) => found.first().map_or_else(String::new, Diagnostic::headline),
            other => other.to_string(),
        }
    }
}

/// Reads and checks `file`.
pub fn load(file: &Path) -> Result<Loaded, ConfigError> {
    let bytes = crate::files::read(file).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => ConfigError::Absent { file: file.into() },
        _ => ConfigError::Unreadable {
            file: file.into(),
            why: error.to_string(),
        },
    })?;
    let text = String::from_utf8(bytes).map_err(|error| ConfigError::Unreadable {
        file: file.into(),
        why: format!(
            "it is not UTF-8 text (byte {})",
            error.utf8_error().valid_up_to()
        ),
    })?;
    parse(file, &text)
}

/// Reads and checks `text`, naming `file` in what it says.
pub fn parse(file: &Path, text: &str) -> Result<Loaded, ConfigError> {
    let mut document = DeTable::parse(text).map_err(|error| broken(file, text, &error))?;
    let mut untold = Vec::new();
    let mut config: Config = loop {
        match read(document.get_ref()) {
            Ok(config) => break config,
            Err(misfit) => {
                let place = misfit.span.clone();
                let left = place.and_then(|place| untold::leave_out(document.get_mut(), &place));
                let why = misfitting(file, text, misfit);
                match left {
                    Some(left) => untold.push(Untold {
                        target: left.target(),
                        why: why.without_its_words(),
                    }),
                    None => return Err(ConfigError::Wrong(vec![why])),
                }
            }
        }
    };
    let mut found = Vec::new();
    for finding in check::findings(&config) {
        let span = locate(document.get_ref(), &finding.path).unwrap_or(0..0);
        let mut one = Diagnostic::new(finding.level, file, text, span, finding.found)
            .meant(finding.meant.as_deref());
        one.accepted = finding.accepted;
        if finding.secret {
            one = one.without_its_line();
        }
        if one.level == Level::Error && untold::is_about(&finding.path) {
            let target = untold::leave_out_of(&mut config, &finding.path);
            untold.push(Untold { target, why: one });
        } else {
            found.push(one);
        }
    }
    found.sort_by_key(|one| (one.line, one.column));
    untold.sort_by_key(|one| (one.why.line, one.why.column));
    if found.iter().any(|one| one.level == Level::Error) {
        found.extend(untold.into_iter().map(|one| one.why));
        Err(ConfigError::Wrong(found))
    } else {
        Ok(Loaded {
            config,
            file: file.into(),
            warnings: found,
            untold,
        })
    }
}

/// It is no TOML.
fn broken(file: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let span = error.span().unwrap_or(0..0);
    let message = error.message().trim().replace('\n', "; ");
    let one = Diagnostic::new(Level::Error, file, text, span, message);
    ConfigError::Wrong(vec![one])
}

/// It is TOML and no configuration.
fn misfitting(file: &Path, text: &str, misfit: Misfit) -> Diagnostic {
    let span = misfit.span.unwrap_or(0..0);
    let mut one = Diagnostic::new(Level::Error, file, text, span, misfit.found);
    if let Some((name, known)) = misfit.name {
        one = one.meant(nearest(&name, known.iter().copied()));
    }
    if let Some(accepted) = misfit.accepted {
        one = one.accepted(accepted);
    }
    one
}

/// Where the value (or, with nothing deeper known, the nearest table) at `path` stands.
fn locate(table: &DeTable<'_>, path: &[String]) -> Option<Range<usize>> {
    let (first, rest) = path.split_first()?;
    let (key, value) = table.get_key_value(first.as_str())?;
    Some(
        locate_in(value, rest).unwrap_or_else(|| match value.get_ref() {
            // A table written with its own header is best shown there.
            DeValue::Table(_) => key.span(),
            _ => value.span(),
        }),
    )
}

fn locate_in(value: &toml::Spanned<DeValue<'_>>, path: &[String]) -> Option<Range<usize>> {
    let (first, rest) = path.split_first()?;
    match value.get_ref() {
        DeValue::Table(table) => locate(table, path),
        DeValue::Array(values) => {
            let value = values.get(first.parse::<usize>().ok()?)?;
            Some(locate_in(value, rest).unwrap_or_else(|| value.span()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::EXAMPLE;

    fn complaint(text: &str) -> String {
        parse("c.toml".as_ref(), text).unwrap_err().to_string()
    }

    #[test]
    fn an_unknown_key_is_shown_with_what_is_accepted_and_what_was_meant() {
        assert_eq!(
            complaint("[console]\nmuose = true\n"),
            "error: unknown key `muose`\n --> c.toml:2:1\n  |\n2 | muose = true\n  | ^^^^^\n  = accepted: `theme`, `mouse`, `ascii`, `pace`, `keys`, `columns`, `commands`\n  = did you mean `mouse`?"
        );
    }

    #[test]
    fn a_wrong_type_says_what_was_found_and_what_is_accepted() {
        let said = complaint("[console]\nmouse = \"yes\"\n");
        assert!(said.contains("invalid type: string \"yes\""), "{said}");
        assert!(
            said.contains("c.toml:2:9") && said.contains("accepted: a boolean"),
            "{said}"
        );
    }

    #[test]
    fn an_unknown_column_is_shown_with_all_there_are_and_what_was_meant() {
        let fleets = EXAMPLE.replace(
            "# fleet = [\"region\", \"verdict\"",
            "fleet = [\"region\", \"verdct\"",
        );
        let said = complaint(&fleets);
        assert!(said.contains("there is no column `verdct`"), "{said}");
        assert!(said.contains("accepted: region, city, verdict, "), "{said}");
        assert!(said.contains("did you mean `verdict`?"), "{said}");
        let chosen = EXAMPLE.replace("# fleet = [\"region\"", "fleet = [\"region\"");
        let loaded = parse("c.toml".as_ref(), &chosen).unwrap();
        let columns = loaded.config.console.columns.fleet().unwrap();
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        assert_eq!(
            names,
            [
                "region", "verdict", "share", "p99", "5xx", "lag", "dns", "why"
            ]
        );
    }

    #[test]
    fn broken_syntax_is_shown_at_its_place() {
        let said = complaint("[console\nmouse = true\n");
        assert!(said.contains("c.toml:1:9"), "{said}");
    }

    #[test]
    fn every_meaningless_value_of_the_example_is_found_at_its_place() {
        for (from, to, place, word) in [
            (
                "api.orders.example.com\"\n",
                "https://api.orders.example.com/\"\n",
                "domain = ",
                "host name",
            ),
            (
                "latency_record = \"latency.orders.example.com\"",
                "latency_record = \"api.orders.example.com\"",
                "latency_record",
                "clients",
            ),
            (
                "region = \"eu-west-1\"",
                "region = \"us-east-1\"",
                "region = \"us-east-1\"",
                "twice",
            ),
            (
                "api_p99_ms = { warn = 1000.0",
                "api_p99_ms = { warn = 9000.0",
                "api_p99_ms",
                "warn",
            ),
            (
                "certificate_days = { warn = 40.0",
                "certificate_days = { warn = 4.0",
                "certificate_days",
                "warn",
            ),
            (
                "global_cluster = \"orders\"",
                "global_cluster = \"arn:aws:rds::1:global-cluster:orders\"",
                "global_cluster",
                "identifier",
            ),
            (
                "hosted_zone = \"Z0ORDERS0EXAMPLE1\"",
                "hosted_zone = \"/hostedzone/Z0ORDERS0EXAMPLE1\"",
                "hosted_zone",
                "id",
            ),
            (
                "default_fleet = \"orders\"",
                "default_fleet = \"odrers\"",
                "default_fleet",
                "did you mean `orders`",
            ),
        ] {
            let text = EXAMPLE.replacen(from, to, 1);
            assert_ne!(text, EXAMPLE, "{from}");
            let said = complaint(&text);
            assert!(said.contains(place) && said.contains(word), "{said}");
        }
    }

    #[test]
    fn an_unknown_region_is_worth_a_look_and_an_impossible_one_is_an_error() {
        let loaded = parse(
            "c.toml".as_ref(),
            &EXAMPLE.replace("\"eu-west-1\"", "\"eu-wset-1\""),
        )
        .unwrap();
        let said = loaded.warnings[0].to_string();
        assert!(
            said.contains("eu-wset-1") && said.contains("did you mean `eu-west-1`"),
            "{said}"
        );
        let said = complaint(&EXAMPLE.replace("\"eu-west-1\"", "\"Ireland\""));
        assert!(
            said.contains("`Ireland` is not a Region code") && said.contains('^'),
            "{said}"
        );
    }

    #[test]
    fn a_region_of_another_partition_is_refused_with_the_reason() {
        for (code, partition) in [
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            let said = complaint(&EXAMPLE.replace("\"eu-west-1\"", &format!("\"{code}\"")));
            let expected =
                format!("{code} is in the partition {partition} and the first site is not");
            assert!(said.contains(&expected), "{said}");
        }
    }
}
