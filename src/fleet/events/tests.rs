//! Records of `CloudTrail` in plain words, and one list of several sources.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::event::told;
use super::*;
use crate::{ApiDeployment, Change, FleetSpec, Region, Sign, StackEvent};

fn at(seconds: i64) -> Timestamp {
    "2026-11-23T14:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn names() -> FleetNames {
    let spec: FleetSpec = toml::from_str(
        "domain = \"api.example.com\"\nglobal_cluster = \"orders\"\n\
         [edge]\ndistribution = \"E1\"\nhosted_zone = \"Z1\"\nlatency_record = \"l.example.com\"\nrouter = \"orders-router\"\n\
         [[sites]]\nregion = \"eu-west-1\"\napi = \"a1b2c3\"\nfunctions = [\"orders-write\"]\n",
    )
    .unwrap();
    FleetNames::of("orders", &spec)
}

fn record(service: &str, name: &str, parameters: &[(&str, &str)]) -> TrailRecord {
    TrailRecord {
        id: format!("{service} {name}"),
        at: at(0),
        region: Region::new("eu-west-1").unwrap(),
        service: service.into(),
        name: name.into(),
        actor: Some(Actor {
            name: "alice".into(),
            ..Actor::default()
        }),
        outcome: Outcome::Done,
        from: Some("198.51.100.7".into()),
        agent: None,
        account: None,
        resources: Vec::new(),
        parameters: parameters
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
    }
}

fn code() -> TrailRecord {
    record(
        "lambda",
        "UpdateFunctionCode20150331v2",
        &[(
            "functionName",
            "arn:aws:lambda:eu-west-1:123456789012:function:orders-write:live",
        )],
    )
}

fn function_updated(seconds: i64, sign: Sign) -> Change {
    Change {
        at: at(seconds),
        region: Some(Region::new("eu-west-1").unwrap()),
        kind: EventKind::Function,
        about: "orders-write".into(),
        sign,
        what: "function orders-write updated".into(),
    }
}

fn log_of(records: &[TrailRecord], changes: &[Change]) -> EventLog {
    EventLog::of(at(-3_600), records, &names(), Vec::new(), changes)
}

#[test]
fn a_call_reads_as_who_did_what_where() {
    let said = |record: &TrailRecord| told(record, &names()).unwrap().sentence();
    let function = ("functionName", "orders-write");
    for (record, expected) in [
        (
            record(
                "lambda",
                "UpdateFunctionConfiguration20150331v2",
                &[function],
            ),
            "alice changed the configuration of orders-write in eu-west-1",
        ),
        (
            record("lambda", "PublishVersion20150331", &[function]),
            "alice published a version of orders-write in eu-west-1",
        ),
        (
            code(),
            "alice updated the code of orders-write:live in eu-west-1",
        ),
        (
            record(
                "route53",
                "ChangeResourceRecordSets",
                &[
                    ("hostedZoneId", "Z1"),
                    (
                        "changeBatch.changes.0.resourceRecordSet.name",
                        "l.example.com.",
                    ),
                    (
                        "changeBatch.changes.1.resourceRecordSet.name",
                        "l.example.com.",
                    ),
                    (
                        "changeBatch.changes.2.resourceRecordSet.name",
                        "x.example.com.",
                    ),
                ],
            ),
            "alice changed the record l.example.com and x.example.com",
        ),
        (
            record(
                "apigateway",
                "UpdateStage",
                &[("apiId", "a1b2c3"), ("stageName", "prod")],
            ),
            "alice changed the stage prod of the API a1b2c3 in eu-west-1",
        ),
        (
            record(
                "monitoring",
                "DisableAlarmActions",
                &[
                    ("alarmNames.0", "p99"),
                    ("alarmNames.1", "errors"),
                    ("alarmNames.2", "lag"),
                ],
            ),
            "alice disabled the actions of the alarm p99 and errors and 1 more in eu-west-1",
        ),
        (
            record("monitoring", "PutMetricAlarm", &[]),
            "alice created or changed the alarm without a name in eu-west-1",
        ),
        (
            record(
                "rds",
                "AddTagsToResource",
                &[("resourceName", "arn:aws:rds::1:global-cluster:ORDERS")],
            ),
            "alice called AddTagsToResource of rds in eu-west-1",
        ),
    ] {
        assert_eq!(said(&record), expected);
    }
    assert_eq!(
        told(
            &record("sqs", "CreateQueue", &[("queueName", "other")]),
            &names()
        ),
        None
    );
}

