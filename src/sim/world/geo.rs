//! Distances, and how long a round trip takes over them.

pub(super) use gwctl_fleet::km;
use gwctl_fleet::{Place, Region};

/// Where the operator sits: Frankfurt.
pub(super) const OPERATOR: (f64, f64) = (50.1, 8.7);

/// Where a Region is.
pub(super) fn place(code: &str) -> Option<&'static Place> {
    Region::new(code).ok()?.place()
}

/// Round trip in milliseconds: light in glass takes 1 ms for 100 km there and back, and cables
/// wind by about half as much again.
pub fn rtt_ms(from: (f64, f64), to: (f64, f64)) -> f64 {
    1.0 + km(from, to) * 0.0135
}

/// Where a Region is, as a point; the unknown are at the equator.
pub(super) fn point(region: &Region) -> (f64, f64) {
    region
        .place()
        .map_or((0.0, 0.0), |place| (place.lat, place.lon))
}

/// Route 53's code of the continent that a point is on, roughly.
pub(super) fn continent((lat, lon): (f64, f64)) -> &'static str {
    match () {
        () if lat < -60.0 => "AN",
        () if lon < -30.0 && lat > 12.0 => "NA",
        () if lon < -30.0 => "SA",
        () if lat > 35.0 && lon < 45.0 => "EU",
        () if lon < 52.0 && lat < 35.0 => "AF",
        () if lon > 110.0 && lat < -10.0 => "OC",
        () => "AS",
    }
}

/// Round trip from the operator's seat to a Region.
pub(super) fn from_operator_ms(code: &str) -> f64 {
    place(code).map_or(100.0, |place| rtt_ms(OPERATOR, (place.lat, place.lon)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_are_what_operators_measure() {
        for (code, low, high) in [
            ("eu-central-1", 0.5, 5.0),
            ("eu-west-1", 15.0, 30.0),
            ("us-east-1", 80.0, 110.0),
            ("ap-southeast-1", 130.0, 200.0),
        ] {
            let ms = from_operator_ms(code);
            assert!((low..high).contains(&ms), "{code}: {ms}");
        }
    }
}
