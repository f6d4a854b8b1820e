//! Putting text into a buffer: cut with an ellipsis where it must be, never outside its place,
//! and harmless whatever it holds.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::known::{Shown, cells};
use crate::fleet::clean_line;

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
    let kept = cut(&safe, width.saturating_sub(1));
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

/// Text in exactly `width` cells: filled up with blanks, or cut with an ellipsis.
pub fn fitted(text: &str, width: usize) -> String {
    let text = safe(text);
    let taken = cells(&text);
    if taken > width {
        format!("{}…", cut(&text, width.saturating_sub(1)))
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
    for word in string.split_whitespace() {
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
        assert!(wrap("one", 0, 2).is_empty());
    }
}
