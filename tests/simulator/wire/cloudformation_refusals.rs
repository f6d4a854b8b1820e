//! What CloudFormation refuses, with which code, and what it hears twice and does once.

use aws_sdk_cloudformation::types::ChangeSetType;

use super::cloudformation_bench::{Bench, SMALL};
use super::code;

const WITH_ROLE: &str = "
Resources:
  Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } }
";

#[tokio::test(start_paused = true)]
async fn templates_and_parameters_that_do_not_fit_are_refused() {
    let bench = Bench::new("small");
    let create = async |name: &str, kind: ChangeSetType, template: &str| {
        let call = bench.client.create_change_set().stack_name(name);
        let call = call.change_set_name("one").change_set_type(kind);
        let error = call.template_body(template).send().await.unwrap_err();
        (code(&error).to_owned(), format!("{error:?}"))
    };
    let new = || ChangeSetType::Create;
    let circle = "Resources: { A: { Type: T, DependsOn: B }, B: { Type: T, DependsOn: A } }";
    for (template, expected) in [
        ("Description: none", "at least one resource"),
        (circle, "Circular dependency between resources: [A, B]"),
        (
            "Resources: { A: { Type: T, Properties: { X: !Ref Nobody } } }",
            "Nobody",
        ),
        (
            "Parameters: { P: {} }\nResources: { A: { Type: T } }",
            "[P] must have values",
        ),
    ] {
        let (code, said) = create("small", new(), template).await;
        assert_eq!(code, "ValidationError", "{template}");
        assert!(said.contains(expected), "{said}");
    }
    let (code, said) = create("small", ChangeSetType::Update, SMALL).await;
    assert_eq!(code, "ValidationError");
    assert!(said.contains("Stack [small] does not exist"), "{said}");
    let (code, said) = create("9lives", new(), SMALL).await;
    assert_eq!(code, "ValidationError");
    assert!(said.contains("[a-zA-Z][-a-zA-Z0-9]*"), "{said}");
    let (code, _) = create("small", new(), WITH_ROLE).await;
    assert_eq!(code, "InsufficientCapabilitiesException");
    let all = bench.client.list_stacks().send().await.unwrap();
    assert_eq!(
        all.stack_summaries().len(),
        1,
        "a refused request leaves nothing behind"
    );
    bench
        .propose("one", ChangeSetType::Create, Some(WITH_ROLE), &[])
        .await;
    let (code, _) = create("small", new(), SMALL).await;
    assert_eq!(code, "AlreadyExistsException");
    bench.execute("one").await;
    let (code, said) = create("small", ChangeSetType::Update, SMALL).await;
    assert_eq!(code, "ValidationError");
    assert!(
        said.contains("is in CREATE_IN_PROGRESS state and can not be updated"),
        "{said}"
    );
    let (code, said) = create("small", new(), SMALL).await;
    assert_eq!(code, "ValidationError");
    assert!(
        said.contains("already exists and cannot be created again"),
        "{said}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_token_is_heard_once() {
    let bench = Bench::new("small");
    let create = async || {
        let call = bench.client.create_change_set().stack_name("small");
        let call = call
            .change_set_name("one")
            .template_body(SMALL)
            .client_token("t1");
        let made = call.change_set_type(ChangeSetType::Create).send();
        made.await.unwrap().id().unwrap().to_owned()
    };
    assert_eq!(create().await, create().await);
    bench.pass(5);
    let execute = async |token: Option<&str>| {
        let call = bench.client.execute_change_set().stack_name("small");
        let call = call.change_set_name("one");
        call.set_client_request_token(token.map(str::to_owned))
            .send()
            .await
    };
    execute(Some("t2")).await.unwrap();
    execute(Some("t2")).await.unwrap();
    let other = execute(None).await.unwrap_err();
    assert!(
        other
            .into_service_error()
            .is_invalid_change_set_status_exception()
    );
    bench.pass(120);
    execute(Some("t2")).await.unwrap();
    let events = bench.events_of("small").await;
    let begun = events.iter().filter(|one| {
        one.logical_resource_id() == Some("small")
            && one.resource_status().unwrap().as_str() == "CREATE_IN_PROGRESS"
    });
    assert_eq!(begun.count(), 1);
    let carried = events
        .iter()
        .filter(|one| one.client_request_token() == Some("t2"));
    assert!(carried.count() > 10, "every event tells whose it is");
    let state = bench.sim.state();
    let asked = state
        .control
        .mutations
        .iter()
        .filter(|one| one.operation == "ExecuteChangeSet");
    let targets: Vec<_> = asked
        .map(|one| (one.target.clone(), one.accepted))
        .collect();
    assert_eq!(targets.len(), 4);
    assert_eq!(targets[0], ("small one".into(), true));
    assert_eq!(targets[2], ("small one".into(), false));
}

#[tokio::test(start_paused = true)]
async fn a_protected_stack_is_not_deleted() {
    let bench = Bench::new("small");
    bench.make(SMALL, &[]).await;
    let protect = async |on: bool| {
        let call = bench.client.update_termination_protection();
        let call = call.stack_name("small").enable_termination_protection(on);
        call.send().await.unwrap();
    };
    protect(true).await;
    let delete = async || bench.client.delete_stack().stack_name("small").send().await;
    let refused = delete().await.unwrap_err();
    assert_eq!(code(&refused), "ValidationError");
    assert!(format!("{refused:?}").contains("while TerminationProtection is enabled"));
    protect(false).await;
    delete().await.unwrap();
    let founded = bench
        .client
        .delete_stack()
        .stack_name("orders-euw1")
        .send()
        .await;
    assert!(founded.is_err(), "the fleet's own stacks are protected");
}

#[tokio::test(start_paused = true)]
async fn change_sets_that_are_gone_are_not_found() {
    let bench = Bench::new("small");
    bench
        .propose("one", ChangeSetType::Create, Some(SMALL), &[])
        .await;
    let delete = async || {
        let call = bench.client.delete_change_set().stack_name("small");
        call.change_set_name("one").send().await.unwrap();
    };
    delete().await;
    delete().await;
    let call = bench.client.describe_change_set().stack_name("small");
    let gone = call.change_set_name("one").send().await.unwrap_err();
    assert!(
        gone.into_service_error()
            .is_change_set_not_found_exception()
    );
    let call = bench.client.execute_change_set().stack_name("small");
    let gone = call.change_set_name("one").send().await.unwrap_err();
    assert!(
        gone.into_service_error()
            .is_change_set_not_found_exception()
    );
    // A stack that was never made goes at once.
    bench
        .client
        .delete_stack()
        .stack_name("small")
        .send()
        .await
        .unwrap();
    bench.pass(2);
    let none = bench
        .client
        .describe_stacks()
        .stack_name("small")
        .send()
        .await;
    assert!(none.is_err());
}

#[tokio::test(start_paused = true)]
async fn stacks_are_found_by_their_tags() {
    let bench = Bench::new("small");
    let tag = aws_sdk_cloudformation::types::Tag::builder()
        .key("fleet")
        .value("shop")
        .build();
    let call = bench
        .client
        .create_stack()
        .stack_name("small")
        .template_body(SMALL);
    call.tags(tag.clone()).send().await.unwrap();
    bench.pass(120);
    let all = bench.client.describe_stacks().send().await.unwrap();
    let tagged = all.stacks().iter().filter(|one| one.tags().contains(&tag));
    assert_eq!(
        tagged
            .filter_map(|one| one.stack_name())
            .collect::<Vec<_>>(),
        ["small"]
    );
    assert_eq!(bench.status().await, "CREATE_COMPLETE");
}
