//! Putting text into a buffer: cut with an ellipsis where it must be, never outside its place,
//! and harmless whatever it holds.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::freshness::{Shown, cells};
use gwctl_fleet::clean_line;

/// What may be drawn of `text`. Adapters clean what they read; this is the second lock.
pub fn safe(text: &str) -> Cow<'_, str> {
    let harmless = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    if harmless || !text.chars().any(is_suspect) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(clean_line(text))
    }
}

fn is_suspect(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..)
}

/// Text from `x`, in at most `width` cells. Says how many it took.
pub fn text(
    buf: &mut Buffer,
    x: u16,
    y: u16,
    width: u16,
    text: &str,
    style: impl Into<Style>,
) -> u16 {
    let area = buf.area;
    if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() || width == 0 {
        return 0;
    }
    let width = usize::from(width.min(area.right() - x));
    let safe = safe(text);
    let style = style.into();
    if cells(&safe) <= width {
        return buf.set_stringn(x, y, &safe, width, style).0 - x;
    }
    let kept = cut_before_number(&safe, width.saturating_sub(1));
    let (end, _) = buf.set_stringn(x, y, kept, width, style);
    let (end, _) = buf.set_stringn(end, y, "…", 1, style);
    end - x
}

/// As much of `text` as `width` cells hold.
pub fn cut(text: &str, width: usize) -> &str {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used > width {
            return &text[..at];
        }
    }
    text
}

/// As [`cut`], but never within a number or between it and its unit: half of one is another number.
fn cut_before_number(text: &str, width: usize) -> &str {
    let kept = cut(text, width);
    let mut words = words(text).peekable();
    while let Some((begin, end)) = words.next() {
        let unit = words.peek().filter(|(from, to)| is_unit(&text[*from..*to]));
        let end = unit.map_or(end, |(_, end)| *end);
        if begin < kept.len() && kept.len() < end && is_number(&text[begin..end]) {
            let before = text[..begin].trim_end();
            // A cell that is nothing but a number has nothing else to show.
            return if before.is_empty() { kept } else { before };
        }
    }
    kept
}

/// Where each word begins and ends, in bytes.
fn words(text: &str) -> impl Iterator<Item = (usize, usize)> {
    text.split_whitespace().map(|word| {
        let begin = word.as_ptr() as usize - text.as_ptr() as usize;
        (
            begin,
            begin + word.trim_end_matches([',', ';', '.', ')']).len(),
        )
    })
}

/// `-1,234.5`, `(12`, `45s`, `1.2k/s`; but no name with digits in it.
fn is_number(word: &str) -> bool {
    let word = word.trim_start_matches(['(', '+', '-', '<', '>', '$', '?']);
    let digits = word.split_whitespace().next().unwrap_or_default();
    let unit = digits.trim_start_matches(|c: char| c.is_ascii_digit() || ".,:".contains(c));
    digits.starts_with(|c: char| c.is_ascii_digit()) && unit.len() <= 3
}

fn is_unit(word: &str) -> bool {
    const UNITS: [&str; 12] = [
        "%", "ms", "µs", "s", "min", "h", "d", "days", "B", "kB", "MB", "GB",
    ];
    UNITS.contains(&word)
}

/// Text in exactly `width` cells: filled up with blanks, or cut with an ellipsis.
pub fn fitted(text: &str, width: usize) -> String {
    let text = safe(text);
    let taken = cells(&text);
    if taken > width {
        let kept = cut_before_number(&text, width.saturating_sub(1));
        format!(
            "{kept}…{}",
            " ".repeat(width.saturating_sub(cells(kept) + 1))
        )
    } else {
        format!("{text}{}", " ".repeat(width - taken))
    }
}

/// Text that ends at the right edge of its `width` cells.
pub fn right(buf: &mut Buffer, x: u16, y: u16, width: u16, string: &str, style: impl Into<Style>) {
    let taken = cells(string).min(usize::from(width)) as u16;
    text(buf, x + width - taken, y, taken, string, style);
}

/// A figure, right-aligned.
pub fn figure(buf: &mut Buffer, area: Rect, shown: &Shown) {
    right(
        buf,
        area.x,
        area.y,
        area.width,
        shown.fitting(area.width),
        shown.style,
    );
}

/// A line of spans from `x`; what does not fit is cut with an ellipsis. Says how many cells it took.
pub fn line(buf: &mut Buffer, x: u16, y: u16, width: u16, line: &Line<'_>) -> u16 {
    let mut used = 0;
    for span in &line.spans {
        let left = width.saturating_sub(used);
        if left == 0 {
            break;
        }
        used += text(
            buf,
            x + used,
            y,
            left,
            &span.content,
            line.style.patch(span.style),
        );
    }
    used
}

