//! `gwctl lab up` and `down`.

use std::time::Duration;

use super::args::Load;
use super::file;
use super::known::KnownLab;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::{print, tell};
use crate::cli::stop_signals::StopSignals;

/// How long `down` waits for the lab to end.
const ENDS: Duration = Duration::from_secs(30);

/// Runs one until a signal ends it.
pub(super) async fn up(load: &Load) -> Result<Exit, Failure> {
    let mut stop = StopSignals::listen()?;
    let mut lab = KnownLab::start(*load).await?;
    print(&format!(
        "# A lab: PostgreSQL, handlers and gateways of {} Regions, three edges, {} requests a second.\n{}",
        lab.running.sim.spec().sites.len(),
        load.rate,
        lab.served.environment()
    ))?;
    let ended = tokio::select! {
        () = stop.any() => Ok(()),
        untold = lab.untold() => untold,
    };
    lab.running.server.stop().await;
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
