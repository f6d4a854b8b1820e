//! The table that a team shares.

use super::findings::Findings;
use crate::fleet::{FleetSpec, Partition};

/// What is wrong with what is said of it.
pub(super) fn shared(spec: &FleetSpec, at: &mut Findings<'_>) {
    let Some(table) = &spec.shared else { return };
    if table.table.trim().is_empty() {
        at.error("table", "the table has no name", "the name of a table");
    }
    if table.regions.is_empty() {
        let accepted = "the Regions that have the table, the one to ask first in front";
        at.error("regions", "no Region has the table", accepted);
    }
    let partition = spec.partition();
    for region in &table.regions {
        if Partition::of(region) != partition {
            let accepted = "Regions of the partition that the fleet is in";
            at.error(
                "regions",
                format!("{region} is in another partition"),
                accepted,
            );
        }
    }
}
