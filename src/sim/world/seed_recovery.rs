//! Seeds the routing controls of ARC.

use super::model::{Routing, RoutingControl};
use super::names::{self, ACCOUNT, FLEET};
use crate::world::seed_options::SeedOptions;
use gwctl_fleet::Region;

/// Where the endpoints of a cluster are.
pub(super) const HOMES: [&str; 5] = [
    "us-east-1",
    "us-west-2",
    "eu-west-1",
    "ap-northeast-1",
    "ap-southeast-2",
];

/// The cluster as founded: every control On.
pub(super) fn cluster(options: &SeedOptions) -> Routing {
    let arn = |what: &str| format!("arn:aws:route53-recovery-control::{ACCOUNT}:{what}");
    let id = |what: &str, length| hex(options.seed, what, length);
    let panel = format!("controlpanel/{}", id("panel", 32));
    let endpoint = |home: &str| {
        let region = Region::new(home).ok()?;
        let host = id(&format!("recovery {home}"), 8);
        let url = format!("https://{host}.route53-recovery-cluster.{home}.amazonaws.com/v1");
        Some((region, url))
    };
    let control = |region: &Region| {
        let number = id(&format!("control {region}"), 16);
        RoutingControl {
            arn: arn(&format!("{panel}/routingcontrol/{number}")),
            name: format!("{FLEET}-{region}"),
            region: region.clone(),
            on: true,
            before: true,
            set_at: 0,
            set_through: None,
        }
    };
    Routing {
        cluster: arn(&format!(
            "cluster/{}",
            names::uuid(options.seed, "recovery cluster")
        )),
        name: FLEET.into(),
        endpoints: HOMES.into_iter().filter_map(endpoint).collect(),
        rule: arn(&format!("{panel}/safetyrule/{}", id("rule", 16))),
        controls: options.regions.iter().map(control).collect(),
        panel: arn(&panel),
    }
}

pub(super) fn hex(seed: u64, what: &str, length: usize) -> String {
    let long = [what, "and more"].map(|what| names::uuid(seed, what).replace('-', ""));
    long.concat().chars().take(length).collect()
}
