//! Distances, and how long a round trip takes over them.

use crate::fleet::{Place, Region};

/// Where the operator sits: Frankfurt.
pub(super) const OPERATOR: (f64, f64) = (50.1, 8.7);

/// Where a Region is.
pub(super) fn place(code: &str) -> Option<&'static Place> {
    Region::new(code).ok()?.place()
}

/// Great-circle distance in kilometres between two points of (latitude, longitude) in degrees.
pub(super) fn km((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    let (p1, p2) = (lat1.to_radians(), lat2.to_radians());
    let (dp, dl) = ((lat2 - lat1).to_radians(), (lon2 - lon1).to_radians());
    let a = (dp / 2.0).sin().powi(2) + p1.cos() * p2.cos() * (dl / 2.0).sin().powi(2);
    12_742.0 * a.sqrt().min(1.0).asin()
}

/// Round trip in milliseconds: light in glass takes 1 ms for 100 km there and back, and cables
/// wind by about half as much again.
pub(super) fn rtt_ms(from: (f64, f64), to: (f64, f64)) -> f64 {
    1.0 + km(from, to) * 0.0135
}

/// Where a Region is, as a point; the unknown are at the equator.
pub(super) fn point(region: &Region) -> (f64, f64) {
    region
        .place()
        .map_or((0.0, 0.0), |place| (place.lat, place.lon))
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
