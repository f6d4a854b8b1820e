//! What RDS offers in a Region, and where subnets can be.

use super::physics::Physics;
use gwctl_fleet::Region;

/// Engine versions, and whether they can be in a global database.
const VERSIONS: [(&str, &str, bool); 7] = [
    ("aurora-postgresql", "11.21", false),
    ("aurora-postgresql", "15.12", true),
    ("aurora-postgresql", "16.6", true),
    ("aurora-postgresql", "16.8", true),
    ("aurora-postgresql", "16.9", true),
    ("aurora-mysql", "8.0.mysql_aurora.3.08.2", true),
    ("aurora-mysql", "8.0.mysql_aurora.3.10.1", true),
];

/// Instance classes, and whether they can be in a global database: small burstable ones cannot.
const CLASSES: [(&str, bool); 7] = [
    ("db.r6g.large", true),
    ("db.r6g.xlarge", true),
    ("db.r7g.large", true),
    ("db.r7g.2xlarge", true),
    ("db.r8g.large", true),
    ("db.serverless", true),
    ("db.t4g.medium", false),
];

/// A version that can be ordered on a class.
pub struct Offered {
    /// `16.9`.
    pub version: &'static str,
    /// `db.r6g.large`.
    pub class: &'static str,
    /// Whether it can be in a global database.
    pub global: bool,
}

/// What can be ordered of `engine`; none where there is no such engine.
pub fn offered(engine: &str) -> Option<Vec<Offered>> {
    let all: Vec<Offered> = VERSIONS
        .iter()
        .filter(|(name, ..)| *name == engine)
        .flat_map(|(_, version, newer)| {
            CLASSES.iter().map(|(class, large)| Offered {
                version,
                class,
                global: *newer && *large,
            })
        })
        .collect();
    (!all.is_empty()).then_some(all)
}

impl Physics {
    /// Zones in which the account gets subnets and instances.
    pub fn zones(&self, region: &Region) -> Vec<String> {
        let all = ["a", "b", "c"].map(|zone| format!("{region}{zone}"));
        let refuses = |zone: &String| self.zones_without_subnets.contains(zone);
        all.into_iter().filter(|zone| !refuses(zone)).collect()
    }
}
