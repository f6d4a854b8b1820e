//! Figures in sentences.

use jiff::SignedDuration;

pub use gwctl_fleet::span::span;

/// As [`span`], of seconds.
pub fn seconds(s: u64) -> String {
    span(SignedDuration::from_secs(
        i64::try_from(s).unwrap_or(i64::MAX),
    ))
}

/// `840 ms`, `12.3 s`.
pub fn millis(ms: f64) -> String {
    if ms < 10_000.0 {
        format!("{ms:.0} ms")
    } else {
        format!("{:.1} s", ms / 1_000.0)
    }
}

/// `840 B`, `1.2 MB`.
pub fn bytes(n: i64) -> String {
    let n = n.max(0) as f64;
    match n {
        n if n < 1e3 => format!("{n:.0} B"),
        n if n < 1e6 => format!("{:.1} kB", n / 1e3),
        n => format!("{:.1} MB", n / 1e6),
    }
}

/// `310`, `12,400`.
pub fn count(n: f64) -> String {
    let digits = format!("{:.0}", n.max(0.0));
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_people_write_them() {
        assert_eq!(seconds(41), "41 s");
        assert_eq!(seconds(125), "2 min 5 s");
        assert_eq!(seconds(3_780), "1 h 3 min");
        assert_eq!(millis(840.4), "840 ms");
        assert_eq!(millis(12_340.0), "12.3 s");
        assert_eq!(count(1_234_567.2), "1,234,567");
        assert_eq!(count(310.0), "310");
        assert_eq!([bytes(840), bytes(1_234_567)], ["840 B", "1.2 MB"]);
    }
}
