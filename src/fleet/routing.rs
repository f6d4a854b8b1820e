//! By what Route 53 chooses a record among those of its name and type (aws-facts §3.1).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Region, RoutingPolicy};

/// A record's routing policy with its settings; the whole of it, so that a record can be put back as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Stored", into = "Stored")]
pub enum Routing {
    /// Without a routing policy.
    #[default]
    Simple,
    /// The Region that the resource is in, by whose latency it is chosen.
    Latency(Region),
    /// 0 to 255. 0 is never answered unless all are 0, or all others are unhealthy.
    Weighted(i64),
    Failover(FailoverRole),
    Geolocation(Geolocation),
    Geoproximity(Geoproximity),
    IpBased(CidrLocation),
    Multivalue,
}

/// Which of a failover pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FailoverRole {
    /// Answered while it is healthy.
    Primary,
    /// Answered while the primary is unhealthy and it is not.
    Secondary,
}

/// Where the clients are that a record is for, as Route 53 spells it; country `*` is for everybody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geolocation {
    pub continent: Option<String>,
    pub country: Option<String>,
    pub subdivision: Option<String>,
}

/// Where the resource is, and how far its area reaches beyond what is nearest to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Geoproximity {
    pub aws_region: Option<String>,
    pub local_zone_group: Option<String>,
    /// Latitude and longitude, letter by letter as stored.
    pub coordinates: Option<(String, String)>,
    /// -99 to 99.
    pub bias: Option<i32>,
}

/// The client networks that a record is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CidrLocation {
    /// Id of the collection.
    pub collection: String,
    /// Name of the location in it; `*` is for all other networks.
    pub location: String,
}

impl Routing {
    pub const fn policy(&self) -> RoutingPolicy {
        match self {
            Self::Simple => RoutingPolicy::Simple,
            Self::Latency(_) => RoutingPolicy::Latency,
            Self::Weighted(_) => RoutingPolicy::Weighted,
            Self::Failover(_) => RoutingPolicy::Failover,
            Self::Geolocation(_) => RoutingPolicy::Geolocation,
            Self::Geoproximity(_) => RoutingPolicy::Geoproximity,
            Self::IpBased(_) => RoutingPolicy::IpBased,
            Self::Multivalue => RoutingPolicy::Multivalue,
        }
    }

    /// Its weight, where it is routed by weight.
    pub const fn weight(&self) -> Option<i64> {
        match self {
            Self::Weighted(weight) => Some(*weight),
            _ => None,
        }
    }

    /// Whether it is for clients that no other record is for.
    pub fn is_default(&self) -> bool {
        match self {
            Self::Geolocation(of) => of.country.as_deref() == Some("*"),
            Self::IpBased(of) => of.location == "*",
            _ => false,
        }
    }
}

/// The settings in a few letters: `weight 70`, `primary`, `Europe`.
impl fmt::Display for Routing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple => f.write_str("simple"),
            Self::Latency(_) => f.write_str("latency"),
            Self::Weighted(weight) => write!(f, "weight {weight}"),
            Self::Failover(FailoverRole::Primary) => f.write_str("primary"),
            Self::Failover(FailoverRole::Secondary) => f.write_str("secondary"),
            Self::Geolocation(of) => of.fmt(f),
            Self::Geoproximity(of) => of.fmt(f),
            Self::IpBased(of) => write!(f, "network {}", of.location),
            Self::Multivalue => f.write_str("multivalue"),
        }
    }
}

impl fmt::Display for Geolocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let continent = self.continent.as_deref().map(|code| match code {
            "AF" => "Africa",
            "AN" => "Antarctica",
            "AS" => "Asia",
            "EU" => "Europe",
            "OC" => "Oceania",
            "NA" => "North America",
            "SA" => "South America",
            other => other,
        });
        match (continent, self.country.as_deref(), &self.subdivision) {
            (_, Some("*"), _) => f.write_str("default"),
            (_, Some(country), Some(part)) => write!(f, "{country}-{part}"),
            (_, Some(country), None) => f.write_str(country),
            (Some(continent), None, _) => f.write_str(continent),
            (None, None, _) => f.write_str("a location"),
        }
    }
}

impl fmt::Display for Geoproximity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.aws_region.as_ref().or(self.local_zone_group.as_ref());
        match (place, &self.coordinates) {
            (Some(place), _) => write!(f, "near {place}")?,
            (None, Some((latitude, longitude))) => write!(f, "near {latitude}, {longitude}")?,
            (None, None) => f.write_str("near")?,
        }
        match self.bias {
            Some(bias) if bias != 0 => write!(f, ", bias {bias:+}"),
            _ => Ok(()),
        }
    }
}

/// As Route 53 and the journals have it: each policy's settings in a field of its own.
#[derive(Serialize, Deserialize)]
struct Stored {
    region: Option<Region>,
    weight: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failover: Option<FailoverRole>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    geolocation: Option<Geolocation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    geoproximity: Option<Geoproximity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cidr: Option<CidrLocation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    multivalue: Option<bool>,
}

impl From<Stored> for Routing {
    fn from(stored: Stored) -> Self {
        let location = stored.geolocation.map(Self::Geolocation);
        stored
            .region
            .map(Self::Latency)
            .or(stored.weight.map(Self::Weighted))
            .or(stored.failover.map(Self::Failover))
            .or(location)
            .or(stored.geoproximity.map(Self::Geoproximity))
            .or(stored.cidr.map(Self::IpBased))
            .or((stored.multivalue == Some(true)).then_some(Self::Multivalue))
            .unwrap_or_default()
    }
}

impl From<Routing> for Stored {
    fn from(routing: Routing) -> Self {
        let mut stored = Self {
            region: None,
            weight: None,
            failover: None,
            geolocation: None,
            geoproximity: None,
            cidr: None,
            multivalue: None,
        };
        match routing {
            Routing::Simple => {}
            Routing::Latency(region) => stored.region = Some(region),
            Routing::Weighted(weight) => stored.weight = Some(weight),
            Routing::Failover(role) => stored.failover = Some(role),
            Routing::Geolocation(of) => stored.geolocation = Some(of),
            Routing::Geoproximity(of) => stored.geoproximity = Some(of),
            Routing::IpBased(of) => stored.cidr = Some(of),
            Routing::Multivalue => stored.multivalue = Some(true),
        }
        stored
    }
}
