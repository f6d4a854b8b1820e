//! What a question to Logs Insights costs: AWS charges for each byte that is scanned, whether it matches or not
//! (aws-facts §13.1).

use jiff::{SignedDuration, Timestamp};

use crate::format;

/// US dollars for a gigabyte, the list price of us-east-1 from secondary sources (aws-facts §13.1).
const DOLLARS_PER_GB: f64 = 0.005;
/// Bytes of a gigabyte: the smaller of the two, so that no price is told too low.
const GB: f64 = 1e9;

/// What AWS says it stores of a log group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoredGroup {
    pub bytes: Option<u64>,
    pub created: Option<Timestamp>,
    /// None: for ever.
    pub kept_days: Option<u32>,
}

impl StoredGroup {
    /// Bytes that were written from `since` until `until`, if the group is written to evenly; none where AWS does not
    /// tell how much it stores. Where it does not tell since when, all of it.
    pub fn expected(&self, since: Timestamp, until: Timestamp, now: Timestamp) -> Option<u64> {
        let bytes = self.bytes?;
        let kept = self
            .kept_days
            .map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let oldest = kept.and_then(|kept| now.checked_sub(kept).ok());
        let Some(begin) = self.created.max(oldest) else {
            return Some(bytes);
        };
        let whole = now.duration_since(begin).as_secs_f64();
        let asked = until
            .min(now)
            .duration_since(since.max(begin))
            .as_secs_f64();
        let share = if whole > 0.0 {
            (asked / whole).clamp(0.0, 1.0)
        } else {
            1.0
        };
        Some((bytes as f64 * share).ceil() as u64)
    }
}

/// US dollars for scanning `bytes`.
pub fn scan_dollars(bytes: u64) -> f64 {
    bytes as f64 / GB * DOLLARS_PER_GB
}

/// `1.2 GB, $0.01`: bytes, and what scanning them costs.
pub fn scan_price(bytes: u64) -> String {
    format!("{}, {}", scanned(bytes), dollars(scan_dollars(bytes)))
}

/// `1.2 GB`.
pub fn scanned(bytes: u64) -> String {
    let bytes = bytes as f64;
    let (figure, unit) = match bytes {
        few if few < 1e3 => (few, "B"),
        few if few < 1e6 => (few / 1e3, "kB"),
        few if few < 1e9 => (few / 1e6, "MB"),
        few if few < 1e12 => (few / 1e9, "GB"),
        many => (many / 1e12, "TB"),
    };
    if figure < 9.95 && unit != "B" {
        format!("{figure:.1} {unit}")
    } else {
        format!("{} {unit}", format::count(figure))
    }
}

/// `$0.01`, `less than $0.01`.
fn dollars(sum: f64) -> String {
    if sum < 0.01 {
        "less than $0.01".into()
    } else {
        format!("${sum:.2}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + hours * 3_600).unwrap()
    }

    #[test]
    fn the_window_takes_its_share_of_what_is_kept() {
        let group = |created, kept_days| StoredGroup {
            bytes: Some(1_000),
            created,
            kept_days,
        };
        let day = |group: StoredGroup| group.expected(at(-24), at(0), at(0));
        assert_eq!(day(group(Some(at(-240)), None)), Some(100));
        assert_eq!(
            day(group(Some(at(-240)), Some(5))),
            Some(200),
            "5 days are kept"
        );
        assert_eq!(
            day(group(Some(at(-12)), None)),
            Some(1_000),
            "younger than the window"
        );
        assert_eq!(
            day(group(None, None)),
            Some(1_000),
            "since when is not known"
        );
        assert_eq!(
            group(Some(at(0)), None).expected(at(-24), at(0), at(0)),
            Some(1_000)
        );
        let silent = StoredGroup {
            bytes: None,
            ..group(None, None)
        };
        assert_eq!(day(silent), None);
    }

    #[test]
    fn a_price_is_told_with_its_unit_and_never_as_nothing() {
        assert_eq!(scan_price(0), "0 B, less than $0.01");
        assert_eq!(scan_price(1_230_000_000), "1.2 GB, less than $0.01");
        assert_eq!(scan_price(84_000_000_000), "84 GB, $0.42");
        assert_eq!(scanned(12_345_678), "12 MB");
    }
}
