//! Drawing: from the console's state and a theme to a buffer, and from a buffer to pictures.
//!
//! One file a screen (`fleet`, `region`, `database`, `edge`, `calls`, `run`, `timeline`, `logs`, `explain`, `fleets`) and one for
//! what lies over them (`overlay`); the rest are the pieces they are made of. Drawing reads the state, never
//! waits, and hands back what it drew where.

mod absent;
mod approvals;
mod arcs;
mod bars;
mod calls;
mod chart;
mod chrome;
mod colour;
mod command_line;
mod compare;
mod database;
mod digits;
mod dots;
mod edge;
mod edge_chain;
mod edge_figures;
mod edge_region_switch;
mod explain;
mod facts;
mod fleet;
mod fleets;
mod flow;
mod footer;
mod freshness;
mod glyphs;
mod headline;
mod help;
mod hue;
mod items;
mod lanes;
mod logs;
mod logs_below;
mod logs_counts;
mod map;
mod mark;
mod marks;
mod measure;
mod members;
mod menus;
mod overlay;
mod paint;
pub mod picture;
mod plan;
mod plot;
mod popup;
mod prose;
mod ran;
mod region;
mod replay;
mod run;
mod run_head;
mod run_side;
mod run_stack;
mod scene;
mod several;
mod sites;
mod staged;
mod standing;
mod table;
mod taken;
mod theme;
mod ticks;
mod timeline;
mod topology;
mod why;
mod wizard;
mod wizard_steps;
mod written;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

pub use colour::Depth;
pub use glyphs::Glyphs;
pub use theme::{DEFAULT, Role, Theme, ThemeError, names};

use crate::app::{Chart, Hits, Screen, State, charts_of};
use scene::Scene;

/// The smallest terminal that shows anything of use: columns and rows.
pub const SMALLEST: (u16, u16) = (60, 16);

/// Draws the whole console, and says what is where.
pub fn draw(frame: &mut Frame<'_>, state: &State, theme: &Theme) -> Hits {
    let area = frame.area();
    draw_into(frame.buffer_mut(), area, state, theme)
}

/// As [`draw`], into a buffer.
pub fn draw_into(buf: &mut Buffer, area: Rect, state: &State, theme: &Theme) -> Hits {
    let area = area.intersection(buf.area);
    let mut scene = Scene::new(state, theme);
    if area.is_empty() {
        return scene.hits;
    }
    buf.set_style(
        area,
        theme.style(Role::Background).patch(theme.style(Role::Text)),
    );
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        too_small(&scene, area, buf);
        return scene.hits;
    }
    chrome::header(&mut scene, Rect { height: 2, ..area }, buf);
    footer::status(
        &scene,
        Rect {
            y: area.bottom() - 1,
            height: 1,
            ..area
        },
        buf,
    );
    let body = Rect {
        y: area.y + 2,
        height: area.height - 3,
        ..area
    };
    let body = replay::line(&scene, body, buf);
    let body = chrome::waiting(&scene, body, buf);
    let body = chrome::banner(&mut scene, body, buf);
    let body = approvals::banner(&mut scene, body, buf);
    let body = chrome::untold(&scene, body, buf);
    if let Some(chart) = enlarged(state) {
        let region = match state.screen() {
            Screen::Region(region) => Some(region),
            _ => None,
        };
        plot::draw(&mut scene, body, buf, (chart, region), true);
        footer::long_notice(&mut scene, area, buf);
        overlay::draw(&mut scene, area, buf);
        return scene.hits;
    }
    match state.screen().clone() {
        Screen::Fleet => fleet::draw(&mut scene, body, buf),
        Screen::Region(region) => region::draw(&mut scene, body, buf, &region),
        Screen::Database => database::draw(&mut scene, body, buf),
        Screen::Edge => edge::draw(&mut scene, body, buf),
        Screen::Calls => calls::draw(&mut scene, body, buf),
        Screen::Run => run::draw(&mut scene, body, buf),
        Screen::Timeline => timeline::draw(&mut scene, body, buf),
        Screen::Logs => logs::draw(&mut scene, body, buf),
        Screen::Explain => explain::draw(&mut scene, body, buf),
        Screen::Fleets => fleets::draw(&mut scene, body, buf),
    }
    footer::long_notice(&mut scene, area, buf);
    overlay::draw(&mut scene, area, buf);
    scene.hits
}

/// The chart that is shown alone; none where the screen has no such chart.
fn enlarged(state: &State) -> Option<Chart> {
    let known = |chart: &Chart| charts_of(state.screen()).contains(chart);
    let is_there = match state.screen() {
        Screen::Region(region) => state.shown.site(region).is_some(),
        _ => true,
    };
    state.zoom.filter(known).filter(|_| is_there)
}

fn too_small(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let (columns, rows) = SMALLEST;
    let (width, height) = (area.width, area.height);
    let lines = [
        format!("terminal too small: {width}\u{d7}{height}"),
        format!("need {columns}\u{d7}{rows}"),
    ];
    let y = area.y + area.height.saturating_sub(2) / 2;
    for (line, y) in lines.iter().zip(y..area.bottom()) {
        let x = area.x + area.width.saturating_sub(line.chars().count() as u16) / 2;
        paint::text(buf, x, y, area.right() - x, line, scene.style(Role::Text));
    }
}
