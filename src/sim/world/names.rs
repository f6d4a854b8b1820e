//! Names and identifiers as AWS would have made them, from the seed.

use gwctl_fleet::Region;

use super::rng::hash;

/// The account of the demo.
pub const ACCOUNT: &str = "123456789012";
/// The fleet's name.
pub const FLEET: &str = "orders";
/// The name clients use.
pub const DOMAIN: &str = "api.orders.example.com";
/// The functions behind the API of a founded fleet: one reads, one writes.
pub const FUNCTIONS: [&str; 2] = ["orders-read", "orders-write"];
pub const DISTRIBUTION: &str = "E2ORDERS0EDGE1";
/// The hosted zone.
pub const ZONE: &str = "Z0ORDERS0EXAMPLE1";
/// The hosted zone's name, with the final dot.
pub const ZONE_NAME: &str = "orders.example.com.";
/// What the router asks DNS for.
pub const LATENCY_RECORD: &str = "latency.orders.example.com";
/// The Lambda@Edge function.
pub const ROUTER: &str = "orders-router";
/// Namespace of the evacuation switches' metric.
pub const SWITCH_NAMESPACE: &str = "Orders/Evacuation";
/// The evacuation switches' metric, with the dimension `Region`: 1 evacuates.
pub const SWITCH_METRIC: &str = "Evacuate";
/// The distribution's own name.
pub const DISTRIBUTION_DOMAIN: &str = "d2orders0edge1.cloudfront.net";

/// `use1`, `euw1`, `apse1` …
pub fn short(region: &Region) -> String {
    let mut parts = region.as_str().split('-');
    let area = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let (number, words) = rest
        .split_last()
        .map_or(("", &[][..]), |(n, words)| (*n, words));
    let compass: String = words
        .iter()
        .map(|word| match *word {
            "northeast" => "ne",
            "southeast" => "se",
            "northwest" => "nw",
            "southwest" => "sw",
            word => &word[..word.len().min(1)],
        })
        .collect();
    format!("{area}{compass}{number}")
}

/// The parameter group of a member cluster: named for what it sets, as nothing of the fleet is.
pub const PARAMETER_GROUP: &str = "apg16-tuned-v3";

/// The secret with the password that the functions use.
pub fn secret(region: &Region) -> String {
    format!("arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:prod/checkout-db-AbCdEf")
}

/// The security group of `what` in a Region.
pub fn security_group(seed: u64, what: &str, region: &Region) -> String {
    format!("sg-{}", token(seed, &format!("{what} {region}"), 17))
}

/// The security groups of a function; Lambda@Edge runs in no VPC.
pub fn groups_of(seed: u64, function: &str, region: &Region) -> Vec<String> {
    let in_vpc = function != ROUTER;
    let group = in_vpc.then(|| security_group(seed, "functions", region));
    group.into_iter().collect()
}

/// The Regional custom domain name.
pub fn endpoint(region: &Region) -> String {
    format!("{region}.{DOMAIN}")
}

/// A member cluster's identifier.
pub fn cluster(region: &Region) -> String {
    format!("{FLEET}-{}", short(region))
}

/// `length` lower-case letters and digits.
pub fn token(seed: u64, what: &str, length: usize) -> String {
    spell(seed, what, length, b"abcdefghijklmnopqrstuvwxyz0123456789")
}

/// `length` upper-case letters and digits.
pub fn upper_token(seed: u64, what: &str, length: usize) -> String {
    spell(seed, what, length, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
}

pub fn uuid(seed: u64, what: &str) -> String {
    let hex = spell(seed, what, 32, b"0123456789abcdef");
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..]
    )
}

fn spell(seed: u64, what: &str, length: usize, alphabet: &[u8]) -> String {
    let mut bits = hash(seed, what);
    (0..length)
        .map(|_| {
            bits = bits
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(alphabet[(bits >> 33) as usize % alphabet.len()])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_region_has_a_short_name_of_its_own() {
        let shorts: BTreeSet<String> = Region::all().map(|region| short(&region)).collect();
        assert_eq!(shorts.len(), Region::all().count());
        for (code, name) in [
            ("us-east-1", "use1"),
            ("eu-west-1", "euw1"),
            ("ap-southeast-1", "apse1"),
        ] {
            assert!(
                Region::new(code).is_ok_and(|region| short(&region) == name),
                "{code}"
            );
        }
    }

    #[test]
    fn uuids_have_their_shape() {
        let id = uuid(3, "check");
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
    }
}
