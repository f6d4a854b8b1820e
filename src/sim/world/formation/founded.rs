//! Stacks that were there when the world began: what their templates made, as far as it stands in the world.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::world::Resources;
use crate::world::model::{Stack, StackResource};
use gwctl_fleet::ApiKind;

/// The edge's distribution, or a Region's API, functions and cluster.
pub(crate) fn resources(world: &Resources, stack: &Stack) -> Vec<StackResource> {
    let here = &stack.region;
    let one = |logical: &str, kind: &str, physical: &str| StackResource {
        logical: logical.into(),
        kind: kind.into(),
        physical: Some(physical.into()),
        status: if stack.updated.is_some() {
            "UPDATE_COMPLETE".into()
        } else {
            "CREATE_COMPLETE".into()
        },
        reason: None,
        at: stack.updated.unwrap_or(stack.created),
        properties: Value::Null,
        attributes: BTreeMap::new(),
        deletion_policy: "Delete".into(),
        replace_policy: "Delete".into(),
        needs: BTreeSet::new(),
        drift: None,
    };
    if stack.name.ends_with("-edge") {
        let distributions = world.distributions.iter();
        return distributions
            .map(|found| one("Distribution", "AWS::CloudFront::Distribution", &found.id))
            .collect();
    }
    let apis = world.apis.iter().filter(|found| found.region == *here);
    let apis = apis.map(|api| {
        let kind = match api.kind {
            ApiKind::Rest => "AWS::ApiGateway::RestApi",
            ApiKind::Http => "AWS::ApiGatewayV2::Api",
        };
        one("Api", kind, &api.id)
    });
    let functions = world.functions.iter().filter(|found| found.region == *here);
    let functions = functions.filter_map(|function| {
        let logical = if function.name.ends_with("-read") {
            "ReadFunction"
        } else if function.name.ends_with("-write") {
            "WriteFunction"
        } else {
            return None;
        };
        Some(one(logical, "AWS::Lambda::Function", &function.name))
    });
    let clusters = world.clusters.iter().filter(|found| found.region == *here);
    let clusters = clusters.map(|cluster| one("Cluster", "AWS::RDS::DBCluster", &cluster.id));
    apis.chain(functions).chain(clusters).collect()
}