#[test]
fn a_service_that_acts_for_somebody_is_named() {
    let mut stack = code();
    let actor = stack.actor.as_mut().unwrap();
    actor.through = Some("cloudformation.amazonaws.com".into());
    assert_eq!(actor.said(), "alice through cloudformation");
    actor.name = "rds.amazonaws.com".into();
    assert_eq!(actor.said(), "rds (AWS)");
}

#[test]
fn the_fleets_own_resources_are_told_from_others_of_the_same_services() {
    let other = TrailRecord {
        id: "other".into(),
        ..record(
            "lambda",
            "UpdateFunctionCode20150331v2",
            &[("functionName", "billing")],
        )
    };
    let log = log_of(&[code(), other], &[]);
    let own: Vec<bool> = log.events.iter().map(Event::is_own).collect();
    assert_eq!(own, [true, false]);
    assert_eq!(log.own().count(), 1);
    assert_eq!(log.others().count(), 1);
    let part = record(
        "lambda",
        "DeleteFunction20150331",
        &[("functionName", "orders-write-2")],
    );
    assert!(
        !told(&part, &names()).unwrap().is_own(),
        "a longer name is another"
    );
}

#[test]
fn what_aws_refused_and_what_cannot_be_read_are_no_changes() {
    let mut refused = code();
    refused.outcome = Outcome::Refused {
        code: "AccessDeniedException".into(),
        message: "no".into(),
    };
    let changes = [function_updated(0, Sign::Dated)];
    let log = log_of(&[refused], &changes);
    assert_eq!(log.refused().count(), 1);
    let own: Vec<String> = log.own().map(Event::sentence).collect();
    assert_eq!(
        own,
        ["function orders-write updated in eu-west-1"],
        "it explains nothing"
    );
    let sentence = log.refused().next().unwrap().sentence();
    assert_eq!(
        sentence,
        "alice tried to update the code of orders-write:live in eu-west-1: refused (AccessDeniedException)"
    );
    let mut unread = code();
    unread.outcome = Outcome::Unknown;
    let sentence = told(&unread, &names()).unwrap().what;
    assert!(
        sentence.starts_with("asked to update the code of"),
        "{sentence}"
    );
}

#[test]
fn a_change_that_the_picture_saw_and_a_record_explains_is_told_once_with_who() {
    let changes = [
        function_updated(3, Sign::Dated),
        function_updated(200, Sign::Compared),
    ];
    let log = log_of(&[code()], &changes);
    assert_eq!(log.events.len(), 1, "{:#?}", log.events);
    let event = &log.events[0];
    assert_eq!(event.who.as_deref(), Some("alice"));
    let seen = event.fields.iter().filter(|(name, _)| *name == "seen as");
    assert_eq!(seen.count(), 2);
}

#[test]
fn a_record_explains_no_later_change_nor_what_follows_by_itself() {
    for (unexplained, why) in [
        (
            function_updated(60, Sign::Dated),
            "AWS dates it a minute later",
        ),
        (function_updated(-60, Sign::Compared), "it was there before"),
        (function_updated(3, Sign::Effect), "it follows by itself"),
    ] {
        let log = log_of(&[code()], &[unexplained]);
        assert_eq!(log.events.len(), 2, "{why}");
    }
    let twice = [
        function_updated(15, Sign::Compared),
        function_updated(195, Sign::Compared),
    ];
    let log = log_of(&[code()], &twice);
    let who: Vec<Option<&str>> = log
        .events
        .iter()
        .map(|event| event.who.as_deref())
        .collect();
    assert_eq!(
        who,
        [Some("alice"), None],
        "the second is somebody's whose record is late"
    );
}

