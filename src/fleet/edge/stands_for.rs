//! Which Region a record stands for. Only a latency policy names one; of the others, the names that the record leads
//! to and its identifier tell.

use super::{GroupMember, RoutingRecord};
use crate::{FailoverRole, Region, Routing};

impl RoutingRecord {
    /// Whether it stands for `region`.
    pub fn is_of(&self, region: &Region) -> bool {
        self.region.as_ref() == Some(region)
    }

    /// What to call it: its Region, or its identifier where that is not known.
    pub fn whose(&self) -> &str {
        let region = self.region.as_ref().map(Region::as_str);
        region.unwrap_or(&self.set_identifier)
    }

    /// Which clients it is for, and whether a failover pair answers them: `Europe, failover`.
    pub fn routed_words(&self) -> String {
        match self.primary() {
            Some(_) => format!("{}, failover", self.routing),
            None => self.routing.to_string(),
        }
    }

    /// The primary of the failover pair that it is an alias to.
    pub fn primary(&self) -> Option<&GroupMember> {
        let is = |one: &&GroupMember| one.routing == Routing::Failover(FailoverRole::Primary);
        self.group.iter().find(is)
    }

    /// Whether it leads to a weighted group in which its Region's own member has the weight 0, and another has one.
    pub fn is_given_away(&self) -> bool {
        let own = |one: &GroupMember| {
            let region = self.region.as_ref().map(Region::as_str);
            region == Some(one.set_identifier.as_str()) || one.told_region() == self.region
        };
        let mut group = self.group.iter();
        let (mut given, mut kept) = (false, false);
        for one in &mut group {
            let weighs = one.routing.weight() > Some(0);
            given |= weighs && !own(one);
            kept |= own(one) && (weighs || one.routing.weight().is_none());
        }
        given && !kept && self.region.is_some()
    }

    /// The Region of its policy, or else the one that its names tell. None where they tell of two.
    pub fn told_region(&self) -> Option<Region> {
        if let Routing::Latency(region) = &self.routing {
            return Some(region.clone());
        }
        let behind = match self.primary() {
            Some(primary) => primary.told_region(),
            None => None,
        };
        behind.or_else(|| told(&self.set_identifier, &self.target))
    }
}

impl GroupMember {
    /// The Region that its names tell of.
    pub fn told_region(&self) -> Option<Region> {
        told(&self.set_identifier, &self.target)
    }
}

/// The one Region that an identifier and a name tell of.
fn told(set_identifier: &str, target: &str) -> Option<Region> {
    let by_name = target.split('.').find_map(as_region);
    let by_identifier = within(set_identifier);
    match (by_name, by_identifier) {
        (Some(name), Some(identifier)) => (name == identifier).then_some(name),
        (name, identifier) => name.or(identifier),
    }
}

/// The Region that `text` contains as whole words, as in `orders-eu-west-1`.
fn within(text: &str) -> Option<Region> {
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    // `us-gov-west-1` has four words; the shorter code is not in it.
    let mut codes = [3, 4]
        .into_iter()
        .flat_map(|many| words.windows(many))
        .filter_map(|some| as_region(&some.join("-")));
    let first = codes.next()?;
    codes.all(|other| other == first).then_some(first)
}

/// `code` as a Region, where it has the form of one: Region-like names that people invent do not count.
fn as_region(code: &str) -> Option<Region> {
    const AREAS: [&str; 11] = [
        "af", "ap", "ca", "cn", "eu", "eusc", "il", "me", "mx", "sa", "us",
    ];
    const SIDES: [&str; 9] = [
        "north",
        "northeast",
        "east",
        "southeast",
        "south",
        "southwest",
        "west",
        "northwest",
        "central",
    ];
    let words: Vec<&str> = code.split('-').collect();
    let well_formed = match words.as_slice() {
        [area, side, _] => AREAS.contains(area) && SIDES.contains(side),
        [area, part, side, _] => {
            AREAS.contains(area) && ["gov", "de"].contains(part) && SIDES.contains(side)
        }
        _ => false,
    };
    well_formed.then(|| Region::new(code).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(set_identifier: &str, target: &str) -> Option<String> {
        told(set_identifier, target).map(|region| region.to_string())
    }

    #[test]
    fn names_and_identifiers_tell_of_a_region_and_inventions_do_not() {
        let regional = "d-abc.execute-api.eu-west-1.amazonaws.com";
        for (identifier, target, expected) in [
            ("a", regional, Some("eu-west-1")),
            ("eu-west-1", "eu.api.example.com", Some("eu-west-1")),
            (
                "orders-EU-WEST-1-blue",
                "eu.api.example.com",
                Some("eu-west-1"),
            ),
            ("x", "us-gov-west-1.api.example.com", Some("us-gov-west-1")),
            (
                "x",
                "eusc-de-east-1.api.example.com",
                Some("eusc-de-east-1"),
            ),
            ("us-gov-west-1", "a.example.com", Some("us-gov-west-1")),
            // Two Regions: nobody can tell.
            ("us-east-1", regional, None),
            ("eu-west-1-to-us-east-1", "a.example.com", None),
            // No Region's code.
            ("us-blue-1", "a.example.com", None),
            ("primary", "d111111abcdef8.cloudfront.net", None),
        ] {
            assert_eq!(
                code(identifier, target).as_deref(),
                expected,
                "{identifier} {target}"
            );
        }
    }
}
