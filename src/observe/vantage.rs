//! Client networks around the world, to ask DNS on behalf of.

use std::net::{IpAddr, Ipv4Addr};

/// A client network with a name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VantagePoint {
    /// The city, as shown.
    pub place: &'static str,
    /// The network's first address.
    pub network: IpAddr,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// Leading bits of a client's network that are passed on.
pub const VANTAGE_BITS: u8 = 24;

const fn at(place: &'static str, octets: [u8; 4], lat: f64, lon: f64) -> VantagePoint {
    let [a, b, c, d] = octets;
    VantagePoint {
        place,
        network: IpAddr::V4(Ipv4Addr::new(a, b, c, d)),
        lat,
        lon,
    }
}

/// One network or two a continent, each of a registry's or a provider's own place.
pub const VANTAGES: [VantagePoint; 6] = [
    at("Amsterdam", [193, 0, 0, 0], 52.4, 4.9),
    at("N. Virginia", [3, 80, 0, 0], 38.9, -77.4),
    at("Singapore", [203, 116, 0, 0], 1.3, 103.8),
    at("São Paulo", [200, 160, 0, 0], -23.5, -46.6),
    at("Tokyo", [202, 232, 0, 0], 35.7, 139.7),
    at("Johannesburg", [41, 0, 0, 0], -26.2, 28.0),
];
