//! Drift detection: begun, waited for, told resource by resource.

use aws_sdk_cloudformation::types::StackDriftDetectionStatus as Detection;

use super::cloudformation_bench::{Bench, SMALL};
use super::code;

const WITH_RECORD: &str = "
Resources:
  Net: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: 10.0.0.0/16 } }
  Record:
    Type: AWS::Route53::RecordSet
    Properties:
      HostedZoneId: Z0ORDERS0EXAMPLE1
      Name: note.orders.example.com
      Type: TXT
      TTL: '30'
      ResourceRecords: ['\"hello\"']
";

#[tokio::test(start_paused = true)]
async fn a_record_that_somebody_deleted_has_drifted() {
    let bench = Bench::new("small");
    bench.make(WITH_RECORD, &[]).await;
    // Whoever made it, it is gone now.
    let mut state = bench.sim.state();
    let records = &mut state.resources.hosted_zones[0].records;
    records.retain(|one| !one.name.starts_with("note."));
    drop(state);
    let begun = bench.client.detect_stack_drift().stack_name("small").send();
    let id = begun
        .await
        .unwrap()
        .stack_drift_detection_id()
        .unwrap()
        .to_owned();
    let status = async || {
        let call = bench.client.describe_stack_drift_detection_status();
        call.stack_drift_detection_id(&id).send().await.unwrap()
    };
    assert_eq!(
        status().await.detection_status(),
        Some(&Detection::DetectionInProgress)
    );
    bench.pass(20);
    let done = status().await;
    assert_eq!(done.detection_status(), Some(&Detection::DetectionComplete));
    assert_eq!(done.stack_drift_status().unwrap().as_str(), "DRIFTED");
    assert_eq!(done.drifted_stack_resource_count(), Some(1));
    let drifts = bench
        .client
        .describe_stack_resource_drifts()
        .stack_name("small");
    let drifts = drifts.send().await.unwrap();
    let told: Vec<_> = drifts
        .stack_resource_drifts()
        .iter()
        .map(|one| {
            (
                one.logical_resource_id().unwrap(),
                one.stack_resource_drift_status().unwrap().as_str(),
            )
        })
        .collect();
    assert_eq!(told, [("Net", "IN_SYNC"), ("Record", "DELETED")]);
    let stack = bench.stack().await;
    let drift = stack.drift_information().unwrap();
    assert_eq!(drift.stack_drift_status().unwrap().as_str(), "DRIFTED");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_touched_is_in_sync_and_a_moving_stack_is_not_looked_at() {
    let bench = Bench::new("small");
    let create = bench
        .client
        .create_stack()
        .stack_name("small")
        .template_body(SMALL);
    create.send().await.unwrap();
    let detect = async || {
        bench
            .client
            .detect_stack_drift()
            .stack_name("small")
            .send()
            .await
    };
    assert_eq!(code(&detect().await.unwrap_err()), "ValidationError");
    bench.pass(120);
    detect().await.unwrap();
    bench.pass(20);
    let stack = bench.stack().await;
    let drift = stack.drift_information().unwrap();
    assert_eq!(drift.stack_drift_status().unwrap().as_str(), "IN_SYNC");
}
