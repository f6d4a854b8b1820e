//! The Fleets screen: one row a fleet, the worst first, and below it all about the one under the cursor.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::absent::why_empty;
use super::fleet::split;
use super::freshness::{Shown, cells};
use super::paint;
use super::scene::Scene;
use super::table::{Column, Grid};
use super::theme::Role;
use crate::app::{Acting, Action, Panel, Subject};
use gwctl_fleet::columns::{self, Moment, whole};
use gwctl_fleet::{Metric, Reading, Region, Snapshot, Verdict, format};

const COLUMNS: &[Column] = &[
    Column::words("Fleet", 14, 0).stretching(10),
    Column::words("Verdict", 8, 1),
    Column::words("Regions, traffic", 18, 2).stretching(60),
    Column::figure("Req", 8, 8),
    Column::figure("p90", 7, 11),
    Column::figure("p99", 7, 3),
    Column::figure("5xx", 6, 4),
    Column::figure("Lag", 7, 5).stretching(6),
    Column::figure("Watching", 8, 7),
    Column::figure("Age", 4, 9),
    Column::words("Who acts", 19, 6).stretching(30),
    Column::words("Why", 24, 10).stretching(90),
];

/// Cells of a row from which on the Regions are given what they need to be named, up to so many cells.
const WIDE: (u16, u16) = (150, 64);

/// The columns for rows of `width` cells: where they are wide, each fleet's Regions are named rather than counted.
fn columns(scene: &Scene<'_>, width: u16) -> Vec<Column> {
    let mut columns = COLUMNS.to_vec();
    let (wide, most) = WIDE;
    if width >= wide {
        let pictures = scene.state.overview.pictures(scene.snapshot);
        let needed = pictures.iter().map(|picture| room_for(&picture.sites));
        let needed = needed.filter(|cells| *cells <= most).max().unwrap_or(0);
        let regions = &mut columns[2];
        regions.width = regions.width.max(needed);
        regions.stretch = 0;
    }
    columns
}

/// Cells that the names and shares of `sites` take: each a mark, two blanks, four cells of share, and a gap.
fn room_for(sites: &[gwctl_fleet::Site]) -> u16 {
    let wide = sites.iter().map(|site| cells(&site.region.short())).max();
    (sites.len() * (wide.unwrap_or(0) + 8)) as u16
}

/// Draws the screen.
pub fn draw(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let fleets = scene.state.count(Panel::Fleets) as u16;
    let below = detail_height(scene, area.width).min(area.height * 3 / 5);
    let list = (fleets.max(1) + 3).min(area.height.saturating_sub(below));
    let (top, rest) = split(area, list);
    table(scene, top, buf);
    detail(scene, rest, buf);
}

fn table(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let aside = price(scene, area.width);
    let panel = Panel::Fleets;
    let columns = columns(scene, area.width);
    let Some((grid, body)) = Grid::open_with(scene, area, buf, panel, &columns, Some(aside)) else {
        return;
    };
    let visible = scene.visible(panel, body, buf);
    if visible.is_empty() {
        let text = why_empty(scene, panel, "fleet", [], "no fleet is configured");
        scene.nothing(body, buf, &text);
    }
    for (row, entry) in visible {
        if let Subject::Fleet(name) = &entry.subject
            && let Some(picture) = picture(scene, name)
        {
            fleet(scene, &grid, row, buf, picture);
        }
    }
    scene.footing(area, buf, Some(panel));
}

fn picture<'a>(scene: &Scene<'a>, name: &str) -> Option<&'a Snapshot> {
    let all = scene.state.overview.pictures(scene.snapshot);
    all.into_iter().find(|picture| picture.name == name)
}

