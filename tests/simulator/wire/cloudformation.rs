//! CloudFormation through the SDK: awsQuery.

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::StackStatus;

use super::{code, sdk, world};

#[tokio::test(start_paused = true)]
async fn stacks_their_events_and_resources() {
    let client = Client::new(&sdk(&world("calm"), "eu-west-1"));
    let reply = client
        .describe_stacks()
        .stack_name("orders-euw1")
        .send()
        .await
        .unwrap();
    let stack = &reply.stacks()[0];
    assert_eq!(stack.stack_status(), Some(&StackStatus::UpdateComplete));
    assert_eq!(
        stack
            .drift_information()
            .unwrap()
            .stack_drift_status()
            .unwrap()
            .as_str(),
        "IN_SYNC"
    );
    assert!(
        stack
            .outputs()
            .iter()
            .any(|one| one.output_key() == Some("ApiId"))
    );
    let by_id = client
        .describe_stacks()
        .stack_name(stack.stack_id().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(by_id.stacks(), reply.stacks());
    assert_eq!(
        client
            .describe_stacks()
            .send()
            .await
            .unwrap()
            .stacks()
            .len(),
        1
    );
    let events = client
        .describe_stack_events()
        .stack_name("orders-euw1")
        .send()
        .await
        .unwrap();
    let times: Vec<_> = events
        .stack_events()
        .iter()
        .map(|one| one.timestamp().unwrap().secs())
        .collect();
    assert!(
        times.len() == 2 && times[0] > times[1],
        "newest first: {times:?}"
    );
    let resources = client
        .describe_stack_resources()
        .stack_name("orders-euw1")
        .send()
        .await
        .unwrap();
    let kinds: Vec<_> = resources
        .stack_resources()
        .iter()
        .filter_map(|one| one.resource_type())
        .collect();
    assert!(
        kinds.contains(&"AWS::RDS::DBCluster") && kinds.contains(&"AWS::ApiGatewayV2::Api"),
        "{kinds:?}"
    );
    let done = client
        .list_stacks()
        .stack_status_filter(StackStatus::UpdateComplete)
        .send()
        .await
        .unwrap();
    assert_eq!(done.stack_summaries().len(), 1);
    let failed = client
        .list_stacks()
        .stack_status_filter(StackStatus::CreateFailed)
        .send()
        .await
        .unwrap();
    assert!(failed.stack_summaries().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_stack_that_does_not_exist_is_a_validation_error_as_in_aws() {
    let client = Client::new(&sdk(&world("calm"), "eu-west-1"));
    let error = client
        .describe_stacks()
        .stack_name("orders-use1")
        .send()
        .await
        .unwrap_err();
    assert_eq!(code(&error), "ValidationError");
    assert!(format!("{error:?}").contains("Stack with id orders-use1 does not exist"));
}
