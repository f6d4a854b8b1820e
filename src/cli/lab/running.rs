//! A lab that runs: the simulated world, its AWS on loopback, and the data plane that the world follows.

use std::sync::Arc;

use tempfile::TempDir;

use super::args::Load;
use crate::cli::failure::Failure;
use crate::fleet::Region;
use crate::lab::{DataPlane, LabError, Measuring, Setup};
use crate::sim::{Scenario, Sim, SimOptions, wire};

/// The share of the requests that are orders.
const WRITES: f64 = 0.19;

/// What a lab consists of, in the order in which it is to be ended.
pub struct RunningLab {
    pub sim: Sim,
    pub plane: Arc<DataPlane>,
    pub server: wire::Server,
    _folder: TempDir,
}

impl RunningLab {
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
        // Short: PostgreSQL's sockets are in it.
        let folder = tempfile::Builder::new().prefix("gwlab").tempdir();
        let folder = folder.map_err(|error| Failure::io("make the lab's folder", &error))?;
        let setup = setup(&sim, &server, &folder, load);
        let plane = Box::pin(DataPlane::start(&setup))
            .await
            .map_err(|error| failed(&error))?;
        let plane = Arc::new(plane);
        sim.follow(Arc::new(Measuring::start(plane.clone()).await));
        Ok(Self {
            sim,
            plane,
            server,
            _folder: folder,
        })
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
        seed: load.seed,
    }
}

pub(super) fn failed(error: &LabError) -> Failure {
    Failure::new(error.to_string())
}
