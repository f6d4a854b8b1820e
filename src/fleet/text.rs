//! Strings from AWS are untrusted: nothing they hold may steer a terminal or a log.

/// `text` without control characters, escape sequences and invisible direction marks, on one line.
///
/// Whatever an escape sequence would have done is gone; its printable rest stays visible, so that
/// tampering is seen rather than hidden.
pub fn clean_line(text: &str) -> String {
    text.chars().filter_map(harmless).collect()
}

/// As [`clean_line`], and no longer than `limit` characters; what is cut ends in `…`.
pub fn clean(text: &str, limit: usize) -> String {
    let plain = |b: u8| is_printable(b) || matches!(b, b'\t' | b'\n' | b'\r');
    if text.len() <= limit && text.bytes().all(plain) {
        return text.replace(['\t', '\n', '\r'], " ");
    }
    let mut kept: String = text.chars().filter_map(harmless).take(limit + 1).collect();
    if kept.chars().count() > limit {
        kept = kept.chars().take(limit.saturating_sub(1)).collect();
        kept.push('…');
    }
    kept
}

/// As [`clean`], with its lines and tabs kept, and without a mark where it is cut.
pub(crate) fn clean_lines(text: &str, limit: usize) -> String {
    let plain = |b: u8| is_printable(b) || matches!(b, b'\n' | b'\t');
    if text.len() <= limit && text.bytes().all(plain) {
        return text.to_owned();
    }
    let kept = |c: char| match c {
        '\n' | '\t' => Some(c),
        '\r' => None,
        c => harmless(c),
    };
    text.chars().filter_map(kept).take(limit).collect()
}

/// As [`clean_line`], with nothing in it that markdown would take for its own.
pub fn clean_markdown(text: &str) -> String {
    let mut plain = String::new();
    for c in clean_line(text).chars() {
        if matches!(
            c,
            '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '\\' | '#' | '~'
        ) {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// Whether a byte is a character that shows: most text holds nothing else, and a million lines come by here.
const fn is_printable(byte: u8) -> bool {
    matches!(byte, 0x20..0x7f)
}

fn harmless(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' => Some(' '),
        c if c.is_control() => None,
        // Bidirectional overrides, zero-width and tag characters.
        '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => None,
        c => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_cell() {
        assert_eq!(
            clean_markdown("a|b\n<script> *x*"),
            "a\\|b \\<script\\> \\*x\\*"
        );
    }

    #[test]
    fn escapes_and_direction_marks_do_not_survive() {
        assert_eq!(clean_line("a\x1b[31mred\x07\u{202e}b\nc"), "a[31mredb c");
        assert_eq!(clean("abcdef", 4), "abc…");
        assert_eq!(clean("abcd", 4), "abcd");
    }
}
