//! CloudWatch's alarm mute rules: alarms keep evaluating, their actions are muted for a while (aws-facts §15.2).

use aws_sdk_cloudwatch::types::{AlarmMuteRuleStatus, MuteTargets, Rule, Schedule};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};

use crate::services::cloudwatch::CloudWatch;
use crate::transport::error::{AwsError, ErrorKind};
use crate::transport::receipt::Receipt;

/// How far a mute rule is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Muting {
    /// There is none of that name.
    Absent,
    /// Its window has not begun.
    Scheduled,
    /// Its alarms' actions are muted.
    Active,
    /// Its window is over.
    Expired,
    /// CloudWatch tells a status that gwctl does not know.
    Unknown,
}

/// A mute rule with one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MuteWindow<'a> {
    /// Unique in its account and Region.
    pub name: &'a str,
    /// The alarms, one hundred at most.
    pub alarms: &'a [String],
    /// From this minute on.
    pub from: Timestamp,
    /// For how long, in minutes.
    pub minutes: u32,
}

impl CloudWatch {
    /// Mutes the actions of alarms for one window. The same rule may be put again.
    pub async fn mute(&self, window: &MuteWindow<'_>) -> Result<Receipt, AwsError> {
        const ACTION: &str = "PutAlarmMuteRule";
        let schedule = Schedule::builder()
            .expression(format!("at({})", window.from.strftime("%Y-%m-%dT%H:%M")))
            .duration(format!("PT{}M", window.minutes))
            .timezone("UTC")
            .build();
        let targets = MuteTargets::builder().set_alarm_names(Some(window.alarms.to_vec()));
        let ends = window.from + SignedDuration::from_mins(i64::from(window.minutes));
        let call = self
            .client
            .put_alarm_mute_rule()
            .name(window.name)
            .rule(Rule::builder().schedule(schedule).build())
            .mute_targets(targets.build())
            .expire_date(DateTime::from_secs(ends.as_second()))
            .send();
        let (_, receipt) = self.caller.change(ACTION, Box::pin(call)).await?;
        Ok(receipt)
    }

    /// Deletes the mute rule `name`: the actions of its alarms are taken again.
    pub async fn unmute(&self, name: &str) -> Result<Receipt, AwsError> {
        const ACTION: &str = "DeleteAlarmMuteRule";
        let call = self
            .client
            .delete_alarm_mute_rule()
            .alarm_mute_rule_name(name)
            .send();
        let (_, receipt) = self.caller.change(ACTION, Box::pin(call)).await?;
        Ok(receipt)
    }

    /// How far the mute rule `name` is.
    pub async fn muting(&self, name: &str) -> Result<Muting, AwsError> {
        const ACTION: &str = "GetAlarmMuteRule";
        let call = self
            .client
            .get_alarm_mute_rule()
            .alarm_mute_rule_name(name)
            .send();
        match self.caller.ask(ACTION, Box::pin(call)).await {
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Muting::Absent),
            Err(error) => Err(error),
            Ok(rule) => Ok(match rule.status() {
                Some(AlarmMuteRuleStatus::Active) => Muting::Active,
                Some(AlarmMuteRuleStatus::Scheduled) => Muting::Scheduled,
                Some(AlarmMuteRuleStatus::Expired) => Muting::Expired,
                _ => Muting::Unknown,
            }),
        }
    }
}