#[test]
fn a_record_that_comes_twice_is_told_once_and_old_ones_not_at_all() {
    let mut old = code();
    old.id = "old".into();
    old.at = at(-7_200);
    let log = log_of(&[code(), code(), old], &[]);
    assert_eq!(log.events.len(), 1);
}

#[test]
fn an_alarm_that_its_history_tells_is_not_told_again_by_the_picture() {
    let alarm = Change {
        kind: EventKind::Alarm,
        about: "p99".into(),
        what: "alarm p99".into(),
        ..function_updated(-30, Sign::Effect)
    };
    let history = Event {
        what: "p99: OK → ALARM".into(),
        kind: EventKind::Alarm,
        about: BTreeSet::from(["p99".to_owned()]),
        who: None,
        ..told(&code(), &names()).unwrap()
    };
    let history = Event {
        at: at(-31),
        ..history
    };
    let log = EventLog::of(at(-3_600), &[code()], &names(), vec![history], &[alarm]);
    let told: Vec<&str> = log.events.iter().map(|event| event.what.as_str()).collect();
    assert_eq!(
        told,
        ["p99: OK → ALARM", "updated the code of orders-write:live"]
    );
}

/// A fleet as CDK names it, and configured by its alias.
fn cdk() -> FleetSpec {
    toml::from_str(
        "domain = \"api.example.com\"\nglobal_cluster = \"orders\"\n\
         [edge]\ndistribution = \"E1\"\nhosted_zone = \"Z1\"\nlatency_record = \"l.example.com\"\n\
         [[sites]]\nregion = \"eu-west-1\"\napi = \"a1b2c3\"\nfunctions = [\"OrdersStack-Write3F2A:live\"]\n",
    )
    .unwrap()
}

#[test]
fn a_function_is_meant_by_its_own_name_in_whatever_case_and_way_it_is_written() {
    let names = FleetNames::of("orders", &cdk());
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:OrdersStack-Write3F2A";
    for written in ["OrdersStack-Write3F2A", arn, &format!("{arn}:live")] {
        let record = record(
            "lambda",
            "UpdateAlias20150331",
            &[("functionName", written), ("name", "live")],
        );
        let event = told(&record, &names).unwrap();
        assert!(event.is_about("OrdersStack-Write3F2A"), "{event:?}");
        assert!(event.is_about("ordersstack-write3f2a"));
        assert!(!event.is_about("OrdersStack-Write"));
    }
}

#[test]
fn what_functions_and_clusters_need_is_the_fleets_own() {
    let spec = cdk();
    let mut picture = crate::Snapshot::blank("orders", &spec, at(0));
    let source = crate::Source {
        api: "lambda:GetFunctionConfiguration",
        region: None,
    };
    let detail = crate::FunctionDetail {
        runtime: "nodejs22.x".into(),
        state: "Active".into(),
        memory_mb: 512,
        timeout_s: 10,
        last_modified: None,
        version: "$LATEST".into(),
        code_sha256: None,
        needs: vec!["sg-0a1b".into(), "lambda".into()],
    };
    picture.sites[0].functions[0].detail = crate::Observed::known(detail, at(0), source);
    let before = FleetNames::of("orders", &spec);
    let after = before.clone().and_seen(&picture);
    let closed = record(
        "ec2",
        "RevokeSecurityGroupEgress",
        &[("groupId", "sg-0a1b")],
    );
    assert!(!told(&closed, &before).unwrap().is_own());
    assert!(told(&closed, &after).unwrap().is_own());
    let detached = record("iam", "DetachRolePolicy", &[("roleName", "lambda")]);
    let event = told(&detached, &after).unwrap();
    assert!(event.is_own() && event.region.is_none());
    // A role that is called like a service is in no ARN of that service.
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:billing-export";
    let other = record(
        "lambda",
        "UpdateFunctionCode20150331v2",
        &[("functionName", arn)],
    );
    assert!(!told(&other, &after).unwrap().is_own());
}

