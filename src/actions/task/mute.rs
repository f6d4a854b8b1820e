//! Alarms whose actions are muted while a drill goes on (aws-facts §15.2): the rule expires by itself, also where the
//! run never comes to its end.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::work::{Context, Observation, Sent, Work, change, read, unobserved};
use crate::{Expected, PlannedCall, RunContext};
use gwctl_aws::{AwsError, MuteWindow, Muting};
use gwctl_fleet::Region;

/// One rule in one Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MuteAlarms {
    /// The Region of rule and alarms.
    pub region: Region,
    /// The rule's name, unique to the plan.
    pub rule: String,
    pub alarms: Vec<String>,
    /// For how long, whatever becomes of the run.
    pub minutes: u32,
}

/// The rule's end, before its window is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmuteAlarms {
    pub region: Region,
    pub rule: String,
}

/// What a call may take, and a clock be wrong, in seconds: whether a window may begin in the past is not known.
const AHEAD: i64 = 10;

/// A window begins with a full minute.
fn next_minute(now: Timestamp) -> Timestamp {
    let left = 60 - now.as_second().rem_euclid(60);
    let left = if left < AHEAD { left + 60 } else { left };
    now + SignedDuration::from_secs(left)
        - SignedDuration::from_nanos(now.subsec_nanosecond().into())
}

impl Work for MuteAlarms {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("cloudwatch", "PutAlarmMuteRule", &self.region),
            read("cloudwatch", "GetAlarmMuteRule", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        let source = "a mute rule begins with a full minute";
        (Expected::between(60, 5, 120, source), 300)
    }

    fn sends(&self) -> Option<String> {
        let (minutes, alarms) = (self.minutes, self.alarms.join(", "));
        Some(format!("for {minutes} min: {alarms}"))
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let cloudwatch = context.run.session.cloudwatch(&self.region);
        let region = &self.region;
        match cloudwatch.muting(&self.rule).await {
            Err(error) => unobserved(&error),
            Ok(Muting::Active) => Observation::Done(format!(
                "the alarms in {region} take no action for {} min, or until the drill is over",
                self.minutes
            )),
            Ok(Muting::Scheduled) => Observation::Underway(format!(
                "the mute rule in {region} begins with the next minute"
            )),
            Ok(Muting::Absent) => {
                Observation::NotDone(format!("there is no mute rule in {region}"))
            }
            Ok(Muting::Expired) => Observation::Wrong(format!(
                "the mute rule {} in {region} is over: plan the drill again",
                self.rule
            )),
            Ok(Muting::Unknown) => Observation::Unknown(format!(
                "CloudWatch tells an unknown status of {}",
                self.rule
            )),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let cloudwatch = run_context.mutating_session().cloudwatch(&self.region);
        let window = MuteWindow {
            name: &self.rule,
            alarms: &self.alarms,
            from: next_minute(run_context.clock.now()),
            minutes: self.minutes,
        };
        Ok(cloudwatch.mute(&window).await?.into())
    }
}

impl Work for UnmuteAlarms {
    fn calls(&self) -> Vec<PlannedCall> {
        vec![
            change("cloudwatch", "DeleteAlarmMuteRule", &self.region),
            read("cloudwatch", "GetAlarmMuteRule", &self.region),
        ]
    }

    fn times(&self) -> (Expected, u64) {
        let source = "one call; AWS gives no figure";
        (Expected::between(5, 1, 60, source), 300)
    }

    fn sends(&self) -> Option<String> {
        Some(self.rule.clone())
    }

    async fn probe(&self, context: &Context<'_>) -> Observation {
        let cloudwatch = context.run.session.cloudwatch(&self.region);
        let region = &self.region;
        match cloudwatch.muting(&self.rule).await {
            Err(error) => unobserved(&error),
            Ok(Muting::Absent | Muting::Expired) => {
                Observation::Done(format!("the alarms in {region} take their actions"))
            }
            Ok(_) => Observation::NotDone(format!("the alarms in {region} take no action yet")),
        }
    }

    async fn apply(&self, run_context: &RunContext) -> Result<Sent, AwsError> {
        let cloudwatch = run_context.mutating_session().cloudwatch(&self.region);
        Ok(cloudwatch.unmute(&self.rule).await?.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_begins_with_the_next_full_minute() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let next = |text| next_minute(at(text));
        assert_eq!(next("2026-11-22T03:00:20.5Z"), at("2026-11-22T03:01:00Z"));
        assert_eq!(next("2026-11-22T03:00:00Z"), at("2026-11-22T03:01:00Z"));
        assert_eq!(next("2026-11-22T03:00:59.6Z"), at("2026-11-22T03:02:00Z"));
    }
}
