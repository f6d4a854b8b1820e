//! Events taken out of their groups, and read as lines.

use std::sync::Arc;

use super::GroupLogs;
use super::book::{Group, Read};
use gwctl_fleet::Region;
use gwctl_fleet::logs::{AccessFormat, LogEvent, LogLine, Placed, joined};

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

/// Groups and lines apart; of errors alone where that is wanted.
pub(super) fn taken(groups: Vec<GroupLogs>, errors: bool) -> (Vec<Group>, Vec<Arc<Placed>>) {
    let mut lines = Vec::new();
    let groups = groups.into_iter().map(|group| {
        let source = group.source();
        let read = group.read.map(|read| {
            read.map(|read| {
                let (counted, events) = (read.counted_over(), read.events.len());
                let found = match group.kind.access() {
                    None => joined(read.events),
                    Some(format) => in_format(format, read.events),
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
    (groups, lines)
}

/// The lines of an access log; one that has another format is read as any other.
fn in_format(format: &AccessFormat, events: Vec<LogEvent>) -> Vec<(LogEvent, LogLine)> {
    let read = |event: LogEvent| {
        let line = format.line(&event.message);
        let line = line.unwrap_or_else(|| LogLine::read(&event.message));
        (event, line)
    };
    events.into_iter().map(read).collect()
}
