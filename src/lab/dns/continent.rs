//! Where clients are.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use gwctl_fleet::Region;
use gwctl_sim::world::{place_of, rtt_ms};

/// A continent with clients and an edge location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Continent {
    /// For people, such as `Europe`.
    pub name: &'static str,
    /// The network its resolver asks for (EDNS0 client subnet): Route 53 tells by it where the clients are.
    pub network: IpAddr,
}

impl Continent {
    /// Those the lab has clients on.
    pub const ALL: [Self; 3] = [
        Self::new("North America", Ipv4Addr::new(3, 80, 0, 0)),
        Self::new("Europe", Ipv4Addr::new(193, 0, 0, 0)),
        Self::new("Asia Pacific", Ipv4Addr::new(203, 116, 0, 0)),
    ];

    /// Where the operator is, as in the simulator.
    pub const OF_OPERATOR: Self = Self::ALL[1];

    const fn new(name: &'static str, network: Ipv4Addr) -> Self {
        Self {
            name,
            network: IpAddr::V4(network),
        }
    }

    /// The round trip from its edge location to `region`, as the simulator models it; none where nobody knows where
    /// the Region is.
    pub fn rtt(&self, region: &Region) -> Option<Duration> {
        let place = region.place()?;
        let ms = rtt_ms(place_of(self.network), (place.lat, place.lon));
        Some(Duration::from_secs_f64(ms / 1_000.0))
    }
}
