//! What a moved writer means for RDS Proxies: each follows one cluster, and clients must change (aws-facts §19.4).

use super::promote::Cast;
use crate::draft::PlanContext;
use gwctl_fleet::{DbProxy, Member, Missing};

/// What clients of proxies must do; nothing where there is none.
pub(super) fn notes(context: &PlanContext<'_>, cast: &Cast<'_>) -> Vec<String> {
    let (old, new) = (known(context, cast.writer), known(context, cast.target));
    let mut notes = Vec::new();
    let (from, to) = (&cast.writer.region, &cast.target.region);
    let (old_names, new_names) = (names(old), names(new));
    if !old_names.is_empty() {
        let then = if new_names.is_empty() {
            format!("{to} has no proxy to go to: let them use its cluster endpoint")
        } else {
            format!(
                "from then on they must use {} in {to}",
                new_names.join(", ")
            )
        };
        notes.push(format!(
            "RDS Proxy does not follow the writer. Clients that write through {} in {from} fail once its cluster is a secondary ('The target group doesn't have any associated read/write instances'); {then}.",
            old_names.join(", ")
        ));
    } else if !new_names.is_empty() {
        notes.push(format!(
            "RDS Proxy {} in {to} takes writes once its cluster is the writer; until then it queues them.",
            new_names.join(", ")
        ));
    }
    for (member, proxies) in [(cast.writer, old), (cast.target, new)] {
        if let Err(why) = proxies {
            notes.push(format!(
                "Whether an RDS Proxy is in front of {} in {} is not known ({why}): clients of one must change when the writer moves.",
                member.cluster, member.region
            ));
        }
    }
    notes
}

/// The proxies of a member as last seen; why they are not known, where they were never.
fn known<'a>(context: &PlanContext<'a>, member: &Member) -> Result<&'a [DbProxy], &'a Missing> {
    let Some(cluster) = context.snapshot.database.clusters.get(&member.region) else {
        return Ok(&[]);
    };
    match (cluster.proxies.last(), cluster.proxies.why_missing()) {
        (Some(proxies), _) => Ok(proxies),
        (None, Some(why @ (Missing::NotAllowed { .. } | Missing::CouldNotAsk { .. }))) => Err(why),
        (None, _) => Ok(&[]),
    }
}

fn names<'a>(proxies: Result<&'a [DbProxy], &Missing>) -> Vec<&'a str> {
    let proxies = proxies.unwrap_or_default();
    proxies.iter().map(|proxy| proxy.name.as_str()).collect()
}
