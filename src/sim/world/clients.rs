//! Clients: people near edge locations all over the world, awake by day.

use super::geo;
use super::noise::Wander;
use super::rng::Rng;
use gwctl_fleet::Region;

/// Requests a second if every place were at its daily peak at once, unless a scenario says otherwise.
pub(super) const PEAK: f64 = 5_400.0;
/// Routers kept warm at one edge location, each with its own DNS answer.
pub(super) const ROUTERS: usize = 4;

/// Name, latitude, longitude, share of the clients.
const PLACES: [(&str, f64, f64, f64); 18] = [
    ("Ashburn", 39.0, -77.5, 0.165),
    ("Chicago", 41.9, -87.6, 0.100),
    ("Dallas", 32.8, -96.8, 0.080),
    ("Los Angeles", 34.1, -118.2, 0.085),
    ("Toronto", 43.7, -79.4, 0.035),
    ("São Paulo", -23.6, -46.6, 0.045),
    ("London", 51.5, -0.1, 0.095),
    ("Frankfurt", 50.1, 8.7, 0.090),
    ("Paris", 48.9, 2.4, 0.055),
    ("Stockholm", 59.3, 18.1, 0.025),
    ("Madrid", 40.4, -3.7, 0.035),
    ("Johannesburg", -26.2, 28.0, 0.015),
    ("Dubai", 25.2, 55.3, 0.015),
    ("Mumbai", 19.1, 72.9, 0.040),
    ("Singapore", 1.3, 103.8, 0.040),
    ("Tokyo", 35.7, 139.7, 0.040),
    ("Hong Kong", 22.3, 114.2, 0.020),
    ("Sydney", -33.9, 151.2, 0.020),
];

/// The answer a router keeps, or the answers: each stands for many that woke at the same time, and of a
/// weighted set each of these draws its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Cached {
    /// Which of the fleet's Regions, and for which part of the router's requests.
    pub sites: Vec<(usize, f64)>,
    /// The part for which there is none.
    pub lost: f64,
    /// Second at which it must ask again.
    pub until: i64,
}

/// An edge location with the clients near it.
#[derive(Debug, Clone)]
pub(super) struct EdgeLocation {
    /// Latitude and longitude.
    pub point: (f64, f64),
    /// Round trip to each of the fleet's Regions, in milliseconds.
    pub rtt_ms: Vec<f64>,
    /// What its routers remember.
    pub routers: [Cached; ROUTERS],
    /// Requests a second at its daily peak.
    peak: f64,
    mood: Wander,
    rng: Rng,
}

/// All edge locations, with so many requests a second if every one were at its daily peak.
pub(super) fn everywhere(seed: u64, regions: &[Region], peak: f64) -> Vec<EdgeLocation> {
    PLACES
        .iter()
        .map(|&(name, lat, lon, share)| {
            let mut rng = Rng::new(seed, name);
            EdgeLocation {
                point: (lat, lon),
                rtt_ms: regions
                    .iter()
                    .map(|region| geo::rtt_ms((lat, lon), geo::point(region)))
                    .collect(),
                routers: std::array::from_fn(|_| Cached::default()),
                peak: peak * share,
                mood: Wander::new(0.05, 400.0, &mut rng),
                rng,
            }
        })
        .collect()
}

impl EdgeLocation {
    /// The fleet is in another Region too.
    pub(super) fn learn(&mut self, region: &Region) {
        let rtt_ms = geo::rtt_ms(self.point, geo::point(region));
        self.rtt_ms.push(rtt_ms);
    }

    /// Requests a second that arrive here at second `now`, `step` seconds after the last time.
    pub(super) fn demand(&mut self, now: i64, step: f64) -> f64 {
        let mood = self.mood.step(step, &mut self.rng);
        self.peak * rhythm(now, self.point.1) * (1.0 + mood).max(0.2)
    }

    /// Seconds a router waits beyond the TTL before it asks again: it asks with the next request.
    pub(super) fn slack(&mut self) -> i64 {
        (self.rng.uniform() * 3.0) as i64
    }
}

/// The daily rhythm, about half in the small hours to 1 in the local afternoon.
fn rhythm(now: i64, longitude: f64) -> f64 {
    let hour = now as f64 / 3_600.0 + longitude / 15.0;
    let angle = |peak: f64, per_day: f64| (hour - peak) / 24.0 * per_day * std::f64::consts::TAU;
    0.73 + 0.23 * angle(15.5, 1.0).cos() + 0.04 * angle(11.0, 2.0).cos()
}

/// The clients of a Region over the day: of those places from which it is the nearest of `regions`.
#[derive(Debug, Clone, Default)]
pub(super) struct Nearby(Vec<(f64, f64)>);

impl Nearby {
    /// Of `region`; of the whole world where none are near, and for what serves all of them.
    pub(super) fn of(region: Option<&Region>, regions: &[Region]) -> Self {
        let distance = |place: (f64, f64), region: &Region| geo::rtt_ms(place, geo::point(region));
        let nearest = |place: (f64, f64)| {
            let by_distance =
                |a: &&Region, b: &&Region| distance(place, a).total_cmp(&distance(place, b));
            regions.iter().min_by(by_distance)
        };
        let all = PLACES.iter();
        let near = all.filter(|(_, lat, lon, _)| {
            region.is_none_or(|region| nearest((*lat, *lon)) == Some(region))
        });
        let mut near: Vec<(f64, f64)> = near.map(|place| (place.2, place.3)).collect();
        if near.is_empty() {
            near = PLACES.iter().map(|place| (place.2, place.3)).collect();
        }
        Self(near)
    }

    /// How many of them are awake at second `now`, as a share.
    pub(super) fn awake(&self, now: i64) -> f64 {
        let all: f64 = self.0.iter().map(|(_, share)| share).sum();
        let awake = self.0.iter().map(|(lon, share)| share * rhythm(now, *lon));
        awake.sum::<f64>() / all.max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_lives_somewhere_and_sleeps_at_night() {
        let all: f64 = PLACES.iter().map(|place| place.3).sum();
        assert!((all - 1.0).abs() < 1e-9, "{all}");
        let (noon, night) = (rhythm(15 * 3_600, 0.0), rhythm(3 * 3_600, 0.0));
        assert!(
            noon > 0.9 && noon <= 1.0 && night < 0.6 && night > 0.4,
            "{noon} {night}"
        );
        assert!(
            rhythm(3 * 3_600, 180.0) > 0.9,
            "day is night on the other side"
        );
    }
}
