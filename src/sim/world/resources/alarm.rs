//! `AWS::CloudWatch::Alarm`.

use serde_json::Value;

use super::super::account::Account;
use super::super::model::{Alarm, Resources};
use super::super::names::ACCOUNT;
use super::properties::{float, items, need, number, text, texts};
use crate::world::resources::wanted::{Begun, Wanted};
use gwctl_fleet::Region;

impl Account<'_> {
    pub(super) fn make_alarm(&mut self, wanted: &Wanted<'_>) -> Begun {
        let name = text(wanted.properties, "AlarmName");
        let name = name.unwrap_or_else(|| wanted.made_up(self.present));
        if self.resources.alarm_at(wanted.region, &name).is_some() {
            return Err(format!("{name} already exists in stack or account"));
        }
        let alarm = self.alarm_of(wanted, &name)?;
        self.resources.alarms.push(alarm);
        let takes_s = self.present.within(&name, (2, 6));
        Ok((name, takes_s))
    }

    pub(super) fn change_alarm(&mut self, wanted: &Wanted<'_>, name: &str) -> Result<i64, String> {
        let changed = self.alarm_of(wanted, name)?;
        let at = self.resources.alarm_at(wanted.region, name);
        let at = at.ok_or_else(|| format!("{name} does not exist"))?;
        let known = &mut self.resources.alarms[at];
        // Its state stays until the next evaluation.
        *known = Alarm {
            state: known.state.clone(),
            reason: known.reason.clone(),
            reason_data: known.reason_data.clone(),
            updated: known.updated,
            transitioned: known.transitioned,
            ..changed
        };
        Ok(self.present.within(name, (2, 6)))
    }

    pub(super) fn unmake_alarm(&self, region: &Region, name: &str) -> i64 {
        let known = self.resources.alarm_at(region, name);
        known.map_or(0, |_| self.present.within(name, (1, 4)))
    }

    pub(super) fn remove_alarm(&mut self, region: &Region, name: &str) {
        if let Some(at) = self.resources.alarm_at(region, name) {
            self.resources.alarms.remove(at);
        }
    }

    fn alarm_of(&self, wanted: &Wanted<'_>, name: &str) -> Result<Alarm, String> {
        let (properties, region, now) = (wanted.properties, wanted.region, self.present.at());
        let watched = Watched::of(properties)?;
        let periods = number(properties, "EvaluationPeriods").unwrap_or(1);
        let threshold = float(properties, "Threshold").unwrap_or_default();
        Ok(Alarm {
            region: region.clone(),
            name: name.into(),
            arn: format!("arn:aws:cloudwatch:{region}:{ACCOUNT}:alarm:{name}"),
            description: text(properties, "AlarmDescription").unwrap_or_default(),
            state: "INSUFFICIENT_DATA".into(),
            reason: "Unchecked: Initial alarm creation".into(),
            reason_data: "{}".into(),
            updated: now,
            transitioned: now,
            configured: now,
            namespace: watched.namespace,
            metric: watched.metric,
            dimensions: watched.dimensions,
            statistic: watched.statistic,
            period_s: i64::from(watched.period_s),
            evaluation_periods: periods,
            datapoints_to_alarm: number(properties, "DatapointsToAlarm").unwrap_or(periods),
            threshold: threshold * watched.scale,
            comparison: need(properties, "ComparisonOperator")?,
            treat_missing: text(properties, "TreatMissingData").unwrap_or_else(|| "missing".into()),
            actions: texts(properties, "AlarmActions"),
            turns: Vec::new(),
        })
    }
}

impl Resources {
    pub(super) fn attributes_of_alarm(
        &self,
        region: &Region,
        name: &str,
    ) -> Vec<(&'static str, String)> {
        let known = self.alarm_at(region, name);
        known
            .map(|at| ("Arn", self.alarms[at].arn.clone()))
            .into_iter()
            .collect()
    }

    pub(super) fn alarm_at(&self, region: &Region, name: &str) -> Option<usize> {
        let mut alarms = self.alarms.iter();
        alarms.position(|one| &one.region == region && one.name == name)
    }
}

/// What an alarm looks at.
struct Watched {
    namespace: String,
    metric: String,
    dimensions: Vec<(String, String)>,
    statistic: String,
    period_s: i32,
    /// What its threshold is multiplied by.
    scale: f64,
}

impl Watched {
    fn of(properties: &Value) -> Result<Self, String> {
        let metrics = items(properties, "Metrics");
        if metrics.is_empty() {
            let statistic = text(properties, "ExtendedStatistic");
            return Self::metric(properties, "Statistic", statistic, 1.0);
        }
        // The world's alarms know no metric math. `100 * part / whole` of one API is the average of the
        // part, which CloudWatch counts as zeros and ones, in percent.
        let share = metrics.iter().find_map(|one| text(one, "Expression"));
        let Some(share) = share.filter(|share| share.starts_with("100 *")) else {
            return Err("of metric math only `100 * part / whole` is simulated".into());
        };
        let part = share.trim_start_matches("100 *").split('/').next();
        let part = part.unwrap_or_default().trim();
        let found = metrics
            .iter()
            .find(|one| text(one, "Id").as_deref() == Some(part) && one.get("MetricStat").is_some())
            .ok_or_else(|| format!("there is no metric {part}"))?;
        let stat = &found["MetricStat"];
        let metric = Self::metric(&stat["Metric"], "Stat", Some("Average".into()), 0.01)?;
        Ok(Self {
            period_s: number(stat, "Period").unwrap_or(60),
            ..metric
        })
    }

    fn metric(
        given: &Value,
        statistic: &str,
        instead: Option<String>,
        scale: f64,
    ) -> Result<Self, String> {
        let dimensions = items(given, "Dimensions").iter();
        let statistic = instead.or_else(|| text(given, statistic));
        Ok(Self {
            namespace: need(given, "Namespace")?,
            metric: need(given, "MetricName")?,
            dimensions: dimensions
                .filter_map(|one| Some((text(one, "Name")?, text(one, "Value")?)))
                .collect(),
            statistic: statistic.ok_or("an alarm needs a statistic")?,
            period_s: number(given, "Period").unwrap_or(60),
            scale,
        })
    }
}

impl Resources {
    /// Route 53 follows an alarm's data only where it is one metric with a plain statistic (aws-facts §3.4).
    pub(super) fn followable(&self, region: &Region, name: &str) -> Result<(), String> {
        let Some(at) = self.alarm_at(region, name) else {
            return Err(format!(
                "InvalidInput: The CloudWatch alarm {name} was not found in Region {region}"
            ));
        };
        let alarm = &self.alarms[at];
        let math = self
            .owners
            .get("AWS::CloudWatch::Alarm", region, name)
            .is_some_and(|one| one.properties.get("Metrics").is_some());
        if math || alarm.statistic.starts_with('p') || alarm.period_s < 60 {
            return Err(format!(
                "InvalidInput: A health check cannot follow the alarm {name}: it wants one metric of standard \
                 resolution with a plain statistic"
            ));
        }
        Ok(())
    }
}
