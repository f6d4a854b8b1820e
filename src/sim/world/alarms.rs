//! CloudWatch alarms: evaluated once a minute over the visible points.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::metrics::{MetricId, MetricStore};
use super::model::{Alarm, AlarmTurn};
use crate::world::parts::faults::{FaultKind, Faults};
use crate::world::parts::present::Present;

/// How far back the newest point may be, in minutes, before it counts as missing.
const PATIENCE: i64 = 5;

/// Whether a value is on the wrong side of the alarm's threshold.
pub(super) fn breaches(alarm: &Alarm, value: f64) -> bool {
    match alarm.comparison.as_str() {
        "GreaterThanOrEqualToThreshold" => value >= alarm.threshold,
        "GreaterThanThreshold" => value > alarm.threshold,
        "LessThanOrEqualToThreshold" => value <= alarm.threshold,
        _ => value < alarm.threshold,
    }
}

/// Every alarm whose Region is there looks at its newest points.
pub(super) fn evaluate(
    alarms: &mut [Alarm],
    metrics: &MetricStore,
    faults: &Faults,
    present: Present,
) {
    for alarm in alarms {
        if !faults.strikes(FaultKind::RegionDark, alarm.region.as_str()) {
            let points = newest_points(alarm, metrics, present.minute());
            alarm.judge(&points, present.at());
        }
    }
}

fn newest_points(alarm: &Alarm, metrics: &MetricStore, minute: i64) -> Vec<(i64, f64)> {
    let dimensions: Vec<(&str, &str)> = alarm
        .dimensions
        .iter()
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    let id = MetricId::new(&alarm.namespace, &alarm.metric, &dimensions);
    let periods = i64::from(alarm.evaluation_periods);
    let since = minute - PATIENCE - periods;
    let points = metrics.minutes(alarm.region.as_str(), &id, since, &alarm.statistic);
    let fresh = points
        .last()
        .is_some_and(|(newest, _)| *newest >= minute - PATIENCE);
    if fresh {
        points[points.len().saturating_sub(periods as usize)..].to_vec()
    } else {
        Vec::new()
    }
}

impl Alarm {
    fn judge(&mut self, points: &[(i64, f64)], now: Timestamp) {
        // What is missing is ignored: the state stays.
        if points.is_empty() && self.treat_missing == "ignore" {
            return;
        }
        let breaching = points
            .iter()
            .filter(|(_, value)| breaches(self, *value))
            .count();
        let missing_breaches = points.is_empty() && self.treat_missing == "breaching";
        let state = if breaching >= self.datapoints_to_alarm as usize || missing_breaches {
            "ALARM"
        } else if points.is_empty() && self.treat_missing == "missing" {
            "INSUFFICIENT_DATA"
        } else {
            "OK"
        };
        if state == self.state {
            return;
        }
        self.reason = self.reason(state, points, breaching);
        self.reason_data = self.reason_data(points, now);
        self.turns.push(AlarmTurn {
            at: now,
            from: std::mem::replace(&mut self.state, state.into()),
            to: state.into(),
            reason: self.reason.clone(),
        });
        self.updated = now;
        self.transitioned = now;
    }

    fn reason(&self, state: &str, points: &[(i64, f64)], breaching: usize) -> String {
        let periods = self.evaluation_periods;
        if points.is_empty() {
            return format!(
                "Threshold Crossed: no datapoints were received for {periods} periods and {periods} missing \
                 datapoints were treated as [NonBreaching]."
            );
        }
        let shown: Vec<String> = points
            .iter()
            .rev()
            .map(|(m, v)| format!("{v:.4} ({})", clock(*m)))
            .collect();
        let (count, not) = if state == "ALARM" {
            (breaching, "")
        } else {
            (points.len() - breaching, "not ")
        };
        let were = if count == 1 { "was" } else { "were" };
        let compared = match self.comparison.as_str() {
            "GreaterThanOrEqualToThreshold" => "greater than or equal to",
            "GreaterThanThreshold" => "greater than",
            "LessThanOrEqualToThreshold" => "less than or equal to",
            _ => "less than",
        };
        let from_to = if state == "ALARM" {
            "OK -> ALARM"
        } else {
            "ALARM -> OK"
        };
        let s = if self.datapoints_to_alarm == 1 {
            ""
        } else {
            "s"
        };
        format!(
            "Threshold Crossed: {count} out of the last {} datapoints [{}] {were} {not}{compared} the threshold ({}) \
             (minimum {} datapoint{s} for {from_to} transition).",
            points.len(),
            shown.join(", "),
            self.threshold,
            self.datapoints_to_alarm,
        )
    }

    fn reason_data(&self, points: &[(i64, f64)], now: Timestamp) -> String {
        serde_json::json!({
            "version": "1.0",
            "queryDate": now.to_string(),
            "statistic": self.statistic,
            "period": self.period_s,
            "recentDatapoints": points.iter().map(|(_, value)| *value).collect::<Vec<_>>(),
            "threshold": self.threshold,
        })
        .to_string()
    }
}

/// As CloudWatch writes it: `22/11/26 10:01:00`.
fn clock(minute: i64) -> String {
    let at = Timestamp::from_second(minute * 60)
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC);
    at.strftime("%d/%m/%y %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::super::{model::Resources, seed_alarms, seed_options};
    use super::*;
    use gwctl_fleet::Region;

    #[test]
    fn an_alarm_says_which_points_moved_it_and_goes_back_when_they_are_gone() {
        let regions = [Region::global()];
        let options = seed_options::SeedOptions {
            seed: 1,
            regions: &regions,
            rest: false,
            arc: false,
            region_switch: None,
            releases: None,
            accounts: false,
            dialect: None,
            without: crate::world::Without::default(),
            routing: crate::world::RoutingShape::default(),
            database: &crate::world::DatabaseShape::default(),
            now: Timestamp::UNIX_EPOCH,
        };
        let mut all = Resources::default();
        seed_alarms::add(&options, &mut all);
        let alarm = all
            .alarms
            .iter_mut()
            .find(|alarm| alarm.name == "orders-edge-5xx")
            .unwrap();
        alarm.judge(&[(0, 0.5), (1, 30.0)], Timestamp::UNIX_EPOCH);
        assert_eq!(alarm.state, "OK", "one of two is not enough");
        alarm.judge(&[(1, 30.0), (2, 31.5)], Timestamp::UNIX_EPOCH);
        assert_eq!(alarm.state, "ALARM");
        assert_eq!(
            alarm.reason,
            "Threshold Crossed: 2 out of the last 2 datapoints [31.5000 (01/01/70 00:02:00), 30.0000 (01/01/70 \
             00:01:00)] were greater than the threshold (2) (minimum 2 datapoints for OK -> ALARM transition)."
        );
        alarm.judge(&[], Timestamp::UNIX_EPOCH);
        assert_eq!(alarm.state, "OK", "missing data is not breaching");
    }
}
