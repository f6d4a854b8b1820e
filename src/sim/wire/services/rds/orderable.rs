//! `DescribeOrderableDBInstanceOptions`.

use super::lists::{paged, refused};
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::value::{list, shape};
use crate::world::{State, offered};

pub fn describe(world: &State, ask: &Ask) -> Answer {
    let engine = ask.input.need("Engine")?;
    let (class, version) = (
        ask.input.text("DBInstanceClass"),
        ask.input.text("EngineVersion"),
    );
    let all = offered(engine).ok_or_else(|| refused(format!("Invalid DB engine: {engine}")))?;
    let zones = world.physics.zones(&ask.region);
    let options = all
        .into_iter()
        .filter(|one| class.is_none_or(|class| class == one.class))
        .filter(|one| version.is_none_or(|version| version == one.version))
        .map(|one| {
            let zones = zones.iter().map(|zone| shape! { "Name": zone });
            shape! {
                "Engine": engine,
                "EngineVersion": one.version,
                "DBInstanceClass": one.class,
                "LicenseModel": "general-public-license",
                "AvailabilityZones": list("AvailabilityZone", zones),
                "MultiAZCapable": false,
                "Vpc": true,
                "StorageType": "aurora",
                "SupportsGlobalDatabases": one.global,
            }
        });
    paged(
        ask,
        "OrderableDBInstanceOptions",
        "OrderableDBInstanceOption",
        options.collect(),
    )
}
