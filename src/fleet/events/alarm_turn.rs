//! An alarm that changed its state.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::event::Event;
use super::fleet_names::plain;
use super::kind::EventKind;
use super::record::Outcome;
use crate::{Region, Source};

/// An alarm that changed its state by itself. Every text is cleaned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmTurn {
    pub at: Timestamp,
    pub region: Region,
    pub alarm: String,
    /// `OK → ALARM`.
    pub what: String,
    /// Why, in CloudWatch's words; empty where there are none.
    pub reason: String,
}

impl AlarmTurn {
    /// As one of all events. The alarms of the fleet's Regions are taken for its own, as the picture does.
    pub fn event(self) -> Event {
        let mut fields = vec![("alarm", self.alarm.clone())];
        if !self.reason.is_empty() {
            fields.push(("because", self.reason));
        }
        Event {
            at: self.at,
            region: Some(self.region.clone()),
            kind: EventKind::Alarm,
            who: None,
            what: format!("alarm {}: {}", self.alarm, self.what),
            outcome: Outcome::Done,
            about: BTreeSet::from([plain(&self.alarm)]),
            source: Source {
                api: "cloudwatch:DescribeAlarmHistory",
                region: Some(self.region),
            },
            fields,
        }
    }
}
