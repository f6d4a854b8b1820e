//! A simulated fleet under an observer, in virtual time.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{Pace, ProbeReport, Region, Snapshot};
use gwctl::observe::{Answerer, NetworkError, NoProbe, Observer, Prober, Refresh, Resolved};
use gwctl::sim::{Scenario, Sim, SimOptions, wire};
use tokio::time::Instant;

/// Every reply takes this long.
pub const REPLY: Duration = Duration::from_millis(80);

/// A world, an observer of it, and the session between them.
pub struct Stand {
    pub sim: Sim,
    pub session: Session,
    pub observer: Observer,
}

pub fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}

pub fn world(scenario: &str, regions: usize) -> Sim {
    let three = ["us-east-1", "eu-west-1", "ap-southeast-1"].map(region);
    let others = Region::all().filter(|region| !three.contains(region));
    Sim::new(SimOptions {
        scenario: Scenario::load(scenario).unwrap(),
        regions: three.iter().cloned().chain(others).take(regions).collect(),
        api_latency: Some(REPLY),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap()
}

/// A session whose calls `handler` answers, in the time of `sim`.
pub async fn answered_by(handler: Handler, sim: &Sim) -> Session {
    Session::connect(SessionOptions {
        profile: None,
        http_client: Some(in_process(handler)),
        timeouts: Timeouts::default(),
        clock: sim.clock(),
    })
    .await
}

impl Stand {
    /// Starts to observe `sim`.
    pub async fn over(sim: Sim, pace: Pace) -> Self {
        Self::with(sim, pace, |spec| spec).await
    }

    /// As [`Self::over`], with another configuration than the world's own.
    pub async fn with(
        sim: Sim,
        pace: Pace,
        change: impl FnOnce(gwctl::fleet::FleetSpec) -> gwctl::fleet::FleetSpec,
    ) -> Self {
        Self::behind(wire::handler(sim.clone()), sim, pace, change).await
    }

    /// As [`Self::over`], with a history of its own length.
    pub async fn keeping(sim: Sim, pace: Pace, history: Duration) -> Self {
        let refresh = Refresh {
            pace,
            history,
            ..Refresh::default()
        };
        Self::refreshed(wire::handler(sim.clone()), sim, refresh, |spec| spec).await
    }

    /// As [`Self::with`], where `door` answers for AWS.
    pub async fn behind(
        door: Handler,
        sim: Sim,
        pace: Pace,
        change: impl FnOnce(gwctl::fleet::FleetSpec) -> gwctl::fleet::FleetSpec,
    ) -> Self {
        let refresh = Refresh {
            pace,
            ..Refresh::default()
        };
        Self::refreshed(door, sim, refresh, change).await
    }

    async fn refreshed(
        door: Handler,
        sim: Sim,
        refresh: Refresh,
        change: impl FnOnce(gwctl::fleet::FleetSpec) -> gwctl::fleet::FleetSpec,
    ) -> Self {
        let options = SessionOptions {
            profile: None,
            http_client: Some(in_process(door)),
            timeouts: Timeouts::default(),
            clock: sim.clock(),
        };
        let session = Session::connect_fleet(options, &sim.spec()).await;
        let prober = Arc::new(Seat(sim.clone()));
        let spec = change(sim.spec());
        let observer = Observer::start(
            "orders",
            spec,
            refresh,
            session.clone(),
            prober,
            sim.clock(),
        );
        Self {
            sim,
            session,
            observer,
        }
    }

    /// The way to the world's public endpoints.
    pub fn prober(&self) -> Arc<dyn Prober> {
        Arc::new(Seat(self.sim.clone()))
    }

    /// The first complete picture and how long it took.
    pub async fn first(&self) -> (Arc<Snapshot>, Duration) {
        let start = Instant::now();
        let picture = self.observer.first_complete(Duration::from_mins(2)).await;
        (picture, start.elapsed())
    }

    /// The first picture that `wanted` is true of, within `limit`.
    pub async fn until(
        &self,
        limit: Duration,
        wanted: impl FnMut(&Arc<Snapshot>) -> bool,
    ) -> Arc<Snapshot> {
        let mut pictures = self.observer.watch();
        if let Ok(picture) = tokio::time::timeout(limit, pictures.wait_for(wanted)).await {
            return picture.unwrap().clone();
        }
        panic!(
            "not seen within {limit:?}: {:#?}",
            self.observer.watch().borrow().judgement
        );
    }

    /// How often `operation` was called so far, by Region.
    pub fn calls(&self, operation: &str, code: &str) -> u64 {
        let ledger = self.session.ledger();
        let of = ledger
            .stats()
            .filter(|(key, _)| key.operation == operation && key.region.as_str() == code);
        of.map(|(_, stats)| stats.calls).sum()
    }

    /// All calls to a service so far.
    pub fn calls_to(&self, service: &str) -> u64 {
        let ledger = self.session.ledger();
        ledger
            .stats()
            .filter(|(key, _)| key.service == service)
            .map(|(_, stats)| stats.calls)
            .sum()
    }
}

/// `sim`'s AWS, in which nothing ever comes back from `host`.
pub fn without_answers_from(host: &'static str, sim: &Sim) -> Handler {
    let door = wire::handler(sim.clone());
    Arc::new(move |request| {
        let silent = request.uri().host() == Some(host);
        let answer = door(request);
        Box::pin(async move {
            if silent {
                std::future::pending::<()>().await;
            }
            answer.await
        })
    })
}

/// `sim`'s AWS, in which answers from some hosts take longer than others.
pub fn late_answers_from(hosts: &'static [(&str, Duration)], sim: &Sim) -> Handler {
    let door = wire::handler(sim.clone());
    Arc::new(move |request| {
        let named = |(host, _): &&(&str, _)| request.uri().host() == Some(*host);
        let late = hosts.iter().find(named).map(|(_, late)| *late);
        let answer = door(request);
        Box::pin(async move {
            tokio::time::sleep(late.unwrap_or_default()).await;
            answer.await
        })
    })
}

/// The operator's own view of the simulated world.
pub struct Seat(pub Sim);

impl Prober for Seat {
    fn probe(
        &self,
        url: String,
    ) -> Pin<Box<dyn Future<Output = Result<ProbeReport, NoProbe>> + Send>> {
        let seen = self.0.probe(&url);
        Box::pin(async move {
            tokio::time::sleep(REPLY).await;
            let seen = seen.map_err(NetworkError::Other)?;
            Ok(ProbeReport {
                dns: seen.dns,
                connect: seen.connect,
                tls: Some(seen.tls),
                first_byte: seen.first_byte,
                status: seen.status,
                served_by: seen.served_by,
                own: None,
            })
        })
    }

    fn answer(
        &self,
        name: String,
        kind: String,
        vantage: std::net::IpAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>> {
        let seen = self.0.answer_as(&name, &kind, vantage);
        Box::pin(async move {
            tokio::time::sleep(REPLY).await;
            seen.map_err(NetworkError::Other).map(|seen| Resolved {
                values: seen.values,
                ttl_s: seen.ttl_s,
                by: Answerer::Servers,
            })
        })
    }

    fn resolve(
        &self,
        name: String,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>> {
        let seen = self.0.resolve(&name);
        Box::pin(async move {
            tokio::time::sleep(REPLY).await;
            seen.map_err(NetworkError::Other).map(|seen| Resolved {
                values: seen.values,
                ttl_s: seen.ttl_s,
                by: Answerer::Resolver,
            })
        })
    }
}
