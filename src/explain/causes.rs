//! The causes that gwctl knows, one file each: what it needs, what speaks for it, and what against.

mod alarm;
mod api_throttled;
mod aws_event;
mod blind;
mod certificate;
mod changed;
mod check_changed;
mod connections;
mod dependency;
mod deployment;
mod failing;
#[cfg(test)]
mod fixture;
mod forwarding;
mod functions;
mod lag;
mod level;
mod logged;
mod made;
#[cfg(test)]
mod named_tests;
mod noisy;
mod ours;
mod out_of_dns;
mod password;
mod record_changed;
mod runs;
mod surge;
#[cfg(test)]
mod tests;
mod throttled;
pub(crate) mod told;
mod unreachable;
mod words;
mod writer;
mod wrong_alarm;

use crate::evidence::Evidence;
use crate::hypothesis::Hypothesis;
use gwctl_fleet::{Region, Site};
use jiff::SignedDuration;

/// What a cause looks at.
enum Look {
    Fleet(fn(&Evidence<'_>) -> Vec<Hypothesis>),
    /// Each Region by itself.
    Sites(fn(&Evidence<'_>, &Site) -> Option<Hypothesis>),
}

impl Look {
    fn at(&self, evidence: &Evidence<'_>) -> Vec<Hypothesis> {
        match self {
            Self::Fleet(look) => look(evidence),
            Self::Sites(look) => {
                let sites = evidence.picture.sites.iter();
                sites.filter_map(|site| look(evidence, site)).collect()
            }
        }
    }
}

/// A cause that gwctl knows.
struct Cause {
    look: Look,
    /// Of these it is the explanation where they are seen in the same Region: they are told as evidence for it.
    explains: &'static [&'static str],
    /// Whether it explains them in every Region, where it is in the writer's: writes of all Regions go there.
    of_writer: bool,
}

/// What follows where functions fail for a reason that is known.
const OF_FUNCTIONS: &[&str] = &["functions-fail", "out-of-dns", "alarm"];

/// In the order in which they explain each other.
const ALL: &[Cause] = &[
    Cause {
        look: Look::Fleet(blind::look),
        explains: &[],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(unreachable::look),
        explains: &[
            "out-of-dns",
            "functions-fail",
            "replication-behind",
            "alarm",
        ],
        of_writer: true,
    },
    Cause {
        look: Look::Fleet(surge::look),
        explains: &[
            "functions-throttled",
            "api-over-limit",
            "out-of-dns",
            "alarm",
        ],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(aws_event::look),
        explains: &[
            "functions-fail",
            "functions-throttled",
            "dependency-slow",
            "replication-behind",
            "out-of-dns",
            "alarm",
        ],
        of_writer: false,
    },
    Cause {
        look: Look::Fleet(writer::look),
        explains: &["functions-fail", "replication-behind", "alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Fleet(password::look),
        explains: OF_FUNCTIONS,
        of_writer: false,
    },
    Cause {
        look: Look::Sites(connections::look),
        explains: OF_FUNCTIONS,
        of_writer: true,
    },
    Cause {
        look: Look::Sites(forwarding::look),
        explains: OF_FUNCTIONS,
        of_writer: false,
    },
    Cause {
        look: Look::Sites(deployment::look),
        explains: OF_FUNCTIONS,
        of_writer: false,
    },
    Cause {
        look: Look::Sites(dependency::look),
        explains: &[
            "functions-fail",
            "functions-throttled",
            "out-of-dns",
            "alarm",
        ],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(throttled::look),
        explains: &["out-of-dns", "alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(functions::look),
        explains: &["out-of-dns", "alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Fleet(lag::look),
        explains: &["alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Fleet(certificate::look),
        explains: &["alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(api_throttled::look),
        explains: &["out-of-dns", "alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(noisy::look),
        explains: &["alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(check_changed::look),
        explains: &["out-of-dns", "alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(record_changed::look),
        explains: &["alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(out_of_dns::look),
        explains: &["alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Fleet(alarm::look),
        explains: &[],
        of_writer: false,
    },
];

/// By how much two onsets may be told in the wrong order: a minute of each series, and one of the checkers.
const BLUR: SignedDuration = SignedDuration::from_mins(3);

/// All hypotheses, the worst first: causes before what follows from them, each told once.
pub(crate) fn all(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let mut told: Vec<(Hypothesis, &Cause)> = Vec::new();
    for cause in ALL {
        for hypothesis in cause.look.at(evidence) {
            let explained = told.iter_mut().find(|(of, known)| {
                known.explains.contains(&hypothesis.cause)
                    && covers(evidence, (of, known), &hypothesis)
            });
            match explained {
                Some((of, _)) => add(hypothesis, of),
                None => told.push((hypothesis, cause)),
            }
        }
    }
    ranked(told.into_iter().map(|(hypothesis, _)| hypothesis).collect())
}

/// The worst first.
fn ranked(mut all: Vec<Hypothesis>) -> Vec<Hypothesis> {
    // A number that is known says more than one that is not.
    let hit = |one: &Hypothesis| one.hit_percent.unwrap_or(f64::NEG_INFINITY);
    all.sort_by(|a, b| {
        let worse = (b.verdict, b.hurts).cmp(&(a.verdict, a.hurts));
        worse
            .then(hit(b).total_cmp(&hit(a)))
            .then(b.sure.cmp(&a.sure))
    });
    all
}

/// What follows from a cause is evidence for it.
fn add(consequence: Hypothesis, to: &mut Hypothesis) {
    for line in consequence.supports {
        if !to.supports.contains(&line) {
            to.supports.push(line);
        }
    }
}

/// Whether what is seen in the place of `other` may follow from `cause`: what is no single Region's is everywhere, and
/// alarms of us-east-1 are the edge's too.
fn covers(
    evidence: &Evidence<'_>,
    (cause, known): (&Hypothesis, &Cause),
    other: &Hypothesis,
) -> bool {
    let of_writer = |region: &Region| evidence.picture.is_writer(region) == Some(true);
    let far = known.of_writer && cause.region.as_ref().is_some_and(of_writer);
    let of_edge = other.cause == "alarm" && other.region == Some(Region::global());
    let here = cause.region.is_none() || cause.region == other.region || far || of_edge;
    here && may_follow(cause, other)
}

/// Whether `other` may follow from `cause` by their times: what began clearly earlier has a cause of its own. Where one of
/// the times is not known, nothing speaks against it.
fn may_follow(cause: &Hypothesis, other: &Hypothesis) -> bool {
    match (cause.since, other.since) {
        (Some(cause), Some(other)) if cause.is_seen => other.at + BLUR >= cause.at,
        _ => true,
    }
}
