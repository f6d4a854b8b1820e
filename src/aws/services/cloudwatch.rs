//! CloudWatch: metrics and alarms.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::types::{
    AlarmType, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricDataResult, MetricStat,
    ScanBy, StateValue, StatusCode,
};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use crate::services::alarm_measured::measured;
use crate::services::metric::MetricQuestion;
use crate::transport::call::Caller;
use crate::transport::error::AwsError;
use crate::transport::reply;
use crate::transport::session::{Session, sdk_client};
use gwctl_fleet::{Alarm, AlarmWatch, Missing, Point, Region, Series};

/// Queries in one GetMetricData call (aws-facts §1.4).
const QUERIES: usize = 500;
/// No single question needs more; a reply that never ends must not hang us.
const PAGES: usize = 100;
/// Beyond this a figure is absurd, whatever it counts.
const ABSURD: f64 = 1e15;

/// One answer: the key of its question, and the points or why there are none.
pub type MetricAnswer<K> = (K, Result<Series, Missing>);

/// CloudWatch in one Region.
#[derive(Debug, Clone)]
pub struct CloudWatch {
    pub(crate) client: Client,
    pub(crate) caller: Caller,
}

impl Session {
    /// CloudWatch in `region`.
    pub fn cloudwatch(&self, region: &Region) -> CloudWatch {
        let caller = self.caller("cloudwatch", region);
        CloudWatch {
            client: self.client(&caller, sdk_client!(aws_sdk_cloudwatch)),
            caller,
        }
    }
}

