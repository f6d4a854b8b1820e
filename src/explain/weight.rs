//! In which order evidence is told: what convinces most comes first.

use crate::causes::quote;
use crate::causes::told::BY_AWS;
use crate::evidence::Evidence;
use crate::heard::is_sample;
use crate::hypothesis::Hypothesis;

/// What a line of evidence quotes, what convinces most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// An error of the log: it says itself what is wrong.
    Error,
    /// What happened, with its minute: a change, or AWS's own word.
    Event,
    /// What is measured or set.
    Figure,
    /// A few requests, which may differ from all others.
    Sample,
    /// A limit that somebody set; what it watches is among the figures.
    Alarm,
}

/// Most alarms that are told of one hypothesis: where everything fails, dozens fire, and say nothing more.
const ALARMS: usize = 3;

/// Orders what speaks for each hypothesis and against it; of the same weight, as its cause tells it. Of many alarms the
/// first are told.
pub(crate) fn order(evidence: &Evidence<'_>, hypotheses: &mut [Hypothesis]) {
    let scale = Scale::of(evidence);
    for one in hypotheses {
        one.supports.sort_by_cached_key(|line| scale.weigh(line));
        one.contradicts.sort_by_cached_key(|line| scale.weigh(line));
        scale.shorten(&mut one.supports);
    }
}

/// What lines may quote.
struct Scale {
    errors: Vec<String>,
    alarms: Vec<String>,
}

impl Scale {
    fn of(evidence: &Evidence<'_>) -> Self {
        let patterns = evidence.patterns.iter();
        let sites = evidence.picture.sites.iter();
        let firing = sites.filter_map(|site| evidence.picture.firing(site));
        Self {
            errors: patterns.map(|one| format!("`{}`", quote(one))).collect(),
            alarms: firing.flatten().map(|alarm| alarm.name.clone()).collect(),
        }
    }

    /// The alarms stand last. Where there is nothing else, all of them are told.
    fn shorten(&self, lines: &mut Vec<String>) {
        let alarms = lines.iter().rev();
        let alarms = alarms.take_while(|line| self.weigh(line) == Weight::Alarm);
        let alarms = alarms.count();
        let more = alarms.saturating_sub(ALARMS);
        if more > 0 && alarms < lines.len() {
            lines.truncate(lines.len() - more);
            let fire = if more == 1 {
                "alarm fires"
            } else {
                "alarms fire"
            };
            lines.push(format!("{more} more {fire}"));
        }
    }

    fn weigh(&self, line: &str) -> Weight {
        if self.errors.iter().any(|quoted| line.contains(quoted)) {
            Weight::Error
        } else if is_dated(line) || line.contains(BY_AWS) {
            Weight::Event
        } else if is_sample(line) {
            Weight::Sample
        } else if self.alarms.iter().any(|name| is_of(name, line)) {
            Weight::Alarm
        } else {
            Weight::Figure
        }
    }
}

fn is_of(alarm: &str, line: &str) -> bool {
    line.strip_prefix(alarm)
        .is_some_and(|rest| rest.starts_with([' ', ':']))
}

/// Whether it begins with its minute, as what happened does: `13:53: alice updated …`.
pub(crate) fn is_dated(line: &str) -> bool {
    let minute = line.split_once(": ").map(|(minute, _)| minute.as_bytes());
    matches!(minute, Some([a, b, b':', c, d]) if [a, b, c, d].into_iter().all(u8::is_ascii_digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_begins_with_its_minute() {
        assert!(is_dated("13:53: alice updated the code of orders-write"));
        for other in ["eu-west-1: 13:53: x", "13:53 x", "1:53: x", "the 13:53: x"] {
            assert!(!is_dated(other), "{other}");
        }
    }
}
