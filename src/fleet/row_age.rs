//! How old what is shown together is: as old as the oldest figure in it.

use jiff::{SignedDuration, Timestamp};

use super::{HealthCheck, Metric, Metrics, Observed, Series, Site, Snapshot};

impl Snapshot {
    /// What the oldest of the figures in a Region's row speaks of: requests, latencies, errors, functions,
    /// replication lag, health check, probe. A figure that could not be renewed counts with the age of its last
    /// value, for that is what is shown. Days that a certificate has left grow old by themselves and do not
    /// count. None where the row holds no figure yet.
    pub fn row_at(&self, site: &Site) -> Option<Timestamp> {
        let api = [
            Metric::ApiRequests,
            Metric::ApiLatencyP50,
            Metric::ApiLatencyP99,
        ];
        let functions = site.functions.iter();
        let lag = self
            .database
            .lag(&site.region)
            .filter(|_| self.is_writer(&site.region) != Some(true));
        let check = self.edge.check(&site.region);
        let series = api
            .into_iter()
            .filter_map(|metric| settled_end(&site.api.metrics, metric, self.at))
            .chain(functions.filter_map(|function| {
                settled_end(&function.metrics, Metric::FunctionInvocations, self.at)
            }))
            .chain(lag.and_then(|lag| end(lag, self.at, Series::settled)))
            .chain(check.and_then(|check| self.check_at(check)));
        series.chain(site.probe.at()).min()
    }

    /// As [`Self::row_at`], of what the database is judged by: topology, members, replication lag.
    pub fn database_at(&self) -> Option<Timestamp> {
        let database = &self.database;
        let states = database.clusters.values();
        let secondaries = database.clusters.keys();
        let lags = secondaries.filter(|region| self.is_writer(region) != Some(true));
        let lags = lags.filter_map(|region| end(database.lag(region)?, self.at, Series::settled));
        let told = states.filter_map(|cluster| cluster.state.at()).chain(lags);
        told.chain(database.topology.at()).min()
    }

    /// As [`Self::row_at`], of what the edge is judged by: requests, errors, probe, records, answers. Its
    /// distribution changes by somebody's hand only and does not count.
    pub fn edge_at(&self) -> Option<Timestamp> {
        let edge = &self.edge;
        let figures = [Metric::EdgeRequests, Metric::Edge5xxRate];
        let figures = figures
            .into_iter()
            .filter_map(|metric| settled_end(&edge.metrics, metric, self.at));
        let asked = [edge.probe.at(), edge.records.at(), edge.answers.at()];
        figures.chain(asked.into_iter().flatten()).min()
    }

    /// As [`Self::row_at`], of everything that is judged.
    pub fn oldest_at(&self) -> Option<Timestamp> {
        let rows = self.sites.iter().filter_map(|site| self.row_at(site));
        rows.chain(self.database_at()).chain(self.edge_at()).min()
    }

    /// As [`Self::row_at`], of the latency records and the health checks that take them in and out.
    pub fn records_at(&self) -> Option<Timestamp> {
        self.checks_at()
            .into_iter()
            .chain(self.edge.records.at())
            .min()
    }

    /// As [`Self::row_at`], of all health checks.
    pub fn checks_at(&self) -> Option<Timestamp> {
        let checks = self.edge.checks.values();
        checks.filter_map(|check| self.check_at(check)).min()
    }

    fn check_at(&self, check: &HealthCheck) -> Option<Timestamp> {
        let status = check.metrics.get(Metric::CheckStatus);
        end(status, self.at, |series, _| series.newest())
    }
}

fn settled_end(metrics: &Metrics, metric: Metric, now: Timestamp) -> Option<Timestamp> {
    end(metrics.get(metric), now, Series::settled)
}

/// The end of the period of the newest point; not later than now.
fn end(
    observed: &Observed<std::sync::Arc<Series>>,
    now: Timestamp,
    newest: impl Fn(&Series, Timestamp) -> Option<super::Point>,
) -> Option<Timestamp> {
    let series = observed.last()?;
    let period = SignedDuration::try_from(series.period).unwrap_or_default();
    Some((newest(series, now)?.at + period).min(now))
}