impl CloudWatch {
    /// Asks all `questions` about `from..to`, five hundred a call, and follows every page. Answers
    /// come in the order of the questions; the error is that of the first call that failed.
    ///
    /// CloudWatch may answer 200 and yet refuse single series: each carries its own reason.
    pub async fn metrics<K: Clone>(
        &self,
        questions: &[MetricQuestion<K>],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<MetricAnswer<K>>, AwsError> {
        let calls = questions
            .chunks(QUERIES)
            .map(|chunk| self.metrics_of_chunk(chunk, from, to));
        let answers = futures_util::future::try_join_all(calls).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    async fn metrics_of_chunk<K: Clone>(
        &self,
        questions: &[MetricQuestion<K>],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<MetricAnswer<K>>, AwsError> {
        let queries: Vec<_> = questions
            .iter()
            .enumerate()
            .map(|(n, question)| query(n, question))
            .collect();
        let mut gathered: HashMap<usize, Gathered> = HashMap::new();
        let mut said = None;
        let mut token = None;
        let mut whole = false;
        for _ in 0..PAGES {
            let call = self
                .client
                .get_metric_data()
                .set_metric_data_queries(Some(queries.clone()))
                .start_time(DateTime::from_secs(from.as_second()))
                .end_time(DateTime::from_secs(to.as_second()))
                .scan_by(ScanBy::TimestampAscending)
                .set_next_token(token)
                .send();
            let page = self.caller.ask("GetMetricData", call).await?;
            for result in page.metric_data_results() {
                if let Some(n) = index_of(result.id()) {
                    gathered.entry(n).or_default().take(result);
                }
            }
            for message in page.messages() {
                said = message
                    .value()
                    .or(message.code())
                    .map(reply::message)
                    .or(said);
            }
            token = page
                .next_token()
                .filter(|token| !token.is_empty())
                .map(Into::into);
            if token.is_none() {
                whole = true;
                break;
            }
        }
        if !whole {
            return Err(self.caller.cut_short("GetMetricData"));
        }
        let answer = |(n, question): (usize, &MetricQuestion<K>)| {
            let gathered = gathered.remove(&n);
            let answer = gathered.map_or_else(
                || {
                    Err(could_not(said.clone().unwrap_or_else(|| {
                        "CloudWatch left this metric out".into()
                    })))
                },
                |gathered| gathered.into_series(question.period, said.as_deref()),
            );
            (question.key.clone(), answer)
        };
        Ok(questions.iter().enumerate().map(answer).collect())
    }

    /// Alarms in state ALARM, metric and composite.
    pub async fn alarms_in_alarm(&self) -> Result<Vec<Alarm>, AwsError> {
        let mut alarms = Vec::new();
        let mut token = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_alarms()
                .state_value(StateValue::Alarm)
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .set_next_token(token)
                .send();
            let page = self.caller.ask("DescribeAlarms", call).await?;
            alarms.extend(page.metric_alarms().iter().map(|alarm| {
                Alarm {
                    name: reply::name_or_empty(alarm.alarm_name()),
                    reason: alarm.state_reason().map(reply::message).unwrap_or_default(),
                    since: reply::moment(
                        alarm
                            .state_transitioned_timestamp()
                            .or(alarm.state_updated_timestamp()),
                    ),
                    watches: watches(alarm),
                    measured: measured(alarm),
                }
            }));
            alarms.extend(page.composite_alarms().iter().map(|alarm| {
                Alarm {
                    name: reply::name_or_empty(alarm.alarm_name()),
                    reason: alarm.state_reason().map(reply::message).unwrap_or_default(),
                    since: reply::moment(
                        alarm
                            .state_transitioned_timestamp()
                            .or(alarm.state_updated_timestamp()),
                    ),
                    watches: None,
                    measured: None,
                }
            }));
            token = page
                .next_token()
                .filter(|token| !token.is_empty())
                .map(Into::into);
            if token.is_none() {
                return Ok(alarms);
            }
        }
        Err(self.caller.cut_short("DescribeAlarms"))
    }

    /// Names of the metrics in `namespace` that have all of `dimensions`; sorted, each once.
    pub async fn list_metrics(
        &self,
        namespace: &str,
        dimensions: &[(&str, &str)],
    ) -> Result<Vec<String>, AwsError> {
        let having: Vec<(&str, Option<&str>)> = dimensions
            .iter()
            .map(|(name, value)| (*name, Some(*value)))
            .collect();
        let (metrics, cut) = self.listed(namespace, None, &having, PAGES).await?;
        if cut {
            return Err(self.caller.cut_short("ListMetrics"));
        }
        let names: BTreeSet<String> = metrics
            .iter()
            .filter_map(|metric| reply::some_name(metric.metric_name()))
            .collect();
        Ok(names.into_iter().collect())
    }

    /// How CloudFront spells the limit-exceeded metric of Lambda@Edge for this distribution: AWS
    /// names it nowhere, and both spellings have been seen (aws-facts §1.2). None when it has no points yet.
    pub async fn limit_exceeded_name(
        &self,
        distribution: &str,
    ) -> Result<Option<String>, AwsError> {
        let dimensions = [("DistributionId", distribution), ("Region", "Global")];
        let names = self.list_metrics("AWS/CloudFront", &dimensions).await?;
        Ok(names
            .into_iter()
            .find(|name| name.starts_with("LambdaLimitExceeded")))
    }
}

/// The pages of one series.
#[derive(Debug, Default)]
struct Gathered {
    points: Vec<Point>,
    status: Option<StatusCode>,
    said: Option<String>,
    /// More times than values, or fewer.
    lopsided: bool,
    /// Points that were left out for making no sense.
    absurd: usize,
}

impl Gathered {
    fn take(&mut self, page: &MetricDataResult) {
        let (times, values) = (page.timestamps(), page.values());
        self.lopsided |= times.len() != values.len();
        let before = self.points.len();
        self.points
            .extend(times.iter().zip(values).filter_map(point));
        self.absurd += times.len().min(values.len()) - (self.points.len() - before);
        if let Some(status) = page.status_code() {
            self.status = Some(status.clone());
        }
        for message in page.messages() {
            self.said = message
                .value()
                .or(message.code())
                .map(reply::message)
                .or(self.said.take());
        }
    }

    fn into_series(
        self,
        period: std::time::Duration,
        global: Option<&str>,
    ) -> Result<Series, Missing> {
        let said = self.said.as_deref().or(global);
        let because =
            |what: &str| said.map_or_else(|| what.to_owned(), |said| format!("{what}: {said}"));
        if self.lopsided {
            return Err(could_not("times and values do not match".into()));
        }
        match self.status {
            Some(StatusCode::Forbidden) => {
                return Err(Missing::NotAllowed {
                    action: "cloudwatch:GetMetricData".into(),
                });
            }
            Some(StatusCode::InternalError) => {
                return Err(could_not(because("CloudWatch had an internal error")));
            }
            // No page followed that would have ended it.
            Some(StatusCode::PartialData) => {
                return Err(could_not(because("CloudWatch gave only part of the data")));
            }
            _ => {}
        }
        if !self.points.is_empty() {
            return Ok(Series::new(period, self.points));
        }
        if self.absurd > 0 {
            return Err(could_not("the figures are not valid".into()));
        }
        // A complaint about the whole call is no proof that nothing happened.
        Err(said.map_or(Missing::NoData, |said| could_not(said.to_owned())))
    }
}

/// None of an alarm that compares no single metric with a number.
fn watches(alarm: &MetricAlarm) -> Option<AlarmWatch> {
    let dimension = |one: &Dimension| {
        Some((
            reply::some_name(one.name())?,
            reply::some_name(one.value())?,
        ))
    };
    let statistic = alarm
        .statistic()
        .map(aws_sdk_cloudwatch::types::Statistic::as_str);
    Some(AlarmWatch {
        namespace: reply::some_name(alarm.namespace())?,
        metric: reply::some_name(alarm.metric_name())?,
        dimensions: alarm.dimensions().iter().filter_map(dimension).collect(),
        statistic: reply::some_name(statistic.or(alarm.extended_statistic()))?,
        limit: alarm.threshold().filter(|limit| limit.is_finite())?,
        comparison: reply::name(alarm.comparison_operator()?.as_str()),
        missing: reply::some_name(alarm.treat_missing_data()),
        configured: reply::moment(alarm.alarm_configuration_updated_timestamp()),
    })
}

/// None for what cannot be: a count below zero, not a number, a moment beyond the calendar.
fn point((at, value): (&DateTime, &f64)) -> Option<Point> {
    let at = reply::moment(Some(at))?;
    (0.0..ABSURD)
        .contains(value)
        .then_some(Point { at, value: *value })
}

fn could_not(why: String) -> Missing {
    Missing::CouldNotAsk { why }
}

// A unit is never set: when it does not match CloudWatch's, the series comes back empty (aws-facts §1.2).
fn query<K>(n: usize, question: &MetricQuestion<K>) -> MetricDataQuery {
    let dimensions = question
        .dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(*name).value(value).build());
    let metric = Metric::builder()
        .namespace(question.namespace)
        .metric_name(question.name.as_ref())
        .set_dimensions(Some(dimensions.collect()))
        .build();
    let stat = MetricStat::builder()
        .metric(metric)
        .period(i32::try_from(question.period.as_secs()).unwrap_or(i32::MAX))
        .stat(question.stat)
        .build();
    MetricDataQuery::builder()
        .id(format!("q{n}"))
        .metric_stat(stat)
        .return_data(true)
        .build()
}

fn index_of(id: Option<&str>) -> Option<usize> {
    id?.strip_prefix('q')?.parse().ok()
}
