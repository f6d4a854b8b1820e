//! A record's routing policy, between Route 53's fields and gwctl's words.

use aws_sdk_route53::types::builders::ResourceRecordSetBuilder;
use aws_sdk_route53::types::{
    CidrRoutingConfig, Coordinates, GeoLocation, GeoProximityLocation, ResourceRecordSet,
    ResourceRecordSetFailover, ResourceRecordSetRegion,
};
use aws_smithy_types::error::operation::BuildError;

use crate::transport::reply;
use gwctl_fleet::{
    CidrLocation, FailoverRole, Geolocation, Geoproximity, NotARegion, Region, Routing,
};

/// A policy that gwctl cannot name, or not put back as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotARouting {
    #[error("belongs to a traffic policy")]
    TrafficPolicy,
    /// Settings of more than one policy, or of one that gwctl does not know.
    #[error("is routed in a way that gwctl does not know")]
    Unknown,
    #[error(transparent)]
    Region(#[from] NotARegion),
}

/// Its policy with all its settings. The policy is told by the field that only it has (aws-facts §3.1).
pub(crate) fn routing(set: &ResourceRecordSet) -> Result<Routing, NotARouting> {
    let text = |value: Option<&str>| reply::some_name(value);
    let mut found = Vec::new();
    if let Some(region) = set.region() {
        found.push(Routing::Latency(Region::new(region.as_str())?));
    }
    found.extend(set.weight().map(Routing::Weighted));
    if let Some(role) = set.failover() {
        found.push(Routing::Failover(match role {
            ResourceRecordSetFailover::Primary => FailoverRole::Primary,
            ResourceRecordSetFailover::Secondary => FailoverRole::Secondary,
            _ => return Err(NotARouting::Unknown),
        }));
    }
    found.extend(set.geo_location().map(|of| {
        Routing::Geolocation(Geolocation {
            continent: text(of.continent_code()),
            country: text(of.country_code()),
            subdivision: text(of.subdivision_code()),
        })
    }));
    found.extend(set.geo_proximity_location().map(|of| {
        let point = of.coordinates();
        Routing::Geoproximity(Geoproximity {
            aws_region: text(of.aws_region()),
            local_zone_group: text(of.local_zone_group()),
            coordinates: point.map(|at| (reply::name(at.latitude()), reply::name(at.longitude()))),
            bias: of.bias(),
        })
    }));
    found.extend(set.cidr_routing_config().map(|of| {
        Routing::IpBased(CidrLocation {
            collection: reply::name(of.collection_id()),
            location: reply::name(of.location_name()),
        })
    }));
    found.extend((set.multi_value_answer() == Some(true)).then_some(Routing::Multivalue));
    match (found.pop(), found.is_empty(), set.set_identifier()) {
        (Some(one), true, _) => Ok(one),
        (None, _, None) => Ok(Routing::Simple),
        // An identifier without a known policy: there are newer ones than this SDK knows.
        _ => Err(NotARouting::Unknown),
    }
}

/// [`routing`], where the record is to be changed and put back: one of a traffic policy is that policy's.
pub(crate) fn own_routing(set: &ResourceRecordSet) -> Result<Routing, NotARouting> {
    if set.traffic_policy_instance_id().is_some() {
        return Err(NotARouting::TrafficPolicy);
    }
    routing(set)
}

/// `set` with this policy.
pub(crate) fn routed(
    set: ResourceRecordSetBuilder,
    routing: &Routing,
) -> Result<ResourceRecordSetBuilder, BuildError> {
    Ok(match routing {
        Routing::Simple => set,
        Routing::Latency(region) => set.region(ResourceRecordSetRegion::from(region.as_str())),
        Routing::Weighted(weight) => set.weight(*weight),
        Routing::Failover(FailoverRole::Primary) => {
            set.failover(ResourceRecordSetFailover::Primary)
        }
        Routing::Failover(FailoverRole::Secondary) => {
            set.failover(ResourceRecordSetFailover::Secondary)
        }
        Routing::Geolocation(of) => set.geo_location(
            GeoLocation::builder()
                .set_continent_code(of.continent.clone())
                .set_country_code(of.country.clone())
                .set_subdivision_code(of.subdivision.clone())
                .build(),
        ),
        Routing::Geoproximity(of) => {
            let point = of.coordinates.as_ref().map(|(latitude, longitude)| {
                let point = Coordinates::builder().latitude(latitude);
                point.longitude(longitude).build()
            });
            let place = GeoProximityLocation::builder()
                .set_aws_region(of.aws_region.clone())
                .set_local_zone_group(of.local_zone_group.clone())
                .set_coordinates(point.transpose()?)
                .set_bias(of.bias);
            set.geo_proximity_location(place.build())
        }
        Routing::IpBased(of) => {
            let network = CidrRoutingConfig::builder()
                .collection_id(&of.collection)
                .location_name(&of.location);
            set.cidr_routing_config(network.build()?)
        }
        Routing::Multivalue => set.multi_value_answer(true),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::RrType;

    use super::*;

    fn set() -> ResourceRecordSetBuilder {
        ResourceRecordSet::builder().name("a").r#type(RrType::Cname)
    }

    #[test]
    fn every_policy_goes_to_route_53_and_comes_back_whole() {
        let near = Geoproximity {
            aws_region: None,
            local_zone_group: None,
            coordinates: Some(("49.22".into(), "-74.01".into())),
            bias: Some(-10),
        };
        let part = Geolocation {
            continent: None,
            country: Some("US".into()),
            subdivision: Some("WA".into()),
        };
        let network = CidrLocation {
            collection: "c-1".into(),
            location: "office".into(),
        };
        for expected in [
            Routing::Simple,
            Routing::Latency(Region::global()),
            Routing::Weighted(0),
            Routing::Failover(FailoverRole::Primary),
            Routing::Failover(FailoverRole::Secondary),
            Routing::Geolocation(part),
            Routing::Geoproximity(near),
            Routing::IpBased(network),
            Routing::Multivalue,
        ] {
            let there = routed(set(), &expected).unwrap().build().unwrap();
            assert_eq!(routing(&there).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_routed_in_an_unknown_way_is_not_taken_for_simple() {
        let unknown = set().set_identifier("newer").build().unwrap();
        assert!(matches!(routing(&unknown), Err(NotARouting::Unknown)));
        let of_policy = set().weight(1).traffic_policy_instance_id("t").build();
        let of_policy = of_policy.unwrap();
        assert_eq!(routing(&of_policy).unwrap(), Routing::Weighted(1));
        assert!(matches!(
            own_routing(&of_policy),
            Err(NotARouting::TrafficPolicy)
        ));
    }
}
