//! CloudWatch: the evacuation switch, an alarm that a health check follows and the metric that
//! flips it (aws-facts §3.5).

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::types::{
    AlarmType, Dimension, Metric, MetricAlarm, MetricDataQuery, MetricDatum, MetricStat, Statistic,
    StatusCode,
};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::services::cloudwatch::CloudWatch;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::receipt::Receipt;
use crate::transport::reply;
use gwctl_fleet::{Point, Position, Region, Switch};

/// Seconds: a health check can follow standard-resolution metrics only (aws-facts §3.4).
const PERIOD: i32 = 60;
/// How far back a switch's newest point is looked for.
const LOOKED_BACK: SignedDuration = SignedDuration::from_hours(24);

const DESCRIBE: &str = "DescribeAlarms";
/// Alarms of one call and one page.
const MOST_ALARMS: i32 = 100;

impl CloudWatch {
    /// Puts one value of a metric. The same value at the same moment may be put again: nothing
    /// that a maximum tells changes.
    pub async fn put_metric(
        &self,
        namespace: &str,
        metric: &str,
        dimensions: &[(String, String)],
        value: f64,
        at: Timestamp,
    ) -> Result<Receipt, AwsError> {
        let datum = MetricDatum::builder()
            .metric_name(metric)
            .set_dimensions(Some(sdk_dimensions(dimensions)))
            .timestamp(DateTime::from_secs(at.as_second()))
            .value(value)
            .build();
        let call = self
            .client
            .put_metric_data()
            .namespace(namespace)
            .metric_data(datum)
            .send();
        let (_, receipt) = self.caller.change("PutMetricData", Box::pin(call)).await?;
        Ok(receipt)
    }

    /// The newest minute's maximum of a metric since `since`; none where there is none.
    pub async fn newest_value(
        &self,
        namespace: &str,
        metric: &str,
        dimensions: &[(String, String)],
        since: Timestamp,
    ) -> Result<Option<Point>, AwsError> {
        const ACTION: &str = "GetMetricData";
        let stat = MetricStat::builder()
            .metric(
                Metric::builder()
                    .namespace(namespace)
                    .metric_name(metric)
                    .set_dimensions(Some(sdk_dimensions(dimensions)))
                    .build(),
            )
            .period(PERIOD)
            .stat("Maximum")
            .build();
        let query = MetricDataQuery::builder()
            .id("newest")
            .metric_stat(stat)
            .build();
        // The end is exclusive, and the minute under way counts.
        let end = self.caller.monitor.clock.now() + SignedDuration::from_secs(i64::from(PERIOD));
        let call = self
            .client
            .get_metric_data()
            .metric_data_queries(query)
            .start_time(DateTime::from_secs(since.as_second()))
            .end_time(DateTime::from_secs(end.as_second()))
            .send();
        let page = self.caller.ask(ACTION, call).await?;
        let results = page.metric_data_results();
        // CloudWatch may answer 200 and yet refuse the series (aws-facts §1.4).
        for result in results {
            match result.status_code() {
                Some(StatusCode::Forbidden) => {
                    return Err(self.caller.fail(
                        ErrorKind::NotAllowed,
                        ACTION,
                        format!("not allowed to read {namespace} {metric}"),
                    ));
                }
                Some(StatusCode::InternalError) => {
                    return Err(self.caller.fail(
                        ErrorKind::Other,
                        ACTION,
                        "CloudWatch had an internal error".into(),
                    ));
                }
                _ => {}
            }
        }
        let points = results.iter().flat_map(|result| {
            result
                .timestamps()
                .iter()
                .zip(result.values())
                .filter_map(|(at, value)| {
                    let at = reply::moment(Some(at))?;
                    value.is_finite().then_some(Point { at, value: *value })
                })
        });
        Ok(points.max_by_key(|point| point.at))
    }

    /// Where `switch` stands, by its newest point within a day before `now`.
    pub async fn position(&self, switch: &Switch, now: Timestamp) -> Position {
        let newest = self.newest_value(
            &switch.namespace,
            &switch.metric,
            &switch.dimensions,
            now - LOOKED_BACK,
        );
        match newest.await {
            Ok(Some(point)) => Position::Put {
                at: point.at,
                value: point.value,
            },
            Ok(None) => Position::Untouched,
            Err(error) => Position::Unread {
                why: error.to_string(),
            },
        }
    }

