//! The steps that build the fleet in one Region, and those that take it away: traffic comes last and goes first.

use super::architecture::{Architecture, Traffic, Wanted, with};
use super::code;
use crate::task::{AwaitGreen, AwaitMember, AwaitServing, RemoveStack, SmokeWrite};
use crate::{Change, Refused, Step, Task, names};
use gwctl_fleet::assumptions::Means;
use gwctl_fleet::{FLEET_TAG, Region};
use gwctl_stacks::Parameters;

/// What of the assumption ledger stacks rely on.
pub(super) const MEANS: &[Means] = &[Means::Stack, Means::StackRemoval];

/// A Region to be built.
pub(super) struct Site<'a> {
    pub(super) region: &'a Region,
    /// Where its evacuation switch is.
    pub(super) home: &'a Region,
    /// It creates the database.
    pub(super) primary: bool,
}

/// Ids of a Region's steps, for what comes after them.
pub(super) fn id(name: &str, region: &Region) -> String {
    format!("{name}.{region}")
}

/// From nothing to a health check that is green: all but the record. `after` is what the stack waits for.
pub(super) fn up_to_green(
    all: &Architecture<'_>,
    site: &Site<'_>,
    after: &[String],
) -> Result<Vec<Step>, Refused> {
    let (region, snapshot) = (site.region, all.context.snapshot);
    let wanted = |traffic| all.region(region, site.home, site.primary, traffic);
    let (none, checked) = (wanted(Traffic::None), wanted(Traffic::Checked));
    let switch = all.switch(region, site.home);
    let rules = &all.context.spec.rules;
    let member = Task::AwaitMember(AwaitMember {
        global: all.context.spec.global_cluster.clone(),
        region: region.clone(),
        cluster: names::cluster(all.context.fleet, region),
        limit_ms: rules.abort_lag_ms.min(5_000.0),
        forwards: !all.context.spec.build.templates.contains_key("region"),
    });
    let serving = Task::AwaitServing(AwaitServing {
        url: smoke(all, region),
    });
    let green = Task::AwaitGreen(AwaitGreen {
        region: region.clone(),
        stack: none.stack.clone(),
    });
    let code = code::step(all, &none);
    // What answers by the Region's name is the code that was copied there.
    let ready = code.as_ref().map_or("region", |_| "code");
    let mut steps = vec![
        all.build(
            &id("switch", region),
            format!("The evacuation switch of {region}, in {}", site.home),
            &switch,
            None,
        )?,
        all.build(
            &id("region", region),
            format!("The fleet in {region}, without traffic"),
            &none,
            None,
        )?
        .after(after.to_vec()),
        Step::new(
            id("member", region),
            format!("The database in {region} is in sync"),
            member,
            snapshot,
        )
        .after([id("region", region)]),
        Step::new(
            id("serving", region),
            format!("{region} answers by its own name"),
            serving,
            snapshot,
        )
        .after([id(ready, region)]),
        all.build(
            &id("checked", region),
            format!("Health checks of {region}"),
            &checked,
            Some(&none.parameters),
        )?
        .after([id("switch", region), id("serving", region)]),
        Step::new(
            id("green", region),
            format!("Health check of {region}: healthy"),
            green,
            snapshot,
        )
        .after([id("checked", region)]),
    ];
    // Shown where it stands in time.
    let place = steps.len() - 3;
    steps.splice(place..place, code);
    steps.extend(written(all, region));
    Ok(steps)
}

/// The record: traffic comes.
pub(super) fn admitted(all: &Architecture<'_>, site: &Site<'_>) -> Result<Step, Refused> {
    let region = site.region;
    let wanted = |traffic| all.region(region, site.home, site.primary, traffic);
    let (checked, admitted) = (wanted(Traffic::Checked), wanted(Traffic::Admitted));
    let step = all.build(
        &id("admitted", region),
        format!("The latency record of {region}: it gets traffic"),
        &admitted,
        Some(&checked.parameters),
    )?;
    Ok(step.after(green(all, region)))
}

/// What must be over before a Region takes traffic.
pub(super) fn green(all: &Architecture<'_>, region: &Region) -> Vec<String> {
    let written = all.context.spec.build.smoke_write.as_ref();
    let mut before = vec![id("green", region), id("member", region)];
    before.extend(written.map(|_| id("written", region)));
    before
}

