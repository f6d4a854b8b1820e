//! Where a client network is, as far as Route 53 can tell.

use std::net::IpAddr;

/// Latitude and longitude in degrees.
type Point = (f64, f64);

/// Where somebody asks from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Vantage {
    /// Latitude and longitude in degrees.
    Place(f64, f64),
    /// A network, by any of its addresses.
    Network(IpAddr),
}

impl Vantage {
    /// Latitude and longitude in degrees.
    pub fn point(self) -> Point {
        match self {
            Self::Place(lat, lon) => (lat, lon),
            Self::Network(address) => place_of(address),
        }
    }
}

impl From<Point> for Vantage {
    fn from((lat, lon): Point) -> Self {
        Self::Place(lat, lon)
    }
}

impl From<IpAddr> for Vantage {
    fn from(address: IpAddr) -> Self {
        Self::Network(address)
    }
}

const NORTH_AMERICA: Point = (38.9, -77.4);
const EUROPE: Point = (50.1, 8.7);
const ASIA_PACIFIC: Point = (1.3, 103.8);
const LATIN_AMERICA: Point = (-23.5, -46.6);
const AFRICA: Point = (-33.9, 18.4);

/// Where a network is, as far as its first bits tell: IANA's registries of address blocks name the
/// continent, and one city stands for it.
pub fn place_of(address: IpAddr) -> Point {
    match address {
        IpAddr::V4(v4) => match v4.octets()[0] {
            1
            | 14
            | 27
            | 36
            | 39
            | 42
            | 43
            | 49
            | 58..=61
            | 101
            | 103
            | 106
            | 110..=126
            | 133
            | 150
            | 153
            | 163
            | 171
            | 175
            | 180
            | 182
            | 183
            | 202
            | 203
            | 210
            | 211
            | 218..=223 => ASIA_PACIFIC,
            2
            | 5
            | 31
            | 37
            | 46
            | 51
            | 53
            | 57
            | 62
            | 77..=95
            | 109
            | 141
            | 145
            | 151
            | 176
            | 178
            | 185
            | 188
            | 193..=195
            | 212
            | 213
            | 217 => EUROPE,
            177 | 179 | 181 | 186 | 187 | 189..=191 | 200 | 201 => LATIN_AMERICA,
            41 | 102 | 105 | 154 | 196 | 197 => AFRICA,
            _ => NORTH_AMERICA,
        },
        IpAddr::V6(v6) => match v6.segments()[0] {
            0x2400..=0x240f => ASIA_PACIFIC,
            0x2a00..=0x2a1f => EUROPE,
            0x2800..=0x280f => LATIN_AMERICA,
            0x2c00..=0x2c0f => AFRICA,
            _ => NORTH_AMERICA,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_where_their_registry_is() {
        let of = |text: &str| text.parse().map(place_of);
        assert_eq!(of("3.0.0.0"), Ok(NORTH_AMERICA));
        assert_eq!(of("193.0.0.0"), Ok(EUROPE));
        assert_eq!(of("203.0.113.0"), Ok(ASIA_PACIFIC));
        assert_eq!(of("200.7.0.0"), Ok(LATIN_AMERICA));
        assert_eq!(of("2c0f:f8f0::"), Ok(AFRICA));
    }
}
