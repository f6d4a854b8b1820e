//! A world with a table, and operators on machines of their own.

use std::time::Duration;

use gwctl::aws::{Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{FleetSpec, Region, SharedSpec};
use gwctl::sim::world::TableKind;
use gwctl::sim::{Sim, wire};
use gwctl::store::{Claim, Hold, LeaseHolder, NotTaken, SharedLease, Table, Team};
use serde_json::json;

use crate::actions::stand::Stage;
use crate::observe::stand::{region, world};

pub const TABLE: &str = "gwctl-team";

/// The Regions of the table: one set that strong consistency allows (aws-facts §16.1).
pub fn replicas() -> Vec<Region> {
    ["us-east-1", "us-east-2", "us-west-2"].map(region).to_vec()
}

/// A calm world with a table of `kind`.
pub fn world_with(kind: TableKind) -> Sim {
    let sim = world("calm", 3);
    let regions = match kind {
        TableKind::OneRegion => vec![region("us-east-2")],
        TableKind::Strong | TableKind::Eventual(_) => replicas(),
    };
    sim.state().tables.make(TABLE, kind, regions);
    sim
}

/// The world's fleet, whose team shares the table.
pub fn shared(sim: &Sim, regions: Vec<Region>) -> FleetSpec {
    FleetSpec {
        shared: Some(SharedSpec {
            table: TABLE.into(),
            regions,
        }),
        ..sim.spec()
    }
}

pub async fn session(sim: &Sim) -> Session {
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(wire::handler(sim.clone()))),
        timeouts: Timeouts::default(),
        clock: sim.clock(),
    };
    Session::connect_fleet(options, &sim.spec()).await
}

/// The team as a machine of its own sees it.
pub async fn machine(sim: &Sim, regions: &[Region]) -> Team {
    let spec = SharedSpec {
        table: TABLE.into(),
        regions: regions.to_vec(),
    };
    Team::new(&session(sim).await, &spec, sim.clock())
}

pub fn claim(sim: &Sim, operator: &str, domain: &str) -> Claim {
    Claim {
        domain: domain.into(),
        holder: LeaseHolder {
            operator: operator.into(),
            host: format!("{operator}-laptop"),
            pid: 7,
            run: format!("run-of-{operator}"),
            since: sim.clock().now(),
        },
        holds: json!({ "cluster": "orders" }),
    }
}

/// Everything that names the same cluster conflicts.
fn conflict(lease: &SharedLease) -> Option<String> {
    (lease.holds["cluster"] == "orders").then(|| "global cluster orders".into())
}

pub async fn take(team: &Team, claim: Claim) -> Result<Hold, NotTaken> {
    team.take(claim, &conflict).await
}

pub async fn seconds(count: u64) {
    tokio::time::sleep(Duration::from_secs(count)).await;
}

/// The table, in front of the files of the machine of `stage`.
pub fn table_of(stage: &Stage) -> Table {
    Table {
        team: team_of(stage),
        files: stage.folder.files(),
    }
}

/// The team as `stage` reaches it.
pub fn team_of(stage: &Stage) -> Team {
    Team::of(&stage.session, &stage.spec, stage.sim().clock()).unwrap()
}
