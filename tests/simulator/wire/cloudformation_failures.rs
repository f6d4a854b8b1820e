//! What goes wrong on the way, and the way back.

use aws_sdk_cloudformation::types::{ChangeSetType, OnStackFailure, StackEvent};

use super::cloudformation_bench::{Bench, SMALL, brief};
use super::code;

/// The first failure that is no consequence of another.
fn cause(events: &[StackEvent]) -> Option<(String, String)> {
    let real = events.iter().find(|one| {
        let reason = one.resource_status_reason().unwrap_or_default();
        brief(one).ends_with("_FAILED") && !reason.ends_with("cancelled")
    })?;
    let logical = real.logical_resource_id()?.to_owned();
    Some((logical, real.resource_status_reason()?.to_owned()))
}

#[tokio::test(start_paused = true)]
async fn a_failed_resource_rolls_the_stack_back_and_its_cause_is_found() {
    let bench = Bench::new("small");
    bench
        .sim
        .fail_resource("small", "Right", "Subnet is taken (AlreadyExists)");
    bench.make(SMALL, &[]).await;
    let stack = bench.stack().await;
    assert_eq!(stack.stack_status().unwrap().as_str(), "ROLLBACK_COMPLETE");
    let events = bench.events_of("small").await;
    let (logical, reason) = cause(&events).unwrap();
    assert_eq!(logical, "Right");
    assert_eq!(reason, "Subnet is taken (AlreadyExists)");
    let cancelled = events.iter().find(|one| brief(one) == "Left CREATE_FAILED");
    let cancelled = cancelled.unwrap().resource_status_reason();
    assert_eq!(cancelled, Some("Resource creation cancelled"));
    let back = events
        .iter()
        .find(|one| brief(one) == "small ROLLBACK_IN_PROGRESS");
    let said = back.unwrap().resource_status_reason().unwrap();
    assert!(
        said.starts_with("The following resource(s) failed to create: [Right")
            && said.ends_with("Rollback requested by user."),
        "{said}"
    );
    let history = bench.history().await;
    let at = |what: &str| history.iter().position(|one| one == what).unwrap();
    assert!(at("Left DELETE_COMPLETE") < at("Net DELETE_IN_PROGRESS"));
    assert!(
        !history.iter().any(|one| one.starts_with("Last ")),
        "never begun"
    );
    // Nothing but deletion is left.
    let update = bench
        .client
        .update_stack()
        .stack_name("small")
        .template_body(SMALL);
    let refused = update.send().await.unwrap_err();
    assert_eq!(code(&refused), "ValidationError");
    assert!(
        format!("{refused:?}").contains("is in ROLLBACK_COMPLETE state and can not be updated")
    );
    bench
        .client
        .delete_stack()
        .stack_name("small")
        .send()
        .await
        .unwrap();
    bench.pass(60);
    bench.make(SMALL, &[]).await;
    assert_eq!(
        bench.status().await,
        "CREATE_COMPLETE",
        "a failure strikes once"
    );
}

#[tokio::test(start_paused = true)]
async fn what_happens_on_failure_is_the_callers_choice() {
    for (choice, status) in [
        (OnStackFailure::DoNothing, "CREATE_FAILED"),
        (OnStackFailure::Delete, "DELETE_COMPLETE"),
    ] {
        let bench = Bench::new("small");
        bench.sim.fail_resource("small", "Named", "no more topics");
        let call = bench.client.create_change_set().stack_name("small");
        let call = call.change_set_name("first").template_body(SMALL);
        let call = call
            .change_set_type(ChangeSetType::Create)
            .on_stack_failure(choice);
        let made = call.send().await.unwrap();
        bench.pass(5);
        bench.execute("first").await;
        bench.pass(200);
        let stack = bench.stack_called(made.stack_id().unwrap()).await;
        assert_eq!(stack.stack_status().unwrap().as_str(), status);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_update_becomes_what_it_was() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[]).await;
    let before = bench.resources().await;
    bench.sim.fail_resource("small", "Last", "no capacity");
    let changed = [("Name", Some("second")), ("Extra", Some("yes"))];
    bench.update("more", &changed).await;
    let stack = bench.stack().await;
    assert_eq!(
        stack.stack_status().unwrap().as_str(),
        "UPDATE_ROLLBACK_COMPLETE"
    );
    assert_eq!(
        bench.resources().await,
        before,
        "those that were replaced are back"
    );
    let name = stack
        .parameters()
        .iter()
        .find(|one| one.parameter_key() == Some("Name"));
    assert_eq!(name.unwrap().parameter_value(), Some("first"));
    let events = bench.events_of("small").await;
    assert_eq!(cause(&events), Some(("Last".into(), "no capacity".into())));
    let history = bench.history().await;
    let at = |what: &str| history.iter().rposition(|one| one == what).unwrap();
    let cleanup = at("small UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS");
    assert!(at("small UPDATE_ROLLBACK_IN_PROGRESS") < cleanup);
    assert!(cleanup < at("Extra DELETE_COMPLETE"));
    assert!(cleanup < at("Named DELETE_COMPLETE"));
    // The same again goes through.
    bench.update("again", &changed).await;
    assert_eq!(bench.status().await, "UPDATE_COMPLETE");
}

