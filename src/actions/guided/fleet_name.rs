//! What a fleet may be called, where gwctl builds it.

use crate::Refused;

/// The templates make names of AWS things from the fleet's.
pub(super) fn fits(fleet: &str) -> Result<(), Refused> {
    let word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    let good = fleet.len() <= 32
        && fleet.starts_with(|first: char| first.is_ascii_lowercase())
        && fleet.split('-').all(word);
    if good {
        return Ok(());
    }
    Err(Refused::new(format!(
        "`{fleet}` cannot name stacks and clusters: at most 32 lower-case letters, digits and single hyphens, a letter first"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_that_cannot_name_a_cluster_is_refused() {
        assert!(fits("orders-2").is_ok());
        for bad in ["Orders", "2orders", "orders--x", "orders-", ""] {
            assert!(fits(bad).is_err(), "{bad}");
        }
    }
}
