//! What differs between two lines that say the same: ids, numbers, addresses, times.

use super::line::is_uuid;
use crate::Region;

/// `text` with ids, numbers, addresses and times replaced by what they are. Names of Regions stay.
pub fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !is_inside(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        // Most words hold nothing that differs.
        if word.bytes().any(|b| b.is_ascii_digit() || b == b'@') {
            // A sentence's own marks are no part of a word.
            let bare = word.trim_end_matches(['.', ':', '-']);
            push(&mut out, bare);
            out.push_str(&word[bare.len()..]);
        } else {
            out.push_str(word);
        }
        let end = after.find(is_inside).unwrap_or(after.len());
        let (between, after) = after.split_at(end);
        out.push_str(between);
        rest = after;
    }
    out
}

/// Whether a word may hold it.
fn is_inside(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.' | ':' | '_' | '@')
}

fn push(out: &mut String, word: &str) {
    match whole(word) {
        Some(mask) => out.push_str(mask),
        None => parts(out, word),
    }
}

/// What a whole word is.
fn whole(word: &str) -> Option<&'static str> {
    if !word.bytes().any(|b| b.is_ascii_digit()) {
        return word.contains('@').then_some("<name>");
    }
    if is_uuid(word) || is_trace(word) || is_token(word) {
        return Some("<id>");
    }
    if is_address(word) {
        return Some("<address>");
    }
    if is_time(word) {
        return Some("<time>");
    }
    word.contains('@').then_some("<name>")
}

/// Numbers within a word: `order-17` is `order-<n>`, `12ms` is `<n>ms`, `eu-west-1` stays.
fn parts(out: &mut String, word: &str) {
    if Region::new(word).is_ok_and(|region| region.place().is_some()) {
        return out.push_str(word);
    }
    let mut pieces = word.split_inclusive(['-', '.', ':', '_', '@']);
    let mut in_number = false;
    for piece in &mut pieces {
        let bare = piece.trim_end_matches(['-', '.', ':', '_', '@']);
        let separator = &piece[bare.len()..];
        let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
        let unit = &bare[digits..];
        // `3.00` is one number.
        let fraction = in_number && digits > 0;
        if digits > 0 && unit.bytes().all(|b| b.is_ascii_alphabetic()) && unit.len() <= 3 {
            if fraction {
                out.pop(); // the point
            } else {
                out.push_str("<n>");
            }
            out.push_str(unit);
        } else {
            out.push_str(bare);
        }
        out.push_str(separator);
        in_number = digits > 0 && unit.is_empty() && separator == ".";
    }
}

/// `1-5759e988-bd862e3fe1be46a994272793`: X-Ray's.
fn is_trace(word: &str) -> bool {
    let word = word.strip_prefix("Root=").unwrap_or(word);
    let mut parts = word.split('-');
    let hex = |part: Option<&str>, length: usize| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_hexdigit()))
    };
    parts.next() == Some("1") && hex(parts.next(), 8) && hex(parts.next(), 24)
}

/// A word that nobody chose: eight hexadecimal digits or more, or twenty letters and digits mixed.
fn is_token(word: &str) -> bool {
    let letters = word.bytes().any(|b| b.is_ascii_alphabetic());
    let hex = word.len() >= 8 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let mixed = word.len() >= 20 && word.bytes().all(|b| b.is_ascii_alphanumeric());
    letters && (hex || mixed)
}

/// `10.0.3.17`, with a port or without; `2001:db8::1`.
fn is_address(word: &str) -> bool {
    let host = match word.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => word,
    };
    host.parse::<std::net::Ipv4Addr>().is_ok() || word.parse::<std::net::Ipv6Addr>().is_ok()
}

/// `2026-11-28`, `2026-11-28T10:00:00.562Z`, `10:00:00`.
fn is_time(word: &str) -> bool {
    let shape = |wanted: &[u8]| {
        word.len() >= wanted.len()
            && word.bytes().zip(wanted).all(|(b, want)| match want {
                b'0' => b.is_ascii_digit(),
                want => b == *want,
            })
    };
    shape(b"0000-00-00") || (shape(b"00:00:00") && word.len() < 16)
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_differs_from_line_to_line_is_named_by_what_it_is() {
        for (line, mask) in [
            (
                "connect ECONNREFUSED 10.0.3.17:5432",
                "connect ECONNREFUSED <address>",
            ),
            (
                "order 6bf2d5a1-0000-4000-8000-00000000abcd not found",
                "order <id> not found",
            ),
            (
                "Task timed out after 3.00 seconds",
                "Task timed out after <n> seconds",
            ),
            (
                "took 128.83 ms, 45ms, 3 tries.",
                "took <n> ms, <n>ms, <n> tries.",
            ),
            ("trace 1-5759e988-bd862e3fe1be46a994272793", "trace <id>"),
            (
                "user ana@example.com from 2001:db8::1",
                "user <name> from <address>",
            ),
            (
                "at 2026-11-28T10:00:00.562Z and 10:00:01",
                "at <time> and <time>",
            ),
            ("order-17 in eu-west-1", "order-<n> in eu-west-1"),
            ("index.mjs:12:33", "index.mjs:<n>:<n>"),
            ("sha256 and x86_64 stay", "sha256 and x86_<n> stay"),
            ("commit deadbeef12 of v2", "commit <id> of v2"),
            ("/orders/991/items", "/orders/<n>/items"),
            ("Überfällig: 7 Tage", "Überfällig: <n> Tage"),
            ("", ""),
        ] {
            assert_eq!(masked(line), mask);
        }
    }
}
