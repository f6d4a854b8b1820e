//! The records that route between the Regions of a founded fleet.

use super::model::{AliasTarget, RecordSet, RoutingShape};
use super::names::{self, LATENCY_RECORD, ZONE};
use super::seed::plain;
use super::seed_checks;
use super::seed_options::SeedOptions;
use gwctl_fleet::{FailoverRole, Geolocation, Region, Routing};

/// All of them, as Route 53 sorts them.
pub(super) fn records(options: &SeedOptions) -> Vec<RecordSet> {
    let top = format!("{LATENCY_RECORD}.");
    let mut all = Vec::new();
    for (n, region) in options.regions.iter().enumerate() {
        let own = |name: &str, routing| direct(options, name, region, routing);
        match options.routing {
            RoutingShape::Latency => all.push(own(&top, Routing::Latency(region.clone()))),
            RoutingShape::Weighted => all.push(own(&top, Routing::Weighted(weight(n)))),
            RoutingShape::Failover => all.push(own(&top, Routing::Failover(role(n)))),
            RoutingShape::Geolocation => all.push(own(&top, near(n, region))),
            RoutingShape::GeolocationFailover => all.extend(pair_behind(options, n, region)),
        }
    }
    all.sort_by(|a, b| (&a.name, &a.set_identifier).cmp(&(&b.name, &b.set_identifier)));
    all
}

/// A record of the Region's own name, with its check.
fn direct(options: &SeedOptions, name: &str, region: &Region, routing: Routing) -> RecordSet {
    RecordSet {
        set_identifier: Some(region.to_string()),
        routing,
        health_check: Some(seed_checks::site_check_id(options.seed, region)),
        ..plain(name, "CNAME", 60, vec![names::endpoint(region)])
    }
}

/// Half of what is left for each further Region.
const fn weight(nth: usize) -> i64 {
    match nth {
        0 => 60,
        1 => 30,
        _ => 10,
    }
}

/// The first is the primary.
const fn role(nth: usize) -> FailoverRole {
    match nth {
        0 => FailoverRole::Primary,
        _ => FailoverRole::Secondary,
    }
}

/// The first Region is for everybody for whom no other is.
fn near(nth: usize, region: &Region) -> Routing {
    let continent = region
        .place()
        .map_or("NA", |place| super::geo::continent((place.lat, place.lon)));
    Routing::Geolocation(Geolocation {
        continent: (nth > 0).then(|| continent.into()),
        country: (nth == 0).then(|| "*".into()),
        subdivision: None,
    })
}

/// The clients of a continent get a failover pair: their own Region, then the next.
fn pair_behind(options: &SeedOptions, nth: usize, region: &Region) -> Vec<RecordSet> {
    let below = format!("{region}.{LATENCY_RECORD}.");
    let next = &options.regions[(nth + 1) % options.regions.len()];
    let alias = AliasTarget {
        zone: ZONE.into(),
        name: below.clone(),
        evaluate_target_health: true,
    };
    let top = RecordSet {
        set_identifier: Some(region.to_string()),
        routing: near(nth, region),
        ttl: None,
        alias: Some(alias),
        ..plain(&format!("{LATENCY_RECORD}."), "CNAME", 0, Vec::new())
    };
    let member = |of: &Region, role| direct(options, &below, of, Routing::Failover(role));
    vec![
        top,
        member(region, FailoverRole::Primary),
        member(next, FailoverRole::Secondary),
    ]
}
