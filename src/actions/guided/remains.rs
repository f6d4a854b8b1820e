//! What is left in the account once stacks are deleted, because AWS or a policy keeps it: every such thing is
//! named, so that somebody can delete it.

use super::architecture::{Architecture, Wanted};
use crate::names;
use gwctl_fleet::Region;

/// Of Regions whose stacks, as they stand, are deleted.
pub(super) fn of_regions(all: &Architecture<'_>, sites: &[Wanted]) -> Vec<String> {
    let fleet = all.context.fleet;
    let each = |what: &dyn Fn(&Wanted) -> String| {
        let all: Vec<String> = sites.iter().map(what).collect();
        all.join(", ")
    };
    let clusters =
        each(&|site| format!("{} in {}", names::cluster(fleet, &site.region), site.region));
    let logs = each(&|site| format!("{} in {}", database_log(fleet, site), site.region));
    let endpoints: Vec<String> = sites
        .iter()
        .map(|site| names::endpoint(all.context.spec, &site.region))
        .collect();
    vec![
        format!(
            "What stays and costs money until you delete it: the final snapshot of the cluster ({clusters}) and the KMS key that encrypts it. Delete both when nobody needs the data, the snapshot first."
        ),
        format!(
            "What stays: the log group of the database ({logs}). RDS created it, and it has no retention limit."
        ),
        validation(all, &endpoints),
    ]
}

pub(super) fn of_edge(all: &Architecture<'_>) -> Vec<String> {
    let spec = all.context.spec;
    let edge = all.edge(&[]);
    let known = all.known(&edge);
    let router = known.and_then(|stack| stack.outputs.get("RouterFunctionName").cloned());
    let router = router.or_else(|| spec.edge.router.clone());
    let router = router.unwrap_or_else(|| format!("{}-Router-*", edge.stack));
    vec![
        format!(
            "What stays: the router {router} and its versions, in {}. CloudFront takes hours to remove its copies; after that they can be deleted by hand.",
            Region::global()
        ),
        format!(
            "What stays: the log groups /aws/lambda/us-east-1.{router}, in every Region where CloudFront ran the router. They have no retention limit."
        ),
        validation(all, std::slice::from_ref(&spec.domain)),
    ]
}

/// ACM's records remain after the certificates: only their owner knows that they are no longer needed.
fn validation(all: &Architecture<'_>, names: &[String]) -> String {
    let records: Vec<String> = names.iter().map(|name| format!("_….{name}")).collect();
    format!(
        "What stays: the CNAME record by which ACM validated the certificate ({}), in the hosted zone {}.",
        records.join(", "),
        all.context.spec.edge.hosted_zone
    )
}

fn database_log(fleet: &str, site: &Wanted) -> String {
    let mysql = site.parameters.get("Engine").map(String::as_str) == Some("aurora-mysql");
    let log = if mysql { "error" } else { "postgresql" };
    format!(
        "/aws/rds/cluster/{}/{log}",
        names::cluster(fleet, &site.region)
    )
}
