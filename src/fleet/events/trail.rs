//! How far it is known what people did.

use std::ops::RangeInclusive;

use jiff::Timestamp;

use super::{AskedSource, Event};
use crate::Region;

/// What asks `CloudTrail`.
const LOOKUP: &str = "cloudtrail:LookupEvents";

/// What happened, and how far `CloudTrail` answered: it shows a call up to 15 minutes late (aws-facts §14.1).
#[derive(Debug, Clone, Copy)]
pub struct Trail<'a> {
    /// What happened, in any order.
    pub events: &'a [Event],
    /// From when on it was asked.
    pub from: Timestamp,
    /// Every source of events that was asked.
    pub asked: &'a [AskedSource],
}

impl Trail<'_> {
    /// From when on calls in `region` within `window` may be missing; none where all of them are known.
    pub fn unknown_since(
        &self,
        region: &Region,
        window: &RangeInclusive<Timestamp>,
    ) -> Option<Timestamp> {
        let (from, to) = (*window.start(), *window.end());
        let known = self.known_to(region, from).unwrap_or(from);
        (known < to).then(|| known.max(from))
    }

    /// Until when every call there is known from `from` on, in every account.
    fn known_to(&self, region: &Region, from: Timestamp) -> Option<Timestamp> {
        let of_region = |one: &&AskedSource| {
            one.source.api == LOOKUP && one.source.region.as_ref() == Some(region)
        };
        let accounts = self.asked.iter().filter(of_region);
        let known: Option<Vec<Timestamp>> = accounts.map(|one| one.known_to(from)).collect();
        known?.into_iter().min().filter(|_| self.from <= from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Missing, Source};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(60 * minute).unwrap()
    }

    /// Asked in the hundredth minute.
    fn answer(code: &str) -> AskedSource {
        AskedSource {
            source: Source {
                api: LOOKUP,
                region: Some(Region::new(code).unwrap()),
            },
            account: None,
            at: at(100),
            missing: None,
            complete_to: Some(at(85)),
            read_from: None,
            unreadable: 0,
        }
    }

    #[test]
    fn what_is_late_cut_refused_or_asked_for_too_short_a_time_is_not_known() {
        let here = Region::new("eu-west-1").unwrap();
        let since = |asked: &[AskedSource], from: i64, window: (i64, i64)| {
            let trail = Trail {
                events: &[],
                from: at(from),
                asked,
            };
            let since = trail.unknown_since(&here, &(at(window.0)..=at(window.1)));
            since.map(|since| since.as_second() / 60)
        };
        let whole = answer("eu-west-1");
        let all = std::slice::from_ref(&whole);
        assert_eq!(since(all, 0, (50, 80)), None);
        assert_eq!(since(all, 0, (50, 92)), Some(85), "late");
        assert_eq!(since(all, 0, (90, 99)), Some(90));
        assert_eq!(since(all, 60, (50, 80)), Some(50), "not asked for");
        assert_eq!(since(&[], 0, (50, 80)), Some(50));
        assert_eq!(since(&[answer("us-east-1")], 0, (50, 80)), Some(50));
        let cut = AskedSource {
            read_from: Some(at(70)),
            ..whole.clone()
        };
        assert_eq!(since(std::slice::from_ref(&cut), 0, (50, 80)), Some(50));
        assert_eq!(since(&[cut], 0, (71, 80)), None);
        let refused = AskedSource {
            missing: Some(Missing::NotAllowed {
                action: LOOKUP.into(),
            }),
            ..whole.clone()
        };
        assert_eq!(
            since(&[whole.clone(), refused], 0, (50, 80)),
            Some(50),
            "one of two accounts"
        );
        let unreadable = AskedSource {
            unreadable: 1,
            ..whole
        };
        assert_eq!(since(&[unreadable], 0, (50, 80)), Some(50));
    }
}
