//! How alarms changed their state, by themselves.

use aws_sdk_cloudwatch::types::{AlarmHistoryItem, AlarmType, HistoryItemType, ScanBy};
use jiff::Timestamp;

use crate::services::cloudwatch::CloudWatch;
use crate::transport::error::AwsError;
use crate::transport::reply;
use aws_smithy_types::DateTime;
use gwctl_fleet::AlarmTurn;

/// A hundred turns a page; a reply that never ends must not hang us.
const PAGES: usize = 10;
const PAGE: i32 = 100;

impl CloudWatch {
    /// Every change of an alarm's state between the two moments, newest first.
    pub async fn alarm_turns(
        &self,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<Vec<AlarmTurn>, AwsError> {
        const ACTION: &str = "DescribeAlarmHistory";
        let moment = |at: Timestamp| DateTime::from_secs(at.as_second());
        let mut turns = Vec::new();
        let mut token = None;
        for _ in 0..PAGES {
            let call = self
                .client
                .describe_alarm_history()
                .alarm_types(AlarmType::MetricAlarm)
                .alarm_types(AlarmType::CompositeAlarm)
                .history_item_type(HistoryItemType::StateUpdate)
                .start_date(moment(from))
                .end_date(moment(to))
                .scan_by(ScanBy::TimestampDescending)
                .max_records(PAGE)
                .set_next_token(token)
                .send();
            let page = self.caller.ask(ACTION, call).await?;
            let items = page.alarm_history_items().iter();
            turns.extend(items.filter_map(|item| self.turn(item)));
            token = page
                .next_token()
                .filter(|token| !token.is_empty())
                .map(Into::into);
            if token.is_none() {
                return Ok(turns);
            }
        }
        Err(self.caller.cut_short(ACTION))
    }

    /// None of an item without a time or a name.
    fn turn(&self, item: &AlarmHistoryItem) -> Option<AlarmTurn> {
        let data = item.history_data().unwrap_or_default();
        let data: serde_json::Value = serde_json::from_str(data).unwrap_or_default();
        let text = |state: &str, what: &str| {
            let found = data.get(state)?.get(what)?.as_str()?;
            Some(reply::message(found))
        };
        let (old, new) = (
            text("oldState", "stateValue"),
            text("newState", "stateValue"),
        );
        let summary = item.history_summary().map(reply::message);
        let what = match (old, new) {
            (Some(old), Some(new)) => format!("{old} → {new}"),
            _ => summary.unwrap_or_default(),
        };
        Some(AlarmTurn {
            at: reply::moment(item.timestamp())?,
            region: self.caller.region.clone(),
            alarm: reply::some_name(item.alarm_name())?,
            what,
            reason: text("newState", "stateReason").unwrap_or_default(),
        })
    }
}
