//! Which calls change something, and what.

use super::value::Value;
use crate::world::Mutation;

/// What the operations that only look begin with.
const LOOKING: [&str; 13] = [
    "Get",
    "List",
    "Describe",
    "Lookup",
    "Test",
    "Simulate",
    "Validate",
    "Detect",
    "Filter",
    // Of logs: they change nothing.
    "StartQuery",
    "StopQuery",
    // Of DynamoDB: no management event, and nothing of the fleet (aws-facts §16.4).
    "Query",
    "PutItem",
];

/// Members that name what is changed, in the order they are told.
const NAMES: [&str; 19] = [
    "GlobalClusterIdentifier",
    "TargetDbClusterIdentifier",
    "DBClusterIdentifier",
    "DbClusterIdentifier",
    "DBClusterSnapshotIdentifier",
    "SourceDBClusterSnapshotIdentifier",
    "TargetDBClusterSnapshotIdentifier",
    "HealthCheckId",
    "DistributionId",
    "Id",
    "RoutingControlArn",
    "Namespace",
    "StackName",
    "ChangeSetName",
    "planArn",
    "resourceArn",
    "ResourceArn",
    "targetRegion",
    "action",
];

/// Whether `operation` with this input is to change something.
pub fn changes(operation: &str, input: &Value) -> bool {
    let sql = input.text("sql").unwrap_or_default();
    let asks = operation == "ExecuteStatement" && sql.starts_with("SELECT");
    !asks
        && !LOOKING.iter().any(|verb| operation.starts_with(verb))
        && operation.starts_with(|first: char| first.is_ascii_uppercase())
        && !operation.contains(' ')
}

/// What a call with this input changes, in words that tell two changes apart.
pub fn target(input: &Value) -> String {
    let mut words: Vec<String> = NAMES
        .iter()
        .filter_map(|name| input.text(name))
        .map(str::to_owned)
        .collect();
    let batch = input.get("ChangeBatch").unwrap_or(&Value::Null);
    for change in batch.items("Changes") {
        let set = change.get("ResourceRecordSet").unwrap_or(&Value::Null);
        let parts = [
            change.text("Action"),
            set.text("Name"),
            set.text("Type"),
            set.text("SetIdentifier"),
        ];
        words.push(parts.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    for datum in input.items("MetricData") {
        words.push(datum.text("MetricName").unwrap_or_default().to_owned());
        let dimensions = datum.items("Dimensions").into_iter();
        words.extend(dimensions.filter_map(|one| one.text("Value").map(str::to_owned)));
        words.extend(datum.float("Value").ok().flatten().map(|v| v.to_string()));
    }
    for entry in input.items("UpdateRoutingControlStateEntries") {
        words.extend(entry.text("RoutingControlArn").map(str::to_owned));
    }
    words.join(" ")
}

/// The same for the same input.
pub fn fingerprint(input: &Value) -> u64 {
    Mutation::fingerprint_of(&format!("{input:?}"))
}