/// A deployment of the fleet's API that was made so many seconds after the call.
fn deployment(seconds: i64) -> Event {
    let made = ApiDeployment {
        id: "d7".into(),
        created: Some(at(seconds)),
        description: "release 15".into(),
        status: Some("SUCCEEDED".into()),
    };
    made.event("a1b2c3", &Region::new("eu-west-1").unwrap())
        .unwrap()
}

#[test]
fn a_deployment_that_the_api_lists_and_a_record_tells_is_told_once_with_who() {
    let call = record("apigateway", "CreateDeployment", &[("apiId", "a1b2c3")]);
    let log = |records: &[TrailRecord], seconds: i64| {
        EventLog::of(
            at(-3_600),
            records,
            &names(),
            vec![deployment(seconds)],
            &[],
        )
    };
    let one = log(std::slice::from_ref(&call), 2);
    let [told] = &one.events[..] else {
        panic!("{:?}", one.events);
    };
    assert_eq!(told.who.as_deref(), Some("alice"));
    let seen = "deployment d7 of the API a1b2c3 was made: release 15";
    assert!(
        told.fields
            .iter()
            .any(|(name, text)| *name == "seen as" && text.starts_with(seen))
    );
    // Later it is another one, and without a record nobody is named.
    assert_eq!(log(&[call], 90).events.len(), 2);
    let alone = log(&[], 2);
    assert_eq!(
        (
            alone.events[0].who.as_deref(),
            alone.events[0].what.as_str()
        ),
        (None, seen)
    );
    assert!(alone.events[0].is_own());
}

#[test]
fn of_a_stack_what_failed_by_itself_is_told_and_nothing_else() {
    let said = |logical: &str, kind: &str, status: &str, reason: Option<&str>| {
        let event = StackEvent {
            id: "1".into(),
            at: at(0),
            logical: logical.into(),
            physical: None,
            kind: kind.into(),
            status: status.into(),
            reason: reason.map(Into::into),
        };
        event
            .failure("orders-eu", &Region::new("eu-west-1").unwrap())
            .map(|one| one.what)
    };
    let (function, stack) = ("AWS::Lambda::Function", "AWS::CloudFormation::Stack");
    assert_eq!(
        said("Handler", function, "UPDATE_FAILED", Some("no such key")).as_deref(),
        Some("stack orders-eu: Handler (AWS::Lambda::Function) UPDATE_FAILED: no such key")
    );
    assert_eq!(
        said("orders-eu", stack, "UPDATE_ROLLBACK_IN_PROGRESS", None).as_deref(),
        Some("stack orders-eu: UPDATE_ROLLBACK_IN_PROGRESS")
    );
    for (logical, kind, status, reason) in [
        (
            "Role",
            "AWS::IAM::Role",
            "UPDATE_FAILED",
            Some("Resource update cancelled"),
        ),
        ("Handler", function, "UPDATE_COMPLETE", None),
        ("orders-eu", stack, "UPDATE_ROLLBACK_COMPLETE", None),
        ("Handler", function, "ROLLBACK_IN_PROGRESS", None),
    ] {
        assert_eq!(
            said(logical, kind, status, reason),
            None,
            "{logical} {status}"
        );
    }
}

#[test]
fn parameters_and_quotas_are_named_by_who_asked_for_them() {
    let said = |record: &TrailRecord| told(record, &names()).unwrap().sentence();
    let group = ("dBClusterParameterGroupName", "orders-pg");
    let parameter = (
        "parameters.0.parameterName",
        "apg_write_forward.consistency_mode",
    );
    let changed = record("rds", "ModifyDBClusterParameterGroup", &[group, parameter]);
    assert_eq!(
        said(&changed),
        "alice changed apg_write_forward.consistency_mode of the parameter group orders-pg in eu-west-1"
    );
    let quota = [
        ("serviceCode", "lambda"),
        ("quotaCode", "L-B99A9384"),
        ("desiredValue", "3000"),
    ];
    assert_eq!(
        said(&record(
            "servicequotas",
            "RequestServiceQuotaIncrease",
            &quota
        )),
        "alice requested 3000 as the quota L-B99A9384 of lambda in eu-west-1"
    );
}
