//! The evacuation switches: found through the health checks, or by their name where Route 53's
//! control plane never answered.

use std::time::Duration;

use gwctl::fleet::{Lasting, Missing, Pace, Snapshot};

use super::stand::{Stand, region, world};

const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "ap-southeast-1"];

#[tokio::test(start_paused = true)]
async fn the_first_picture_has_every_regions_switch_asked_where_the_alarm_is() {
    let stand = Stand::over(world("calm", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    for code in REGIONS {
        let (check, switch) = picture.edge.switch(&region(code)).unwrap();
        assert!(picture.edge.checks.contains_key(check), "{code}");
        let home = switch.source().unwrap().region.clone().unwrap();
        let switch = switch.current().unwrap();
        assert_eq!(switch.region, home);
        assert_ne!(home, region(code), "a switch must survive its Region");
        assert_eq!(switch.evacuation_lasts(), Lasting::Lasts);
        assert_eq!(switch.dimensions, [("Region".into(), code.into())]);
        assert_eq!(
            (switch.evacuated_value(), switch.normal_value()),
            (1.0, 0.0)
        );
        assert_eq!(picture.edge.routing_control(&region(code)), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_switch_is_known_by_its_name_when_the_control_planes_were_down_from_the_start() {
    let stand = Stand::over(world("control-planes-down", 3), Pace::Calm).await;
    let (picture, _) = stand.first().await;
    assert!(picture.edge.records.current().is_none());
    for code in REGIONS {
        let (alarm, switch) = picture.edge.switch(&region(code)).unwrap();
        assert_eq!(alarm, format!("orders-evacuate-{code}"));
        assert_eq!(switch.current().unwrap().alarm, alarm);
    }
}

#[tokio::test(start_paused = true)]
async fn a_switch_that_the_configuration_names_wrongly_is_absent_and_hides_no_other() {
    let world = world("calm", 3);
    let stand = Stand::with(world, Pace::Calm, |mut spec| {
        spec.sites[0].switch.as_mut().unwrap().alarm = "no-such-alarm".into();
        spec
    })
    .await;
    let (picture, _) = stand.first().await;
    let named = |picture: &Snapshot, code: &str| picture.edge.named_switches[&region(code)].clone();
    assert_eq!(
        named(&picture, "us-east-1").1.why_missing(),
        Some(&Missing::NoData)
    );
    assert!(named(&picture, "eu-west-1").1.current().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_flipped_switch_is_seen_within_its_pace() {
    let stand = Stand::over(world("calm", 3), Pace::Incident).await;
    let (picture, _) = stand.first().await;
    let ireland = region("eu-west-1");
    let switch = picture.edge.switch(&ireland).unwrap().1.current().unwrap();
    stand
        .session
        .one_attempt()
        .cloudwatch(&switch.region)
        .put_metric(
            &switch.namespace,
            &switch.metric,
            &switch.dimensions,
            switch.evacuated_value(),
            stand.sim.clock().now(),
        )
        .await
        .unwrap();
    let seen = |picture: &std::sync::Arc<Snapshot>| {
        let switch = picture.edge.switch(&ireland).and_then(|(_, s)| s.current());
        switch.is_some_and(|switch| switch.state == "ALARM")
    };
    let picture = stand.until(Duration::from_mins(3), seen).await;
    let told = picture
        .changes
        .iter()
        .any(|change| change.what == "evacuation switch of eu-west-1: OK → ALARM");
    assert!(told, "{:#?}", picture.changes);
}
