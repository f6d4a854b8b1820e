//! Fleets that lack a part: an API without a global database, one without CloudFront.

use std::sync::Arc;

use gwctl::actions::guided::{Drill, Evacuate, Invalidate, Promote, Provision};
use gwctl::actions::{Intent, plan};
use gwctl::fleet::{FleetSpec, Pace, Verdict};

use super::stand::{Stage, in_virtual_time, region};
use super::world::founded;

async fn stage(change: impl FnOnce(&mut FleetSpec)) -> Stage {
    let sim = founded("calm");
    let mut spec = sim.spec();
    change(&mut spec);
    let dir = Arc::new(tempfile::tempdir().unwrap());
    Box::pin(Stage::configured(sim, dir, Pace::Calm, spec)).await
}

fn refused(stage: &Stage, intent: impl Into<Intent>) -> String {
    let intent = intent.into();
    let planned = plan("orders", &stage.spec, &stage.snapshot(), &intent);
    planned.unwrap_err().why
}

fn evacuation() -> Intent {
    Intent::Evacuate(Evacuate {
        region: region("eu-west-1"),
        mechanism: None,
    })
}

#[test]
fn an_api_without_a_global_database_is_watched_and_evacuated() {
    in_virtual_time(Box::pin(async {
        let stage = stage(|spec| spec.global_cluster.clear()).await;
        let snapshot = stage.snapshot();
        assert_eq!(
            snapshot.judgement.verdict,
            Verdict::Healthy,
            "{:?}",
            snapshot.judgement
        );
        let asked: Vec<_> = stage
            .session
            .ledger()
            .stats()
            .map(|(key, _)| key.service)
            .collect();
        assert!(!asked.contains(&"rds"), "{asked:?}");
        let promote = Intent::Promote(Promote {
            target: region("eu-west-1"),
            mode: None,
            force: false,
        });
        assert!(refused(&stage, promote).contains("no global database"));
        let drill = Intent::Drill(Drill {
            region: region("us-east-1"),
            to: region("eu-west-1"),
            hold_s: None,
        });
        assert!(refused(&stage, drill).contains("no global database"));
        stage.carry_out(&evacuation()).await;
    }));
}

#[test]
fn an_api_without_cloudfront_is_watched_and_evacuated() {
    in_virtual_time(Box::pin(async {
        let stage = stage(|spec| {
            spec.edge.cloudfront = false;
            spec.edge.distribution.clear();
            spec.edge.router = None;
        })
        .await;
        let snapshot = stage.snapshot();
        assert_eq!(
            snapshot.judgement.verdict,
            Verdict::Healthy,
            "{:?}",
            snapshot.judgement
        );
        let invalidate = Intent::Invalidate(Invalidate {
            paths: vec!["/a".into()],
        });
        assert!(refused(&stage, invalidate).contains("no CloudFront distribution"));
        stage.carry_out(&evacuation()).await;
    }));
}

#[test]
fn such_a_region_is_not_built_from_gwctls_templates() {
    in_virtual_time(Box::pin(async {
        let stage = stage(|spec| spec.global_cluster.clear()).await;
        let new = Intent::Provision(Provision::of(region("eu-central-1")));
        let looked_up = Box::pin(stage.looked_up(&new)).await;
        let why = refused(&stage, looked_up);
        assert!(why.contains("build a global database"), "{why}");
    }));
}
