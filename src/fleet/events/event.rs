//! One thing that happened.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::catalogue::known;
use super::fleet_names::{FleetNames, plain};
use super::kind::EventKind;
use super::phrase::{phrase, remark};
use super::record::{Outcome, TrailRecord};
use crate::change::Change;
use crate::{Region, Source};

/// What asks `CloudTrail`.
pub(super) const TRAIL: &str = "cloudtrail:LookupEvents";
/// What compares one picture with the next.
pub(super) const PICTURE: &str = "the picture";
/// Services whose events are in one Region for the whole world (aws-facts §14.2).
const GLOBAL: [&str; 3] = ["route53", "cloudfront", "iam"];

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Where; none for what is global.
    pub region: Option<Region>,
    pub kind: EventKind,
    /// Who did it; none where the source does not know.
    pub who: Option<String>,
    /// What happened, without who and where: `updated the code of orders-write`.
    pub what: String,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// The fleet's own resources that it is about; empty for other resources of the same services.
    pub about: BTreeSet<String>,
    /// What told it.
    pub source: Source,
    /// Everything else that is known of it, in the order to be shown in: name and value.
    #[serde(deserialize_with = "crate::word::pairs")]
    pub fields: Vec<(crate::word::Word, String)>,
}

impl Event {
    /// Whether it is about a resource of the fleet.
    pub fn is_own(&self) -> bool {
        !self.about.is_empty()
    }

    /// Whether it is about the fleet's own resource `name`, in whatever case somebody wrote it. A function is meant by
    /// its own name, without a version or an alias.
    pub fn is_about(&self, name: &str) -> bool {
        self.about.contains(&plain(name))
    }

    /// Whether AWS refused it: nothing was changed.
    pub const fn is_refused(&self) -> bool {
        matches!(self.outcome, Outcome::Refused { .. })
    }

    /// What happened and what became of it, without who and where.
    pub fn said(&self) -> String {
        format!("{}{}", self.what, remark(&self.outcome))
    }

    /// In one sentence: `alice updated the code of orders-write in eu-west-1`.
    pub fn sentence(&self) -> String {
        let who = self.who.as_ref().map(|who| format!("{who} "));
        let place = self.region.as_ref().map(|region| format!(" in {region}"));
        let (who, place) = (who.unwrap_or_default(), place.unwrap_or_default());
        format!("{who}{}{place}{}", self.what, remark(&self.outcome))
    }
}

/// What `record` tells; none where the call neither is known to change a fleet nor names a resource of this one.
pub fn told(record: &TrailRecord, names: &FleetNames) -> Option<Event> {
    let about = names.named_in(record);
    let known = known(&record.service, record.operation());
    if known.is_none() && about.is_empty() {
        return None;
    }
    let global = GLOBAL.contains(&record.service.as_str());
    Some(Event {
        at: record.at,
        region: (!global).then(|| record.region.clone()),
        kind: known.map_or_else(
            || EventKind::of_service(&record.service),
            super::catalogue::KnownCall::kind,
        ),
        who: record.actor.as_ref().map(super::actor::Actor::said),
        what: phrase(record),
        outcome: record.outcome.clone(),
        about,
        source: Source {
            api: TRAIL,
            region: Some(record.region.clone()),
        },
        fields: fields(record),
    })
}

fn fields(record: &TrailRecord) -> Vec<(&'static str, String)> {
    let mut fields = Vec::new();
    let mut add = |name: &'static str, value: Option<&str>| {
        if let Some(value) = value {
            fields.push((name, value.to_owned()));
        }
    };
    add("call", Some(&format!("{}:{}", record.service, record.name)));
    if let Some(actor) = &record.actor {
        add("identity", actor.kind.as_deref());
        add("role", actor.role.as_deref());
        add("through", actor.through.as_deref());
        add("ARN", actor.arn.as_deref());
    }
    add("from", record.from.as_deref());
    add("with", record.agent.as_deref());
    add("account", record.account.as_deref());
    add("recorded in", Some(record.region.as_str()));
    if let Outcome::Refused { code, message } = &record.outcome {
        add("refused", Some(code));
        add(
            "because",
            Some(message)
                .filter(|text| !text.is_empty())
                .map(String::as_str),
        );
    }
    for resource in &record.resources {
        add("resource", Some(resource));
    }
    for (path, value) in &record.parameters {
        add("parameter", Some(&format!("{path}: {value}")));
    }
    add("event id", Some(&record.id));
    fields
}

/// What the picture saw.
pub(super) fn seen(change: &Change) -> Event {
    Event {
        at: change.at,
        region: change.region.clone(),
        kind: change.kind,
        who: None,
        what: change.what.clone(),
        outcome: Outcome::Done,
        about: BTreeSet::from([plain(&change.about)]),
        source: Source {
            api: PICTURE,
            region: None,
        },
        fields: Vec::new(),
    }
}
