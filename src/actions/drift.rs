//! What of a stack's drift an action explains, so that nobody "repairs" it blindly: a template that made
//! a primary knows nothing of a promotion (aws-facts §6.2). Pure: the picture is the evidence. What it
//! does not bear out is not explained.

use gwctl_fleet::{Drifted, PropertyDifference, Region, RoutingRecord, Snapshot};

/// Why all that differs in a resource of a stack in `region` is as it is; none while anything is open.
pub fn explained(region: &Region, drifted: &Drifted, snapshot: &Snapshot) -> Option<&'static str> {
    let mut why = None;
    for difference in &drifted.differences {
        why = Some(explanation(region, drifted, difference, snapshot)?);
    }
    why
}

/// Why one property differs, where an action did it.
pub fn explanation(
    region: &Region,
    drifted: &Drifted,
    difference: &PropertyDifference,
    snapshot: &Snapshot,
) -> Option<&'static str> {
    let path = difference.path.as_str();
    // No action deletes what a stack made.
    if drifted.status == "DELETED" {
        return None;
    }
    match drifted.kind.as_str() {
        "AWS::RDS::DBCluster" => cluster(region, &drifted.physical, path, snapshot),
        "AWS::RDS::GlobalCluster" => global_cluster(&drifted.physical, path, snapshot),
        "AWS::Route53::HealthCheck" => health_check(&drifted.physical, path, snapshot),
        "AWS::Route53::RecordSet" => record(region, &drifted.physical, path, snapshot),
        "AWS::CloudFront::Distribution" => distribution(difference, snapshot),
        "AWS::Lambda::Function" if below(path, "/Code") => {
            Some("the code was replaced beside the stack, as by --code-from")
        }
        _ => None,
    }
}

/// How Route 53's records share the traffic now, a Region: what CloudFormation does not compare, or shows without its
/// weights. Only what is not all of a Region's own.
pub fn shared_traffic(snapshot: &Snapshot) -> Vec<(Region, String)> {
    let records = snapshot.edge.records.current().into_iter().flatten();
    let told = records.filter_map(|record| {
        let region = record.region.clone()?;
        let weights = |all: &mut dyn Iterator<Item = (String, i64)>| {
            let each = all.map(|(name, weight)| format!("{name} has weight {weight}"));
            each.collect::<Vec<_>>().join(", ")
        };
        let mut group = record
            .group
            .iter()
            .filter_map(|one| Some((one.set_identifier.clone(), one.routing.weight()?)))
            .peekable();
        if group.peek().is_some() {
            let text = format!(
                "its {} record leads to the weighted group {}, in which {}: a drain or an evacuation by records set it; `gwctl restore {region}` gives the Region its share back",
                record.kind,
                record.target,
                weights(&mut group)
            );
            return Some((region, text));
        }
        let weight = record.routing.weight()?;
        let text = format!(
            "its {} record has weight {weight}: CloudFormation may not compare it with the template's",
            record.kind
        );
        Some((region, text))
    });
    told.collect()
}

fn below(path: &str, top: &str) -> bool {
    path.strip_prefix(top)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A member's role is not its template's to say.
fn cluster(region: &Region, id: &str, path: &str, snapshot: &Snapshot) -> Option<&'static str> {
    let topology = snapshot.database.topology.current()?;
    let member = topology.member(region)?;
    if !member.cluster.eq_ignore_ascii_case(id) {
        return None;
    }
    if below(path, "/ReplicationSourceIdentifier") {
        return Some("roles are swapped: a switchover or failover moved the writer");
    }
    // On the writer it does nothing, and is not told (aws-facts §2.2).
    let forwarding = below(path, "/EnableGlobalWriteForwarding");
    (forwarding && member.writer).then_some("this is the writer now, which forwards nothing")
}

fn global_cluster(id: &str, path: &str, snapshot: &Snapshot) -> Option<&'static str> {
    let topology = snapshot.database.topology.current()?;
    let roles = below(path, "/SourceDBClusterIdentifier") || below(path, "/GlobalClusterMembers");
    (snapshot.database.id.eq_ignore_ascii_case(id) && roles && topology.writer().is_some())
        .then_some("roles are swapped: a switchover or failover moved the writer")
}

/// Disabled and inverted together is how an evacuation forces a check (aws-facts §3.4); one of the two
/// alone is somebody else's doing.
fn health_check(id: &str, path: &str, snapshot: &Snapshot) -> Option<&'static str> {
    let config = snapshot.edge.checks.get(id)?.config.current()?;
    let switched =
        below(path, "/HealthCheckConfig/Inverted") || below(path, "/HealthCheckConfig/Disabled");
    (switched && config.inverted && config.disabled)
        .then_some("forced unhealthy by an evacuation; `gwctl restore` takes it back")
}

/// A drain makes the Region's record an alias to a weighted group.
fn record(region: &Region, name: &str, path: &str, snapshot: &Snapshot) -> Option<&'static str> {
    let same = |record: &RoutingRecord| {
        record.is_of(region)
            && name
                .trim_end_matches('.')
                .eq_ignore_ascii_case(&record.name)
    };
    let records = snapshot.edge.records.current()?;
    let record = records.iter().find(|record| same(record))?;
    let moved = ["/TTL", "/ResourceRecords", "/AliasTarget", "/Weight"]
        .iter()
        .any(|top| below(path, top));
    (moved && !record.group.is_empty())
        .then_some("drained: it leads to a weighted group; `gwctl restore` gives it its share back")
}

/// Only a certificate that serves: one that does not is nothing to be left alone.
fn distribution(difference: &PropertyDifference, snapshot: &Snapshot) -> Option<&'static str> {
    let edge = &snapshot.edge;
    let attached = edge.distribution.current()?.certificate_arn.as_deref();
    let certificate = edge.certificate.current()?;
    let of_certificate = below(
        &difference.path,
        "/DistributionConfig/ViewerCertificate/AcmCertificateArn",
    );
    let serves = certificate.status == "ISSUED"
        && attached == Some(certificate.arn.as_str())
        && difference.actual.trim_matches('"') == certificate.arn;
    (of_certificate && serves)
        .then_some("another certificate was attached, as by `gwctl certificate attach`")
}
