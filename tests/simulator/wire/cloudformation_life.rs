//! The life of a stack: proposed, made side by side in dependency order, deleted in reverse.

use aws_sdk_cloudformation::types::{
    ChangeSetStatus, ChangeSetType, ExecutionStatus, StackResourceSummary,
};

use super::cloudformation_bench::{Bench, SMALL, region};
use super::code;

#[tokio::test(start_paused = true)]
async fn a_change_set_is_worked_out_before_it_can_be_executed() {
    let bench = Bench::new("small");
    let call = bench.client.create_change_set().stack_name("small");
    let call = call.change_set_name("first").template_body(SMALL);
    let made = call.change_set_type(ChangeSetType::Create).send();
    let made = made.await.unwrap();
    let describe = async || {
        let call = bench.client.describe_change_set();
        call.change_set_name(made.id().unwrap())
            .send()
            .await
            .unwrap()
    };
    let early = describe().await;
    assert_ne!(early.status(), Some(&ChangeSetStatus::CreateComplete));
    assert_eq!(
        early.execution_status(),
        Some(&ExecutionStatus::Unavailable)
    );
    assert!(early.changes().is_empty());
    let execute = async || {
        let call = bench.client.execute_change_set().stack_name("small");
        call.change_set_name("first").send().await
    };
    let refused = execute().await.unwrap_err();
    assert_eq!(code(&refused), "InvalidChangeSetStatus");
    assert_eq!(bench.status().await, "REVIEW_IN_PROGRESS");
    bench.pass(5);
    let ready = describe().await;
    assert_eq!(ready.status(), Some(&ChangeSetStatus::CreateComplete));
    assert_eq!(ready.execution_status(), Some(&ExecutionStatus::Available));
    assert_eq!(ready.stack_id(), made.stack_id());
    let adds = bench.told("first").await;
    assert_eq!(
        adds,
        [
            "Add Kept",
            "Add Net",
            "Add Left",
            "Add Right",
            "Add Named",
            "Add Last"
        ]
    );
    execute().await.unwrap();
    assert_eq!(bench.status().await, "CREATE_IN_PROGRESS");
    let listed = bench.client.list_change_sets().stack_name("small").send();
    let listed = listed.await.unwrap();
    let [summary] = listed.summaries() else {
        panic!("one change set")
    };
    let executing = Some(&ExecutionStatus::ExecuteInProgress);
    assert_eq!(summary.execution_status(), executing);
}

#[tokio::test(start_paused = true)]
async fn resources_are_made_side_by_side_after_what_they_depend_on() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[]).await;
    let stack = bench.stack().await;
    assert_eq!(stack.stack_status().unwrap().as_str(), "CREATE_COMPLETE");
    let last = bench.physical("Last").await.unwrap();
    let [output] = stack.outputs() else {
        panic!("one output")
    };
    assert_eq!(
        output.output_value(),
        Some(format!("it is {last}").as_str())
    );
    let events = bench.events_of("small").await;
    let at = |what: &str| {
        let mut events = events.iter();
        let found = events.rfind(|one| super::cloudformation_bench::brief(one) == what);
        found
            .unwrap_or_else(|| panic!("{what}"))
            .timestamp()
            .unwrap()
            .secs()
    };
    let (begun, done) = ("CREATE_IN_PROGRESS", "CREATE_COMPLETE");
    for (before, after) in [
        ("Net", "Left"),
        ("Net", "Right"),
        ("Left", "Named"),
        ("Named", "Last"),
    ] {
        assert!(
            at(&format!("{before} {done}")) <= at(&format!("{after} {begun}")),
            "{before} {after}"
        );
    }
    assert!(
        at(&format!("Right {begun}")) < at(&format!("Left {done}")),
        "side by side"
    );
    assert!(
        at(&format!("Kept {begun}")) < at(&format!("Net {done}")),
        "side by side"
    );
    let history = bench.history().await;
    assert_eq!(
        history[..2],
        ["small REVIEW_IN_PROGRESS", "small CREATE_IN_PROGRESS"]
    );
    assert_eq!(history.last().unwrap(), "small CREATE_COMPLETE");
    let initiated = events.iter().filter(|one| {
        one.resource_status_reason() == Some("Resource creation Initiated")
            && one.physical_resource_id().is_some_and(|id| !id.is_empty())
    });
    assert_eq!(initiated.count(), 6);
    let ids: std::collections::BTreeSet<_> = events.iter().map(|one| one.event_id()).collect();
    assert_eq!(ids.len(), events.len(), "every event has an id of its own");
}

#[tokio::test(start_paused = true)]
async fn a_deleted_stack_loses_its_resources_in_reverse_and_is_known_by_its_arn() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[]).await;
    let arn = bench.stack().await.stack_id().unwrap().to_owned();
    let delete = async || {
        let call = bench.client.delete_stack().stack_name("small");
        call.client_request_token("once").send().await.unwrap();
    };
    delete().await;
    assert_eq!(bench.status().await, "DELETE_IN_PROGRESS");
    bench.pass(120);
    delete().await;
    let gone = bench.client.describe_stacks().stack_name("small").send();
    let gone = gone.await.unwrap_err();
    assert_eq!(code(&gone), "ValidationError");
    assert!(format!("{gone:?}").contains("Stack with id small does not exist"));
    let stack = bench.stack_called(&arn).await;
    assert_eq!(stack.stack_status().unwrap().as_str(), "DELETE_COMPLETE");
    assert!(stack.deletion_time().is_some());
    let history = bench.history_of(&arn).await;
    let at = |what: &str| history.iter().position(|one| one == what).unwrap();
    for (first, then) in [
        ("Last", "Named"),
        ("Named", "Left"),
        ("Left", "Net"),
        ("Right", "Net"),
    ] {
        let (gone, begun) = (
            format!("{first} DELETE_COMPLETE"),
            format!("{then} DELETE_IN_PROGRESS"),
        );
        assert!(at(&gone) < at(&begun), "{first} {then}");
    }
    at("Kept DELETE_SKIPPED");
    assert!(!history.contains(&"Kept DELETE_COMPLETE".to_owned()));
    let all = bench.client.describe_stacks().send().await.unwrap();
    assert!(
        all.stacks()
            .iter()
            .all(|one| one.stack_name() != Some("small"))
    );
    // The name is free again.
    bench.make(SMALL, &[]).await;
    assert_ne!(bench.stack().await.stack_id(), Some(arn.as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_regions_template_becomes_a_stack() {
    let bench = Bench::new("shop-eu-west-1");
    bench.foundations().await;
    let (template, parameters) = region("admitted");
    bench.make(&template, &parameters).await;
    assert_eq!(bench.status().await, "CREATE_COMPLETE");
    let made = bench.client.list_stack_resources().stack_name(bench.name);
    let made = made.send().await.unwrap();
    let done =
        |one: &StackResourceSummary| one.resource_status().unwrap().as_str() == "CREATE_COMPLETE";
    let made = made.stack_resource_summaries();
    assert!(made.len() > 25 && made.iter().all(done));
    assert_eq!(
        made.last().unwrap().logical_resource_id(),
        Some("LatencyRecord")
    );
    let text = bench.client.get_template().stack_name(bench.name).send();
    assert_eq!(text.await.unwrap().template_body(), Some(template.as_str()));
    let stack = bench.stack().await;
    assert!(
        stack
            .outputs()
            .iter()
            .any(|one| one.output_key() == Some("SiteHealthCheckId"))
    );
}
