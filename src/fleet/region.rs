//! AWS Regions: names and where on the map they are.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Partition;

/// An AWS Region code such as `eu-west-1`. Cheap to clone.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Region(Arc<str>);

/// What was given for a Region code cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a Region code (like `eu-west-1`)")]
pub struct NotARegion(String);

/// Where a Region is, for people. Coordinates are the city's: AWS does not publish sites.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Region code.
    pub code: &'static str,
    /// AWS's long name, such as `Europe (Ireland)`.
    pub name: &'static str,
    /// City or area, for tight columns.
    pub city: &'static str,
    /// Whether an account must enable it first.
    pub opt_in: bool,
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
}

/// Great-circle distance in kilometres between two points of (latitude, longitude) in degrees.
pub fn km((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    let (p1, p2) = (lat1.to_radians(), lat2.to_radians());
    let (dp, dl) = ((lat2 - lat1).to_radians(), (lon2 - lon1).to_radians());
    let a = (dp / 2.0).sin().powi(2) + p1.cos() * p2.cos() * (dl / 2.0).sin().powi(2);
    12_742.0 * a.sqrt().min(1.0).asin()
}

/// The Region where Route 53's, CloudFront's, ACM-for-CloudFront's and IAM's control planes live.
const GLOBAL: &str = "us-east-1";

impl Region {
    /// Takes a Region code; refuses what cannot be one.
    pub fn new(code: &str) -> Result<Self, NotARegion> {
        let mut parts = code.split('-');
        let well_formed = code.len() <= 32
            && code
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && parts.clone().count() >= 3
            && parts.all(|part| !part.is_empty())
            && code
                .rsplit('-')
                .next()
                .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        if well_formed {
            Ok(Self(code.into()))
        } else {
            Err(NotARegion(code.into()))
        }
    }

    /// us-east-1, where the global services' control planes and metrics are.
    pub fn global() -> Self {
        Self(GLOBAL.into())
    }

    /// The code, such as `eu-west-1`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As Availability Zones name it: `euw1`, `apse1`, `usgw1`; as it is where it has another form.
    pub fn short(&self) -> String {
        let code = self.as_str();
        let Some((area, rest)) = code.split_once('-') else {
            return code.to_owned();
        };
        let part = |word: &str| match word {
            "north" | "south" | "east" | "west" | "central" | "gov" | "iso" => word[..1].to_owned(),
            "northeast" => "ne".to_owned(),
            "northwest" => "nw".to_owned(),
            "southeast" => "se".to_owned(),
            "southwest" => "sw".to_owned(),
            other => other.to_owned(),
        };
        let rest: String = rest.split('-').map(part).collect();
        format!("{area}{rest}")
    }

    /// Where it is, when it is a Region this build knows.
    pub fn place(&self) -> Option<&'static Place> {
        PLACES.iter().find(|place| place.code == self.as_str())
    }

    /// The Region in an ARN; none in that of something global.
    pub fn of_arn(arn: &str) -> Option<Self> {
        Self::new(arn.split(':').nth(3)?).ok()
    }

    /// Every generally available commercial Region.
    pub fn all() -> impl Iterator<Item = Self> {
        let every = PLACES.iter().map(|place| Self(place.code.into()));
        every.filter(|region| Partition::of(region) == Partition::Aws)
    }
}

impl TryFrom<String> for Region {
    type Error = NotARegion;
    fn try_from(code: String) -> Result<Self, NotARegion> {
        Self::new(&code)
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0.to_string()
    }
}

