//! Writes of a secondary's Region that do not reach the writer any more.

use super::changed;
use super::failing::Failing;
use super::logged::Errors;
use super::told::{of_engine, since};
use super::words::Says;
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::Site;

/// From this part of the errors on, they are what the functions fail of.
const MANY: f64 = 0.2;
/// Calls that change whether writes are forwarded (aws-facts §2.2, §19.4).
const CALLS: [&str; 4] = [
    "rds:ModifyDBCluster",
    "rds:ModifyDBClusterParameterGroup",
    "rds:ResetDBClusterParameterGroup",
    "rds:ModifyDBInstance",
];

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let failing = Failing::of(evidence, site)?;
    let saying = Failing::of(evidence, site)?.saying(evidence, Says::ReadOnly, MANY);
    let is_quoted = saying.is_some();
    let failing = saying.unwrap_or(failing);
    let (region, began) = (failing.region(), failing.began());
    // The writer's own cluster forwards nothing.
    if evidence.picture.is_writer(region) != Some(false) {
        return None;
    }
    let database = &evidence.picture.database;
    let member = database.topology.current()?.member(region)?;
    let forwards = database.forwards(member);
    let errors = Errors::of(evidence, &failing);
    let quoted = errors
        .as_ref()
        .and_then(|errors| Some((errors, errors.first(Says::ReadOnly).filter(|_| is_quoted)?)));
    let event = began.and_then(|began| {
        changed::newest(evidence, began, |event| {
            let here = event.region.as_ref() == Some(region) && event.is_own();
            here && CALLS.iter().any(|call| changed::is_call(event, call))
        })
    });
    // Without a word of the database, both its status and a change have to say so.
    if quoted.is_none() && (forwards != Some(false) || event.is_none()) {
        return None;
    }
    let mut hypothesis = failing.hypothesis(evidence, "write-forwarding-broken");
    let changed = changed::clause(event, began);
    hypothesis.sentence = format!(
        "Writes in {region} do not reach the writer{}{changed}: the database there takes no writes, and {}",
        since(began),
        failing.fail()
    );
    hypothesis
        .supports
        .extend(quoted.map(|(errors, logged)| errors.told(logged)));
    hypothesis.supports.extend(event.map(changed::told));
    let status = |word| {
        format!(
            "{region}: RDS says that write forwarding of {} is {word}",
            member.cluster
        )
    };
    match forwards {
        Some(false) => hypothesis.supports.push(status("off")),
        Some(true) => hypothesis.contradicts.push(status("on")),
        None => {}
    }
    (hypothesis.sure, hypothesis.why) = match (quoted.is_some(), forwards, event.is_some()) {
        (true, Some(false), _) => (
            Sureness::High,
            "the database refuses the writes, and RDS says that it does not forward them".into(),
        ),
        (true, _, true) => (
            Sureness::High,
            "the database refuses the writes since somebody changed it".into(),
        ),
        (true, _, false) => (
            Sureness::Medium,
            "the database refuses the writes; what changed is not known".into(),
        ),
        (false, ..) => (
            Sureness::Medium,
            "RDS says that writes are not forwarded; no log tells whether that is why functions fail".into(),
        ),
    };
    // Which variable tells: aws-facts §2.2.
    let ask = of_engine(
        evidence,
        "`SHOW apg_write_forward.consistency_mode`: `off` means that its sessions do not forward",
        "`SELECT @@aurora_replica_read_consistency`: empty means that its sessions do not forward",
    );
    hypothesis.apart = Some(format!("on the cluster in {region}: {ask}"));
    Some(hypothesis)
}
