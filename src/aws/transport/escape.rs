//! Percent-encoding as AWS's protocols take it: every octet that is not unreserved (RFC 3986 §2.3) is escaped.

/// `text` as one segment of a path, or as one name or value of a query or form.
pub(crate) fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// `pairs` as a query or `application/x-www-form-urlencoded`.
pub(crate) fn form<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = pairs
        .into_iter()
        .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)));
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_escapes_what_is_not_unreserved() {
        assert_eq!(
            form([("A b", "arn:aws:iam::1:role/é*")]),
            "A%20b=arn%3Aaws%3Aiam%3A%3A1%3Arole%2F%C3%A9%2A"
        );
    }
}
