//! Cells as a terminal takes them, in few bytes: ratatui's own backend names both colours whenever one changes,
//! and the colour of letters where there are none.

use std::io::{self, Write};

use crossterm::style::{
    Attribute, Print, SetAttribute, SetBackgroundColor, SetForegroundColor, SetUnderlineColor,
};
use crossterm::{cursor, queue};
use ratatui::backend::IntoCrossterm;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// Attributes in the order they are set.
const ATTRIBUTES: [(Modifier, Attribute); 9] = [
    (Modifier::BOLD, Attribute::Bold),
    (Modifier::DIM, Attribute::Dim),
    (Modifier::ITALIC, Attribute::Italic),
    (Modifier::UNDERLINED, Attribute::Underlined),
    (Modifier::SLOW_BLINK, Attribute::SlowBlink),
    (Modifier::RAPID_BLINK, Attribute::RapidBlink),
    (Modifier::REVERSED, Attribute::Reverse),
    (Modifier::HIDDEN, Attribute::Hidden),
    (Modifier::CROSSED_OUT, Attribute::CrossedOut),
];

/// What shows on a blank: its ground, and these.
const ON_BLANKS: Modifier = Modifier::UNDERLINED
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT);

/// What the terminal draws with.
struct Pen {
    fg: Color,
    bg: Color,
    underline: Color,
    modifier: Modifier,
}

impl Pen {
    /// As after a reset.
    const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        underline: Color::Reset,
        modifier: Modifier::empty(),
    };

    fn take(&mut self, out: &mut impl Write, cell: &Cell) -> io::Result<()> {
        let blank = cell.symbol() == " ";
        // On a blank, what does not show may stay as it is.
        let modifier = if blank {
            (cell.modifier & ON_BLANKS) | (self.modifier - ON_BLANKS)
        } else {
            cell.modifier
        };
        if modifier != self.modifier {
            queue!(out, SetAttribute(Attribute::Reset))?;
            *self = Self {
                modifier,
                ..Self::PLAIN
            };
            for (bit, attribute) in ATTRIBUTES {
                if modifier.contains(bit) {
                    queue!(out, SetAttribute(attribute))?;
                }
            }
        }
        let letters = !blank || modifier.intersects(ON_BLANKS);
        if letters && cell.fg != self.fg {
            queue!(out, SetForegroundColor(cell.fg.into_crossterm()))?;
            self.fg = cell.fg;
        }
        if cell.bg != self.bg {
            queue!(out, SetBackgroundColor(cell.bg.into_crossterm()))?;
            self.bg = cell.bg;
        }
        if letters && cell.underline_color != self.underline {
            queue!(
                out,
                SetUnderlineColor(cell.underline_color.into_crossterm())
            )?;
            self.underline = cell.underline_color;
        }
        Ok(())
    }
}

/// Writes cells at their columns and rows, and leaves the terminal without a style.
pub(super) fn write<'a>(
    out: &mut impl Write,
    cells: impl Iterator<Item = (u16, u16, &'a Cell)>,
) -> io::Result<()> {
    let mut pen = Pen::PLAIN;
    let mut next = None;
    for (x, y, cell) in cells {
        if next != Some((x, y)) {
            queue!(out, cursor::MoveTo(x, y))?;
        }
        next = Some((x.saturating_add(1), y));
        pen.take(out, cell)?;
        queue!(out, Print(cell.symbol()))?;
    }
    queue!(out, SetAttribute(Attribute::Reset))
}

#[cfg(test)]
mod tests {
    use ratatui::backend::{Backend, CrosstermBackend};
    use ratatui::buffer::Buffer;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    /// Text in several styles, with blanks between.
    fn sample() -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 3));
        let ground = Style::new().bg(Color::Rgb(13, 17, 23));
        buffer.set_style(buffer.area, ground);
        let red = Style::new().fg(Color::Rgb(200, 10, 10));
        let blue = Style::new().fg(Color::Indexed(12));
        buffer.set_string(1, 0, "down  now", red.add_modifier(Modifier::BOLD));
        buffer.set_string(12, 0, "reader", blue);
        buffer.set_string(1, 1, "a mark", blue.add_modifier(Modifier::REVERSED));
        buffer.set_string(9, 1, "under it", red.add_modifier(Modifier::UNDERLINED));
        buffer.set_string(2, 2, "12 %", Style::new().fg(Color::Green));
        buffer
    }

    fn cells(buffer: &Buffer) -> impl Iterator<Item = (u16, u16, &Cell)> {
        let width = usize::from(buffer.area.width);
        let placed = buffer.content.iter().enumerate();
        placed.map(move |(at, cell)| ((at % width) as u16, (at / width) as u16, cell))
    }

    #[test]
    fn it_looks_the_same_in_fewer_bytes() {
        let buffer = sample();
        let mut lean = Vec::new();
        write(&mut lean, cells(&buffer)).unwrap();
        let mut usual = Vec::new();
        CrosstermBackend::new(&mut usual)
            .draw(cells(&buffer))
            .unwrap();
        assert!(lean.len() < usual.len(), "{} {}", lean.len(), usual.len());
        let shown = |bytes: &[u8]| {
            let mut screen = vt100::Parser::new(3.try_into().unwrap(), 30.try_into().unwrap(), 0);
            screen.process(bytes);
            let look = |y, x| {
                let cell = screen.screen().cell(y, x).unwrap();
                let visible = cell.contents() != " " || cell.inverse() || cell.underline();
                let fg = visible.then(|| (cell.fgcolor(), cell.bold()));
                let text = cell.contents().to_owned();
                (text, fg, cell.bgcolor(), cell.inverse(), cell.underline())
            };
            (0..3)
                .flat_map(|y| (0..30).map(move |x| (y, x)))
                .map(|(y, x)| look(y, x))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(&lean), shown(&usual));
    }
}
