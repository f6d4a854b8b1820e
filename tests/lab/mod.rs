//! The lab: real PostgreSQL, handlers, router and clients behind the simulated AWS. Where PostgreSQL or Node is not
//! installed, each test says so and passes.

mod known;
mod measured;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gwctl::fleet::{Region, SiteSpec};
use gwctl::lab::{Back, DataPlane, Measuring, Setup};
use gwctl::sim::world::{History, Totals};
use gwctl::sim::{Scenario, Sim, SimOptions, wire};

const TARGET: &str = "arn:aws:rds:eu-west-1:123456789012:cluster:orders-euw1";

/// The world's time goes so many times faster than the lab's: AWS takes a minute and more for a failover.
const SPEED: f64 = 20.0;
/// Nothing in a lab takes as long, on a machine however busy.
const PATIENCE: Duration = Duration::from_mins(2);

/// What is killed comes back soon, but not before a test has seen that it is dead.
const BACK: Back = Back {
    database: Duration::from_secs(3),
    edge: Duration::from_secs(3),
};

struct Lab {
    sim: Sim,
    plane: Arc<DataPlane>,
    folder: tempfile::TempDir,
    server: wire::Server,
}

/// With so many requests a second, of which such a share are orders. None where it is left out.
async fn lab(rate: f64, writes: f64) -> Option<Lab> {
    lab_with(rate, writes, false).await
}

/// As [`lab`], with IAM authorization or without.
async fn lab_with(rate: f64, writes: f64, iam: bool) -> Option<Lab> {
    if let Err(why) = DataPlane::possible() {
        eprintln!("LEFT OUT: {why}");
        return None;
    }
    let mut scenario = Scenario::load("calm").unwrap();
    scenario.clients = rate;
    let sim = Sim::new(SimOptions {
        scenario,
        speed: SPEED,
        // Nobody reads of the days before.
        history: History::OnDemand,
        ..SimOptions::default()
    })
    .unwrap();
    let server = wire::serve(sim.clone(), 0).await.unwrap();
    let folder = tempfile::Builder::new().prefix("gwlab").tempdir().unwrap();
    let spec = sim.spec();
    let regions = spec.sites.iter();
    let regions = regions.map(|site| (site.region.clone(), site.endpoint.clone().unwrap()));
    let setup = Setup {
        folder: folder.path().to_path_buf(),
        regions: regions.collect(),
        domain: spec.domain.clone(),
        latency_record: spec.edge.latency_record.clone(),
        dns: server.dns(),
        speed: SPEED,
        rate,
        writes,
        iam,
        back: BACK,
        seed: 1,
    };
    let plane = Arc::new(Box::pin(DataPlane::start(&setup)).await.unwrap());
    sim.follow(Arc::new(Measuring::start(plane.clone()).await));
    Some(Lab {
        sim,
        plane,
        folder,
        server,
    })
}

impl Lab {
    fn totals(&self) -> Totals {
        self.sim.state().totals
    }

