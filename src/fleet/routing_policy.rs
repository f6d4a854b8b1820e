//! How Route 53 chooses between records of one name.

use std::fmt;

/// A routing policy (aws-facts §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoutingPolicy {
    Simple,
    Latency,
    Weighted,
    Failover,
    Geolocation,
    Geoproximity,
    IpBased,
    Multivalue,
}

impl fmt::Display for RoutingPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Simple => "without a routing policy",
            Self::Latency => "by latency",
            Self::Weighted => "by weight",
            Self::Failover => "by failover",
            Self::Geolocation => "by geolocation",
            Self::Geoproximity => "by geoproximity",
            Self::IpBased => "by the client's network",
            Self::Multivalue => "by multivalue answers",
        })
    }
}
