//! What a drill does besides.

use super::findings::Findings;
use crate::fleet::{FleetSpec, MUTED_AT_MOST, Partition};

/// What is wrong with what is said of it.
pub(super) fn drill(spec: &FleetSpec, at: &mut Findings<'_>) {
    let partition = spec.partition();
    for (region, alarms) in &spec.drill.mute {
        if Partition::of(region) != partition {
            let accepted = "Regions of the partition that the fleet is in";
            let what = format!("{region} is in another partition");
            at.error(region.as_str(), what, accepted);
        }
        let accepted = "the names of 1 to 100 alarms";
        if alarms.is_empty() {
            at.error(region.as_str(), "no alarm is named", accepted);
        } else if alarms.len() > MUTED_AT_MOST {
            let what = format!("{} alarms: a mute rule takes {MUTED_AT_MOST}", alarms.len());
            at.error(region.as_str(), what, accepted);
        }
        if alarms.iter().any(|name| name.trim().is_empty()) {
            at.error(region.as_str(), "an alarm has no name", accepted);
        }
    }
}
