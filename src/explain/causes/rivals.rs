//! Causes that contradict each other: where both are told of the same functions and the same minutes, neither is nearly
//! certain, and what would tell them apart is said.

use super::BLUR;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use jiff::SignedDuration;

/// What began so long before has shown by then that it does not do this.
const TOGETHER: SignedDuration = SignedDuration::from_mins(10);
/// What began so much earlier was there before somebody answered it.
const BEFORE: SignedDuration = SignedDuration::from_mins(1);

const RELEASE: [&str; 2] = ["bad-deployment", "bad-configuration"];
/// Figures, or the status that AWS tells, show these themselves: what else may be true does not make them less so.
const SHOWN: [&str; 3] = ["traffic-surge", "writer-moves", "functions-throttled"];
/// What people do to a Region that fails, and might do by mistake as well.
pub(super) const ANSWERS: [&str; 4] = [
    "drill",
    "health-check-changed",
    "out-of-dns",
    "record-changed",
];

/// Two causes of which each may be taken for the other.
struct Rivals {
    one: &'static [&'static str],
    /// The other one, and how sure it must be: what rests on the same errors alone speaks against nothing.
    other: (&'static str, Sureness),
    apart: &'static str,
}

const ALL: [Rivals; 13] = [
    Rivals {
        one: &RELEASE,
        other: ("aws-impaired", Sureness::Medium),
        apart: "whether functions fail there that nobody changed (then it is AWS), or the same version fails in another Region \
                too (then it is the version)",
    },
    Rivals {
        one: &RELEASE,
        other: ("writer-moves", Sureness::Medium),
        apart: "whether the failures end once the writer has moved: those of a new version go on",
    },
    Rivals {
        one: &RELEASE,
        other: ("database-unreachable", Sureness::High),
        apart: "whether a function that nobody changed reaches the database: then it is the new version",
    },
    Rivals {
        one: &RELEASE,
        other: ("dependency-slow", Sureness::High),
        apart: "whether the version before waits as long: then it is what it waits for",
    },
    Rivals {
        one: &RELEASE,
        other: ("credential-expired", Sureness::Medium),
        apart: "whether the version before is let in: then the new one has another credential",
    },
    Rivals {
        one: &RELEASE,
        other: ("traffic-surge", Sureness::Medium),
        apart: "whether the failures become fewer as the requests do: those of a new version do not",
    },
    Rivals {
        one: &["aws-impaired"],
        other: ("traffic-surge", Sureness::Medium),
        apart: "whether the trouble becomes less as the requests do: then it is the clients and not AWS",
    },
    Rivals {
        one: &["aws-impaired"],
        other: ("database-unreachable", Sureness::High),
        apart: "whether functions reach the database once the network is as it was: then it is not AWS",
    },
    Rivals {
        one: &["aws-impaired", "traffic-surge", "dependency-slow"],
        other: ("functions-throttled", Sureness::High),
        apart: "whether the throttling ends once what was changed is as it was",
    },
    Rivals {
        one: &["dependency-slow"],
        other: ("traffic-surge", Sureness::Medium),
        apart: "whether other clients of what it waits for wait as long: then it is not the requests",
    },
    Rivals {
        one: &["write-forwarding-broken"],
        other: ("writer-moves", Sureness::Medium),
        apart: "whether writes get through once the writer has moved",
    },
    Rivals {
        one: &["connections-exhausted"],
        other: ("writer-moves", Sureness::Medium),
        apart: "whether the connections become fewer once the writer has moved: everybody connects again then",
    },
    Rivals {
        one: &["database-unreachable"],
        other: ("writer-moves", Sureness::Medium),
        apart: "whether the database is reached once the writer has moved",
    },
];

/// What one hypothesis says against another.
struct Objection {
    to: usize,
    told: String,
    why: &'static str,
    apart: String,
}

/// Tells each of two that contradict each other against the other, and makes what was nearly certain likely.
pub(super) fn weigh(all: &mut [Hypothesis]) {
    for objection in objections(all) {
        let to = &mut all[objection.to];
        if to.sure == Sureness::High && !SHOWN.contains(&to.cause) {
            to.sure = Sureness::Medium;
            to.why = format!("{}; {}", to.why, objection.why);
        }
        if !SHOWN.contains(&to.cause) {
            to.contradicts.push(objection.told);
        }
        to.apart = Some(match to.apart.take() {
            Some(own) => format!("{}; {own}", objection.apart),
            None => objection.apart,
        });
    }
}

/// By how sure each of them is by itself.
fn objections(all: &[Hypothesis]) -> Vec<Objection> {
    let pairs = all.iter().enumerate().flat_map(|(to, of)| {
        let others = all.iter();
        others
            .filter_map(move |other| rivalry(of, other).or_else(|| answer(of, other)))
            .map(move |(told, why, apart)| Objection {
                to,
                told,
                why,
                apart,
            })
    });
    pairs.collect()
}

/// What of an objection `other` has to say.
type Said = (String, &'static str, String);

fn rivalry(of: &Hypothesis, other: &Hypothesis) -> Option<Said> {
    let pair = ALL.iter().find(|pair| pair.are(of, other))?;
    let meets = is_in_one_place(of, other) && are_about_the_same(of, other);
    let may = meets && may_be_why(other.since, of.since);
    may.then(|| {
        (
            format!(
                "the same failures may be of another cause: {}",
                other.sentence
            ),
            "something else that began by then may be why as well",
            pair.apart.to_owned(),
        )
    })
}

impl Rivals {
    fn are(&self, of: &Hypothesis, other: &Hypothesis) -> bool {
        let is = |one: &Hypothesis, two: &Hypothesis| {
            self.one.contains(&one.cause)
                && two.cause == self.other.0
                && one.sure >= Sureness::Medium
                && two.sure >= self.other.1
        };
        is(of, other) || is(other, of)
    }
}

fn is_in_one_place(one: &Hypothesis, other: &Hypothesis) -> bool {
    one.region.is_none() || other.region.is_none() || one.region == other.region
}

fn are_about_the_same(one: &Hypothesis, other: &Hypothesis) -> bool {
    one.about.is_empty() || one.about.iter().any(|name| other.is_about(name))
}

/// Whether `other` began by then, and not long before; where one of the times is not known, it may have.
fn may_be_why(other: Option<Onset>, of: Option<Onset>) -> bool {
    match (other, of) {
        (Some(other), Some(of)) => other.at <= of.at + BLUR && other.at + TOGETHER >= of.at,
        _ => true,
    }
}

/// That the Region failed before somebody took its clients away: that may be why they did.
fn answer(of: &Hypothesis, other: &Hypothesis) -> Option<Said> {
    let before = other.since?.at + BEFORE < of.since?.at;
    let here = of.region.is_some() && of.region == other.region;
    (ANSWERS.contains(&of.cause) && other.hurts && here && before).then(|| {
        (
            format!(
                "it may be somebody's answer to what was there before: {}",
                other.sentence
            ),
            "the Region failed before, so that it may be meant",
            "whether it was meant: ask who did it".to_owned(),
        )
    })
}
