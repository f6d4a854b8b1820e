//! Columns that fit: the less important ones go first when there is no room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::paint;
use super::scene::Scene;
use super::theme::Role;
use crate::app::Panel;

/// A column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Heading.
    pub title: &'static str,
    /// Cells it needs.
    pub width: u16,
    /// How many more it may take when there is room to spare.
    pub stretch: u16,
    /// Figures stand right.
    pub right: bool,
    /// Lower stays longer.
    pub rank: u8,
}

impl Column {
    /// A column of words.
    pub const fn words(title: &'static str, width: u16, rank: u8) -> Self {
        Self {
            title,
            width,
            stretch: 0,
            right: false,
            rank,
        }
    }

    /// A column of figures.
    pub const fn figure(title: &'static str, width: u16, rank: u8) -> Self {
        Self {
            title,
            width,
            stretch: 0,
            right: true,
            rank,
        }
    }

    /// May grow by so many cells.
    #[must_use]
    pub const fn stretching(self, stretch: u16) -> Self {
        Self { stretch, ..self }
    }
}

/// Where each column stands; `None` for those left out.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Blanks on either side of a row.
    inset: u16,
    columns: Vec<(Column, Option<(u16, u16)>)>,
}

/// Blanks on either side of a row, where there is a frame to keep away from.
const INSET: u16 = 1;

impl Grid {
    /// The panel of a list: frame and headings drawn, the columns fitted, and the area left for
    /// its rows. None where there is no room for any.
    pub fn open(
        scene: &mut Scene<'_>,
        area: Rect,
        buf: &mut Buffer,
        panel: Panel,
        columns: &[Column],
    ) -> Option<(Self, Rect)> {
        Self::open_with(scene, area, buf, panel, columns, None)
    }

    /// As [`Self::open`], with something on the right of its upper edge.
    pub fn open_with(
        scene: &mut Scene<'_>,
        area: Rect,
        buf: &mut Buffer,
        panel: Panel,
        columns: &[Column],
        aside: Option<Span<'_>>,
    ) -> Option<(Self, Rect)> {
        let aside = aside.map(Line::from);
        let inner = scene.panel(area, buf, panel, aside.as_ref());
        let height = inner.height.checked_sub(1)?;
        let hides = |column: &Column| scene.state.hides(panel, column.title);
        let grid = Self::fit_shown(columns, inner.width, hides);
        grid.headings(scene, Rect { height: 1, ..inner }, buf);
        let body = Rect {
            y: inner.y + 1,
            height,
            ..inner
        };
        Some((grid, body))
    }

    /// Fits `columns` into rows of `width` cells. Two blanks stand between columns where all of
    /// them fit so, or else one.
    pub fn fit(columns: &[Column], width: u16) -> Self {
        Self::fit_shown(columns, width, |_| false)
    }

    /// As [`Self::fit`], without those that `hides` tells; the most important one stays.
    pub fn fit_shown(columns: &[Column], width: u16, hides: impl Fn(&Column) -> bool) -> Self {
        let width = width.saturating_sub(2 * INSET);
        let shows = |column: &Column| column.rank == 0 || !hides(column);
        let mut by_rank: Vec<usize> = (0..columns.len())
            .filter(|index| shows(&columns[*index]))
            .collect();
        let all: u16 = by_rank.iter().map(|index| columns[*index].width).sum();
        let gaps = (by_rank.len() as u16).saturating_sub(1);
        let gap = if all + 2 * gaps <= width { 2 } else { 1 };
        by_rank.sort_by_key(|index| columns[*index].rank);
        let mut kept = vec![false; columns.len()];
        let mut used = 0;
        for index in by_rank {
            let needed = columns[index].width + if used > 0 { gap } else { 0 };
            if used + needed > width {
                break;
            }
            used += needed;
            kept[index] = true;
        }
        let extra = stretch(columns, &kept, width.saturating_sub(used));
        let mut x = 0;
        let places = columns.iter().enumerate().map(|(index, column)| {
            let place = kept[index].then(|| {
                let width = column.width + extra[index];
                let at = x;
                x += width + gap;
                (at, width)
            });
            (*column, place)
        });
        Self {
            inset: INSET,
            columns: places.collect(),
        }
    }

    /// How many columns there are, those left out among them.
    pub const fn len(&self) -> usize {
        self.columns.len()
    }

    /// The place of column `index` in a row.
    pub fn cell(&self, index: usize, row: Rect) -> Option<Rect> {
        let (x, width) = self.columns.get(index)?.1?;
        let place = Rect::new(row.x.saturating_add(x + self.inset), row.y, width, 1);
        (x + self.inset < row.width).then(|| place.intersection(row))
    }

    /// Writes the headings.
    pub fn headings(&self, scene: &Scene<'_>, row: Rect, buf: &mut Buffer) {
        for (index, (column, _)) in self.columns.iter().enumerate() {
            let Some(cell) = self.cell(index, row) else {
                continue;
            };
            let style = scene.style(Role::Muted);
            if column.right {
                paint::right(buf, cell.x, cell.y, cell.width, column.title, style);
            } else {
                paint::text(buf, cell.x, cell.y, cell.width, column.title, style);
            }
        }
    }
}

/// Shares out spare cells evenly among the columns that can use more.
fn stretch(columns: &[Column], kept: &[bool], mut spare: u16) -> Vec<u16> {
    let mut extra = vec![0; columns.len()];
    let mut hungry: Vec<usize> = (0..columns.len())
        .filter(|i| kept[*i] && columns[*i].stretch > 0)
        .collect();
    while !hungry.is_empty() && spare > 0 {
        let each = (spare / hungry.len() as u16).max(1);
        for index in std::mem::take(&mut hungry) {
            let more = each.min(columns[index].stretch - extra[index]).min(spare);
            extra[index] += more;
            spare -= more;
            if extra[index] < columns[index].stretch {
                hungry.push(index);
            }
        }
    }
    extra
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_less_important_columns_go_first_and_the_rest_keeps_its_order() {
        let columns = [
            Column::words("a", 10, 0),
            Column::figure("b", 5, 2),
            Column::figure("c", 5, 1),
        ];
        let places = |width| {
            let grid = Grid::fit(&columns, width);
            let row = Rect::new(0, 0, width, 1);
            (0..3)
                .map(|index| grid.cell(index, row).map(|cell| (cell.x, cell.width)))
                .collect::<Vec<_>>()
        };
        assert_eq!(places(26), [Some((1, 10)), Some((13, 5)), Some((20, 5))]);
        assert_eq!(places(24), [Some((1, 10)), Some((12, 5)), Some((18, 5))]);
        assert_eq!(places(23), [Some((1, 10)), None, Some((12, 5))]);
        assert_eq!(places(14), [Some((1, 10)), None, None]);
        assert_eq!(places(3), [None, None, None]);
    }

    #[test]
    fn spare_room_goes_to_those_that_can_use_it() {
        let columns = [
            Column::words("a", 10, 0),
            Column::words("b", 5, 1).stretching(8),
        ];
        let grid = Grid::fit(&columns, 40);
        assert_eq!(
            grid.cell(1, Rect::new(0, 0, 40, 1)).map(|cell| cell.width),
            Some(13)
        );
    }
}
