//! Requests by route, method or status, as an API's access log tells them; Route 53's health checkers apart
//! (aws-facts §20.2).

use std::collections::BTreeMap;

use super::query::By;
use crate::Region;

/// What cannot be told.
const UNKNOWN: &str = "(not in the access log)";

/// So many requests that have all of this alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Requests {
    pub region: Region,
    pub route: Option<String>,
    pub method: Option<String>,
    pub status: Option<String>,
    /// Whether a health checker of Route 53 asked.
    pub checker: bool,
    pub count: u64,
    /// The time that 95 of 100 stayed below, in milliseconds.
    pub p95_ms: Option<f64>,
}

/// How often in one Region.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Answered {
    pub count: u64,
    /// Of these, those answered 5xx; none where no status is told.
    pub failed: Option<u64>,
}

/// One route, method or status.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakdownRow {
    pub name: String,
    /// Whether these are the health checkers.
    pub checker: bool,
    pub regions: BTreeMap<Region, Answered>,
    /// The greatest of those of its parts, in milliseconds.
    pub p95_ms: Option<f64>,
}

impl BreakdownRow {
    /// In all Regions.
    pub fn count(&self) -> u64 {
        self.regions.values().map(|one| one.count).sum()
    }

    /// Of these, those answered 5xx, where every Region tells it.
    pub fn failed(&self) -> Option<u64> {
        self.regions.values().map(|one| one.failed).sum()
    }
}

/// Requests of single lines put together where they have all alike, with the time that 95 of 100 stayed below.
pub fn folded(lines: impl IntoIterator<Item = Requests>) -> Vec<Requests> {
    let mut all: BTreeMap<String, (Requests, Vec<f64>)> = BTreeMap::new();
    for one in lines {
        let key = format!(
            "{} {:?} {:?} {:?} {}",
            one.region, one.route, one.method, one.status, one.checker
        );
        let took = one.p95_ms;
        let entry = all.entry(key);
        let (sum, times) = entry.or_insert_with(|| {
            (
                Requests {
                    count: 0,
                    ..one.clone()
                },
                Vec::new(),
            )
        });
        sum.count += one.count;
        times.extend(took);
    }
    let done = all.into_values().map(|(mut sum, mut times)| {
        times.sort_by(f64::total_cmp);
        let rank = (times.len() * 95).div_ceil(100).saturating_sub(1);
        sum.p95_ms = times.get(rank).copied();
        sum
    });
    done.collect()
}

/// `all` by route, method or status: clients by how many failed and then by how many there are, checkers last.
pub fn breakdown(all: &[Requests], by: By) -> Vec<BreakdownRow> {
    let mut rows: BTreeMap<(bool, String), BreakdownRow> = BTreeMap::new();
    for one in all {
        let name = match by {
            By::Route => &one.route,
            By::Method => &one.method,
            By::Status => &one.status,
        };
        let name = name.clone().unwrap_or_else(|| UNKNOWN.into());
        let row = rows.entry((one.checker, name.clone()));
        let row = row.or_insert_with(|| BreakdownRow {
            name,
            checker: one.checker,
            regions: BTreeMap::new(),
            p95_ms: None,
        });
        let region = row.regions.entry(one.region.clone()).or_insert(Answered {
            count: 0,
            failed: Some(0),
        });
        region.count += one.count;
        let failed = one.status.as_ref().map(|status| status.starts_with('5'));
        region.failed = region
            .failed
            .zip(failed)
            .map(|(sum, failed)| sum + if failed { one.count } else { 0 });
        row.p95_ms = row.p95_ms.into_iter().chain(one.p95_ms).reduce(f64::max);
    }
    let mut rows: Vec<BreakdownRow> = rows.into_values().collect();
    rows.sort_by_key(|row| {
        let failed = row.failed().unwrap_or(0);
        (row.checker, std::cmp::Reverse((failed, row.count())))
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(code: &str, route: &str, status: Option<&str>, count: u64) -> Requests {
        Requests {
            region: Region::new(code).unwrap(),
            route: Some(route.into()),
            method: None,
            status: status.map(str::to_owned),
            checker: route == "GET /health",
            count,
            p95_ms: Some(count as f64),
        }
    }

    #[test]
    fn failing_routes_stand_first_and_checkers_last() {
        let all = [
            requests("us-east-1", "GET /orders", Some("200"), 900),
            requests("eu-west-1", "POST /orders", Some("500"), 20),
            requests("us-east-1", "POST /orders", Some("201"), 80),
            requests("us-east-1", "GET /health", Some("503"), 5_000),
        ];
        let rows = breakdown(&all, By::Route);
        let told: Vec<(&str, u64, Option<u64>)> = rows
            .iter()
            .map(|row| (row.name.as_str(), row.count(), row.failed()))
            .collect();
        assert_eq!(
            told,
            [
                ("POST /orders", 100, Some(20)),
                ("GET /orders", 900, Some(0)),
                ("GET /health", 5_000, Some(5_000)),
            ]
        );
        assert_eq!(rows[0].p95_ms, Some(80.0));
        assert_eq!(breakdown(&all, By::Method)[0].name, UNKNOWN);
    }

    #[test]
    fn without_a_status_nothing_is_known_of_failures() {
        let all = [requests("us-east-1", "GET /orders", None, 7)];
        assert_eq!(breakdown(&all, By::Route)[0].failed(), None);
    }
}
