//! Health checks as founded: per Region a calculated check over an endpoint check, an evacuation switch and,
//! where there is ARC, a routing control.

use super::model::{CheckKind, HealthCheck, Resources, Tag};
use super::names;
use super::seed_alarms::switch_alarm;
use crate::world::seed_options::SeedOptions;
use gwctl_fleet::Region;

/// Where Route 53's checkers are (aws-facts §3.4).
pub(super) const CHECKER_REGIONS: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];

/// The check on the latency record of `region`.
pub(super) fn site_check_id(seed: u64, region: &Region) -> String {
    names::uuid(seed, &format!("check site {region}"))
}

/// Adds the checks of every Region, the one on its record first.
pub(super) fn add(options: &SeedOptions, all: &mut Resources) {
    for region in options.regions {
        let endpoint = check(options, region, "endpoint", endpoint_check(region));
        let (alarm_region, alarm_name) = switch_alarm(options.regions, region);
        let switch = check(
            options,
            region,
            "switch",
            CheckKind::CloudWatchMetric {
                alarm_region,
                alarm_name,
                insufficient_data: "LastKnownStatus".into(),
            },
        );
        let control = routing_control(options, all, region);
        let vended = vended(options, all, region);
        let below = [endpoint, switch].into_iter().chain(control).chain(vended);
        let below: Vec<HealthCheck> = below.collect();
        let children: Vec<String> = below.iter().map(|one| one.id.clone()).collect();
        let site = check(
            options,
            region,
            "site",
            CheckKind::Calculated {
                threshold: i32::try_from(children.len()).unwrap_or(i32::MAX),
                children,
            },
        );
        all.health_checks.push(site);
        all.health_checks.extend(below);
    }
}

fn routing_control(options: &SeedOptions, all: &Resources, region: &Region) -> Option<HealthCheck> {
    let routing = all.routing.as_ref()?;
    let control = routing.controls.iter().find(|one| &one.region == region)?;
    let kind = CheckKind::RecoveryControl {
        control: control.arn.clone(),
    };
    Some(check(options, region, "routing control", kind))
}

fn vended(options: &SeedOptions, all: &Resources, region: &Region) -> Option<HealthCheck> {
    let plan = all.region_switch.as_ref()?;
    let made = plan.checks.iter().find(|one| &one.region == region)?;
    let check = check(options, region, "region switch", CheckKind::Vended);
    Some(HealthCheck {
        id: made.id.clone(),
        healthy: made.healthy,
        ..check
    })
}

fn endpoint_check(region: &Region) -> CheckKind {
    CheckKind::Endpoint {
        protocol: "HTTPS".into(),
        host: names::endpoint(region),
        port: 443,
        path: "/health".into(),
        interval_s: 10,
        failure_threshold: 3,
        measure_latency: true,
        enable_sni: true,
        regions: CHECKER_REGIONS.map(Into::into).into(),
    }
}

fn check(options: &SeedOptions, region: &Region, role: &str, kind: CheckKind) -> HealthCheck {
    let what = format!("check {role} {region}");
    HealthCheck {
        id: names::uuid(options.seed, &what),
        caller_reference: names::uuid(options.seed, &format!("{what} reference")),
        version: 1,
        kind,
        inverted: false,
        disabled: false,
        tags: vec![Tag {
            key: "Name".into(),
            value: format!("orders {region} {role}"),
        }],
        observations: Vec::new(),
        healthy: true,
        percent_healthy: None,
        healthy_children: None,
    }
}
