//! What the simulator is told of a lab: the seam of `gwctl_sim::Reality`, with the lab behind it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gwctl_fleet::Region;
use gwctl_sim::{LineSource, Measured, MeasuredFlow, MeasuredFunction, MeasuredLine, Reality};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::clients::{Counts, Done, Load};
use crate::plane::DataPlane;
use crate::region::{Drained, Function, Ran, Served, Site};

/// How often everything is asked.
const EVERY: Duration = Duration::from_millis(250);
/// Of this many seconds a loopback connection takes a thousandth.
const CONNECTS: Duration = Duration::from_secs(2);

/// What was seen of a lab and not told yet.
#[derive(Debug, Default)]
struct Seen {
    served: BTreeMap<Region, Measured>,
    flows: Vec<MeasuredFlow>,
    answers: BTreeMap<Region, bool>,
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
    pub fn start(plane: Arc<DataPlane>) -> Self {
        let stopping = CancellationToken::new();
        let seen = Arc::<Mutex<Seen>>::default();
        let (asked, into, stop) = (plane.clone(), seen.clone(), stopping.clone());
        tokio::spawn(async move {
            while stop
                .run_until_cancelled(tokio::time::sleep(EVERY))
                .await
                .is_some()
            {
                look(&asked, &into).await;
            }
        });
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
            latency_ms: served.latencies_ms,
        }));
    }
    let orders = plane.load().as_ref().map(Load::drain).unwrap_or_default();
    let mut answers = BTreeMap::new();
    for (region, site) in &plane.sites {
        let connected = tokio::time::timeout(CONNECTS, TcpStream::connect(site.address())).await;
        answers.insert(region.clone(), matches!(connected, Ok(Ok(_))));
    }
    let mut seen = into.lock().unwrap_or_else(PoisonError::into_inner);
    seen.flows.extend(flows);
    seen.answers = answers;
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

    fn answers(&self, region: &Region) -> bool {
        // Before anybody looked it was just started.
        self.seen().answers.get(region).copied().unwrap_or(true)
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
            let writer = plane.databases.writer();
            let word = if hold {
                "SET default_transaction_read_only = on"
            } else {
                "RESET default_transaction_read_only"
            };
            for sql in [&format!("ALTER SYSTEM {word}"), "SELECT pg_reload_conf()"] {
                if let Err(error) = plane.databases.ask(&writer, sql).await {
                    tracing::warn!(%writer, %error, "the lab cannot hold its writer's writes");
                }
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