/// What looking at the others costs, before and while it does.
fn price(scene: &Scene<'_>, width: u16) -> Span<'static> {
    let overview = &scene.state.overview;
    let shown = &scene.state.fleet;
    let others = overview.listed.len().saturating_sub(1);
    if others == 0 {
        return scene.span("the only fleet", Role::Muted);
    }
    if !overview.marked.is_empty() {
        let (count, key) = (overview.marked.len(), scene.key(Action::Actions));
        let dollars = format::dollars_per_hour(overview.dollars_of_marked());
        let long = format!(
            "{count} marked: {key} acts on them; looking at them closely costs about {dollars}"
        );
        let short = format!("{count} marked: {key} acts, about {dollars}");
        let fits = cells(&long) + 16 <= usize::from(width);
        return scene.span(if fits { long } else { short }, Role::Accent);
    }
    let dollars = format::dollars_per_hour(overview.dollars_per_hour(shown));
    if overview.waits_for_agreement(shown) {
        let key = scene.key(Action::Agree);
        let text = format!("{others} others not watched: {key} watches them for about {dollars}");
        return scene.span(text, Role::Degraded);
    }
    let long = format!("watching {others} others costs about {dollars} while this screen is open");
    let short = format!("{others} others: about {dollars}");
    let fits = cells(&long) + 16 <= usize::from(width);
    scene.span(if fits { long } else { short }, Role::Muted)
}

fn fleet(scene: &Scene<'_>, grid: &Grid, row: Rect, buf: &mut Buffer, picture: &Snapshot) {
    let moment = moment(scene, picture);
    if let Some(cell) = grid.cell(0, row) {
        let marked = scene.state.overview.marked.contains(&picture.name);
        let (before, role) = if marked {
            (scene.theme.glyphs.cursor, Role::Accent)
        } else {
            (" ", Role::Title)
        };
        let name = Line::from(vec![
            mark(scene, picture),
            scene.span(before, Role::Accent),
            scene.span(paint::safe(&picture.name).into_owned(), role),
        ]);
        paint::line(buf, cell.x, cell.y, cell.width, &name);
    }
    if let Some(cell) = grid.cell(2, row) {
        paint::line(
            buf,
            cell.x,
            cell.y,
            cell.width,
            &regions(scene, &moment, cell.width),
        );
    }
    let readings = [
        (1, whole::verdict(&moment)),
        (3, whole::requests(&moment)),
        (4, whole::latency(&moment, Metric::ApiLatencyP90)),
        (5, whole::latency(&moment, Metric::ApiLatencyP99)),
        (6, whole::failing(&moment)),
        (7, whole::lag(&moment)),
        (8, whole::cost(&moment)),
        (9, whole::age(&moment)),
    ];
    for (index, reading) in readings {
        let Some(cell) = grid.cell(index, row) else {
            continue;
        };
        let shown = scene.reading(&reading, cell.width.into());
        if index == 1 {
            paint::text(buf, cell.x, cell.y, cell.width, &shown.text, shown.style);
        } else {
            paint::figure(buf, cell, &shown);
        }
    }
    if let Some(cell) = grid.cell(10, row) {
        paint::line(
            buf,
            cell.x,
            cell.y,
            cell.width,
            &acts(scene, &picture.name, cell.width),
        );
    }
    if let Some(cell) = grid.cell(11, row) {
        let why = scene.reading(&whole::first_reason(&moment), cell.width.into());
        let text = paint::fitted(&why.text, cell.width.into());
        paint::text(
            buf,
            cell.x,
            cell.y,
            cell.width,
            &text,
            scene.style(Role::Muted),
        );
    }
}

fn moment<'a>(scene: &Scene<'_>, picture: &'a Snapshot) -> Moment<'a> {
    Moment {
        snapshot: picture,
        now: scene.now,
    }
}

/// A fleet that nobody looked at has no verdict.
fn mark(scene: &Scene<'_>, picture: &Snapshot) -> Span<'static> {
    if picture.generation == 0 {
        return scene.span(scene.theme.glyphs.marks.not_yet, Role::Faint);
    }
    scene.mark(picture.judgement.verdict)
}

fn share(moment: &Moment<'_>, region: &Region) -> Option<Reading> {
    let site = moment.snapshot.site(region)?;
    let column = columns::find("share")?;
    Some((column.value)(moment, site))
}

/// Each Region's mark, short name and share of the traffic, in the order in which the Regions stand below. Where there is
/// no room for the shares, the names alone; where there is none for all of them either, those that are not well come first, and the others are counted.
fn regions(scene: &Scene<'_>, moment: &Moment<'_>, width: u16) -> Line<'static> {
    let sites = &moment.snapshot.sites;
    let wide = sites.iter().map(|site| cells(&site.region.short())).max();
    let wide = wide.unwrap_or(0);
    let all = sites.iter().map(|site| part(scene, moment, site, wide));
    if room_for(sites) <= width {
        return Line::from(all.collect::<Vec<_>>().concat());
    }
    if let Some(named) = named(scene, moment, width) {
        return named;
    }
    let seen = moment.snapshot.generation > 0;
    let well = |site: &&gwctl_fleet::Site| seen && site.judgement.verdict == Verdict::Healthy;
    let bad = sites.iter().filter(|site| seen && !well(site));
    let mut parts: Vec<_> = bad.map(|site| part(scene, moment, site, 0)).collect();
    let rest = sites.len() - parts.len();
    if rest > 0 {
        let word = if parts.is_empty() { "Regions" } else { "more" };
        let mark = if seen {
            scene.mark(Verdict::Healthy)
        } else {
            mark(scene, moment.snapshot)
        };
        parts.push(vec![
            mark,
            scene.span(format!(" {rest} {word}"), Role::Text),
        ]);
    }
    scene.fitting(Vec::new(), parts, width)
}

/// The marks and names alone, `● use1 ▲ euw1`, close together where that fits no better; none where it does not fit.
fn named(scene: &Scene<'_>, moment: &Moment<'_>, width: u16) -> Option<Line<'static>> {
    let sites = &moment.snapshot.sites;
    let names: usize = sites.iter().map(|site| cells(&site.region.short())).sum();
    // A mark, perhaps a blank, the name, and a gap but for the last.
    let room = |each: usize| names + (sites.len() * each).saturating_sub(1);
    let gap = [(3, " "), (2, "")];
    let (_, gap) = gap
        .into_iter()
        .find(|(each, _)| room(*each) <= width.into())?;
    let spans = sites.iter().enumerate().flat_map(|(index, site)| {
        let mark = if moment.snapshot.generation == 0 {
            mark(scene, moment.snapshot)
        } else {
            scene.mark(site.judgement.verdict)
        };
        let before = if index > 0 { " " } else { "" };
        let name = format!("{gap}{}", site.region.short());
        [Span::raw(before), mark, scene.span(name, Role::Text)]
    });
    Some(spans.collect())
}

