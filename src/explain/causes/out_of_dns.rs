//! A Region that DNS does not answer with.

use super::changed;
use super::made;
use super::record_changed::is_of_record;
use super::told::{aws_says_of, reasons, since, unhealthy_since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use crate::onset::Onset;
use gwctl_fleet::{CheckVerdict, Event, EventKind, Observed, Site, Switch, Verdict};

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let verdict = picture.edge.admission(region, picture.at)?;
    if verdict.in_service() != Some(false) {
        return None;
    }
    let began = unhealthy_since(evidence, region);
    let by_hand = verdict == CheckVerdict::DisabledUnhealthy;
    let followed = picture.edge.followed(region);
    let evacuated = followed.iter().any(|check| {
        let switch = picture
            .edge
            .switches
            .get(&check.id)
            .and_then(Observed::current);
        switch.and_then(Switch::stands_evacuated) == Some(true)
    });
    let change = change(evidence, site, began);
    let mut supports = reasons(site, &["dns"]);
    if supports.is_empty() {
        supports.push(format!("Route 53 counts the record of {region} unhealthy"));
    }
    supports.extend(change.map(changed::told));
    supports.extend(aws_says_of(evidence, "route53"));
    let (what, sure, why) = match (by_hand, evacuated) {
        (true, _) => (
            "its health check is disabled and inverted",
            Sureness::High,
            "a check does not get there by itself: somebody set it so",
        ),
        (_, true) => (
            "its evacuation switch is on",
            Sureness::High,
            "the switch says so: somebody, or a run of gwctl, evacuated it",
        ),
        _ => (
            "its health check fails, though gwctl sees nothing wrong with it",
            Sureness::Low,
            "Route 53's checkers see something that gwctl does not, or their path does not work",
        ),
    };
    Some(Hypothesis {
        cause: "out-of-dns",
        region: Some(region.clone()),
        sentence: format!("DNS does not answer with {region}{}: {what}", since(began)),
        verdict: Verdict::Degraded,
        hurts: false,
        since: began,
        sure,
        why: why.into(),
        supports,
        contradicts: Vec::new(),
        apart: Some("what the checkers report: Enter on the check on the Edge screen".into()),
        about: Vec::new(),
        hit_percent: None,
        // A check that fails by itself is not undone by restoring.
        actions: if by_hand || evacuated {
            vec![format!("gwctl restore {region}")]
        } else {
            Vec::new()
        },
    })
}

/// The newest change of the Region's record or of a check that it follows, shortly before; where it is not known since
/// when, the newest of all.
fn change<'a>(evidence: &Evidence<'a>, site: &Site, began: Option<Onset>) -> Option<&'a Event> {
    let checks = evidence.picture.edge.followed(&site.region);
    let of_check = |event: &Event| {
        event.kind == EventKind::Dns && checks.iter().any(|check| event.is_about(&check.id))
    };
    let fits = |event: &&Event| {
        let in_time = began.is_none_or(|began| made::precedes(event.at, began));
        in_time && !event.is_refused() && (of_check(event) || is_of_record(event, site))
    };
    let all = evidence.events.iter().filter(fits);
    all.max_by_key(|event| event.at)
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{BEGAN, Fixture, HERE, ago};
    use super::*;

    #[test]
    fn only_a_change_of_this_regions_record_shortly_before_is_quoted() {
        let quoted = |minutes: i64, about: &str, identifier: &str| {
            let mut fixture = Fixture::well();
            let call = "route53:ChangeResourceRecordSets";
            let event = fixture.called(minutes, call, "us-east-1", about);
            let parameter =
                format!("changeBatch.changes.0.resourceRecordSet.setIdentifier: {identifier}");
            event.fields.push(("parameter", parameter));
            fixture.with_evidence(|evidence| {
                let site = &evidence.picture.sites[1];
                assert_eq!(site.region.as_str(), HERE);
                change(evidence, site, Some(made::onset(ago(BEGAN)))).is_some()
            })
        };
        assert!(quoted(BEGAN + 2, "z1", HERE));
        assert!(
            !quoted(BEGAN + 2, "z1", "ap-southeast-1"),
            "another Region's"
        );
        assert!(!quoted(BEGAN + 2, "", HERE), "another zone");
        assert!(!quoted(BEGAN - 2, "z1", HERE), "after it began");
        assert!(!quoted(BEGAN + 45, "z1", HERE), "long before");
    }
}
