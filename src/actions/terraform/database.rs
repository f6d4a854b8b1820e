//! What a plan would do to the database.

use gwctl_fleet::Region;

use super::case::Case;
use super::evidence::Evidence;
use super::explain::{explain, roles};
use super::finding::{Reason, Verdict};
use super::part::Part;
use super::plan::Action;
use super::values::{After, Difference, is_nothing, lookup};

/// Of the global cluster.
pub(super) fn global_cluster(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    if case.action.destroys() {
        let forced = lookup(&case.change.before, "force_destroy").as_bool() == Some(true);
        let text = if forced {
            "Terraform would take every member out of the global cluster and delete it: replication to every Region ends"
        } else {
            "Terraform would delete the global cluster; RDS refuses while it has members, and what else the plan changes is then half done"
        };
        return vec![case.destroys(text)];
    }
    let each = case.differences.iter().filter_map(|difference| {
        if let Some(why) = explain(case.part, top(difference), evidence) {
            return Some(Reason::new(Verdict::Explained, why.text).by(why.run));
        }
        difference.is_of("deletion_protection").then(|| {
            Reason::new(
                Verdict::Unexplained,
                "the plan changes whether RDS refuses to delete the global cluster",
            )
        })
    });
    each.collect()
}

/// Of a member.
pub(super) fn cluster(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    if case.action.destroys() {
        return vec![case.destroys(destroyed(case, evidence))];
    }
    if case.action == Action::Create {
        return Vec::new();
    }
    let each = case
        .differences
        .iter()
        .filter_map(|difference| match top(difference) {
            "global_cluster_identifier" => Some(membership(case, difference)),
            "replication_source_identifier" => Some(source(case, difference, evidence)),
            "enable_global_write_forwarding" => Some(forwarding(case, difference, evidence)),
            _ => None,
        });
    each.collect()
}

fn top(difference: &Difference) -> &str {
    difference.path.split('.').next().unwrap_or_default()
}

/// What it is now, as RDS says.
fn role(case: &Case<'_>, evidence: &Evidence<'_>) -> Option<&'static str> {
    let writer = evidence.writer()?;
    Some(if Some(writer) == case.part.region() {
        "which is the writer now"
    } else {
        "which is a secondary now"
    })
}

/// The provider takes a member out of its global cluster before it deletes it (aws-facts §20.4).
fn destroyed(case: &Case<'_>, evidence: &Evidence<'_>) -> String {
    let role = role(case, evidence).map_or(String::new(), |role| format!(", {role},"));
    let kept = match lookup(&case.change.before, "skip_final_snapshot").as_bool() {
        Some(true) => " without a last snapshot",
        _ => "",
    };
    let then = match case.action {
        Action::Replace => ", and make an empty one in its place",
        _ => "",
    };
    let moved = match evidence.swapped_by() {
        Some(run) if evidence.writer().is_some() && evidence.writer() == case.part.region() => {
            format!("; the run {run} moved the writer here")
        }
        _ => String::new(),
    };
    format!(
        "Terraform would take {}{role} out of the global cluster and delete it{kept}{then}{moved}",
        case.part
    )
}

/// Value to nothing is `RemoveFromGlobalCluster`; any other change the provider refuses (aws-facts §20.4).
fn membership(case: &Case<'_>, difference: &Difference) -> Reason {
    let ignore = case.ignore(&["global_cluster_identifier"]);
    match &difference.after {
        After::Unknown => Reason::new(
            Verdict::Unjudged,
            "the global cluster it would belong to is known only after apply: if the value is empty then, Terraform detaches the cluster",
        ),
        After::Known(after) if is_nothing(after) => Reason::new(
            Verdict::Destroys,
            format!(
                "Terraform would call RemoveFromGlobalCluster: {} becomes a standalone cluster, and cannot be attached again",
                case.part
            ),
        )
        .advise(ignore),
        After::Known(_) if is_nothing(&difference.before) => Reason::new(
            Verdict::Unexplained,
            "the configuration wants it in a global cluster; Terraform cannot attach a cluster that exists, and the apply fails here",
        ),
        After::Known(_) => Reason::new(
            Verdict::Unexplained,
            "the configuration names another global cluster; Terraform cannot move a cluster, and the apply fails here",
        ),
    }
}