/// Words broken into lines of at most `width` cells; at most `most` lines, the last one cut.
pub fn wrap(string: &str, width: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if width == 0 || most == 0 {
        return lines;
    }
    let mut open = String::new();
    for word in unbroken(string, width).flat_map(|word| pieces(word, width)) {
        let needed = cells(&open) + usize::from(!open.is_empty()) + cells(word);
        if needed > width && !open.is_empty() {
            if lines.len() + 1 == most {
                // The rest goes into the last line, where drawing cuts it.
                open.push(' ');
                open.push_str(word);
                continue;
            }
            lines.push(std::mem::take(&mut open));
        } else if !open.is_empty() {
            open.push(' ');
        }
        open.push_str(word);
    }
    if !open.is_empty() {
        lines.push(open);
    }
    lines
}

/// The words of `string`, a number together with its unit where `width` cells hold both.
fn unbroken(string: &str, width: usize) -> impl Iterator<Item = &str> {
    let whole = move |begin: usize, last: usize| {
        let rest = &string[last..];
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        &string[begin..last + end]
    };
    let mut words = words(string).peekable();
    std::iter::from_fn(move || {
        let (begin, end) = words.next()?;
        let number = is_number(&string[begin..end]);
        let unit = words.next_if(|(from, to)| {
            number && is_unit(&string[*from..*to]) && cells(whole(begin, *from)) <= width
        });
        Some(whole(begin, unit.map_or(begin, |(from, _)| from)))
    })
}

/// A word that no line holds, such as the name of a host, in pieces that lines hold.
fn pieces(word: &str, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let piece = Some(cut(rest, width)).filter(|piece| !piece.is_empty());
        let piece = piece.unwrap_or(rest);
        rest = &rest[piece.len()..];
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_with_an_ellipsis_and_never_leaves_its_place() {
        let mut buf = Buffer::empty(Rect::new(0, 0, 10, 1));
        assert_eq!(text(&mut buf, 2, 0, 4, "abcdef", Style::new()), 4);
        assert_eq!(text(&mut buf, 8, 0, 9, "xyz", Style::new()), 2);
        assert_eq!(text(&mut buf, 12, 0, 9, "no", Style::new()), 0);
        assert_eq!(text(&mut buf, 0, 3, 9, "no", Style::new()), 0);
        assert_eq!(buf, Buffer::with_lines(["  abc…  x…"]));
    }

    #[test]
    fn a_number_is_never_cut_nor_parted_from_its_unit() {
        let shown = |text: &str, width| fitted(text, width).trim_end().to_owned();
        assert_eq!(
            shown("limit 1000, unreserved 900", 25),
            "limit 1000, unreserved…"
        );
        assert_eq!(shown("limit 1000, unreserved 900", 9), "limit…");
        assert_eq!(shown("lag 45 s, critical", 7), "lag…");
        assert_eq!(shown("lag 45 s, critical", 12), "lag 45 s, c…");
        assert_eq!(shown("ap-southeast-1.api", 16), "ap-southeast-1.…");
        assert_eq!(fitted("limit 1000", 9).len(), "limit…   ".len());
    }

    #[test]
    fn a_line_does_not_end_between_a_number_and_its_unit() {
        assert_eq!(
            wrap("orders-write errors 87.1 %, critical limit 20 %", 24, 9),
            ["orders-write errors", "87.1 %, critical limit", "20 %"]
        );
        assert_eq!(
            wrap("(12 ms) and 3 more", 6, 9),
            ["(12", "ms)", "and 3", "more"]
        );
        assert_eq!(wrap("took 12 ms", 3, 9), ["too", "k", "12", "ms"]);
    }

    #[test]
    fn escapes_are_taken_out_once_more() {
        assert_eq!(safe("a\u{1b}[31mb"), "a[31mb");
        assert_eq!(safe("a\u{202e}b"), "ab");
        assert_eq!(safe("größe"), "größe");
    }

    #[test]
    fn long_sentences_wrap_and_the_last_line_holds_the_rest() {
        assert_eq!(
            wrap("one two three four", 8, 3),
            ["one two", "three", "four"]
        );
        assert_eq!(wrap("one two three four", 8, 2), ["one two", "three four"]);
        assert_eq!(
            wrap("to us-east-1.example.com", 10, 4),
            ["to", "us-east-1.", "example.co", "m"]
        );
        assert!(wrap("one", 0, 2).is_empty());
    }
}
