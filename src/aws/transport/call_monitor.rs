//! What all calls of a session leave behind: the ledger, who answers, and the circuit breakers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::transport::breaker::{Breaker, End, Pass};
use gwctl_fleet::{Call, Clock, Ledger, Outcome, Reachability, Region};

/// Services with one control plane for the whole world. Their endpoints are called in us-east-1 or
/// us-west-2 and are not part of that Region's own (aws-facts §11.3).
const GLOBAL: [&str; 4] = [
    "route53",
    "cloudfront",
    "iam",
    "route53-recovery-control-config",
];
/// The service of the team's table: nothing of a fleet itself is asked of it.
const TABLE: &str = "dynamodb";

/// Shared by all clients of a session.
#[derive(Debug)]
pub(crate) struct CallMonitor {
    pub(crate) clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    ledger: Ledger,
    reach: HashMap<Region, Reachability>,
    breakers: HashMap<(&'static str, Region), Breaker>,
    /// AWS's clock minus ours, in milliseconds, as each endpoint last told it.
    skews: HashMap<(&'static str, Region), i64>,
    /// As whichever endpoint told it last.
    skew: Option<i64>,
}

/// What an answer told of the endpoint besides its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contact {
    /// It answered, good or bad.
    Answered {
        /// Its clock minus ours, in milliseconds.
        skew_ms: Option<i64>,
    },
    /// It did not answer.
    Silent,
    /// Nobody waited long enough to say.
    Abandoned,
}

impl CallMonitor {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            kept: Mutex::default(),
        }
    }

    /// Enters one attempt in the ledger and notes whether the Region answered.
    pub(crate) fn enter(&self, call: Call, contact: Contact) {
        let mut kept = self.kept();
        if let Contact::Answered {
            skew_ms: Some(skew),
        } = contact
        {
            kept.skews.insert((call.service, call.region.clone()), skew);
            kept.skew = Some(skew);
        }
        if GLOBAL.contains(&call.service) || call.service == TABLE {
            // It says nothing of us-east-1 as a Region: its control planes fail by themselves. Nor does the team's table of
            // the Region that has it: what it does not answer is told of the table.
            kept.ledger.enter(call);
            return;
        }
        let reach = kept.reach.entry(call.region.clone()).or_default();
        let ended = call.at + call.took;
        match contact {
            Contact::Answered { skew_ms } => {
                reach.round_trip = Some(call.took);
                reach.last_answer = Some(ended);
                reach.silent_calls = 0;
                reach.clock_skew_ms = skew_ms.or(reach.clock_skew_ms);
            }
            Contact::Silent => {
                reach.last_silence = Some(ended);
                reach.silent_calls = reach.silent_calls.saturating_add(1);
            }
            Contact::Abandoned => {}
        }
        if call.outcome != Outcome::Ok && contact != Contact::Abandoned {
            reach.last_error.clone_from(&call.error);
        }
        kept.ledger.enter(call);
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.kept().ledger.clone()
    }

    /// AWS's clock minus ours, in milliseconds: by this endpoint's word, or else by that of any, as all of AWS
    /// keeps the same time. None before the first answer.
    pub(crate) fn skew(&self, service: &'static str, region: &Region) -> Option<i64> {
        let kept = self.kept();
        let own = kept.skews.get(&(service, region.clone())).copied();
        own.or(kept.skew)
    }

    pub(crate) fn reach(&self, region: &Region) -> Reachability {
        self.kept().reach.get(region).cloned().unwrap_or_default()
    }

    /// How many things are kept.
    pub(crate) fn kept_things(&self) -> usize {
        let kept = self.kept();
        let calls = kept.ledger.stats().count() + kept.ledger.recent().count();
        calls + kept.reach.len() + kept.breakers.len() + kept.skews.len()
    }

    /// What another monitor noted of `region`; the newer of both counts.
    pub(crate) fn hear(&self, region: &Region, heard: &Reachability) {
        let newest = |reach: &Reachability| reach.last_answer.max(reach.last_silence);
        let mut kept = self.kept();
        let own = kept.reach.entry(region.clone()).or_default();
        if newest(heard) > newest(own) {
            own.clone_from(heard);
        }
    }

    /// Leave to send a call, or why not.
    pub(crate) fn pass(
        self: &Arc<Self>,
        service: &'static str,
        region: &Region,
    ) -> Result<Passage, NotSent> {
        let now = self.clock.now();
        let key = (service, region.clone());
        let mut kept = self.kept();
        let breaker = kept.breakers.entry(key.clone()).or_default();
        match breaker.pass(now) {
            Ok(pass) => Ok(Passage {
                monitor: self.clone(),
                key,
                pass,
                end: End::Abandoned,
            }),
            Err(due) => Err(NotSent {
                silent_calls: breaker.silent_calls(),
                wait_s: due.duration_since(now).as_secs(),
            }),
        }
    }

    // A panic elsewhere while counting must not take the counts away.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a call may not be sent: those before it got no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not sent: {silent_calls} calls in a row got no answer; {}", self.next())]
