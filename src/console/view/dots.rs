//! A drawing surface of braille dots: two by four to a cell, one style a cell, later dots on top.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Dots over `width` × `height` cells.
#[derive(Debug, Clone)]
pub struct Dots {
    width: u16,
    height: u16,
    cells: Vec<(u8, u8)>,
}

/// Braille bits by column and row within a cell.
const BITS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

impl Dots {
    /// An empty surface.
    pub fn new(width: u16, height: u16) -> Self {
        Self {
            width,
            height,
            cells: vec![(0, 0); usize::from(width) * usize::from(height)],
        }
    }

    /// Dots across and down.
    pub fn size(&self) -> (i32, i32) {
        (i32::from(self.width) * 2, i32::from(self.height) * 4)
    }

    /// Sets a dot in the `layer`th style; what lies outside is left out. A cell takes the style of
    /// its highest layer, and shows that layer's dots alone.
    pub fn set(&mut self, x: i32, y: i32, layer: u8) {
        let (wide, high) = self.size();
        if !(0..wide).contains(&x) || !(0..high).contains(&y) {
            return;
        }
        let cell = &mut self.cells[(y / 4 * i32::from(self.width) + x / 2) as usize];
        let bit = BITS[(x % 2) as usize][(y % 4) as usize];
        match layer.cmp(&cell.1) {
            std::cmp::Ordering::Greater => *cell = (bit, layer),
            std::cmp::Ordering::Equal => cell.0 |= bit,
            std::cmp::Ordering::Less => {}
        }
    }

    /// A straight line.
    pub fn line(&mut self, from: (i32, i32), to: (i32, i32), layer: u8) {
        let (dx, dy) = ((to.0 - from.0).abs(), -(to.1 - from.1).abs());
        let (step_x, step_y) = ((to.0 - from.0).signum(), (to.1 - from.1).signum());
        let (mut x, mut y, mut error) = (from.0, from.1, dx + dy);
        loop {
            self.set(x, y, layer);
            if (x, y) == to {
                break;
            }
            let twice = 2 * error;
            if twice >= dy {
                error += dy;
                x += step_x;
            }
            if twice <= dx {
                error += dx;
                y += step_y;
            }
        }
    }

    /// Puts the dots into a buffer; empty cells are left as they are. `plain` draws every dotted
    /// cell as that character instead, for terminals without braille.
    pub fn render(
        &self,
        area: Rect,
        buf: &mut Buffer,
        plain: Option<char>,
        style: impl Fn(u8) -> Style,
    ) {
        let area = area.intersection(buf.area);
        let width = usize::from(self.width.max(1));
        for (index, (bits, layer)) in self.cells.iter().enumerate() {
            let (x, y) = ((index % width) as u16, (index / width) as u16);
            if *bits == 0 || x >= area.width || y >= area.height {
                continue;
            }
            let symbol = plain
                .or_else(|| char::from_u32(0x2800 + u32::from(*bits)))
                .unwrap_or('.');
            buf[(area.x + x, area.y + y)]
                .set_char(symbol)
                .set_style(style(*layer));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_outside_are_left_out_and_later_layers_win() {
        let mut dots = Dots::new(2, 1);
        dots.set(-1, 0, 1);
        dots.set(4, 0, 1);
        dots.line((0, 0), (3, 0), 1);
        dots.set(0, 3, 2);
        let mut buf = Buffer::empty(Rect::new(0, 0, 2, 1));
        dots.render(buf.area, &mut buf, None, |_| Style::new());
        assert_eq!((buf[(0, 0)].symbol(), buf[(1, 0)].symbol()), ("⡀", "⠉"));
    }
}
