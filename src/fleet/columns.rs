//! The columns of a table of sites. Each describes itself here, once: the Fleet screen, the filter, what is copied,
//! and `gwctl status` show what these say, with the same marks for what is missing.

mod values;
pub mod whole;

use jiff::Timestamp;

pub use self::values::{
    certificate, dns, function_errors_known, lag, record_dns, role, row_age, silent_for,
    traffic_known,
};
use super::{
    Known, Marks, Metric, Metrics, Observed, Reading, Region, Site, Snapshot, Unit, format,
    throttled_of_all,
};

/// A picture, and the time that ages are counted to.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// The picture.
    pub snapshot: &'a Snapshot,
    /// What ages are counted to.
    pub now: Timestamp,
}

/// How a column is drawn where there is a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// Words stand left.
    Words,
    /// Behind the verdict's mark.
    Region,
    /// Figures stand right.
    Figure,
    /// As a bar up to 100.
    Bar,
    /// As a curve; the figure is its newest point.
    Curve(Metric),
}

/// A column of a table of sites.
#[derive(Debug)]
pub struct Column {
    /// What `:columns`, `:sort`, a filter and the configuration call it.
    pub name: &'static str,
    /// The heading.
    pub title: &'static str,
    /// What it says, in a few words.
    pub about: &'static str,
    /// Where not all fit, those with the lowest rank stay.
    pub rank: u8,
    /// Cells it needs.
    pub width: u16,
    /// How many more it may take when there is room to spare.
    pub stretch: u16,
    /// How it is drawn.
    pub drawn: Drawn,
    /// What it says of a site.
    pub value: fn(&Moment<'_>, &Site) -> Reading,
}

/// One name, one column.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Column {}

const fn column(
    name: &'static str,
    title: &'static str,
    about: &'static str,
    (rank, width, stretch): (u8, u16, u16),
    drawn: Drawn,
    value: fn(&Moment<'_>, &Site) -> Reading,
) -> Column {
    Column {
        name,
        title,
        about,
        rank,
        width,
        stretch,
        drawn,
        value,
    }
}

/// Every column there is, in the order of help and of what is copied.
#[rustfmt::skip]
pub static ALL: [Column; 19] = [
    column("region", "Region", "the Region", (0, 16, 0), Drawn::Region, values::region),
    column("city", "City", "where the Region is", (16, 14, 0), Drawn::Words, values::city),
    column("verdict", "Verdict", "how the Region is doing", (1, 8, 0), Drawn::Words, values::verdict),
    column("role", "Role", "whether the database's writer is there", (4, 6, 0), Drawn::Words, values::database_role),
    column("share", "Traffic", "its share of all clients' requests", (5, 7, 0), Drawn::Figure, values::traffic),
    column("bar", "", "that share as a bar", (13, 6, 0), Drawn::Bar, values::traffic),
    column("p50", "p50", "median latency of its API", (10, 7, 0), Drawn::Figure, values::p50),
    column("p99", "p99", "p99 latency of its API", (2, 7, 3), Drawn::Figure, values::p99),
    column("5xx", "5xx", "share of clients' requests answered 5xx", (3, 7, 0), Drawn::Figure, values::failing),
    column("lambda", "Fn err", "share of failed invocations, of the worst function", (9, 7, 0), Drawn::Figure, values::function_errors),
    column("lag", "Lag", "how far its database is behind the writer", (6, 7, 3), Drawn::Figure, values::database_lag),
    column("dns", "DNS", "whether DNS answers with the Region", (7, 5, 0), Drawn::Words, values::in_dns),
    column("http", "HTTP", "status of the probe's answer", (17, 4, 0), Drawn::Figure, values::http),
    column("probe", "Probe", "how long gwctl's own probe took", (11, 7, 3), Drawn::Figure, values::probe),
    column("certificate", "Cert", "days its certificate has left", (12, 6, 0), Drawn::Figure, values::own_certificate),
    column("age", "Age", "age of the oldest figure of the row", (8, 4, 0), Drawn::Figure, row_age),
    column("requests", "Requests", "requests to its API", (14, 12, 32), Drawn::Curve(Metric::ApiRequests), values::requests),
    column("latency", "p99 latency", "p99 latency as a curve", (15, 12, 32), Drawn::Curve(Metric::ApiLatencyP99), values::p99),
    column("why", "Why", "the reasons of the verdict", (18, 30, 90), Drawn::Words, values::why),
];

/// What the Fleet screen shows unless other columns are chosen.
const ON_SCREEN: [&str; 16] = [
    "region",
    "verdict",
    "role",
    "share",
    "bar",
    "p50",
    "p99",
    "5xx",
    "lambda",
    "lag",
    "dns",
    "probe",
    "certificate",
    "age",
    "requests",
    "latency",
];

/// What `gwctl status` prints.
const IN_STATUS: [&str; 13] = [
    "region", "verdict", "role", "share", "p50", "p99", "5xx", "lambda", "lag", "dns", "http",
    "probe", "age",
];

/// The column called `name`.
pub fn find(name: &str) -> Option<&'static Column> {
    ALL.iter().find(|column| column.name == name)
}

/// What the Fleet screen shows unless other columns are chosen.
pub fn on_screen() -> Vec<&'static Column> {
    ON_SCREEN.iter().filter_map(|name| find(name)).collect()
}

