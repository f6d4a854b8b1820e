//! The configuration file: what it may hold, how it is read, and how its errors read.

mod check;
mod diagnostic;
mod load;
mod near;
mod paths;
mod read;
mod record;
mod span;
mod untold;
mod written;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::console::app as console;
use crate::fleet::columns::{self, Column};
use crate::fleet::{FleetSpec, Pace};
use crate::notify::NotifySpec;

pub use diagnostic::{Diagnostic, Level};
pub use load::{ConfigError, Loaded, load, parse};
pub use near::nearest;
pub use paths::{NoHome, Paths};
pub use record::{NotRecorded, record};
pub use span::Span;
pub use untold::Untold;
pub use written::{Remarks, written};

/// A complete example with a comment on every key.
pub const EXAMPLE: &str = include_str!("example.toml");

/// The whole file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The fleet to look at when `--fleet` names none. Not needed where there is only one.
    pub default_fleet: Option<String>,
    /// The console.
    pub console: Console,
    /// How AWS is asked.
    pub refresh: Refresh,
    /// Who is told what happens.
    pub notify: NotifySpec,
    /// The fleets by name.
    pub fleets: BTreeMap<String, FleetSpec>,
}

/// How the console looks and behaves.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Console {
    /// Theme by name; none means `dark`.
    pub theme: Option<String>,
    /// Complete mouse support. The terminal's own selection then needs Shift.
    pub mouse: bool,
    /// Draw with ASCII alone, for terminals and fonts without the rest of Unicode.
    pub ascii: bool,
    /// The pace to start with: `calm` or `incident`.
    pub pace: Pace,
    /// Keys that differ from the shipped ones: the key, and the name of what it does
    /// (`gwctl` shows the names under `?`).
    pub keys: BTreeMap<String, String>,
    /// Which columns the tables show.
    pub columns: Columns,
    /// Commands of your own, by the name that `:` takes.
    pub commands: BTreeMap<String, OwnCommand>,
}

impl Console {
    /// The commands as the console takes them. The file was checked: what is no command does not come here.
    pub fn own(&self) -> Vec<console::OwnCommand> {
        let all = self.commands.iter();
        all.filter_map(|(name, command)| command.named(name).ok())
            .collect()
    }
}

/// A command of one's own: a program with its arguments, run without a shell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnCommand {
    /// The program and its arguments; `{region}`, `{fleet}`, `{account}`, `{function}`, `{cluster}`, `{arn}`, `{alarm}`,
    /// `{domain}` and `{distribution}` stand for what the cursor is on.
    pub run: Vec<String>,
    /// The key that runs it; without one `:` alone does.
    #[serde(default)]
    pub key: Option<String>,
    /// What it does, in a few words.
    #[serde(default)]
    pub about: String,
    /// Whether it changes something: then gwctl must be allowed to change things, and its name is typed to confirm it.
    #[serde(default)]
    pub changes: bool,
}

impl OwnCommand {
    /// As the console takes it.
    ///
    /// # Errors
    /// A key that is none.
    fn named(&self, name: &str) -> Result<console::OwnCommand, console::NotAKey> {
        Ok(console::OwnCommand {
            name: name.to_owned(),
            key: self.key.as_deref().map(str::parse).transpose()?,
            run: self.run.clone(),
            about: crate::fleet::clean_line(&self.about),
            changes: self.changes,
        })
    }
}

/// Which columns the tables show, in their order. Where not all fit, the less important ones are left out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Columns {
    /// Those of the Fleet screen, by the names that `:columns` lists; none means those that are shipped.
    pub fleet: Option<Vec<String>>,
}

impl Columns {
    /// Those of the Fleet screen. The file was checked: a name that is no column's does not come here.
    pub fn fleet(&self) -> Option<Vec<&'static Column>> {
        let names = self.fleet.as_ref()?.iter().map(String::as_str);
        columns::chosen(names).ok()
    }
}

/// How AWS is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Refresh {
    /// How far back the charts reach at first, from 15m to 24h.
    pub history: Span,
    /// How long to wait for TCP and TLS.
    pub connect_timeout: Span,
    /// How long to wait for one attempt of a call.
    pub attempt_timeout: Span,
    /// How long to wait for a call with its retries.
    pub operation_timeout: Span,
}

impl Default for Refresh {
    fn default() -> Self {
        Self {
            history: Span::from_secs(3_600),
            connect_timeout: Span::from_secs(3),
            attempt_timeout: Span::from_secs(5),
            operation_timeout: Span::from_secs(12),
        }
    }
}

/// The file's JSON schema, indented.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Config);
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_valid_and_complete() {
        let loaded = parse("example.toml".as_ref(), EXAMPLE).unwrap();
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        assert_eq!(
            loaded.config.console,
            Console {
                theme: Some("dark".into()),
                ..Console::default()
            }
        );
        assert_eq!(
            loaded.config.refresh,
            Refresh::default(),
            "the example shows the defaults"
        );
        let fleet = &loaded.config.fleets["orders"];
        assert_eq!(
            fleet.thresholds,
            crate::fleet::Thresholds::default(),
            "the example shows the defaults"
        );
        assert_eq!(
            fleet.rules,
            crate::fleet::Rules::default(),
            "the example shows the defaults"
        );

        // Every key of the schema occurs in the example, set or commented out.
        let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
        let mut keys = Vec::new();
        collect_keys(&schema, &mut keys);
        assert!(keys.len() > 30, "{keys:?}");
        for key in keys {
            assert!(
                EXAMPLE.contains(&key),
                "the example says nothing of `{key}`"
            );
        }
    }

    fn collect_keys(schema: &serde_json::Value, keys: &mut Vec<String>) {
        match schema {
            serde_json::Value::Object(object) => {
                if let Some(serde_json::Value::Object(properties)) = object.get("properties") {
                    keys.extend(properties.keys().cloned());
                }
                for value in object.values() {
                    collect_keys(value, keys);
                }
            }
            serde_json::Value::Array(values) => {
                for value in values {
                    collect_keys(value, keys);
                }
            }
            _ => {}
        }
    }
}
