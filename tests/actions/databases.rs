//! Databases of other kinds: Serverless v2, headless secondaries, a member where the fleet is not, RDS Proxy in front.

use std::sync::Arc;

use gwctl::actions::guided::{Drill, Promote, Provision};
use gwctl::actions::{Check, Finding, Intent, Mode, Plan, Task, plan, remedies};
use gwctl::fleet::{Metric, Pace, Snapshot, Verdict};
use gwctl::sim::world::{Event, Happening};
use gwctl::sim::{Scenario, Sim, SimOptions};
use gwctl::stacks::Kind;
use jiff::SignedDuration;

use super::planning::picture;
use super::stand::{Stage, in_virtual_time, region};
use super::world::founded;
use crate::observe::stand::{REPLY, world};

fn promote(code: &str, mode: Option<Mode>) -> Intent {
    Intent::Promote(Promote {
        target: region(code),
        mode,
        force: false,
    })
}

fn planned(scenario: &'static str, intent: &Intent) -> Plan {
    planned_on(&picture(scenario), intent)
}

fn planned_on(picture: &Snapshot, intent: &Intent) -> Plan {
    plan("orders", &world("calm", 3).spec(), picture, intent).unwrap()
}

fn check<'p>(plan: &'p Plan, name: &str) -> &'p Check {
    let found = plan.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("no check {name}: {:#?}", plan.checks))
}

fn says(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "{word}: {text}");
    }
}

/// Moves the writer there on a fleet in `scenario`, and says where it is then.
async fn moved(stage: &Stage, code: &str) {
    Box::pin(stage.carry_out(&promote(code, Some(Mode::Switchover)))).await;
    let state = stage.sim().state();
    let members = &state.resources.global_clusters[0].members;
    let writer = members.iter().find(|member| member.writer).unwrap();
    assert_eq!(writer.region, region(code));
}

#[test]
fn a_secondary_that_scales_less_than_the_primary_is_told_before_it_becomes_one() {
    let plan = planned("serverless", &promote("eu-west-1", Some(Mode::Switchover)));
    let strength = check(&plan, "strength");
    assert_eq!(strength.finding, Finding::Warn);
    let words = [
        "eu-west-1 scales from 2 to 16 ACU",
        "us-east-1 from 8 to 32 ACU",
        "uses",
    ];
    says(&strength.text, &words);
}

#[test]
fn a_primary_that_uses_more_than_the_secondary_can_have_is_waived_by_name() {
    let mut picture = picture("serverless");
    let secondary = picture
        .database
        .clusters
        .get_mut(&region("eu-west-1"))
        .unwrap();
    let mut state = secondary.state.current().unwrap().clone();
    state.capacity.as_mut().unwrap().max = 4.0;
    let (at, source) = (
        secondary.state.at().unwrap(),
        secondary.state.source().unwrap().clone(),
    );
    secondary.state.renew(Ok(state), at, source);
    let plan = planned_on(&picture, &promote("eu-west-1", Some(Mode::Switchover)));
    let strength = check(&plan, "strength");
    assert_eq!(strength.finding, Finding::Waivable, "{}", strength.text);
    says(&strength.text, &["more than eu-west-1 can have"]);
}

#[test]
fn instances_of_different_classes_are_named_and_not_compared() {
    let mut picture = picture("calm");
    let secondary = picture
        .database
        .clusters
        .get_mut(&region("eu-west-1"))
        .unwrap();
    let state = secondary.state.last_mut().unwrap();
    for one in &mut state.instances {
        one.class = "db.r6g.large".into();
    }
    let plan = planned_on(&picture, &promote("eu-west-1", Some(Mode::Switchover)));
    let words = [
        "eu-west-1 has instances of class db.r6g.large",
        "us-east-1 of db.r6g.xlarge",
    ];
    says(&check(&plan, "strength").text, &words);
    let same = planned("calm", &promote("eu-west-1", Some(Mode::Switchover)));
    assert!(same.checks.iter().all(|check| check.name != "strength"));
}

