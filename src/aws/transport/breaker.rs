//! A circuit breaker: after repeated silence, ask rarely.

use jiff::{SignedDuration, Timestamp};

/// Silent calls in a row that open the breaker.
const SILENT_CALLS: u32 = 3;
/// Fleet time between trials while it is open.
const PAUSE: SignedDuration = SignedDuration::from_secs(15);

/// Whether calls of one service in one Region are sent. Closed at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Breaker {
    silent: u32,
    /// While open: when the next trial is due.
    next_try: Option<Timestamp>,
    /// While open: a trial is under way.
    trying: bool,
}

impl Breaker {
    /// Lets one call through, or says when the next one will be.
    pub(crate) fn pass(&mut self, now: Timestamp) -> Result<Pass, Timestamp> {
        match self.next_try {
            None => Ok(Pass::Ordinary),
            Some(due) if now >= due && !self.trying => {
                self.trying = true;
                Ok(Pass::Trial)
            }
            Some(due) => Err(if self.trying { now.max(due) } else { due }),
        }
    }

    /// A call that was let through has ended. An error reply is an answer.
    pub(crate) fn ended(&mut self, pass: Pass, end: End, now: Timestamp) {
        if pass == Pass::Trial {
            self.trying = false;
        }
        match end {
            End::Answered => *self = Self::default(),
            End::Silent => {
                self.silent = self.silent.saturating_add(1);
                // A straggler sent before the breaker opened does not put the next trial off.
                if self.silent >= SILENT_CALLS && (pass == Pass::Trial || self.next_try.is_none()) {
                    self.next_try = now.checked_add(PAUSE).ok();
                }
            }
            End::Abandoned => {}
        }
    }

    /// Silent calls in a row.
    pub(crate) fn silent_calls(&self) -> u32 {
        self.silent
    }
}

/// How a call was let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// The breaker was closed.
    Ordinary,
    /// The breaker was open; this is the one call that tries.
    Trial,
}

/// How a call ended, as far as the breaker cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// With a reply, good or bad.
    Answered,
    /// With nothing: time-out, or no connection.
    Silent,
    /// Nobody waited for it any longer, or it was never sent.
    Abandoned,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn open_at_zero() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..SILENT_CALLS {
            let pass = breaker.pass(at(0)).unwrap();
            breaker.ended(pass, End::Silent, at(0));
        }
        breaker
    }

    #[test]
    fn two_silent_calls_do_not_open_it_three_do() {
        let mut breaker = Breaker::default();
        for _ in 0..2 {
            let pass = breaker.pass(at(0)).unwrap();
            breaker.ended(pass, End::Silent, at(0));
        }
        assert_eq!(breaker.pass(at(0)), Ok(Pass::Ordinary));
        breaker.ended(Pass::Ordinary, End::Silent, at(1));
        assert_eq!(breaker.pass(at(2)), Err(at(16)));
    }

    #[test]
    fn an_answer_in_between_starts_the_count_anew() {
        let mut breaker = Breaker::default();
        for end in [
            End::Silent,
            End::Silent,
            End::Answered,
            End::Silent,
            End::Silent,
        ] {
            let pass = breaker.pass(at(0)).unwrap();
            breaker.ended(pass, end, at(0));
        }
        assert_eq!(breaker.pass(at(0)), Ok(Pass::Ordinary));
    }

    #[test]
    fn after_the_pause_exactly_one_trial_is_let_through() {
        let mut breaker = open_at_zero();
        assert!(breaker.pass(at(14)).is_err());
        assert_eq!(breaker.pass(at(15)), Ok(Pass::Trial));
        assert!(
            breaker.pass(at(15)).is_err(),
            "a second call while the trial is under way"
        );
        breaker.ended(Pass::Trial, End::Silent, at(20));
        assert_eq!(breaker.pass(at(21)), Err(at(35)));
        assert_eq!(breaker.pass(at(35)), Ok(Pass::Trial));
        breaker.ended(Pass::Trial, End::Answered, at(35));
        assert_eq!(breaker.pass(at(35)), Ok(Pass::Ordinary));
    }

    #[test]
    fn an_abandoned_trial_leaves_room_for_the_next() {
        let mut breaker = open_at_zero();
        let trial = breaker.pass(at(15)).unwrap();
        breaker.ended(trial, End::Abandoned, at(16));
        assert_eq!(breaker.pass(at(16)), Ok(Pass::Trial));
    }

    #[test]
    fn stragglers_do_not_put_the_trial_off() {
        let mut breaker = open_at_zero();
        breaker.ended(Pass::Ordinary, End::Silent, at(10));
        assert_eq!(breaker.pass(at(15)), Ok(Pass::Trial));
    }
}
