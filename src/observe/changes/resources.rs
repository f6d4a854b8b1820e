//! Changes of which AWS keeps no history: certificates that were renewed or took another state, quotas, and instances
//! that wait for a reboot. They are seen by comparing two pictures.

use super::{ChangeLog, both};
use gwctl_fleet::{Certificate, ClusterState, Concurrency, EventKind, Observed, Region, format};

/// A renewal keeps the certificate's ARN (aws-facts §7).
pub(super) fn certificate(
    was: &Observed<Certificate>,
    is: &Observed<Certificate>,
    region: Option<&Region>,
    seen: &mut ChangeLog,
) {
    let Some((was, is)) = both(was, is).filter(|(was, is)| was.arn == is.arn) else {
        return;
    };
    let it = (EventKind::Certificate, is.arn.as_str());
    let name = &is.domain;
    if let (Some(before), Some(end)) = (was.not_after, is.not_after)
        && end > before
    {
        let (end, before) = (format::date(end), format::date(before));
        let what =
            format!("the certificate for {name} was renewed: it ends on {end} instead of {before}");
        seen.effect(it, region, what);
    }
    if was.status != is.status {
        let what = format!("certificate for {name}: {} → {}", was.status, is.status);
        seen.effect(it, region, what);
    }
    // A list of certificates does not tell it: none there is no change.
    if let (Some(before), Some(state)) = (&was.renewal, &is.renewal)
        && before != state
    {
        let what = format!("renewal of the certificate for {name}: {before} → {state}");
        seen.effect(it, region, what);
    }
}

/// Who asked for it is in `CloudTrail`, hours or days before.
pub(super) fn quota(
    was: &Observed<Concurrency>,
    is: &Observed<Concurrency>,
    region: &Region,
    seen: &mut ChangeLog,
) {
    if let Some((was, is)) = both(was, is).filter(|(was, is)| was.limit != is.limit) {
        let count = |limit: i32| format::count(f64::from(limit));
        let what = format!(
            "quota of Lambda's concurrent executions: {} → {}",
            count(was.limit),
            count(is.limit)
        );
        seen.effect((EventKind::Other, "lambda"), Some(region), what);
    }
}

/// A static parameter is taken at the next reboot alone.
pub(super) fn parameters(
    was: &ClusterState,
    is: &ClusterState,
    region: &Region,
    seen: &mut ChangeLog,
) {
    let mut told = |name: &String, what: String| {
        seen.effect((EventKind::Database, name), Some(region), what);
    };
    let group = "the cluster's parameter group";
    for name in is
        .pending_reboot
        .iter()
        .filter(|name| !was.pending_reboot.contains(name))
    {
        told(
            name,
            format!("{name} waits for a reboot: {group} changed a parameter that is taken then"),
        );
    }
    for name in was
        .pending_reboot
        .iter()
        .filter(|name| !is.pending_reboot.contains(name))
    {
        if is.instances.iter().any(|instance| instance.id == *name) {
            told(name, format!("{name} has taken all parameters of {group}"));
        }
    }
}
