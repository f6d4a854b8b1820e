//! A new Region admitted step by step: its share of the traffic that is nearest to it rises, and what is left
//! goes on to the Region next to it, which served that traffic before.

use super::architecture::{Architecture, Traffic, Wanted, with};
use super::building::{Site, id};
use super::{preconditions, weights};
use crate::check::{Check, Finding};
use crate::task::AwaitWell;
use crate::{Change, Refused, Step, Task, format, names};
use gwctl_fleet::{Region, km};

/// Who takes what the new Region does not take yet.
struct Other {
    endpoint: String,
    check: String,
}

/// The steps from a health check that is green to all of the traffic. `before` is what the first waits for.
pub(super) fn step_by_step(
    all: &Architecture<'_>,
    site: &Site<'_>,
    over_s: u64,
    before: &[String],
) -> Result<Vec<Step>, Refused> {
    let region = site.region;
    let other = other(all, region)?;
    let rules = &all.context.spec.rules;
    // In fewer than two there are no steps.
    let levels = weights::levels(over_s).max(2);
    let mut steps: Vec<Step> = Vec::new();
    let mut standing = all.region(region, site.home, site.primary, Traffic::Checked);
    let mut share_before = 0;
    for level in 1..=levels {
        let share = (100 * level / levels) as u8;
        let wanted = shared(all, site, share, &other);
        let (name, title) = if share == 100 {
            (
                "admitted".to_owned(),
                format!("{region} takes all of its traffic"),
            )
        } else {
            (
                format!("share-{share}"),
                format!("{region} takes {share} % of its traffic"),
            )
        };
        let after: Vec<String> = match steps.last() {
            Some(gate) => vec![gate.id.clone()],
            None => before.to_vec(),
        };
        let step = all.build(
            &id(&name, region),
            title,
            &wanted,
            Some(&standing.parameters),
        )?;
        let change = Change::new(
            format!("share of {region}"),
            format!("{share_before} %"),
            format!("{share} %"),
        );
        steps.push(step.changes(change).after(after));
        if share < 100 {
            let well = Task::AwaitWell(AwaitWell {
                region: region.clone(),
                stack: wanted.stack.clone(),
                errors_percent: rules.abort_5xx_percent,
                p99_ms: rules.abort_p99_ms,
                for_s: over_s / levels,
            });
            let gate = format!("{region} works with {share} %");
            let gate = Step::new(
                id(&format!("well-{share}"), region),
                gate,
                well,
                all.context.snapshot,
            );
            steps.push(gate.after([id(&name, region)]));
        }
        standing = wanted;
        share_before = share;
    }
    Ok(steps)
}

/// The Region's stack while it takes less than all: the most that can be there to be taken away.
pub(super) fn at_most(all: &Architecture<'_>, site: &Site<'_>) -> Result<Wanted, Refused> {
    Ok(shared(all, site, 1, &other(all, site.region)?))
}

/// The Region's stack with that share.
fn shared(all: &Architecture<'_>, site: &Site<'_>, share: u8, other: &Other) -> Wanted {
    let wanted = all.region(site.region, site.home, site.primary, Traffic::Admitted);
    let (endpoint, check) = if share == 100 {
        (String::new(), String::new())
    } else {
        (other.endpoint.clone(), other.check.clone())
    };
    let shares = [
        ("TrafficShare", share.to_string()),
        ("OtherShare", (100 - share).to_string()),
        ("OtherEndpoint", endpoint),
        ("OtherHealthCheckId", check),
    ];
    Wanted {
        parameters: with(&wanted.parameters, shares),
        ..wanted
    }
}

/// The nearest of the fleet's other Regions that serve all of their own traffic: what is sent to another would come
/// back, or reach no Region that serves.
fn other(all: &Architecture<'_>, region: &Region) -> Result<Other, Refused> {
    let context = all.context;
    let point = |region: &Region| region.place().map(|place| (place.lat, place.lon));
    let far = |other: &&Region| match (point(region), point(other)) {
        (Some(here), Some(there)) => km(here, there) as u64,
        _ => u64::MAX,
    };
    let whole = |other: &&Region| {
        context.snapshot.edge.record(other).is_some()
            && weights::shares(context, other).is_some_and(|(least, _)| least > 99.0)
            && preconditions::serves(context.snapshot, other) == Some(true)
    };
    let others = all.sites().iter().map(|site| &site.region);
    let nearest = others
        .filter(|other| *other != region)
        .filter(whole)
        .min_by_key(far);
    let nearest = nearest.ok_or_else(|| {
        Refused::new(format!(
            "no other Region serves all of its own traffic now: none can take the share that {region} does not take yet"
        ))
        .instead("Without `--over` all traffic comes at once.")
    })?;
    let record = context.snapshot.edge.record(nearest);
    let direct = record.filter(|record| record.alias_zone.is_none() && record.kind == "CNAME");
    Ok(Other {
        endpoint: direct.map_or_else(
            || names::endpoint(context.spec, nearest),
            |record| record.target.trim_end_matches('.').to_owned(),
        ),
        check: record
            .and_then(|one| one.check())
            .unwrap_or_default()
            .to_owned(),
    })
}

/// Records of an earlier drain would share the traffic, and keep the stack's own from being made.
pub(super) fn free_of_records(all: &Architecture<'_>) -> Check {
    let leftover = &all.survey.leftover;
    Check::of(
        "shares",
        leftover.is_empty(),
        "no record has the name of the Region's shares",
        Finding::Fail,
        format!(
            "records of an earlier weighted group are still there: {}; delete them first",
            leftover.join(", ")
        ),
    )
}

/// What it means.
pub(super) fn note(region: &Region, over_s: u64) -> String {
    format!(
        "{region} takes its traffic step by step within about {}: its latency record leads to a weighted group, {region}.…, until it takes all.",
        format::seconds(over_s)
    )
}