#[test]
fn the_capacity_of_serverless_clusters_alone_is_asked_for() {
    let asked = |scenario| {
        let clusters = picture(scenario).database.clusters;
        let current = clusters.values().map(|one| {
            let capacity = one.metrics.get(Metric::DbCapacity).current();
            capacity.and_then(|series| Some(series.newest()?.value))
        });
        current.collect::<Vec<_>>()
    };
    assert_eq!(asked("calm"), [None; 3]);
    let serverless = asked("serverless");
    assert!(
        serverless.iter().flatten().all(|acu| *acu >= 2.0),
        "{serverless:?}"
    );
    assert_eq!(serverless.iter().flatten().count(), 3);
}

#[test]
fn the_writer_of_a_serverless_fleet_is_moved() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("serverless"))).await;
        moved(&stage, "eu-west-1").await;
    }));
}

#[test]
fn a_new_secondary_scales_as_the_writer_does_where_the_configuration_does_not_say() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("serverless"))).await;
        let new = Intent::Provision(Provision::of(region("eu-central-1")));
        let new = Box::pin(stage.looked_up(&new)).await;
        let given = |plan: &Plan| {
            let step = plan
                .steps
                .iter()
                .find(|step| step.id == "region.eu-central-1");
            let Some(Task::BuildStack(task)) = step.map(|step| &step.task) else {
                panic!("{:#?}", plan.steps)
            };
            [
                "DBInstanceClass",
                "ServerlessMinCapacity",
                "ServerlessMaxCapacity",
            ]
            .map(|name| task.parameters.get(name).cloned().unwrap_or_default())
        };
        let plan = stage.plan(&new);
        assert_eq!(given(&plan), ["db.serverless", "8", "32"]);
        says(
            &check(&plan, "orderable").text,
            &["db.serverless", "can be ordered"],
        );
        let class = ("DBInstanceClass".to_owned(), "db.r7g.large".to_owned());
        let mut spec = stage.spec.clone();
        spec.build.region.extend([class]);
        let own = gwctl::actions::plan("orders", &spec, &stage.snapshot(), &new).unwrap();
        assert_eq!(given(&own), ["db.r7g.large", "", ""]);
    }));
}

#[test]
fn a_headless_secondary_is_neither_down_nor_healthy_and_its_region_is_judged_by_its_api() {
    let picture = picture("headless");
    let database = &picture.database.judgement;
    assert_eq!(database.verdict, Verdict::Degraded, "{database:?}");
    says(
        &database.reasons[0].text,
        &["orders-euw1 in eu-west-1 is headless"],
    );
    let site = &picture.site(&region("eu-west-1")).unwrap().judgement;
    assert_eq!(site.verdict, Verdict::Healthy, "{site:?}");
}

#[test]
fn a_headless_secondary_is_not_promoted_and_the_plan_says_what_it_needs() {
    for mode in [Mode::Switchover, Mode::Failover] {
        let plan = planned("headless", &promote("eu-west-1", Some(mode)));
        let instance = check(&plan, "instance");
        assert_eq!(instance.finding, Finding::Fail);
        let words = [
            "headless",
            "aws rds create-db-instance --region eu-west-1 --db-cluster-identifier orders-euw1",
            "--engine aurora-postgresql --db-instance-class db.r6g.xlarge",
        ];
        says(&instance.text, &words);
    }
    let drill = Drill::away_from(&region("us-east-1"), &picture("headless")).unwrap();
    assert_eq!(drill.to, region("ap-southeast-1"), "the one with instances");
}

#[test]
fn nothing_waives_that_a_headless_secondary_is_refused() {
    let picture = picture("headless");
    let forced = Intent::Promote(Promote {
        target: region("eu-west-1"),
        mode: Some(Mode::Failover),
        force: true,
    });
    let plan = planned_on(&picture, &forced);
    assert_eq!(check(&plan, "instance").finding, Finding::Fail);
    // Of an instance's class nothing is known where the writer's cluster could not be read.
    let mut blind = picture;
    let writer = blind.database.clusters.get_mut(&region("us-east-1"));
    let writer = &mut writer.unwrap().state;
    let source = writer.source().unwrap().clone();
    *writer = gwctl::fleet::Observed::missing(gwctl::fleet::Missing::NotYet, source);
    let plan = planned_on(&blind, &forced);
    says(
        &check(&plan, "instance").text,
        &["--db-instance-class CLASS"],
    );
}

