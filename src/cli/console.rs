//! `gwctl`: the console on the configured fleets.

use std::sync::Arc;

use super::act::again::Again;
use super::act::record::{Memory, recorded};
use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::incident::file;
use super::notified::RunsTold;
use super::operator::operator;
use super::output::tell;
use super::runtime::run_async;
use super::settings::{Settings, refresh};
use super::target::Target;
use crate::actions::{Folder, Intent, RunContext};
use crate::aws::{keep_from_terminal, read_certificates_early};
use crate::config::Untold;
use crate::console::app::Mode;
use crate::console::{self, Fleets, Keeping, Opening, Outcome, Setup};
use crate::fleet::{FleetSpec, Pace};
use crate::observe::{Refresh, Together};

/// The theme where neither flag nor file names one.
pub const THEME: &str = "dark";

/// Reads the configuration and opens the console.
pub fn run(global: &Global) -> Result<Exit, Failure> {
    read_certificates_early();
    let settings = Settings::read_or_ask(global)?;
    settings.tell_warnings();
    let console = &settings.config.console;
    let (told, news) = RunsTold::within_a_console(&settings);
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
        columns: console.columns.fleet(),
        ascii: console.ascii,
        color: global.color.wish(),
        mouse: global.mouse || console.mouse,
        keys: console.keys.clone(),
        own: console.own(),
        runs: Folder::new(settings.paths.state.join("runs")).followed_by(told.follower()),
        operator: operator(),
        incidents: Some(file::kept_in(
            file::folder(&settings.paths, false),
            global.record,
        )),
        recording: None,
        clock: super::clock::present(),
        untold: settings.untold.iter().map(Untold::line).collect(),
        told: Some(news),
        fleets: Arc::new(Configured {
            global: global.clone(),
            settings,
            together: Arc::new(Together::new(super::clock::present())),
            built: Arc::default(),
        }),
    };
    open_telling(setup, global, Some(&told))
}

/// Shows a console until it ends.
pub fn open(setup: Setup, global: &Global) -> Result<Exit, Failure> {
    open_telling(setup, global, None)
}

/// As [`open`]; what was just told of its runs is waited for.
fn open_telling(setup: Setup, global: &Global, told: Option<&RunsTold>) -> Result<Exit, Failure> {
    let demo = matches!(setup.mode, Mode::Demo { .. });
    keep_from_terminal(true);
    let ended = run_async(async {
        let ended = console::run(setup).await;
        if let Some(told) = told {
            told.settle().await;
        }
        ended
    });
    keep_from_terminal(false);
    let ended = ended??;
    for id in &ended.left {
        tell(left(id, global, demo));
    }
    Ok(match ended.outcome {
        Outcome::Quit => Exit::Success,
        Outcome::Signal(signal) => Exit::Signal(signal),
    })
}

/// What the shell is left with when a run was not over.
fn left(id: &str, global: &Global, demo: bool) -> String {
    if demo {
        return format!(
            "gwctl: the run {id} was left: its simulated world ended with this console. This shows it:\n       \
             gwctl runs show {id} --demo"
        );
    }
    let again = Again::of(global, demo).command("resume", id, "--write");
    format!(
        "gwctl: the run {id} was left: no process drives it now. This resumes it:\n       {again}"
    )
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
    /// What the fleets have in common.
    together: Arc<Together>,
    /// What this console built: known here also where the file could not be written.
    built: Arc<Memory>,
}

impl Configured {
    /// The settings for one fleet, as it is now.
    fn settings(&self, name: &str) -> Settings {
        let mut settings = Settings {
            fleet: name.to_owned(),
            ..self.settings.clone()
        };
        if let Some(built) = self.built.get(name) {
            settings.config.fleets.insert(name.to_owned(), built);
        }
        settings
    }
}

impl Configured {
    /// Opens the fleet `name`, refreshed as `refreshed` makes it of the configuration's word.
    fn opening(
        &self,
        name: &str,
        refreshed: impl FnOnce(Refresh) -> Refresh + Send + 'static,
    ) -> Opening {
        let global = self.global.clone();
        let settings = self.settings(name);
        let together = self.together.clone();
        Box::pin(async move {
            let mut target = Target::beside(&together, &global, &settings).await;
            target.refresh = refreshed(target.refresh);
            target.open()
        })
    }
}

impl Fleets for Configured {
    fn names(&self) -> Vec<String> {
        self.settings.config.fleets.keys().cloned().collect()
    }

    fn spec(&self, name: &str) -> Option<FleetSpec> {
        let built = self.built.get(name);
        built.or_else(|| self.settings.config.fleets.get(name).cloned())
    }

    fn open(&self, name: &str, pace: Pace) -> Opening {
        self.opening(name, move |refresh| Refresh { pace, ..refresh })
    }

    fn look(&self, name: &str) -> Opening {
        self.opening(name, Refresh::beside_others)
    }

    fn beside(&self, name: &str) -> Opening {
        self.open(name, Pace::Incident)
    }

    fn reopen(&self, run_context: RunContext, pace: Pace) -> Opening {
        let spec = self.spec(&run_context.fleet);
        let refresh = Refresh {
            pace,
            ..refresh(&self.settings.config)
        };
        Box::pin(async move { Target::again(run_context, spec, refresh).open() })
    }

    fn keep(&self, run_context: RunContext, intent: Intent) -> Keeping {
        let (built, file) = (self.built.clone(), self.settings.paths.config.clone());
        Box::pin(async move {
            match recorded(&intent, &run_context, &file).await {
                Ok(recorded) => (built.put(&run_context, recorded.built), recorded.said),
                Err(why) => (false, Some(Err(why))),
            }
        })
    }
}
