//! When DNS began, or ended, to answer with a Region: known minutes before the figures of its health check.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{DnsAnswer, Edge};
use crate::Region;

/// DNS began, or ended, to answer other places with a Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    /// Whether it answers with the Region since.
    pub answers: bool,
    /// When gwctl first saw that.
    pub at: Timestamp,
}

impl Edge {
    /// Keeps what turned from the answers `before` to those of now. What this machine's resolver says may come from its
    /// cache, and an address may be any Region's: neither turns anything.
    pub fn see_turns(&mut self, before: &[DnsAnswer]) {
        let now = self.answers.last().map_or(&[][..], Vec::as_slice);
        self.turned.extend(turns(before, now));
    }
}

fn turns(before: &[DnsAnswer], now: &[DnsAnswer]) -> Vec<(Region, Turned)> {
    let mut turned = Vec::new();
    let elsewhere = || now.iter().filter(|answer| !answer.is_here());
    let led_there = |region: &Region| elsewhere().any(|one| one.region.as_ref() == Some(region));
    for answer in elsewhere() {
        let place = answer.vantage.as_str();
        let both = regions(before, place).zip(regions(now, place));
        let Some((at, (was, is))) = answer.at.zip(both) else {
            continue;
        };
        let came = is.difference(&was).map(|region| (region, true));
        let left = was.difference(&is).filter(|region| !led_there(region));
        let all = came.chain(left.map(|region| (region, false)));
        turned.extend(all.map(|(region, answers)| ((*region).clone(), Turned { answers, at })));
    }
    turned
}

/// The Regions that a place is answered with; none where it has no answer, or one that tells of no Region.
fn regions<'a>(answers: &'a [DnsAnswer], place: &str) -> Option<BTreeSet<&'a Region>> {
    let of = answers.iter().filter(|answer| answer.vantage == place);
    let all: Option<BTreeSet<&Region>> = of.map(|answer| answer.region.as_ref()).collect();
    all.filter(|all| !all.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn answer(place: &str, code: Option<&str>, second: i64) -> DnsAnswer {
        DnsAnswer {
            vantage: place.into(),
            value: "x".into(),
            region: code.map(|code| Region::new(code).unwrap()),
            ttl_s: None,
            at: Some(Timestamp::from_second(second).unwrap()),
        }
    }

    /// What became of `eu-west-1` from the first answers to the last.
    fn seen(all: &[Vec<DnsAnswer>]) -> Option<Turned> {
        let pairs = all.windows(2).flat_map(|pair| turns(&pair[0], &pair[1]));
        let turned: BTreeMap<Region, Turned> = pairs.collect();
        turned.get(&Region::new("eu-west-1").unwrap()).copied()
    }

    fn turned(answers: bool, second: i64) -> Turned {
        let at = Timestamp::from_second(second).unwrap();
        Turned { answers, at }
    }

    #[test]
    fn a_region_has_turned_once_no_place_that_was_answered_with_it_is_any_more() {
        let (eu, us) = (Some("eu-west-1"), Some("us-east-1"));
        let first = vec![answer("Amsterdam", eu, 1), answer("Tokyo", eu, 2)];
        let half = vec![answer("Amsterdam", us, 11), answer("Tokyo", eu, 2)];
        let out = vec![answer("Amsterdam", us, 11), answer("Tokyo", us, 12)];
        let back = vec![answer("Amsterdam", us, 11), answer("Tokyo", eu, 22)];
        assert_eq!(seen(&[first.clone(), half.clone()]), None);
        assert_eq!(
            seen(&[first.clone(), half.clone(), out.clone()]),
            Some(turned(false, 12))
        );
        assert_eq!(seen(&[first, half, out, back]), Some(turned(true, 22)));
    }

    #[test]
    fn neither_this_machine_nor_an_address_nor_a_silent_place_turns_anything() {
        let (eu, us) = (Some("eu-west-1"), Some("us-east-1"));
        let here = |code, at| vec![answer("here", code, at)];
        assert_eq!(seen(&[here(eu, 1), here(us, 11)]), None);
        let there = |code, at| vec![answer("Tokyo", code, at)];
        assert_eq!(seen(&[there(eu, 1), there(None, 11)]), None);
        assert_eq!(seen(&[there(eu, 1), vec![], there(us, 21)]), None);
    }
}