/// One Region: its mark, `euw1`, `52%`.
fn part(
    scene: &Scene<'_>,
    moment: &Moment<'_>,
    site: &gwctl_fleet::Site,
    wide: usize,
) -> Vec<Span<'static>> {
    let mark = if moment.snapshot.generation == 0 {
        mark(scene, moment.snapshot)
    } else {
        scene.mark(site.judgement.verdict)
    };
    let shown = share(moment, &site.region).map_or_else(
        || Shown::new("", scene.theme, Role::Text),
        |share| scene.reading(&share, 5),
    );
    let name = scene.span(format!(" {:<wide$} ", site.region.short()), Role::Text);
    let text = shown.text.replace(' ', "");
    let text = if wide > 0 {
        format!("{text:>4} ")
    } else {
        format!("{text}  ")
    };
    vec![mark, name, Span::styled(text, shown.style)]
}

/// Who acts: `robin Evacuate us-east-1 2/4 3m`.
fn acts(scene: &Scene<'_>, fleet: &str, width: u16) -> Line<'static> {
    let overview = &scene.state.overview;
    let Some(run) = overview.acts(fleet) else {
        let text = match &overview.unknown {
            Some(_) => format!("{} runs", scene.theme.glyphs.marks.could_not_ask),
            None => String::new(),
        };
        return Line::from(scene.span(text, Role::Muted));
    };
    let (mark, word, role) = standing(scene, run);
    let (done, all) = run.done;
    let mut parts = vec![vec![scene.span(format!(" {word}"), role)]];
    if let Some((operator, _)) = &run.holder {
        parts.insert(
            0,
            vec![scene.span(format!(" {}", gwctl_fleet::clean(operator, 16)), Role::Text)],
        );
    }
    parts.push(vec![scene.span(format!(" {done}/{all}"), Role::Muted)]);
    parts.push(vec![
        scene.span(format!(" {}", paint::safe(&run.title)), Role::Muted),
    ]);
    scene.fitting(vec![scene.span(mark, role)], parts, width)
}

fn standing(scene: &Scene<'_>, run: &Acting) -> (&'static str, &'static str, Role) {
    match run.holder {
        Some(_) => scene.phase(run.phase),
        None => scene.unattended(run.phase),
    }
}

/// Lines that the fleet under the cursor needs below the list.
fn detail_height(scene: &Scene<'_>, width: u16) -> u16 {
    let lines = chosen(scene).map_or(0, |picture| {
        picture.sites.len() + reasons(scene, picture, width).len() + runs(scene, picture).len()
    });
    // Two edges and the headings.
    lines as u16 + 3
}

fn chosen<'a>(scene: &Scene<'a>) -> Option<&'a Snapshot> {
    match scene.state.selected()?.subject {
        Subject::Fleet(name) => picture(scene, &name),
        _ => None,
    }
}

fn detail(scene: &mut Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some(picture) = chosen(scene) else { return };
    let title = Line::from(scene.heading(paint::safe(&picture.name).into_owned(), false));
    let domain = gwctl_fleet::clean(&picture.edge.domain, 60);
    let aside = Line::from(scene.span(domain, Role::Muted));
    let area = Rect {
        height: area.height.min(detail_height(scene, area.width)),
        ..area
    };
    let inner = scene.frame(area, buf, &title, Some(&aside), false);
    let lines = runs(scene, picture)
        .into_iter()
        .chain(reasons(scene, picture, area.width));
    let mut y = inner.y;
    for line in lines.take(usize::from(inner.height)) {
        paint::line(buf, inner.x + 1, y, inner.width.saturating_sub(2), &line);
        y += 1;
    }
    let rest = Rect {
        y,
        height: inner.bottom().saturating_sub(y),
        ..inner
    };
    sites(scene, rest, buf, picture);
}

