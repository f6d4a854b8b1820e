//! What the simulator is told of a lab: the seam of `gwctl_sim::Reality`, with the lab behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use gwctl_fleet::Region;
use gwctl_sim::{
    Answered, LineSource, Measured, MeasuredFlow, MeasuredFunction, MeasuredLine, Reality,
};
use tokio::runtime::Handle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::clients::{Counts, Done, Load};
use crate::mending::Mending;
use crate::plane::DataPlane;
use crate::region::{Drained, Function, Ran, Served, Site};

/// How often everything is asked.
const EVERY: Duration = Duration::from_millis(250);
/// How often the health paths are asked: all of Route 53's checkers together ask about as often (aws-facts-2 §20.2).
const CHECKED: Duration = Duration::from_secs(1);

/// How often is looked for what is dead.
const MENDED: Duration = Duration::from_secs(1);

/// What was seen of a lab and not told yet.
#[derive(Debug, Default)]
struct Seen {
    served: BTreeMap<Region, Measured>,
    flows: Vec<MeasuredFlow>,
    health: BTreeMap<Region, Option<Answered>>,
    /// Regions whose database runs.
    databases: BTreeSet<Region>,
    edge: Option<Answered>,
}

/// A data plane as the simulator follows it.
pub struct Measuring {
    plane: Arc<DataPlane>,
    seen: Arc<Mutex<Seen>>,
    runtime: Handle,
    _stop: DropGuard,
}

impl std::fmt::Debug for Measuring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Measuring")
    }
}

