//! A drill: people took a Region out of DNS on purpose, and told their alarms or AWS before.

use super::changed;
use super::made;
use super::told::{since, unhealthy_since};
use crate::evidence::Evidence;
use crate::hypothesis::{Hypothesis, Sureness};
use gwctl_fleet::{Event, HealthCheck, Observed, Site, Switch, Verdict};
use jiff::SignedDuration;

/// What is announced so long before belongs to it.
const BEFORE: SignedDuration = SignedDuration::from_mins(60);
/// What is announced so long after it belongs to it too.
const AFTER: SignedDuration = SignedDuration::from_mins(5);
/// How exactly the minute is known in which a health check turned.
const NEAR: SignedDuration = SignedDuration::from_mins(1);
/// Calls by which people say that what follows is meant (aws-facts §14.3).
const ANNOUNCES: [&str; 4] = [
    "monitoring:DisableAlarmActions",
    "monitoring:PutAlarmMuteRule",
    "arc-region-switch:StartPlanExecution",
    "fis:StartExperiment",
];

pub(super) fn look(evidence: &Evidence<'_>, site: &Site) -> Option<Hypothesis> {
    let (picture, region) = (evidence.picture, &site.region);
    let verdict = picture.edge.admission(region, picture.at)?;
    if verdict.in_service() != Some(false) {
        return None;
    }
    if let Some(run) = own_run(evidence, site) {
        return Some(by_gwctl(evidence, site, run));
    }
    // What a calculated check looks at may be what was forced.
    let is_forced = |check: &&HealthCheck| {
        let config = check.config.current();
        config.is_some_and(|config| config.disabled && config.inverted)
    };
    let forced = picture.edge.followed(region).iter().any(is_forced);
    if !forced && !stands_evacuated(evidence, site) {
        return None;
    }
    let force = forced.then(|| force(evidence, site)).flatten();
    let began = force
        .map(|event| made::onset(event.at))
        .or_else(|| unhealthy_since(evidence, region));
    let announced = announced(evidence, site, began.map(|began| began.at))?;
    let well = site.probe.current().filter(|report| report.status < 400);
    let what = if forced {
        format!("{region}: its health check is disabled and inverted, which no failure does")
    } else {
        format!("{region}: its evacuation switch is on")
    };
    let mut supports = vec![what, changed::told(announced)];
    supports.extend(force.map(changed::told));
    supports.extend(well.map(|report| {
        format!(
            "{region}: gwctl's own request to the endpoint was answered {}",
            report.status
        )
    }));
    let mut contradicts = Vec::new();
    if well.is_none() {
        contradicts.push(format!(
            "{region}: gwctl's own request to the endpoint was not answered well: it may have been taken out of DNS for that"
        ));
    }
    let who = force.map_or_else(|| made::who(announced), made::who);
    Some(Hypothesis {
        cause: "drill",
        region: Some(region.clone()),
        sentence: format!(
            "A drill is under way in {region}{}: {who} took it out of DNS, and {} {}",
            since(began),
            made::who(announced),
            announced.what
        ),
        about: Vec::new(),
        verdict: Verdict::Degraded,
        hurts: false,
        since: began,
        sure: if contradicts.is_empty() {
            Sureness::High
        } else {
            Sureness::Medium
        },
        why: if contradicts.is_empty() {
            "people announced it before they took the Region out of DNS, and the Region has no problems".into()
        } else {
            "people announced it; an outage that they prepare for looks the same".into()
        },
        supports,
        contradicts,
        apart: Some(format!("ask {who} whether it is a drill")),
        hit_percent: None,
        actions: vec![format!("gwctl restore {region}")],
    })
}

/// The newest run of gwctl's own that left the Region, where nobody felt it long before the run.
fn own_run<'a>(evidence: &Evidence<'a>, site: &Site) -> Option<&'a Event> {
    let left = |event: &&Event| field(event, "leaves") == Some(site.region.as_str());
    let run = evidence.runs.iter().filter(left).max_by_key(|run| run.at)?;
    let began = unhealthy_since(evidence, &site.region);
    // What was out of service before was so without the run.
    let fits = |began: jiff::Timestamp| began + NEAR >= run.at && began <= run.at + BEFORE;
    began.is_none_or(|began| fits(began.at)).then_some(run)
}

fn field<'e>(event: &'e Event, wanted: &str) -> Option<&'e str> {
    let mut fields = event.fields.iter();
    fields
        .find(|(name, _)| *name == wanted)
        .map(|(_, text)| text.as_str())
}

/// That people of this machine left the Region by a run of gwctl: nothing else says so as surely.
fn by_gwctl(evidence: &Evidence<'_>, site: &Site, run: &Event) -> Hypothesis {
    let region = &site.region;
    let (who, id) = (made::who(run), field(run, "run").unwrap_or("not known"));
    let (what, done) = match field(run, "by") {
        Some("drill") => ("drill", "runs a drill and took"),
        _ => ("run", "took"),
    };
    let began = unhealthy_since(evidence, region).or_else(|| Some(made::onset(run.at)));
    Hypothesis {
        cause: "drill",
        region: Some(region.clone()),
        sentence: format!(
            "{who} {done} {region} out of service on purpose, by gwctl's run {id}{}",
            since(began)
        ),
        about: Vec::new(),
        verdict: Verdict::Degraded,
        hurts: false,
        since: began,
        sure: Sureness::High,
        why:
            "the journal of this machine has the run, and Route 53 leaves the Region out since then"
                .into(),
        supports: vec![changed::told(run)],
        contradicts: Vec::new(),
        apart: Some(format!("`gwctl runs show {id}` shows what the {what} did")),
        hit_percent: None,
        actions: vec![format!("gwctl restore {region}")],
    }
}

/// Whether its evacuation switch is on.
fn stands_evacuated(evidence: &Evidence<'_>, site: &Site) -> bool {
    let edge = &evidence.picture.edge;
    edge.followed(&site.region).iter().any(|check| {
        let switch = edge.switches.get(&check.id).and_then(Observed::current);
        switch.and_then(Switch::stands_evacuated) == Some(true)
    })
}

/// The call that forced one of its checks.
fn force<'a>(evidence: &Evidence<'a>, site: &Site) -> Option<&'a Event> {
    let checks = evidence.picture.edge.followed(&site.region);
    let of_them = |event: &&Event| {
        let mut ids = checks.iter().map(|check| check.id.to_ascii_lowercase());
        ids.any(|id| event.about.contains(&id))
    };
    let all = made::calls(evidence, "route53:UpdateHealthCheck").filter(of_them);
    all.max_by_key(|event| event.at)
}

/// The newest call by which people say that it is meant.
fn announced<'a>(
    evidence: &Evidence<'a>,
    site: &Site,
    began: Option<jiff::Timestamp>,
) -> Option<&'a Event> {
    let began = began?;
    let fits = |event: &&Event| {
        let here = event.region.as_ref() == Some(&site.region)
            || made::parameters(event, "targetRegion").any(|to| to == site.region.as_str());
        let called = ANNOUNCES.iter().any(|call| changed::is_call(event, call));
        here && called
            && !event.is_refused()
            && event.at >= began - BEFORE
            && event.at <= began + AFTER
    };
    evidence
        .events
        .iter()
        .filter(fits)
        .max_by_key(|event| event.at)
}