    async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(
                begun.elapsed() < PATIENCE,
                "not within {PATIENCE:?}: {what}"
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Until the world has counted so many more acknowledged orders.
    async fn orders(&self, more: f64) {
        let before = self.totals().writes_acknowledged;
        let what = format!("{more} more orders are acknowledged");
        self.until(&what, |lab| {
            lab.totals().writes_acknowledged >= before + more
        })
        .await;
    }
}

/// Processes that run out of `folder`.
fn processes_of(folder: &std::path::Path) -> Vec<String> {
    let all = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = all.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
    lines
        .filter(|line| line.contains(&*folder.to_string_lossy()))
        .collect()
}

fn with_runtime(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(test);
}

/// Ends sessions of the handlers in each Region, a few at a time, as an administrator may.
const END_SESSIONS: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
    WHERE application_name LIKE 'orders-%' ORDER BY random() LIMIT 2";

#[test]
fn orders_are_written_once_while_sessions_end_and_a_dead_database_takes_out_its_region_alone() {
    // 10,000 of them with GWCTL_THOROUGH=1.
    let (rate, orders) = if std::env::var_os("GWCTL_THOROUGH").is_some() {
        (150.0, 10_000.0)
    } else {
        (40.0, 200.0)
    };
    with_runtime(async {
        let Some(lab) = lab(rate, 0.6).await else {
            return;
        };
        let sites = lab.sim.spec().sites;
        // The world's own history has some.
        let enough = lab.totals().writes_acknowledged + orders;
        let mut ended = 0;
        while lab.totals().writes_acknowledged < enough {
            for site in &sites {
                ended += lab
                    .plane
                    .ask(&site.region, END_SESSIONS)
                    .await
                    .unwrap()
                    .len();
            }
            lab.orders(orders / 20.0).await;
        }

        let eu = Region::new("eu-west-1").unwrap();
        lab.plane.kill_database(&eu).await.unwrap();
        let health = |lab: &Lab, site: &SiteSpec| {
            let endpoint = site.endpoint.as_deref().unwrap();
            let probed = lab.sim.probe(&format!("https://{endpoint}/health"));
            probed.map(|seen| seen.status)
        };
        lab.until("Ireland answers 503, and all others 200", |lab| {
            sites.iter().all(|site| {
                let expected = if site.region == eu { 503 } else { 200 };
                health(lab, site) == Ok(expected)
            })
        })
        .await;
        lab.until("Route 53 sends Ireland nothing", |lab| {
            !lab.sim.state().in_service(&eu)
        })
        .await;

        let (ledger, rows) = lab.plane.settle().await.unwrap().unwrap();
        let again = ledger
            .orders
            .iter()
            .filter(|one| one.request.tries.len() > 1);
        let again = again.count();
        let verdict = ledger.check(&rows);
        println!("{ended} sessions ended, {again} orders sent again\n{verdict}");
        assert!(ended > 0 && again > 0, "{ended} sessions, {again} orders");
        assert!(verdict.acknowledged as f64 >= orders, "{verdict}");
        assert!(verdict.is_sound(), "{verdict}");
        let regions: Vec<_> = verdict.by_region.keys().collect();
        assert_eq!(regions.len(), sites.len(), "{regions:?}");
    });
}

#[test]
fn a_failover_in_the_simulated_aws_promotes_a_real_database_under_true_traffic() {
    with_runtime(async {
        let Some(lab) = lab(20.0, 0.19).await else {
            return;
        };
        lab.orders(20.0).await;
        let us = Region::new("us-east-1").unwrap();
        let eu = Region::new("eu-west-1").unwrap();
        assert_eq!(lab.plane.writer(), us);

        // Everything in the writer's Region gets SIGKILL.
        lab.sim.start_fault("region-dark:us-east-1").unwrap();
        lab.until("nobody answers in us-east-1", |lab| {
            !lab.sim.state().in_service(&us)
        })
        .await;
        lab.sim
            .state()
            .rds()
            .failover("orders", TARGET, true)
            .unwrap();
        lab.until("the writer is in eu-west-1", |lab| lab.plane.writer() == eu)
            .await;
        lab.orders(20.0).await;

        let (ledger, rows) = lab.plane.settle().await.unwrap().unwrap();
        let verdict = ledger.check(&rows);
        println!("{verdict}");
        // What the new writer had not got is lost, and nothing else is wrong.
        let none = |all: &[String]| all.is_empty();
        assert!(
            none(&verdict.twice) && none(&verdict.mixed_up) && none(&verdict.nobodys),
            "{verdict}"
        );
        assert!(none(&verdict.not_to_be_there), "{verdict}");
        let told = lab.totals().writes_lost;
        assert!(
            verdict.lost.len() < verdict.acknowledged / 2,
            "{verdict}, the world says {told}"
        );

        let Lab {
            sim,
            plane,
            folder,
            server,
        } = lab;
        drop((sim, plane, server));
        let begun = Instant::now();
        while !processes_of(folder.path()).is_empty() {
            assert!(
                begun.elapsed() < PATIENCE,
                "left behind: {:?}",
                processes_of(folder.path())
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
}
