//! Events taken out of their groups, and read as lines.

use std::sync::Arc;

use super::GroupLogs;
use super::book::{Group, Read};
use gwctl_fleet::Region;
use gwctl_fleet::logs::{AccessFormat, LogEvent, LogLine, Placed, Requests, folded, joined};
use jiff::Timestamp;

/// The lines of events of one group, each with where it was written.
pub fn placed(
    region: &Region,
    source: &str,
    events: Vec<LogEvent>,
) -> impl Iterator<Item = Placed> {
    at_their_place(region, source, joined(events))
}

fn at_their_place(
    region: &Region,
    source: &str,
    lines: Vec<(LogEvent, LogLine)>,
) -> impl Iterator<Item = Placed> {
    let source: Arc<str> = source.into();
    lines.into_iter().map(move |(event, line)| Placed {
        region: region.clone(),
        source: source.clone(),
        at: event.at,
        line,
        raw: event.message.into(),
    })
}

/// What groups hold.
pub(super) struct Held {
    pub groups: Vec<Group>,
    /// Oldest first.
    pub lines: Vec<Arc<Placed>>,
    /// Of the newest lines of access logs; of those that were searched for, where nothing else was read.
    pub requests: Vec<Requests>,
}

/// Groups, lines and requests apart; lines of errors alone where that is wanted.
pub(super) fn taken(groups: Vec<GroupLogs>, errors: bool) -> Held {
    let (mut lines, mut requests) = (Vec::new(), Vec::new());
    let groups = groups.into_iter().map(|group| {
        let source = group.source();
        let read = group.read.map(|read| {
            read.map(|read| {
                let (counted, events) = (read.counted_over(), read.events.len());
                let found = match group.kind.access() {
                    None => joined(read.events),
                    Some(format) => {
                        let since = read.lines.map(|lines| lines.0);
                        in_format((format, since), &group.region, read.events, &mut requests)
                    }
                };
                let placed = at_their_place(&group.region, &source, found);
                let wanted = placed.filter(|placed| !errors || placed.line.is_error());
                lines.extend(wanted.map(Arc::new));
                Read {
                    events,
                    errors: read.errors,
                    oldest: read.oldest,
                    lines: read.lines,
                    cut: read.cut,
                    behind: read.behind,
                    counted,
                }
            })
        });
        Group {
            region: group.region,
            sources: [source].into(),
            name: group.group,
            kind: group.kind,
            read,
            calls: group.calls,
        }
    });
    let groups = groups.collect();
    lines.sort_by_key(|placed: &Arc<Placed>| placed.at);
    Held {
        groups,
        lines,
        requests: folded(requests),
    }
}

/// The lines of an access log; one that has another format is read as any other. Those since a moment are `requests`, too.
fn in_format(
    (format, since): (&AccessFormat, Option<Timestamp>),
    region: &Region,
    events: Vec<LogEvent>,
    requests: &mut Vec<Requests>,
) -> Vec<(LogEvent, LogLine)> {
    let read = |event: LogEvent| {
        let line = match format.told(region, &event.message) {
            Some((line, request)) => {
                let counts = since.is_none_or(|since| since <= event.at);
                requests.extend(counts.then_some(request));
                line
            }
            None => None,
        };
        let line = line.unwrap_or_else(|| LogLine::read(&event.message));
        (event, line)
    };
    events.into_iter().map(read).collect()
}
