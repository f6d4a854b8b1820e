//! Route 53's health checkers: eight Regions of them, each asking on its own beat and voting.

use jiff::Timestamp;

use super::model::{CheckKind, HealthCheck, Observation};
use super::rng::{Rng, pick};

/// Checkers in one Region.
const PER_REGION: usize = 2;
/// An endpoint is healthy when more than this share of checkers says so, in percent (aws-facts §3.4).
const QUORUM: f64 = 18.0;

/// What a checker gets when it asks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Endpoint {
    /// Nobody answers.
    pub silent: bool,
    /// Why a checker is not answered well, whatever the Region does; none where it asks for the right thing.
    pub wrong: Option<Wrong>,
    /// Share of answers that are 500.
    pub failing: f64,
    /// Milliseconds until the first byte, without the distance.
    pub typical_ms: f64,
    /// Where it is.
    pub point: (f64, f64),
}

/// What a check asks for that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// No one listens on the port.
    Port,
    /// API Gateway ends the handshake without a name (aws-facts §3.4).
    Handshake,
    /// The API has no such path: 404.
    Path,
}

/// What checkers asked an endpoint, and how it answered.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct CheckerRequests {
    /// Requests that reached it.
    pub requests: f64,
    /// Of these, answered with an error of the server's.
    pub failed: f64,
    /// Of these, answered 404.
    pub refused: f64,
}

impl Wrong {
    const fn status(self) -> &'static str {
        match self {
            Self::Port => TIMED_OUT,
            Self::Handshake => NO_HANDSHAKE,
            Self::Path => NOT_FOUND,
        }
    }
}

#[derive(Debug, Clone)]
struct Checker {
    offset: i64,
    /// Consecutive answers against its present opinion.
    against: i32,
    reporting: bool,
}

/// Timings of a minute, summed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Timings {
    pub count: f64,
    pub connect_ms: f64,
    pub tls_ms: f64,
    pub first_byte_ms: f64,
}

/// The checkers of one endpoint check.
#[derive(Debug, Clone)]
pub(super) struct Checkers {
    all: Vec<Checker>,
    /// Of the minute being counted.
    pub timings: Timings,
    rng: Rng,
}

const TIMED_OUT: &str = "Failure: Connection timed out. The endpoint or the internet connection is down, or requests \
                         are being blocked by your firewall.";
/// The words for it are not documented.
const NO_HANDSHAKE: &str = "Failure: The SSL/TLS handshake with the endpoint failed.";
const NOT_FOUND: &str = "Failure: HTTP Status Code 404, Not Found";
const OK: &str = "Success: HTTP Status Code 200, OK";
const BROKEN: &str = "Failure: HTTP Status Code 500, Internal Server Error";

impl Checkers {
    /// The checkers of `check`, which get their observations; none unless it asks an endpoint.
    pub(super) fn new(seed: u64, check: &mut HealthCheck, now: Timestamp) -> Option<Self> {
        let CheckKind::Endpoint {
            regions,
            interval_s,
            ..
        } = &check.kind
        else {
            return None;
        };
        let interval = i64::from((*interval_s).max(1));
        let mut checkers = Vec::new();
        check.observations.clear();
        for region in regions {
            for number in 0..PER_REGION {
                let name = format!("{} {region} {number}", check.id);
                checkers.push(Checker {
                    offset: pick(seed, &name, interval),
                    against: 0,
                    reporting: true,
                });
                // The checkers' address follows from their Region, the same for every check.
                let host = pick(0, &format!("{region} {number}"), 250) + 1;
                check.observations.push(Observation {
                    region: region.clone(),
                    ip: format!("198.51.100.{host}"),
                    status: OK.into(),
                    checked: now,
                    healthy: true,
                });
            }
        }
        let rng = Rng::new(seed, &check.id);
        Some(Self {
            all: checkers,
            timings: Timings::default(),
            rng,
        })
    }

    /// Everybody whose turn came between `from` (exclusive) and `until` asks. `dark` says which
    /// checker Regions are gone: those neither ask nor report. Every look is a request to the endpoint.
    pub(super) fn ask(
        &mut self,
        check: &mut HealthCheck,
        endpoint: &Endpoint,
        (from, until): (i64, i64),
        dark: impl Fn(&str) -> bool,
    ) -> CheckerRequests {
        let mut asked = CheckerRequests::default();
        let CheckKind::Endpoint {
            interval_s,
            failure_threshold,
            ..
        } = check.kind
        else {
            return asked;
        };
        let interval = i64::from(interval_s.max(1));
        for (checker, observation) in self.all.iter_mut().zip(&mut check.observations) {
            checker.reporting = !dark(&observation.region);
            let turns = (until - checker.offset).div_euclid(interval)
                - (from - checker.offset).div_euclid(interval);
            if !checker.reporting || turns == 0 {
                continue;
            }
            let reached =
                !endpoint.silent && !matches!(endpoint.wrong, Some(Wrong::Port | Wrong::Handshake));
            for _ in 0..turns {
                let status = if endpoint.silent {
                    TIMED_OUT
                } else if let Some(wrong) = endpoint.wrong {
                    wrong.status()
                } else if self.rng.chance(endpoint.failing) {
                    BROKEN
                } else {
                    OK
                };
                let good = status == OK;
                asked.requests += if reached { 1.0 } else { 0.0 };
                asked.failed += if status == BROKEN { 1.0 } else { 0.0 };
                asked.refused += if status == NOT_FOUND { 1.0 } else { 0.0 };
                checker.against = if good == observation.healthy {
                    0
                } else {
                    checker.against + 1
                };
                if checker.against >= failure_threshold {
                    observation.healthy = good;
                    checker.against = 0;
                }
                if observation.status != status {
                    status.clone_into(&mut observation.status);
                }
            }
            let last = until - (until - checker.offset).rem_euclid(interval);
            observation.checked = Timestamp::from_second(last).unwrap_or(observation.checked);
            if reached {
                self.timings
                    .add(&observation.region, endpoint, &mut self.rng);
            }
        }
        self.count(check);
        asked
    }

    fn count(&self, check: &mut HealthCheck) {
        let reports = self
            .all
            .iter()
            .zip(&check.observations)
            .filter(|(checker, _)| checker.reporting);
        let (all, well) = reports.fold((0.0, 0.0), |(all, well), (_, seen)| {
            (all + 1.0, well + if seen.healthy { 1.0 } else { 0.0 })
        });
        if all > 0.0 {
            check.percent_healthy = Some(100.0 * well / all);
        }
    }
}

impl Timings {
    fn add(&mut self, region: &str, endpoint: &Endpoint, rng: &mut Rng) {
        let from = super::geo::place(region).map_or((0.0, 0.0), |place| (place.lat, place.lon));
        let rtt = super::geo::rtt_ms(from, endpoint.point);
        let noise = (0.1 * rng.normal()).exp();
        self.count += 1.0;
        self.connect_ms += rtt * noise;
        self.tls_ms += 2.0 * rtt * noise + 3.0;
        self.first_byte_ms += rtt + endpoint.typical_ms * noise;
    }
}

/// What Route 53 makes of a check by its own data, before inversion and disabling.
pub(super) fn endpoint_verdict(check: &HealthCheck) -> bool {
    check.percent_healthy.is_none_or(|percent| percent > QUORUM)
}

/// What Route 53 makes of `own` after disabling and inversion (aws-facts §3.4).
pub(super) fn settled_verdict(check: &HealthCheck, own: bool) -> bool {
    (check.disabled || own) != check.inverted
}
