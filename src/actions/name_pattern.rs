//! Which fleets are meant: names with `*` and `?`, several of them parted by commas.

/// Whether `name` is one of those that `patterns` mean.
pub fn means(patterns: &str, name: &str) -> bool {
    let mut each = patterns.split(',').map(str::trim);
    each.any(|pattern| matches(pattern.as_bytes(), name.as_bytes()))
}

/// `*` stands for any letters or none, `?` for one.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((b'*', after)), Some((_, rest))) => matches(after, name) || matches(pattern, rest),
        (Some((b'*', after)), None) => matches(after, name),
        (Some((b'?', after)), Some((_, rest))) => matches(after, rest),
        (Some((wanted, after)), Some((byte, rest))) => wanted == byte && matches(after, rest),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_whole_names() {
        for (patterns, name, meant) in [
            ("*", "orders", true),
            ("shop-*", "shop-eu", true),
            ("shop-*", "workshop-eu", false),
            ("shop-?", "shop-eu", false),
            ("orders, shop-*", "orders", true),
            ("*-eu", "shop-eu", true),
            ("order", "orders", false),
            ("", "orders", false),
        ] {
            assert_eq!(means(patterns, name), meant, "{patterns} {name}");
        }
    }
}
