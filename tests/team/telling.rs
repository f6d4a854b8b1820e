//! The lease of telling, beside that of acting.

use std::time::Duration;

use gwctl::sim::world::TableKind;
use tokio::time::Instant;

use super::stand::{claim, machine, replicas, take, world_with};
use crate::actions::stand::in_virtual_time;

const DOMAIN: &str = "api.orders.example.com";

#[test]
fn whoever_tells_does_not_act_and_another_tells_within_a_minute_of_its_end() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let acting = machine(&sim, &replicas()).await;
        let (first, second) = (
            machine(&sim, &replicas()).await.for_telling(),
            machine(&sim, &replicas()).await.for_telling(),
        );
        let tells = take(&first, claim(&sim, "ada", DOMAIN)).await.unwrap();
        let acts = take(&acting, claim(&sim, "bob", DOMAIN)).await.unwrap();
        assert_eq!(acting.leases().await.unwrap().len(), 1);
        let refused = take(&second, claim(&sim, "eve", DOMAIN)).await;
        assert!(refused.unwrap_err().to_string().contains("ada"));
        first.note_told(DOMAIN, "down").await.unwrap();
        first.note_told(DOMAIN, "degraded").await.unwrap();
        // Its process is gone.
        tells.sleep();
        let begun = Instant::now();
        let hold = loop {
            match take(&second, claim(&sim, "eve", DOMAIN)).await {
                Ok(hold) => break hold,
                Err(_) => tokio::time::sleep(Duration::from_secs(5)).await,
            }
        };
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{:?}",
            begun.elapsed()
        );
        assert_eq!(
            second.told(DOMAIN).await.unwrap().as_deref(),
            Some("degraded")
        );
        hold.check().await.unwrap();
        acts.check().await.unwrap();
    });
}