/// What `gwctl status` prints.
pub fn in_status() -> Vec<&'static Column> {
    IN_STATUS.iter().filter_map(|name| find(name)).collect()
}

/// The columns called so, each once. A row without its Region would say nothing: that is always there.
///
/// # Errors
/// The first name that is no column's.
pub fn chosen<'n>(
    names: impl IntoIterator<Item = &'n str>,
) -> Result<Vec<&'static Column>, &'n str> {
    let mut columns: Vec<&'static Column> = Vec::new();
    for name in names {
        let column = find(name).ok_or(name)?;
        if !columns.iter().any(|other| other.name == column.name) {
            columns.push(column);
        }
    }
    if !columns.iter().any(|column| column.drawn == Drawn::Region) {
        columns.insert(0, &ALL[0]);
    }
    Ok(columns)
}

/// What the columns say of `site`, by name, for whoever copies and filters: a bar and a curve say no more than the
/// figure that they draw.
pub fn said(moment: &Moment<'_>, site: &Site, marks: &Marks) -> Vec<(&'static str, String)> {
    let told = |column: &&Column| !matches!(column.drawn, Drawn::Bar | Drawn::Curve(_));
    ALL.iter()
        .filter(told)
        .map(|column| (column.name, (column.value)(moment, site).said(marks)))
        .collect()
}

/// A column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    pub column: &'static Column,
    /// The highest first.
    pub descending: bool,
}

impl Sort {
    /// The sites of a picture, sorted. What is not current stands last either way: it is not known to be more or
    /// less than anything. Those that are equal keep the fleet's order.
    pub fn sites<'a>(&self, moment: &Moment<'a>) -> Vec<&'a Site> {
        let read = |site: &'a Site| ((self.column.value)(moment, site), site);
        let mut all: Vec<(Reading, &Site)> = moment.snapshot.sites.iter().map(read).collect();
        all.sort_by(|(a, _), (b, _)| {
            let order = match (a.amount, b.amount) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => a.text.cmp(&b.text),
            };
            let order = if self.descending {
                order.reverse()
            } else {
                order
            };
            b.sorts().cmp(&a.sorts()).then(order)
        });
        all.into_iter().map(|(_, site)| site).collect()
    }
}

impl<'a> Moment<'a> {
    /// The newest settled point of a series.
    pub fn metric(&self, metrics: &Metrics, metric: Metric) -> Known<f64> {
        Known::metric(metrics, metric, self.now, &self.snapshot.thresholds)
    }

    /// A share of one series in another, in percent.
    pub fn percent(&self, metrics: &Metrics, part: Metric, whole: Metric) -> Known<f64> {
        Known::percent(metrics, part, whole, self.now, &self.snapshot.thresholds)
    }

    /// The share of clients' requests that `site` answered 5xx, in percent.
    pub fn failing(&self, site: &Site) -> Known<f64> {
        let counted = self.percent(&site.api.metrics, Metric::Api5xx, Metric::ApiRequests);
        match self.snapshot.failing(site, Metric::Api5xx) {
            Some(point) => Known {
                value: Some(point.value),
                ..counted
            },
            None => counted,
        }
    }

    /// A described thing.
    pub fn known<'o, T>(&self, observed: &'o Observed<T>) -> Known<&'o T> {
        Known::<T>::of(observed, self.now, self.snapshot.thresholds.state_stale_s)
    }

    /// A described thing that changes so rarely that hours do not make it old.
    pub fn lasting<'o, T>(&self, observed: &'o Observed<T>) -> Known<&'o T> {
        Known::<T>::of(observed, self.now, 90_000.0)
    }

    /// The newest settled point of a series, with why there is none.
    pub fn reading(&self, metrics: &Metrics, metric: Metric) -> Reading {
        let unit = metric.unit();
        let write = |value| format::in_unit(value, unit);
        let known = self.metric(metrics, metric);
        Reading {
            amount: known.value,
            unit: Some(unit),
            ..Reading::of(known, write)
        }
        .because(metrics.get(metric).why_missing())
    }

    /// A share of one series in another, with why there is none.
    pub fn share_of(&self, metrics: &Metrics, part: Metric, whole: Metric) -> Reading {
        self.share_as(metrics, (part, whole), std::convert::identity)
    }

    /// The share of a function's requests that Lambda throttles, likewise.
    pub fn throttled(&self, metrics: &Metrics) -> Reading {
        let of = (Metric::FunctionThrottles, Metric::FunctionInvocations);
        self.share_as(metrics, of, throttled_of_all)
    }

    fn share_as(
        &self,
        metrics: &Metrics,
        (part, whole): (Metric, Metric),
        of_all: fn(f64) -> f64,
    ) -> Reading {
        let mut known = self.percent(metrics, part, whole);
        known.value = known.value.map(of_all);
        let why = |metric| metrics.get(metric).why_missing();
        Reading::figure(known, Unit::Percent, format::percent)
            .because(why(whole).or_else(|| why(part)))
    }

    /// A described thing in words, with why there is none.
    pub fn described<T>(
        &self,
        observed: &Observed<T>,
        write: impl FnOnce(&T) -> String,
    ) -> Reading {
        Reading::of(self.known(observed), write).because(observed.why_missing())
    }

    /// The site in `region`.
    pub fn site(&self, region: &Region) -> Option<&'a Site> {
        self.snapshot.site(region)
    }
}

#[cfg(test)]
mod tests;
