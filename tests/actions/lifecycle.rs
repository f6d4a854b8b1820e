//! A fleet's whole life: built from its configuration, extended, drilled, cut back, taken down.

use std::collections::BTreeSet;
use std::time::Duration;

use gwctl::actions::guided::{Down, Drill, Evacuate, Promote, Provision, Retire, Up};
use gwctl::actions::{Finding, Intent, Mechanism, Mode, Phase, Plan, plan};
use gwctl::fleet::{GroupMember, Observed, Region, Routing, Snapshot, Verdict};

use super::stand::{Stage, in_virtual_time, region, story};

/// Carries `intent` out, and goes on with the configuration as it is then.
async fn done(stage: Stage, intent: Intent) -> Stage {
    let asked = Box::pin(stage.looked_up(&intent)).await;
    let plan = stage.plan(&asked);
    let mut running = stage.start(&plan);
    let state = stage.settle(&mut running).await;
    assert_eq!(
        state.phase(),
        Phase::Done,
        "{}\n{:#?}",
        story(&state),
        plan.checks
    );
    running.task.await.unwrap().unwrap();
    let stage = Box::pin(stage.rebuilt(&intent)).await;
    // The first minutes of figures.
    tokio::time::sleep(Duration::from_mins(6)).await;
    stage
}

/// Every one of `words` is in the notes of what is planned for `intent`.
async fn tells(stage: &Stage, intent: &Intent, words: &[&str]) {
    let asked = Box::pin(stage.looked_up(intent)).await;
    let notes = stage.plan(&asked).notes.join("\n");
    for word in words {
        assert!(notes.contains(word), "{word}: {notes}");
    }
}

/// As when a Region was let in step by step and the run was given up half way: the rest of its traffic goes to
/// the Region that is to be retired.
fn no_share_is_left_behind(stage: &Stage, retire: &Intent) {
    let shares = |seen: &Snapshot| {
        let plan = plan("orders", &stage.spec, seen, retire).unwrap();
        let mut checks = plan.checks.into_iter();
        checks.find(|one| one.name == "shares").unwrap().finding
    };
    let mut seen = (*stage.snapshot()).clone();
    assert_eq!(shares(&seen), Finding::Pass);
    let mut records = seen.edge.records.last().unwrap().clone();
    let other = records
        .iter_mut()
        .find(|one| one.is_of(&region("eu-central-1")));
    other.unwrap().group.push(GroupMember {
        set_identifier: "other".into(),
        target: "us-east-1.api.orders.example.com".into(),
        values: vec!["us-east-1.api.orders.example.com".into()],
        routing: Routing::Weighted(60),
        ttl: Some(30),
        health_check: None,
        alias: None,
    });
    let source = seen.edge.records.source().unwrap().clone();
    seen.edge.records = Observed::known(records, seen.at, source);
    assert_eq!(shares(&seen), Finding::Fail);
}

#[test]
fn the_first_region_is_retired_once_another_writes_and_its_switches_move() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::unbuilt()).await;
        let stage = Box::pin(done(stage, Intent::Up(Up { found: None }))).await;
        let third = region("eu-central-1");
        let provision = Intent::Provision(Provision {
            region: third.clone(),
            code_from: Some("eu-west-1".parse().unwrap()),
            over_s: None,
            found: None,
        });
        let stage = Box::pin(done(stage, provision)).await;
        let promote = Intent::Promote(Promote {
            target: region("eu-west-1"),
            mode: Some(Mode::Switchover),
            force: false,
        });
        let stage = Box::pin(done(stage, promote)).await;
        let first = region("us-east-1");
        let homes = |stage: &Stage| -> Vec<Region> {
            let sites = stage.spec.sites.iter();
            sites
                .map(|site| site.switch.clone().unwrap().region)
                .collect()
        };
        assert!(homes(&stage).contains(&first), "{:?}", homes(&stage));
        let retire = Intent::Retire(Retire {
            region: first.clone(),
            found: None,
        });
        no_share_is_left_behind(&stage, &stage.looked_up(&retire).await);
        let stage = Box::pin(done(stage, retire)).await;
        let seen = stage.snapshot();
        assert_eq!(
            seen.judgement.verdict,
            Verdict::Healthy,
            "{:#?}",
            seen.judgement
        );
        assert!(!homes(&stage).contains(&first), "{:?}", homes(&stage));
        // They still work.
        let evacuate = Intent::Evacuate(Evacuate {
            region: third,
            mechanism: Some(Mechanism::Switch),
        });
        let stage = Box::pin(done(stage, evacuate)).await;
        let stage = Box::pin(done(stage, Intent::Down(Down { found: None }))).await;
        let state = stage.sim().state();
        let gone = |status: &str| status == "DELETE_COMPLETE";
        assert!(
            state
                .resources
                .stacks
                .iter()
                .all(|stack| gone(&stack.status))
        );
    }));
}

