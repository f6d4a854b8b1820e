//! What a Region's functions ran lately, by ten seconds: what their log lines are made of.

use std::collections::VecDeque;

use crate::world::serving::SiteMinute;

/// Seconds that one slot counts, at least; steps of history are longer.
const SLOT_S: i64 = 10;
/// Seconds that are kept.
const KEPT_S: i64 = 4 * 3_600;

/// Why invocations failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::world) enum Cause {
    /// One now and then.
    #[default]
    Usual,
    /// The function's own code.
    Faulty,
    /// The database's writer cannot be reached.
    NoWriter,
    /// AWS itself.
    Impaired,
    /// The function's newest code.
    NewCode,
    /// A setting of the function that is wrong.
    Setting,
    /// The database takes no more connections.
    NoConnection,
    /// The database takes no writes here.
    ReadOnly,
    /// The database refuses the password.
    Password,
    /// Something outside of the fleet that the function waits for.
    Dependency,
    /// The way to the database.
    CutOff,
    /// A key that another service takes no longer.
    Key,
    /// The router's newest code.
    Router,
}

/// Most causes at once.
const MOST: usize = 5;

/// Why invocations failed: how many parts of them for each cause.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::world) struct Causes([(Cause, f64); MOST]);

impl Causes {
    /// All for one.
    pub(in crate::world) fn only(cause: Cause) -> Self {
        Self::of([(cause, 1.0)])
    }

    /// Those of `parts`.
    pub(in crate::world) fn of(parts: impl IntoIterator<Item = (Cause, f64)>) -> Self {
        let mut all = Self::default();
        for (place, part) in all.0.iter_mut().zip(parts) {
            *place = part;
        }
        all
    }

    fn known(&self) -> impl Iterator<Item = (Cause, f64)> {
        let known = self.0.iter().copied();
        known.filter(|(cause, part)| *cause != Cause::Usual && *part > 0.0)
    }

    /// Whether nothing out of the ordinary is among them.
    fn is_usual(&self) -> bool {
        self.known().next().is_none()
    }

    /// The cause of one that failed. `dice` is asked for a number between 0 and 1 where there is more than one.
    pub(in crate::world) fn draw(&self, dice: impl FnOnce() -> f64) -> Cause {
        let mut known = self.known();
        match (known.next(), known.next()) {
            (None, _) => return Cause::Usual,
            (Some((cause, _)), None) => return cause,
            _ => {}
        }
        let all: f64 = self.known().map(|(_, part)| part).sum();
        let mut left = dice() * all;
        let mut last = Cause::Usual;
        for (cause, part) in self.known() {
            last = cause;
            left -= part;
            if left < 0.0 {
                break;
            }
        }
        last
    }
}

/// Of one function.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::world) struct Ran {
    pub invocations: f64,
    pub errors: f64,
    pub causes: Causes,
}

impl Ran {
    /// Of both functions together.
    fn and(self, other: Self) -> Self {
        Self {
            invocations: self.invocations + other.invocations,
            errors: self.errors + other.errors,
            causes: if other.causes.is_usual() {
                self.causes
            } else {
                other.causes
            },
        }
    }
}

/// Some seconds of a Region.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::world) struct Slot {
    /// The second it ends at.
    pub end: i64,
    /// How many seconds it counts.
    pub length: i64,
    pub read: Ran,
    pub write: Ran,
}

impl Slot {
    /// Of a function that does both.
    pub(in crate::world) fn both(&self) -> Ran {
        self.read.and(self.write)
    }
}

/// Slot by slot, oldest first.
#[derive(Debug, Clone, Default)]
pub(in crate::world) struct Logbook {
    slots: VecDeque<Slot>,
    open: Slot,
    /// Invocations and errors of the minute that are counted already, of reads and of writes.
    seen: [(f64, f64); 2],
}

impl Logbook {
    /// What `minute` counted in the step that ends at second `now`.
    pub(in crate::world) fn note(
        &mut self,
        now: i64,
        step: i64,
        minute: &SiteMinute,
        causes: (Causes, Causes),
    ) {
        let open = &mut self.open;
        let parts = [
            (&mut open.read, &minute.read, causes.0),
            (&mut open.write, &minute.write, causes.1),
        ];
        for ((ran, counted, causes), seen) in parts.into_iter().zip(&mut self.seen) {
            let total = (counted.invocations, counted.errors);
            // A new minute begins at zero.
            if total.0 < seen.0 || total.1 < seen.1 {
                *seen = (0.0, 0.0);
            }
            ran.invocations += total.0 - seen.0;
            ran.errors += total.1 - seen.1;
            if !causes.is_usual() {
                ran.causes = causes;
            }
            *seen = total;
        }
        open.end = now;
        open.length += step;
        if open.length >= SLOT_S {
            self.slots.push_back(std::mem::take(open));
        }
        while self.slots.front().is_some_and(|one| one.end < now - KEPT_S) {
            self.slots.pop_front();
        }
    }

    /// The minute's counters begin again.
    pub(in crate::world) fn minute_ended(&mut self) {
        self.seen = [(0.0, 0.0); 2];
    }

    /// What is complete.
    pub(in crate::world) const fn slots(&self) -> &VecDeque<Slot> {
        &self.slots
    }
}
