//! The lab: real PostgreSQL, handlers, router and clients behind the simulated AWS. Where PostgreSQL or Node is not
//! installed, each test says so and passes.

mod measured;

use std::sync::Arc;
use std::time::{Duration, Instant};

use gwctl::fleet::Region;
use gwctl::lab::{DataPlane, Measuring, Setup};
use gwctl::sim::world::Totals;
use gwctl::sim::{Scenario, Sim, SimOptions, wire};

const TARGET: &str = "arn:aws:rds:eu-west-1:123456789012:cluster:orders-euw1";

/// The world's time goes so many times faster than the lab's: AWS takes a minute and more for a failover.
const SPEED: f64 = 20.0;
/// Nothing in a lab takes as long, on a machine however busy.
const PATIENCE: Duration = Duration::from_mins(2);

struct Lab {
    sim: Sim,
    plane: Arc<DataPlane>,
    folder: tempfile::TempDir,
    server: wire::Server,
}

/// None where it is left out.
async fn lab() -> Option<Lab> {
    if let Err(why) = DataPlane::possible() {
        eprintln!("LEFT OUT: {why}");
        return None;
    }
    let mut scenario = Scenario::load("calm").unwrap();
    scenario.clients = 20.0;
    let sim = Sim::new(SimOptions {
        scenario,
        speed: SPEED,
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
        rate: 20.0,
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

/// Runs a test on two threads, as a lab needs.
fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.unwrap().block_on(test);
}

#[test]
fn a_failover_in_the_simulated_aws_promotes_a_real_database_under_true_traffic() {
    run(async {
        let Some(lab) = lab().await else { return };
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