#[tokio::test(start_paused = true)]
async fn an_update_rollback_that_fails_can_be_continued() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[]).await;
    bench.sim.fail_resource("small", "Last", "no capacity");
    let changed = [("Name", Some("second"))];
    bench
        .propose("more", ChangeSetType::Update, None, &changed)
        .await;
    bench.execute("more").await;
    for _ in 0..600 {
        bench.pass(1);
        if bench.status().await == "UPDATE_ROLLBACK_IN_PROGRESS" {
            break;
        }
    }
    bench
        .sim
        .fail_resource("small", "Left", "still no capacity");
    bench.pass(120);
    assert_eq!(bench.status().await, "UPDATE_ROLLBACK_FAILED");
    let go_on = async || {
        let call = bench.client.continue_update_rollback();
        call.stack_name("small").send().await
    };
    go_on().await.unwrap();
    bench.pass(120);
    assert_eq!(bench.status().await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(code(&go_on().await.unwrap_err()), "ValidationError");
}

#[tokio::test(start_paused = true)]
async fn a_deletion_that_fails_can_leave_the_resource_behind() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[]).await;
    let arn = bench.stack().await.stack_id().unwrap().to_owned();
    bench.sim.fail_resource("small", "Left", "has dependencies");
    let delete = || bench.client.delete_stack().stack_name("small");
    let early = delete().retain_resources("Left").send().await.unwrap_err();
    assert_eq!(code(&early), "ValidationError");
    delete().send().await.unwrap();
    bench.pass(120);
    let stack = bench.stack().await;
    assert_eq!(stack.stack_status().unwrap().as_str(), "DELETE_FAILED");
    let reason = stack.stack_status_reason().unwrap();
    assert!(reason.contains("failed to delete: [Left]"), "{reason}");
    let history = bench.history().await;
    assert!(
        !history.contains(&"Net DELETE_IN_PROGRESS".to_owned()),
        "Left still needs it"
    );
    // Its network cannot go as long as it is there.
    let kept = delete().retain_resources("Left").retain_resources("Net");
    kept.send().await.unwrap();
    bench.pass(120);
    let history = bench.history_of(&arn).await;
    for told in [
        "Left DELETE_SKIPPED",
        "Net DELETE_SKIPPED",
        "small DELETE_COMPLETE",
    ] {
        assert!(history.contains(&told.to_owned()), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stuck_resource_waits_for_its_release_and_a_stuck_stack_for_its_faults_end() {
    let bench = Bench::new("small");
    bench.sim.hang_resource("small", "Named");
    bench
        .propose("make", ChangeSetType::Create, Some(SMALL), &[])
        .await;
    bench.execute("make").await;
    bench.pass(600);
    assert_eq!(bench.status().await, "CREATE_IN_PROGRESS");
    let history = bench.history().await;
    let told = |what: &str| history.contains(&what.to_owned());
    assert!(told("Right CREATE_COMPLETE") && told("Named CREATE_IN_PROGRESS"));
    assert!(!told("Named CREATE_COMPLETE"));
    bench.sim.release_resource("small", "Named");
    bench.pass(60);
    assert_eq!(bench.status().await, "CREATE_COMPLETE");
    bench.sim.start_fault("stuck-stack").unwrap();
    let more = [("Extra", Some("yes"))];
    bench
        .propose("more", ChangeSetType::Update, None, &more)
        .await;
    bench.execute("more").await;
    bench.pass(600);
    assert_eq!(bench.status().await, "UPDATE_IN_PROGRESS");
    bench.sim.end_fault("stuck-stack").unwrap();
    bench.pass(60);
    assert_eq!(bench.status().await, "UPDATE_COMPLETE");
}

#[tokio::test(start_paused = true)]
async fn the_next_stack_fails_while_its_fault_waits_and_only_that_one() {
    let bench = Bench::new("small");
    bench.sim.start_fault("stack-fails").unwrap();
    bench.make(SMALL, &[]).await;
    assert_eq!(bench.status().await, "ROLLBACK_COMPLETE");
    bench
        .client
        .delete_stack()
        .stack_name("small")
        .send()
        .await
        .unwrap();
    bench.pass(60);
    bench.make(SMALL, &[]).await;
    assert_eq!(bench.status().await, "CREATE_COMPLETE");
}

#[tokio::test(start_paused = true)]
async fn a_dark_region_makes_no_progress() {
    let bench = Bench::new("small");
    bench
        .propose("first", ChangeSetType::Create, Some(SMALL), &[])
        .await;
    bench.execute("first").await;
    bench.sim.start_fault("region-dark:eu-west-1").unwrap();
    bench.pass(300);
    bench.sim.end_fault("region-dark:eu-west-1").unwrap();
    assert_eq!(bench.status().await, "CREATE_IN_PROGRESS");
    bench.pass(60);
    assert_eq!(bench.status().await, "CREATE_COMPLETE");
}
