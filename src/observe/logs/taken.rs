//! Events taken out of their groups, and read as lines.

use super::book::{Group, Read};
use super::{GroupLogs, GroupRead};
use gwctl_fleet::logs::{AccessFormat, LogEvent, LogLine, Placed, joined};

/// Groups and lines apart.
pub(super) fn taken(groups: Vec<GroupLogs>, errors: bool) -> (Vec<Group>, Vec<Placed>) {
    let mut lines = Vec::new();
    let groups = groups.into_iter().map(|group| {
        let source: Vec<String> = group.sources.iter().cloned().collect();
        let source = source.join(", ");
        let read = group.read.map(|read| {
            read.map(|read| {
                let counted = read.counted_over();
                let GroupRead {
                    events,
                    errors: window,
                    oldest,
                    lines: all,
                    cut,
                    behind,
                } = read;
                let count = events.len();
                let read: Vec<_> = match &group.access {
                    None => joined(events),
                    Some(format) => events
                        .into_iter()
                        .map(|event| in_format(format, event))
                        .collect(),
                };
                let placed = read.into_iter().map(|(event, line)| Placed {
                    region: group.region.clone(),
                    source: source.clone(),
                    at: event.at,
                    line,
                    raw: event.message.into(),
                });
                lines.extend(placed.filter(|placed| !errors || placed.line.is_error()));
                Read {
                    events: count,
                    errors: window,
                    oldest,
                    lines: all,
                    cut,
                    behind,
                    counted,
                }
            })
        });
        Group {
            region: group.region,
            sources: [source].into(),
            name: group.group,
            edge: group.edge,
            access: group.access,
            read,
            calls: group.calls,
        }
    });
    let groups = groups.collect();
    lines.sort_by_key(|placed| placed.at);
    (groups, lines)
}

/// A line of an access log; as it is where it has another format.
fn in_format(format: &AccessFormat, event: LogEvent) -> (LogEvent, LogLine) {
    let line = format.line(&event.message);
    let line = line.unwrap_or_else(|| LogLine::read(&event.message));
    (event, line)
}
