//! `gwctl logs --follow`: asks again every few seconds for what is new.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::args::Logs;
use super::report::Report;
use super::{asked, begin, document, lines, nothing, reader};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::flags::Output;
use crate::cli::output::{print, tell};
use crate::cli::stop_signals::StopSignals;
use crate::cli::target::Target;
use crate::fleet::{Region, clean_line};
use crate::observe::logs::GroupLogs;

/// Between two questions.
const PAUSE: Duration = Duration::from_secs(3);
/// How late an event may be and is still printed.
const LATE: SignedDuration = SignedDuration::from_secs(60);

/// Follows until a signal says to stop: that is how it ends.
pub async fn run(target: &Target, args: &Logs) -> Result<Exit, Failure> {
    let mut stop = StopSignals::listen()?;
    let reader = reader(target);
    let mut follower = Follower::default();
    let mut since = begin(args, target.clock.now());
    loop {
        let now = target.clock.now();
        let asked = asked(args, since, now);
        let mut groups = tokio::select! {
            groups = reader.read(&asked) => groups,
            () = stop.any() => return Ok(Exit::Success),
        };
        if groups.is_empty() {
            return Err(nothing(args));
        }
        follower.keep_new(&mut groups, since);
        let report = Report::new(&target.name, args, &asked, groups, Vec::new());
        print(&follower.told(&report, args.output))?;
        // What was not read yet must not be left out next time.
        since = since.max(now.checked_sub(LATE).unwrap_or(since));
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            () = stop.any() => return Ok(Exit::Success),
        }
    }
}

/// An event, by what tells it from others.
type Key = (Timestamp, Region, String);

#[derive(Default)]
struct Follower {
    /// Events that were printed.
    seen: BTreeSet<Key>,
    /// The newest complaint of each group.
    complaints: BTreeMap<String, String>,
}

impl Follower {
    /// Leaves the events in `groups` that were not seen before; those before `since` cannot come again.
    fn keep_new(&mut self, groups: &mut [GroupLogs], since: Timestamp) {
        self.seen.retain(|(at, ..)| *at >= since);
        for group in groups {
            if let Ok(Some(read)) = &mut group.read {
                let region = &group.region;
                read.events.retain(|event| {
                    let id = format!("{}{}{}", event.id, event.stream, event.message.len());
                    self.seen.insert((event.at, region.clone(), id))
                });
            }
        }
    }

    /// The new lines; what hinders goes to stderr, once until it changes.
    fn told(&mut self, report: &Report, output: Output) -> String {
        for group in &report.book.groups {
            let complaint = match &group.read {
                Err(why) => why.to_string(),
                Ok(Some(read)) => read.cut.join("; "),
                Ok(None) => "there is no such log group: nothing ran here yet".into(),
            };
            let before = self.complaints.insert(group.title(), complaint.clone());
            if !complaint.is_empty() && before.as_ref() != Some(&complaint) {
                tell(clean_line(&format!(
                    "gwctl: {}: {complaint}",
                    group.title()
                )));
            }
        }
        let mut text = String::new();
        for one in &report.book.lines {
            match output {
                Output::Json => {
                    let _ = writeln!(text, "{}", document::line(one));
                }
                _ => text.push_str(&lines::line(one)),
            }
        }
        text
    }
}