impl Measuring {
    /// Asks `plane` from now on, until this is dropped.
    pub async fn start(plane: Arc<DataPlane>) -> Self {
        let stopping = CancellationToken::new();
        let seen = Arc::<Mutex<Seen>>::default();
        let regions: Vec<Region> = plane.probes.keys().cloned().collect();
        join_all(regions.iter().map(|region| check(&plane, region, &seen))).await;
        join_all(
            regions
                .iter()
                .map(|region| check_database(&plane, region, &seen)),
        )
        .await;
        check_edge(&plane, &seen).await;
        for region in regions {
            let (of, at, into) = (plane.clone(), region.clone(), seen.clone());
            let check = async move || check(&of, &at, &into).await;
            tokio::spawn(again(CHECKED, stopping.clone(), check));
            let (of, into) = (plane.clone(), seen.clone());
            let check = async move || check_database(&of, &region, &into).await;
            tokio::spawn(again(EVERY, stopping.clone(), check));
        }
        let (of, into) = (plane.clone(), seen.clone());
        let edge = async move || check_edge(&of, &into).await;
        tokio::spawn(again(CHECKED, stopping.clone(), edge));
        let (of, into) = (plane.clone(), seen.clone());
        let look = async move || look(&of, &into).await;
        tokio::spawn(again(EVERY, stopping.clone(), look));
        let (of, mut mending) = (plane.clone(), Mending::default());
        let mend = async move || mending.look(&of).await;
        tokio::spawn(again(MENDED, stopping.clone(), mend));
        Self {
            plane,
            seen,
            runtime: Handle::current(),
            _stop: stopping.drop_guard(),
        }
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does `what` until it is to stop, with a pause each time.
async fn again(pause: Duration, stop: CancellationToken, mut what: impl AsyncFnMut()) {
    while stop
        .run_until_cancelled(tokio::time::sleep(pause))
        .await
        .is_some()
    {
        what().await;
    }
}

async fn check(plane: &DataPlane, region: &Region, into: &Mutex<Seen>) {
    let Some(probe) = plane.probes.get(region) else {
        return;
    };
    let answered = probe.ask().await;
    let mut seen = into.lock().unwrap_or_else(PoisonError::into_inner);
    seen.health.insert(region.clone(), answered);
}

/// Whoever starts a database holds its answer back until it runs: until then it is told to be dead.
async fn check_database(plane: &DataPlane, region: &Region, into: &Mutex<Seen>) {
    let runs = plane.databases.is_alive(region).await;
    let mut seen = into.lock().unwrap_or_else(PoisonError::into_inner);
    if runs {
        seen.databases.insert(region.clone());
    } else {
        seen.databases.remove(region);
    }
}

async fn check_edge(plane: &DataPlane, into: &Mutex<Seen>) {
    let answered = plane.edge_probe.ask().await;
    let mut seen = into.lock().unwrap_or_else(PoisonError::into_inner);
    seen.edge = answered;
}

async fn look(plane: &DataPlane, into: &Mutex<Seen>) {
    let mut flows = Vec::new();
    for edge in plane.edges.lock().await.iter_mut() {
        // One that was killed counts nothing.
        let Ok(counts) = edge.drain().await else {
            continue;
        };
        flows.extend(counts.0.into_iter().map(|(region, served)| MeasuredFlow {
            region: Region::new(&region).ok(),
            requests: served.requests(),
            refused: served.refused,
            failed: served.failed,
            downloaded: served.downloaded,
            uploaded: served.uploaded,
            latency_ms: served.latencies_ms,
        }));
    }
    let orders = plane.load().as_ref().map(Load::drain).unwrap_or_default();
    let mut seen = into.lock().unwrap_or_else(PoisonError::into_inner);
    seen.flows.extend(flows);
    for (region, site) in &plane.sites {
        let measured = measured(site, written(&orders, region));
        add(seen.served.entry(region.clone()).or_default(), measured);
    }
}

/// Orders that `region` answered 2xx.
fn written(counts: &Counts, region: &Region) -> u64 {
    let of = |done: &Done| done.acknowledged_by.get(region.as_str()).copied();
    counts.orders.values().filter_map(of).sum()
}

fn measured(site: &Site, acknowledged: u64) -> Measured {
    let Served {
        requests,
        client_errors: refused,
        server_errors: failed,
        bytes,
        latency,
        integration_latency,
    } = site.drain();
    let mut functions = site.functions().iter().map(|one| ran(&one.drain()));
    Measured {
        requests,
        refused,
        failed,
        bytes,
        latency_ms: milliseconds(&latency),
        integration_ms: milliseconds(&integration_latency),
        read: functions.next().unwrap_or_default(),
        write: functions.next().unwrap_or_default(),
        acknowledged,
    }
}

fn ran(ran: &Ran) -> MeasuredFunction {
    MeasuredFunction {
        invocations: ran.invocations,
        errors: ran.errors,
        throttles: ran.throttles,
        duration_ms: milliseconds(&ran.duration),
        concurrency: u32::try_from(ran.concurrency).unwrap_or(u32::MAX),
    }
}

fn milliseconds(all: &[Duration]) -> Vec<f64> {
    all.iter().map(|one| one.as_secs_f64() * 1_000.0).collect()
}

/// Everything that a Region logged since the last time.
fn lines(site: &Site) -> Vec<MeasuredLine> {
    let source = |function: &Function| LineSource::Function(function.name().to_owned());
    let functions = site.functions().iter();
    let mut all: Vec<_> = functions
        .map(|one| (source(one), one.drain_lines()))
        .collect();
    all.push((LineSource::Api, site.drain_access()));
    all.into_iter()
        .flat_map(|(source, drained)| told(source, drained))
        .collect()
}

fn told(source: LineSource, drained: Drained) -> impl Iterator<Item = MeasuredLine> {
    if drained.dropped > 0 {
        tracing::warn!(
            ?source,
            dropped = drained.dropped,
            "lines of a lab's log were dropped: nobody took them"
        );
    }
    drained.lines.into_iter().map(move |line| MeasuredLine {
        source: source.clone(),
        stream: line.stream,
        at: line.at,
        text: line.text,
    })
}

fn add(to: &mut Measured, more: Measured) {
    to.requests += more.requests;
    to.refused += more.refused;
    to.failed += more.failed;
    to.bytes += more.bytes;
    to.acknowledged += more.acknowledged;
    to.latency_ms.extend(more.latency_ms);
    to.integration_ms.extend(more.integration_ms);
    for (to, more) in [(&mut to.read, more.read), (&mut to.write, more.write)] {
        to.invocations += more.invocations;
        to.errors += more.errors;
        to.throttles += more.throttles;
        to.duration_ms.extend(more.duration_ms);
        to.concurrency = to.concurrency.max(more.concurrency);
    }
}

impl Reality for Measuring {
    fn served(&self, region: &Region) -> Measured {
        self.seen().served.remove(region).unwrap_or_default()
    }

    fn lines(&self, region: &Region) -> Vec<MeasuredLine> {
        self.plane.sites.get(region).map(lines).unwrap_or_default()
    }

    fn flows(&self) -> Vec<MeasuredFlow> {
        std::mem::take(&mut self.seen().flows)
    }

    fn health(&self, region: &Region) -> Option<Answered> {
        self.seen().health.get(region).cloned().flatten()
    }

    fn edge(&self) -> Option<Answered> {
        self.seen().edge.clone()
    }

    fn database_answers(&self, region: &Region) -> bool {
        self.seen().databases.contains(region)
    }

    fn lag(&self, region: &Region) -> Option<Duration> {
        self.plane.databases.lag(region)
    }

    fn writer(&self) -> Option<Region> {
        Some(self.plane.databases.writer())
    }

    fn hold_writes(&self, hold: bool) {
        let plane = self.plane.clone();
        self.runtime.spawn(async move {
            if let Err(error) = plane.databases.hold_writes(hold).await {
                tracing::warn!(%error, hold, "the lab cannot change whether its writer takes writes");
            }
        });
    }

    fn promote(&self, region: &Region, loses_data: bool) {
        let (plane, region) = (self.plane.clone(), region.clone());
        self.runtime.spawn(async move {
            let databases = &plane.databases;
            let done = if loses_data {
                databases.fail_over(&region, |_| ()).await
            } else {
                databases.switch_over(&region, |_| ()).await
            };
            if let Err(error) = done {
                tracing::warn!(%region, %error, "the lab cannot promote a database");
            }
        });
    }

    fn darken(&self, region: &Region, dark: bool) {
        let (plane, region) = (self.plane.clone(), region.clone());
        self.runtime.spawn(async move {
            if let Err(error) = plane.darken(&region, dark).await {
                tracing::warn!(%region, %error, dark, "the lab cannot change a Region");
            }
        });
    }
}

impl DataPlane {
    /// Ends everything in a Region by SIGKILL, or brings it back.
    async fn darken(&self, region: &Region, dark: bool) -> Result<(), crate::plane::LabError> {
        let Some(site) = self.sites.get(region) else {
            return Ok(());
        };
        if dark {
            site.kill();
            self.databases.kill(region).await?;
        } else {
            self.databases.revive(region).await?;
            site.revive().await?;
        }
        Ok(())
    }
}
