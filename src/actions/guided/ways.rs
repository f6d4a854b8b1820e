//! Which mechanisms keep traffic from a Region now: those that take every record of it out of DNS, and no
//! other Region's, by what still stands.

use super::no_way::NoWay;
use super::way::Way;
use super::{record_change, region_switch};
use crate::draft::PlanContext;
use crate::mechanism::{Choice, Mechanism};
use crate::needs::standing;
use crate::{Dependency, Refused, Standing};
use gwctl_fleet::{Missing, Region, Snapshot, Switch};

/// Chooses among what the fleet has and what survives; `wanted` must be possible.
pub(super) fn choose(
    context: &PlanContext<'_>,
    region: &Region,
    wanted: Option<Mechanism>,
) -> Result<Choice, Refused> {
    let mut possible = Vec::new();
    let mut out = Vec::new();
    for mechanism in Mechanism::ALL {
        match possibility(context, region, mechanism) {
            Ok(why) => possible.push((mechanism, why)),
            Err(why) => out.push((mechanism, why.to_string())),
        }
    }
    let chosen = match wanted {
        Some(wanted) => possible.iter().find(|(mechanism, _)| *mechanism == wanted),
        None => possible
            .iter()
            .find(|(mechanism, _)| !mechanism.is_by_name()),
    };
    let Some((mechanism, why)) = chosen.cloned() else {
        let asked = out
            .iter()
            .filter(|(mechanism, _)| wanted.is_none_or(|wanted| wanted == *mechanism));
        let refused = Refused::new(format!(
            "no way to shift traffic from {region} works now: {}",
            each_why_once(asked)
        ));
        return Err(match possible.first() {
            Some((other, _)) => refused.instead(format!(
                "`gwctl evacuate {region} --mechanism {other}` would work."
            )),
            None => refused,
        });
    };
    let also = possible
        .iter()
        .map(|(other, _)| *other)
        .filter(|other| *other != mechanism)
        .collect();
    Ok(Choice {
        mechanism,
        why,
        also,
        out,
    })
}

/// `switch: its alarm does not exist; health-check, records: Route 53 does not answer`.
fn each_why_once<'a>(out: impl Iterator<Item = &'a (Mechanism, String)>) -> String {
    let mut told: Vec<(&str, Vec<String>)> = Vec::new();
    for (mechanism, why) in out {
        match told.iter_mut().find(|(known, _)| known == why) {
            Some((_, all)) => all.push(mechanism.to_string()),
            None => told.push((why, vec![mechanism.to_string()])),
        }
    }
    let said = told
        .iter()
        .map(|(why, all)| format!("{}: {why}", all.join(", ")));
    said.collect::<Vec<_>>().join("; ")
}

/// Why `mechanism` would work for `region`, or why not.
fn possibility(
    context: &PlanContext<'_>,
    region: &Region,
    mechanism: Mechanism,
) -> Result<String, NoWay> {
    let snapshot = context.snapshot;
    match mechanism {
        Mechanism::Switch => by_switch(region, snapshot),
        Mechanism::RoutingControl => {
            snapshot.edge.find_control(region)?;
            if context.spec.edge.routing_endpoints.is_empty() {
                return Err(NoWay::NoEndpoints);
            }
            Ok("any of the cluster's five endpoints can change it".into())
        }
        Mechanism::HealthCheck => {
            let (id, config) = snapshot.edge.find_check(region)?;
            if let Some(owner) = &config.linked_service {
                return Err(NoWay::Owned(owner.clone()));
            }
            if config.inverted != config.disabled {
                let word = if config.inverted {
                    "inverted"
                } else {
                    "disabled"
                };
                let id = id.to_owned();
                return Err(NoWay::HalfForced { id, word });
            }
            control_plane(snapshot)
        }
        Mechanism::Records => {
            // What the steps would be is the proof: they are refused where no record can be weighted.
            if record_change::stands_by(context, region) {
                return Err(NoWay::StandsBy);
            }
            record_change::change(context, region, 0)?;
            control_plane(snapshot)
        }
        Mechanism::RegionSwitch => {
            let route = region_switch::route(snapshot, region, Way::Out)?;
            stands("arc-region-switch", route.home, snapshot)?;
            Ok(route.why())
        }
    }
}

fn by_switch(region: &Region, snapshot: &Snapshot) -> Result<String, NoWay> {
    let switch = switch(region, snapshot)?;
    if &switch.region == region {
        return Err(NoWay::Within(region.clone()));
    }
    if let Some(why) = &switch.unfit {
        return Err(NoWay::Unfit(why.clone()));
    }
    stands("cloudwatch", &switch.region, snapshot)?;
    let home = &switch.region;
    // Without records and checks the configuration is believed.
    let unseen = match snapshot.edge.records_of(region) {
        Ok(_) => "",
        Err(_) => "; whether its health check decides on every record could not be asked",
    };
    let control_planes = snapshot.partition().place("route53", &Region::global());
    let apart = if *home == control_planes {
        String::new()
    } else {
        format!("; it needs nothing in {control_planes}")
    };
    Ok(format!(
        "its alarm is in {home}, which answers{apart}{unseen}"
    ))
}

/// The Region's evacuation switch, or why there is none or it is not known.
pub(super) fn switch<'a>(region: &Region, snapshot: &'a Snapshot) -> Result<&'a Switch, NoWay> {
    let (_, switch) = snapshot.edge.find_switch(region)?;
    switch.last().ok_or_else(|| match switch.why_missing() {
        Some(Missing::NoData) => NoWay::NoAlarm,
        missing => NoWay::AlarmUnread(missing.cloned()),
    })
}

fn control_plane(snapshot: &Snapshot) -> Result<String, NoWay> {
    stands("route53", &Region::global(), snapshot)?;
    Ok("Route 53's control plane answers".into())
}

fn stands(service: &str, region: &Region, snapshot: &Snapshot) -> Result<(), NoWay> {
    let api = Dependency::Api {
        service: service.into(),
        region: snapshot.partition().place(service, region),
    };
    match standing(&api, snapshot) {
        Standing::Broken(why) => Err(NoWay::Broken { api, why }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mechanisms_that_fail_for_one_reason_are_told_together() {
        let silent = "Route 53 does not answer";
        let out = [
            (Mechanism::Switch, "its alarm does not exist"),
            (Mechanism::HealthCheck, silent),
            (Mechanism::Records, silent),
        ]
        .map(|(mechanism, why)| (mechanism, why.to_owned()));
        assert_eq!(
            each_why_once(out.iter()),
            "switch: its alarm does not exist; health-check, records: Route 53 does not answer"
        );
    }
}
