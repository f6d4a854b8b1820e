//! Updates: what is conditional comes and goes, what cannot be changed is replaced, what is retained stays.

use aws_sdk_cloudformation::types::ChangeSetType;

use super::cloudformation_bench::{Bench, SMALL, region};

/// The parameters of a Region's stack as they were, but for how far it takes part in routing.
fn traffic(how: &'static str) -> Vec<(&'static str, Option<&'static str>)> {
    let (_, parameters) = region(how);
    let previous = parameters.into_iter().map(|(name, value)| match name {
        "Traffic" => (name, value),
        _ => (name, None),
    });
    previous.collect()
}

#[tokio::test(start_paused = true)]
async fn a_region_is_checked_then_admitted_and_leaves_again() {
    let bench = Bench::new("shop-eu-west-1");
    bench.foundations().await;
    let (template, parameters) = region("none");
    bench.make(&template, &parameters).await;
    let without = bench.resources().await.len();

    bench.update("check", &traffic("checked")).await;
    assert_eq!(bench.status().await, "UPDATE_COMPLETE");
    assert_eq!(
        bench.told("check").await,
        [
            "Add SwitchHealthCheck",
            "Add EndpointHealthCheck",
            "Add SiteHealthCheck"
        ]
    );
    assert_eq!(bench.resources().await.len(), without + 3);

    bench.update("admit", &traffic("admitted")).await;
    assert_eq!(bench.told("admit").await, ["Add LatencyRecord"]);
    assert!(bench.physical("LatencyRecord").await.is_some());

    bench.update("leave", &traffic("none")).await;
    assert_eq!(bench.status().await, "UPDATE_COMPLETE");
    assert_eq!(bench.resources().await.len(), without);
    let told = bench.told("leave").await;
    assert_eq!(told.len(), 4);
    assert_eq!(told[0], "Remove LatencyRecord");
    let history = bench.history().await;
    let at = |what: &str| history.iter().rposition(|one| one == what).unwrap();
    let cleanup = at("shop-eu-west-1 UPDATE_COMPLETE_CLEANUP_IN_PROGRESS");
    assert!(cleanup < at("LatencyRecord DELETE_IN_PROGRESS"));
    assert!(at("LatencyRecord DELETE_COMPLETE") < at("SiteHealthCheck DELETE_IN_PROGRESS"));
    assert!(at("SiteHealthCheck DELETE_COMPLETE") < at("shop-eu-west-1 UPDATE_COMPLETE"));
    let stack = bench.stack().await;
    let traffic = stack
        .parameters()
        .iter()
        .find(|one| one.parameter_key() == Some("Traffic"));
    assert_eq!(traffic.unwrap().parameter_value(), Some("none"));
    let outputs = stack.outputs();
    assert!(
        outputs
            .iter()
            .all(|one| one.output_key() != Some("SiteHealthCheckId"))
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_changed_is_replaced_and_what_hangs_on_it_follows() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[]).await;
    let before = bench.resources().await;
    bench
        .propose(
            "rename",
            ChangeSetType::Update,
            None,
            &[("Name", Some("second"))],
        )
        .await;
    assert_eq!(
        bench.told("rename").await,
        [
            "Modify Kept False",
            "Modify Left False",
            "Modify Named True",
            "Modify Last False"
        ]
    );
    let changes = bench.changes("rename").await;
    let named = changes[2].resource_change().unwrap();
    let old = before
        .iter()
        .find(|(id, _)| id == "Named")
        .unwrap()
        .1
        .clone();
    assert_eq!(named.physical_resource_id(), Some(old.as_str()));
    assert_eq!(named.policy_action().unwrap().as_str(), "ReplaceAndDelete");
    let target = named.details()[0].target().unwrap();
    assert_eq!(
        (
            target.name(),
            target.requires_recreation().unwrap().as_str()
        ),
        (Some("AlarmName"), "Always")
    );
    assert_eq!(
        (target.before_value(), target.after_value()),
        (Some("first"), Some("second"))
    );

    bench.execute("rename").await;
    bench.pass(300);
    assert_eq!(bench.status().await, "UPDATE_COMPLETE");
    let after = bench.resources().await;
    assert_eq!(after.len(), before.len());
    for (id, physical) in &before {
        let same = after.contains(&(id.clone(), physical.clone()));
        assert_eq!(same, id != "Named", "{id}");
    }
    let events = bench.events_of("small").await;
    let gone = events.iter().filter(|one| {
        one.physical_resource_id() == Some(old.as_str())
            && one.resource_status().unwrap().as_str() == "DELETE_COMPLETE"
    });
    assert_eq!(
        gone.count(),
        1,
        "the one that was replaced is deleted in the cleanup"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_stack_no_longer_declares_goes_unless_it_is_retained() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[("Extra", Some("yes"))]).await;
    assert!(bench.physical("Extra").await.is_some());
    let smaller: Vec<&str> = SMALL.lines().collect();
    let gone = smaller
        .iter()
        .position(|line| line.trim() == "Kept:")
        .unwrap();
    let smaller = [&smaller[..gone], &smaller[gone + 4..]].concat().join("\n");
    bench
        .propose(
            "less",
            ChangeSetType::Update,
            Some(&smaller),
            &[("Extra", Some("no"))],
        )
        .await;
    let changes = bench.changes("less").await;
    let policies: Vec<_> = changes
        .iter()
        .filter_map(|one| one.resource_change())
        .map(|one| {
            (
                one.logical_resource_id().unwrap(),
                one.policy_action().unwrap().as_str(),
            )
        })
        .collect();
    assert_eq!(policies, [("Extra", "Delete"), ("Kept", "Retain")]);
    bench.execute("less").await;
    bench.pass(120);
    let history = bench.history().await;
    for told in ["Extra DELETE_COMPLETE", "Kept DELETE_SKIPPED"] {
        assert!(history.contains(&told.to_owned()), "{told}: {history:?}");
    }
    let left = bench.resources().await;
    assert!(left.iter().all(|(id, _)| id != "Kept" && id != "Extra"));
}

#[tokio::test(start_paused = true)]
async fn a_change_set_that_changes_nothing_fails_and_says_so() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[]).await;
    bench
        .propose("same", ChangeSetType::Update, None, &[("Name", None)])
        .await;
    let call = bench.client.describe_change_set().stack_name("small");
    let same = call.change_set_name("same").send().await.unwrap();
    assert_eq!(same.status().unwrap().as_str(), "FAILED");
    assert_eq!(same.execution_status().unwrap().as_str(), "UNAVAILABLE");
    let reason = same.status_reason().unwrap();
    assert!(reason.contains("didn't contain changes"), "{reason}");
    let update = bench.client.update_stack().stack_name("small");
    let update = update.use_previous_template(true).send().await.unwrap_err();
    let said = format!("{update:?}");
    assert!(said.contains("No updates are to be performed."), "{said}");
}
