//! Replication from the writer's Region to the secondaries: how far behind each is, and which
//! acknowledged writes it does not have yet.

use std::collections::VecDeque;

use super::geo;
use super::names::ACCOUNT;
use super::rng::Rng;
use gwctl_fleet::Region;

/// How long acknowledged writes are remembered one by one.
const REMEMBERED_S: i64 = 6 * 3_600;
/// Milliseconds a secondary lags while `lag-surge` strikes.
const SURGE_MS: f64 = 28_000.0;

/// One member of the global database.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub region: Region,
    /// Identifier of its cluster.
    pub cluster: String,
    /// A new one, whose volume is not there yet.
    pub seeding: bool,
    /// Whether it did not answer at some moment of the minute that is being counted: only real software does that.
    pub was_dead: bool,
    /// Index among the fleet's Regions.
    pub site: usize,
    /// Everything acknowledged up to this second (with fraction) has arrived.
    pub applied_to: f64,
    /// Milliseconds behind, of writes that travel.
    pub lag_ms: f64,
    /// Second until which its volume is being rebuilt, unreadable.
    pub rebuilding_until: i64,
    /// Highest lag of the minute, its sum and how many times it was looked at.
    pub seen: (f64, f64, f64),
    excess_ln: f64,
    rng: Rng,
}

/// What surrounds a member during one step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// Seconds of the step.
    pub step: f64,
    /// The present.
    pub now: i64,
    /// Round trip to the writer, in milliseconds.
    pub rtt_ms: f64,
    /// Whether anything gets through.
    pub up: bool,
    /// Whether replication falls behind.
    pub surging: bool,
    /// The writer's load, 0 to about 1.
    pub load: f64,
}

impl Member {
    pub(super) fn new(
        seed: u64,
        (region, cluster): (&Region, &str),
        site: usize,
        now: i64,
    ) -> Self {
        Self {
            region: region.clone(),
            cluster: cluster.into(),
            seeding: false,
            was_dead: false,
            site,
            applied_to: now as f64,
            lag_ms: 0.0,
            rebuilding_until: 0,
            seen: (0.0, 0.0, 0.0),
            excess_ln: 0.0,
            rng: Rng::new(seed, &format!("replication {region}")),
        }
    }

    /// ARN of its cluster.
    pub(super) fn arn(&self) -> String {
        let (region, cluster) = (&self.region, &self.cluster);
        format!("arn:aws:rds:{region}:{ACCOUNT}:cluster:{cluster}")
    }

    /// As it was measured at `now`; nothing new has arrived where nobody knows.
    pub(super) fn measure(&mut self, behind: Option<std::time::Duration>, now: i64) {
        if let Some(behind) = behind {
            self.applied_to = self.applied_to.max(now as f64 - behind.as_secs_f64());
        }
        self.see(now);
    }

    /// Replicates for one step. Without a link nothing arrives and the lag is the time since.
    pub(super) fn replicate(&mut self, link: &Link) {
        let usual = (62.0 + 0.62 * link.rtt_ms) * (1.0 + 0.25 * link.load);
        let (goal, pull_s) = if link.surging {
            ((SURGE_MS / usual).ln(), 70.0)
        } else if self.excess_ln > 1.0 {
            (0.0, 18.0) // caught up quickly once it can
        } else {
            (0.0, 40.0)
        };
        let kept = (-link.step / pull_s).exp();
        self.excess_ln = goal
            + (self.excess_ln - goal) * kept
            + 0.13 * (1.0 - kept * kept).sqrt() * self.rng.normal();
        if self.rng.chance(link.step / 2_400.0) {
            self.excess_ln += 0.5 + 0.5 * self.rng.uniform();
        }
        let now = link.now as f64;
        if link.up {
            let behind_ms = usual * self.excess_ln.exp();
            self.applied_to = self.applied_to.max(now - behind_ms / 1_000.0);
        }
        self.see(link.now);
    }

