//! How things were before somebody changed them by mistake: what puts them back.

use crate::world::model::{Alarm, CheckKind, RecordSet, Throttle};

/// What was before a change.
#[derive(Debug, Clone)]
pub(in crate::world) enum Before {
    /// A record of the zone.
    Record(RecordSet),
    /// A health check, by its id.
    Check {
        id: String,
        kind: CheckKind,
        inverted: bool,
        disabled: bool,
    },
    /// What a stage took.
    Stage(Option<Throttle>),
    /// The account's other APIs left more than these requests a second to this one.
    QuietNeighbours { left: f64 },
    /// An alarm's limit was another.
    Alarm(Box<Alarm>),
    /// There was something to watch for the alarm of this name.
    Watched(String),
    /// More clients were let in: the shares of requests that the API and that functions refuse since.
    Open { barred: f64, picky: f64 },
    /// The distribution had this router.
    Router(Option<String>),
    /// The check with this id was neither inverted nor disabled.
    Drilled {
        check: String,
        inverted: bool,
        disabled: bool,
    },
}