#[test]
fn a_secondary_that_was_given_an_instance_is_promoted() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("headless"))).await;
        {
            let mut state = stage.sim().state();
            let all = &mut state.resources;
            let mut instances = all.instances.iter();
            let mut instance = instances
                .find(|one| one.id == "orders-use1-1")
                .unwrap()
                .clone();
            instance.region = region("eu-west-1");
            instance.id = "orders-euw1-1".into();
            instance.cluster = "orders-euw1".into();
            instance.arn = "arn:aws:rds:eu-west-1:123456789012:db:orders-euw1-1".into();
            let mut clusters = all.clusters.iter_mut();
            let own = clusters.find(|one| one.region == instance.region).unwrap();
            own.instances.push(instance.id.clone());
            all.instances.push(instance);
        }
        tokio::time::sleep(std::time::Duration::from_mins(3)).await;
        moved(&stage, "eu-west-1").await;
    }));
}

#[test]
fn a_planned_promotion_goes_to_a_member_where_the_fleet_is_not_once_it_is_waived() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("one-member-more"))).await;
        moved(&stage, "eu-north-1").await;
        tokio::time::sleep(std::time::Duration::from_mins(3)).await;
        let database = &stage.snapshot().database.judgement.clone();
        assert_eq!(database.verdict, Verdict::Degraded, "{database:?}");
        moved(&stage, "us-east-1").await;
    }));
}

#[test]
fn the_writer_of_a_fleet_with_a_headless_secondary_is_moved_past_it() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("headless"))).await;
        moved(&stage, "ap-southeast-1").await;
    }));
}

#[test]
fn a_member_where_the_fleet_is_not_is_watched_and_promoted_only_by_a_waiver() {
    let picture = picture("one-member-more");
    assert_eq!(picture.database.judgement.verdict, Verdict::Healthy);
    let more = &picture.database.clusters[&region("eu-north-1")];
    assert!(more.state.current().is_some() && more.reach.answering() == Some(true));
    assert!(picture.database.lag_now(&region("eu-north-1")).is_some());
    let plan = planned_on(&picture, &promote("eu-north-1", Some(Mode::Switchover)));
    let outside = check(&plan, "outside");
    assert_eq!(outside.finding, Finding::Waivable);
    says(&outside.text, &["the fleet has no API in eu-north-1"]);
    assert!(plan.steps.iter().all(|step| step.id != "serving"));
    let best = Drill::away_from(&region("us-east-1"), &picture).unwrap();
    assert_ne!(best.to, region("eu-north-1"));
}

#[test]
fn a_region_is_not_built_where_the_database_has_a_member_already() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("one-member-more"))).await;
        let new = Intent::Provision(Provision::of(region("eu-north-1")));
        let new = Box::pin(stage.looked_up(&new)).await;
        let plan = stage.plan(&new);
        let member = check(&plan, "member");
        assert_eq!(member.finding, Finding::Fail);
        says(&member.text, &["orders-eun1", "one a Region"]);
    }));
}

/// The writer is in eu-north-1 since ten minutes, where the fleet is not.
fn written_elsewhere() -> Sim {
    let mut scenario = Scenario::load("one-member-more").unwrap();
    scenario.events.push(Event {
        at: SignedDuration::from_mins(-10),
        within: SignedDuration::ZERO,
        what: Happening::Switchover(region("eu-north-1")),
    });
    Sim::new(SimOptions {
        scenario,
        regions: ["us-east-1", "eu-west-1", "ap-southeast-1"]
            .map(region)
            .to_vec(),
        api_latency: Some(REPLY),
        start: Some("2026-11-22T03:00:20Z".parse().unwrap()),
        ..SimOptions::default()
    })
    .unwrap()
}

#[test]
fn a_writer_where_the_fleet_is_not_is_told_and_brought_back() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(written_elsewhere())).await;
        let database = &stage.snapshot().database.judgement.clone();
        assert_eq!(database.verdict, Verdict::Degraded, "{database:?}");
        says(
            &database.reasons[0].text,
            &["orders-eun1 is in eu-north-1, where the fleet has no API"],
        );
        moved(&stage, "us-east-1").await;
    }));
}