/// Who acts on it, in full.
fn runs(scene: &Scene<'_>, picture: &Snapshot) -> Vec<Line<'static>> {
    let overview = &scene.state.overview;
    let of = overview
        .acting
        .iter()
        .filter(|run| run.fleet == picture.name);
    let line = |run: &Acting| {
        let (mark, _, role) = standing(scene, run);
        Line::from(vec![
            scene.span(mark, role),
            scene.span(format!(" {}", run.words(scene.now)), Role::Text),
        ])
    };
    let unknown = overview.unknown.as_ref().map(|why| {
        let text = format!("runs are not known: {}", paint::safe(why));
        Line::from(scene.span(text, Role::Unknown))
    });
    of.map(line).chain(unknown).collect()
}

/// Reasons of a verdict that are told at most.
const MOST: usize = 6;

fn reasons(scene: &Scene<'_>, picture: &Snapshot, width: u16) -> Vec<Line<'static>> {
    if picture.generation == 0 {
        let text = if scene.state.overview.looking {
            "not answered yet"
        } else {
            "nobody has looked at it yet"
        };
        return vec![Line::from(scene.span(text, Role::Muted))];
    }
    let reasons = &picture.judgement.reasons;
    if reasons.is_empty() && picture.judgement.verdict == Verdict::Healthy {
        let text = "every figure that counts is within its limits";
        return vec![Line::from(vec![
            scene.mark(Verdict::Healthy),
            scene.span(format!(" {text}"), Role::Text),
        ])];
    }
    let room = usize::from(width).saturating_sub(6);
    let line = |reason: &gwctl_fleet::Reason| {
        let text = paint::safe(&reason.text).into_owned();
        Line::from(vec![
            scene.mark(reason.verdict),
            scene.span(
                format!(" {}", paint::fitted(&text, room).trim_end()),
                Role::Text,
            ),
        ])
    };
    let more = reasons.len().saturating_sub(MOST);
    let more =
        (more > 0).then(|| Line::from(scene.span(format!("  and {more} more"), Role::Faint)));
    reasons.iter().take(MOST).map(line).chain(more).collect()
}

const SITES: &[Column] = &[
    Column::words("Region", 18, 0),
    Column::words("Verdict", 8, 1),
    Column::words("Role", 6, 5),
    Column::figure("Traffic", 7, 2),
    Column::figure("p99", 7, 3),
    Column::figure("5xx", 7, 4),
    Column::figure("Lag", 7, 6).stretching(4),
    Column::words("DNS", 5, 7).stretching(10),
    Column::figure("Age", 4, 8),
    Column::words("Why", 16, 9).stretching(120),
];

/// What the Fleet screen's columns of these names say of each Region.
const SAID: [&str; 9] = [
    "verdict", "role", "share", "p99", "5xx", "lag", "dns", "age", "why",
];

fn sites(scene: &Scene<'_>, area: Rect, buf: &mut Buffer, picture: &Snapshot) {
    if area.height < 2 {
        return;
    }
    let moment = moment(scene, picture);
    let grid = Grid::fit(SITES, area.width);
    grid.headings(scene, Rect { height: 1, ..area }, buf);
    for (site, y) in picture.sites.iter().zip(area.y + 1..area.bottom()) {
        let row = Rect::new(area.x, y, area.width, 1);
        if let Some(cell) = grid.cell(0, row) {
            let name = scene.span(site.region.as_str().to_owned(), Role::Text);
            let verdict = if picture.generation == 0 {
                mark(scene, picture)
            } else {
                scene.mark(site.judgement.verdict)
            };
            let line = Line::from(vec![verdict, Span::raw(" "), name]);
            paint::line(buf, cell.x, cell.y, cell.width, &line);
        }
        for (index, name) in SAID.iter().enumerate() {
            let Some(cell) = grid.cell(index + 1, row) else {
                continue;
            };
            let Some(column) = columns::find(name) else {
                continue;
            };
            let reading = if picture.generation == 0 {
                Reading::nothing(gwctl_fleet::Freshness::NotYet)
            } else {
                (column.value)(&moment, site)
            };
            let shown = scene.reading(&reading, cell.width.into());
            if SITES[index + 1].right {
                paint::figure(buf, cell, &shown);
            } else {
                let text = paint::fitted(&shown.text, cell.width.into());
                paint::text(
                    buf,
                    cell.x,
                    cell.y,
                    cell.width,
                    text.trim_end(),
                    shown.style,
                );
            }
        }
    }
}
