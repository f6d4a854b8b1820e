//! Many fleets in one account: one limit, and what is the same for all of them asked once.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use gwctl::aws::{Session, SessionOptions, Timeouts, in_process};
use gwctl::fleet::{FleetSpec, Verdict};
use gwctl::observe::{Common, Observer, Refresh, Together, expected_dollars_per_hour};
use gwctl::sim::{Sim, wire};
use tokio::time::Instant;

use super::stand::{Seat, world};

const MANY: usize = 50;

struct Watched {
    session: Session,
    observer: Observer,
}

async fn watched(sim: &Sim, name: &str, common: &Arc<Common>) -> Watched {
    watched_as(sim, (name, sim.spec()), common).await
}

async fn watched_as(sim: &Sim, fleet: (&str, FleetSpec), common: &Arc<Common>) -> Watched {
    let options = SessionOptions {
        profile: None,
        http_client: Some(in_process(wire::handler(sim.clone()))),
        timeouts: Timeouts::default(),
        clock: sim.clock(),
    };
    let session = Session::connect_fleet(options, &sim.spec()).await;
    let observer = Observer::start_beside(
        common,
        fleet,
        Refresh::default().beside_others(),
        session.clone(),
        (Arc::new(Seat(sim.clone())), sim.clock()),
    );
    Watched { session, observer }
}

/// So many fleets of the one account of `sim`, and how long it took until all first pictures were complete.
async fn together(sim: &Sim, count: usize) -> (Vec<Watched>, Duration) {
    let together = Together::new(sim.clock());
    let common = together.of(None);
    let begun = Instant::now();
    let names = (0..count).map(|n| format!("shop-{n:02}"));
    let each = names.map(async |name| {
        let fleet = watched(sim, &name, &common).await;
        let picture = fleet.observer.first_complete(Duration::from_mins(2)).await;
        assert!(picture.complete, "{name}");
        fleet
    });
    (join_all(each).await, begun.elapsed())
}

fn calls(fleets: &[Watched], operation: &str) -> u64 {
    let of = |fleet: &Watched| {
        let ledger = fleet.session.ledger();
        let of = ledger.stats().filter(|(key, _)| key.operation == operation);
        of.map(|(_, stats)| stats.calls).sum::<u64>()
    };
    fleets.iter().map(of).sum()
}

