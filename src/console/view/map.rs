//! The world: land in braille, the fleet's Regions on it, replication between them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::dots::Dots;
use super::figures;
use super::known::{State, cells};
use super::paint;
use super::scene::{Scene, limit_role};
use super::theme::Role;
use crate::fleet::{Region, Site};

/// Land by the degree, from 78° north to 57° south, each line the lengths of sea and land in turn
/// from 180° west. Made from Natural Earth's 1:50m land, which is in the public domain.
const LAND: &str = include_str!("land.txt");
const NORTH: f64 = 78.0;
const SOUTH: f64 = -57.0;
/// The left edge of the map: between Alaska and Siberia.
const WEST: f64 = -169.0;

static GRID: LazyLock<Vec<Vec<bool>>> = LazyLock::new(|| {
    LAND.lines()
        .map(|line| {
            let runs = line.split(' ').filter_map(|run| run.parse::<usize>().ok());
            runs.enumerate()
                .flat_map(|(index, run)| std::iter::repeat_n(index % 2 == 1, run))
                .collect()
        })
        .collect()
});

fn is_land(lat: f64, lon: f64) -> bool {
    let row = (NORTH - lat).floor();
    let column = (lon + 180.0).rem_euclid(360.0).floor();
    row >= 0.0
        && GRID
            .get(row as usize)
            .and_then(|row| row.get(column as usize))
            .copied()
            .unwrap_or(false)
}

/// A size, and the land drawn for it.
type Drawn = ((u16, u16), Rc<Dots>);

thread_local! {
    /// The land of the map last drawn: it changes only with the size.
    static DRAWN: RefCell<Option<Drawn>> = const { RefCell::new(None) };
}

fn land(width: u16, height: u16) -> Rc<Dots> {
    DRAWN.with_borrow_mut(|drawn| {
        if let Some((_, dots)) = drawn.as_ref().filter(|(size, _)| *size == (width, height)) {
            return Rc::clone(dots);
        }
        let mut dots = Dots::new(width, height);
        let (wide, high) = dots.size();
        for y in 0..high {
            let lat = NORTH - (NORTH - SOUTH) * (f64::from(y) + 0.5) / f64::from(high);
            for x in 0..wide {
                if is_land(lat, WEST + 360.0 * (f64::from(x) + 0.5) / f64::from(wide)) {
                    dots.set(x, y, 1);
                }
            }
        }
        let dots = Rc::new(dots);
        *drawn = Some(((width, height), Rc::clone(&dots)));
        dots
    })
}

/// Rows that show the world in its proportions, a little stretched, in `width` columns.
pub fn rows_for(width: u16) -> u16 {
    (f64::from(width) * (NORTH - SOUTH) / 360.0 / 2.0 * 1.3).round() as u16
}

/// A Region on the map.
struct Mark<'a> {
    site: &'a Site,
    x: u16,
    y: u16,
}

/// Draws the map.
pub fn draw(scene: &Scene<'_>, area: Rect, buf: &mut Buffer) {
    let area = area.intersection(buf.area);
    if area.width < 16 || area.height < 5 {
        return;
    }
    let ascii = scene.theme.glyphs.ascii;
    let style = scene.style(Role::Land);
    land(area.width, area.height).render(area, buf, ascii.then_some('.'), |_| style);
    let mut taken = Taken::new(area);
    let marks = marks(scene, area, &mut taken);
    let lags = arcs(scene, area, buf, &marks);
    for mark in &marks {
        let verdict = mark.site.judgement.verdict;
        let style = scene.theme.verdict(verdict).add_modifier(Modifier::BOLD);
        paint::text(
            buf,
            mark.x,
            mark.y,
            1,
            scene.theme.glyphs.verdict(verdict),
            style,
        );
    }
    for mark in &marks {
        label(scene, area, buf, mark, &mut taken, marks.len() > 8);
    }
    for (x, y, text, role) in lags {
        let width = cells(&text) as u16;
        if let Some((x, y)) = taken.free_near(x.saturating_sub(width / 2), y, width) {
            taken.take(x, y, width);
            paint::text(buf, x, y, width, &text, scene.style(role));
        }
    }
}

