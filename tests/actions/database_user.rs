//! The step that makes the reference handler's database user, through the Data API.

use std::sync::Arc;

use gwctl::actions::guided::Provision;
use gwctl::actions::{Check, Finding, Intent, Order, Phase, Plan, RunState, Survey, plan};
use gwctl::fleet::{ClusterState, FleetSpec, HandlerCode, Pace};
use gwctl::sim::world::{How, Tamper};

use super::stand::{Stage, in_virtual_time, region, story};
use super::world::founded;

const USER: &str = "database-user.us-east-1";

/// A fleet with the reference handler, whose first user's secret is where the writer is.
fn with_the_reference_handler(spec: &mut FleetSpec) {
    let secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:orders-AbCdEf";
    spec.build.code = Some(HandlerCode::Reference);
    spec.build.smoke_write = None;
    let writer = spec.build.regions.entry(region("us-east-1")).or_default();
    writer.insert("MasterUserSecretArn".into(), secret.into());
}

/// A new Region of that fleet as it is planned, where RDS says something else of the writer's cluster. What the new
/// Region's instances are to be is of class T.
fn planned(change: impl Fn(&mut ClusterState)) -> (Check, Plan) {
    let (mut picture, mut spec) = in_virtual_time(async {
        let stage = Stage::calmly(founded("calm")).await;
        ((*stage.snapshot()).clone(), stage.spec.clone())
    });
    with_the_reference_handler(&mut spec);
    let class = ("DBInstanceClass".into(), "db.t4g.medium".into());
    spec.build.region.extend([class]);
    let clusters = &mut picture.database.clusters;
    let state = &mut clusters.get_mut(&region("us-east-1")).unwrap().state;
    let (at, source) = (state.at().unwrap(), state.source().cloned().unwrap());
    let mut changed = state.current().unwrap().clone();
    change(&mut changed);
    state.renew(Ok(changed), at, source);
    let new = Intent::Provision(Provision {
        found: Some(Survey::default()),
        ..Provision::of(region("eu-central-1"))
    });
    let plan = plan("orders", &spec, &picture, &new).unwrap();
    let mut checks = plan.checks.iter();
    let check = checks.find(|one| one.name == "database-user").unwrap();
    (check.clone(), plan)
}

#[test]
fn the_class_of_the_writer_instance_decides_whether_the_data_api_is_used() {
    let (check, plan) = planned(|_| ());
    assert_eq!(check.finding, Finding::Pass, "{}", check.text);
    assert!(plan.step(USER).is_some());

    let (check, plan) = planned(|state| {
        let mut all = state.instances.iter_mut();
        all.find(|one| one.writer).unwrap().class = "db.t4g.large".into();
    });
    assert_eq!(check.finding, Finding::Waivable, "{}", check.text);
    let words = "the writer instance in us-east-1 is of class db.t4g.large";
    assert!(check.text.contains(words), "{}", check.text);
    assert!(plan.step(USER).is_none());

    let (check, plan) = planned(|state| {
        for one in &mut state.instances {
            one.writer = false;
        }
    });
    assert_eq!(check.finding, Finding::Warn, "{}", check.text);
    let words = "class of the writer instance in us-east-1 is not known";
    assert!(check.text.contains(words), "{}", check.text);
    assert!(plan.step(USER).is_some());
}

#[test]
fn the_plan_says_what_reading_the_secret_may_need() {
    let (_, plan) = planned(|state| {
        for one in &mut state.instances {
            one.class = "db.r6g.large".into();
        }
    });
    let note = plan.notes.iter().find(|note| note.contains("Data API"));
    for need in [
        "secretsmanager:GetSecretValue on arn:aws:secretsmanager:us-east-1:",
        "kms:Decrypt",
    ] {
        assert!(note.unwrap().contains(need), "{need}: {note:?}");
    }
}

/// The step alone.
async fn alone(stage: &Stage) -> Plan {
    let new = Intent::Provision(Provision::of(region("eu-central-1")));
    let mut plan = stage.plan(&Box::pin(stage.looked_up(&new)).await);
    plan.steps.retain(|step| step.id == USER);
    plan.steps[0].after.clear();
    plan
}

/// The step alone that makes the handler's user in a fleet that is there, with the Data API on, and no user yet.
async fn before_the_user_is_made() -> (Stage, Plan) {
    let sim = founded("calm");
    let mut spec = sim.spec();
    with_the_reference_handler(&mut spec);
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let stage = Box::pin(Stage::configured(sim, folder, Pace::Calm, spec)).await;
    let mut running = stage.start(&Box::pin(alone(&stage)).await);
    let state = stage.settle(&mut running).await;
    assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    running.task.await.unwrap().unwrap();
    stage.sim().state().resources.database_users.clear();
    let plan = Box::pin(alone(&stage)).await;
    (stage, plan)
}

/// The Data API answers its `nth` next call with this error.
fn fails(stage: &Stage, nth: u32, code: &str) {
    stage.sim().tamper(Tamper {
        service: "rds-data".into(),
        operation: "ExecuteStatement".into(),
        region: None,
        nth,
        how: How::Fail(code.into()),
    });
}

#[test]
fn what_the_data_api_says_for_a_while_is_waited_for_when_looking_and_when_changing() {
    in_virtual_time(Box::pin(async {
        let (stage, plan) = Box::pin(before_the_user_is_made()).await;
        // Three looks, the change, and then a look before each further try of it.
        for (nth, code) in [
            (1, "HttpEndpointNotEnabledException"),
            (2, "StatementTimeoutException"),
            (4, "StatementTimeoutException"),
            (6, "DatabaseResumingException"),
            (8, "DatabaseUnavailableException"),
        ] {
            fails(&stage, nth, code);
        }
        let mut running = stage.start(&plan);
        let state = stage.settle(&mut running).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
        let calls = &state.steps[USER].calls;
        let replies: Vec<String> = calls
            .iter()
            .map(|call| format!("{:?}", call.reply))
            .collect();
        let expected = [
            "StatementTimeout",
            "DatabaseResuming",
            "DatabaseUnavailable",
            "Accepted",
        ];
        assert_eq!(replies.len(), expected.len(), "{replies:#?}");
        for (reply, part) in replies.iter().zip(expected) {
            assert!(reply.contains(part), "{part}: {reply}");
        }
    }));
}

#[test]
fn what_the_data_api_refuses_for_good_is_told_with_the_sql_to_run_by_hand() {
    in_virtual_time(Box::pin(async {
        let (stage, plan) = Box::pin(before_the_user_is_made()).await;
        // At the first look; at the change, which the second look is before.
        fails(&stage, 1, "SecretsErrorException");
        fails(&stage, 3, "DatabaseErrorException");
        let mut running = stage.start(&plan);
        let held = stage.settle(&mut running).await;
        let retry = || Order::Retry { step: USER.into() };
        let why = |state: &RunState| state.steps[USER].held.clone().unwrap_or_default();
        let secret = why(&held);
        assert!(secret.contains("SecretsErrorException"), "{secret}");
        assert!(secret.contains("kms:Decrypt"), "{secret}");
        assert!(secret.contains("CREATE USER handler;"), "{secret}");
        let held = stage.order(&mut running, retry()).await;
        let database = why(&held);
        assert!(database.contains("DatabaseErrorException"), "{database}");
        assert!(!database.contains("kms:Decrypt"), "{database}");
        assert!(database.contains("CREATE USER handler;"), "{database}");
        let state = stage.order(&mut running, retry()).await;
        assert_eq!(state.phase(), Phase::Done, "{}", story(&state));
    }));
}
