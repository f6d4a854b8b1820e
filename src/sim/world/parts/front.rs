//! The way in for clients of a served world.

use crate::world::model::Distribution;
use gwctl_fleet::Region;

/// Custom headers of a distribution's origin, which are the router's settings.
const REGIONS: &str = "x-gwctl-regions";
const FALLBACK: &str = "x-gwctl-fallback";

/// Where clients' requests come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::world) struct Front {
    /// The distribution's id.
    pub distribution: String,
    /// The name clients use.
    pub domain: String,
    /// The name the router asks DNS for, with the final dot.
    pub latency: String,
    /// The endpoints the router knows; none where it goes wherever DNS says.
    pub hosts: Option<Vec<String>>,
    /// The Region it takes instead of one it does not know.
    pub fallback: Option<Region>,
}

impl Front {
    pub(in crate::world) fn of(distribution: &Distribution, domain: &str) -> Option<Self> {
        let origin = distribution.origins.first()?;
        let header = |name: &str| {
            let mut all = origin.headers.iter();
            all.find(|(known, _)| known == name)
                .map(|(_, value)| value.clone())
        };
        let hosts = header(REGIONS).map(|list| {
            let pairs = list.split(',');
            let hosts = pairs.filter_map(|pair| pair.split_once('='));
            hosts.map(|(_, host)| host.trim().to_owned()).collect()
        });
        Some(Self {
            distribution: distribution.id.clone(),
            domain: domain.to_owned(),
            latency: format!("{}.", origin.domain),
            hosts,
            fallback: header(FALLBACK).and_then(|region| Region::new(&region).ok()),
        })
    }
}
