//! The world as a whole: what an operator, and every client, would see of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn options(scenario: &str) -> SimOptions {
    SimOptions {
        scenario: Scenario::load(scenario).unwrap(),
        // Time passes only when the test says so: a minute on the wall is a tenth of a millisecond.
        speed: 1e-9,
        start: Some(at("2026-11-23T09:00:00Z")),
        ..SimOptions::default()
    }
}

#[test]
fn a_world_is_founded_at_once_and_its_seconds_cost_little() {
    let began = Instant::now();
    let sim = Sim::new(options("calm")).unwrap();
    let founded = began.elapsed();
    let began = Instant::now();
    sim.advance(Duration::from_secs(600));
    let second = began.elapsed() / 600;
    // Loose: the machine may be busy. Alone it takes 50 ms and 40 us, unoptimised.
    assert!(founded < Duration::from_millis(1_500), "{founded:?}");
    assert!(second < Duration::from_millis(1), "{second:?}");
}
