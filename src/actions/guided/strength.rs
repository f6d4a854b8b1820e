//! Whether the cluster that is to take the writes is as strong as the one that takes them now.
//!
//! AWS lets members differ. gwctl compares what AWS states: ranges of capacity units, and classes by name. It does not
//! compare units with classes, nor classes of different families.

use super::promote::Cast;
use crate::check::{Check, Finding};
use crate::draft::PlanContext;
use gwctl_fleet::{
    Capacity, ClusterState, Instance, Member, Metric, Region, Snapshot, Topology, format,
};
use gwctl_stacks::{Kind, Parameters};

const NAME: &str = "strength";
/// AWS's advice for the primary of a global database, in ACU (aws-facts §2.1).
const ADVISED_ACU: f64 = 8.0;

/// The target's instances beside the writer's.
pub(super) fn check(context: &PlanContext<'_>, cast: &Cast<'_>) -> Option<Check> {
    let snapshot = context.snapshot;
    let target = state(snapshot, cast.target)?;
    // Without an instance there is nothing to compare: another check refuses.
    let candidate = bearer(target)?;
    let Some(now) = state(snapshot, cast.writer) else {
        let text = format!(
            "the instances in {} could not be read: whether {} bears the same is not known",
            cast.writer.region, cast.target.region
        );
        return Some(Check::new(NAME, Finding::Warn, text));
    };
    let writes = now.instances.iter().find(|one| one.writer);
    let writes = writes.or_else(|| bearer(now))?;
    let sides = Sides {
        snapshot,
        from: &cast.writer.region,
        to: &cast.target.region,
    };
    let ranges = (range(now, writes), range(target, candidate));
    Some(match ranges {
        (Some(now), Some(then)) => sides.ranges(now, then),
        (None, None) => return sides.classes(&writes.class, &candidate.class),
        _ => sides.apart((now, writes), (target, candidate)),
    })
}

/// What a new secondary's instances are, where the writer's are Serverless v2 and the configuration does not say: the
/// same, as it may become the writer. A template of the fleet's own may not take it.
pub(super) fn as_the_writer(context: &PlanContext<'_>) -> Parameters {
    let own = &context.spec.build.templates;
    let database = &context.snapshot.database;
    let writer = database.topology.last().and_then(Topology::writer);
    let state = writer.and_then(|writer| state(context.snapshot, writer));
    let range = state.and_then(ClusterState::serverless);
    let range = range.filter(|_| !own.contains_key(Kind::Region.word()));
    let parameters = range.map(|range| {
        [
            ("DBInstanceClass", Instance::SERVERLESS.to_owned()),
            ("ServerlessMinCapacity", format::acu(range.min)),
            ("ServerlessMaxCapacity", format::acu(range.max)),
        ]
    });
    let parameters = parameters.into_iter().flatten();
    parameters
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn state<'a>(snapshot: &'a Snapshot, member: &Member) -> Option<&'a ClusterState> {
    snapshot.database.clusters.get(&member.region)?.state.last()
}

/// The instance that would write; which one Aurora takes is its own choice.
fn bearer(state: &ClusterState) -> Option<&Instance> {
    state.instances.first()
}

fn range(state: &ClusterState, instance: &Instance) -> Option<Capacity> {
    state.capacity.filter(|_| instance.is_serverless())
}

struct Sides<'a> {
    snapshot: &'a Snapshot,
    from: &'a Region,
    to: &'a Region,
}

impl Sides<'_> {
    /// Both scale.
    fn ranges(&self, now: Capacity, then: Capacity) -> Check {
        let (from, to) = (self.from, self.to);
        let text = format!("{to} scales from {then}, {from} from {now}");
        if self.used(to).is_some_and(|used| used <= 0.0) {
            // aws-facts §2.8.
            let text = format!(
                "{text}; {to} reports 0 ACU: it is paused, and the first connection waits about 15 s until it resumes"
            );
            return Check::new(NAME, Finding::Warn, text);
        }
        let used = self.used(from);
        if let Some(used) = used.filter(|used| *used > then.max) {
            let text = format!(
                "{text}; {from} uses {} ACU now, more than {to} can have",
                format::acu(used)
            );
            return Check::new(NAME, Finding::Waivable, text);
        }
        if then.max < now.max {
            let text = match used {
                Some(used) => format!("{text}; {from} uses {} ACU now", format::acu(used)),
                None => format!("{text}; how much {from} uses now is not known"),
            };
            return Check::new(NAME, Finding::Warn, text);
        }
        if then.min < ADVISED_ACU {
            let text = format!(
                "{text}: AWS advises at least {} ACU for the primary of a global database",
                format::acu(ADVISED_ACU)
            );
            return Check::new(NAME, Finding::Warn, text);
        }
        Check::pass(NAME, text).brief(format!("up to {} ACU", format::acu(then.max)))
    }

    /// What the instances of a member use at most, in ACU.
    fn used(&self, region: &Region) -> Option<f64> {
        let cluster = self.snapshot.database.clusters.get(region)?;
        let point = cluster
            .metrics
            .latest(Metric::DbCapacity, self.snapshot.at)?;
        Some(point.value)
    }

    /// Neither scales.
    fn classes(&self, now: &str, then: &str) -> Option<Check> {
        let (from, to) = (self.from, self.to);
        (now != then).then(|| {
            let text = format!(
                "{to} has instances of class {then}, {from} of {now}: check that {then} bears the writes"
            );
            Check::new(NAME, Finding::Warn, text)
        })
    }

    /// One of them scales.
    fn apart(&self, now: (&ClusterState, &Instance), then: (&ClusterState, &Instance)) -> Check {
        let (from, to) = (self.from, self.to);
        let words = |(state, instance): (&ClusterState, &Instance)| {
            range(state, instance).map_or_else(
                || format!("instances of class {}", instance.class),
                |range| format!("Serverless v2 from {range}"),
            )
        };
        let (then, now) = (words(then), words(now));
        let text = format!(
            "{to} has {then}, {from} has {now}: gwctl cannot compare them; check that {to} bears the writes"
        );
        Check::new(NAME, Finding::Warn, text)
    }
}
