//! The lease that a team shares, of DynamoDB as AWS documents it.

use std::time::Duration;

use gwctl::sim::world::{How, TableKind, Tamper};
use gwctl::store::{Lost, NotShared, NotTaken};
use jiff::SignedDuration;
use tokio::time::Instant;

use super::stand::{claim, machine, replicas, seconds, take, world_with};
use crate::actions::stand::in_virtual_time;
use crate::observe::stand::region;

const DOMAIN: &str = "api.orders.example.com";

#[test]
fn the_second_of_two_engineers_is_told_who_acts() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let regions = replicas();
        let (ada, bob) = (
            machine(&sim, &regions).await,
            machine(&sim, &regions[1..]).await,
        );
        let hold = take(&ada, claim(&sim, "ada", DOMAIN)).await.unwrap();
        hold.check().await.unwrap();
        let begun = Instant::now();
        let refused = take(&bob, claim(&sim, "bob", DOMAIN)).await.unwrap_err();
        let told = refused.to_string();
        assert!(
            told.contains("ada (process 7 on ada-laptop, run run-of-ada)"),
            "{told}"
        );
        assert!(
            begun.elapsed() < Duration::from_secs(15),
            "{:?}",
            begun.elapsed()
        );
        hold.check().await.unwrap();
    });
}

#[test]
fn another_fleet_that_shares_a_cluster_waits_for_the_same_lease() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (ada, bob) = (
            machine(&sim, &replicas()).await,
            machine(&sim, &replicas()).await,
        );
        let hold = take(&ada, claim(&sim, "ada", DOMAIN)).await.unwrap();
        let refused = take(&bob, claim(&sim, "bob", "other.example.com")).await;
        let told = refused.unwrap_err().to_string();
        assert!(told.contains("the same global cluster orders"), "{told}");
        hold.release().await;
        take(&bob, claim(&sim, "bob", "other.example.com"))
            .await
            .unwrap();
    });
}

#[test]
fn a_holder_that_is_gone_is_taken_over_and_finds_out_before_it_sends() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (ada, bob) = (
            machine(&sim, &replicas()).await,
            machine(&sim, &replicas()).await,
        );
        for other in [DOMAIN, "other.example.com"] {
            let hold = take(&ada, claim(&sim, "ada", DOMAIN)).await.unwrap();
            // A closed laptop: it gives no sign, and believes that it has the lease when it wakes up.
            hold.sleep();
            let begun = Instant::now();
            let taken = take(&bob, claim(&sim, "bob", other)).await.unwrap();
            assert!(
                begun.elapsed() >= Duration::from_secs(30),
                "{:?}",
                begun.elapsed()
            );
            assert!(
                !hold.is_fresh(),
                "a proof that is older than half the lease proves nothing"
            );
            let lost = hold.check().await.unwrap_err();
            assert!(matches!(lost, Lost::Taken(_)), "{lost}");
            if other == DOMAIN {
                assert_eq!(taken.token(), hold.token() + 1);
                assert!(lost.to_string().contains("bob"), "{lost}");
            }
            taken.check().await.unwrap();
            taken.release().await;
        }
    });
}

#[test]
fn a_slow_holder_keeps_its_lease() {
    in_virtual_time(async {
        let sim = world_with(TableKind::OneRegion);
        let one = [region("us-east-2")];
        let (ada, bob) = (machine(&sim, &one).await, machine(&sim, &one).await);
        let hold = take(&ada, claim(&sim, "ada", DOMAIN)).await.unwrap();
        seconds(600).await;
        let refused = take(&bob, claim(&sim, "bob", DOMAIN)).await.unwrap_err();
        assert!(matches!(refused, NotTaken::Held { .. }), "{refused}");
        hold.check().await.unwrap();
    });
}

#[test]
fn of_four_engineers_who_act_at_once_at_most_one_has_the_lease() {
    for seed in 0..40_u64 {
        in_virtual_time(async {
            let sim = world_with(TableKind::Strong);
            let mut takers = Vec::new();
            for (n, operator) in ["ada", "bob", "eve", "joe"].into_iter().enumerate() {
                let regions: Vec<_> = replicas().into_iter().cycle().skip(n).take(3).collect();
                let team = machine(&sim, &regions).await;
                let claim = claim(
                    &sim,
                    operator,
                    if n % 2 == 0 {
                        DOMAIN
                    } else {
                        "other.example.com"
                    },
                );
                let late = Duration::from_millis((seed * (n as u64 + 1) * 37) % 400);
                takers.push(tokio::spawn(async move {
                    tokio::time::sleep(late).await;
                    take(&team, claim).await
                }));
            }
            let mut holds = Vec::new();
            for taker in takers {
                match taker.await.unwrap() {
                    Ok(hold) => holds.push(hold),
                    Err(NotTaken::Held { .. }) => {}
                    Err(other) => panic!("seed {seed}: {other}"),
                }
            }
            assert!(holds.len() <= 1, "seed {seed}: {} have it", holds.len());
        });
    }
}

