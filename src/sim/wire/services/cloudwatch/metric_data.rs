//! `GetMetricData` (aws-facts §1.4).

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::page::{offset, seal};
use super::expression::{Outcome, Points, evaluate};
use crate::wire::fault::Fault;
use crate::wire::services::ask::{Answer, Ask};
use crate::wire::services::cloudwatch::metric_input::{Named, missing, unit_of};
use crate::wire::value::{Value, members, shape};
use crate::world::State;
use crate::world::metrics::Statistic;

/// Queries in one call.
const MOST_QUERIES: usize = 500;
/// Points in one reply.
const MOST_POINTS: i64 = 100_800;

pub fn get(world: &State, ask: &Ask) -> Answer {
    let input = &ask.input;
    let queries = input.items("MetricDataQueries");
    if queries.is_empty() {
        return Err(missing("MetricDataQueries"));
    }
    if queries.len() > MOST_QUERIES {
        return Err(invalid(
            "The collection MetricDataQueries must not have a size greater than 500.",
        ));
    }
    let start = input
        .time("StartTime")?
        .ok_or_else(|| missing("StartTime"))?;
    let end = input.time("EndTime")?.ok_or_else(|| missing("EndTime"))?;
    if start >= end {
        return Err(invalid(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    let most = input.int("MaxDatapoints")?.unwrap_or(MOST_POINTS);
    if !(1..=MOST_POINTS).contains(&most) {
        return Err(invalid(format!(
            "The value {most} for parameter MaxDatapoints is not between 1 and {MOST_POINTS}."
        )));
    }
    let ascending = match input.text("ScanBy") {
        None | Some("TimestampDescending") => false,
        Some("TimestampAscending") => true,
        Some(other) => {
            return Err(invalid(format!(
                "The value {other} for parameter ScanBy is not valid."
            )));
        }
    };
    let from = match input.text("NextToken") {
        None => 0,
        Some(token) => offset(token).ok_or_else(|| {
            Fault::bad("InvalidNextToken", "The next token specified is invalid.")
                .shaped("InvalidNextToken")
        })?,
    };
    let queries = read(&queries)?;
    if !queries.iter().any(|query| query.returned) {
        return Err(invalid(
            "At least one of the elements in MetricDataQueries must have ReturnData set to true.",
        ));
    }
    let mut reader = Reader {
        world,
        ask,
        start,
        end,
        queries: &queries,
        done: HashMap::new(),
    };
    let mut results = Vec::new();
    for query in queries.iter().filter(|query| query.returned) {
        let points = reader
            .points(&query.id, &mut Vec::new())
            .map_err(|why| invalid(format!("Error in expression '{}': {why}", query.id)))?;
        let mut points: Vec<(i64, f64)> = points.into_iter().collect();
        if !ascending {
            points.reverse();
        }
        results.push((query, points));
    }
    let (shapes, next) = paged(&results, from, most as usize, world);
    Ok(shape! {
        "MetricDataResults": members(shapes),
        "NextToken": next,
        "Messages": members(Vec::<Value>::new()),
    }
    .into())
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::bad("ValidationError", message).shaped("ValidationException")
}

enum QueryKind {
    Metric {
        metric: Named,
        period_s: i64,
        statistic: String,
        unit: Option<String>,
    },
    Expression(String),
}

struct Query {
    id: String,
    label: String,
    returned: bool,
    account: Option<String>,
    source: QueryKind,
}

fn read(given: &[&Value]) -> Result<Vec<Query>, Fault> {
    let mut queries: Vec<Query> = Vec::with_capacity(given.len());
    for (index, one) in given.iter().enumerate() {
        let place = format!("MetricDataQueries.member.{}", index + 1);
        let id = one
            .text("Id")
            .ok_or_else(|| missing(&format!("{place}.Id")))?;
        let well_formed = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && id.len() <= 255;
        if !well_formed {
            return Err(invalid(format!(
                "The value {id} for parameter {place}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )));
        }
        if queries.iter().any(|query| query.id == id) {
            return Err(invalid(format!(
                "The values for parameter id in MetricDataQueries are not unique: {id}"
            )));
        }
        let source = match (one.get("MetricStat"), one.text("Expression")) {
            (Some(stat), None) => metric(stat, &place)?,
            (None, Some(text)) => QueryKind::Expression(text.to_owned()),
            _ => {
                return Err(invalid(format!(
                    "The parameter {place} must have exactly one of MetricStat and Expression."
                )));
            }
        };
        let label = match (&source, one.text("Label")) {
            (_, Some(label)) => label.to_owned(),
            (QueryKind::Metric { metric, .. }, None) => metric.name.clone(),
            (QueryKind::Expression(_), None) => id.to_owned(),
        };
        queries.push(Query {
            id: id.to_owned(),
            label,
            returned: one.bool("ReturnData")?.unwrap_or(true),
            account: one.text("AccountId").map(str::to_owned),
            source,
        });
    }
    Ok(queries)
}

fn metric(stat: &Value, place: &str) -> Result<QueryKind, Fault> {
    let given = stat
        .get("Metric")
        .ok_or_else(|| missing(&format!("{place}.MetricStat.Metric")))?;
    let metric = Named::read(given)?;
    let period_s = stat
        .int("Period")?
        .ok_or_else(|| missing(&format!("{place}.MetricStat.Period")))?;
    let high_resolution = matches!(period_s, 1 | 5 | 10 | 20 | 30);
    if period_s < 1 || (period_s % 60 != 0 && !high_resolution) {
        return Err(invalid(format!(
            "The value {period_s} for parameter {place}.MetricStat.Period is not valid."
        )));
    }
    let statistic = stat
        .text("Stat")
        .ok_or_else(|| missing(&format!("{place}.MetricStat.Stat")))?
        .to_owned();
    if Statistic::parse(&statistic).is_none() {
        return Err(invalid(format!(
            "The value {statistic} for parameter {place}.MetricStat.Stat is not supported."
        )));
    }
    Ok(QueryKind::Metric {
        metric,
        period_s,
        statistic,
        unit: stat.text("Unit").map(str::to_owned),
    })
}

struct Reader<'a> {
    world: &'a State,
    ask: &'a Ask,
    start: Timestamp,
    end: Timestamp,
    queries: &'a [Query],
    done: HashMap<String, Points>,
}

impl Reader<'_> {
    /// The points of the query `id`; `pending` are the expressions that wait for it.
    fn points(&mut self, id: &str, pending: &mut Vec<String>) -> Result<Points, String> {
        if let Some(points) = self.done.get(id) {
            return Ok(points.clone());
        }
        let queries = self.queries;
        let query = queries
            .iter()
            .find(|query| query.id == id)
            .ok_or_else(|| format!("Undefined variable {id}"))?;
        let points = match &query.source {
            _ if !self.own(query) => Points::new(),
            QueryKind::Metric {
                metric,
                period_s,
                statistic,
                unit,
            } => self.series(metric, *period_s, statistic, unit.as_deref()),
            QueryKind::Expression(text) => {
                if pending.iter().any(|waiting| waiting == id) || pending.len() > 32 {
                    return Err(format!("Circular reference to {id}"));
                }
                pending.push(id.to_owned());
                let outcome = evaluate(text, &mut |name| self.points(name, pending))?;
                pending.pop();
                match outcome {
                    Outcome::Series(points) => points,
                    _ => return Err("The expression must return a time series".into()),
                }
            }
        };
        self.done.insert(id.to_owned(), points.clone());
        Ok(points)
    }

    fn series(&self, metric: &Named, period_s: i64, statistic: &str, unit: Option<&str>) -> Points {
        // A unit that is not the metric's own finds nothing (aws-facts §1.2).
        if unit.is_some_and(|unit| unit != unit_of(&metric.namespace, &metric.name)) {
            return Points::new();
        }
        let region = self.ask.region.as_str();
        let (namespace, name) = (metric.namespace.as_str(), metric.name.as_str());
        let dimensions = metric.dimensions();
        let found = self.world.metrics.query(
            region,
            namespace,
            name,
            &dimensions,
            statistic,
            period_s,
            self.start,
            self.end,
        );
        found
            .into_iter()
            .map(|(at, value)| (at.as_second(), value))
            .collect()
    }

    fn own(&self, query: &Query) -> bool {
        query
            .account
            .as_ref()
            .is_none_or(|account| *account == self.world.resources.caller.account)
    }
}

/// One page of the points of all series, in the order of the queries. A series is on every page that
/// has some of its points; one without points is on exactly one.
fn paged(
    results: &[(&Query, Vec<(i64, f64)>)],
    from: usize,
    most: usize,
    world: &State,
) -> (Vec<Value>, Option<String>) {
    let total: usize = results.iter().map(|(_, points)| points.len()).sum();
    let until = from + most;
    let mut shapes = Vec::new();
    let mut begin = 0;
    for (query, points) in results {
        let end = begin + points.len();
        let (low, high) = (begin.max(from), end.min(until));
        let on_this_page = if points.is_empty() {
            begin >= from && (begin < until || until >= total)
        } else {
            low < high
        };
        if on_this_page {
            let part = if points.is_empty() {
                &points[..]
            } else {
                &points[low - begin..high - begin]
            };
            shapes.push(result(query, part, end > until, world));
        }
        begin = end;
    }
    (shapes, (until < total).then(|| seal(until)))
}

fn result(query: &Query, points: &[(i64, f64)], goes_on: bool, world: &State) -> Value {
    let foreign = query
        .account
        .as_ref()
        .is_some_and(|account| *account != world.resources.caller.account);
    let status = match (foreign, goes_on) {
        (true, _) => "Forbidden",
        (false, true) => "PartialData",
        (false, false) => "Complete",
    };
    let stamps = points
        .iter()
        .filter_map(|(at, _)| Timestamp::from_second(*at).ok());
    shape! {
        "Id": &query.id,
        "Label": &query.label,
        "Timestamps": members(stamps),
        "Values": members(points.iter().map(|(_, value)| *value)),
        "StatusCode": status,
    }
}
