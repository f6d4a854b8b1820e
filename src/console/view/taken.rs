//! Which cells of the map are held.

use ratatui::layout::Rect;

/// Cells that marks and labels hold.
pub struct Taken {
    /// The map.
    pub area: Rect,
    cells: Vec<bool>,
}

impl Taken {
    /// Nothing is held yet.
    pub fn new(area: Rect) -> Self {
        Self {
            area,
            cells: vec![false; usize::from(area.width) * usize::from(area.height)],
        }
    }

    fn index(&self, x: u16, y: u16) -> Option<usize> {
        let inside =
            x >= self.area.x && x < self.area.right() && y >= self.area.y && y < self.area.bottom();
        inside.then(|| {
            usize::from(y - self.area.y) * usize::from(self.area.width)
                + usize::from(x - self.area.x)
        })
    }

    /// Whether these cells are inside, free, and not stuck to something else.
    pub fn is_free(&self, x: u16, y: u16, width: u16) -> bool {
        let Some(last) = x.checked_add(width.saturating_sub(1)) else {
            return false;
        };
        let free = (x..=last).all(|x| self.index(x, y).is_some_and(|index| !self.cells[index]));
        let beside = [x.checked_sub(1), last.checked_add(1)];
        // One's own mark may be the neighbour on either side, a blank apart.
        free && beside
            .into_iter()
            .flatten()
            .all(|x| self.index(x, y).is_none_or(|index| !self.cells[index]))
    }

    /// Holds these cells.
    pub fn take(&mut self, x: u16, y: u16, width: u16) {
        for x in x..x.saturating_add(width) {
            if let Some(index) = self.index(x, y) {
                self.cells[index] = true;
            }
        }
    }

    /// The nearest place for a mark that no other mark holds.
    pub fn nudge(&self, x: u16, y: u16) -> Option<(u16, u16)> {
        let around = [
            (0, 0),
            (1, 0),
            (-1, 0),
            (0, 1),
            (0, -1),
            (2, 0),
            (-2, 0),
            (1, 1),
            (-1, 1),
            (1, -1),
            (-1, -1),
            (3, 0),
            (-3, 0),
        ];
        around.into_iter().find_map(|(dx, dy)| {
            let (x, y) = (x.checked_add_signed(dx)?, y.checked_add_signed(dy)?);
            self.index(x, y)
                .filter(|index| !self.cells[*index])
                .map(|_| (x, y))
        })
    }

    /// The nearest free row for a text.
    pub fn free_near(&self, x: u16, y: u16, width: u16) -> Option<(u16, u16)> {
        let rows = [0i16, 1, -1, 2, -2];
        rows.into_iter().find_map(|dy| {
            let y = y.checked_add_signed(dy)?;
            self.is_free(x, y, width).then_some((x, y))
        })
    }
}
