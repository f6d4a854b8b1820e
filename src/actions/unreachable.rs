//! Whether a Region is silent, and not merely one call of it.

use jiff::{SignedDuration, Timestamp};

use gwctl_fleet::{Reachability, Region, Site, Snapshot};

/// A Region that answered this lately may have had a hiccup.
const QUIET: SignedDuration = SignedDuration::from_secs(20);

/// Several calls in a row got no answer, and the last answer is a while ago.
pub(super) fn is_unreachable(site: &Site, now: Timestamp) -> bool {
    silent(&site.reach, now)
}

/// The same of any Region that is asked something, such as that of a member where the fleet is not.
pub(super) fn is_silent(snapshot: &Snapshot, region: &Region) -> bool {
    let reach = snapshot.reach(region);
    reach.is_some_and(|reach| silent(reach, snapshot.at))
}

fn silent(reach: &Reachability, now: Timestamp) -> bool {
    let quiet = reach
        .last_answer
        .is_none_or(|at| now.duration_since(at) > QUIET);
    reach.silent_calls > 1 && quiet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_lost_reply_makes_no_region_dark() {
        let now = Timestamp::UNIX_EPOCH;
        let reach = |silent_calls, answered_s_ago: Option<i64>| Reachability {
            silent_calls,
            last_answer: answered_s_ago.map(|ago| now - SignedDuration::from_secs(ago)),
            ..Reachability::default()
        };
        assert!(!silent(&reach(1, None), now), "one call, and no answer yet");
        assert!(silent(&reach(5, None), now), "nothing ever answered");
        assert!(!silent(&reach(5, Some(10)), now), "it answered just now");
        assert!(!silent(&reach(1, Some(30)), now), "one call alone");
        assert!(silent(&reach(2, Some(30)), now), "silent for half a minute");
    }
}