/// One write through the Region's own endpoint, where the configuration names a path for it.
fn written(all: &Architecture<'_>, region: &Region) -> Option<Step> {
    let spec = all.context.spec;
    let path = spec.build.smoke_write.as_ref()?;
    let at = all.context.snapshot.at.strftime("%Y%m%d-%H%M%S");
    let task = Task::SmokeWrite(SmokeWrite {
        region: region.clone(),
        url: asked(all, region, path),
        key: format!("gwctl-{}-{region}-{at}", all.context.fleet),
        signed: all.signs(),
    });
    let title = format!("A write through {region} reaches the writer");
    let step = Step::new(id("written", region), title, task, all.context.snapshot);
    let change = Change::new(
        format!("the fleet's data, through {region}"),
        "as it is",
        format!("one test write by POST {path}"),
    );
    let after = [id("serving", region), id("member", region)];
    Some(step.changes(change).after(after))
}

/// What a new Region is asked before it takes traffic.
pub(super) fn smoke(all: &Architecture<'_>, region: &Region) -> String {
    asked(all, region, &all.context.spec.probe_path)
}

/// A path under the Region's own name.
fn asked(all: &Architecture<'_>, region: &Region, path: &str) -> String {
    let spec = all.context.spec;
    let base = names::probe_url(spec, region);
    let base = base.unwrap_or_else(|| format!("https://{}", names::endpoint(spec, region)));
    format!("{}{path}", base.trim_end_matches('/'))
}

/// A stack as it stands, on the record of what is there.
pub(super) fn standing(all: &Architecture<'_>, wanted: Wanted) -> Result<Wanted, Refused> {
    let Some(known) = all.look(&wanted)? else {
        return Err(Refused::new(format!(
            "there is no stack {} in {}",
            wanted.stack, wanted.region
        ))
        .instead(
            "gwctl deletes only stacks that it built; delete others with the tool that created them.",
        ));
    };
    if !known.ours {
        return Err(Refused::new(format!(
            "gwctl did not build the stack {} in {}: it lacks the tag {}={}",
            wanted.stack, wanted.region, FLEET_TAG, all.context.fleet
        ))
        .instead("Delete it with the tool that created it."));
    }
    Ok(Wanted {
        parameters: known.parameters.clone(),
        ..wanted
    })
}

/// The Region out of routing and the database: what its stack must be before it can be deleted.
pub(super) fn detached(standing: &Parameters) -> Parameters {
    with(
        standing,
        [
            ("Traffic", "none".into()),
            ("GlobalClusterIdentifier", String::new()),
            ("DeletionProtection", "false".into()),
        ],
    )
}

/// Detach and delete: the cluster leaves a final snapshot.
pub(super) fn away(
    all: &Architecture<'_>,
    standing: &Wanted,
    after: &[String],
    prefix: &str,
) -> Result<Vec<Step>, Refused> {
    let region = &standing.region;
    let alone = Wanted {
        parameters: detached(&standing.parameters),
        ..standing.clone()
    };
    let detach = format!("{prefix}{}", id("detach", region));
    let remove = format!("{prefix}{}", id("remove", region));
    let mut first = all.build(
        &detach,
        format!("The cluster in {region} leaves the global database"),
        &alone,
        Some(&standing.parameters),
    )?;
    if let Task::BuildStack(task) = &mut first.task {
        task.if_there = true;
    }
    Ok(vec![
        first.after(after.to_vec()),
        all.remove(&remove, &alone)?.after([detach]),
    ])
}

/// The inverse of building a Region. Wherever that stopped, no more than `built` is there.
pub(super) fn unbuilt(
    all: &Architecture<'_>,
    site: &Site<'_>,
    built: &Wanted,
) -> Result<Vec<Step>, Refused> {
    let region = site.region;
    let mut steps = away(all, built, &[], "undo.")?;
    for step in &mut steps {
        step.undoes = Some(id("region", region));
        step.no_return = false;
    }
    let switch = all.switch(region, site.home);
    let mut last = all.remove(&format!("undo.{}", id("switch", region)), &switch)?;
    last.undoes = Some(id("switch", region));
    last.no_return = false;
    // The check of the Region's stack follows the alarm of the switch's.
    steps.push(last.after([format!("undo.{}", id("remove", region))]));
    // What was made by this run has an ARN of its own, which is not known yet.
    for step in &mut steps {
        if let Task::RemoveStack(RemoveStack { id, .. }) = &mut step.task {
            *id = None;
        }
    }
    Ok(steps)
}
