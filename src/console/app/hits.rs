//! What was drawn where: handed back by the drawing, so that clicks and paging are pure functions.

use jiff::{SignedDuration, Timestamp};

use super::{Panel, Screen};

/// A rectangle of cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Area {
    /// Column of the left edge.
    pub x: u16,
    /// Row of the upper edge.
    pub y: u16,
    /// Columns.
    pub w: u16,
    /// Rows.
    pub h: u16,
}

impl Area {
    /// Whether the cell lies within.
    pub fn contains(&self, x: u16, y: u16) -> bool {
        let within = |at: u16, from: u16, len: u16| at >= from && at - from < len;
        within(x, self.x, self.w) && within(y, self.y, self.h)
    }
}

/// What a click there means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A tab of the header.
    Tab(Screen),
    /// Anywhere in a panel: focuses it, and the wheel scrolls it.
    Panel(Panel),
    /// A row of a panel, counted within the filtered rows.
    Row(Panel, usize),
    /// An entry of the open overlay's list.
    Entry(usize),
    /// The line that tells of plans that wait for approval.
    Approvals,
    /// The overlay itself: swallows the click.
    Overlay,
}

/// Which rows of a panel, or lines of an overlay, are visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The panel; `None` for the open overlay.
    pub panel: Option<Panel>,
    /// First visible row.
    pub offset: usize,
    /// Rows that fit.
    pub height: usize,
    /// Rows there are.
    pub len: usize,
}

/// Where a chart has its lines, and the time they are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plot {
    pub area: Area,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// Everything the drawing hands back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hits {
    /// Rectangles, later ones on top.
    pub targets: Vec<(Area, Target)>,
    /// Visible parts.
    pub windows: Vec<Window>,
    pub plots: Vec<Plot>,
}

impl Hits {
    /// What lies on top at a cell.
    pub fn at(&self, x: u16, y: u16) -> Option<&Target> {
        self.targets
            .iter()
            .rev()
            .find(|(area, _)| area.contains(x, y))
            .map(|(_, target)| target)
    }

    /// The moment that a cell of a chart stands for.
    pub fn moment(&self, x: u16, y: u16) -> Option<Timestamp> {
        let mut plots = self.plots.iter();
        let plot = plots.find(|plot| plot.area.contains(x, y))?;
        let share = (f64::from(x - plot.area.x) + 0.5) / f64::from(plot.area.w.max(1));
        let length = plot.to.duration_since(plot.from).as_secs_f64();
        let since = SignedDuration::try_from_secs_f64(share * length).ok()?;
        plot.from.checked_add(since).ok()
    }

    /// The visible part of `panel` (`None`: of the overlay) when it was last drawn.
    pub fn window(&self, panel: Option<Panel>) -> Option<&Window> {
        self.windows.iter().find(|window| window.panel == panel)
    }

    /// The first row to show of `len`, so that `row` is among the `height` visible ones and the
    /// list moves no more than it must since it was last drawn.
    pub fn offset(&self, panel: Option<Panel>, row: usize, height: usize, len: usize) -> usize {
        let before = self.window(panel).map_or(0, |window| window.offset);
        let lowest = (row + 1).saturating_sub(height);
        before
            .clamp(lowest, row.max(lowest))
            .min(len.saturating_sub(height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topmost_rectangle_gets_the_click() {
        let area = |x, y, w, h| Area { x, y, w, h };
        let hits = Hits {
            targets: vec![
                (area(0, 0, 10, 10), Target::Panel(Panel::Regions)),
                (area(2, 2, 3, 1), Target::Row(Panel::Regions, 0)),
            ],
            ..Hits::default()
        };
        assert_eq!(hits.at(2, 2), Some(&Target::Row(Panel::Regions, 0)));
        assert_eq!(hits.at(5, 2), Some(&Target::Panel(Panel::Regions)));
        assert_eq!(hits.at(10, 0), None);
        assert_eq!(hits.at(u16::MAX, u16::MAX), None);
    }

    #[test]
    fn a_list_scrolls_only_as_far_as_the_cursor_pushes_it() {
        let mut hits = Hits::default();
        assert_eq!(hits.offset(None, 4, 5, 20), 0);
        assert_eq!(hits.offset(None, 5, 5, 20), 1);
        hits.windows.push(Window {
            panel: None,
            offset: 6,
            height: 5,
            len: 20,
        });
        assert_eq!(hits.offset(None, 8, 5, 20), 6);
        assert_eq!(hits.offset(None, 3, 5, 20), 3);
        assert_eq!(
            hits.offset(None, 7, 5, 8),
            3,
            "a list that shrank leaves no empty rows"
        );
        assert_eq!(hits.offset(None, 0, 0, 0), 0);
    }
}
