//! What RDS can be ordered in a Region.

use serde::{Deserialize, Serialize};

/// One engine version with one instance class (`DescribeOrderableDBInstanceOptions`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// `16.9`, `8.0.mysql_aurora.3.08.0`.
    pub version: String,
    /// Availability zones in which the class is offered, by name and in order.
    pub zones: Vec<String>,
    /// Whether a cluster of it may be a member of a global database.
    pub global: bool,
}

impl Offer {
    /// The numbers of a version in order: versions compare by them, `16.10` after `16.9`.
    pub fn numbers(version: &str) -> Vec<u32> {
        let words = version.split(|c: char| !c.is_ascii_digit());
        words.filter_map(|word| word.parse().ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Offer;

    #[test]
    fn versions_compare_by_number_and_not_by_letter() {
        assert!(Offer::numbers("16.10") > Offer::numbers("16.9"));
        let mysql = |minor: &str| Offer::numbers(&format!("8.0.mysql_aurora.3.{minor}"));
        assert!(mysql("10.1") > mysql("8.2"));
    }
}