#[tokio::test(start_paused = true)]
async fn fifty_fleets_of_three_accounts_are_complete_in_twice_the_time_of_one() {
    let accounts = [world("calm", 3), world("calm", 3), world("calm", 3)];
    let (_, one) = together(&accounts[0], 1).await;
    let begun = Instant::now();
    let each = accounts.iter().zip([17, 17, 16]);
    let fleets = join_all(each.map(async |(sim, count)| together(sim, count).await.0)).await;
    let all = begun.elapsed();
    assert_eq!(fleets.iter().map(Vec::len).sum::<usize>(), MANY);
    assert!(all <= one * 2, "{one:?} {all:?}");
    // What is the account's own is asked once, or once a Region.
    for (operation, most) in [
        ("ListHealthChecks", 1),
        ("ListResourceRecordSets", 1),
        ("GetAccountSettings", 3),
    ] {
        for account in &fleets {
            assert_eq!(calls(account, operation), most, "{operation}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fifty_fleets_of_one_account_are_complete_in_twice_the_time_of_one() {
    let sim = world("calm", 3);
    let (_, one) = together(&sim, 1).await;
    let (fleets, all) = together(&sim, MANY).await;
    println!(
        "one {one:?}, fifty {all:?}; DescribeAlarms {}",
        calls(&fleets, "DescribeAlarms")
    );
    assert!(all <= one * 2, "{one:?} {all:?}");
    let state = sim.state();
    let throttled: u64 = state
        .control
        .calls()
        .values()
        .map(|calls| calls.throttled)
        .sum();
    assert_eq!(throttled, 0);
}

/// Within a minute each fleet asks for what is its own; what the account or the Region tells of all is asked once.
#[tokio::test(start_paused = true)]
async fn a_minute_of_fifty_fleets_asks_for_what_they_have_in_common_once() {
    let sim = world("calm", 3);
    let (fleets, _) = together(&sim, MANY).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    // Every 15 s in each of three Regions, five times in this minute.
    for (operation, most) in [
        ("GetCallerIdentity", 15),
        ("DescribeGlobalClusters", 15),
        ("DescribeDBClusters", 21),
        ("DescribeDBInstances", 21),
        ("DescribeEvents", 12),
        ("ListPlansInRegion", 6),
    ] {
        let asked = calls(&fleets, operation);
        assert!((1..=most).contains(&asked), "{operation}: {asked}");
    }
    // Whoever asked, each fleet knows that its Regions answer, and how its own database is.
    for fleet in &fleets {
        let picture = fleet.observer.watch().borrow().clone();
        for site in &picture.sites {
            let last = site.reach.last_answer.unwrap();
            let age = picture.at.duration_since(last).as_secs();
            assert!(age <= 20, "{} of {}: {age} s", site.region, picture.name);
            let cluster = &picture.database.clusters[&site.region];
            let state = cluster.state.current().unwrap();
            assert!(!state.instances.is_empty());
        }
        assert_eq!(picture.judgement.verdict, Verdict::Healthy);
    }
}

/// As over loopback, where Route 53 itself is asked what it answers: a question of the limited kind for each fleet.
#[tokio::test(start_paused = true)]
async fn fifty_fleets_without_public_dns_are_complete_in_twice_the_time_of_one() {
    let sim = world("calm", 3);
    let all = async |count: usize| {
        let together = Together::new(sim.clock());
        let common = together.of(None);
        let begun = Instant::now();
        let each = (0..count).map(async |n| {
            let spec = FleetSpec {
                probe_url: Some("https://api.orders.example.com".into()),
                ..sim.spec()
            };
            let name = format!("shop-{n:02}");
            let fleet = watched_as(&sim, (&name, spec), &common).await;
            let picture = fleet.observer.first_complete(Duration::from_mins(2)).await;
            assert!(picture.complete, "{name}");
            fleet
        });
        (join_all(each).await, begun.elapsed())
    };
    let (_, one) = all(1).await;
    let (fleets, many) = all(MANY).await;
    assert!(many <= one * 2, "{one:?} {many:?}");
    assert_eq!(calls(&fleets, "TestDNSAnswer"), 1);
}

/// Two profiles may lead into one account: STS tells.
#[tokio::test(start_paused = true)]
async fn two_profiles_of_one_account_keep_to_one_limit() {
    let sim = world("calm", 3);
    let together = Together::new(sim.clock());
    let (one, other) = (together.of(Some("ada")), together.of(Some("ops")));
    let mut fleets = Vec::new();
    for n in 0..40 {
        let mut spec = sim.spec();
        // Records of its own, so that no answer is another's as well.
        spec.edge.latency_record = format!("latency-{n}.orders.example.com");
        let common = if n % 2 == 0 { &one } else { &other };
        fleets.push(watched_as(&sim, (&format!("shop-{n}"), spec), common).await);
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let begun = sim.clock().now();
    tokio::time::sleep(Duration::from_secs(10)).await;
    let sent = |fleet: &Watched| {
        let ledger = fleet.session.ledger();
        let calls = ledger.recent();
        let of = calls.filter(|call| call.service == "route53" && call.at >= begun);
        of.count()
    };
    let sent: usize = fleets.iter().map(sent).sum();
    assert!((15..=23).contains(&sent), "two a second: {sent}");
}

#[tokio::test(start_paused = true)]
async fn route_53_is_asked_five_times_a_second_at_most_however_many_fleets_there_are() {
    let sim = world("calm", 3);
    let (fleets, _) = together(&sim, MANY).await;
    tokio::time::sleep(Duration::from_mins(1)).await;
    let mut sent: Vec<f64> = Vec::new();
    for fleet in &fleets {
        let ledger = fleet.session.ledger();
        let calls = ledger.recent().filter(|call| call.service == "route53");
        sent.extend(calls.map(|call| call.at.as_millisecond() as f64 / 1e3));
    }
    sent.sort_by(f64::total_cmp);
    let within = |from: f64| {
        sent.iter()
            .filter(|at| (from..from + 1.0).contains(*at))
            .count()
    };
    let most = sent.iter().map(|at| within(*at)).max().unwrap();
    assert!(most <= 5, "{most}");
    // All of them stay fresh.
    for fleet in &fleets {
        let picture = fleet.observer.watch().borrow().clone();
        let age = picture.edge.records.age(picture.at).unwrap();
        assert!(age.as_secs() <= 25, "{age:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_fleet_will_cost_is_known_before_it_is_asked() {
    let sim = world("calm", 3);
    let expected = expected_dollars_per_hour(&sim.spec());
    let (fleets, _) = together(&sim, 1).await;
    let real = fleets[0].observer.watch().borrow().dollars_per_hour;
    let off = (expected - real).abs() / real;
    assert!(off < 0.15, "{expected} {real}");
}
