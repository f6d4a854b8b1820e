//! The causes that gwctl knows, one file each: what it needs, what speaks for it, and what against.

mod alarm;
mod answering;
mod api_throttled;
mod aws_event;
mod blind;
mod certificate;
mod changed;
mod check_changed;
mod clients_refused;
mod connections;
mod credential_expired;
mod database_unreachable;
mod dependency;
mod deployment;
#[cfg(test)]
mod doubt_tests;
mod drill;
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
mod more_tests;
#[cfg(test)]
mod named_tests;
mod noisy;
mod ours;
mod out_of_dns;
mod password;
mod record_changed;
mod rivals;
#[cfg(test)]
mod rivals_tests;
mod router;
mod runs;
#[cfg(test)]
mod several_tests;
mod surge;
#[cfg(test)]
mod tests;
mod throttled;
pub(crate) mod told;
#[cfg(test)]
mod unknown_tests;
mod unreachable;
mod words;
mod writer;
mod wrong_alarm;

pub(crate) use logged::quote;

use crate::evidence::Evidence;
use crate::hypothesis::Hypothesis;
use crate::onset::Onset;
use crate::weight::is_dated;
use failing::Failing;
use gwctl_fleet::logs::Pattern;
use gwctl_fleet::{Region, Site};
use jiff::SignedDuration;

