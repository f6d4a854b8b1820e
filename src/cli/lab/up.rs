//! `gwctl lab up` and `down`.

use std::time::Duration;

use super::args::{Authorization, Load};
use super::file::{self, Noted};
use super::running::RunningLab;
use super::status;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Simulated;
use crate::cli::output::{print, tell};
use crate::cli::sim::Served;
use crate::cli::stop_signals::StopSignals;

/// How long `down` waits for the lab to end.
const ENDS: Duration = Duration::from_secs(30);

/// Runs one until a signal ends it.
pub(super) async fn up(load: &Load) -> Result<Exit, Failure> {
    if let Some(other) = file::read()? {
        let what = format!("a lab runs already, as process {}", other.pid);
        return Err(Failure::new(what).next("`gwctl lab down` ends it."));
    }
    file::clear_up()?;
    let mut place = file::reserve()?;
    let mut stop = StopSignals::listen()?;
    let lab = RunningLab::start(*load).await?;
    let world = Simulated {
        scenario: "calm".into(),
        speed: 1.0,
        seed: load.seed,
    };
    let served = Served::describe(&lab.sim, &lab.server, &world, None)?;
    let noted = Noted {
        pid: std::process::id().cast_signed(),
        url: format!("http://{}", lab.server.address()),
        config: served.config().to_path_buf(),
        folder: lab.folder().to_path_buf(),
    };
    place.write(&noted)?;
    print(&format!(
        "# A lab: PostgreSQL, handlers and gateways of {} Regions, three edges, {} requests a second.\n{}",
        lab.sim.spec().sites.len(),
        load.rate,
        served.environment()
    ))?;
    let authorization = match load.authorization {
        Authorization::None => "none",
        Authorization::Iam => "iam",
    };
    let ended = tokio::select! {
        () = stop.any() => Ok(()),
        told = status::keep_telling(&lab, authorization) => told,
    };
    lab.server.stop().await;
    tell("gwctl: the lab has ended");
    ended?;
    Ok(Exit::Success)
}

/// Ends the one that runs, and waits until it has.
pub(super) async fn down() -> Result<Exit, Failure> {
    let Some(noted) = file::read()? else {
        print("no lab runs\n")?;
        return Ok(Exit::Success);
    };
    if !noted.end() {
        return Err(Failure::new(format!(
            "the lab's process {} cannot be ended",
            noted.pid
        )));
    }
    let gone = async {
        while noted.runs() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(ENDS, gone).await.is_err() {
        let what = format!(
            "the lab's process {} has not ended after {} s",
            noted.pid,
            ENDS.as_secs()
        );
        return Err(Failure::new(what));
    }
    print("the lab has ended\n")?;
    Ok(Exit::Success)
}
