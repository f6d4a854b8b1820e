//! The causes that gwctl knows, one file each: what it needs, what speaks for it, and what against.

mod alarm;
mod api_throttled;
mod aws_event;
mod blind;
mod certificate;
mod check_changed;
mod deployment;
mod functions;
mod lag;
mod level;
mod made;
mod noisy;
mod out_of_dns;
mod record_changed;
mod surge;
mod throttled;
mod told;
mod unreachable;
mod writer;
mod wrong_alarm;

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
}

/// Of these what follows may be seen in any Region.
const EVERYWHERE: &[&str] = &["traffic-surge"];

/// In the order in which they explain each other.
const ALL: &[Cause] = &[
    Cause {
        look: Look::Fleet(blind::look),
        explains: &[],
    },
    Cause {
        look: Look::Sites(unreachable::look),
        explains: &[
            "out-of-dns",
            "functions-fail",
            "replication-behind",
            "alarm",
        ],
    },
    Cause {
        look: Look::Fleet(surge::look),
        explains: &[
            "functions-throttled",
            "api-throttled",
            "out-of-dns",
            "alarm",
        ],
    },
    Cause {
        look: Look::Sites(aws_event::look),
        explains: &[
            "functions-fail",
            "replication-behind",
            "out-of-dns",
            "alarm",
        ],
    },
    Cause {
        look: Look::Sites(functions::look),
        explains: &["out-of-dns", "alarm"],
    },
    Cause {
        look: Look::Sites(throttled::look),
        explains: &["out-of-dns", "alarm"],
    },
    Cause {
        look: Look::Fleet(writer::look),
        explains: &["replication-behind", "alarm"],
    },
    Cause {
        look: Look::Fleet(lag::look),
        explains: &["alarm"],
    },
    Cause {
        look: Look::Fleet(certificate::look),
        explains: &["alarm"],
    },
    Cause {
        look: Look::Sites(api_throttled::look),
        explains: &["out-of-dns", "alarm"],
    },
    Cause {
        look: Look::Sites(noisy::look),
        explains: &["alarm"],
    },
    Cause {
        look: Look::Sites(check_changed::look),
        explains: &["out-of-dns", "alarm"],
    },
    Cause {
        look: Look::Sites(record_changed::look),
        explains: &["alarm"],
    },
    Cause {
        look: Look::Sites(out_of_dns::look),
        explains: &["alarm"],
    },
    Cause {
        look: Look::Fleet(alarm::look),
        explains: &[],
    },
];

/// All hypotheses, the worst first: causes before what follows from them, each told once.
pub(crate) fn all(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let mut told: Vec<(Hypothesis, &[&str])> = Vec::new();
    for cause in ALL {
        for hypothesis in cause.look.at(evidence) {
            let explained = told.iter_mut().find(|(of, explains)| {
                explains.contains(&hypothesis.cause) && covers(evidence, of, &hypothesis)
            });
            match explained {
                Some((of, _)) => add(hypothesis, of),
                None => told.push((hypothesis, cause.explains)),
            }
        }
    }
    let mut all: Vec<Hypothesis> = told.into_iter().map(|(hypothesis, _)| hypothesis).collect();
    // Where it is not known how many clients are hit, it may be all of them.
    let hit = |one: &Hypothesis| one.hit_percent.unwrap_or(f64::INFINITY);
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

/// Whether what is seen in the place of `other` may follow from `cause`: writes of every Region go to the writer's, and
/// alarms of us-east-1 are the edge's too.
fn covers(evidence: &Evidence<'_>, cause: &Hypothesis, other: &Hypothesis) -> bool {
    let of_writer = |region: &Region| evidence.picture.is_writer(region) == Some(true);
    cause.region == other.region
        || EVERYWHERE.contains(&cause.cause)
        || cause.region.as_ref().is_some_and(of_writer)
        || other.region == Some(Region::global())
}
