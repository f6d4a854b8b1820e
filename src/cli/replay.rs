//! `gwctl replay`: the console on a recording.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::console::{THEME, open};
use super::exit::Exit;
use super::failure::Failure;
use super::flags::Global;
use super::incident::file;
use super::operator::operator;
use super::output::tell;
use crate::actions::{Folder, Intent, RunContext};
use crate::config::Paths;
use crate::console::app::Mode;
use crate::console::{Fleets, Keeping, Opening, Setup};
use crate::fleet::{FleetSpec, Pace};
use crate::recording::Recording;

/// `gwctl replay`.
#[derive(Debug, Clone, Args)]
pub struct Replay {
    /// A recording: a file, or its name in the folder that `gwctl incident list` shows; `last` is the newest
    #[arg(value_name = "FILE", default_value = "last")]
    pub file: PathBuf,
    /// Look among those of simulated fleets
    #[arg(long)]
    pub demo: bool,
}

/// Opens the console on a recording. Nothing is asked of AWS, and nothing can be changed.
pub fn run(global: &Global, args: &Replay) -> Result<Exit, Failure> {
    let paths = Paths::find(None)?;
    let path = file::find(&file::folder(&paths, args.demo), &args.file)?;
    let recording = Arc::new(file::read(&path)?);
    if recording.cut {
        tell(format!(
            "gwctl: {} ends in the middle of a line, as after a crash: it is shown up to its last whole line",
            path.display()
        ));
    }
    let setup = Setup {
        untold: Vec::new(),
        told: None,
        fleet: recording.head.fleet.clone(),
        fleets: Arc::new(Recorded(recording.clone())),
        faults: None,
        mode: Mode::Recorded,
        write: false,
        pace: Pace::default(),
        theme: global.theme.clone().unwrap_or_else(|| THEME.to_owned()),
        themes: Some(paths.themes),
        columns: None,
        ascii: false,
        color: global.color.wish(),
        mouse: global.mouse,
        keys: std::collections::BTreeMap::new(),
        own: Vec::new(),
        runs: Folder::new(paths.state.join("runs")),
        operator: operator(),
        incidents: None,
        clock: super::clock::present(),
        recording: Some(recording),
    };
    open(setup, global)
}

/// The one fleet of a recording. It is never opened.
struct Recorded(Arc<Recording>);

impl Fleets for Recorded {
    fn names(&self) -> Vec<String> {
        vec![self.0.head.fleet.clone()]
    }

    fn spec(&self, name: &str) -> Option<FleetSpec> {
        (name == self.0.head.fleet).then(|| self.0.head.spec.clone())
    }

    fn open(&self, _name: &str, _pace: Pace) -> Opening {
        Box::pin(std::future::pending())
    }

    fn look(&self, _name: &str) -> Opening {
        Box::pin(std::future::pending())
    }

    fn beside(&self, _name: &str) -> Opening {
        Box::pin(std::future::pending())
    }

    fn reopen(&self, _run_context: RunContext, _pace: Pace) -> Opening {
        Box::pin(std::future::pending())
    }

    fn keep(&self, _run_context: RunContext, _intent: Intent) -> Keeping {
        Box::pin(std::future::pending())
    }
}
