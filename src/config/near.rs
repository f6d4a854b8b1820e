//! "Did you mean …": the nearest of a few names.

use strsim::osa_distance;

/// The one of `names` that `word` was probably meant to be; none when nothing is near.
pub fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (word.chars().count() / 3).max(1);
    names
        .into_iter()
        .map(|name| {
            (
                osa_distance(&word.to_lowercase(), &name.to_lowercase()),
                name,
            )
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_finds_its_name_and_a_stranger_does_not() {
        let names = ["distribution", "hosted_zone", "latency_record", "router"];
        assert_eq!(nearest("distibution", names), Some("distribution"));
        assert_eq!(nearest("rotuer", names), Some("router"));
        assert_eq!(nearest("Hosted-Zone", names), Some("hosted_zone"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("", names), None);
    }
}
