//! The world as a whole: what an operator, and every client, would see of it.
#![allow(clippy::float_cmp)] // counts are exact

mod aftermath;
mod builder;
mod building;
mod calls;
mod database;
mod figures;
mod traffic;
mod weights;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;

const VIRGINIA: &str = "us-east-1";
const IRELAND: &str = "eu-west-1";
const SINGAPORE: &str = "ap-southeast-1";

/// A world in which time passes only when the test says so.
fn options(scenario: &str) -> SimOptions {
    SimOptions {
        scenario: Scenario::load(scenario).unwrap(),
        speed: 1e-9,
        start: Some("2026-11-23T14:00:20Z".parse().unwrap()),
        ..SimOptions::default()
    }
}

fn world(scenario: &str) -> Sim {
    Sim::new(options(scenario)).unwrap()
}

fn pass(sim: &Sim, seconds: u64) {
    sim.advance(Duration::from_secs(seconds));
}

/// The points of the last `minutes`, oldest first.
fn recent(
    sim: &Sim,
    region: &str,
    (namespace, metric): (&str, &str),
    dimensions: &[(&str, &str)],
    statistic: &str,
    minutes: i64,
) -> Vec<(Timestamp, f64)> {
    let state = sim.state();
    let now = state.now();
    let from = now - SignedDuration::from_mins(minutes);
    state.metrics.query(
        region, namespace, metric, dimensions, statistic, 60, from, now,
    )
}

fn api(
    sim: &Sim,
    region: &str,
    metric: &str,
    statistic: &str,
    minutes: i64,
) -> Vec<(Timestamp, f64)> {
    let spec = sim.spec();
    let site = spec
        .sites
        .iter()
        .find(|site| site.region.as_str() == region)
        .unwrap();
    recent(
        sim,
        region,
        ("AWS/ApiGateway", metric),
        &[("ApiId", &site.api)],
        statistic,
        minutes,
    )
}

fn lag(sim: &Sim, cluster: &str, region: &str, minutes: i64) -> Vec<(Timestamp, f64)> {
    let dimensions = [("DBClusterIdentifier", cluster)];
    recent(
        sim,
        region,
        ("AWS/RDS", "AuroraGlobalDBRPOLag"),
        &dimensions,
        "Maximum",
        minutes,
    )
}

fn mean(points: &[(Timestamp, f64)]) -> f64 {
    points.iter().map(|(_, value)| value).sum::<f64>() / points.len() as f64
}

fn region(code: &str) -> Region {
    Region::new(code).unwrap()
}