    /// The alarm `name` as an evacuation switch. Refused where it is no alarm on a single metric:
    /// no health check can follow another (aws-facts §3.4).
    pub async fn alarm_switch(&self, name: &str) -> Result<Switch, AwsError> {
        let mut all = self.alarm_switches(&[name.to_owned()]).await?;
        match all.remove(name) {
            Some(told) => told,
            None => Err(self.no_alarm(name)),
        }
    }

    /// As [`Self::alarm_switch`], of up to one hundred alarms in one call, by their names.
    pub async fn alarm_switches(
        &self,
        names: &[String],
    ) -> Result<BTreeMap<String, Result<Switch, AwsError>>, AwsError> {
        let call = self
            .client
            .describe_alarms()
            .set_alarm_names(Some(names.to_vec()))
            .alarm_types(AlarmType::MetricAlarm)
            .max_records(MOST_ALARMS)
            .send();
        let page = Box::pin(self.caller.ask(DESCRIBE, call)).await?;
        let mut all = BTreeMap::new();
        for name in names {
            let mut alarms = page.metric_alarms().iter();
            let told = match alarms.find(|alarm| alarm.alarm_name() == Some(name)) {
                None => Err(self.no_alarm(name)),
                Some(alarm) => switch(alarm, &self.caller.region).ok_or_else(|| self.unfit_alarm()),
            };
            all.insert(name.clone(), told);
        }
        Ok(all)
    }

    fn unfit_alarm(&self) -> AwsError {
        let why = "the alarm does not compare a single metric with a number";
        self.caller.fail(ErrorKind::Other, DESCRIBE, why.into())
    }

    fn no_alarm(&self, name: &str) -> AwsError {
        self.caller.not_found(DESCRIBE, &format!("alarm {name}"))
    }
}

fn sdk_dimensions(dimensions: &[(String, String)]) -> Vec<Dimension> {
    dimensions
        .iter()
        .map(|(name, value)| Dimension::builder().name(name).value(value).build())
        .collect()
}

/// Why putting one point does not move a health check that follows `alarm`. The check copies the alarm's metric,
/// statistic, periods and threshold (aws-facts §3.4).
fn unfit(alarm: &MetricAlarm) -> Option<String> {
    let periods = alarm.evaluation_periods().unwrap_or(1);
    let of = alarm.datapoints_to_alarm().unwrap_or(periods);
    if let Some(percentile) = alarm.extended_statistic() {
        let percentile = reply::name_or_empty(Some(percentile));
        return Some(format!(
            "its alarm watches {percentile}, which no health check can follow"
        ));
    }
    if of < periods {
        return Some(format!(
            "its alarm needs {of} of {periods} points, which no health check can follow"
        ));
    }
    if periods > 1 {
        return Some(format!(
            "its alarm needs {periods} points in a row, and gwctl sends one"
        ));
    }
    let counts = alarm.statistic() == Some(&Statistic::SampleCount);
    if counts {
        return Some("its alarm counts data points, not their values".into());
    }
    alarm.unit().map(|unit| {
        let unit = reply::name_or_empty(Some(unit.as_str()));
        format!("its alarm counts only points in {unit}, and gwctl sends them without a unit")
    })
}

fn switch(alarm: &MetricAlarm, region: &Region) -> Option<Switch> {
    let switch = Switch {
        alarm: reply::name_or_empty(alarm.alarm_name()),
        region: region.clone(),
        namespace: reply::exact(alarm.namespace()?)?,
        metric: reply::exact(alarm.metric_name()?)?,
        dimensions: alarm
            .dimensions()
            .iter()
            .map(|dimension| {
                Some((
                    reply::exact(dimension.name()?)?,
                    reply::exact(dimension.value()?)?,
                ))
            })
            .collect::<Option<_>>()?,
        threshold: alarm.threshold().filter(|value| value.is_finite())?,
        comparison: reply::some_name(alarm.comparison_operator().map(|word| word.as_str()))?,
        state: reply::name_or_empty(alarm.state_value().map(|state| state.as_str())),
        inverted: false,
        without_points: None,
        missing_points: reply::some_name(alarm.treat_missing_data()),
        unfit: unfit(alarm),
        position: Position::Unasked,
    };
    switch.evacuates(0.0).map(|_| switch)
}
