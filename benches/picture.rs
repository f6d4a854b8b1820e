//! From nothing to the complete picture, every reply of AWS taking 80 ms.

use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gwctl::aws::{Handler, Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{Metric, ProbeReport, Region, Snapshot};
use gwctl::observe::{Answerer, NetworkError, NoProbe, Observer, Prober, Refresh, Resolved};
use gwctl::sim::{Sim, SimOptions, wire};

use super::table::{Table, median, millis};

/// What every reply takes.
pub const REPLY: Duration = Duration::from_millis(80);

/// A fleet in `regions` Regions whose AWS answers every call after [`REPLY`].
pub fn world(regions: usize) -> Sim {
    let first = ["us-east-1", "eu-west-1", "ap-southeast-1"].map(|code| Region::new(code).unwrap());
    let others = Region::all().filter(|region| !first.contains(region));
    let regions = first.iter().cloned().chain(others).take(regions).collect();
    Sim::new(SimOptions {
        regions,
        api_latency: Some(REPLY),
        ..SimOptions::default()
    })
    .unwrap()
}

/// Probes that answer as fast as AWS does.
pub struct Prompt;

impl Prober for Prompt {
    fn probe(
        &self,
        _: String,
    ) -> Pin<Box<dyn Future<Output = Result<ProbeReport, NoProbe>> + Send>> {
        Box::pin(async {
            tokio::time::sleep(REPLY).await;
            Ok(ProbeReport {
                dns: REPLY / 4,
                connect: REPLY / 4,
                tls: Some(REPLY / 4),
                first_byte: REPLY / 4,
                status: 200,
                served_by: None,
                own: None,
            })
        })
    }

    fn answer(
        &self,
        name: String,
        _: String,
        _: IpAddr,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>> {
        self.resolve(name)
    }

    fn resolve(
        &self,
        _: String,
    ) -> Pin<Box<dyn Future<Output = Result<Resolved, NetworkError>> + Send>> {
        Box::pin(async {
            tokio::time::sleep(REPLY).await;
            Ok(Resolved {
                values: vec!["us-east-1.api.orders.example.com".into()],
                ttl_s: 60,
                by: Answerer::Servers,
            })
        })
    }
}

/// Looks at `sim` until `enough` holds, and says how long that took and what was seen.
pub fn watch_until(sim: &Sim, enough: impl Fn(&Snapshot) -> bool) -> (Duration, Arc<Snapshot>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let handler: Handler = wire::handler(sim.clone());
        let session = Session::connect(SessionOptions {
            profile: None,
            http_client: Some(in_process(handler)),
            timeouts: Timeouts::default(),
            clock: sim.clock(),
        })
        .await;
        let start = Instant::now();
        let observer = Observer::start(
            sim.name(),
            sim.spec(),
            Refresh::default(),
            session,
            Arc::new(Prompt),
            sim.clock(),
        );
        let mut pictures = observer.watch();
        loop {
            let picture = pictures.borrow_and_update().clone();
            if enough(&picture) {
                return (start.elapsed(), picture);
            }
            pictures.changed().await.unwrap();
        }
    })
}

/// Whether the figures of `region` are there.
fn has_figures(picture: &Snapshot, region: &Region) -> bool {
    picture.site(region).is_some_and(|site| {
        site.api
            .metrics
            .latest(Metric::ApiLatencyP99, picture.at)
            .is_some()
            && site.concurrency.current().is_some()
            && site.probe.current().is_some()
    })
}

pub fn rows(table: &mut Table) {
    let complete = |regions| {
        median(9, || {
            watch_until(&world(regions), |picture| picture.complete).0
        })
    };
    let (three, all) = (complete(3), complete(34));
    let bound = REPLY.mul_f64(1.5) + Duration::from_millis(100);
    table.row(
        "complete picture of 3 Regions, 80 ms a reply",
        millis(three),
        "1.5 × the slowest reply + 100 ms = 220 ms",
        three <= bound,
    );
    table.row(
        "complete picture of 34 Regions, 80 ms a reply",
        format!(
            "{} ({:.2} × that of 3)",
            millis(all),
            all.as_secs_f64() / three.as_secs_f64()
        ),
        "1.3 × that of 3",
        all <= three.mul_f64(1.3),
    );
    let dark = Region::new("eu-west-1").unwrap();
    let others = |sim: &Sim| -> Vec<Region> {
        sim.spec()
            .sites
            .iter()
            .map(|site| site.region.clone())
            .filter(|region| *region != dark)
            .collect()
    };
    let figures = |black_holed: bool| {
        median(9, || {
            let sim = world(3);
            if black_holed {
                sim.start_fault("region-dark:eu-west-1").unwrap();
            }
            let seen = others(&sim);
            watch_until(&sim, |picture| {
                seen.iter().all(|region| has_figures(picture, region))
            })
            .0
        })
    };
    let (calm, black_holed) = (figures(false), figures(true));
    table.row(
        "the other Regions' figures, one of 3 black-holed",
        format!("{} ({} without)", millis(black_holed), millis(calm)),
        "as if it were not there",
        black_holed <= calm.mul_f64(1.2),
    );
}