/// Value to nothing is `PromoteReadReplicaDBCluster`; another value newer providers refuse and older ones ignore
/// (aws-facts §20.4).
fn source(case: &Case<'_>, difference: &Difference, evidence: &Evidence<'_>) -> Reason {
    let why = roles(evidence);
    let run = why.as_ref().and_then(|why| why.run);
    let because = why.map_or(String::new(), |why| format!("; {}", why.text));
    let ignore = case.ignore(&["replication_source_identifier"]);
    match &difference.after {
        After::Unknown => Reason::new(
            Verdict::Unjudged,
            "the source it would replicate from is known only after apply: if the value is empty then, Terraform detaches the cluster",
        )
        .advise(ignore),
        After::Known(after) if is_nothing(after) => Reason::new(
            Verdict::Destroys,
            format!(
                "Terraform would call PromoteReadReplicaDBCluster on {}, to make it a standalone cluster{because}",
                case.part
            ),
        )
        .by(run)
        .advise(ignore),
        After::Known(_) => {
            let verdict = if because.is_empty() {
                Verdict::Unjudged
            } else {
                Verdict::Explained
            };
            let text = format!(
                "the configuration names a source to replicate from, which RDS alone chooses{because}; Terraform changes nothing here, and newer providers fail"
            );
            Reason::new(verdict, text).by(run).advise(ignore)
        }
    }
}

fn forwarding(case: &Case<'_>, difference: &Difference, evidence: &Evidence<'_>) -> Reason {
    let part = case.part;
    let After::Known(after) = &difference.after else {
        let text = format!("whether {part} would forward writes is known only after apply");
        return Reason::new(Verdict::Unjudged, text);
    };
    let stops = after.as_bool() != Some(true);
    match explain(part, "enable_global_write_forwarding", evidence) {
        // On the writer it does nothing (aws-facts §2.2).
        Some(why) if evidence.writer() == part.region() => {
            Reason::new(Verdict::Explained, why.text).by(why.run)
        }
        Some(why) if stops => {
            let text = format!(
                "Terraform would stop {part} from forwarding writes, which a run switched on"
            );
            Reason::new(Verdict::Undoes, text)
                .by(why.run)
                .advise(case.ignore(&["enable_global_write_forwarding"]))
        }
        _ => {
            let does = if stops { "stop" } else { "start" };
            let text = format!("Terraform would {does} write forwarding of {part}");
            Reason::new(Verdict::Unexplained, text)
        }
    }
}

/// Of an instance.
pub(super) fn instance(case: &Case<'_>, evidence: &Evidence<'_>) -> Vec<Reason> {
    let Part::Instance { id, region } = case.part else {
        return Vec::new();
    };
    if !case.action.destroys() {
        return Vec::new();
    }
    let left = region
        .as_ref()
        .and_then(|region| others(id, region, evidence));
    match left {
        Some(0) => {
            let text = format!(
                "Terraform would delete {}, the only instance of its cluster: nothing serves there, and it cannot be promoted",
                case.part
            );
            vec![case.destroys(text)]
        }
        Some(others) if !is_writer(id, region.as_ref(), evidence) => {
            let text = format!(
                "Terraform would delete {}, a reader; {others} other instances stay",
                case.part
            );
            vec![Reason::new(Verdict::Unexplained, text)]
        }
        Some(_) => {
            let text = format!(
                "Terraform would delete {}, its cluster's writer instance",
                case.part
            );
            vec![case.destroys(text)]
        }
        None => {
            let text = format!(
                "Terraform would delete {}; whether its cluster has others could not be asked",
                case.part
            );
            vec![case.destroys(text)]
        }
    }
}

/// How many other instances the cluster has.
fn others(id: &str, region: &Region, evidence: &Evidence<'_>) -> Option<usize> {
    let cluster = evidence.snapshot().database.clusters.get(region)?;
    let instances = &cluster.state.current()?.instances;
    Some(
        instances
            .iter()
            .filter(|one| !one.id.eq_ignore_ascii_case(id))
            .count(),
    )
}

fn is_writer(id: &str, region: Option<&Region>, evidence: &Evidence<'_>) -> bool {
    let cluster = region.and_then(|region| evidence.snapshot().database.clusters.get(region));
    let state = cluster.and_then(|cluster| cluster.state.current());
    let mut all = state.iter().flat_map(|state| &state.instances);
    all.any(|one| one.writer && one.id.eq_ignore_ascii_case(id))
}