/// Where a coordinate falls, in dots.
fn project(area: Rect, lat: f64, lon: f64) -> (f64, f64) {
    let x = (lon - WEST).rem_euclid(360.0) / 360.0 * f64::from(area.width) * 2.0;
    let y = (NORTH - lat.clamp(SOUTH, NORTH)) / (NORTH - SOUTH) * f64::from(area.height) * 4.0;
    (x, y)
}

fn marks<'a>(scene: &Scene<'a>, area: Rect, taken: &mut Taken) -> Vec<Mark<'a>> {
    let placed = scene.snapshot.sites.iter().filter_map(|site| {
        let place = site.region.place()?;
        let (x, y) = project(area, place.lat, place.lon);
        let x = area.x + ((x / 2.0) as u16).min(area.width - 1);
        let y = area.y + ((y / 4.0) as u16).min(area.height - 1);
        let (x, y) = taken.nudge(x, y)?;
        taken.take(x, y, 1);
        Some(Mark { site, x, y })
    });
    placed.collect()
}

/// Lines from the writer to every secondary; says where their lags could stand.
fn arcs(
    scene: &Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    marks: &[Mark<'_>],
) -> Vec<(u16, u16, String, Role)> {
    let database = &scene.snapshot.database;
    let Some(topology) = database.topology.last() else {
        return Vec::new();
    };
    let Some(writer) = topology
        .writer()
        .and_then(|writer| find(marks, &writer.region))
    else {
        return Vec::new();
    };
    let mut labels = Vec::new();
    // What needs attention lies on top.
    let layers = [Role::Faint, Role::Replication, Role::Degraded, Role::Down];
    let mut dots = Dots::new(area.width, area.height);
    for member in topology.members.iter().filter(|member| !member.writer) {
        let Some(end) = find(marks, &member.region) else {
            continue;
        };
        let lag = database
            .lag(&member.region)
            .map(|lag| super::known::Known::series(lag, scene.now, &scene.snapshot.thresholds));
        let current = lag.and_then(super::known::Known::current);
        let role = match limit_role(current, Some(scene.snapshot.thresholds.replication_lag_ms)) {
            Role::Text if lag.is_some_and(|lag| lag.state == State::Current) => Role::Replication,
            Role::Text => Role::Faint,
            over => over,
        };
        let layer = layers.iter().position(|known| *known == role).unwrap_or(0) as u8 + 1;
        let middle = arc(&mut dots, centre(area, writer), centre(area, end), layer);
        // Among many, only what needs a look has a figure.
        if let Some(lag) =
            lag.filter(|_| marks.len() <= 8 || matches!(role, Role::Down | Role::Degraded))
        {
            let text = lag.show(scene.theme, Role::Text, 14, figures::millis).text;
            let text = format!(" {text} ");
            labels.push((
                area.x + middle.0 / 2,
                area.y + middle.1 / 4,
                text,
                if role == Role::Faint {
                    Role::Muted
                } else {
                    role
                },
            ));
        }
    }
    let styles = layers.map(|role| scene.style(role));
    dots.render(
        area,
        buf,
        scene.theme.glyphs.ascii.then_some('-'),
        |layer| styles[usize::from(layer - 1) % styles.len()],
    );
    labels
}

fn find<'m, 'a>(marks: &'m [Mark<'a>], region: &Region) -> Option<&'m Mark<'a>> {
    marks.iter().find(|mark| &mark.site.region == region)
}

fn centre(area: Rect, mark: &Mark<'_>) -> (f64, f64) {
    (
        f64::from(mark.x - area.x) * 2.0 + 1.0,
        f64::from(mark.y - area.y) * 4.0 + 2.0,
    )
}

