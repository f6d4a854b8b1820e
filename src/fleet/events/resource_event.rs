//! What services date themselves: the deployments of an API, and what failed in a stack. Who did it, `CloudTrail` tells
//! (aws-facts §14.1).

use std::collections::BTreeSet;

use super::event::Event;
use super::fleet_names::plain;
use super::kind::EventKind;
use super::record::Outcome;
use crate::change::{Change, Sign};
use crate::{ApiDeployment, Region, Source, StackEvent, clean};

/// What lists an API's deployments.
const DEPLOYMENTS: &str = "apigateway:GetDeployments";
/// What tells of a stack.
const STACK: &str = "cloudformation:DescribeStackEvents";
/// Longest part of a reason or a description that stands in the list, in characters.
const SAID: usize = 140;

impl ApiDeployment {
    /// As one of all events; none without a date.
    pub fn event(self, api: &str, region: &Region) -> Option<Event> {
        let failed = self.status.as_deref() == Some("FAILED");
        let word = if failed { "failed" } else { "was made" };
        let mut what = format!("deployment {} of the API {api} {word}", self.id);
        if !self.description.is_empty() {
            what = format!("{what}: {}", clean(&self.description, SAID));
        }
        let fields = [
            ("deployment", Some(self.id)),
            ("status", self.status),
            ("description", Some(self.description)),
        ];
        Some(Event {
            about: BTreeSet::from([plain(api)]),
            fields: told(fields),
            ..event(self.created?, EventKind::Api, what, (DEPLOYMENTS, region))
        })
    }
}

impl StackEvent {
    /// What failed by itself, or is rolled back, as one of all events.
    pub fn failure(self, stack: &str, region: &Region) -> Option<Event> {
        let rolls_back = self.is_of_the_stack() && self.status.ends_with("ROLLBACK_IN_PROGRESS");
        if !(self.is_cause() || rolls_back) {
            return None;
        }
        let resource = if self.is_of_the_stack() {
            String::new()
        } else {
            format!(" {} ({})", self.logical, self.kind)
        };
        let because = self
            .reason
            .as_ref()
            .map(|why| format!(": {}", clean(why, SAID)));
        let because = because.unwrap_or_default();
        let what = format!("stack {stack}:{resource} {}{because}", self.status);
        let fields = [
            ("resource", Some(self.logical)),
            ("type", Some(self.kind)),
            ("physical id", self.physical),
            ("status", Some(self.status)),
            ("because", self.reason),
            ("event id", Some(self.id)),
        ];
        Some(Event {
            about: BTreeSet::from([plain(stack)]),
            fields: told(fields),
            ..event(self.at, EventKind::Stack, what, (STACK, region))
        })
    }
}

impl Event {
    /// As a change that a recorded call may explain; none of what is no call.
    pub(super) fn as_dated(&self) -> Option<Change> {
        (self.source.api == DEPLOYMENTS).then(|| Change {
            at: self.at,
            region: self.region.clone(),
            kind: self.kind,
            about: self.about.first().cloned().unwrap_or_default(),
            sign: Sign::Dated,
            what: self.what.clone(),
        })
    }
}

fn event(
    at: jiff::Timestamp,
    kind: EventKind,
    what: String,
    (api, region): (&'static str, &Region),
) -> Event {
    Event {
        at,
        region: Some(region.clone()),
        kind,
        who: None,
        what,
        outcome: Outcome::Done,
        about: BTreeSet::new(),
        source: Source {
            api,
            region: Some(region.clone()),
        },
        fields: Vec::new(),
    }
}

/// What there is of `fields`.
fn told<const N: usize>(
    fields: [(&'static str, Option<String>); N],
) -> Vec<(&'static str, String)> {
    let known = fields.into_iter();
    known
        .filter_map(|(name, value)| Some((name, value.filter(|text| !text.is_empty())?)))
        .collect()
}
