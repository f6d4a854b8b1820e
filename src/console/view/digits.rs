//! Digits three cells high: a clock that is read from across the room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::paint;

/// Rows of `0` to `9` and the colon, out of half blocks.
const ROWS: [[&str; 11]; 3] = [
    [
        "█▀█",
        "▀█ ",
        "▀▀█",
        "▀▀█",
        "█ █",
        "█▀▀",
        "█▀▀",
        "▀▀█",
        "█▀█",
        "█▀█",
        "▄",
    ],
    [
        "█ █",
        " █ ",
        "█▀▀",
        " ▀█",
        "▀▀█",
        "▀▀█",
        "█▀█",
        "  █",
        "█▀█",
        "▀▀█",
        " ",
    ],
    [
        "▀▀▀",
        "▀▀▀",
        "▀▀▀",
        "▀▀▀",
        "  ▀",
        "▀▀▀",
        "▀▀▀",
        "  ▀",
        "▀▀▀",
        "▀▀▀",
        "▀",
    ],
];

/// Right-aligned in `area`, three rows; in seven bits, plain.
pub fn draw(buf: &mut Buffer, area: Rect, text: &str, ascii: bool, style: Style) {
    if ascii {
        paint::right(buf, area.x, area.y + 1, area.width, text, style);
        return;
    }
    for (row, glyphs) in ROWS.iter().enumerate() {
        let line: Vec<&str> = text
            .chars()
            .map(|c| c.to_digit(10).map_or(glyphs[10], |d| glyphs[d as usize]))
            .collect();
        let line = line.join(" ");
        paint::right(buf, area.x, area.y + row as u16, area.width, &line, style);
    }
}
