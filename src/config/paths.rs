//! Where gwctl keeps things: the XDG folders, on every system.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use etcetera::base_strategy::Xdg;

/// Every path gwctl uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The configuration file.
    pub config: PathBuf,
    /// The user's own themes.
    pub themes: PathBuf,
    /// The folder of the log and of everything kept between runs.
    pub state: PathBuf,
}

/// Neither `HOME` nor the system says whose files to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cannot find a home folder: set HOME")]
pub struct NoHome;

impl Paths {
    /// The XDG folders, and `config` in place of the usual file where given.
    pub fn find(config: Option<&Path>) -> Result<Self, NoHome> {
        let xdg = Xdg::new().map_err(|_| NoHome)?;
        let home = xdg.config_dir().join("gwctl");
        let state = xdg
            .state_dir()
            .unwrap_or_else(|| xdg.data_dir())
            .join("gwctl");
        Ok(Self {
            config: config.map_or_else(|| home.join("config.toml"), Path::to_path_buf),
            themes: home.join("themes"),
            state,
        })
    }

    /// Today's log; older ones lie beside it, named for their day.
    pub fn log(&self) -> PathBuf {
        self.state.join("gwctl.log")
    }
}
