//! A change set held against the plan before it is carried out: nothing may go, come or be replaced that was
//! not shown.

use gwctl_fleet::{ChangeSet, ResourceChange};
use gwctl_stacks::{Action, Part};

/// What `set` would do beyond `planned`. Where macros write the template anew (`expands`), what they add is
/// theirs to know; what goes or is replaced is not.
pub(super) fn surprise(set: &ChangeSet, planned: &[Part], expands: bool) -> Option<String> {
    set.changes.iter().find_map(|change| {
        let part = planned.iter().find(|part| part.id == change.logical);
        let action = part.map(|part| part.action);
        let which = format!("{} ({})", change.logical, change.kind);
        match change.action.as_str() {
            "Add" if action == Some(Action::Add) || expands => None,
            "Add" => Some(format!("add {which}")),
            "Remove" if action != Some(Action::Remove) => Some(format!("remove {which}")),
            "Remove" => {
                let kept = part.is_some_and(|part| part.kept.is_some());
                let deletes = change.policy.as_deref() == Some("Delete");
                (kept && deletes).then(|| format!("delete {which}, which the plan keeps"))
            }
            "Modify" => replacement(change).map(|how| format!("{how} {which}")),
            other => Some(format!("{other} {which}")),
        }
    })
}

/// A change in place is all that a plan means by a change.
fn replacement(change: &ResourceChange) -> Option<&'static str> {
    match change.replacement.as_str() {
        "True" => Some("replace"),
        "Conditional" if holds_data(&change.kind) && !leaves_the_global_database(change) => {
            Some("perhaps replace")
        }
        _ => None,
    }
}

/// Whether the resource that is replaced is the data, or the only key to it. An instance is neither, and
/// CloudFormation says of it that it may be replaced whenever the cluster it refers to changes at all.
fn holds_data(kind: &str) -> bool {
    matches!(kind, "AWS::RDS::DBCluster" | "AWS::RDS::GlobalCluster")
        || kind.starts_with("AWS::KMS::")
}

/// `GlobalClusterIdentifier` is marked as replacing under a condition. What its handler does is to detach the
/// cluster or to refuse, never to replace it (aws-facts §20.3).
fn leaves_the_global_database(change: &ResourceChange) -> bool {
    let harmless = |property: &String| property == "GlobalClusterIdentifier";
    change.kind == "AWS::RDS::DBCluster"
        && !change.recreating.is_empty()
        && change.recreating.iter().all(harmless)
}

/// `3 to add, 1 to modify`.
pub(super) fn summary(set: &ChangeSet) -> String {
    let count = |action: &str| {
        let n = set
            .changes
            .iter()
            .filter(|one| one.action == action)
            .count();
        (n > 0).then(|| format!("{n} to {}", action.to_ascii_lowercase()))
    };
    let counts: Vec<String> = ["Add", "Modify", "Remove"]
        .into_iter()
        .filter_map(count)
        .collect();
    // Parameters, outputs or tags alone.
    if counts.is_empty() {
        return "no resource changes".into();
    }
    counts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(action: Action) -> Part {
        Part {
            id: "Cluster".into(),
            kind: "AWS::RDS::DBCluster".into(),
            action,
            kept: Some("Snapshot".into()),
            after: Vec::new(),
        }
    }

    fn change(action: &str, replacement: &str) -> ResourceChange {
        ResourceChange {
            action: action.into(),
            logical: "Cluster".into(),
            kind: "AWS::RDS::DBCluster".into(),
            replacement: replacement.into(),
            recreating: Vec::new(),
            policy: None,
        }
    }

    fn found(change: ResourceChange, planned: &[Part], expands: bool) -> Option<String> {
        let set = ChangeSet {
            name: "one".into(),
            status: "CREATE_COMPLETE".into(),
            execution: "AVAILABLE".into(),
            reason: None,
            changes: vec![change],
        };
        surprise(&set, planned, expands)
    }

    #[test]
    fn a_replacement_holds_also_where_the_plan_has_a_change_in_place() {
        let planned = [part(Action::Modify)];
        let replaced = found(change("Modify", "True"), &planned, false);
        assert_eq!(
            replaced.as_deref(),
            Some("replace Cluster (AWS::RDS::DBCluster)")
        );
        assert_eq!(found(change("Modify", "False"), &planned, false), None);
    }

    #[test]
    fn what_may_replace_the_database_holds_unless_it_only_leaves_the_global_one() {
        let planned = [part(Action::Modify)];
        let with = |properties: &[&str]| {
            let mut one = change("Modify", "Conditional");
            one.recreating = properties.iter().map(ToString::to_string).collect();
            found(one, &planned, false)
        };
        assert_eq!(with(&["GlobalClusterIdentifier"]), None);
        assert!(with(&["GlobalClusterIdentifier", "MasterUsername"]).is_some());
        assert!(with(&[]).is_some(), "what may replace it is not told");
        let mut route = change("Modify", "Conditional");
        route.kind = "AWS::Route53::HealthCheck".into();
        assert_eq!(found(route, &planned, false), None);
    }

    #[test]
    fn what_goes_comes_or_is_not_understood_must_have_been_shown() {
        assert!(found(change("Remove", ""), &[part(Action::Modify)], false).is_some());
        let mut lost = change("Remove", "");
        lost.policy = Some("Delete".into());
        let lost = found(lost, &[part(Action::Remove)], false);
        assert!(lost.is_some_and(|why| why.contains("keeps")));
        assert!(found(change("Add", ""), &[], false).is_some());
        assert_eq!(found(change("Add", ""), &[], true), None, "a macro's");
        assert!(found(change("Dynamic", ""), &[], false).is_some());
    }
}