#[test]
fn a_fleet_is_built_extended_drilled_cut_back_and_taken_down() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::unbuilt()).await;
        let up = Intent::Up(Up { found: None });
        let costs = ["router runs twice a request", "million times a month"];
        tells(&stage, &up, &costs).await;
        let stage = Box::pin(done(stage, up)).await;
        let seen = stage.snapshot();
        assert_eq!(
            seen.judgement.verdict,
            Verdict::Healthy,
            "{:#?}",
            seen.judgement
        );
        let third = region("eu-central-1");
        let stage = Box::pin(done(stage, Intent::Provision(Provision::of(third.clone())))).await;
        assert_eq!(stage.snapshot().sites.len(), 3);
        let stage = Box::pin(done(
            stage,
            Intent::Drill(Drill {
                region: region("us-east-1"),
                to: third.clone(),
                hold_s: Some(30),
            }),
        ))
        .await;
        let retire = Intent::Retire(Retire {
            region: third,
            found: None,
        });
        let stays = [
            "the log group of the database (/aws/rds/cluster/orders-eu-central-1/postgresql",
            "the CNAME record by which ACM validated",
        ];
        tells(&stage, &retire, &stays).await;
        let stage = Box::pin(done(stage, retire)).await;
        let seen = stage.snapshot();
        assert_eq!(
            seen.judgement.verdict,
            Verdict::Healthy,
            "{:#?}",
            seen.judgement
        );
        let down = Intent::Down(Down { found: None });
        tells(&stage, &down, &["the log groups /aws/lambda/us-east-1."]).await;
        let stage = Box::pin(done(stage, down)).await;
        let state = stage.sim().state();
        // What is left is what the plans said would be kept.
        let left: BTreeSet<String> = state
            .resources
            .orphans()
            .iter()
            .map(|one| one.kind.clone())
            .collect();
        let kept = [
            "AWS::KMS::Key",
            "AWS::Lambda::Function",
            "AWS::Lambda::Version",
        ];
        assert_eq!(
            left,
            kept.map(str::to_owned).into(),
            "{:#?}",
            state.resources.orphans()
        );
        let gone = |status: &str| status == "DELETE_COMPLETE";
        assert!(
            state
                .resources
                .stacks
                .iter()
                .all(|stack| gone(&stack.status))
        );
    }));
}

#[test]
fn a_fleet_is_not_taken_down_while_its_database_has_a_member_elsewhere() {
    in_virtual_time(Box::pin(async {
        let stage = Box::pin(Stage::unbuilt()).await;
        let stage = Box::pin(done(stage, Intent::Up(Up { found: None }))).await;
        let down = Box::pin(stage.looked_up(&Intent::Down(Down { found: None }))).await;
        let mut picture = (*stage.snapshot()).clone();
        let members = |plan: &Plan| {
            plan.checks
                .iter()
                .find(|one| one.name == "members")
                .cloned()
        };
        let own = plan("orders", &stage.spec, &picture, &down).unwrap();
        assert_eq!(members(&own), None);
        let topology = &mut picture.database.topology;
        let mut with = topology.current().unwrap().clone();
        let mut more = with.members.iter().find(|one| !one.writer).unwrap().clone();
        more.region = region("eu-north-1");
        more.cluster = "orders-eun1".into();
        more.arn = "arn:aws:rds:eu-north-1:123456789012:cluster:orders-eun1".into();
        with.members.push(more);
        let source = topology.source().unwrap().clone();
        topology.renew(Ok(with), picture.at, source);
        let told = plan("orders", &stage.spec, &picture, &down).unwrap();
        let refused = members(&told).unwrap();
        assert_eq!(refused.finding, Finding::Fail);
        assert!(
            refused.text.contains("orders-eun1 in eu-north-1"),
            "{refused:?}"
        );
        let started = stage.try_start(&told);
        assert!(started.is_err(), "nothing is sent");
    }));
}
