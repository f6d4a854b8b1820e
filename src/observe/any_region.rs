//! Questions that any Region can answer: asked in all of them, so that a dead one hides nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::response::Response;
use gwctl_fleet::{Missing, Observed, Region};

/// How the newest question in each Region ended: nothing, or why not.
#[derive(Debug, Default)]
pub(super) struct Anyone {
    newest: BTreeMap<Region, Option<Missing>>,
    answered: Option<Timestamp>,
}

impl Anyone {
    /// Takes in what one Region said. The freshest answer wins; a failure counts only when no
    /// Region's newest question was answered.
    pub(super) fn fold<T>(&mut self, region: &Region, said: Response<T>, into: &mut Observed<T>) {
        self.newest
            .insert(region.clone(), said.answer.as_ref().err().cloned());
        match said.answer {
            Ok(_) if self.answered.is_none_or(|newest| newest <= said.at) => {
                self.answered = Some(said.at);
                said.renew(into);
            }
            Ok(_) => {}
            Err(_) if self.newest.values().any(Option::is_none) => {}
            Err(why) => {
                let why = self.weightiest().unwrap_or(why);
                into.renew(Err(why), said.at, said.source);
            }
        }
    }

    /// Of several failures, the one that leaves most open: where one Region says there is no such
    /// thing and another could not be asked, it may well be there.
    fn weightiest(&self) -> Option<Missing> {
        let weight = |missing: &Missing| match missing {
            Missing::CouldNotAsk { .. } => 3,
            Missing::NotAllowed { .. } => 2,
            Missing::NotYet => 1,
            Missing::NoData => 0,
        };
        self.newest
            .values()
            .flatten()
            .max_by_key(|missing| weight(missing))
            .cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gwctl_fleet::Source;

    fn said(answer: Result<u8, Missing>, second: i64) -> Response<u8> {
        let source = Source {
            api: "rds:DescribeGlobalClusters",
            region: None,
        };
        Response {
            answer,
            at: Timestamp::from_second(second).unwrap(),
            source,
        }
    }

    fn dead() -> Missing {
        Missing::CouldNotAsk {
            why: "no answer in time".into(),
        }
    }

    #[test]
    fn the_freshest_answer_wins_and_one_dead_region_hides_nothing() {
        let [a, b] = ["us-east-1", "eu-west-1"].map(|code| Region::new(code).unwrap());
        let (mut anyone, mut observed) = (Anyone::default(), Observed::default());
        anyone.fold(&a, said(Ok(1), 10), &mut observed);
        anyone.fold(&b, said(Ok(2), 12), &mut observed);
        anyone.fold(&a, said(Ok(3), 11), &mut observed);
        assert_eq!(
            observed.current(),
            Some(&2),
            "asked later, answered earlier"
        );
        anyone.fold(&a, said(Err(dead()), 20), &mut observed);
        assert_eq!(observed.current(), Some(&2));
        anyone.fold(&b, said(Err(Missing::NoData), 21), &mut observed);
        assert_eq!(observed.current(), None);
        assert_eq!(
            observed.last(),
            Some(&2),
            "no such thing in one Region proves nothing"
        );
        assert_eq!(observed.why_missing(), Some(&dead()));
    }
}