impl std::fmt::Display for Region {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl std::str::FromStr for Region {
    type Err = NotARegion;
    fn from_str(code: &str) -> Result<Self, NotARegion> {
        Self::new(code)
    }
}

const fn place(
    code: &'static str,
    name: &'static str,
    city: &'static str,
    opt_in: bool,
    lat: f64,
    lon: f64,
) -> Place {
    Place {
        code,
        name,
        city,
        opt_in,
        lat,
        lon,
    }
}

/// aws-facts §10; those of other partitions by §18.3, where AWS names an area only: the point is that area's.
/// `us-gov-west-1` and `us-gov-east-1` are in the northwest and the east of the US, of which AWS names no place: the
/// commercial Regions' there stand for theirs.
const PLACES: &[Place] = &[
    place(
        "us-east-1",
        "US East (N. Virginia)",
        "N. Virginia",
        false,
        38.9,
        -77.4,
    ),
    place("us-east-2", "US East (Ohio)", "Ohio", false, 40.0, -83.0),
    place(
        "us-west-1",
        "US West (N. California)",
        "N. California",
        false,
        37.4,
        -121.9,
    ),
    place(
        "us-west-2",
        "US West (Oregon)",
        "Oregon",
        false,
        45.8,
        -119.7,
    ),
    place(
        "ca-central-1",
        "Canada (Central)",
        "Central",
        false,
        45.5,
        -73.6,
    ),
    place(
        "ca-west-1",
        "Canada West (Calgary)",
        "Calgary",
        true,
        51.0,
        -114.1,
    ),
    place(
        "mx-central-1",
        "Mexico (Central)",
        "Central",
        true,
        20.6,
        -100.4,
    ),
    place(
        "sa-east-1",
        "South America (São Paulo)",
        "São Paulo",
        false,
        -23.5,
        -46.6,
    ),
    place(
        "eu-west-1",
        "Europe (Ireland)",
        "Ireland",
        false,
        53.3,
        -6.3,
    ),
    place("eu-west-2", "Europe (London)", "London", false, 51.5, -0.1),
    place("eu-west-3", "Europe (Paris)", "Paris", false, 48.9, 2.4),
    place(
        "eu-central-1",
        "Europe (Frankfurt)",
        "Frankfurt",
        false,
        50.1,
        8.7,
    ),
    place("eu-central-2", "Europe (Zurich)", "Zurich", true, 47.4, 8.5),
    place(
        "eu-north-1",
        "Europe (Stockholm)",
        "Stockholm",
        false,
        59.3,
        18.1,
    ),
    place("eu-south-1", "Europe (Milan)", "Milan", true, 45.5, 9.2),
    place("eu-south-2", "Europe (Spain)", "Spain", true, 41.6, -0.9),
    place(
        "il-central-1",
        "Israel (Tel Aviv)",
        "Tel Aviv",
        true,
        32.1,
        34.8,
    ),
    place(
        "me-south-1",
        "Middle East (Bahrain)",
        "Bahrain",
        true,
        26.1,
        50.6,
    ),
    place("me-central-1", "Middle East (UAE)", "UAE", true, 25.2, 55.3),
    place(
        "af-south-1",
        "Africa (Cape Town)",
        "Cape Town",
        true,
        -33.9,
        18.4,
    ),
    place(
        "ap-south-1",
        "Asia Pacific (Mumbai)",
        "Mumbai",
        false,
        19.1,
        72.9,
    ),
    place(
        "ap-south-2",
        "Asia Pacific (Hyderabad)",
        "Hyderabad",
        true,
        17.4,
        78.5,
    ),
    place(
        "ap-southeast-1",
        "Asia Pacific (Singapore)",
        "Singapore",
        false,
        1.3,
        103.8,
    ),
    place(
        "ap-southeast-2",
        "Asia Pacific (Sydney)",
        "Sydney",
        false,
        -33.9,
        151.2,
    ),
    place(
        "ap-southeast-3",
        "Asia Pacific (Jakarta)",
        "Jakarta",
        true,
        -6.2,
        106.8,
    ),
    place(
        "ap-southeast-4",
        "Asia Pacific (Melbourne)",
        "Melbourne",
        true,
        -37.8,
        145.0,
    ),
    place(
        "ap-southeast-5",
        "Asia Pacific (Malaysia)",
        "Malaysia",
        true,
        3.1,
        101.7,
    ),
    place(
        "ap-southeast-6",
        "Asia Pacific (New Zealand)",
        "New Zealand",
        true,
        -36.8,
        174.8,
    ),
    place(
        "ap-southeast-7",
        "Asia Pacific (Thailand)",
        "Thailand",
        true,
        13.8,
        100.5,
    ),
    place(
        "ap-northeast-1",
        "Asia Pacific (Tokyo)",
        "Tokyo",
        false,
        35.7,
        139.7,
    ),
    place(
        "ap-northeast-2",
        "Asia Pacific (Seoul)",
        "Seoul",
        false,
        37.6,
        127.0,
    ),
    place(
        "ap-northeast-3",
        "Asia Pacific (Osaka)",
        "Osaka",
        false,
        34.7,
        135.5,
    ),
    place(
        "ap-east-1",
        "Asia Pacific (Hong Kong)",
        "Hong Kong",
        true,
        22.3,
        114.2,
    ),
    place(
        "ap-east-2",
        "Asia Pacific (Taipei)",
        "Taipei",
        true,
        25.0,
        121.5,
    ),
    place(
        "cn-north-1",
        "China (Beijing)",
        "Beijing",
        false,
        39.9,
        116.4,
    ),
    place(
        "cn-northwest-1",
        "China (Ningxia)",
        "Ningxia",
        false,
        37.5,
        105.2,
    ),
    place(
        "us-gov-west-1",
        "AWS GovCloud (US-West)",
        "US-West",
        false,
        45.8,
        -119.7,
    ),
    place(
        "us-gov-east-1",
        "AWS GovCloud (US-East)",
        "US-East",
        false,
        40.0,
        -83.0,
    ),
    place(
        "eusc-de-east-1",
        "AWS European Sovereign Cloud (Germany)",
        "Brandenburg",
        false,
        52.4,
        13.1,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_partitions_regions_have_a_place_and_only_commercial_ones_are_offered() {
        for code in [
            "cn-north-1",
            "cn-northwest-1",
            "us-gov-west-1",
            "us-gov-east-1",
            "eusc-de-east-1",
        ] {
            let region = Region::new(code).unwrap();
            assert!(region.place().is_some(), "{code}");
            assert!(Region::all().all(|one| one != region), "{code}");
        }
    }

    #[test]
    fn region_codes_are_checked() {
        for good in ["eu-west-1", "us-gov-west-1", "ap-southeast-7"] {
            assert!(Region::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "eu-west",
            "EU-WEST-1",
            "eu-west-x",
            "eu--1",
            "eu west-1",
            "\u{1b}[31m-a-1",
        ] {
            assert!(Region::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn every_generally_available_region_is_known() {
        assert_eq!(Region::all().count(), 34);
        assert!(Region::all().all(|region| region.place().is_some()));
    }
}
