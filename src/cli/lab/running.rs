//! A lab that runs: the simulated world, its AWS on loopback, and the data plane that the world follows.

use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::task::JoinSet;

use super::args::{Authorization, Load};
use super::file;
use crate::cli::failure::Failure;
use crate::fleet::Region;
use crate::lab::{Back, DataPlane, LabError, Measuring, Setup};
use crate::sim::{Scenario, Sim, SimOptions, wire};

/// The share of the requests that are orders.
pub(super) const WRITES: f64 = 0.19;

/// What a lab consists of, in the order in which it is to be ended.
pub struct RunningLab {
    pub sim: Sim,
    pub plane: Arc<DataPlane>,
    pub server: wire::Server,
    _attention: JoinSet<()>,
    folder: TempDir,
}

/// How often the world is looked at, also when nobody asks its AWS anything: what was measured belongs to the second in
/// which it was.
const LOOK: Duration = Duration::from_secs(1);

impl RunningLab {
    /// Where its files are.
    pub(super) fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Starts one.
    ///
    /// # Errors
    /// This machine lacks what a lab needs, or a part does not start.
    pub async fn start(load: Load) -> Result<Self, Failure> {
        DataPlane::possible().map_err(|error| failed(&error))?;
        let mut scenario = Scenario::calm();
        // Its history is modelled with as many clients.
        scenario.clients = f64::from(load.rate);
        let sim = Sim::new(SimOptions {
            scenario,
            seed: load.seed,
            ..SimOptions::default()
        })
        .map_err(|error| Failure::new(error.to_string()))?;
        let server = wire::serve(sim.clone(), 0).await;
        let server = server.map_err(|error| Failure::io("listen on 127.0.0.1", &error))?;
        let folder = tempfile::Builder::new().prefix(file::FOLDER).tempdir();
        let folder = folder.map_err(|error| Failure::io("make the lab's folder", &error))?;
        let setup = setup(&sim, &server, &folder, load);
        let plane = Box::pin(DataPlane::start(&setup))
            .await
            .map_err(|error| failed(&error))?;
        let plane = Arc::new(plane);
        sim.follow(Arc::new(Measuring::start(plane.clone()).await));
        let mut attention = JoinSet::new();
        attention.spawn(attend(sim.clone()));
        Ok(Self {
            sim,
            plane,
            server,
            _attention: attention,
            folder,
        })
    }
}

async fn attend(sim: Sim) {
    loop {
        tokio::time::sleep(LOOK).await;
        drop(sim.state());
    }
}

fn setup(sim: &Sim, server: &wire::Server, folder: &TempDir, load: Load) -> Setup {
    let spec = sim.spec();
    let endpoint = |region: &Region, named: &Option<String>| {
        named
            .clone()
            .unwrap_or_else(|| format!("{region}.{}", spec.domain))
    };
    Setup {
        folder: folder.path().to_path_buf(),
        regions: spec
            .sites
            .iter()
            .map(|site| (site.region.clone(), endpoint(&site.region, &site.endpoint)))
            .collect(),
        domain: spec.domain.clone(),
        latency_record: spec.edge.latency_record.clone(),
        dns: server.dns(),
        speed: 1.0,
        rate: f64::from(load.rate),
        writes: WRITES,
        iam: load.authorization == Authorization::Iam,
        back: Back::default(),
        seed: load.seed,
    }
}

pub(super) fn failed(error: &LabError) -> Failure {
    Failure::new(error.to_string())
}
