//! What every change of the distribution has alike: its calls, its times, and what is said where somebody was faster.

use super::work::{change, read};
use crate::{Expected, PlannedCall};
use gwctl_aws::{AwsError, ErrorKind};
use gwctl_fleet::Region;

/// How long until a change is deployed everywhere, and the seconds after which the run holds.
pub(super) const TIMES: (Expected, u64) = (
    Expected::between(
        300,
        120,
        900,
        "AWS: five minutes, said in 2020 (aws-facts §4)",
    ),
    1_800,
);

/// `UpdateDistribution` with `If-Match`, and the looks before and after.
pub(super) fn calls() -> Vec<PlannedCall> {
    let global = Region::global();
    vec![
        change("cloudfront", "UpdateDistribution", &global),
        read("cloudfront", "GetDistributionConfig", &global),
        read("cloudfront", "GetDistribution", &global),
    ]
}

/// That somebody changed `what` of the distribution since the plan was made.
pub(super) fn changed_meanwhile(what: &str) -> AwsError {
    AwsError::own(
        ErrorKind::Conflict,
        "cloudfront",
        "UpdateDistribution",
        &Region::global(),
        format!("somebody changed the distribution's {what} meanwhile"),
    )
}