    /// The lag as it is now goes into the minute.
    fn see(&mut self, now: i64) {
        self.lag_ms = (now as f64 - self.applied_to).max(0.0) * 1_000.0;
        self.seen = (
            self.seen.0.max(self.lag_ms),
            self.seen.1 + self.lag_ms,
            self.seen.2 + 1.0,
        );
    }
}

/// Acknowledged writes, second by second.
#[derive(Debug, Clone, Default)]
pub(super) struct CommitLog {
    /// Begin, end, how many.
    spans: VecDeque<(i64, i64, f64)>,
}

impl CommitLog {
    /// The writer acknowledged `writes` between `from` and `until`.
    pub(super) fn append(&mut self, from: i64, until: i64, writes: f64) {
        if writes > 0.0 {
            self.spans.push_back((from, until, writes));
        }
        while self
            .spans
            .front()
            .is_some_and(|(_, end, _)| *end < until - REMEMBERED_S)
        {
            self.spans.pop_front();
        }
    }

    /// How many writes were acknowledged after `from` (seconds with fraction).
    pub(super) fn since(&self, from: f64) -> f64 {
        let after = self
            .spans
            .iter()
            .rev()
            .take_while(|(_, end, _)| *end as f64 > from);
        after
            .map(|(begin, end, writes)| {
                let length = (end - begin).max(1) as f64;
                writes * ((*end as f64 - from) / length).min(1.0)
            })
            .sum::<f64>()
            .round()
    }

    /// A failover forgets what did not arrive.
    pub(super) fn cut(&mut self, from: f64) {
        while self
            .spans
            .back()
            .is_some_and(|(_, end, _)| *end as f64 > from)
        {
            self.spans.pop_back();
        }
    }
}

/// Round trip between two Regions of the fleet in milliseconds; 1 within one.
pub(super) fn between_ms(a: &Region, b: &Region) -> f64 {
    geo::rtt_ms(geo::point(a), geo::point(b))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp)] // counts are exact
    use super::*;

    fn after(seconds: i64, link: impl Fn(i64) -> Link) -> Member {
        let mut member = Member::new(3, (&Region::new("eu-west-1").unwrap(), "c"), 1, 0);
        for now in 1..=seconds {
            member.replicate(&link(now));
        }
        member
    }

    fn good(now: i64) -> Link {
        Link {
            step: 1.0,
            now,
            rtt_ms: 75.0,
            up: true,
            surging: false,
            load: 0.5,
        }
    }

    #[test]
    fn lag_is_a_fraction_of_a_second_and_grows_with_distance() {
        let near = after(600, good).lag_ms;
        let far = after(600, |now| Link {
            rtt_ms: 210.0,
            ..good(now)
        })
        .lag_ms;
        assert!(
            (60.0..400.0).contains(&near) && near < far && far < 600.0,
            "{near} {far}"
        );
    }

    #[test]
    fn a_surge_builds_up_over_seconds_and_goes_away_again() {
        let surging = after(300, |now| Link {
            surging: true,
            ..good(now)
        })
        .lag_ms;
        assert!((8_000.0..60_000.0).contains(&surging), "{surging}");
        let over = after(600, |now| Link {
            surging: now < 300,
            ..good(now)
        })
        .lag_ms;
        assert!(over < 500.0, "{over}");
    }

    #[test]
    fn a_cut_link_lags_by_the_time_since() {
        let cut = after(160, |now| Link {
            up: now < 100,
            ..good(now)
        });
        assert!((60_500.0..62_000.0).contains(&cut.lag_ms), "{}", cut.lag_ms);
    }

    #[test]
    fn the_log_counts_the_tail_that_has_not_arrived() {
        let mut log = CommitLog::default();
        (0..100).for_each(|s| log.append(s, s + 1, 50.0));
        assert!((log.since(98.0) - 100.0).abs() < 1.0);
        assert!((log.since(97.5) - 125.0).abs() < 1.0);
        log.cut(98.0);
        assert!(log.since(90.0) <= 400.0);
        assert_eq!(log.since(99.0), 0.0);
    }
}
