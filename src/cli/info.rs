//! `gwctl info`: every path in use, and versions.

use std::fmt::Write;

use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::output::print;
use crate::config::{ConfigError, Paths, load};
use crate::fleet::clean_line;

/// Variables that steer the AWS side and hold no secret.
const AWS: [&str; 8] = [
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CA_BUNDLE",
    "AWS_MAX_ATTEMPTS",
];

/// Prints it all; a wrong or absent configuration is told, not an error.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    let paths = Paths::find(global.config.as_deref())?;
    let (state, fleets) = match load(&paths.config) {
        Ok(loaded) => {
            let names: Vec<String> = loaded.config.fleets.into_keys().collect();
            (String::new(), names.join(", "))
        }
        Err(ConfigError::Absent { .. }) => (
            "  (absent; `gwctl config init` writes an example)".to_owned(),
            "none".to_owned(),
        ),
        Err(_) => (
            "  (wrong; see `gwctl config check`)".to_owned(),
            "none".to_owned(),
        ),
    };
    let mut text = String::new();
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "{name:<28}{}", clean_line(&value));
    };
    row("version", env!("CARGO_PKG_VERSION").to_owned());
    row(
        "built for",
        format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    );
    row(
        "executable",
        std::env::current_exe()
            .map_or_else(|_| "unknown".to_owned(), |exe| exe.display().to_string()),
    );
    row("config", format!("{}{state}", paths.config.display()));
    row("themes", paths.themes.display().to_string());
    row("state", paths.state.display().to_string());
    row("log", paths.log().display().to_string());
    row("fleets", fleets);
    for name in AWS {
        if let Ok(value) = std::env::var(name) {
            row(name, value);
        }
    }
    print(&text)?;
    Ok(Exit::Success)
}
