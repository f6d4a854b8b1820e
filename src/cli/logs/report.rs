//! What was read, before it is printed.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::args::Logs;
use crate::cli::exit::Exit;
use crate::fleet::logs::{AccessLog, Pattern, Placed, lateness, patterns};
use crate::fleet::{Marks, Missing, Region, format};
use crate::observe::logs::{AccessLogs, GroupLogs, LogsAsked, placed};

/// Said of what reading cost.
pub const COST: &str =
    "AWS charges nothing for what FilterLogEvents searches, as far as gwctl knows (not verified)";

/// What was read.
pub struct Report {
    pub fleet: String,
    pub since: Timestamp,
    pub until: Timestamp,
    pub groups: Vec<Group>,
    pub access: Vec<AccessLogs>,
    /// Where there are groups.
    pub regions: Vec<Region>,
    /// Errors first; none where lines are printed.
    pub patterns: Vec<Pattern>,
    /// Oldest first.
    pub lines: Vec<Placed>,
    /// Whether the lines are printed, and not their patterns.
    pub wants_lines: bool,
    /// The text that was searched for.
    pub filter: Option<String>,
    /// The median and the longest time until CloudWatch Logs had an event.
    pub lateness: Option<(SignedDuration, SignedDuration)>,
}

/// A log group without its events.
pub struct Group {
    pub region: Region,
    pub sources: BTreeSet<String>,
    pub name: Option<String>,
    pub edge: bool,
    /// None where there is no such group.
    pub read: Result<Option<Read>, Missing>,
}

/// What was read of a group.
pub struct Read {
    pub events: usize,
    pub errors: (Timestamp, Timestamp),
    pub lines: Option<(Timestamp, Timestamp)>,
    pub cut: Vec<String>,
}

impl Report {
    pub fn new(
        fleet: &str,
        args: &Logs,
        asked: &LogsAsked,
        groups: Vec<GroupLogs>,
        access: Vec<AccessLogs>,
    ) -> Self {
        let read = groups
            .iter()
            .filter_map(|one| one.read.as_ref().ok()?.as_ref());
        let lateness = lateness(read.flat_map(|read| &read.events));
        let (groups, lines) = taken(groups, asked.errors);
        let regions: BTreeSet<Region> = groups.iter().map(|one| one.region.clone()).collect();
        Self {
            fleet: fleet.to_owned(),
            since: asked.since,
            until: asked.until,
            regions: regions.into_iter().collect(),
            patterns: if args.lines {
                Vec::new()
            } else {
                patterns(&lines)
            },
            lines,
            wants_lines: args.lines,
            filter: asked.filter.clone(),
            groups,
            access,
            lateness,
        }
    }

    /// Whether every group was read, and nothing was cut.
    pub fn exit(&self) -> Exit {
        let whole = |group: &Group| match &group.read {
            Ok(Some(read)) => read.cut.is_empty(),
            Ok(None) => true,
            Err(_) => false,
        };
        if self.groups.iter().all(whole) {
            Exit::Success
        } else {
            Exit::Partial
        }
    }

    /// How often in `region`, in words: a number is complete, `≥` is not, and a mark says why there is none.
    pub fn cell(&self, pattern: &Pattern, region: &Region) -> String {
        // Any function of the Region may write it.
        let all = self.groups.iter().filter(|one| one.region == *region);
        let partly = all.clone().any(|group| self.is_partly_read(group, pattern));
        let at_least = if partly { "≥ " } else { "" };
        if let Some(tally) = pattern.regions.get(region) {
            let count = format::count(tally.count as f64);
            let rate = self.per_minute(pattern, region);
            let rate = rate.map_or_else(String::new, |rate| format!(" {}", per_minute(rate)));
            return format!("{at_least}{count}{rate}");
        }
        let its_own = self.of(pattern, region);
        let unread = its_own.iter().find_map(|group| group.read.as_ref().err());
        match unread {
            Some(why) => Marks::UNICODE.of(why).to_owned(),
            None if all.count() == 0 => Marks::UNICODE.no_data.to_owned(),
            None => format!("{at_least}0"),
        }
    }

    /// How often a minute in `region`, over the time that was read of the groups it is in.
    pub fn per_minute(&self, pattern: &Pattern, region: &Region) -> Option<f64> {
        let tally = pattern.regions.get(region)?;
        let spans = self.of(pattern, region).into_iter().filter_map(|group| {
            let read = group.read.as_ref().ok()?.as_ref()?;
            let (from, until) = match read.lines {
                Some(lines) if !pattern.is_error() => lines,
                _ => read.errors,
            };
            Some(until.duration_since(from).as_secs_f64())
        });
        let seconds = spans.reduce(f64::max).filter(|seconds| *seconds >= 1.0)?;
        Some(tally.count as f64 * 60.0 / seconds)
    }