#[test]
fn a_reply_that_is_lost_does_not_lose_the_lease() {
    for (operation, nth) in [("PutItem", 1), ("PutItem", 2), ("PutItem", 3)] {
        for how in [How::LoseReply, How::BreakReply, How::ServerError, How::Hang] {
            in_virtual_time(async {
                let sim = world_with(TableKind::OneRegion);
                sim.tamper(Tamper {
                    service: "dynamodb".into(),
                    operation: operation.into(),
                    region: None,
                    nth,
                    how: how.clone(),
                });
                let team = machine(&sim, &[region("us-east-2")]).await;
                let hold = take(&team, claim(&sim, "ada", DOMAIN)).await;
                let hold = hold.unwrap_or_else(|why| panic!("{nth}: {how:?}: {why}"));
                for _ in 0..3 {
                    hold.check().await.unwrap();
                }
                assert_eq!(hold.token(), 1);
            });
        }
    }
}

#[test]
fn a_dark_region_of_the_table_delays_nothing() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        sim.start_fault("region-dark:us-east-1").unwrap();
        let team = machine(&sim, &replicas()).await;
        let begun = Instant::now();
        let hold = take(&team, claim(&sim, "ada", DOMAIN)).await.unwrap();
        assert!(
            begun.elapsed() < Duration::from_secs(2),
            "{:?}",
            begun.elapsed()
        );
        let begun = Instant::now();
        hold.check().await.unwrap();
        assert!(
            begun.elapsed() < Duration::from_millis(200),
            "{:?}",
            begun.elapsed()
        );
    });
}

#[test]
fn a_replica_that_reaches_no_other_is_not_believed() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (ada, bob) = (
            machine(&sim, &replicas()).await,
            machine(&sim, &replicas()).await,
        );
        let hold = take(&ada, claim(&sim, "ada", DOMAIN)).await.unwrap();
        let alone = region("us-east-1");
        let isolate = |isolated| {
            let mut state = sim.state();
            state
                .tables
                .named(super::stand::TABLE)
                .unwrap()
                .isolate(&alone, isolated);
        };
        isolate(true);
        hold.check().await.unwrap();
        let refused = take(&bob, claim(&sim, "bob", DOMAIN)).await.unwrap_err();
        assert!(matches!(refused, NotTaken::Held { .. }), "{refused}");
        let only = machine(&sim, std::slice::from_ref(&alone)).await;
        let refused = take(&only, claim(&sim, "eve", DOMAIN)).await.unwrap_err();
        assert!(matches!(refused, NotTaken::Unavailable(_)), "{refused}");
    });
}

#[test]
fn an_eventually_consistent_table_is_refused_with_the_reason() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Eventual(SignedDuration::from_secs(1)));
        let team = machine(&sim, &replicas()).await;
        let refused = take(&team, claim(&sim, "ada", DOMAIN)).await.unwrap_err();
        let told = refused.to_string();
        assert!(
            told.contains("two engineers in two Regions could both take the lease"),
            "{told}"
        );
        let one = world_with(TableKind::OneRegion);
        let team = machine(&one, &[region("us-east-2")]).await;
        assert_eq!(team.fitness().await.unwrap(), Ok(Some(region("us-east-2"))));
    });
}

#[test]
fn lines_are_appended_once_however_often_they_are_sent_and_never_over_others() {
    in_virtual_time(async {
        let sim = world_with(TableKind::Strong);
        let (ada, bob) = (
            machine(&sim, &replicas()).await,
            machine(&sim, &replicas()).await,
        );
        let hold = take(&ada, claim(&sim, "ada", DOMAIN)).await.unwrap();
        let long = "x".repeat(200_000);
        let lines: Vec<String> = ["first", "second", &long, &long, "fifth"]
            .map(str::to_owned)
            .to_vec();
        hold.append("run", 0, &lines[..1]).await.unwrap();
        // The reply to the first was lost, and more is to be said meanwhile.
        hold.append("run", 0, &lines).await.unwrap();
        hold.append("run", 0, &lines).await.unwrap();
        assert_eq!(bob.lines("run", 0).await.unwrap(), lines);
        let others = ["first".to_owned(), "another".to_owned()];
        let refused = hold.append("run", 0, &others).await.unwrap_err();
        assert!(matches!(refused, NotShared::Others(1)), "{refused}");
        let too_long = ["y".repeat(400_000)];
        let refused = hold.append("run", 5, &too_long).await.unwrap_err();
        assert!(matches!(refused, NotShared::TooLong(5)), "{refused}");
    });
}

#[test]
fn a_region_without_a_copy_of_the_table_is_refused_for_a_table_there_is_another_one() {
    in_virtual_time(async {
        let one = world_with(TableKind::OneRegion);
        let two = [region("us-east-2"), region("us-west-2")];
        let team = machine(&one, &two).await;
        let refused = take(&team, claim(&one, "ada", DOMAIN)).await.unwrap_err();
        let told = refused.to_string();
        assert!(told.contains("is in us-east-2 alone"), "{told}");
        let strong = world_with(TableKind::Strong);
        let more = [region("us-east-2"), region("eu-west-1")];
        let team = machine(&strong, &more).await;
        let refused = take(&team, claim(&strong, "ada", DOMAIN))
            .await
            .unwrap_err();
        let told = refused.to_string();
        assert!(told.contains("has no copy in eu-west-1"), "{told}");
    });
}
