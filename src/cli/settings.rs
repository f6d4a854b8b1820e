//! Flag over variable over file: what a command works with.

use std::io::IsTerminal as _;
use std::sync::Arc;

use super::failure::Failure;
use super::flags::Global;
use super::output::tell;
use super::which_fleet;
use crate::aws::{SessionOptions, Timeouts};
use crate::config::{Config, Diagnostic, Level, Loaded, Paths, Untold, load, nearest};
use crate::fleet::{Clock, FleetSpec};
use crate::observe;

/// The fleet to look at, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where things are kept.
    pub paths: Paths,
    /// The whole file.
    pub config: Config,
    /// The chosen fleet's name.
    pub fleet: String,
    /// What is worth a look in the file.
    pub warnings: Vec<Diagnostic>,
    /// What of `[notify]` is wrong, and left out.
    pub untold: Vec<Untold>,
}

impl Settings {
    /// Reads the configuration and chooses the fleet.
    pub fn read(global: &Global) -> Result<Self, Failure> {
        Self::read_with(global, undecided)
    }

    /// As [`Self::read`], but whoever sits at a terminal is asked where nothing says which fleet.
    pub fn read_or_ask(global: &Global) -> Result<Self, Failure> {
        Self::read_with(global, |config| {
            if can_be_asked() {
                which_fleet::ask(config)
            } else {
                undecided(config)
            }
        })
    }

    /// As [`Self::read`], for who looks at every fleet of the file: where nothing says which is meant, the first is
    /// chosen.
    pub fn read_for_all(global: &Global) -> Result<Self, Failure> {
        Self::read_with(global, |config| match config.fleets.keys().next() {
            Some(first) => Ok(first.clone()),
            None => undecided(config),
        })
    }

    fn read_with(
        global: &Global,
        undecided: impl FnOnce(&Config) -> Result<String, Failure>,
    ) -> Result<Self, Failure> {
        let paths = Paths::find(global.config.as_deref())?;
        let Loaded {
            config,
            warnings,
            untold,
            ..
        } = load(&paths.config)?;
        let fleet = choose(&config, global.fleet.as_deref(), undecided)?;
        Ok(Self {
            paths,
            config,
            fleet,
            warnings,
            untold,
        })
    }

    /// Says on stderr what is worth a look in the file, and what of `[notify]` is left out.
    pub fn tell_warnings(&self) {
        self.tell_of(Level::Warning);
    }

    /// As [`Self::tell_warnings`], for who is there to tell others: what of `[notify]` is left out is an error.
    pub fn tell_errors(&self) {
        self.tell_of(Level::Error);
    }

    fn tell_of(&self, untold: Level) {
        for warning in &self.warnings {
            tell(format!("{warning}\n"));
        }
        for one in &self.untold {
            tell(format!("{}\n", one.told(untold)));
        }
    }

    /// The chosen fleet.
    pub fn spec(&self) -> FleetSpec {
        self.config.fleets[&self.fleet].clone()
    }
}

/// The profile for `spec`: the flag's, then the fleet's own; none leaves it to `AWS_PROFILE`.
pub fn profile(global: &Global, spec: &FleetSpec) -> Option<String> {
    global.profile.clone().or_else(|| spec.profile.clone())
}

/// The way to AWS over the network for `spec`.
pub fn session_options(
    global: &Global,
    spec: &FleetSpec,
    config: &Config,
    clock: Arc<dyn Clock>,
) -> SessionOptions {
    SessionOptions {
        profile: profile(global, spec),
        http_client: None,
        timeouts: timeouts(config),
        clock,
    }
}

/// How long to wait, from the file.
pub fn timeouts(config: &Config) -> Timeouts {
    Timeouts {
        connect: config.refresh.connect_timeout.duration(),
        attempt: config.refresh.attempt_timeout.duration(),
        operation: config.refresh.operation_timeout.duration(),
    }
}

/// How often to ask, from the file.
pub fn refresh(config: &Config) -> observe::Refresh {
    observe::Refresh {
        pace: config.console.pace,
        history: config.refresh.history.duration(),
        ..observe::Refresh::default()
    }
}

fn can_be_asked() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// The fleet that a flag or the file names, or the only one; where there are several, `undecided` says.
fn choose(
    config: &Config,
    wanted: Option<&str>,
    undecided: impl FnOnce(&Config) -> Result<String, Failure>,
) -> Result<String, Failure> {
    let names: Vec<&str> = config.fleets.keys().map(String::as_str).collect();
    let wanted = wanted
        .filter(|name| !name.is_empty())
        .or(config.default_fleet.as_deref());
    match (wanted, names.as_slice()) {
        (Some(name), _) if config.fleets.contains_key(name) => Ok(name.to_owned()),
        (Some(name), _) => {
            let meant = nearest(name, names.iter().copied())
                .map_or(String::new(), |near| format!(" Did you mean `{near}`?"));
            Err(
                Failure::usage(format!("there is no fleet `{name}` in the configuration"))
                    .next(format!("It has: {}.{meant}", names.join(", "))),
            )
        }
        (None, [only]) => Ok((*only).to_owned()),
        (None, _) => undecided(config),
    }
}

/// Refuses to guess.
fn undecided(config: &Config) -> Result<String, Failure> {
    let names: Vec<&str> = config.fleets.keys().map(String::as_str).collect();
    let why = Failure::usage("the configuration has several fleets and none is the default");
    Err(why.next(format!(
        "Name one with --fleet: {}; or set `default_fleet`.",
        names.join(", ")
    )))
}
