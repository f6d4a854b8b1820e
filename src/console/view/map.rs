//! The world: land in braille, the fleet's Regions on it, replication between them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::LazyLock;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::arcs::{Arc, Obstacle};
use super::dots::Dots;
use super::freshness::{Freshness, cells};
use super::paint;
use super::scene::{Scene, limit_role};
use super::sites;
use super::taken::Taken;
use super::theme::Role;
use gwctl_fleet::format;
use gwctl_fleet::{Region, Site};

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

/// A text on the map: column, row, width.
type Span = (u16, u16, u16);

/// What the course of a line depends on.
#[derive(Debug, PartialEq)]
struct Places {
    size: (u16, u16),
    writer: usize,
    /// The mark of each Region, and its name.
    regions: Vec<(Span, Option<Span>)>,
}

thread_local! {
    /// The lines last drawn: to bend them around all other Regions is most of a frame of many Regions.
    static BENT: RefCell<Option<(Places, Rc<[Arc]>)>> = const { RefCell::new(None) };
}

/// The lines from the writer to every Region, in the order of the marks, around all others.
fn lines(area: Rect, marks: &[Mark<'_>], names: &[Option<Name>], writer: usize) -> Rc<[Arc]> {
    let name = |index: usize| names[index].as_ref().map(|it| (it.x, it.y, it.width()));
    let region = |(index, mark): (usize, &Mark<'_>)| ((mark.x, mark.y, 1), name(index));
    let places = Places {
        size: (area.width, area.height),
        writer,
        regions: marks.iter().enumerate().map(region).collect(),
    };
    BENT.with_borrow_mut(|bent| {
        if let Some((_, lines)) = bent.as_ref().filter(|(of, _)| *of == places) {
            return Rc::clone(lines);
        }
        let size = (f64::from(area.width) * 2.0, f64::from(area.height) * 4.0);
        let line = |end| {
            let around = obstacles(area, &places.regions, [writer, end]);
            let ends = (centre(area, &marks[writer]), centre(area, &marks[end]));
            Arc::between(ends.0, ends.1, size, &around)
        };
        let lines: Rc<[Arc]> = (0..marks.len()).map(line).collect();
        *bent = Some((places, Rc::clone(&lines)));
        lines
    })
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
    let names: Vec<Option<Name>> = marks
        .iter()
        .map(|mark| name(scene, mark, &mut taken, marks.len() > 8))
        .collect();
    let lags = arcs(scene, area, buf, &marks, &names);
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
    for name in names.iter().flatten() {
        name.draw(scene, buf);
    }
    for lag in &lags {
        if let Some((x, y)) = lag.place(area, &taken, &marks, &names) {
            let width = cells(&lag.text) as u16;
            taken.take(x, y, width);
            paint::text(buf, x, y, width, &lag.text, scene.style(lag.role));
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

/// A line's figure, and where it may stand.
struct Lag {
    /// Which of the marks it is about.
    index: usize,
    arc: Arc,
    text: String,
    role: Role,
}

impl Lag {
    /// A free place on the line, as near to its middle as may be, that no reader would take for another
    /// Region's; none where there is no such place.
    fn place(
        &self,
        area: Rect,
        taken: &Taken,
        marks: &[Mark<'_>],
        names: &[Option<Name>],
    ) -> Option<(u16, u16)> {
        let width = cells(&self.text) as u16;
        let along = [0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.9];
        along.into_iter().find_map(|share| {
            let (x, y) = self.arc.at(share);
            let x = (area.x + (x / 2.0) as u16).saturating_sub(width / 2);
            let (x, y) = taken.free_near(x, area.y + (y / 4.0) as u16, width)?;
            let others = (0..marks.len()).filter(|index| *index != self.index);
            let beside_another = others.into_iter().any(|index| {
                let mark = (marks[index].x, marks[index].y, 1);
                let name = names[index].as_ref().map(|it| (it.x, it.y, it.width()));
                [Some(mark), name]
                    .into_iter()
                    .flatten()
                    .any(|other| is_beside((x, y, width), other))
            });
            (!beside_another).then_some((x, y))
        })
    }
}

/// Whether one text stands so near to another that they are read together: column, row, width.
fn is_beside(one: Span, other: Span) -> bool {
    let gap = match one.1.abs_diff(other.1) {
        0 => 8,
        1 => 2,
        _ => return false,
    };
    one.0 <= other.0.saturating_add(other.2 + gap) && other.0 <= one.0.saturating_add(one.2 + gap)
}

/// Draws lines from the writer to every secondary, around all other Regions; says which lags belong to them.
fn arcs(
    scene: &Scene<'_>,
    area: Rect,
    buf: &mut Buffer,
    marks: &[Mark<'_>],
    names: &[Option<Name>],
) -> Vec<Lag> {
    let database = &scene.snapshot.database;
    let Some(topology) = database.topology.last() else {
        return Vec::new();
    };
    let find = |region: &Region| marks.iter().position(|mark| &mark.site.region == region);
    let Some(writer) = topology.writer().and_then(|writer| find(&writer.region)) else {
        return Vec::new();
    };
    let mut labels = Vec::new();
    // What needs attention lies on top.
    let layers = [Role::Faint, Role::Replication, Role::Degraded, Role::Down];
    let mut dots = Dots::new(area.width, area.height);
    let lines = lines(area, marks, names, writer);
    for member in topology.members.iter().filter(|member| !member.writer) {
        let Some(end) = find(&member.region) else {
            continue;
        };
        let lag = database
            .lag(&member.region)
            .map(|lag| super::freshness::Known::series(lag, scene.now, &scene.snapshot.thresholds));
        let current = lag.and_then(super::freshness::Known::current);
        let silent = sites::unheard(scene, &member.region).is_some();
        let role = match limit_role(current, Some(scene.snapshot.thresholds.replication_lag_ms)) {
            _ if silent => Role::Degraded,
            Role::Text if lag.is_some_and(|lag| lag.state == Freshness::Current) => {
                Role::Replication
            }
            Role::Text => Role::Faint,
            over => over,
        };
        let layer = layers.iter().position(|known| *known == role).unwrap_or(0) as u8 + 1;
        let arc = lines[end];
        // Broken where nothing is known to arrive.
        let solid = layer > 1 && !silent;
        for (step, (x, y)) in arc.points().enumerate() {
            if solid || step / 3 % 3 == 0 {
                dots.set(x as i32, y as i32, layer);
            }
        }
        // Among many, only what needs a look has a figure.
        if lag.is_some() && (marks.len() <= 8 || matches!(role, Role::Down | Role::Degraded)) {
            let text = sites::lag(scene, &member.region, 14).text;
            labels.push(Lag {
                index: end,
                arc,
                text: format!(" {text} "),
                role: if role == Role::Faint {
                    Role::Muted
                } else {
                    role
                },
            });
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

/// The marks and names of all Regions but those at the `ends` of a line.
fn obstacles(area: Rect, regions: &[(Span, Option<Span>)], ends: [usize; 2]) -> Vec<Obstacle> {
    let cells =
        |(x, y, width): Span, weight| Obstacle::cells(x - area.x, y - area.y, width, weight);
    let others = regions.iter().enumerate();
    others
        .filter(|(index, _)| !ends.contains(index))
        .flat_map(|(_, (mark, name))| {
            let name = name.map(|name| cells(name, 1));
            std::iter::once(cells(*mark, 5)).chain(name)
        })
        .collect()
}

fn centre(area: Rect, mark: &Mark<'_>) -> (f64, f64) {
    (
        f64::from(mark.x - area.x) * 2.0 + 1.0,
        f64::from(mark.y - area.y) * 4.0 + 2.0,
    )
}

/// A Region's name on the map, with its share of the traffic where there is room.
struct Name {
    region: String,
    share: Option<String>,
    x: u16,
    y: u16,
}

impl Name {
    fn width(&self) -> u16 {
        let share = self.share.as_ref().map_or(0, |share| cells(share) + 1);
        (cells(&self.region) + share) as u16
    }

    fn draw(&self, scene: &Scene<'_>, buf: &mut Buffer) {
        let (x, y, width) = (self.x, self.y, self.width());
        let used = paint::text(buf, x, y, width, &self.region, scene.style(Role::Title));
        if let Some(share) = &self.share {
            let style = scene.style(Role::Traffic);
            paint::text(buf, x + used + 1, y, width, share, style);
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
    }
}

/// Finds room for a Region's name beside its mark.
fn name(scene: &Scene<'_>, mark: &Mark<'_>, taken: &mut Taken, crowded: bool) -> Option<Name> {
    let region = mark.site.region.as_str();
    let share = scene
        .snapshot
        .traffic_share(&mark.site.region)
        .ok()
        .filter(|_| !crowded)
        .map(|share| format::share(share.told));
    let both = share.is_some().then_some(share);
    [both, Some(None)].into_iter().flatten().find_map(|share| {
        let mut name = Name {
            region: region.into(),
            share,
            x: 0,
            y: 0,
        };
        let width = name.width();
        let right = (mark.x + 2, mark.y);
        let left = (mark.x.wrapping_sub(width + 1), mark.y);
        let below = (
            mark.x.saturating_sub(width / 2).max(taken.area.x),
            mark.y + 1,
        );
        let above = (below.0, mark.y.wrapping_sub(1));
        let free = [right, left, below, above]
            .into_iter()
            .find(|(x, y)| taken.is_free(*x, *y, width))?;
        (name.x, name.y) = free;
        taken.take(name.x, name.y, width);
        Some(name)
    })
}

fn is_braille(symbol: &str) -> bool {
    symbol
        .chars()
        .next()
        .is_some_and(|c| ('\u{2800}'..='\u{28ff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The middle of a Region's cell, in dots.
    fn cell(area: Rect, region: &Region) -> (u16, u16) {
        let place = region.place().unwrap();
        let (x, y) = project(area, place.lat, place.lon);
        (
            ((x / 2.0) as u16).min(area.width - 1),
            ((y / 4.0) as u16).min(area.height - 1),
        )
    }

    #[test]
    fn no_line_of_replication_runs_through_a_region_it_does_not_concern() {
        let all: Vec<Region> = Region::all().collect();
        for (width, height) in [(60, 14), (96, 22), (132, 34)] {
            let area = Rect::new(0, 0, width, height);
            let size = (f64::from(width) * 2.0, f64::from(height) * 4.0);
            let cells: Vec<(u16, u16)> = all.iter().map(|region| cell(area, region)).collect();
            for (from, to) in pairs(all.len()) {
                let middle = |at: usize| {
                    (
                        f64::from(cells[at].0) * 2.0 + 1.0,
                        f64::from(cells[at].1) * 4.0 + 2.0,
                    )
                };
                for third in 0..all.len() {
                    // Where a third lies beside an end, no line could keep away from it.
                    let near = |end: usize| {
                        cells[third].0.abs_diff(cells[end].0) <= 4
                            && cells[third].1.abs_diff(cells[end].1) <= 2
                    };
                    if near(from) || near(to) {
                        continue;
                    }
                    let (x, y) = cells[third];
                    let around = [Obstacle::cells(x, y, 1, 5)];
                    let arc = Arc::between(middle(from), middle(to), size, &around);
                    let through = arc
                        .points()
                        .any(|(px, py)| (px / 2.0) as u16 == x && (py / 4.0) as u16 == y);
                    assert!(
                        !through,
                        "{width}x{height}: {} to {} through {}",
                        all[from], all[to], all[third]
                    );
                }
            }
        }
    }

    fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
        (0..count).flat_map(move |from| (0..from).map(move |to| (from, to)))
    }

    #[test]
    fn a_figure_beside_another_regions_name_counts_as_beside() {
        assert!(is_beside((10, 5, 8), (18, 5, 9)));
        assert!(is_beside((10, 5, 8), (12, 6, 9)));
        assert!(!is_beside((10, 5, 8), (12, 8, 9)));
        assert!(is_beside((10, 5, 8), (24, 5, 9)), "one line is read as one");
        assert!(!is_beside((10, 5, 8), (24, 6, 9)));
        assert!(!is_beside((10, 5, 8), (40, 5, 9)));
    }

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
