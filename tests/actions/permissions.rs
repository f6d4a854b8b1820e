//! What the operator may not change is known before it is needed.

use std::time::Duration;

use gwctl::actions::guided::{ACTIONS, Promote};
use gwctl::actions::{Finding, Intent, plan};
use gwctl::fleet::Pace;
use gwctl::observe::asked_about;

use super::stand::{Stage, region};
use crate::observe::stand::{Stand, world};

const SWITCHOVER: &str = "rds:SwitchoverGlobalCluster";

#[tokio::test(start_paused = true)]
async fn a_change_that_iam_denies_must_be_waived_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("no-switchover.toml");
    let event = format!("at = \"-1s\"\nstart = \"access-denied\"\naction = \"{SWITCHOVER}\"");
    std::fs::write(
        &scenario,
        format!("title = \"a\"\nexplanation = \"b\"\n[[event]]\n{event}\n"),
    )
    .unwrap();
    let stand = Stand::over(world(scenario.to_str().unwrap(), 3), Pace::Calm).await;
    let picture = stand
        .until(Duration::from_mins(1), |picture| {
            picture.complete && picture.permissions.last().is_some()
        })
        .await;
    let intent = Intent::Promote(Promote {
        target: region("eu-west-1"),
        mode: None,
        force: false,
    });
    let plan = plan("orders", &stand.sim.spec(), &picture, &intent).unwrap();
    let check = plan
        .checks
        .iter()
        .find(|check| check.name == format!("permission:{SWITCHOVER}"));
    assert_eq!(
        check.map(|check| check.finding),
        Some(Finding::Waivable),
        "{:?}",
        plan.checks
    );
    // What is allowed is not complained about.
    assert!(
        !plan
            .checks
            .iter()
            .any(|check| check.name == "permission:rds:ModifyDBCluster")
    );
}

#[tokio::test(start_paused = true)]
async fn a_role_whose_path_may_not_be_asked_for_leaves_its_permissions_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = folder.path().join("no-role.toml");
    let event = "at = \"-1s\"\nstart = \"access-denied\"\naction = \"iam:GetRole\"";
    std::fs::write(
        &scenario,
        format!("title = \"a\"\nexplanation = \"b\"\n[[event]]\n{event}\n"),
    )
    .unwrap();
    let stand = Stand::over(world(scenario.to_str().unwrap(), 3), Pace::Calm).await;
    let picture = stand
        .until(Duration::from_mins(1), |picture| {
            matches!(
                picture.permissions.why_missing(),
                Some(gwctl::fleet::Missing::CouldNotAsk { .. })
            )
        })
        .await;
    let why = picture.permissions.why_missing().unwrap().to_string();
    assert!(
        why.contains("the path of the role in arn:aws:iam::"),
        "{why}"
    );
    assert!(why.contains("iam:GetRole"), "{why}");
}

/// `CopyDBClusterSnapshot` names a snapshot that does not exist yet; ARC's state API has endpoints of its own.
const PROVEN_BY_THE_CALL: [&str; 2] = [
    "rds:CopyDBClusterSnapshot",
    "route53-recovery-cluster:UpdateRoutingControlState",
];

#[tokio::test(start_paused = true)]
async fn every_change_of_every_action_is_among_those_iam_is_asked_about() {
    let stage = Stage::over(world("calm", 3)).await;
    let snapshot = stage.snapshot();
    let spec = stage.stand.sim.spec();
    let mut seen = 0;
    for intent in ACTIONS
        .iter()
        .flat_map(|action| (action.offers)(&snapshot, &region("us-east-1")))
    {
        let Ok(plan) = plan("orders", &spec, &snapshot, &intent) else {
            continue;
        };
        for call in plan
            .steps
            .iter()
            .flat_map(|step| &step.calls)
            .filter(|call| call.mutates)
        {
            let action = format!("{}:{}", call.service, call.operation);
            assert!(
                asked_about().any(|asked| asked == action)
                    || PROVEN_BY_THE_CALL.contains(&action.as_str()),
                "{action}"
            );
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}