#[test]
fn a_dark_writer_where_the_fleet_is_not_is_failed_over_from() {
    in_virtual_time(Box::pin(async {
        let sim = written_elsewhere();
        sim.start_fault("region-dark:eu-north-1").unwrap();
        let stage = Box::pin(Stage::calmly(sim)).await;
        tokio::time::sleep(std::time::Duration::from_mins(6)).await;
        let snapshot = stage.snapshot();
        assert_eq!(
            snapshot.database.judgement.verdict,
            Verdict::Down,
            "{:?}",
            snapshot.database.judgement
        );
        let remedies = remedies(&snapshot);
        let first = &remedies.first().expect("something to do").intent;
        let Intent::Promote(promote) = first else {
            panic!("{first:?}")
        };
        assert_eq!(promote.mode, Some(Mode::Failover));
    }));
}

#[test]
fn clients_of_a_proxy_are_told_to_move() {
    let notes = |intent: &Intent| planned("with-proxy", intent).notes.join("\n");
    let drill = Intent::Drill(Drill {
        region: region("us-east-1"),
        to: region("eu-west-1"),
        hold_s: None,
    });
    for intent in [promote("eu-west-1", Some(Mode::Switchover)), drill] {
        let words = [
            "orders-use1-proxy in us-east-1",
            "they must use orders-euw1-proxy in eu-west-1",
        ];
        says(&notes(&intent), &words);
    }
    let calm = planned("calm", &promote("eu-west-1", Some(Mode::Switchover)));
    assert!(!calm.notes.join("\n").contains("RDS Proxy"));
}

#[test]
fn proxies_that_may_not_be_asked_for_are_a_note_and_no_silence() {
    let mut picture = picture("calm");
    let cluster = picture
        .database
        .clusters
        .get_mut(&region("us-east-1"))
        .unwrap();
    let source = cluster.proxies.source().unwrap().clone();
    cluster.proxies = gwctl::fleet::Observed::missing(
        gwctl::fleet::Missing::NotAllowed {
            action: "rds:DescribeDBProxies".into(),
        },
        source,
    );
    let plan = planned_on(&picture, &promote("eu-west-1", Some(Mode::Switchover)));
    says(
        &plan.notes.join("\n"),
        &[
            "Whether an RDS Proxy is in front of orders-use1",
            "rds:DescribeDBProxies",
        ],
    );
}

#[test]
fn a_template_whose_password_rds_manages_is_refused_before_anything_is_made() {
    in_virtual_time(Box::pin(async {
        let sim = founded("calm");
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let path = dir.path().join("region.yaml");
        let own = Kind::Region.template();
        let first = "      MasterUsername:";
        let managed = own.replacen(
            first,
            &format!("      ManageMasterUserPassword: true\n{first}"),
            1,
        );
        assert_ne!(managed, own);
        std::fs::write(&path, managed).unwrap();
        let mut spec = sim.spec();
        let template = ("region".to_owned(), path.display().to_string());
        spec.build.templates.extend([template]);
        let stage = Box::pin(Stage::configured(sim, dir, Pace::Calm, spec)).await;
        let new = Intent::Provision(Provision::of(region("eu-central-1")));
        let new = Box::pin(stage.looked_up(&new)).await;
        let plan = stage.plan(&new);
        let password = check(&plan, "password");
        assert_eq!(password.finding, Finding::Fail);
        says(
            &password.text,
            &[
                "sets ManageMasterUserPassword on Cluster",
                "global database",
            ],
        );
    }));
}

#[test]
fn a_region_is_not_built_over_a_cluster_alone_and_a_managed_password_is_named() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::calmly(founded("calm"))).await;
        {
            let mut state = stage.sim().state();
            let mut alone = state.resources.clusters[0].clone();
            alone.region = region("eu-central-1");
            alone.id = "orders-eu-central-1".into();
            alone.arn = alone.arn.replace("us-east-1", "eu-central-1");
            alone.instances.clear();
            alone.global_cluster = None;
            alone.managed_password = true;
            state.resources.clusters.push(alone);
        }
        let new = Intent::Provision(Provision::of(region("eu-central-1")));
        let new = Box::pin(stage.looked_up(&new)).await;
        let plan = stage.plan(&new);
        let cluster = check(&plan, "cluster");
        assert_eq!(cluster.finding, Finding::Fail);
        let words = [
            "orders-eu-central-1 in eu-central-1 already",
            "RDS manages its password",
        ];
        says(&cluster.text, &words);
    }));
}