/// A curve, bent towards the north, the short way round the globe where that is much shorter;
/// broken where what it stands for is not known. Says where its middle is.
fn arc(dots: &mut Dots, from: (f64, f64), to: (f64, f64), layer: u8) -> (u16, u16) {
    let solid = layer > 1;
    let (wide, high) = (f64::from(dots.size().0), f64::from(dots.size().1));
    let mut across = to.0 - from.0;
    if across.abs() > wide * 0.6 {
        across -= wide * across.signum();
    }
    let down = to.1 - from.1;
    let length = across.hypot(down);
    let bend = (length * 0.22)
        .min(f64::midpoint(from.1, to.1) - 2.0)
        .max(0.0);
    let at = |t: f64| {
        let x = from.0 + across * t;
        let y = from.1 + down * t - 4.0 * bend * t * (1.0 - t);
        (x.rem_euclid(wide), y.clamp(0.0, high - 1.0))
    };
    let steps = (length * 1.5).max(1.0) as i32;
    for step in (0..=steps).filter(|step| solid || step / 3 % 3 == 0) {
        let (x, y) = at(f64::from(step) / f64::from(steps));
        dots.set(x as i32, y as i32, layer);
    }
    let (x, y) = at(0.5);
    (x as u16, y as u16)
}

/// A Region's name, and its share of the traffic, beside its mark: wherever there is room.
fn label(
    scene: &Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    mark: &Mark<'_>,
    taken: &mut Taken,
    crowded: bool,
) {
    let region = mark.site.region.as_str();
    let share = scene
        .snapshot
        .traffic_share(&mark.site.region)
        .filter(|_| !crowded)
        .map(figures::share);
    let full = share
        .as_ref()
        .map_or_else(|| region.to_string(), |share| format!("{region} {share}"));
    for text in [full.as_str(), region] {
        let width = cells(text) as u16;
        let right = (mark.x + 2, mark.y);
        let left = (mark.x.wrapping_sub(width + 1), mark.y);
        let below = (mark.x.saturating_sub(width / 2).max(area.x), mark.y + 1);
        let above = (below.0, mark.y.wrapping_sub(1));
        let Some((x, y)) = [right, left, below, above]
            .into_iter()
            .find(|(x, y)| taken.is_free(*x, *y, width))
        else {
            continue;
        };
        taken.take(x, y, width);
        let used = paint::text(buf, x, y, width, region, scene.style(Role::Title));
        if let (Some(share), true) = (&share, text.len() > region.len()) {
            paint::text(
                buf,
                x + used + 1,
                y,
                width,
                share,
                scene.style(Role::Traffic),
            );
        }
        // The land must not show through a gap in the words.
        for gap in x.saturating_sub(1)..=x + width {
            if let Some(cell) = buf
                .cell_mut((gap, y))
                .filter(|cell| is_braille(cell.symbol()))
            {
                cell.set_symbol(" ");
            }
        }
        return;
    }
}

fn is_braille(symbol: &str) -> bool {
    symbol
        .chars()
        .next()
        .is_some_and(|c| ('\u{2800}'..='\u{28ff}').contains(&c))
}

/// Cells that marks and labels hold.
struct Taken {
    area: Rect,
    cells: Vec<bool>,
}

impl Taken {
    fn new(area: Rect) -> Self {
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
    fn is_free(&self, x: u16, y: u16, width: u16) -> bool {
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

    fn take(&mut self, x: u16, y: u16, width: u16) {
        for x in x..x.saturating_add(width) {
            if let Some(index) = self.index(x, y) {
                self.cells[index] = true;
            }
        }
    }

    /// The nearest place for a mark that no other mark holds.
    fn nudge(&self, x: u16, y: u16) -> Option<(u16, u16)> {
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

    fn free_near(&self, x: u16, y: u16, width: u16) -> Option<(u16, u16)> {
        let rows = [0i16, 1, -1, 2, -2];
        rows.into_iter().find_map(|dy| {
            let y = y.checked_add_signed(dy)?;
            self.is_free(x, y, width).then_some((x, y))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_land_is_whole_and_where_it_should_be() {
        assert_eq!(GRID.len(), 135);
        assert!(GRID.iter().all(|row| row.len() == 360));
        for (place, lat, lon) in [
            ("Kansas", 38.5, -98.0),
            ("Mali", 17.0, -4.0),
            ("Outback", -25.0, 130.0),
        ] {
            assert!(is_land(lat, lon), "{place}");
        }
        for (sea, lat, lon) in [
            ("Atlantic", 30.0, -45.0),
            ("Pacific", 0.0, -140.0),
            ("Indian", -20.0, 80.0),
        ] {
            assert!(!is_land(lat, lon), "{sea}");
        }
    }
}
