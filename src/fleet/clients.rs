//! A Region's clients, told from the health checkers that ask it as well.
//!
//! Route 53's checkers are ordinary clients to API Gateway: they count in `Count`, in the function's
//! `Invocations` and in errors (aws-facts §20.2). How many they are follows from the checks' settings.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::checkers::{Checkers, PRESUMED};
use super::{CheckConfig, CheckKind, Metric, Missing, NoRecords, Point, Region, Site, Snapshot};

/// With fewer clients than this a minute, one failed request is no sign.
const FEW: f64 = 20.0;

/// Requests of a Region in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Served {
    /// The minute.
    pub at: Timestamp,
    /// All that were counted.
    pub requests: f64,
    /// Those of them that checkers sent.
    pub checkers: Checkers,
}

impl Served {
    /// About how many are clients'. While the checks are not known, all of them, which is the most that it may be: ask
    /// [`Self::margin`] how far that is wrong before a share is told of it.
    pub fn clients(&self) -> f64 {
        (self.requests - self.checkers.expected.unwrap_or(0.0)).max(0.0)
    }

    /// Whether some are clients' for certain: more than checkers send.
    pub fn shows_clients(&self) -> bool {
        self.requests > self.checkers.most
    }

    /// The share of clients' requests that failed, in percent. Health checks that succeed hide none, and of a
    /// few requests one that failed is no share.
    pub fn failing(&self, failed: f64) -> f64 {
        let clients = self.clients();
        if failed <= 0.0 || self.requests <= 0.0 || (clients < FEW && failed < 2.0) {
            return 0.0;
        }
        let of = if clients < 1.0 {
            self.requests
        } else {
            clients
        };
        (100.0 * failed / of).min(100.0)
    }

    /// How far [`Self::clients`] may be wrong.
    pub fn margin(&self) -> f64 {
        self.checkers.most - self.checkers.expected.unwrap_or(0.0)
    }
}

/// The host that an endpoint check asks.
fn host(check: &CheckConfig) -> Option<&str> {
    match &check.kind {
        CheckKind::Endpoint { target, .. } => target.split([':', '/']).next(),
        _ => None,
    }
}

impl Site {
    /// Whether `host` is a name of the Region's API.
    pub fn is_called(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.');
        let own = format!("{}.execute-api.{}.", self.api.id, self.region);
        self.endpoint
            .as_deref()
            .is_some_and(|name| name.eq_ignore_ascii_case(host))
            || (!self.api.id.is_empty() && host.starts_with(&own))
    }
}

impl Snapshot {
    /// What health checkers send to the API of `site`.
    pub fn checkers(&self, site: &Site) -> Checkers {
        site.checkers.unwrap_or_else(|| self.checkers_now(site))
    }

    /// [`Self::checkers`], by the records and checks as they stand.
    pub(super) fn checkers_now(&self, site: &Site) -> Checkers {
        let Some(checks) = self.edge.endpoint_checks.last() else {
            return PRESUMED;
        };
        let records = match self.edge.records_of(&site.region) {
            Ok(records) => records,
            Err(NoRecords::Absent) => Vec::new(),
            // The names that its records answer with may be those that checks ask.
            Err(NoRecords::Unknown(_)) => return PRESUMED,
        };
        let own = |host: &str| {
            let bare = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
            let mut targets = records.iter().map(|record| bare(&record.target));
            site.is_called(host) || targets.any(|target| target == bare(host))
        };
        let public = |host: &str| host.eq_ignore_ascii_case(&self.edge.domain);
        let asks =
            |check: &CheckConfig, called: &dyn Fn(&str) -> bool| host(check).is_some_and(called);
        // What the Region's own record follows looks at the Region, by whatever name.
        let followed = self.edge.followed(&site.region).into_iter();
        let followed = followed.filter_map(|check| check.config.last());
        let elsewhere = followed.filter(|check| asks(check, &|host| !own(host) && !public(host)));
        Checkers::of(
            checks.iter().filter(|check| asks(check, &own)),
            checks
                .iter()
                .filter(|check| asks(check, &public))
                .chain(elsewhere),
        )
    }

    /// What health checkers send to `endpoint`, the name of a Region that is being built: as long as no check of
    /// it is listed, its own is still to come.
    pub fn checkers_of_new(&self, endpoint: &str) -> Checkers {
        let Some(checks) = self.edge.endpoint_checks.last() else {
            return PRESUMED;
        };
        let called = |check: &&CheckConfig| {
            host(check).is_some_and(|host| host.eq_ignore_ascii_case(endpoint))
        };
        let own = Checkers::of(checks.iter().filter(called), std::iter::empty());
        if own.expected == Some(0.0) {
            PRESUMED
        } else {
            own
        }
    }

    /// What `region` served in the newest settled minute; none where its figures could not be renewed.
    pub fn served(&self, region: &Region) -> Option<Served> {
        let site = self.site(region)?;
        let point = site.api.metrics.latest(Metric::ApiRequests, self.at)?;
        Some(self.served_in(site, point))
    }

    /// What `site` served in the minute of `point`.
    pub fn served_in(&self, site: &Site, point: Point) -> Served {
        Served {
            at: point.at,
            requests: point.value,
            checkers: self.checkers(site),
        }
    }

    /// The share of clients' requests in `site` that were answered as `failures` counts ([`Metric::Api5xx`] or
    /// [`Metric::Api4xx`]), in percent, in the newest settled minute of which both are known.
    pub fn failing(&self, site: &Site, failures: Metric) -> Option<Point> {
        let metrics = &site.api.metrics;
        let at = metrics.percent(failures, Metric::ApiRequests, self.at)?.at;
        let failed = metrics.beside(failures, at, self.at)?;
        let minutes = metrics.get(Metric::ApiRequests).current()?.points();
        let minute = minutes.iter().find(|point| point.at == at)?;
        let value = self.served_in(site, *minute).failing(failed);
        Some(Point { at, value })
    }

    /// Clients' requests a minute in `region`, by the newest figures there ever were: those of a Region that
    /// does not answer are old. A Region without points had no requests.
    pub fn clients_last(&self, region: &Region) -> Option<f64> {
        let site = self.site(region)?;
        let requests = site.api.metrics.get(Metric::ApiRequests);
        if requests.why_missing() == Some(&Missing::NoData) {
            return Some(0.0);
        }
        let point = requests.last()?.settled(self.at)?;
        Some(self.served_in(site, point).clients())
    }
}

#[cfg(test)]
#[path = "clients_tests.rs"]
mod tests;
