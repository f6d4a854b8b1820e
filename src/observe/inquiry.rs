//! What an explanation needs besides the picture: what changed, and what the functions log. Asked only when somebody
//! wants to know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::{join, join3};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::heard;
use super::history::{Answered, Happened, History};
use super::logs::{GroupLogs, LogReader, placed};
use gwctl_aws::Session;
use gwctl_fleet::logs::{Grouping, LogSpan, Pattern};
use gwctl_fleet::{Clock, FleetSpec, Heard, Logged, Snapshot};

/// How far back the errors in the logs are read.
const LOGS: SignedDuration = SignedDuration::from_mins(30);

/// Asks. Keep one as long as you ask: it keeps each API's rate.
pub struct Inquirer {
    fleet: String,
    session: Session,
    spec: FleetSpec,
    clock: Arc<dyn Clock>,
    history: History,
    logs: LogReader,
}

/// What was answered.
pub struct Inquiry {
    from: Timestamp,
    to: Timestamp,
    trail: Vec<Answered>,
    logs: Vec<GroupLogs>,
    heard: Heard,
}

/// What was found, beside a picture of the same time.
#[derive(Debug)]
pub struct Findings {
    pub happened: Happened,
    pub errors: Errors,
}

/// What the functions log as errors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Errors {
    /// When they were asked for.
    pub to: Timestamp,
    /// Of all Regions, the router's too.
    pub patterns: Vec<Pattern>,
    /// How far each log was read; none of one that could not be.
    pub spans: Vec<LogSpan>,
    /// Logs that could not be read, or not to their end, a sentence each reason.
    pub unread: Vec<String>,
    /// What canaries and routes tell, which was asked with them.
    #[serde(default)]
    pub heard: Heard,
}

impl Inquirer {
    /// Nothing has been asked yet.
    pub fn new(fleet: &str, session: Session, spec: FleetSpec, clock: Arc<dyn Clock>) -> Self {
        Self {
            fleet: fleet.to_owned(),
            history: History::new(clock.clone()),
            logs: LogReader::new(session.clone(), spec.clone(), clock.clone()),
            session,
            spec,
            clock,
        }
    }

    /// What changed in the last `since`, and the errors of the last half hour: side by side.
    pub async fn ask(&self, since: SignedDuration) -> Inquiry {
        let to = self.clock.now();
        let trail = Box::pin(self.changes(since));
        let logs = Box::pin(self.logs.errors(to - LOGS, to));
        let heard = Box::pin(self.heard());
        let (trail, logs, heard) = join3(trail, logs, heard).await;
        Inquiry {
            from: to - since,
            to,
            trail,
            logs,
            heard,
        }
    }

    /// Reads logs at the rate that is kept here.
    pub(super) const fn logs(&self) -> &LogReader {
        &self.logs
    }

    /// The errors of the last half hour.
    pub(super) async fn errors(&self) -> Errors {
        let to = self.clock.now();
        let logs = Box::pin(self.logs.errors(to - LOGS, to));
        let (logs, heard) = join(logs, Box::pin(self.heard())).await;
        Errors::of(to, logs, heard)
    }

    /// What canaries and routes tell.
    async fn heard(&self) -> Heard {
        heard::ask((&self.fleet, &self.spec), &self.session, &self.clock).await
    }

    /// What changed in the last `since`.
    pub(super) async fn changes(&self, since: SignedDuration) -> Vec<Answered> {
        self.history.ask(&self.session, &self.spec, since).await
    }
}

impl Inquiry {
    /// Sorted out, with what the picture of the fleet called `fleet` saw.
    pub fn beside(self, fleet: (&str, &FleetSpec), picture: &Snapshot) -> Findings {
        Findings {
            happened: Happened::of(fleet, (self.from, self.to), self.trail, picture),
            errors: Errors::of(self.to, self.logs, self.heard),
        }
    }
}

impl Errors {
    /// To reason from.
    pub fn logged(&self) -> Logged<'_> {
        Logged {
            patterns: &self.patterns,
            spans: &self.spans,
            heard: &self.heard,
        }
    }

    /// What could not be read or asked, a sentence each.
    pub fn gaps(&self) -> Vec<String> {
        let unheard = self.heard.unheard.iter();
        self.unread.iter().chain(unheard).cloned().collect()
    }

    fn of(to: Timestamp, logs: Vec<GroupLogs>, heard: Heard) -> Self {
        let unread = unread(&logs);
        let (mut grouping, mut spans) = (Grouping::default(), Vec::new());
        for group in logs {
            let source = group.source();
            let Ok(Some(read)) = group.read else { continue };
            let ((from, until), gap) = read.ends();
            spans.push(LogSpan {
                region: group.region.clone(),
                source: source.clone(),
                from,
                until,
                gap,
            });
            let errors = placed(&group.region, &source, read.events);
            for placed in errors.filter(|placed| placed.line.is_error()) {
                grouping.take(Arc::new(placed));
            }
        }
        Self {
            to,
            patterns: grouping.patterns(),
            spans,
            unread,
            heard,
        }
    }
}

impl Findings {
    /// What could not be asked, or not to its end, a sentence each: with it an answer might be another.
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = self.happened.gaps();
        gaps.extend(self.errors.gaps());
        gaps
    }

    /// What AWS does not offer to this account, a sentence each: with it an answer might be another, and nobody can ask
    /// it.
    pub fn not_offered(&self) -> Vec<String> {
        self.happened.not_offered()
    }
}

/// A sentence each reason, with the Regions that it holds for.
fn unread(groups: &[GroupLogs]) -> Vec<String> {
    let mut reasons: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for group in groups {
        let why = match &group.read {
            Err(why) => vec![why.to_string()],
            Ok(Some(read)) => read.cut.clone(),
            Ok(None) => continue,
        };
        for why in why {
            let place = format!("{} in {}", group.source(), group.region);
            reasons.entry(why).or_default().insert(place);
        }
    }
    let told = reasons.into_iter().map(|(why, places)| {
        let places: Vec<String> = places.into_iter().collect();
        format!("logs of {}: {why}", places.join(", "))
    });
    told.collect()
}
