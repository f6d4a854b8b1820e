//! A lab that `gwctl lab status` and `down` know of; a user has one of them at most.

use tokio::task::JoinSet;

use super::args::Load;
use super::file::{self, Kept, Noted};
use super::running::RunningLab;
use super::status::Teller;
use crate::cli::failure::Failure;
use crate::cli::flags::Simulated;
use crate::cli::sim::Served;

/// Its parts in the order in which they are to be ended.
pub struct KnownLab {
    telling: JoinSet<Result<(), Failure>>,
    pub running: RunningLab,
    pub(super) served: Served,
    _place: Kept,
}

impl KnownLab {
    /// Starts one.
    ///
    /// # Errors
    /// Another one runs, this machine lacks what a lab needs, or a part does not start.
    pub async fn start(load: Load) -> Result<Self, Failure> {
        if let Some(other) = file::read()? {
            let what = format!("a lab runs already, as process {}", other.pid);
            return Err(Failure::new(what).next("`gwctl lab down` ends it."));
        }
        file::clear_up()?;
        let mut place = file::reserve()?;
        let running = RunningLab::start(load).await?;
        let world = Simulated {
            scenario: "calm".into(),
            speed: 1.0,
            seed: load.seed,
        };
        let served = Served::describe(&running.sim, &running.server, &world, None)?;
        place.write(&Noted {
            pid: std::process::id().cast_signed(),
            url: format!("http://{}", running.server.address()),
            config: served.config().to_path_buf(),
            folder: running.folder().to_path_buf(),
        })?;
        let mut telling = JoinSet::new();
        telling.spawn(Teller::of(&running, load.authorization)?.keep_telling());
        Ok(Self {
            telling,
            running,
            served,
            _place: place,
        })
    }

    /// Waits until its state can no longer be written down.
    pub(super) async fn untold(&mut self) -> Result<(), Failure> {
        match self.telling.join_next().await {
            Some(Ok(told)) => told,
            Some(Err(_)) | None => Ok(()),
        }
    }
}
