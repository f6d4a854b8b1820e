//! The judgement of a ledger that was written by hand.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::*;

fn at(ms: i64) -> Timestamp {
    let noon: Timestamp = "2026-11-30T12:00:00Z".parse().unwrap();
    noon + SignedDuration::from_millis(ms)
}

fn answered(status: u16) -> Outcome {
    Outcome::Answered {
        status,
        region: Some("eu-west-1".into()),
        not_written: false,
    }
}

fn request(continent: &str, ended: i64, outcomes: &[Outcome]) -> Request {
    let tries = outcomes.iter().map(|outcome| Try {
        at: at(ended - 10),
        took_ms: 10.0,
        outcome: outcome.clone(),
    });
    Request {
        continent: continent.into(),
        due: at(ended - 20),
        ended: at(ended),
        tries: tries.collect(),
    }
}

fn order(key: &str, ended: i64, outcomes: &[Outcome]) -> Order {
    let request = request("Europe", ended, outcomes);
    Order {
        key: key.into(),
        fate: Fate::of(&request, Some(format!("id-{key}"))),
        request,
    }
}

fn read(key: &str, ended: i64, seen: Option<bool>) -> Read {
    let status = match seen {
        Some(true) => 200,
        Some(false) => 404,
        None => 503,
    };
    Read {
        asked: Asked::Own {
            key: key.into(),
            token: false,
            seen,
        },
        request: request("Asia Pacific", ended, &[answered(status)]),
    }
}

fn row(id: &str, key: &str) -> Row {
    Row {
        id: id.into(),
        key: key.into(),
    }
}

fn ledger() -> Ledger {
    let broken = Outcome::Broken {
        why: "reset".into(),
    };
    let not_sent = Outcome::NotSent {
        why: "refused".into(),
    };
    Ledger {
        began: at(0),
        ended: at(10_000),
        orders: vec![
            order("kept", 1_000, &[answered(201)]),
            order("lost-1", 2_000, &[answered(503), answered(201)]),
            order("lost-2", 3_500, &[answered(201)]),
            order("unknown-there", 4_000, &[broken.clone(), answered(400)]),
            order("unknown-gone", 4_100, &[Outcome::Late]),
            order("refused", 4_200, &[not_sent.clone(), answered(400)]),
            order("never", 4_300, &[not_sent]),
            order("doubled", 9_000, &[answered(201)]),
            order("renamed", 9_500, &[answered(201)]),
        ],
        reads: vec![
            read("kept", 1_500, Some(true)),
            read("kept", 1_600, Some(false)),
            read("lost-1", 2_500, Some(false)),
            read("kept", 2_600, None),
        ],
    }
}

