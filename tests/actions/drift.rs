//! What actions leave behind is explained as drift, and nothing else is.

use std::time::Duration;

use gwctl::actions::arguments::Share;
use gwctl::actions::drift::{explained, explanation, shared_traffic};
use gwctl::actions::guided::{Drain, Evacuate};
use gwctl::actions::{Intent, Mechanism};
use gwctl::fleet::{Drifted, PropertyDifference, Snapshot};

use super::stand::{Stage, in_virtual_time, region};
use crate::observe::stand::world;

fn drifted(kind: &str, physical: &str, paths: &[&str]) -> Drifted {
    let difference = |path: &&str| PropertyDifference {
        path: (*path).to_owned(),
        expected: "a".into(),
        actual: "b".into(),
    };
    Drifted {
        logical: "X".into(),
        physical: physical.into(),
        kind: kind.into(),
        status: "MODIFIED".into(),
        differences: paths.iter().map(difference).collect(),
    }
}

const CHECK: &str = "AWS::Route53::HealthCheck";
const RECORD: &str = "AWS::Route53::RecordSet";
const CLUSTER: &str = "AWS::RDS::DBCluster";
const FORCED: [&str; 2] = ["/HealthCheckConfig/Inverted", "/HealthCheckConfig/Disabled"];

fn why(picture: &Snapshot, code: &str, drifted: &Drifted) -> Option<&'static str> {
    explained(&region(code), drifted, picture)
}

fn check_of(picture: &Snapshot, code: &str) -> String {
    let check = picture.edge.check(&region(code)).unwrap();
    check.id.clone()
}

/// The picture once it shows what was done.
async fn after(stage: &Stage, intent: &Intent) -> std::sync::Arc<Snapshot> {
    stage.carry_out(intent).await;
    tokio::time::sleep(Duration::from_secs(120)).await;
    stage.snapshot()
}

#[test]
fn a_forced_check_is_explained_only_while_it_is_forced() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let calm = stage.snapshot();
        let id = check_of(&calm, "eu-west-1");
        let forced = drifted(CHECK, &id, &FORCED);
        assert_eq!(why(&calm, "eu-west-1", &forced), None);
        let evacuated = after(
            &stage,
            &Intent::Evacuate(Evacuate {
                region: region("eu-west-1"),
                mechanism: Some(Mechanism::HealthCheck),
            }),
        )
        .await;
        assert!(
            why(&evacuated, "eu-west-1", &forced)
                .unwrap()
                .contains("restore")
        );
        // Only what an evacuation does: the same check with another threshold is looked at.
        let more = drifted(
            CHECK,
            &id,
            &[
                "/HealthCheckConfig/Inverted",
                "/HealthCheckConfig/FailureThreshold",
            ],
        );
        assert_eq!(why(&evacuated, "eu-west-1", &more), None);
        let here = region("eu-west-1");
        let each: Vec<bool> = more
            .differences
            .iter()
            .map(|one| explanation(&here, &more, one, &evacuated).is_some())
            .collect();
        assert_eq!(each, [true, false]);
        let other = drifted(CHECK, &check_of(&calm, "us-east-1"), &FORCED);
        assert_eq!(why(&evacuated, "us-east-1", &other), None);
    });
}

#[test]
fn a_drained_record_is_explained_while_it_leads_to_a_group() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        let calm = stage.snapshot();
        let name = "latency.orders.example.com.";
        let moved = drifted(RECORD, name, &["/ResourceRecords/0", "/TTL"]);
        assert_eq!(why(&calm, "eu-west-1", &moved), None);
        let drained = after(
            &stage,
            &Intent::Evacuate(Evacuate {
                region: region("eu-west-1"),
                mechanism: Some(Mechanism::Records),
            }),
        )
        .await;
        assert!(
            why(&drained, "eu-west-1", &moved)
                .unwrap()
                .contains("weighted")
        );
        assert_eq!(why(&drained, "us-east-1", &moved), None, "that one stays");
        let check = drifted(RECORD, name, &["/TTL", "/HealthCheckId"]);
        assert_eq!(why(&drained, "eu-west-1", &check), None);
    });
}

#[test]
fn roles_are_the_topologys_to_say() {
    in_virtual_time(async {
        let stage = Stage::over(world("switched-over", 3)).await;
        let picture = stage.snapshot();
        let topology = picture.database.topology.current().unwrap();
        let writer = topology.writer().unwrap();
        let code = writer.region.as_str();
        let roles = drifted(
            CLUSTER,
            &writer.cluster,
            &[
                "/ReplicationSourceIdentifier",
                "/EnableGlobalWriteForwarding",
            ],
        );
        assert!(why(&picture, code, &roles).is_some());
        // A cluster that is no member of the global database has no role in it.
        let stranger = drifted(CLUSTER, "somebody", &["/ReplicationSourceIdentifier"]);
        assert_eq!(why(&picture, code, &stranger), None);
        let secondary = topology.members.iter().find(|one| !one.writer).unwrap();
        let forwarding = drifted(
            CLUSTER,
            &secondary.cluster,
            &["/EnableGlobalWriteForwarding"],
        );
        assert_eq!(why(&picture, secondary.region.as_str(), &forwarding), None);
        let backups = drifted(CLUSTER, &writer.cluster, &["/BackupRetentionPeriod"]);
        assert_eq!(why(&picture, code, &backups), None);
        let mut gone = roles;
        gone.status = "DELETED".into();
        assert_eq!(why(&picture, code, &gone), None);
        let nothing = drifted(CLUSTER, &writer.cluster, &[]);
        assert_eq!(why(&picture, code, &nothing), None);
    });
}

/// Stacks may all be in sync while records share the traffic.
#[test]
fn the_weights_of_a_drain_are_told_whatever_the_stacks_say() {
    in_virtual_time(async {
        let stage = Stage::over(world("calm", 3)).await;
        assert_eq!(shared_traffic(&stage.snapshot()), []);
        let intent = Intent::Drain(Drain {
            region: region("eu-west-1"),
            to: "20".parse::<Share>().unwrap(),
            over_s: 240,
        });
        let drained = after(&stage, &intent).await;
        let told = shared_traffic(&drained);
        let [(of, text)] = told.as_slice() else {
            panic!("{told:?}")
        };
        assert_eq!(of, &region("eu-west-1"));
        for word in [
            "eu-west-1.latency.orders.example.com",
            "eu-west-1 has weight ",
            "us-east-1 has weight ",
            "gwctl restore eu-west-1",
        ] {
            assert!(text.contains(word), "{word}: {text}");
        }
    });
}
