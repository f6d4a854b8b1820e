//! ARC Region switch as AWS's model describes it, in JSON 1.0: no emulator has it.

use std::sync::{Arc, Mutex};

use gwctl::aws::{ErrorKind, StartExecution};
use gwctl::fleet::{Block, Missing, Progress, Region};

use super::stage::{Request, answering, ireland, json, json_error, region};

const PLAN: &str = "arn:aws:arc-region-switch::123456789012:plan/orders:a1b2c3";

/// A plan as `ListPlansInRegion` and `GetPlanInRegion` both begin it.
const HEAD: &str = r#""arn": "arn:aws:arc-region-switch::123456789012:plan/orders:a1b2c3", "owner": "123456789012",
    "name": "orders", "regions": ["us-east-1", "eu-west-1"], "recoveryApproach": "activePassive",
    "primaryRegion": "us-east-1", "version": "7", "updatedAt": 1764259200.5,
    "executionRole": "arn:aws:iam::123456789012:role/switch", "recoveryTimeObjectiveMinutes": 15"#;

#[tokio::test]
async fn every_plan_of_a_region_is_listed_page_by_page_from_the_dual_stack_endpoint() {
    let session = answering(|request: Request| {
        assert_eq!(request.host(), "arc-region-switch.eu-west-1.api.aws");
        assert_eq!(
            request.header("x-amz-target"),
            Some("ArcRegionSwitch.ListPlansInRegion")
        );
        assert_eq!(
            request.header("content-type"),
            Some("application/x-amz-json-1.0")
        );
        let signed = request.header("authorization").unwrap();
        assert!(signed.contains("/eu-west-1/arc-region-switch/"), "{signed}");
        if request.text().contains("\"nextToken\":\"more\"") {
            let other = HEAD.replace("orders", "second");
            return json(200, &format!(r#"{{"plans": [{{{other}}}]}}"#));
        }
        let active = r#", "activePlanExecution": "eu-west-1/0011223344556677""#;
        json(
            200,
            &format!(r#"{{"plans": [{{{HEAD}{active}}}], "nextToken": "more"}}"#),
        )
    })
    .await;
    let plans = session.region_switch(&ireland()).plans().await.unwrap();
    let [first, second] = plans.as_slice() else {
        panic!("{plans:?}")
    };
    assert_eq!((first.arn.as_str(), second.name.as_str()), (PLAN, "second"));
    assert_eq!(first.regions, [region("us-east-1"), ireland()]);
    assert_eq!(first.other(&ireland()), Some(&region("us-east-1")));
    assert!(!first.is_active_active());
    assert_eq!(first.primary, Some(region("us-east-1")));
    assert_eq!(first.version.as_deref(), Some("7"));
    assert_eq!(first.updated.unwrap().as_millisecond(), 1_764_259_200_500);
    assert_eq!(first.objective_minutes, Some(15));
    assert_eq!(first.active.as_deref(), Some("eu-west-1/0011223344556677"));
    assert!(!second.is_running());
}

#[tokio::test]
async fn the_steps_of_a_plan_are_told_with_what_they_name_and_blocks_nobody_knows_as_text() {
    let session = answering(|request: Request| {
        assert!(request.is("ArcRegionSwitch.GetPlanInRegion"));
        assert_eq!(request.text(), format!(r#"{{"arn":"{PLAN}"}}"#));
        json(200, &format!(r#"{{"plan": {{{HEAD}, "workflows": [
            {{"workflowTargetAction": "activate", "workflowTargetRegion": "eu-west-1", "steps": [
                {{"name": "Ask", "executionBlockType": "ManualApproval", "executionBlockConfiguration":
                    {{"executionApprovalConfig": {{"approvalRole": "arn:aws:iam::123456789012:role/lead", "timeoutMinutes": 30}}}}}},
                {{"name": "Both", "executionBlockType": "Parallel", "executionBlockConfiguration": {{"parallelConfig": {{"steps": [
                    {{"name": "Writer", "executionBlockType": "AuroraGlobalDatabase", "executionBlockConfiguration":
                        {{"globalAuroraConfig": {{"behavior": "failover", "ungraceful": {{"ungraceful": "failover"}},
                        "globalClusterIdentifier": "orders", "databaseClusterArns": []}}}}}},
                    {{"name": "Controls", "executionBlockType": "ARCRoutingControl", "executionBlockConfiguration":
                        {{"arcRoutingControlConfig": {{"regionAndRoutingControls": {{
                            "eu-west-1": [{{"routingControlArn": "arn:control-1", "state": "On"}}],
                            "us-east-1": [{{"routingControlArn": "arn:control-2", "state": "Off"}}]}}}}}}}}
                ]}}}}}},
                {{"name": "Traffic", "executionBlockType": "Route53HealthCheck", "executionBlockConfiguration":
                    {{"route53HealthCheckConfig": {{"hostedZoneId": "Z1", "recordName": "API.example.com."}}}}}},
                {{"name": "New", "executionBlockType": "QuantumSwitch", "executionBlockConfiguration": {{"quantumConfig": {{}}}}}}
            ]}},
            {{"workflowTargetAction": "postRecovery", "steps": []}}],
            "triggers": [{{"targetRegion": "eu-west-1", "action": "activate", "minDelayMinutesBetweenExecutions": 30,
                "conditions": [{{"associatedAlarmName": "api-errors", "condition": "red"}}]}}]}}}}"#))
    })
    .await;
    let service = session.region_switch(&ireland());
    let detail = service.detail(PLAN).await.unwrap();
    let activate = detail.workflow("activate", &ireland()).unwrap();
    let steps: Vec<_> = activate
        .steps
        .iter()
        .map(|step| (step.name.as_str(), step.kind.as_str()))
        .collect();
    assert_eq!(
        steps,
        [
            ("Ask", "ManualApproval"),
            ("Both", "Parallel"),
            ("Writer", "AuroraGlobalDatabase"),
            ("Controls", "ARCRoutingControl"),
            ("Traffic", "Route53HealthCheck"),
            ("New", "QuantumSwitch"),
        ]
    );
    let blocks: Vec<&Block> = activate.steps.iter().map(|step| &step.block).collect();
    assert!(matches!(blocks[0], Block::Approval { role } if role.ends_with("role/lead")));
    assert!(matches!(blocks[2], Block::Database { cluster, behavior }
        if cluster == "orders" && behavior == "failover"));
    assert!(matches!(blocks[3], Block::Controls { arns }
        if *arns == ["arn:control-1", "arn:control-2"]));
    assert!(matches!(blocks[4], Block::Records { record, .. } if record == "api.example.com"));
    assert_eq!(blocks[5], &Block::Nothing);
    assert!(detail.workflow("activate", &region("us-east-1")).is_none());
    assert!(detail.workflow("deactivate", &ireland()).is_none());
    assert_eq!(detail.triggers[0].conditions, ["api-errors red"]);
}

#[tokio::test]
async fn an_evaluation_has_its_time_and_the_warnings_that_still_hold() {
    let session = answering(|request: Request| {
        assert!(request.is("ArcRegionSwitch.GetPlanEvaluationStatus"));
        json(200, r#"{"planArn": "arn", "evaluationState": "actionRequired", "lastEvaluationTime": 1764259200,
            "lastEvaluatedVersion": "7", "region": "eu-west-1", "warnings": [
            {"version": "7", "stepName": "Writer", "resourceArn": "arn:aws:rds::1:global-cluster:orders",
             "warningStatus": "active", "warningUpdatedTime": 1764259100, "warningMessage": "not allowed"},
            {"version": "6", "warningStatus": "resolved", "warningUpdatedTime": 1764259100, "warningMessage": "old"}]}"#)
    })
    .await;
    let service = session.region_switch(&ireland());
    let evaluation = service.evaluation(PLAN).await.unwrap();
    assert_eq!(evaluation.state, "actionRequired");
    assert_eq!(evaluation.at.unwrap().as_second(), 1_764_259_200);
    let warnings: Vec<_> = evaluation
        .warnings
        .iter()
        .map(|one| one.text.as_str())
        .collect();
    assert_eq!(warnings, ["not allowed"]);
    assert_eq!(evaluation.warnings[0].step.as_deref(), Some("Writer"));
}

#[tokio::test]
async fn a_paused_execution_is_told_with_its_steps_and_the_last_error() {
    let session = answering(|request: Request| {
        if request.is("ArcRegionSwitch.ListPlanExecutionEvents") {
            return json(200, r#"{"items": [
                {"eventId": "1", "type": "executionStarted", "timestamp": 1764259200},
                {"eventId": "3", "type": "stepPausedByError", "timestamp": 1764259230, "stepName": "Writer", "error": "denied"},
                {"eventId": "2", "type": "stepUpdate", "timestamp": 1764259210, "stepName": "Writer", "error": "slow"}]}"#);
        }
        assert!(request.is("ArcRegionSwitch.GetPlanExecution"));
        assert!(request.text().contains("\"executionId\":\"eu-west-1/0011\""));
        if request.text().contains("nextToken") {
            return json(200, r#"{"executionId": "eu-west-1/0011", "executionState": "pausedByFailedStep",
                "stepStates": [{"name": "Traffic", "status": "notStarted"}]}"#);
        }
        json(200, r#"{"planArn": "arn", "executionId": "eu-west-1/0011", "version": "7", "comment": "why",
            "startTime": 1764259200, "mode": "graceful", "executionState": "pausedByFailedStep", "executionAction": "activate",
            "executionRegion": "eu-west-1", "nextToken": "more",
            "stepStates": [{"name": "Writer", "status": "failed", "startTime": 1764259201, "stepMode": "graceful"}]}"#)
    })
    .await;
    let service = session.region_switch(&ireland());
    let execution = service.execution(PLAN, "eu-west-1/0011").await.unwrap();
    assert_eq!(execution.progress(), Progress::FailedStep);
    assert_eq!(execution.trouble.as_deref(), Some("step Writer: denied"));
    assert_eq!(
        execution.words(),
        "activate eu-west-1, pausedByFailedStep: 0 of 2 steps completed, failed: Writer"
    );
    assert_eq!(execution.comment.as_deref(), Some("why"));
}

#[tokio::test]
async fn an_execution_is_started_once_with_token_and_comment_and_no_version() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heard = seen.clone();
    let session = answering(move |request: Request| {
        assert!(request.is("ArcRegionSwitch.StartPlanExecution"));
        heard.lock().unwrap().push(request.text());
        json(
            200,
            r#"{"executionId": "us-east-1/0011", "plan": "arn", "planVersion": "7",
            "activateRegion": "us-east-1", "deactivateRegion": "eu-west-1"}"#,
        )
    })
    .await
    .one_attempt();
    let home = region("us-east-1");
    let wanted = StartExecution {
        plan: PLAN,
        action: "deactivate",
        region: &ireland(),
        comment: "gwctl",
        token: "t-1",
    };
    let (id, receipt) = session.region_switch(&home).start(&wanted).await.unwrap();
    assert_eq!(id, "us-east-1/0011");
    assert_eq!(receipt.request_id.as_deref(), Some("11112222-3333"));
    let seen = seen.lock().unwrap();
    let body: serde_json::Value = serde_json::from_str(&seen[0]).unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(
        body,
        serde_json::json!({
            "planArn": PLAN, "targetRegion": "eu-west-1", "action": "deactivate", "mode": "graceful",
            "comment": "gwctl", "clientToken": "t-1",
        })
    );
}

