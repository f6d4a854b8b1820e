//! `gwctl`: the console on the configured fleets.

use std::sync::Arc;

use super::args::Global;
use super::exit::Exit;
use super::failure::Failure;
use super::run_async;
use super::settings::Settings;
use super::target::Target;
use crate::console::app::Mode;
use crate::console::{self, Fleets, Opening, Outcome, Setup};
use crate::fleet::{FleetSpec, Pace, SystemClock};

/// The theme where neither flag nor file names one.
pub const THEME: &str = "dark";

/// Reads the configuration and opens the console.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    let settings = Settings::read(global)?;
    settings.tell_warnings();
    let console = &settings.config.console;
    let setup = Setup {
        fleet: settings.fleet.clone(),
        faults: None,
        mode: mode(),
        write: global.write,
        pace: console.pace,
        theme: global
            .theme
            .clone()
            .or_else(|| console.theme.clone())
            .unwrap_or_else(|| THEME.to_owned()),
        themes: Some(settings.paths.themes.clone()),
        ascii: false,
        color: global.color.wish(),
        mouse: global.mouse || console.mouse,
        keys: console.keys.clone(),
        clock: Arc::new(SystemClock),
        fleets: Arc::new(Configured {
            global: global.clone(),
            settings,
        }),
    };
    open(setup)
}

/// Shows a console until it ends.
pub fn open(setup: Setup) -> Result<Exit, Failure> {
    match run_async(console::run(setup))? {
        Ok(Outcome::Quit) => Ok(Exit::Success),
        Ok(Outcome::Signal(signal)) => Ok(Exit::Signal(signal)),
        Err(error) => Err(error.into()),
    }
}

fn mode() -> Mode {
    match std::env::var("AWS_ENDPOINT_URL") {
        Ok(url) if !url.is_empty() => Mode::Endpoint {
            url: crate::fleet::clean(&url, 80),
        },
        _ => Mode::Live,
    }
}

/// The fleets of the configuration.
struct Configured {
    global: Global,
    settings: Settings,
}

impl Fleets for Configured {
    fn names(&self) -> Vec<String> {
        self.settings.config.fleets.keys().cloned().collect()
    }

    fn spec(&self, name: &str) -> Option<FleetSpec> {
        self.settings.config.fleets.get(name).cloned()
    }

    fn open(&self, name: &str, pace: Pace) -> Opening {
        let global = self.global.clone();
        let settings = Settings {
            fleet: name.to_owned(),
            ..self.settings.clone()
        };
        Box::pin(async move {
            let mut target = Target::configured(&global, &settings).await;
            target.refresh.pace = pace;
            Ok(target.observe())
        })
    }
}