#[test]
fn every_finding_is_told_from_the_others() {
    let verdict = ledger().check(&[
        row("id-kept", "kept"),
        row("id-unknown-there", "unknown-there"),
        row("id-doubled", "doubled"),
        row("other", "doubled"),
        row("elsewhere", "renamed"),
        row("id-nobody", "nobody"),
        row("id-never", "never"),
    ]);
    let lost: Vec<&str> = verdict.lost.iter().map(|one| one.key.as_str()).collect();
    assert_eq!(lost, ["lost-1", "lost-2"]);
    assert_eq!(verdict.lost_seconds(), Some(1.5));
    assert_eq!((verdict.orders, verdict.acknowledged), (9, 5));
    assert_eq!((verdict.refused, verdict.not_sent), (1, 1));
    assert_eq!((verdict.unknown_there, verdict.unknown_gone), (1, 1));
    assert_eq!(verdict.twice, ["doubled"]);
    assert_eq!(verdict.mixed_up, ["id-renamed"]);
    assert_eq!(verdict.nobodys, ["nobody"]);
    assert_eq!(verdict.not_to_be_there, ["never"]);
    let asia = &verdict.continents["Asia Pacific"];
    assert_eq!(asia.own.missed, ["kept"]);
    assert_eq!((asia.own.missed_lost, asia.own.unanswered), (1, 1));
    assert_eq!(asia.writes, None, "nobody wrote there");
    let gap = |from, to| Gap {
        from: at(from),
        to: at(to),
    };
    assert_eq!(
        asia.reads,
        Some(gap(1_500, 2_600)),
        "what nobody asked for later is no failure"
    );
    assert_eq!(verdict.longest_without_write(), Some(gap(3_500, 9_000)));
    assert_eq!(verdict.answered_requests(), 10);
    // What became of the earlier ones is of no matter then.
    let felt = ledger().felt_since(at(4_050), &[]);
    let europe = &felt["Europe"];
    assert_eq!((europe.requests, europe.answered), (5, 3));
    assert_eq!(europe.writes, Some(gap(4_080, 9_000)));
    assert!(!felt.contains_key("Asia Pacific"), "nothing ended there");
    assert!(!verdict.is_sound());
    assert_eq!(
        verdict.to_string(),
        "\
Orders: 9 sent, 5 acknowledged, 1 refused, 1 never left the client.
Without a clear answer: 2 (in the database: 1, not there: 1).
Lost: 2 of the acknowledged orders. The first was acknowledged at 2026-11-30T12:00:02.000Z, the last 1.5 s later.
Orders that are in the database twice: 1 (doubled).
Ids that clients and database have for different orders: 1 (id-renamed).
Orders in the database that no client sent: 1 (nobody).
Orders in the database although their client was refused: 1 (never).
Orders that are in the database and that a read of the same client did not find: 1 (kept).
Requests: 13 sent, 3 without an answer. 76.92 % were answered, 53.84 % at the first try.
Clients in    requests   answered  longest without  longest without  own orders
                                           a write           a read      missed
Asia Pacific         4    75.00 %                -            1.1 s         2/3
Europe               9    77.77 %            5.5 s                -         0/0
"
    );
}

#[test]
fn an_id_of_two_orders_is_mixed_up() {
    let mut ledger = ledger();
    ledger.orders.truncate(1);
    ledger.reads.clear();
    let rows = [row("id-kept", "kept"), row("id-kept", "stranger")];
    assert_eq!(ledger.check(&rows).mixed_up, ["id-kept"]);
    let sound = ledger.check(&rows[..1]);
    assert!(sound.mixed_up.is_empty() && sound.lost.is_empty());
    assert!(!sound.is_sound(), "nobody asked for an order");
    let read = read("kept", 1_500, Some(true));
    ledger.reads.push(read);
    assert!(ledger.check(&rows[..1]).is_sound());
}

#[test]
fn the_ledgers_lines_say_all_that_is_in_memory() {
    for order in ledger().orders {
        let line = serde_json::to_string(&order).unwrap();
        assert_eq!(
            serde_json::from_str::<Order>(&line).unwrap(),
            order,
            "{line}"
        );
    }
    let region: Arc<str> = "eu-west-1".into();
    let line = serde_json::to_string(&order("kept", 1_000, &[answered(201)])).unwrap();
    assert!(line.contains(&*region), "{line}");
}

#[test]
fn clients_are_served_again_after_the_last_window_in_which_one_in_twenty_was_not() {
    let every_second = |from: i64, to: i64, outcome: &Outcome| {
        let outcome = outcome.clone();
        (from * 20..to * 20)
            .map(move |tick| order("x", tick * 50 + 20, std::slice::from_ref(&outcome)))
    };
    let ok = answered(201);
    let bad = answered(503);
    let orders = every_second(0, 10, &ok)
        .chain(every_second(10, 17, &bad))
        .chain(every_second(17, 60, &ok));
    let mut ledger = Ledger {
        began: at(0),
        ended: at(60_000),
        orders: orders.collect(),
        reads: Vec::new(),
    };
    // The last bad one is due at 16.95 s: a window of five seconds has it until 21.95 s.
    assert_eq!(ledger.recovered(at(5_000), at(60_000)), Some(16));
    assert_eq!(ledger.recovered(at(30_000), at(60_000)), Some(0));
    assert_eq!(ledger.recovered(at(5_000), at(15_000)), None);
    // One in a hundred is not an outage.
    ledger.orders.push(order("one", 40_000, &[bad]));
    assert_eq!(ledger.recovered(at(30_000), at(60_000)), Some(0));
}
