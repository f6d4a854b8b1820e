//! Pictures of a drawn buffer: one walk turns cells into shapes, two back ends (SVG and PNG) draw
//! those, and plain text needs none.
//!
//! Fonts lack braille and draw boxes with gaps, so lines, blocks, braille and the verdicts' marks
//! become shapes on the cells' grid; only letters are text.

mod boxes;
mod png;
mod shapes;
mod svg;

use ratatui::buffer::Buffer;

pub use self::png::PngError;
pub use shapes::{Look, Picture};

/// The buffer's characters, a line a row, without trailing blanks.
pub fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width.max(1));
    let mut lines = String::new();
    for row in buffer.content.chunks(width) {
        let mut line = String::new();
        let mut skip = 0;
        for cell in row {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            line.push_str(cell.symbol());
            skip = super::freshness::cells(cell.symbol()).saturating_sub(1);
        }
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    lines
}