#[tokio::test]
async fn what_is_refused_says_why_and_whether_it_may_have_begun() {
    let home = region("us-east-1");
    let wanted = |place: &'static Region| StartExecution {
        plan: PLAN,
        action: "activate",
        region: place,
        comment: "gwctl",
        token: "t-1",
    };
    let place: &'static Region = Box::leak(Box::new(home.clone()));
    for (status, code, kind, in_doubt) in [
        (400, "IllegalStateException", ErrorKind::Other, false),
        (409, "ConflictException", ErrorKind::Other, false),
        (404, "ResourceNotFoundException", ErrorKind::NotFound, false),
        (403, "AccessDeniedException", ErrorKind::NotAllowed, false),
        (500, "InternalServerException", ErrorKind::Other, true),
    ] {
        let session = answering(move |_| json_error(status, code, "no")).await;
        let session = session.one_attempt();
        let error = session.region_switch(&home).start(&wanted(place)).await;
        let error = error.unwrap_err();
        assert_eq!(
            (error.kind, error.in_doubt),
            (kind, in_doubt),
            "{code}: {error}"
        );
    }
    let session = answering(|_| json(200, "{}")).await.one_attempt();
    let error = session.region_switch(&home).start(&wanted(place)).await;
    assert!(error.unwrap_err().in_doubt, "it may have started one");
    let denied = answering(|_| json_error(403, "AccessDeniedException", "no")).await;
    let error = denied.region_switch(&home).plans().await.unwrap_err();
    assert_eq!(
        Missing::from(error),
        Missing::NotAllowed {
            action: "arc-region-switch:ListPlansInRegion".into()
        }
    );
}

#[tokio::test]
async fn vended_checks_are_told_with_the_region_they_let_traffic_to() {
    let session = answering(|request: Request| {
        assert!(request.is("ArcRegionSwitch.ListRoute53HealthChecksInRegion"));
        json(200, r#"{"healthChecks": [
            {"hostedZoneId": "Z1", "recordName": "api.example.com", "healthCheckId": "hc-1", "status": "unhealthy", "region": "eu-west-1"},
            {"hostedZoneId": "Z1", "recordName": "api.example.com", "region": "us-east-1"}]}"#)
    })
    .await;
    let checks = session
        .region_switch(&ireland())
        .checks(PLAN)
        .await
        .unwrap();
    assert_eq!(checks[0].id.as_deref(), Some("hc-1"));
    assert_eq!(checks[0].status.as_deref(), Some("unhealthy"));
    assert_eq!(checks[0].region, Some(ireland()));
    assert_eq!((&checks[1].id, &checks[1].status), (&None, &None));
}
