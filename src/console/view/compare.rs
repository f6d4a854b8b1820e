//! Charts that lay the Regions over each other, for screens with room to spare.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::plot;
use super::scene::Scene;
use crate::app::Chart;

/// As many of `charts` as have room, side by side.
pub fn beside(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, charts: &[Chart]) {
    let count = (area.width / 30).clamp(1, charts.len().max(1) as u16);
    for (index, chart) in (0..count).zip(charts) {
        let x = area.x + index * area.width / count;
        let width = area.x + (index + 1) * area.width / count - x;
        plot::draw(scene, Rect { x, width, ..area }, buf, (*chart, None), false);
    }
}

/// As many of `charts` as have room, one over the other.
pub fn stacked(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer, charts: &[Chart]) {
    let count = (area.height / 6).clamp(1, charts.len().max(1) as u16);
    for (index, chart) in (0..count).zip(charts) {
        let y = area.y + index * area.height / count;
        let height = area.y + (index + 1) * area.height / count - y;
        plot::draw(
            scene,
            Rect { y, height, ..area },
            buf,
            (*chart, None),
            false,
        );
    }
}
