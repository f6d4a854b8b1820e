//! `gwctl lab drill`: gwctl's own drill on true traffic, and what the clients saw of it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::args::Drill;
use super::running::{RunningLab, failed};
use super::table;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::output::{print, tell};
use crate::cli::rehearse::{Figures, drill, story};
use crate::cli::runtime::run_async;
use crate::fleet::Region;
use crate::lab::clients::{Continent, Verdict};

/// How long clients send before anything happens: CloudWatch's minutes shall hold what was measured.
const BEFORE: Duration = Duration::from_mins(6);
/// How long a Region is dark before somebody acts.
const DARK: Duration = Duration::from_mins(2);

/// When a Region that went dark comes back.
const BACK: Duration = Duration::from_mins(10);

/// Runs it in a lab, then in the simulator, and prints both.
pub(super) fn run(args: &Drill) -> Result<Exit, Failure> {
    let (title, seen) = run_async(Box::pin(in_a_lab(args)))??;
    tell("gwctl: the same drill in the simulator …");
    let scenario = if args.unplanned {
        "primary-dark"
    } else {
        "calm"
    };
    let (mut scenario, struck) = story(scenario)?;
    scenario.clients = f64::from(args.load.rate);
    let (_, model) = drill::rehearse((scenario, struck), args.load.seed, false)?;
    print(&table::written(&title, &seen, &model))?;
    Ok(Exit::Success)
}

/// What a drill in a lab came to.
pub(super) struct Seen {
    /// As the world counted it.
    pub figures: Figures,
    /// As the clients' ledger has it, from its begin.
    pub verdict: Verdict,
    /// Seconds from the confirmation until the clients are served again; none where they are not.
    pub served_again_s: Option<i64>,
    /// What the clients of each continent felt from the confirmation on.
    pub felt: BTreeMap<String, Continent>,
}

async fn in_a_lab(args: &Drill) -> Result<(String, Seen), Failure> {
    let lab = RunningLab::start(args.load).await?;
    tell(format!(
        "gwctl: a lab runs, with {} requests a second; the drill begins in {} s",
        args.load.rate,
        BEFORE.as_secs()
    ));
    tokio::time::sleep(BEFORE).await;
    let struck = args.unplanned.then(|| lab.plane.writer());
    if let Some(region) = &struck {
        strike(&lab, region).await?;
    }
    let staged = Box::pin(drill::on_stage(&lab.sim, struck, (false, true))).await;
    let (title, figures) = staged?;
    let settled = lab.plane.settle().await.map_err(|error| failed(&error))?;
    let (ledger, rows) = settled.ok_or_else(|| Failure::new("the clients have stopped before"))?;
    lab.server.stop().await;
    let (from, to) = figures
        .way_out
        .ok_or_else(|| Failure::new(format!("there was no drill: {}", figures.outcome)))?;
    let seen = Seen {
        verdict: ledger.check(&rows),
        served_again_s: ledger.recovered(from, to),
        felt: ledger.felt_since(from, &rows),
        figures,
    };
    Ok((title, seen))
}

async fn strike(lab: &RunningLab, region: &Region) -> Result<(), Failure> {
    tell(format!("gwctl: everything in {region} gets SIGKILL"));
    let fault = format!("region-dark:{region}");
    let struck = lab.sim.start_fault(&fault);
    struck.map_err(|error| Failure::new(error.to_string()))?;
    // While it is dark its requests cannot be counted, and a drill wants them counted.
    let sim = lab.sim.clone();
    tokio::spawn(async move {
        tokio::time::sleep(BACK).await;
        if let Err(error) = sim.end_fault(&fault) {
            tracing::warn!(%error, "the lab cannot bring a Region back");
        }
    });
    tokio::time::sleep(DARK).await;
    Ok(())
}
