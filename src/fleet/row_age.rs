//! How old a Region's row is: as old as the oldest figure in it.

use jiff::{SignedDuration, Timestamp};

use super::{Metric, Metrics, Observed, Series, Site, Snapshot};

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
            .chain(check.and_then(|check| {
                let status = check.metrics.get(Metric::CheckStatus);
                end(status, self.at, |series, _| series.newest())
            }));
        series.chain(site.probe.at()).min()
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