/// What a cause looks at.
enum Look {
    Fleet(fn(&Evidence<'_>) -> Vec<Hypothesis>),
    /// Each Region by itself.
    Sites(fn(&Evidence<'_>, &Site) -> Option<Hypothesis>),
    /// The functions of a Region that fail, and of which no cause before tells why.
    Left(fn(&Evidence<'_>, &Failing<'_>) -> Hypothesis),
}

impl Look {
    fn at(&self, evidence: &Evidence<'_>, told: &mut [Told]) -> Vec<Hypothesis> {
        match self {
            Self::Left(look) => {
                let sites = evidence.picture.sites.iter();
                let left = sites.filter_map(|site| left(evidence, site, told));
                left.map(|failing| look(evidence, &failing)).collect()
            }
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
            "database-unreachable",
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
            "database-unreachable",
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
        explains: &[
            "functions-fail",
            "database-unreachable",
            "replication-behind",
            "alarm",
        ],
        of_writer: false,
    },
    Cause {
        look: Look::Fleet(router::look),
        explains: &["alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Sites(drill::look),
        explains: &["out-of-dns", "health-check-changed", "alarm"],
        of_writer: false,
    },
    Cause {
        look: Look::Fleet(password::look),
        explains: OF_FUNCTIONS,
        of_writer: false,
    },
    Cause {
        look: Look::Fleet(credential_expired::look),
        explains: OF_FUNCTIONS,
        of_writer: false,
    },
    Cause {
        look: Look::Sites(database_unreachable::look),
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
        look: Look::Left(functions::look),
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
        look: Look::Sites(clients_refused::look),
        explains: &["api-throttled", "alarm"],
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

/// What is told already, and the cause that told it.
type Told = (Hypothesis, &'static Cause);

/// Where and since when something is seen.
struct Seen<'a> {
    what: &'a str,
    region: Option<&'a Region>,
    since: Option<Onset>,
}

/// All hypotheses, the worst first: causes before what follows from them, each told once.
pub(crate) fn all(evidence: &Evidence<'_>) -> Vec<Hypothesis> {
    let mut told: Vec<Told> = Vec::new();
    for cause in ALL {
        for hypothesis in cause.look.at(evidence, &mut told) {
            let seen = Seen {
                what: hypothesis.cause,
                region: hypothesis.region.as_ref(),
                since: hypothesis.since,
            };
            let left = matches!(cause.look, Look::Left(_));
            let mut known = told.iter_mut();
            let own = left || has_own_reason(&hypothesis);
            match known.find(|one| !own && covers(evidence, one, &seen)) {
                Some((of, _)) => add(hypothesis.supports, of),
                None => told.push((hypothesis, cause)),
            }
        }
    }
    let mut all: Vec<Hypothesis> = told.into_iter().map(|(hypothesis, _)| hypothesis).collect();
    rivals::weigh(&mut all);
    ranked(all)
}

/// Whether somebody changed something just before that is reason enough: it follows from nothing else. What takes clients
/// away is often the answer to a trouble.
fn has_own_reason(of: &Hypothesis) -> bool {
    !rivals::ANSWERS.contains(&of.cause) && of.supports.iter().any(|line| is_dated(line))
}

/// The functions of the Region that fail and that no cause tells of; what is measured of the others is evidence for
/// their cause.
fn left<'a>(evidence: &Evidence<'a>, site: &'a Site, told: &mut [Told]) -> Option<Failing<'a>> {
    let failing = Failing::of(evidence, site)?;
    let mut left = Vec::new();
    for one in failing.functions {
        let seen = Seen {
            what: "functions-fail",
            region: Some(&site.region),
            since: one.since,
        };
        let about =
            |known: &&Told| known.0.is_about(&one.function.name) && reaches(evidence, known, &seen);
        let tells = |known: &Told| about(&known) && may_follow(known.0.since, seen.since);
        if told.iter().any(tells) {
            // What begins later tells of later errors.
            let causes: Vec<&Hypothesis> = told.iter().filter(about).map(|(of, _)| of).collect();
            left.extend(functions::beside(evidence, site, one, &causes));
        } else {
            left.push(one);
        }
        if let Some((of, _)) = told.iter_mut().find(|known| tells(known)) {
            add(Failing::single(site, one).measured(), of);
        }
    }
    (!left.is_empty()).then_some(Failing {
        site,
        functions: left,
    })
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
fn add(consequence: Vec<String>, to: &mut Hypothesis) {
    for line in consequence {
        if !to.supports.contains(&line) {
            to.supports.push(line);
        }
    }
}

/// Whether what is seen may follow from what is told.
fn covers(evidence: &Evidence<'_>, told: &Told, seen: &Seen<'_>) -> bool {
    reaches(evidence, told, seen) && may_follow(told.0.since, seen.since)
}

/// Whether such a cause has it there: what is no single Region's is everywhere, and alarms of us-east-1 are the edge's
/// too.
fn reaches(evidence: &Evidence<'_>, (cause, known): &Told, seen: &Seen<'_>) -> bool {
    let of_writer = |region: &Region| evidence.picture.is_writer(region) == Some(true);
    let far = known.of_writer && cause.region.as_ref().is_some_and(of_writer);
    let of_edge = seen.what == "alarm" && seen.region == Some(&Region::global());
    let here = cause.region.is_none() || cause.region.as_ref() == seen.region || far || of_edge;
    known.explains.contains(&seen.what) && here
}

/// Whether the hypothesis quotes what `source` logs, or tells why it does.
pub(crate) fn is_quoted_by(
    of: &Hypothesis,
    region: &Region,
    source: &str,
    pattern: &Pattern,
) -> bool {
    let quote = quote(pattern);
    let here = of.region.as_ref().is_none_or(|of| of == region);
    let of_place = |text: &&str| here || text.starts_with(region.as_str());
    if of
        .texts()
        .filter(of_place)
        .any(|text| text.contains(quote.as_str()))
    {
        return true;
    }
    let about = source.split(", ").any(|name| of.is_about(name));
    let says = words::Says::of(pattern);
    let told = words::Says::of_cause(of.cause)
        .is_some_and(|words| says.is_some_and(|says| words.contains(&says)));
    // They tell of the place as such.
    let of_place = ["aws-impaired", "region-unreachable"].contains(&of.cause);
    here && about && (told || of_place)
}

/// Whether `other` may follow from `cause` by their times: what began clearly earlier has a cause of its own. Where one of
/// the times is not known, nothing speaks against it.
pub(crate) fn may_follow(cause: Option<Onset>, other: Option<Onset>) -> bool {
    match (cause, other) {
        (Some(cause), Some(other)) if cause.is_seen => other.at + BLUR >= cause.at,
        _ => true,
    }
}
