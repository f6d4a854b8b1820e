//! The causes that gwctl knows, one file each: what it needs, what speaks for it, and what against.

mod alarm;
mod blind;
mod certificate;
mod changed;
mod connections;
mod dependency;
mod deployment;
mod failing;
#[cfg(test)]
mod fixture;
mod forwarding;
mod functions;
mod lag;
mod logged;
mod out_of_dns;
mod password;
#[cfg(test)]
mod tests;
mod throttled;
pub(crate) mod told;
mod unreachable;
mod words;
mod writer;

use crate::evidence::Evidence;
use crate::hypothesis::Hypothesis;
use gwctl_fleet::{Region, Site};

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
const ALL: [Cause; 14] = [
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
        explains: &[],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(out_of_dns::look),
        explains: &["alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(alarm::look),
        explains: &[],
        of_writer: false,
    },
];

/// All hypotheses, the worst first: causes before what follows from them, each told once.
pub(crate) fn all(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let mut told: Vec<(Hypothesis, &Cause)> = Vec::new();
    for cause in &ALL {
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
    cause.region.is_none() || cause.region == other.region || far || of_edge
}