pub(crate) struct NotSent {
    silent_calls: u32,
    /// Seconds until one is sent to try.
    wait_s: i64,
}

impl NotSent {
    fn next(self) -> &'static str {
        // The text stands on the screen for a while: seconds that count down would be wrong at once.
        match self.wait_s {
            ..1 => "a try is under way",
            1..16 => "next try within 15 s",
            16..31 => "next try within 30 s",
            _ => "next try within a few minutes",
        }
    }
}

/// A call under way. Dropped without an end, it was abandoned.
#[derive(Debug)]
pub(crate) struct Passage {
    monitor: Arc<CallMonitor>,
    key: (&'static str, Region),
    pass: Pass,
    end: End,
}

impl Passage {
    pub(crate) fn ended(mut self, end: End) {
        self.end = end;
    }
}

impl Drop for Passage {
    fn drop(&mut self) {
        let now = self.monitor.clock.now();
        if let Some(breaker) = self.monitor.kept().breakers.get_mut(&self.key) {
            breaker.ended(self.pass, self.end, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::{SignedDuration, Timestamp};

    use super::*;

    #[derive(Debug)]
    struct Hands(Mutex<Timestamp>);

    impl Hands {
        fn forward(&self, by: SignedDuration) {
            *self.0.lock().unwrap() += by;
        }
    }

    impl Clock for Hands {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }

    fn watch() -> (Arc<CallMonitor>, Arc<Hands>) {
        let hands = Arc::new(Hands(Mutex::new(Timestamp::from_second(1_000).unwrap())));
        (Arc::new(CallMonitor::new(hands.clone())), hands)
    }

    fn region(code: &str) -> Region {
        Region::new(code).unwrap()
    }

    fn call(region: &Region, outcome: Outcome, error: Option<&str>) -> Call {
        Call {
            at: Timestamp::from_second(1_000).unwrap(),
            service: "rds",
            operation: "DescribeDBClusters".into(),
            account: None,
            region: region.clone(),
            took: Duration::from_millis(80),
            outcome,
            request_id: None,
            error: error.map(Into::into),
            dollars: 0.0,
        }
    }

    #[test]
    fn silence_of_one_service_in_one_region_stops_no_other() {
        let (watch, hands) = watch();
        let (dead, alive) = (region("us-east-1"), region("eu-west-1"));
        for _ in 0..3 {
            watch.pass("rds", &dead).unwrap().ended(End::Silent);
        }
        let why = watch.pass("rds", &dead).unwrap_err();
        assert_eq!(
            why.to_string(),
            "not sent: 3 calls in a row got no answer; next try within 15 s"
        );
        assert!(watch.pass("lambda", &dead).is_ok());
        assert!(watch.pass("rds", &alive).is_ok());

        hands.forward(SignedDuration::from_secs(15));
        let trial = watch.pass("rds", &dead).unwrap();
        let why = watch.pass("rds", &dead).unwrap_err();
        assert!(why.to_string().contains("under way"), "{why}");
        drop(trial);
        watch.pass("rds", &dead).unwrap().ended(End::Answered);
        assert!(watch.pass("rds", &dead).is_ok());
    }

    #[test]
    fn what_one_endpoint_told_of_the_clock_holds_for_those_that_were_not_asked() {
        let (watch, _) = watch();
        let (asked, other) = (region("eu-west-1"), region("us-east-1"));
        assert_eq!(watch.skew("rds", &asked), None);
        let told = Contact::Answered {
            skew_ms: Some(600_000),
        };
        watch.enter(call(&asked, Outcome::Ok, None), told);
        assert_eq!(watch.skew("rds", &asked), Some(600_000));
        assert_eq!(watch.skew("route53", &other), Some(600_000));
    }

    #[test]
    fn an_error_reply_is_an_answer_and_a_timeout_is_silence() {
        let (watch, _) = watch();
        let here = region("eu-west-1");
        assert_eq!(watch.reach(&here).answering(), None);
        watch.enter(
            call(&here, Outcome::TimedOut, Some("no answer")),
            Contact::Silent,
        );
        watch.enter(
            call(&here, Outcome::TimedOut, Some("no answer")),
            Contact::Silent,
        );
        assert_eq!(watch.reach(&here).silent_calls, 2);
        assert_eq!(watch.reach(&here).answering(), Some(false));

        let answered = Contact::Answered {
            skew_ms: Some(-1_500),
        };
        watch.enter(
            call(&here, Outcome::Refused, Some("AccessDenied")),
            answered,
        );
        let reach = watch.reach(&here);
        assert_eq!(reach.answering(), Some(true));
        assert_eq!(reach.round_trip, Some(Duration::from_millis(80)));
        assert_eq!(reach.clock_skew_ms, Some(-1_500));
        assert_eq!(reach.last_error.as_deref(), Some("AccessDenied"));
        assert_eq!(watch.ledger().calls(), 3);
    }
}