    /// Whether lines such as those of `pattern` may be missing.
    fn is_partly_read(&self, group: &Group, pattern: &Pattern) -> bool {
        let shorter = |lines: (Timestamp, Timestamp)| lines != (self.since, self.until);
        match &group.read {
            Err(_) => true,
            Ok(None) => false,
            Ok(Some(read)) => {
                !read.cut.is_empty() || (!pattern.is_error() && read.lines.is_some_and(shorter))
            }
        }
    }

    /// The groups of `region` that the writers of `pattern` write to.
    fn of(&self, pattern: &Pattern, region: &Region) -> Vec<&Group> {
        let groups = self.groups.iter().filter(|one| one.region == *region);
        groups
            .filter(|group| {
                group
                    .sources
                    .iter()
                    .any(|one| pattern.sources.contains(one))
            })
            .collect()
    }

    /// What the reader must know of the answer, a sentence each.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(text) = &self.filter {
            notes.push(format!("only lines that hold `{text}` were read"));
        }
        for group in &self.groups {
            let name = group.title();
            match &group.read {
                Err(why) => notes.push(format!("{name}: {why}")),
                Ok(None) if group.edge => notes.push(format!("{name}: the router never ran here")),
                Ok(None) => notes.push(format!(
                    "{name}: there is no log group {}: the function never ran here, or the group was deleted",
                    group.name.as_deref().unwrap_or_default()
                )),
                Ok(Some(read)) => {
                    notes.extend(read.cut.iter().map(|cut| format!("{name}: {cut}")));
                    if !read.cut.is_empty() {
                        let (from, until) = read.errors;
                        let span = format!("{}–{}Z", format::clock(from), format::clock(until));
                        notes.push(format!("{name}: errors are complete for {span} alone"));
                    }
                    if let Some((from, _)) = read.lines.filter(|lines| lines.0 > self.since) {
                        let from = format::clock(from);
                        notes.push(format!("{name}: lines that are not errors were read since {from}Z"));
                    }
                }
            }
        }
        notes.extend(self.access.iter().filter_map(access_note));
        if self.groups.iter().any(|group| group.edge) {
            notes.push(
                "the edge router also writes in Regions where the fleet is not: name them with --region".into(),
            );
        }
        notes.push(match self.lateness {
            Some((median, longest)) => format!(
                "CloudWatch Logs had these events {} after they were written (median), the latest after {}",
                format::in_words(&format::millis(median.as_millis() as f64)),
                format::in_words(&format::millis(longest.as_millis() as f64)),
            ),
            None => "how late events arrive is not known: there are none".into(),
        });
        notes.push(COST.into());
        notes
    }
}

impl Group {
    /// `eu-west-1 orders-read`.
    pub fn title(&self) -> String {
        let sources: Vec<&str> = self.sources.iter().map(String::as_str).collect();
        format!("{} {}", self.region, sources.join(", "))
    }
}

/// Groups and lines apart.
fn taken(groups: Vec<GroupLogs>, errors: bool) -> (Vec<Group>, Vec<Placed>) {
    let mut lines = Vec::new();
    let groups = groups.into_iter().map(|group| {
        let source = group.source();
        let read = group.read.map(|read| {
            read.map(|read| {
                let count = read.events.len();
                let placed = placed(&group.region, &source, read.events);
                lines.extend(placed.filter(|placed| !errors || placed.line.is_error()));
                Read {
                    events: count,
                    errors: read.errors,
                    lines: read.lines,
                    cut: read.cut,
                }
            })
        });
        Group {
            region: group.region,
            sources: [source].into(),
            name: group.group,
            edge: group.edge,
            read,
        }
    });
    let groups = groups.collect();
    lines.sort_by_key(|placed| placed.at);
    (groups, lines)
}

fn access_note(access: &AccessLogs) -> Option<String> {
    let region = &access.region;
    let places = match &access.places {
        Ok(places) => places,
        Err(why) => {
            return Some(format!(
                "{region}: where the API writes its access log: {why}"
            ));
        }
    };
    let told = places.iter().map(|place| match place {
        AccessLog::Group(name) => format!("the log group {name}, which this command does not read"),
        AccessLog::Firehose(name) => {
            format!("the Firehose stream {name}, where CloudWatch Logs cannot search")
        }
        AccessLog::Other(arn) => arn.clone(),
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| {
        format!(
            "{region}: the API writes its access log to {}",
            told.join("; ")
        )
    })
}

/// `12 a minute`, in the width of a cell.
fn per_minute(rate: f64) -> String {
    let rate = match rate {
        rate if rate < 0.1 => "<0.1".to_owned(),
        rate if rate < 9.95 => format!("{rate:.1}"),
        rate => format::count(rate),
    };
    format!("({rate}/min)")
}
