//! What real software wrote into the logs of a Region, by ten seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::world::log_lines::WrittenEvent;
use crate::world::measured::LineSource;
use crate::world::parts::logbook::Slot;

/// Seconds of one slot.
const SLOT_S: i64 = 10;
/// Bytes that are kept of one log. What is older goes first, as if its retention were over.
const KEPT: usize = 8 << 20;
/// Bytes that an event takes beside its text.
const BESIDE: usize = 250;

/// The logs of a Region.
#[derive(Debug, Clone)]
pub(in crate::world) struct Written {
    since: i64,
    logs: BTreeMap<LineSource, Log>,
    events: u64,
}

/// One of them; clones share its events.
#[derive(Debug, Clone, Default)]
struct Log {
    slots: Slots,
    bytes: usize,
}

/// Events by the second that their slot ends at.
type Slots = BTreeMap<i64, Arc<Vec<WrittenEvent>>>;

/// What is to be read of one log.
#[derive(Debug, Clone)]
pub(in crate::world) struct WrittenLog {
    since: i64,
    slots: Slots,
}

impl Written {
    /// From second `since` on.
    pub(in crate::world) const fn since(since: i64) -> Self {
        Self {
            since,
            logs: BTreeMap::new(),
            events: 0,
        }
    }

    /// `source` wrote a line at one moment, and CloudWatch Logs has it since another one. What was written before the
    /// beginning is left out.
    pub(in crate::world) fn add(
        &mut self,
        source: LineSource,
        (at, ingested): (Timestamp, Timestamp),
        stream: &str,
        message: String,
    ) {
        if at.as_second() < self.since {
            return;
        }
        self.events += 1;
        let (at, number) = (at.as_millisecond(), self.events);
        let event = WrittenEvent {
            id: format!("{at:014}{number:042}"),
            at,
            ingested: ingested.as_millisecond(),
            stream: stream.to_owned(),
            message,
        };
        self.logs.entry(source).or_default().push(event);
    }

    /// What `source` wrote.
    pub(in crate::world) fn log(&self, source: &LineSource) -> WrittenLog {
        let log = self.logs.get(source);
        WrittenLog {
            since: self.since,
            slots: log.map(|log| log.slots.clone()).unwrap_or_default(),
        }
    }
}

impl Log {
    fn push(&mut self, event: WrittenEvent) {
        self.bytes += event.message.len() + BESIDE;
        let end = (event.at.div_euclid(SLOT_S * 1_000) + 1) * SLOT_S;
        Arc::make_mut(self.slots.entry(end).or_default()).push(event);
        while self.bytes > KEPT
            && self.slots.len() > 1
            && let Some((_, oldest)) = self.slots.pop_first()
        {
            let text: usize = oldest
                .iter()
                .map(|event| event.message.len() + BESIDE)
                .sum();
            self.bytes -= text;
        }
    }
}

impl WrittenLog {
    /// The slots of what was modelled before, and then those of what was written.
    pub(in crate::world) fn slots(&self, modelled: Vec<Slot>) -> Vec<Slot> {
        let before = modelled.into_iter().filter(|slot| slot.end <= self.since);
        let written = self.slots.keys().map(|end| Slot {
            end: *end,
            length: SLOT_S,
            ..Slot::default()
        });
        before.chain(written).collect()
    }

    /// What was written in the slot that ends at second `end`, oldest first; none of a slot that was modelled.
    pub(in crate::world) fn events(&self, end: i64) -> Option<Vec<WrittenEvent>> {
        if end <= self.since {
            return None;
        }
        let written = self.slots.get(&end);
        Some(written.map(|slot| slot.to_vec()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes_first() {
        let mut written = Written::since(1_003);
        let modelled = |end| Slot {
            end,
            length: 10,
            ..Slot::default()
        };
        for at in 1_000..3_000 {
            let text = format!("{at} {}", "x".repeat(10_000));
            written.add(
                LineSource::Api,
                (second(at), second(at + 1)),
                "stream",
                text,
            );
        }
        let log = written.log(&LineSource::Api);
        let kept: usize = log
            .slots
            .values()
            .flat_map(|slot| slot.iter())
            .map(|event| event.message.len())
            .sum();
        assert!(kept < KEPT && kept > KEPT * 9 / 10, "{kept}");
        let slots = log.slots(vec![modelled(990), modelled(1_000), modelled(1_010)]);
        assert_eq!(slots[1].end, 1_000, "what was modelled later is left out");
        assert_eq!(slots.last().unwrap().end, 3_000);
        assert_eq!(log.events(1_000), None, "it was modelled");
        let newest = log.events(3_000).unwrap();
        assert_eq!(newest.len(), 10);
        assert!(newest[9].message.starts_with("2999 ") && newest[9].ingested == 3_000_000);
        assert!(
            written
                .log(&LineSource::Function("orders-read".into()))
                .slots
                .is_empty()
        );
    }
}
