//! RDS's own events among all others.

use std::collections::BTreeSet;

use super::event::Event;
use super::fleet_names::plain;
use super::kind::EventKind;
use super::record::Outcome;
use crate::{DbEvent, Source};

impl From<DbEvent> for Event {
    /// RDS does not tell who did it (aws-facts §14.1).
    fn from(event: DbEvent) -> Self {
        Self {
            at: event.at,
            region: Some(event.region.clone()),
            kind: EventKind::Database,
            who: None,
            what: format!("{}: {}", event.source, event.message),
            outcome: Outcome::Done,
            about: BTreeSet::from([plain(&event.source)]),
            source: Source {
                api: "rds:DescribeEvents",
                region: Some(event.region),
            },
            fields: vec![("categories", event.categories.join(", "))],
        }
    }
}
