//! What a scenario still has in store, and how finely the time until the present is told.

use crate::world::rng::pick;
use crate::world::scenario::{Happening, Scenario};

/// Steps of the history, in seconds: an uneventful one, and those after something happened.
const COARSE: i64 = 60;
const FINE: i64 = 5;
/// How long after an event the history is told in fine steps.
const ATTENTION: i64 = 150;
/// How long before the present the history is told in fine steps.
const RUN_UP: i64 = 120;

/// The events to come.
#[derive(Debug, Clone)]
pub(in crate::world) struct Script {
    /// Second at which the history ends and time runs second by second.
    begun: i64,
    /// Second until which the history is told in fine steps.
    attentive_until: i64,
    /// By second, the next one last.
    events: Vec<(i64, Happening)>,
}

impl Script {
    pub(in crate::world) fn new(scenario: &Scenario, begun: i64, seed: u64) -> Self {
        let events = scenario.events.iter().enumerate();
        let mut events: Vec<(i64, Happening)> = events
            .map(|(number, event)| {
                let within = event.within.as_secs();
                let later = pick(seed, &format!("event {number}"), within + 1);
                (begun + event.at.as_secs() + later, event.what.clone())
            })
            .collect();
        // Of those at one second, the first is last.
        events.reverse();
        events.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        Self {
            begun,
            attentive_until: 0,
            events,
        }
    }

    /// Seconds until the next look: never past the end of a minute, the next event, or the beginning.
    pub(in crate::world) fn step(&self, now: i64) -> i64 {
        if now >= self.begun {
            return 1;
        }
        let quiet = self.begun - now > RUN_UP && now >= self.attentive_until;
        let wanted = if quiet { COARSE } else { FINE };
        let to_minute = 60 - now.rem_euclid(60);
        let next = self.events.last();
        let to_event = next.map_or(i64::MAX, |(at, _)| (*at - now).max(1));
        wanted.min(to_minute).min(to_event).min(self.begun - now)
    }

    /// What happens now, one after the other.
    pub(in crate::world) fn next(&mut self, now: i64) -> Option<Happening> {
        let due = self.events.last().is_some_and(|(at, _)| *at <= now);
        let (_, what) = self.events.pop_if(|_| due)?;
        self.attentive_until = now + ATTENTION;
        Some(what)
    }
}
