//! The step that makes the reference handler's database user, through the Data API.

use gwctl::actions::guided::Provision;
use gwctl::actions::{Check, Finding, Intent, Plan, Survey, plan};
use gwctl::fleet::{ClusterState, FleetSpec, HandlerCode};

use super::stand::{Stage, in_virtual_time, region};
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
